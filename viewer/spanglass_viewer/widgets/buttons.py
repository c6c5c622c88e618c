"""Buttons: an icon, a filter chip, a figure that can be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.icons import tinted_icon
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.widgets.labels import plain_tooltip, set_style_property

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance

_ICON_PX = 16


class IconButton(QToolButton):
    """An icon alone; what it does is its tooltip and its accessible name."""

    def __init__(self, icon_name: str, what: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._appearance = appearance
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_what(what)
        self._on_appearance_changed()
        appearance.changed.connect(self._on_appearance_changed)

    def set_icon(self, icon_name: str) -> None:
        """Show another icon."""
        self._icon_name = icon_name
        self._on_appearance_changed()

    def set_what(self, what: str) -> None:
        """Say what a click does."""
        self.setToolTip(plain_tooltip(what))
        self.setAccessibleName(what)

    def _on_appearance_changed(self) -> None:
        self.setIcon(tinted_icon(self._icon_name, self._appearance.tokens.text_muted, _ICON_PX))


class Chip(QPushButton):
    """A filter that is on or off."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("kind", "chip")
        self.setCheckable(True)
        wear(self, FontRole.SMALL)
        self.setCursor(Qt.CursorShape.PointingHandCursor)


class StatButton(QPushButton):
    """A figure in a header; a click leads to what it counts."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("kind", "stat")
        wear(self, FontRole.SMALL)
        self.setFlat(True)

    def set_tone(self, tone: str | None) -> None:
        """Change what the colour says."""
        set_style_property(self, "tone", tone)
