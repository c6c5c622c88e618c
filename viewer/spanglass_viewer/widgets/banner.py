"""A banner across the window: a sentence or two about what is in the way, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.icons import icon_pixmap
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import PlainLabel, set_style_property

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance

_ICON_PX = 16
# What a reader of screens calls the button while it has no words.
_NO_ACTION = "Nothing to do"


class Banner(QFrame):
    """Hidden until it has something to say; `closed` tells that it was read, `acted` that its button was pressed."""

    closed = Signal()
    acted = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._is_warning = False
        self.setProperty("kind", "banner")
        self._icon = QLabel()
        self._text = PlainLabel()
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = QPushButton()
        wear(self._action, FontRole.SMALL)
        self._action.setAccessibleName(_NO_ACTION)
        self._action.clicked.connect(self.acted)
        self._close = IconButton("close", "Close this message", appearance)
        self._close.clicked.connect(self._on_close_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        appearance.changed.connect(self._on_appearance_changed)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def say(self, text: str, *, is_warning: bool, action: str | None = None) -> None:
        """Show a text, as a warning or as news of what goes on; `action` is the words of a button."""
        self._is_warning = is_warning
        set_style_property(self, "tone", "warning" if is_warning else "news")
        self._text.setText(text)
        self._action.setText(action or "")
        self._action.setAccessibleName(action or _NO_ACTION)
        self._action.setVisible(action is not None)
        self._on_appearance_changed()
        self.setAccessibleName(text)
        self.show()

    def _on_close_clicked(self) -> None:
        self.hide()
        self.closed.emit()

    def _on_appearance_changed(self) -> None:
        tokens = self._appearance.tokens
        name, color = ("warning", tokens.warning) if self._is_warning else ("info", tokens.accent)
        self._icon.setPixmap(icon_pixmap(name, color, _ICON_PX, self.devicePixelRatioF() or 1.0))
