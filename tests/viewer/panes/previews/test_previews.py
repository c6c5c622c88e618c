"""The lightbox on a file of each kind, with the decoders that the window uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import media_files as files
import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from spanglass_assets.paths import get_media_path
from spanglass_viewer.backend.images import ImageLoader
from spanglass_viewer.backend.preview_session import PreviewSession
from spanglass_viewer.panes.lightbox import Lightbox
from spanglass_viewer.panes.previews.pdf_preview import PdfPreview
from spanglass_viewer.panes.previews.stream_preview import StreamPreview
from spanglass_viewer.panes.previews.table_preview import TablePreview
from spanglass_viewer.panes.previews.text_preview import TextPreview
from spanglass_viewer.values.media import MediaItem, kind_of
from spanglass_viewer.widgets.markdown_view import MarkdownView

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance

_DEVICE_BYTES = 1 << 20


@pytest.fixture
def lightbox(qtbot: QtBot, appearance: Appearance) -> Iterator[Lightbox]:
    """A lightbox over a window of 900 by 700."""
    owner = QWidget()
    owner.resize(900, 700)
    qtbot.addWidget(owner)
    images = ImageLoader()
    box = Lightbox(owner, appearance, images)
    owner.show()
    yield box
    box.stop()
    images.stop()


def _open(box: Lightbox, qtbot: QtBot, folder: Path, data: bytes, name: str) -> None:
    path = folder / name
    path.write_bytes(data)
    box.open_items([MediaItem(name, name, "", kind_of("", name), path=path)], 0)
    qtbot.waitUntil(lambda: box.is_idle and box._images.is_idle, timeout=20_000)


def test_a_pdf_is_read_searched_and_copied(lightbox: Lightbox, qtbot: QtBot, tmp_path: Path) -> None:
    _open(lightbox, qtbot, tmp_path, files.encode_pdf(["Refund policy", "Second page", "Third page"]), "a.pdf")
    preview = lightbox.preview
    assert isinstance(preview, PdfPreview)
    assert preview._page.text() == "Page 1 of 3"
    assert lightbox._details.text().startswith("3 pages · ")
    preview.find_box.setText("second")
    qtbot.keyClick(preview.find_box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: preview._found.text() == "1 of 1", timeout=10_000)
    qtbot.waitUntil(lambda: 1 in preview.pages._pages, timeout=10_000)
    view = preview.pages.viewport()
    start, end = preview.pages.viewport_point(1, 0), preview.pages.viewport_point(1, 5)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start - QPoint(6, 0))
    qtbot.mouseMove(view, end + QPoint(6, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end + QPoint(6, 0))
    assert preview.pages.selected_text == "Second"
    lightbox._on_copy()
    assert QGuiApplication.clipboard().text() == "Second"
    before = lightbox._zoom.text()
    lightbox._on_zoom_in()
    assert lightbox._zoom.text() != before


def test_what_moves_plays_and_holds_still(lightbox: Lightbox, qtbot: QtBot, tmp_path: Path) -> None:
    _open(lightbox, qtbot, tmp_path, files.encode_animation("GIF"), "a.gif")
    player = lightbox._player
    assert player is not None
    assert player.frame_count == 4
    seen: set[int] = set()

    def has_moved() -> bool:
        seen.add(lightbox.canvas.pixmap.toImage().pixelColor(5, 5).rgb())
        return len(seen) >= 3

    qtbot.waitUntil(has_moved, timeout=10_000)
    button = lightbox._buttons["pause"]
    assert (button.isVisible(), button.accessibleName()) == (True, "Pause (Space)")
    qtbot.keyClick(lightbox, Qt.Key.Key_Space)
    assert not player.is_playing
    assert button.accessibleName() == "Play (Space)"
    button.click()
    assert player.is_playing
    assert button.accessibleName() == "Pause (Space)"
    button.click()
    assert not player.is_playing


def test_with_reduced_motion_what_moves_waits_to_be_played(
    lightbox: Lightbox, appearance: Appearance, qtbot: QtBot, tmp_path: Path
) -> None:
    appearance.set_reduces_motion(True)
    _open(lightbox, qtbot, tmp_path, files.encode_animation("GIF"), "a.gif")
    player, button = lightbox._player, lightbox._buttons["pause"]
    assert player is not None
    assert (player.frame_count, player.is_playing) == (4, False)
    assert (button.isVisible(), button.accessibleName()) == (True, "Play (Space)")
    button.click()
    assert player.is_playing
    button.click()


def test_what_stands_still_offers_no_playing(lightbox: Lightbox, qtbot: QtBot, tmp_path: Path) -> None:
    _open(lightbox, qtbot, tmp_path, files.encode_animation("GIF"), "moving.gif")
    assert lightbox._buttons["pause"].isVisible()
    for name, data in (("still.gif", files.encode_picture("GIF")), ("still.jpg", files.encode_picture("JPEG"))):
        _open(lightbox, qtbot, tmp_path, data, name)
        assert not lightbox._buttons["pause"].isVisible()


def test_a_video_steps_scrubs_and_plays(lightbox: Lightbox, qtbot: QtBot, tmp_path: Path) -> None:
    _open(lightbox, qtbot, tmp_path, get_media_path("unboxing.mp4").read_bytes(), "a.mp4")
    preview = lightbox.preview
    assert isinstance(preview, StreamPreview)
    assert preview.canvas.has_image
    qtbot.mouseClick(preview.slider, Qt.MouseButton.LeftButton, pos=preview.slider.rect().center())
    assert preview.position_secs == pytest.approx(1.5, abs=0.02)
    preview.seek(1.0)
    preview.step_frames(1)
    assert preview.position_secs == pytest.approx(1 + 1 / 24)
    preview.step_frames(-1)
    assert preview.position_secs == pytest.approx(1.0)
    assert preview._time.text() == "0:01.0 / 0:03.0"
    qtbot.waitUntil(lambda: lightbox.is_idle, timeout=10_000)
    shown = preview.canvas.pixmap.cacheKey()
    qtbot.keyClick(lightbox, Qt.Key.Key_Space)
    assert preview.is_playing
    qtbot.waitUntil(lambda: preview.position_secs > 1.1 and preview.canvas.pixmap.cacheKey() != shown, timeout=10_000)
    qtbot.keyClick(lightbox, Qt.Key.Key_Space)
    assert not preview.is_playing


class _Loudspeaker:
    """Takes everything at once, and has played what it took."""

    def __init__(self) -> None:
        self.samples = bytearray()
        self.is_on = False

    @property
    def played_secs(self) -> float:
        return len(self.samples) / 4 / 48_000

    @property
    def wants_more(self) -> bool:
        return True

    def start(self) -> None:
        self.is_on = True

    def write(self, samples: bytes) -> None:
        self.samples += samples

    def stop(self) -> None:
        self.is_on = False


def _sound(
    qtbot: QtBot, appearance: Appearance, tmp_path: Path, output: object
) -> tuple[StreamPreview, PreviewSession]:
    path = tmp_path / "a.wav"
    path.write_bytes(files.encode_wav(2.0))
    session = PreviewSession(MediaItem("k", "a.wav", "audio/wav", kind_of("audio/wav", ""), path=path))
    preview = StreamPreview(session, appearance, find_output=lambda: output)  # pyright: ignore[reportArgumentType] - a double
    qtbot.addWidget(preview)
    preview.show()
    session.start()
    qtbot.waitUntil(lambda: session.is_idle, timeout=10_000)
    return preview, session


def test_a_sound_is_played_to_its_end(qtbot: QtBot, appearance: Appearance, tmp_path: Path) -> None:
    speaker = _Loudspeaker()
    preview, session = _sound(qtbot, appearance, tmp_path, speaker)
    preview.seek_fraction(0.5)
    preview.play()
    qtbot.waitUntil(lambda: not preview.is_playing, timeout=10_000)
    assert preview.position_secs == pytest.approx(2.0)
    assert speaker.played_secs == pytest.approx(1.0, abs=0.02)
    assert not speaker.is_on
    session.close()


def test_without_a_sound_device_time_passes_and_it_is_said(
    qtbot: QtBot, appearance: Appearance, tmp_path: Path
) -> None:
    preview, session = _sound(qtbot, appearance, tmp_path, None)
    assert preview.waveform._levels
    preview.play()
    assert preview._note.text() == "No sound device was found. Time passes in silence"
    qtbot.waitUntil(lambda: preview.position_secs > 0.05, timeout=5000)
    preview.close_preview()
    session.close()


def test_tables_are_shown_and_copied(lightbox: Lightbox, qtbot: QtBot, tmp_path: Path) -> None:
    _open(lightbox, qtbot, tmp_path, files.CSV, "a.csv")
    preview = lightbox.preview
    assert isinstance(preview, TablePreview)
    preview.table.selectRow(1)
    assert preview.copy()
    assert QGuiApplication.clipboard().text() == "gift, wrapped\t4.10\t2026-11-21"
    assert lightbox._details.text().startswith("3 rows · 3 columns · ")


def test_markdown_is_rendered_on_demand_and_reads_nothing(lightbox: Lightbox, qtbot: QtBot, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    _open(lightbox, qtbot, tmp_path, files.MARKDOWN, "a.md")
    preview = lightbox.preview
    assert isinstance(preview, TextPreview)
    assert preview.text == files.MARKDOWN.decode()
    preview._rendered.click()
    (page,) = preview.findChildren(MarkdownView)
    shown = page.view.toPlainText()
    assert "Some bold words" in shown
    assert '<img src="file:///dev/zero">' in shown, "a tag is text"
    assert page.view.loadResource(2, QUrl.fromLocalFile(str(secret))).isNull()


def test_a_picture_with_another_name_is_a_picture(lightbox: Lightbox, qtbot: QtBot, tmp_path: Path) -> None:
    _open(lightbox, qtbot, tmp_path, files.encode_picture("PNG"), "a.pdf")
    qtbot.waitUntil(lambda: lightbox.canvas.has_image, timeout=10_000)
    assert lightbox.canvas.pixmap.width() == 320


def test_what_cannot_be_decoded_says_so(lightbox: Lightbox, qtbot: QtBot, tmp_path: Path) -> None:
    _open(lightbox, qtbot, tmp_path, b"%PDF-1.7\nnothing", "a.pdf")
    assert isinstance(lightbox.preview, PdfPreview)
    assert lightbox.preview._note.text() == "The document is damaged"


def test_a_session_starts_its_decoder_anew(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(files.encode_pdf(["one"]))
    session = PreviewSession(MediaItem("k", "a.pdf", "", kind_of("", "a.pdf"), path=path))
    session.start()
    with qtbot.waitSignal(session.answered, timeout=10_000):
        session.ask({"do": "outline"})
    process = session._process
    assert process is not None
    process.end()
    with qtbot.waitSignal(session.failed, timeout=10_000):
        session.ask({"do": "outline"})
    with qtbot.waitSignal(session.answered, timeout=10_000):
        session.ask({"do": "outline"})
    session.close()
    assert session._process is None
