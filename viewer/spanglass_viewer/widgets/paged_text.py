"""A text view with a button for what is not loaded yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from spanglass_viewer.format.quantities import format_count
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.json_highlighter import MAX_CHARS, JsonHighlighter
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance


class PagedText(QWidget):
    """Text, plain or coloured as JSON; "Load more" below where the text goes on."""

    def __init__(
        self,
        text: str,
        appearance: Appearance,
        *,
        role: FontRole = FontRole.CODE,
        is_json: bool = False,
        is_wrapped: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.is_json = is_json
        self.view = TextView(role=role, is_wrapped=is_wrapped)
        if is_json and len(text) <= MAX_CHARS:
            JsonHighlighter(self.view.document(), appearance)
        self._more: QPushButton | None = None  # few texts are that long
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.view.set_text(text)
        self._column.addWidget(self.view)
        self._on_more_changed()
        self.view.more_changed.connect(self._on_more_changed)

    def _on_more_changed(self) -> None:
        hidden = self.view.hidden_chars
        if self._more is None:
            if not hidden:
                return
            self._more = QPushButton()
            self._more.setProperty("kind", "link")
            self._more.clicked.connect(self.view.load_more)
            self._column.addWidget(self._more)
        self._more.setVisible(hidden > 0)
        self._more.setText(f"Load more ({format_count(hidden)} characters are not shown)")
