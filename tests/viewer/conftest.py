"""Fixtures of the viewer's tests: the fonts, both themes, and patience."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.theme.fonts import load_fonts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QApplication

# What a test waits for comes; how soon says on a shared machine what else runs there. Only a failure takes so long.
_PATIENCE_MS = 60_000


class _PatientQtBot(QtBot):
    """Waits longer for what has to come than Qt's 5 s, also where a test names a time of its own."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = _PATIENCE_MS) -> None:  # noqa: N802 - pytest-qt's name
        super().waitUntil(callback, timeout=max(timeout, _PATIENCE_MS))

    def waitSignal(self, signal: Any, *, timeout: int = _PATIENCE_MS, **options: Any) -> Any:  # noqa: N802 - as above
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitSignals(self, signals: list[Any], *, timeout: int = _PATIENCE_MS, **options: Any) -> Any:  # noqa: N802 - as above
        return super().waitSignals(signals, timeout=timeout, **options)

    def waitExposed(self, widget: Any, *, timeout: int = _PATIENCE_MS) -> Any:  # noqa: N802 - as above
        return super().waitExposed(widget, timeout=timeout)

    def waitActive(self, widget: Any, *, timeout: int = _PATIENCE_MS) -> Any:  # noqa: N802 - as above
        return super().waitActive(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:  # noqa: ARG001 - Qt has to be there
    """Patient hands."""
    return _PatientQtBot(request)


@pytest.fixture(scope="session")
def _fonts(qapp: QApplication) -> None:
    qapp.setStyle("Fusion")
    assert load_fonts() == []


@pytest.fixture
def appearance(qapp: QApplication, _fonts: None) -> Appearance:
    """The dark theme, applied."""
    return Appearance(qapp, ThemeMode.DARK)


@pytest.fixture(params=["dark", "light"])
def each_appearance(request: pytest.FixtureRequest, qapp: QApplication, _fonts: None) -> Appearance:
    """Both themes in turn."""
    return Appearance(qapp, ThemeMode(request.param))


class _StrayWindows(QObject):
    """Notes each label, button or frame that is shown as a window of its own: it had no parent yet, and flashes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() is QEvent.Type.Show and isinstance(watched, (QLabel, QAbstractButton)) and watched.isWindow():
            self.seen.append(f"{watched.metaObject().className()} {watched.objectName()}")
        return False


@pytest.fixture(autouse=True)
def _no_stray_windows(qapp: QApplication) -> Iterator[None]:
    watch = _StrayWindows()
    qapp.installEventFilter(watch)
    yield
    qapp.removeEventFilter(watch)
    assert watch.seen == []
