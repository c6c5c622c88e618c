"""The bar at the head of the window: whose window it is, whether it is live, the theme, everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QWidget

from spanglass_viewer.theme.appearance import ThemeMode
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.icons import icon_pixmap, tinted_icon
from spanglass_viewer.theme.text_size import keep_height, wear
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.key_hints import hint_at
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance

_MODE_ICONS = {ThemeMode.SYSTEM: "monitor", ThemeMode.LIGHT: "sun", ThemeMode.DARK: "moon"}


_SEARCH_PX = (180, 520)
_LIVE, _PAUSED = "Live", "Paused"


class TopBar(QFrame):
    """Emits what was asked for; the window acts on it."""

    paused_changed = Signal(bool)
    theme_turned = Signal()

    def __init__(self, menu: QMenu, search: QWidget, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "topbar")
        keep_height(self, 46)
        self._appearance = appearance
        self._mark = QLabel()
        self._live = QPushButton()
        self._live.setProperty("kind", "stat")
        wear(self._live, FontRole.SMALL)
        self._live.setCheckable(True)
        self._live.toggled.connect(self._on_live_toggled)
        self._theme = IconButton("monitor", "Theme", appearance)
        self._theme.clicked.connect(self.theme_turned)
        more = IconButton("more", "More", appearance)
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self._mark)
        row.addWidget(PlainLabel("Spanglass", role=FontRole.TITLE))
        row.addStretch(1)
        search.setMinimumWidth(_SEARCH_PX[0])
        search.setMaximumWidth(_SEARCH_PX[1])
        row.addWidget(search, 4, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        for widget in (self._live, self._theme, more):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._on_appearance_changed()
        appearance.changed.connect(self._on_appearance_changed)

    def show_mode(self) -> None:
        """Show which theme is chosen; the colours may be the same after a turn to the system's."""
        mode = self._appearance.mode
        self._theme.set_icon(_MODE_ICONS[mode])
        self._theme.set_what(f"Theme is {mode.value}. Click to change it")

    def toggle_live(self) -> None:
        """Pause, or go on."""
        self._live.toggle()

    def _on_live_toggled(self, is_paused: bool) -> None:
        self._show_live()
        self.paused_changed.emit(is_paused)

    def _show_live(self) -> None:
        tokens = self._appearance.tokens
        is_paused = self._live.isChecked()
        self._live.setIcon(
            tinted_icon("pause" if is_paused else "live-dot", tokens.warning if is_paused else tokens.ok, 12)
        )
        self._live.ensurePolished()
        self._live.setMinimumWidth(0)
        widths: list[int] = []
        for word in (_LIVE, _PAUSED) if is_paused else (_PAUSED, _LIVE):  # the last one stays
            self._live.setText(word)
            widths.append(self._live.sizeHint().width())
        self._live.setMinimumWidth(max(widths))  # for either word: what stands beside it stays in its place
        what = "New spans wait. Click to go on" if is_paused else "New spans show as they start. Click to pause"
        hint_at(self._live, "toggle_live", what)
        self._live.setAccessibleName(f"{self._live.text()}. {what}")

    def _on_appearance_changed(self) -> None:
        self._mark.setPixmap(
            icon_pixmap("app-mark", self._appearance.tokens.accent, 20, self.devicePixelRatioF() or 1.0)
        )
        self._show_live()
        self.show_mode()
