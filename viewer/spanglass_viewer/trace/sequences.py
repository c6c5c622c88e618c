"""What two sequences have in common, in order: the longest where they are short, a good one where they are long."""

from __future__ import annotations

from bisect import bisect_right
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

_MAX_CELLS = 250_000  # beyond it difflib would take seconds


def match_in_order(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return pairs of places with equal members, both rising. What both begin and end with is paired first."""
    begin = count_equal(zip(left, right, strict=False))
    most = min(len(left), len(right)) - begin
    end = min(count_equal(zip(reversed(left), reversed(right), strict=False)), most)
    inner_left, inner_right = left[begin : len(left) - end], right[begin : len(right) - end]
    is_small = len(inner_left) * len(inner_right) <= _MAX_CELLS
    inner = _match_blocks(inner_left, inner_right) if is_small else _match_next(inner_left, inner_right)
    pairs = [(place, place) for place in range(begin)]
    pairs += [(begin + one, begin + other) for one, other in inner]
    pairs += [(len(left) - place, len(right) - place) for place in range(end, 0, -1)]
    return pairs


def merge_in_order(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return every place of both, paired where they match, with -1 where one has nothing; the left's own come first."""
    merged: list[tuple[int, int]] = []
    at_left = at_right = 0
    for one, other in [*match_in_order(left, right), (len(left), len(right))]:
        merged += [(place, -1) for place in range(at_left, one)]
        merged += [(-1, place) for place in range(at_right, other)]
        merged.append((one, other))
        at_left, at_right = one + 1, other + 1
    return merged[:-1]


def count_equal(pairs: zip[tuple[Hashable, Hashable]]) -> int:
    """Return how many pairs are of equals, up to the first that is not."""
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _match_blocks(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[tuple[int, int]]:
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    return [(block.a + place, block.b + place) for block in blocks for place in range(block.size)]


def _match_next(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pair each member with the next equal one, unless that would leave more out than it wins."""
    places: dict[Hashable, list[int]] = {}
    for place, member in enumerate(right):
        places.setdefault(member, []).append(place)
    pairs: list[tuple[int, int]] = []
    last = -1
    for place, member in enumerate(left):
        known = places.get(member, [])
        at = bisect_right(known, last)
        # a leap over most of what is left would cost all that lies between
        if at < len(known) and known[at] - last <= max(64, (len(right) - last) // 4):
            last = known[at]
            pairs.append((place, last))
    return pairs
