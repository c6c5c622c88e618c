"""Whether the desktop wants light or dark, as its portal says it over D-Bus: for desktops that Qt does not ask.

Qt's own wheels follow GNOME and its kin. Of KDE they know what holds at the start, of sway and others nothing; but the
portal of each of them tells, and tells of changes. Loading Qt's module for D-Bus and asking takes 3 ms and 1.2 MB: no
start waits for it.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import SLOT, QObject, Qt, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusVariant

_PORTAL = ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings")
_SETTING = ["org.freedesktop.appearance", "color-scheme"]
_SCHEMES = {1: Qt.ColorScheme.Dark, 2: Qt.ColorScheme.Light}  # 0 is no preference


class DesktopScheme(QObject):
    """Asks once and then listens; without a bus or a portal it stays at `Unknown`."""

    changed = Signal()

    def __init__(self, parent: QObject, bus: QDBusConnection | None = None) -> None:
        super().__init__(parent)
        self.scheme = Qt.ColorScheme.Unknown
        self._bus = QDBusConnection.sessionBus() if bus is None else bus
        if not self._bus.isConnected():
            return
        slot = cast("bytes", SLOT("_on_setting_changed(QDBusMessage)"))  # the stubs hold it for bytes
        self._bus.connect(*_PORTAL, "SettingChanged", self, slot)
        # `ReadOne` is what newer portals would rather be asked, and older ones do not know
        question = QDBusMessage.createMethodCall(*_PORTAL, "Read")
        question.setArguments(_SETTING)
        self._answer = QDBusPendingCallWatcher(self._bus.asyncCall(question), self)
        self._answer.finished.connect(self._on_answered)

    def _on_answered(self) -> None:
        said = self._answer.reply().arguments()
        if not self._answer.isError() and said:
            self._take(said[0])

    @Slot(QDBusMessage)
    def _on_setting_changed(self, message: QDBusMessage) -> None:
        *setting, value = message.arguments() or [None]
        if setting == _SETTING:
            self._take(value)

    def _take(self, value: object) -> None:
        while isinstance(value, QDBusVariant):  # one in the other, as `Read` has it
            value = value.variant()
        scheme = _SCHEMES.get(value, Qt.ColorScheme.Unknown) if isinstance(value, int) else Qt.ColorScheme.Unknown
        if scheme is not self.scheme:
            self.scheme = scheme
            self.changed.emit()
