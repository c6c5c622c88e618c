"""Durations and the ticks of a time axis."""

from __future__ import annotations

import math

_UNITS = ((3600.0, "h"), (60.0, "m"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
_DAY_SECS = 86400.0
NO_VALUE = "—"


def format_duration(secs: float | None) -> str:
    """Return a duration in seconds with about three digits: `640 ms`, `1.38 s`, `2 m 05 s`, `1 h 03 m`, `4 d 04 h`."""
    if secs is None or math.isnan(secs):
        return NO_VALUE
    if secs < 0:
        return "−" + format_duration(-secs)
    if secs >= 1000 * _DAY_SECS:
        return f"{secs / _DAY_SECS:,.0f} d"
    if secs >= 100 * 3600 - 30:
        hours = round(secs / 3600)
        return f"{hours // 24} d {hours % 24:02d} h"
    if secs >= 3599.5:
        minutes = round(secs / 60)
        return f"{minutes // 60} h {minutes % 60:02d} m"
    if secs >= 99.95:
        whole = round(secs)
        return f"{whole // 60} m {whole % 60:02d} s"
    if secs >= 0.9995:
        return f"{secs:.2f} s" if secs < 9.995 else f"{secs:.1f} s"
    if secs >= 0.9995e-3:
        millis = secs * 1e3
        return f"{millis:.1f} ms" if millis < 9.95 else f"{millis:.0f} ms"
    return f"{secs * 1e6:.0f} µs" if secs else "0 ms"


def tick_step(span_secs: float, max_ticks: int) -> float:
    """Return the round step that gives at most `max_ticks` ticks.

    It is 1, 2 or 5 times a power of ten, of seconds or of days, and what divides an hour between.
    """
    if span_secs <= 0 or max_ticks < 1:
        return 1.0
    least = span_secs / max_ticks
    for step in (15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 21600.0, 86400.0):
        if least > 10.0 and step >= least:
            return step
    unit = _DAY_SECS if least > _DAY_SECS else 1.0
    magnitude = unit * 10.0 ** math.floor(math.log10(least / unit))
    return next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= least * 0.999999)


def format_tick(secs: float, step_secs: float) -> str:
    """Return a tick's label in the unit of its step, so that neighbours are comparable: `0`, `0.5 s`, `1.0 s`."""
    if secs == 0:
        return "0"
    if step_secs >= _DAY_SECS:
        return f"{secs / _DAY_SECS:,.0f} d"
    if step_secs >= 60:
        return format_duration(secs) if secs >= 99.95 else f"{secs:.0f} s"
    for scale, unit in _UNITS[2:]:
        if step_secs >= scale * 0.1 or unit == "µs":
            digits = max(0, -math.floor(math.log10(step_secs / scale) + 1e-9))
            return f"{secs / scale:.{digits}f} {unit}"
    raise AssertionError("the last unit takes every step")
