"""Counts, tokens, money and sizes."""

from __future__ import annotations

from spanglass_viewer.format.durations import NO_VALUE

_KIBI = 1000
_COST_DIGITS = 9  # sums are off by less: else of two calls that cost $0.0035 one said $0.003, and one $0.004
_NO_CENTS_DOLLARS, _LARGE_DOLLARS = 999.995, 9_999.5  # from here on a list has no room for cents, for all digits


def format_count(count: int | None) -> str:
    """Return a count with a comma between thousands: `12,480`."""
    return NO_VALUE if count is None else f"{count:,}"


def format_compact(count: float | None) -> str:
    """Return a count in three digits: `980`, `14.2k`, `3.1M`, `2.0G`, `1.5T`."""
    if count is None:
        return NO_VALUE
    value = float(count)
    for unit in ("", "k", "M", "G", "T"):
        if abs(value) < 999.5 or unit == "T":
            if not unit or abs(value) >= 99.95:
                return f"{value:.0f}{unit}"
            return f"{value:.1f}{unit}"
        value /= 1000
    raise AssertionError("the last unit takes every value")


def format_cost(dollars: float | None, *, is_estimate: bool = False) -> str:
    """Return US dollars with enough digits to tell small costs apart: `$0.0841`, `$1.20`; `≈ $1.20` for an estimate."""
    if dollars is None:
        return NO_VALUE
    if is_estimate:
        return f"≈ {format_cost(dollars)}"
    if dollars == 0:
        return "$0"
    dollars = round(dollars, _COST_DIGITS)
    if dollars < 0.0001:
        return "<$0.0001"
    return f"${dollars:.4f}" if dollars < 0.1 else f"${dollars:.3f}" if dollars < 1 else f"${dollars:,.2f}"


def format_cost_short(dollars: float, *, is_estimate: bool = False) -> str:
    """Return US dollars in the few characters that a list has room for: `$0.025`, `≈$1.20`, `<$0.001`, `$12.3k`."""
    dollars = round(dollars, _COST_DIGITS) or dollars
    if 0 < dollars < 0.001:
        return "<$0.001"  # which says enough of an estimate, too
    text = "$0" if not dollars else f"${dollars:.3f}" if dollars < 1 else f"${dollars:,.2f}"
    if dollars >= _NO_CENTS_DOLLARS:
        text = f"${dollars:,.0f}" if dollars < _LARGE_DOLLARS else f"${format_compact(dollars)}"
    return f"≈{text}" if is_estimate else text


def format_score(score: float | None) -> str:
    """Return a score with two digits behind the point, fewer where they say nothing: `0.62`, `1`."""
    if score is None:
        return NO_VALUE
    return f"{score:.2f}".rstrip("0").rstrip(".") if abs(score) < 1000 else f"{score:.4g}"


def format_bytes(size_bytes: int | None) -> str:
    """Return a size in decimal units: `212 kB`, `1.2 MB`."""
    if size_bytes is None:
        return NO_VALUE
    if size_bytes < _KIBI:
        return f"{size_bytes} B"
    value = float(size_bytes)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= _KIBI
        if value < 999.5 or unit == "TB":
            return f"{value:.0f} {unit}" if value >= 9.95 else f"{value:.1f} {unit}"
    raise AssertionError("the last unit takes every value")


def format_many(count: int, noun: str, plural: str | None = None) -> str:
    """Return a count with its noun: `1 span`, `46 spans`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
