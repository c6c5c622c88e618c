from __future__ import annotations

import colorsys
import itertools

import pytest

from spanglass_assets.paths import get_icon_path
from spanglass_viewer.theme.style_sheet import style_sheet
from spanglass_viewer.theme.tokens import DARK, KNOWN_TYPES, LIGHT, Tokens

LEAST_CONTRAST = 4.5  # of text, by WCAG AA
LEAST_ICON_CONTRAST = 3  # of what is no text
GROUNDS = ("window", "raised", "hover", "selection", "selection_soft")
TEXTS = ("text", "text_muted", "text_faint", "accent", "error", "ok", "warning")
ON_FILLS = (("error", "error_fill"), ("text", "error_fill"), ("text_faint", "error_fill"), ("warning", "warning_fill"),
            ("text", "warning_fill"), ("accent_text", "accent"), ("text", "pressed"), ("text_muted", "pressed"),
            *((word, ground) for word in ("json_key", "json_string", "json_number", "json_word")
              for ground in ("window", "raised")))  # fmt: skip
LEAST_FROM_RED = 25  # degrees of hue

each_theme = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])


def parts(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def luminance(color: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts(color)
    )  # fmt: skip
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@each_theme
def test_text_can_be_read_on_every_ground(tokens: Tokens) -> None:
    pairs = [*((text, ground) for text in TEXTS for ground in GROUNDS), *ON_FILLS]
    found = {pair: round(contrast(getattr(tokens, pair[0]), getattr(tokens, pair[1])), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < LEAST_CONTRAST} == {}


@each_theme
def test_the_style_sheet_s_own_icons_are_told_from_their_ground(tokens: Tokens) -> None:
    for name, ground in (("chevron-down", tokens.raised), ("check", tokens.accent)):
        path = get_icon_path(f"fixed/{name}")
        assert f'url("{path.as_posix()}")' in style_sheet()
        stroke = path.read_text().partition('stroke="')[2].partition('"')[0]
        assert contrast(stroke, ground) >= LEAST_ICON_CONTRAST


@each_theme
def test_the_three_greys_are_told_apart(tokens: Tokens) -> None:
    ratios = [contrast(grey, tokens.window) for grey in (tokens.text, tokens.text_muted, tokens.text_faint)]
    assert all(above > 1.2 * below for above, below in itertools.pairwise(ratios))


@each_theme
def test_red_is_for_errors_alone(tokens: Tokens) -> None:
    others = {tokens.accent, tokens.ok, tokens.warning, *(tokens.type_hue(name) for name in (*KNOWN_TYPES, "other"))}
    red = 360 * colorsys.rgb_to_hls(*parts(tokens.error))[0]
    for color in others:
        apart = abs(360 * colorsys.rgb_to_hls(*parts(color))[0] - red)
        assert min(apart, 360 - apart) >= LEAST_FROM_RED, color
