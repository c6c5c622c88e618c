from __future__ import annotations

from typing import TYPE_CHECKING

import media_files as files
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from span_details import make_detail

from spanglass_viewer.backend.remote_fetch import RemoteFault, RemoteFetch
from spanglass_viewer.backend.remote_images import RemoteImages
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.panes.detail.detail_pane import DetailPane
from spanglass_viewer.panes.detail.image_thumb import ImageThumb
from spanglass_viewer.panes.detail.remote_tile import RemoteTile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.backend.images import ImageLoader
    from spanglass_viewer.theme.appearance import Appearance

URL = "https://pictures.example/mug.png"


class _Fetches:
    """Stands in for the network: notes what is fetched."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    def make(self, url: str) -> RemoteFetch:
        self.urls.append(url)

        def run() -> bytes:
            if "broken" in url:
                raise RemoteFault("pictures.example answered 404")
            return files.encode_picture("PNG")

        fetch = _Fetch(url)
        fetch.answer = run
        return fetch


class _Fetch(RemoteFetch):
    answer = staticmethod(bytes)

    def run(self) -> bytes:
        return self.answer()


@pytest.fixture
def fetches() -> _Fetches:
    return _Fetches()


@pytest.fixture
def remote(fetches: _Fetches, qtbot: QtBot) -> Iterator[RemoteImages]:  # noqa: ARG001 - Qt has to be there
    made = RemoteImages(make_fetch=fetches.make)
    yield made
    made.stop()


@pytest.fixture
def pane(qtbot: QtBot, appearance: Appearance, images: ImageLoader, remote: RemoteImages) -> Iterator[DetailPane]:
    made = DetailPane(Selection(), appearance, images, remote=remote)
    qtbot.addWidget(made)
    made.resize(380, 900)
    made.show()
    yield made
    made.stop()


def _show(pane: DetailPane, qtbot: QtBot, *urls: str) -> list[RemoteTile]:
    pane.show_span(make_detail(input={str(number): url for number, url in enumerate(urls)}))
    qtbot.waitUntil(lambda: pane.is_idle)
    return pane._fields["Input"].findChildren(RemoteTile)


def _click(tile: RemoteTile, qtbot: QtBot, text: str) -> None:
    button = next(button for button in tile.findChildren(QPushButton) if button.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_nothing_is_fetched_before_it_is_asked_for(pane: DetailPane, qtbot: QtBot, fetches: _Fetches) -> None:
    (tile,) = _show(pane, qtbot, URL)
    assert tile._state.text() == "At pictures.example · not fetched"
    assert fetches.urls == []
    _click(tile, qtbot, "Load once")
    qtbot.waitUntil(lambda: bool(tile.findChildren(ImageThumb)))
    assert fetches.urls == [URL]
    (again,) = _show(pane, qtbot, URL)
    assert fetches.urls == [URL], "what is here is not fetched again"
    assert again.findChildren(ImageThumb)


def test_an_allowed_host_is_fetched_from_without_asking(
    pane: DetailPane, qtbot: QtBot, fetches: _Fetches, remote: RemoteImages
) -> None:
    (tile,) = _show(pane, qtbot, URL)
    _click(tile, qtbot, "Always from this host")
    qtbot.waitUntil(lambda: remote.is_idle)
    other = URL.replace("mug", "plate")
    _show(pane, qtbot, other, "https://else.example/mug.png")
    qtbot.waitUntil(lambda: remote.is_idle)
    assert fetches.urls == [URL, other]


def test_what_fails_says_so_and_can_be_tried_again(pane: DetailPane, qtbot: QtBot, fetches: _Fetches) -> None:
    (tile,) = _show(pane, qtbot, "https://pictures.example/broken.png")
    for count in (1, 2):
        _click(tile, qtbot, "Load once")
        qtbot.waitUntil(lambda: tile._state.text() == "pictures.example answered 404")
        assert len(fetches.urls) == count
