from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusVariant, QDBusVirtualObject

from spanglass_viewer.theme.desktop_scheme import DesktopScheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="a bus of its own is needed")

_NAME, _PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
_INTERFACE = "org.freedesktop.portal.Settings"
_SETTING = ["org.freedesktop.appearance", "color-scheme"]
_DARK, _LIGHT, _NONE = 1, 2, 0


class _Portal(QDBusVirtualObject):
    """A desktop's portal with one setting; None where it has none."""

    def __init__(self, bus: QDBusConnection, value: int | None) -> None:
        super().__init__()
        self._bus = bus
        self._value = value
        assert bus.registerService(_NAME)
        assert bus.registerVirtualObject(_PATH, self)

    def introspect(self, path: str) -> str:  # noqa: ARG002 - Qt's signature
        return ""

    def handleMessage(self, message: QDBusMessage, connection: QDBusConnection) -> bool:  # noqa: N802 - Qt's name
        is_known = message.member() == "Read" and message.arguments() == _SETTING and self._value is not None
        answer = message.createReply(QDBusVariant(self._value)) if is_known else message.createErrorReply("no", "no")
        return connection.send(answer)

    def tell(self, value: int, setting: list[str] = _SETTING) -> None:
        signal = QDBusMessage.createSignal(_PATH, _INTERFACE, "SettingChanged")
        signal.setArguments([*setting, QDBusVariant(value)])
        assert self._bus.send(signal)


@pytest.fixture
def address() -> Iterator[str]:
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()
        daemon.kill()


@pytest.fixture
def buses(address: str) -> Iterator[list[QDBusConnection]]:
    names = ("the portal's", "the window's")
    yield [QDBusConnection.connectToBus(address, name) for name in names]
    for name in names:
        QDBusConnection.disconnectFromBus(name)


def test_it_knows_the_desktop_s_theme_and_follows_it(buses: list[QDBusConnection], qtbot: QtBot) -> None:
    portal, owner = _Portal(buses[0], _LIGHT), QObject()
    scheme = DesktopScheme(owner, buses[1])
    qtbot.waitSignal(scheme.changed).wait()
    assert scheme.scheme is Qt.ColorScheme.Light
    for value, wanted in ((_DARK, Qt.ColorScheme.Dark), (_NONE, Qt.ColorScheme.Unknown)):
        with qtbot.waitSignal(scheme.changed):
            portal.tell(value)
        assert scheme.scheme is wanted


def test_other_settings_do_not_count(buses: list[QDBusConnection], qtbot: QtBot) -> None:
    portal, owner = _Portal(buses[0], _DARK), QObject()
    scheme = DesktopScheme(owner, buses[1])
    qtbot.waitSignal(scheme.changed).wait()
    portal.tell(_LIGHT, ["org.freedesktop.appearance", "contrast"])
    portal.tell(_LIGHT, ["org.gnome.desktop.interface", "color-scheme"])
    with qtbot.waitSignal(scheme.changed):
        portal.tell(_NONE)
    assert scheme.scheme is Qt.ColorScheme.Unknown


def test_without_a_portal_nothing_is_known_until_one_comes(buses: list[QDBusConnection], qtbot: QtBot) -> None:
    owner = QObject()
    scheme = DesktopScheme(owner, buses[1])
    qtbot.waitSignal(scheme._answer.finished).wait()
    assert scheme.scheme is Qt.ColorScheme.Unknown
    portal = _Portal(buses[0], None)
    with qtbot.waitSignal(scheme.changed):
        portal.tell(_LIGHT)
    assert scheme.scheme is Qt.ColorScheme.Light


def test_without_a_bus_nothing_is_asked() -> None:
    owner = QObject()
    assert DesktopScheme(owner, QDBusConnection("there is none")).scheme is Qt.ColorScheme.Unknown
