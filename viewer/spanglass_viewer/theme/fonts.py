"""The two bundled families, and the fonts of the window by their role."""

from __future__ import annotations

import enum
import functools

from PySide6.QtGui import QFont, QFontDatabase

from spanglass_assets.paths import list_font_paths

SANS = "Inter"
MONO = "JetBrains Mono"


class FontRole(enum.Enum):
    """What a text is; the value is (family, pixel size at 100 %, weight)."""

    BODY = (SANS, 13, QFont.Weight.Normal)
    BODY_STRONG = (SANS, 13, QFont.Weight.DemiBold)
    SMALL = (SANS, 12, QFont.Weight.Normal)
    SMALL_STRONG = (SANS, 12, QFont.Weight.DemiBold)
    TINY = (SANS, 11, QFont.Weight.Normal)
    TITLE = (SANS, 16, QFont.Weight.DemiBold)
    CODE = (MONO, 12, QFont.Weight.Normal)

    # an enum's own is written in Python, and a paint looks up hundreds of widths and fonts by their role
    __hash__ = object.__hash__


def load_fonts() -> list[str]:
    """Register the bundled fonts with Qt and return the files that Qt could not use (Qt then falls back)."""
    return [path.name for path in list_font_paths() if QFontDatabase.addApplicationFont(str(path)) < 0]


class _Scale:
    value = 1.0


def set_font_scale(scale: float) -> None:
    """Make fonts this much larger from here on (1.0 = 100 %): the user's text size."""
    _Scale.value = scale


def font(role: FontRole, scale: float = 1.0) -> QFont:
    """Return the font of a role in the user's text size, `scale` times as large. Do not change what it returns."""
    return _make_font(role, scale * _Scale.value)


@functools.cache
def _make_font(role: FontRole, scale: float) -> QFont:
    family, pixels, weight = role.value
    made = QFont(family)
    made.setPixelSize(max(6, round(pixels * scale)))
    made.setWeight(weight)
    if family == SANS:
        # figures of one width: a running duration must not make its row tremble
        made.setFeature(QFont.Tag.fromString("tnum"), 1)
    return made
