"""Fixtures of the viewer's tests: the fonts and both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.theme.fonts import load_fonts

if TYPE_CHECKING:
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
