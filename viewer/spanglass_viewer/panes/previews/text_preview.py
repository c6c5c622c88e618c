"""Text, hex and source as text; Markdown rendered on demand, with nothing that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from spanglass_viewer.decoders.answers import TextHead
from spanglass_viewer.panes.previews.preview import Preview
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.buttons import Chip
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.markdown_view import MarkdownView
from spanglass_viewer.widgets.paged_text import PagedText

if TYPE_CHECKING:
    from spanglass_viewer.backend.preview_session import PreviewSession
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.values.media_formats import MediaFormat

_MAX_RENDERED_CHARS = 100_000
_LEAST_HEIGHT_PX, _AROUND_PX = 120, 96


class TextPreview(Preview):
    """The beginning of a text."""

    def __init__(
        self, session: PreviewSession, known: MediaFormat, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        self._known = known
        self._appearance = appearance
        self._text: PagedText | None = None
        self._note = PlainLabel("Loading…", tone="muted")
        self._stack = QStackedWidget()
        self._rendered = Chip("Rendered")
        self._rendered.setVisible(False)
        self._rendered.toggled.connect(self._on_rendered_toggled)
        bar = QHBoxLayout()
        bar.addWidget(self._note, 1)
        bar.addWidget(self._rendered)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 12)
        column.addLayout(bar)
        column.addWidget(self._stack, 1)
        session.answered.connect(self._on_answered)
        session.failed.connect(self._on_failed)
        session.ask({"do": "text"})

    @property
    def text(self) -> str:
        """The text that is shown."""
        return "" if self._text is None else self._text.view.whole_text

    def copy(self) -> bool:
        """Copy what is selected, else everything that is shown."""
        if self._text is None:
            return False
        if self._text.view.textCursor().hasSelection():
            self._text.view.copy()
        else:
            QGuiApplication.clipboard().setText(self.text)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the text be as tall as there is room."""
        super().resizeEvent(event)
        self._fill()

    def _fill(self) -> None:
        if self._text is not None:
            self._text.view.set_max_height(max(_LEAST_HEIGHT_PX, self.height() - _AROUND_PX))

    def _on_answered(self, wish: object, answer: object) -> None:  # noqa: ARG002 - the signal's signature
        if not isinstance(answer, TextHead) or self._text is not None:
            return
        is_json = self._known.name == "JSON"
        self._text = PagedText(answer.text, self._appearance, role=FontRole.CODE, is_json=is_json)
        page = QWidget()
        around = QVBoxLayout(page)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._text)
        around.addStretch(1)
        self._stack.addWidget(page)
        self._fill()
        self._note.setText("Only the beginning is shown" if answer.is_cut else "")
        self._rendered.setVisible(self._known.name == "Markdown" and len(answer.text) <= _MAX_RENDERED_CHARS)
        self.described.emit(answer.facts)

    def _on_failed(self, wish: object, problem: str) -> None:  # noqa: ARG002 - as above
        self._note.setText(problem)

    def _on_rendered_toggled(self, is_rendered: bool) -> None:
        if is_rendered and self._stack.count() == 1:
            # read run by run, as everywhere: Qt's own Markdown swallows tags, and would load what they name
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            page = QWidget()
            around = QVBoxLayout(page)
            around.setContentsMargins(0, 0, 0, 0)
            around.addWidget(MarkdownView(self.text, self._appearance))
            around.addStretch(1)
            area.setWidget(page)
            self._stack.addWidget(area)
        self._stack.setCurrentIndex(1 if is_rendered else 0)
