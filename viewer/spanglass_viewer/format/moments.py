"""Points in time: relative for a list, absolute for a tooltip. Local time, as the reader's clock shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_US = (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LAST_US = (datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


def format_relative(moment_us: int, now_us: int) -> str:
    """Return how long ago a moment (µs since the epoch) was: `now`, `2 min ago`, `3 h ago`, else the date.

    Another machine's clock may be ahead: a moment that is to come is `in 3 h`.
    """
    secs = (now_us - moment_us) / 1e6
    if secs <= -_MINUTE:
        minutes, hours = -secs // _MINUTE, -secs // _HOUR
        return format_date(moment_us) if hours >= 24 else f"in {hours:.0f} h" if hours else f"in {minutes:.0f} min"
    if secs < 5:
        return "now"
    if secs < _MINUTE:
        return f"{secs:.0f} s ago"
    if secs < _HOUR:
        return f"{secs // _MINUTE:.0f} min ago"
    if secs < _DAY:
        return f"{secs // _HOUR:.0f} h ago"
    if secs < 7 * _DAY:
        return f"{secs // _DAY:.0f} d ago"
    return format_date(moment_us)


def format_absolute(moment_us: int) -> str:
    """Return a moment as `2026-11-23 14:02:11.560 +01:00`."""
    local = _local(moment_us)
    offset = local.strftime("%z")
    return f"{local.strftime('%Y-%m-%d %H:%M:%S')}.{local.microsecond // 1000:03d} {offset[:3]}:{offset[3:5]}"


def format_clock(moment_us: int) -> str:
    """Return the time of day of a moment as `14:02:11.560`."""
    local = _local(moment_us)
    return f"{local.strftime('%H:%M:%S')}.{local.microsecond // 1000:03d}"


def format_brief(moment_us: int) -> str:
    """Return a moment as `11-23 14:02:11`, for a line that has little room."""
    return _local(moment_us).strftime("%m-%d %H:%M:%S")


def format_moment(moment_us: int) -> str:
    """Return a moment to the second, as `2026-11-23 14:02:11`."""
    return _local(moment_us).strftime("%Y-%m-%d %H:%M:%S")


def format_date(moment_us: int) -> str:
    """Return the day of a moment as `2026-11-23`."""
    return _local(moment_us).date().isoformat()


def _local(moment_us: int) -> datetime:
    """Return a moment in local time; where a clock went astray, the nearest one that has a local time everywhere."""
    return (_EPOCH + timedelta(microseconds=min(max(moment_us, _FIRST_US), _LAST_US))).astimezone()
