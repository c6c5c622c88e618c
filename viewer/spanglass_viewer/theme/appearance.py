"""The theme in force: light, dark, or whatever the system says; one object that everything painted listens to."""

from __future__ import annotations

import enum
import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from spanglass_viewer.theme.dressing import Dressing
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.palette import make_palette
from spanglass_viewer.theme.style_sheet import style_sheet
from spanglass_viewer.theme.text_size import NORMAL_PERCENT, set_text_percent, text_percent
from spanglass_viewer.theme.tokens import DARK, LIGHT, Tokens

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from spanglass_viewer.theme.desktop_scheme import DesktopScheme

_ASKING_PLATFORMS = ("xcb", "wayland")  # where there can be a portal


class ThemeMode(enum.Enum):
    """What the user chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Appearance(QObject):
    """Holds the mode and the tokens, and dresses the application in them.

    With `waits` the style sheet comes when `dress` is called: a window's worth of widgets is styled at
    once in a third of the time, instead of each again whenever it finds its place.
    """

    changed = Signal()
    motion_changed = Signal()
    text_resized = Signal()  # after `changed`: what measures text when it is made is to be made again

    def __init__(
        self,
        app: QApplication,
        mode: ThemeMode = ThemeMode.SYSTEM,
        *,
        text_percent: int = NORMAL_PERCENT,
        waits: bool = False,
    ) -> None:
        super().__init__(app)
        set_text_percent(text_percent)
        self._app = app
        self._mode = mode
        self._reduces_motion = False
        self._may_ask = False
        self._desktop: DesktopScheme | None = None
        self._told_percent = text_percent
        self._cursor_flash_ms = app.cursorFlashTime()
        self._tokens = self._resolve()
        self._dressing = Dressing(app)
        self._dressing.dressed.connect(self.changed)
        self._dressing.fitted.connect(self._on_fitted)
        app.styleHints().colorSchemeChanged.connect(self._on_system_scheme_changed)
        self._color()
        if not waits:
            self.dress()

    @property
    def app(self) -> QApplication:
        """The application that is dressed."""
        return self._app

    @property
    def mode(self) -> ThemeMode:
        """The user's choice."""
        return self._mode

    @property
    def is_settled(self) -> bool:
        """Tell whether a chosen theme or size of text has come to all that is shown."""
        return self._dressing.is_done

    @property
    def tokens(self) -> Tokens:
        """The colours in force."""
        return self._tokens

    def set_mode(self, mode: ThemeMode) -> None:
        """Choose a theme; emits `changed` where the colours change."""
        self._mode = mode
        self._ask_desktop()
        self._apply()

    @property
    def reduces_motion(self) -> bool:
        """Whether nothing is to move that need not: no blinking, no moving menus, slow ticks."""
        return self._reduces_motion

    def set_reduces_motion(self, reduces: bool) -> None:
        """Choose whether things move; emits `motion_changed`."""
        if reduces == self._reduces_motion:
            return
        self._reduces_motion = reduces
        self._app.setCursorFlashTime(0 if reduces else self._cursor_flash_ms)
        for effect in (Qt.UIEffect.UI_AnimateMenu, Qt.UIEffect.UI_AnimateCombo, Qt.UIEffect.UI_AnimateTooltip):
            self._app.setEffectEnabled(effect, not reduces)
        self.motion_changed.emit()

    @property
    def text_percent(self) -> int:
        """The size of text, 100 where the user has not changed it."""
        return text_percent()

    def set_text_percent(self, percent: int) -> None:
        """Choose the size of text, 80 to 200; emits `changed`, then `text_resized`."""
        before = text_percent()
        set_text_percent(percent)
        if text_percent() == before:
            return
        self._color()
        self._dressing.start()

    def next_mode(self) -> None:
        """Turn system → light → dark → system."""
        order = list(ThemeMode)
        self.set_mode(order[(order.index(self._mode) + 1) % len(order)])

    def may_ask_desktop(self) -> None:
        """Ask the desktop itself for its theme where Qt does not follow it; call this when the window stands."""
        self._may_ask = True
        self._ask_desktop()

    def _ask_desktop(self) -> None:
        is_wanted = self._may_ask and self._mode is ThemeMode.SYSTEM and self._desktop is None
        is_deaf = self._app.styleHints().colorScheme() is Qt.ColorScheme.Unknown or _is_kde()
        if is_wanted and is_deaf and QGuiApplication.platformName() in _ASKING_PLATFORMS:
            from spanglass_viewer.theme.desktop_scheme import DesktopScheme  # noqa: PLC0415 - few desktops need it

            self._desktop = DesktopScheme(self)
            self._desktop.changed.connect(self._on_system_scheme_changed)

    def _resolve(self) -> Tokens:
        if self._mode is ThemeMode.SYSTEM:
            told = Qt.ColorScheme.Unknown if self._desktop is None else self._desktop.scheme
            scheme = self._app.styleHints().colorScheme() if told is Qt.ColorScheme.Unknown else told
            return LIGHT if scheme is Qt.ColorScheme.Light else DARK
        return DARK if self._mode is ThemeMode.DARK else LIGHT

    def _apply(self) -> None:
        tokens = self._resolve()
        if tokens is self._tokens:
            return
        self._tokens = tokens
        self._color()
        self._dressing.start()

    def dress(self) -> None:
        """Give the application the style sheet."""
        self._app.setStyleSheet("")  # in the place of another one it would take five times as long
        self._app.setStyleSheet(style_sheet())

    def _on_fitted(self) -> None:
        if self._told_percent != text_percent():
            self._told_percent = text_percent()
            self.text_resized.emit()

    def _color(self) -> None:
        """Give the application the font and the palette: widgets take the font when they are made."""
        self._app.setFont(font(FontRole.BODY))
        self._app.setPalette(make_palette(self._tokens))

    def _on_system_scheme_changed(self) -> None:
        self._apply()


def _is_kde() -> bool:
    return "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":")
