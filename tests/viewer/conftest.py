"""Fixtures of the viewer's tests: the fonts and both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QAbstractButton, QLabel

from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.theme.fonts import load_fonts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication


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
