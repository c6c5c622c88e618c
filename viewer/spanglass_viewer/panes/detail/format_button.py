"""The button of a card that names the format of its value, and offers the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from spanglass_viewer.panes.detail.view_state import ValueFormat
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.icons import tinted_icon
from spanglass_viewer.theme.text_size import wear

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance

_CHEVRON_PX = 10


class FormatButton(QToolButton):
    """Names the format, and offers the others; those that a value cannot have are greyed."""

    format_chosen = Signal(object)  # ValueFormat
    wrap_toggled = Signal(bool)
    link_wanted = Signal()

    def __init__(self, appearance: Appearance, *, is_wrapped: bool) -> None:
        super().__init__()
        self.setAccessibleName("Format")
        wear(self, FontRole.TINY)
        self.setProperty("kind", "quiet")
        self._appearance = appearance
        self.setIconSize(QSize(_CHEVRON_PX, _CHEVRON_PX))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the chevron stands behind the word
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        menu = QMenu(self)
        self._group = QActionGroup(self)
        for shown in ValueFormat:
            action = menu.addAction(shown.value)
            action.setCheckable(True)
            action.setData(shown.name)
            self._group.addAction(action)
        menu.addSeparator()
        wrap = menu.addAction("Wrap lines")
        wrap.setCheckable(True)
        wrap.setChecked(is_wrapped)
        wrap.toggled.connect(self.wrap_toggled)
        menu.addSeparator()
        menu.addAction("Copy link to this field", self.link_wanted.emit)
        self._group.triggered.connect(self._on_triggered)
        self.setMenu(menu)

    def show_format(self, shown: ValueFormat, fitting: frozenset[ValueFormat], *, is_chat: bool) -> None:
        """Say which format is in force, and which ones fit the value; what is pretty for a chat is called Chat."""
        pretty = "Chat" if is_chat else ValueFormat.PRETTY.value
        name = pretty if shown is ValueFormat.PRETTY else shown.value
        self.setText(name)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(name) + _CHEVRON_PX + 16)
        self.setAccessibleName(f"Format {name}")
        for action in self._group.actions():
            known = ValueFormat[str(action.data())]
            action.setChecked(known is shown)
            action.setEnabled(known in fitting)
            if known is ValueFormat.PRETTY:
                action.setText(pretty)

    def _on_appearance_changed(self) -> None:
        self.setIcon(tinted_icon("chevron-down", self._appearance.tokens.text_faint, _CHEVRON_PX))

    def _on_triggered(self) -> None:
        self.format_chosen.emit(ValueFormat[str(self._group.checkedAction().data())])
