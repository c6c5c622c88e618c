"""How large the user wants text: fonts, and the heights and widths of what holds text, follow it at once.

One application has one text size, and a paint asks for it thousands of times a second, so it stands in this module.
A widget says once which font it wears and how high it is at 100 %; `refit` finds it by that when the size changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from spanglass_viewer.theme.fonts import FontRole, font, set_font_scale

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QWidget

TEXT_PERCENTS = (80, 90, 100, 110, 125, 150, 175, 200)
NORMAL_PERCENT = 100
_ROLE, _HEIGHT, _WIDTH = "textRole", "textHeight", "textWidth"


class _Size:
    percent = NORMAL_PERCENT


def text_percent() -> int:
    """Return the size of text, 100 where the user has not changed it."""
    return _Size.percent


def within_range(percent: int) -> int:
    """Return a size of text that can be read and fits: 80 to 200."""
    return min(max(percent, TEXT_PERCENTS[0]), TEXT_PERCENTS[-1])


def set_text_percent(percent: int) -> None:
    """Choose the size of text, 80 to 200; what is shown follows with `refit`."""
    _Size.percent = within_range(percent)
    set_font_scale(_Size.percent / NORMAL_PERCENT)


def step_percent(percent: int, direction: int) -> int:
    """Return the next larger (1) or smaller (-1) size; at the ends it stays as it is."""
    beyond = [known for known in TEXT_PERCENTS if (known - percent) * direction > 0]
    if not beyond:
        return percent
    return min(beyond) if direction > 0 else max(beyond)


def text_px(pixels: int) -> int:
    """Return how many pixels it takes now to hold the text that takes this many at 100 %."""
    return round(pixels * _Size.percent / NORMAL_PERCENT)


def wear(widget: QWidget, role: FontRole) -> None:
    """Give a widget the font of a role, whatever the size of text becomes."""
    widget.setProperty(_ROLE, role.name)
    widget.setFont(font(role))


def keep_height(widget: QWidget, pixels: int) -> None:
    """Fix a widget's height: so many pixels at 100 %, and more or less as text grows or shrinks."""
    widget.setProperty(_HEIGHT, pixels)
    widget.setFixedHeight(text_px(pixels))


def keep_width(widget: QWidget, pixels: int) -> None:
    """Fix a widget's width in the same way."""
    widget.setProperty(_WIDTH, pixels)
    widget.setFixedWidth(text_px(pixels))


def refit(widgets: Iterable[QWidget]) -> None:
    """Let widgets follow the size of text as far as they have said how."""
    for widget in widgets:
        role, height, width = (widget.property(name) for name in (_ROLE, _HEIGHT, _WIDTH))
        if role is not None:
            widget.setFont(font(FontRole[cast("str", role)]))
        if height is not None:
            widget.setFixedHeight(text_px(cast("int", height)))
        if width is not None:
            widget.setFixedWidth(text_px(cast("int", width)))
