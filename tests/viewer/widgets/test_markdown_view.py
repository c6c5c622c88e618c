from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QPushButton

from spanglass_viewer.widgets.markdown_view import MarkdownView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


def _shown(qtbot: QtBot, text: str, appearance: Appearance) -> MarkdownView:
    view = MarkdownView(text, appearance)
    qtbot.addWidget(view)
    view.resize(320, 400)
    view.show()
    return view


def test_tags_and_images_stay_text_and_load_nothing(qtbot: QtBot, appearance: Appearance) -> None:
    text = "<img src='/dev/zero'> ![a](file:///etc/passwd)\n\n<b>x</b>"
    view = _shown(qtbot, text, appearance)
    assert view.view.toPlainText().split("\n") == ["<img src='/dev/zero'> ![a](file:///etc/passwd)", "<b>x</b>"]
    kind = QTextDocument.ResourceType.ImageResource.value
    assert view.view.loadResource(kind, QUrl("file:///etc/passwd")) == QImage()


def test_it_is_as_tall_as_its_text_and_grows_by_pages(qtbot: QtBot, appearance: Appearance) -> None:
    view = _shown(qtbot, "word\n\n" * 3000, appearance)
    before = view.view.height()
    assert before >= view.view.document().size().height()
    (more,) = view.findChildren(QPushButton)
    assert "10,002 characters" in more.text()
    more.click()
    assert view.view.height() > before
    assert view.view.toPlainText().count("word") == (18_000 - 10_002) * 2 // 6


def test_what_is_copied_is_plain_text(qtbot: QtBot, appearance: Appearance) -> None:
    view = _shown(qtbot, "**bold**\nline\n\n```py\nx = 1\n```", appearance)
    view.view.selectAll()
    mime = view.view.createMimeDataFromSelection()
    assert not mime.hasHtml()
    assert mime.text().split() == ["bold", "line", "x", "=", "1"]
