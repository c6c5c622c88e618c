"""Starts the window and ends it."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from typing import TYPE_CHECKING, cast

from spanglass_viewer.app.unread_sources import leave_sources_unread

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QMessageLogContext, QSettings, QtMsgType
    from PySide6.QtWidgets import QApplication

    from spanglass_store.location import StoreInfo
    from spanglass_viewer.app.controller import WindowController
    from spanglass_viewer.app.main_window import MainWindow
    from spanglass_viewer.instance.doorway import Doorway
    from spanglass_viewer.theme.appearance import ThemeMode

_USUAL_THRESHOLDS = gc.get_threshold()
# Up to the first trace the collector finds nothing, and takes a tenth of the time; this is more than there ever is.
_MOST_NEW_OBJECTS = 1_000_000


def run_window(
    store: Path,
    *,
    link: str | None = None,
    theme: str | None = None,
    size: tuple[int, int] | None = None,
    screenshot: Path | None = None,
    doorway: Doorway | None = None,
) -> int:
    """Open the window on a store and return the exit code when it is closed.

    `link` is a `spanglass://` link to open; `theme` is "light", "dark" or "system" (else what was last chosen);
    `screenshot` renders the window offscreen, with everything loaded, into a PNG and ends. `doorway` is where later
    starts come in; it is closed with the window.

    Raises StoreFault where the folder can be no store, and ValueError for a link that is none.
    """
    from spanglass_store.known_stores import note_opened_store, note_store  # noqa: PLC0415 - as above
    from spanglass_store.links.addresses import parse_address  # noqa: PLC0415 - before Qt: a bad link costs nothing
    from spanglass_store.location import ensure_store  # noqa: PLC0415 - as above

    address = None if link is None else parse_address(link)
    info = ensure_store(store)
    if screenshot is None:
        note_opened_store(info)
    else:
        note_store(info)
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    scratch = None if screenshot is None else tempfile.TemporaryDirectory(prefix="spanglass-")
    window = open_window(info, theme=theme, size=size, settings_folder=None if scratch is None else scratch.name)

    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - Qt loads when a window is wanted

    from spanglass_viewer.app.interrupts import Interrupts  # noqa: PLC0415 - as above

    app = cast("QApplication", QApplication.instance())
    _watch_where_wanted(app)
    window.backend.start()
    window.controller.start()
    if address is not None:
        window.follower.go_to(address)
    _let_visitors_in(app, window, doorway)
    interrupts = Interrupts(window)
    interrupts.received.connect(window.close)
    code = app.exec() if screenshot is None else _take_screenshot(app, window, screenshot)
    interrupts.stop()
    _hand_over_clipboard()
    if scratch is not None:
        scratch.cleanup()
    return code


def open_window(
    info: StoreInfo,
    *,
    theme: str | None = None,
    size: tuple[int, int] | None = None,
    settings_folder: str | None = None,
) -> MainWindow:
    """Return the window on a store, shown, with the application around it; its threads are still to be started.

    `settings_folder` is where it keeps its settings, where these are not the user's own.
    """
    gc.set_threshold(_MOST_NEW_OBJECTS)
    from PySide6.QtCore import Qt  # noqa: PLC0415 - Qt loads when a window is wanted

    leave_sources_unread()
    from spanglass_viewer.app.main_window import MainWindow  # noqa: PLC0415 - as above
    from spanglass_viewer.app.preferences import Preferences  # noqa: PLC0415 - as above
    from spanglass_viewer.backend.threads import Backend  # noqa: PLC0415 - as above
    from spanglass_viewer.theme.appearance import Appearance  # noqa: PLC0415 - as above

    settings = _open_settings(settings_folder)
    preferences = Preferences(settings)
    app = make_application(preferences.scale_percent)
    appearance = Appearance(app, _theme_mode(theme, settings), text_percent=preferences.text_percent, waits=True)
    window = MainWindow(info, Backend(info.path), appearance, settings)
    spare_when_settled(window.controller)
    window.controller.settled.connect(appearance.may_ask_desktop, Qt.ConnectionType.SingleShotConnection)
    appearance.dress()
    if size is not None:
        window.resize(*size)
    window.show()
    return window


def spare_when_settled(controller: WindowController) -> None:
    """Have Python's collector pass over what the window is made of, now and once it shows its first trace.

    Looking through it all takes the collector 20 ms or more, in whichever thread it happens to begin, and the others
    wait; and none of it goes away before the end. From then on it looks as often as it does by itself.
    """

    def on_settled() -> None:
        controller.settled.disconnect(on_settled)
        gc.freeze()
        gc.set_threshold(*_USUAL_THRESHOLDS)

    gc.freeze()
    controller.settled.connect(on_settled)


def _watch_where_wanted(app: QApplication) -> None:
    """In debug mode, tell what keeps the UI thread busy."""
    if os.environ.get("SPANGLASS_DEBUG") == "1":
        from spanglass_viewer.app.watchdog import watch_to_stderr  # noqa: PLC0415 - few want it

        app.aboutToQuit.connect(watch_to_stderr().stop)


def _let_visitors_in(app: QApplication, window: MainWindow, doorway: Doorway | None) -> None:
    """Have the window follow the links of later starts and, on macOS, those that the system opens."""
    from spanglass_viewer.app.visitors import OpenedLinks, Visitors  # noqa: PLC0415 - Qt loads when a window is wanted

    if doorway is not None:
        visitors = Visitors(doorway, window)
        visitors.visited.connect(window.visit)
        window.closing.connect(visitors.stop)
    if sys.platform == "darwin":
        opened = OpenedLinks(window)
        opened.visited.connect(window.visit)
        app.installEventFilter(opened)


def _hand_over_clipboard() -> None:
    """Leave copied text to Qt: what Python made for the clipboard must not be deleted after Python has ended."""
    from PySide6.QtGui import QGuiApplication  # noqa: PLC0415 - Qt loads when a window is wanted

    clipboard = QGuiApplication.clipboard()
    if clipboard.ownsClipboard() and clipboard.mimeData().hasText():
        clipboard.setText(clipboard.text())


def make_application(scale_percent: int) -> QApplication:
    """Return Qt's application, with our name, icon and fonts; everything in it is so many percent as large."""
    from PySide6.QtCore import qInstallMessageHandler  # noqa: PLC0415 - Qt loads when a window is wanted
    from PySide6.QtGui import QIcon  # noqa: PLC0415 - as above
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - as above

    from spanglass_assets.paths import get_icon_path  # noqa: PLC0415 - as above
    from spanglass_viewer.app.preferences import scale_environment  # noqa: PLC0415 - as above
    from spanglass_viewer.theme.fonts import load_fonts  # noqa: PLC0415 - as above

    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        qInstallMessageHandler(_say_offscreen)
    os.environ.update(scale_environment(scale_percent, dict(os.environ)))
    app = QApplication(sys.argv[:1])
    app.setApplicationName("spanglass")
    app.setApplicationDisplayName("Spanglass")
    app.setDesktopFileName("spanglass")
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(get_icon_path("spanglass"))))
    load_fonts()
    return app


