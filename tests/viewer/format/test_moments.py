from __future__ import annotations

import re
import time

import pytest

from spanglass_viewer.format.moments import format_absolute, format_clock, format_relative

NOW_US = 1_795_419_724_883_865


@pytest.mark.parametrize(
    ("secs_ago", "shown"),
    [(0, "now"), (-3, "now"), (12, "12 s ago"), (150, "2 min ago"), (7300, "2 h ago"), (2 * 86400 + 5, "2 d ago")],
)
def test_how_long_ago(secs_ago: int, shown: str) -> None:
    assert format_relative(NOW_US - secs_ago * 1_000_000, NOW_US) == shown


@pytest.mark.parametrize(("secs_ahead", "shown"), [(30, "now"), (90, "in 1 min"), (7300, "in 2 h")])
def test_a_moment_that_is_to_come(secs_ahead: int, shown: str) -> None:
    assert format_relative(NOW_US + secs_ahead * 1_000_000, NOW_US) == shown
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", format_relative(NOW_US + 86_400_000_000, NOW_US))


def test_older_than_a_week_is_a_date() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", format_relative(NOW_US - 30 * 86_400_000_000, NOW_US))


def test_a_moment_keeps_its_milliseconds_and_its_offset() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.883 [+-]\d\d:\d\d", format_absolute(NOW_US))
    assert format_clock(NOW_US).endswith(".883")


@pytest.mark.parametrize(("moment_us", "year"), [(253_402_300_799_999_999, "9999"), (-62_135_596_800_000_000, "0001")])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_clocks_that_went_astray(monkeypatch: pytest.MonkeyPatch, moment_us: int, year: str, zone: str) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert format_absolute(moment_us).startswith(year) or year == "0001"
        assert format_relative(moment_us, NOW_US)
        assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3}", format_clock(moment_us))
    finally:
        monkeypatch.undo()
        time.tzset()
