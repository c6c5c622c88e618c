"""Times of rows."""

from __future__ import annotations

import datetime as dt
import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass import clock


@pytest.fixture(autouse=True)
def _real_clock_afterwards():
    yield
    clock.use_clock(None)


@given(st.integers(10**15, 10**16 - 1))
def test_iso_text_is_what_datetime_prints(micros):
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=micros)
    clock.use_clock(iter((micros * 1000, micros * 1000 + 999)).__next__)
    for _ in range(2):
        _, _, iso, digits, _ = clock.read_row_time()
        assert f"{iso}.{digits}+00:00" == moment.isoformat(timespec="microseconds")


@given(st.lists(st.integers(1_700_000_000_000_000_000, 1_900_000_000_000_000_000)))
def test_stamps_only_grow_however_the_clock_jumps(readings):
    stamps = [clock.stamp_of(reading) for reading in readings]
    assert stamps == sorted(set(stamps))


def test_stamps_of_many_threads_differ():
    stamps: list[int] = []

    def take():
        stamps.extend([clock.stamp_of(1) for _ in range(10_000)])
        stamps.extend([int(clock.read_row_time()[1]) for _ in range(10_000)])

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(stamps)) == 80_000


@pytest.mark.parametrize("ns", [5_000_000_000, 86_400_000_000_000, 1_795_419_724_883_860_111, 10**19])
def test_a_clock_that_is_far_off_still_gives_times(ns):
    clock.use_clock(lambda: ns)
    read_ns, _, iso, micros, secs = clock.read_row_time()
    assert read_ns == ns
    created = f"{iso}.{micros}+00:00"
    assert dt.datetime.fromisoformat(created).timestamp() == pytest.approx(ns / 1e9, abs=1e-5)
    assert float(secs) == pytest.approx(ns / 1e9, abs=1e-6)


@pytest.mark.parametrize("ns", [-5_000_000_000, 0, 999_999_999])
def test_a_clock_that_was_never_set_shows_the_first_second(ns):
    clock.use_clock(lambda: ns)
    assert clock.read_row_time()[2:] == ("1970-01-01T00:00:01", "000000", "1.0")


def test_a_clock_that_was_never_set_and_goes_on_shows_the_first_second_too():
    clock.use_clock(iter([5, 6, 999_999_999, 1_000_000_000, 1_500_000_000]).__next__)
    times = [clock.read_row_time() for _ in range(5)]
    assert [time[4] for time in times] == ["1.0", "1.0", "1.0", "1.0", "1.5"]
    assert [time[1] for time in times] == ["5", "6", "999999999", "1000000000", "1500000000"]


def test_rows_of_one_reading_have_stamps_of_their_own_and_the_same_time():
    clock.use_clock(lambda: 1_795_419_724_883_860_111)
    first, second = clock.read_row_time(), clock.read_row_time()
    assert (first[1], second[1]) == ("1795419724883860111", "1795419724883860112")
    assert first[2:] == second[2:] == ("2026-11-23T07:42:04", "883860", "1795419724.88386")


@given(st.integers(10**18, 2 * 10**18))
def test_a_second_is_remembered_as_long_as_it_lasts(ns):
    second_ns = ns - ns % 10**9
    readings = [ns, second_ns, second_ns - 1, second_ns + 10**9 - 1, second_ns + 10**9, ns]
    clock.use_clock(iter(readings).__next__)
    for read_ns in readings:
        _, _, _, micros, secs = clock.read_row_time()
        assert micros == f"{read_ns // 1000 % 10**6:06d}"
        assert secs == json.dumps(read_ns // 1000 / 10**6)
