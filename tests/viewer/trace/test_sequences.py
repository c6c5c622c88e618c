from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.trace import sequences
from spanglass_viewer.trace.sequences import match_in_order, merge_in_order

WORDS = st.lists(st.sampled_from("abcd"), max_size=30)


@pytest.fixture(params=["short", "long"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to match, on whatever length."""
    if request.param == "long":
        monkeypatch.setattr(sequences, "_MAX_CELLS", 0)


@pytest.mark.parametrize(
    ("left", "right", "pairs"),
    [
        ("", "abc", []),
        ("abc", "abc", [(0, 0), (1, 1), (2, 2)]),
        ("abc", "ac", [(0, 0), (2, 1)]),
        ("bc", "abc", [(0, 1), (1, 2)]),
        ("aXb", "aYb", [(0, 0), (2, 2)]),
        ("aa", "a", [(0, 0)]),
    ],
)
def test_equal_members_are_paired_in_order(left: str, right: str, pairs: list[tuple[int, int]]) -> None:
    assert match_in_order(left, right) == pairs


def test_every_member_stands_once_and_pairs_are_equal_and_rise() -> None:
    @given(WORDS, WORDS)
    def check(left: list[str], right: list[str]) -> None:
        merged = merge_in_order(left, right)
        assert [one for one, _ in merged if one >= 0] == list(range(len(left)))
        assert [other for _, other in merged if other >= 0] == list(range(len(right)))
        assert all(left[one] == right[other] for one, other in merged if one >= 0 <= other)

    check()


def test_long_sequences_are_matched_soon() -> None:
    left = [f"line {number}" for number in range(60_000)]
    right = [line for number, line in enumerate(left) if number % 7] + ["more"]
    pairs = match_in_order(["first", *left], right)
    assert len(pairs) == len(right) - 1
    assert all(one < other for one, other in itertools.pairwise(pair[0] for pair in pairs))
