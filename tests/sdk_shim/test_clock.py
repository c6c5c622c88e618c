"""Times of rows."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass import clock


@given(st.integers(10**15, 10**16 - 1))
def test_iso_text_is_what_datetime_prints(micros):
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=micros)
    ns = micros * 1000
    assert clock.iso_utc(ns) == moment.isoformat(timespec="microseconds")
    assert clock.iso_utc(ns + 999) == clock.iso_utc(ns)


@given(st.lists(st.integers(1_700_000_000_000_000_000, 1_900_000_000_000_000_000)))
def test_stamps_only_grow_however_the_clock_jumps(readings):
    stamps = [clock.stamp_of(reading) for reading in readings]
    assert stamps == sorted(set(stamps))


def test_stamps_of_many_threads_differ():
    stamps: list[int] = []

    def take():
        stamps.extend([clock.stamp_of(1) for _ in range(20_000)])

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(stamps)) == 80_000


@pytest.mark.parametrize("ns", [5_000_000_000, 86_400_000_000_000, 1_795_419_724_883_865_111, 10**19])
def test_a_clock_that_is_far_off_still_gives_times(ns):
    created, secs = clock.texts_of(ns)
    assert dt.datetime.fromisoformat(created).timestamp() == pytest.approx(ns / 1e9, abs=1e-5)
    assert float(secs) == pytest.approx(ns / 1e9, abs=1e-6)


@pytest.mark.parametrize("ns", [-5_000_000_000, 0, 999_999_999])
def test_a_clock_that_was_never_set_shows_the_first_second(ns):
    assert clock.texts_of(ns) == ("1970-01-01T00:00:01.000000+00:00", "1.0")
