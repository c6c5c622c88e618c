from __future__ import annotations

import pytest

from spanglass_viewer.format.quantities import (
    format_bytes,
    format_compact,
    format_cost,
    format_cost_short,
    format_count,
    format_many,
    format_score,
)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0"), (980, "980"), (999.6, "1.0k"), (14_210, "14.2k"), (3_100_000, "3.1M"), (1.5e12, "1.5T"), (None, "—")],
)
def test_a_compact_count_has_three_digits(count: float | None, shown: str) -> None:
    assert format_compact(count) == shown


@pytest.mark.parametrize(
    ("dollars", "shown"),
    [(None, "—"), (0, "$0"), (0.00002, "<$0.0001"), (0.0841, "$0.0841"), (0.25, "$0.250"), (1234.5, "$1,234.50")],
)
def test_small_costs_can_be_told_apart(dollars: float | None, shown: str) -> None:
    assert format_cost(dollars) == shown


@pytest.mark.parametrize("noise", [-1e-15, 0, 1e-15])
def test_equal_costs_read_equally_whatever_they_are_a_sum_of(noise: float) -> None:
    assert format_cost_short(0.0035 + noise) == format_cost_short(0.0035)
    assert format_cost(0.00125 + noise) == format_cost(0.00125)


@pytest.mark.parametrize(
    ("size", "shown"),
    [(None, "—"), (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (212_300, "212 kB"), (1_200_000, "1.2 MB")],
)
def test_sizes_are_decimal(size: int | None, shown: str) -> None:
    assert format_bytes(size) == shown


def test_a_count_agrees_with_its_noun() -> None:
    assert format_many(1, "span") == "1 span"
    assert format_many(4600, "span") == "4,600 spans"
    assert format_count(12480) == "12,480"


@pytest.mark.parametrize(
    ("dollars", "shown"),
    [
        (0.0247, "$0.025"),
        (0.0002, "<$0.001"),
        (0, "$0"),
        (12.3, "$12.30"),
        (999.99, "$999.99"),
        (1_234.56, "$1,235"),
        (9_999.4, "$9,999"),
        (9_999.5, "$10.0k"),
        (12_345, "$12.3k"),
        (1e9, "$1.0G"),
    ],
)
def test_a_cost_in_a_list_is_short(dollars: float, shown: str) -> None:
    assert format_cost_short(dollars) == shown


@pytest.mark.parametrize(
    ("score", "shown"), [(0.618, "0.62"), (1.0, "1"), (0.5, "0.5"), (0, "0"), (1234.5, "1234"), (None, "—")]
)
def test_a_score_has_the_digits_that_say_something(score: float | None, shown: str) -> None:
    assert format_score(score) == shown
