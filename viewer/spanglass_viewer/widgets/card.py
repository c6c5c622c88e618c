"""A titled part of a pane that can be folded away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.icons import tinted_icon
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.widgets.labels import PlainLabel, set_style_property

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance

_CHEVRON_PX = 12


class CardTitle(QPushButton):
    """The title of a card; a click, Space or Enter folds the card."""

    def __init__(self, title: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._is_folded = False
        self.setText(title)
        wear(self, FontRole.SMALL_STRONG)
        self.setProperty("kind", "cardtitle")
        self.setIconSize(QSize(_CHEVRON_PX, _CHEVRON_PX))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_folded(is_folded=False)
        appearance.changed.connect(self._on_appearance_changed)

    def show_folded(self, *, is_folded: bool) -> None:
        """Turn the chevron."""
        self._is_folded = is_folded
        self.setAccessibleName(f"{self.text()}, {'folded' if is_folded else 'unfolded'}")
        self._on_appearance_changed()

    def _on_appearance_changed(self) -> None:
        name = "chevron-right" if self._is_folded else "chevron-down"
        self.setIcon(tinted_icon(name, self._appearance.tokens.text_faint, _CHEVRON_PX))


class Card(QWidget):
    """A title with tools at its right, and a framed body below."""

    fold_toggled = Signal(bool)  # is_folded, by the user

    def __init__(self, title: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._is_folded = False
        self._title = CardTitle(title, appearance)
        self._title.clicked.connect(self._on_title_clicked)
        self._note = PlainLabel(role=FontRole.TINY, tone="faint")
        self._tools = QHBoxLayout()
        self._tools.setSpacing(0)
        self._tool_widgets: list[QWidget] = []
        self._frame = QFrame()
        self._frame.setProperty("kind", "card")
        self._body = QVBoxLayout(self._frame)
        self._body.setContentsMargins(12, 10, 12, 10)
        self._body.setSpacing(8)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(4)
        for widget in (self._title, self._note):
            head.addWidget(widget)
        head.addStretch(1)
        head.addLayout(self._tools)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._frame)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def is_folded(self) -> bool:
        """Tell whether only the title is shown."""
        return self._is_folded

    @property
    def body(self) -> QVBoxLayout:
        """The column inside the frame."""
        return self._body

    def set_folded(self, *, is_folded: bool) -> None:
        """Fold the body away, or show it."""
        self._is_folded = is_folded
        self._title.show_folded(is_folded=is_folded)
        self._frame.setVisible(not is_folded)
        for tool in self._tool_widgets:
            tool.setVisible(not is_folded)

    def clear_body(self) -> None:
        """Take everything out of the frame."""
        while (item := self._body.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def set_note(self, note: str) -> None:
        """Say something beside the title, such as a size."""
        self._note.setText(note)

    def set_tone(self, tone: str | None) -> None:
        """Dress the frame; "bare" leaves it out."""
        set_style_property(self._frame, "tone", tone)

    def add_tool(self, tool: QWidget) -> None:
        """Put a button at the right end of the title."""
        self._tools.addWidget(tool)
        self._tool_widgets.append(tool)
        tool.setVisible(not self._is_folded)

    def _on_title_clicked(self) -> None:
        self.set_folded(is_folded=not self._is_folded)
        self.fold_toggled.emit(self._is_folded)