def _say_offscreen(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:  # noqa: ARG001 - Qt's signature
    """Pass Qt's messages on, but for the one that the offscreen platform has for every window."""
    if "propagateSizeHints" not in message:
        sys.stderr.write(f"{message}\n")


def _open_settings(scratch: str | None) -> QSettings:
    """Open the user's settings, or empty ones in a folder that goes away.

    Never on `os.devnull`: settings are swapped in by a rename, which root may do to a device too.
    """
    from PySide6.QtCore import QSettings  # noqa: PLC0415 - Qt loads when a window is wanted

    if scratch is not None:
        return QSettings(os.path.join(scratch, "window.ini"), QSettings.Format.IniFormat)  # noqa: PTH118 - texts for Qt
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "spanglass", "window")


def _theme_mode(theme: str | None, settings: QSettings) -> ThemeMode:
    from spanglass_viewer.theme.appearance import ThemeMode  # noqa: PLC0415 - Qt loads when a window is wanted

    chosen = theme or settings.value("theme") or ThemeMode.SYSTEM.value
    try:
        return ThemeMode(chosen)
    except ValueError:
        return ThemeMode.SYSTEM


def _take_screenshot(app: QApplication, window: MainWindow, target: Path) -> int:
    from spanglass_viewer.app.screenshot import Photographer  # noqa: PLC0415 - Qt loads when a window is wanted

    photographer = Photographer(window, target)
    photographer.start()
    return app.exec()
