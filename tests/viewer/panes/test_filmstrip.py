from __future__ import annotations

from typing import TYPE_CHECKING

import media_files as files
import pytest
from PySide6.QtCore import Qt

from spanglass_viewer.backend.images import ImageLoader
from spanglass_viewer.backend.requests import StripEntry
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.panes.filmstrip import Filmstrip
from spanglass_viewer.trace.references import SpanRef
from spanglass_viewer.values.media import MediaItem, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


@pytest.fixture
def strip(qtbot: QtBot, appearance: Appearance, tmp_path: Path) -> Iterator[Filmstrip]:
    """Forty attachments, the first a picture, the third one not here."""
    images = ImageLoader()
    selection = Selection()
    made = Filmstrip(selection, appearance, images)
    made.span_wanted.connect(lambda span_id: selection.select_span(_ref(span_id)))
    qtbot.addWidget(made)
    made.resize(600, made.height())
    made.show()
    path = tmp_path / "a.png"
    path.write_bytes(files.encode_picture("PNG"))
    made.show_entries(tuple(_entry(number, None if number == 2 else path) for number in range(40)))
    yield made
    images.stop()


def _ref(span_id: str) -> SpanRef:
    return SpanRef("root", span_id, 1)


def _entry(number: int, path: Path | None) -> StripEntry:
    name = f"{number}.png" if number != 1 else "notes.csv"
    problem = None if path is not None else "Still being written"
    item = MediaItem(f"k{number}", name, "", kind_of("", name), path=path, problem=problem)
    return StripEntry(_ref(f"s{number}"), f"span {number}", item)


def test_a_click_selects_the_span(strip: Filmstrip, qtbot: QtBot) -> None:
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=strip.cell_rect(1).center())
    assert strip._selection.span == _ref("s1")
    assert strip.accessibleDescription().startswith("notes.csv · ")
    assert strip.accessibleDescription().endswith(" · in span 1")


def test_keys_step_and_open(strip: Filmstrip, qtbot: QtBot) -> None:
    strip._selection.select_span(_ref("s0"))
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert strip._selection.span == _ref("s2")
    with qtbot.assertNotEmitted(strip.opened):
        qtbot.keyClick(strip, Qt.Key.Key_Return)
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    with qtbot.waitSignal(strip.opened) as opened:
        qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert opened.args is not None
    items, position = opened.args
    assert (len(items), items[position].key) == (39, "k3")
    qtbot.keyClick(strip, Qt.Key.Key_End)
    assert strip._selection.span == _ref("s39")
    assert strip.cell_rect(39).right() <= strip.viewport().width()


def test_it_follows_the_selection_and_decodes_what_is_in_sight(strip: Filmstrip, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: strip._images.is_idle and strip._pixmaps.get("k0") is not None)
    assert "k30" not in strip._pixmaps
    strip._selection.select_span(_ref("s30"))
    qtbot.waitUntil(lambda: strip._pixmaps.get("k30") is not None)
    assert strip.cell_rect(30).left() >= 0
    assert strip.cell_rect(30).right() <= strip.viewport().width()
