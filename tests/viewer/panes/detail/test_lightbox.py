from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from media_files import encode_pdf
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from span_details import make_detail, stored_file

from spanglass_viewer.panes.detail.image_thumb import ImageThumb
from spanglass_viewer.panes.previews.pdf_preview import PdfPreview
from spanglass_viewer.values.media import MediaItem
from spanglass_viewer.values.media_formats import MediaKind

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.panes.detail.detail_pane import DetailPane
    from spanglass_viewer.panes.lightbox import Lightbox


@pytest.fixture
def opened(pane: DetailPane, qtbot: QtBot, picture: Path, tmp_path: Path) -> Lightbox:
    """The lightbox on the first of two images."""
    other = tmp_path / "other.png"
    Image.new("RGB", (2000, 1000), "#336699").save(other)
    first, first_record = stored_file("k1", picture, "image/png")
    second, second_record = stored_file("k2", other, "image/png")
    pane.show_span(
        make_detail(
            input=[first, second],
            attachments={"k1": first_record, "k2": second_record},
            blobs={"k1": picture, "k2": other},
        )
    )
    qtbot.waitUntil(lambda: pane.is_idle and pane._context.images.is_idle)
    thumb = pane._fields["Input"].findChildren(ImageThumb)[0]
    qtbot.mouseClick(thumb, Qt.MouseButton.LeftButton)
    box = pane.lightbox
    qtbot.waitUntil(lambda: box.canvas.has_image)
    return box


def test_a_click_covers_the_window_with_the_image(opened: Lightbox, pane: DetailPane) -> None:
    assert opened.isVisible()
    assert opened.size() == pane.window().size()
    assert opened.accessibleName() == "Image receipt.png, 400 by 200 pixels"
    assert opened.canvas.zoom == pytest.approx((380 - 48) / 400)


def test_arrows_step_round_and_escape_closes(opened: Lightbox, qtbot: QtBot) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: opened.canvas.pixmap.width() == 2000)
    assert opened._details.text().startswith("2000 × 1000 · ")
    qtbot.keyClick(opened, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: opened.canvas.pixmap.width() == 400)
    qtbot.keyClick(opened, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: opened.canvas.pixmap.width() == 2000)
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.isVisible()


def test_a_lone_attachment_does_not_begin_anew(opened: Lightbox, qtbot: QtBot) -> None:
    opened.open_items(opened._items[:1], 0)
    qtbot.keyClick(opened, Qt.Key.Key_Plus)
    zoom = opened.canvas.zoom
    qtbot.keyClick(opened, Qt.Key.Key_Right)
    assert opened.canvas.zoom == zoom


def test_the_keys_of_the_window_stay_below_it(opened: Lightbox, pane: DetailPane, qtbot: QtBot) -> None:
    below = QShortcut(QKeySequence("J"), pane.window())
    fired: list[bool] = []
    below.activated.connect(lambda: fired.append(True))
    pane.window().activateWindow()
    qtbot.waitUntil(opened.hasFocus)
    qtbot.keyClick(opened, Qt.Key.Key_J)
    assert fired == []
    opened.close_lightbox()
    qtbot.keyClick(pane, Qt.Key.Key_J)
    assert fired == [True]


def test_a_document_is_searched_and_scrolled_by_keys(opened: Lightbox, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "policy.pdf"
    path.write_bytes(encode_pdf(["First", "Second", "Third"]))
    opened.open_items([MediaItem("p", "policy.pdf", "application/pdf", MediaKind.PDF, path=path)], 0)
    qtbot.waitUntil(lambda: isinstance(opened.preview, PdfPreview) and opened.is_idle, timeout=20_000)
    preview = opened.preview
    assert isinstance(preview, PdfPreview)
    qtbot.keyClick(opened, Qt.Key.Key_End)
    assert preview.pages.verticalScrollBar().value() == preview.pages.verticalScrollBar().maximum() > 0
    qtbot.keyClick(opened, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert preview.find_box.hasFocus()


def test_zoom_keeps_what_is_below_the_cursor(opened: Lightbox) -> None:
    canvas = opened.canvas
    cursor = QPointF(100, 300)

    def below() -> QPointF:
        rect = canvas.image_rect()
        return (cursor - rect.topLeft()) / canvas.zoom

    before = below()
    canvas.zoom_by(4, cursor)
    after = below()
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))
    assert opened._zoom.text() == "332%"


def test_keys_zoom_and_fit(opened: Lightbox, qtbot: QtBot) -> None:
    fitted = opened.canvas.zoom
    qtbot.keyClick(opened, Qt.Key.Key_1)
    assert opened.canvas.zoom == pytest.approx(1.0)
    qtbot.keyClick(opened, Qt.Key.Key_Plus)
    assert opened.canvas.zoom == pytest.approx(1.25)
    qtbot.keyClick(opened, Qt.Key.Key_0)
    assert opened.canvas.zoom == pytest.approx(fitted)


def test_dragging_moves_the_image(opened: Lightbox, qtbot: QtBot) -> None:
    canvas = opened.canvas
    before = canvas.image_rect().topLeft()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(canvas, QPoint(130, 90))
    QApplication.processEvents()
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(130, 90))
    moved = canvas.image_rect().topLeft() - before
    assert (moved.x(), moved.y()) == pytest.approx((30, -10))


def test_it_follows_the_window_and_copies(opened: Lightbox, pane: DetailPane) -> None:
    pane.resize(700, 500)
    assert opened.size() == pane.size()
    assert opened.canvas.zoom == pytest.approx(1.0), "never larger than it is"
    opened._on_copy()
    assert QGuiApplication.clipboard().pixmap().width() == 400


def test_an_image_that_fails_says_so(opened: Lightbox, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "other.png").unlink()
    qtbot.keyClick(opened, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: "cannot be read" in opened.canvas._sentence)


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, with nothing in it or beside it."""
    folder = tmp_path_factory.mktemp("house") / "home"
    folder.mkdir()
    monkeypatch.setattr(Path, "home", lambda: folder)
    return folder


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("../../x", "_.._x.png"),
        ("C:\\x", "C__x.png"),
        ("n" * 10_000_000, "n" * 100 + ".png"),
        ("photo.png", "photo.png"),
    ],
)
def test_save_as_offers_a_base_name_and_asks_before_it_overwrites(
    pane: DetailPane, picture: Path, home: Path, name: str, offered: str
) -> None:
    """By the real dialog: what is there already is replaced after a Yes, and by no other way."""
    (home / offered).write_bytes(b"mine")
    item = MediaItem("k", name, "image/png", MediaKind.IMAGE, path=picture)
    pane.lightbox.open_items([item], 0)
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    asked: list[str] = []

    def work_the_dialog() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QMessageBox):
            asked.append(dialog.text())
            assert (home / offered).read_bytes() == b"mine"
            dialog.button(answers[len(asked) - 1]).click()
        elif isinstance(dialog, QFileDialog) and len(asked) < len(answers):
            assert [Path(file) for file in dialog.selectedFiles()] == [home / offered]
            QTimer.singleShot(0, work_the_dialog)  # the question comes while the dialog is being accepted
            dialog.accept()
            QTimer.singleShot(0, work_the_dialog)

    QTimer.singleShot(0, work_the_dialog)
    pane.lightbox._buttons["save"].click()
    assert len(asked) == 2
    assert all("already exists" in sentence for sentence in asked)
    assert (home / offered).read_bytes() == picture.read_bytes()
    assert list(home.parent.rglob("*")) == [home, home / offered], "nothing was written elsewhere"
