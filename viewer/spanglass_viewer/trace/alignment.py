"""Two trees in one: which span of a trace stands for which of another."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

Key = tuple[str, str]  # name, type
NOWHERE = -1
_MOST_GUESSES = 2500  # pairs of siblings whose children are looked at


@dataclass(frozen=True, slots=True)
class SpanTree:
    """What alignment needs of a trace: by span its key, its children and its input; `roots` have no parent.

    An input is any number that is the same for equal ones, None where there is none.
    """

    keys: Sequence[Key]
    children: Sequence[Sequence[int]]
    roots: Sequence[int]
    inputs: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class AlignedSpan:
    """A row of two aligned trees; -1 where the span is in one of them alone."""

    before: int
    after: int
    depth: int


def align(before: SpanTree, after: SpanTree) -> list[AlignedSpan]:
    """Return the rows of both trees in one, from top to bottom; every span of either stands in one row.

    Spans are paired where their parents are; what hangs below an unpaired span is unpaired too. Siblings stand in the
    later trace's order: what runs side by side has another one with each run.
    """
    rows: list[AlignedSpan] = []
    waiting = _pair(before, after, before.roots, after.roots, 0)
    while waiting:
        row = waiting.pop()
        rows.append(row)
        lower_before = before.children[row.before] if row.before >= 0 else ()
        lower_after = after.children[row.after] if row.after >= 0 else ()
        if lower_before or lower_after:
            waiting += _pair(before, after, lower_before, lower_after, row.depth + 1)
    return rows


def _pair(
    before: SpanTree, after: SpanTree, before_spans: Sequence[int], after_spans: Sequence[int], depth: int
) -> list[AlignedSpan]:
    """Return siblings paired, the last first: they are taken from the end."""
    siblings = _Siblings(before, after, before_spans, after_spans)
    if before_spans and after_spans:
        siblings.pair_all(are_roots=depth == 0)
    return [AlignedSpan(one, other, depth) for one, other in reversed(siblings.in_order())]


class _Siblings:
    """The children of two paired spans, as they are paired, the surest first."""

    def __init__(
        self, before: SpanTree, after: SpanTree, before_spans: Sequence[int], after_spans: Sequence[int]
    ) -> None:
        self._before, self._after = before, after
        self._before_spans, self._after_spans = before_spans, after_spans
        self._left, self._right = before_spans, after_spans  # that are not paired yet
        self._earlier: dict[int, int] = {}  # by span of `after`

    def pair_all(self, *, are_roots: bool) -> None:
        """Pair by name, type and input; by name and type; then what may have another name now."""
        self._pair_by(lambda tree, span: (tree.keys[span], tree.inputs[span]))
        self._pair_by(lambda tree, span: tree.keys[span])
        self._pair_by(_type_and_input)
        if len(self._left) * len(self._right) <= _MOST_GUESSES:
            self._pair_by_children()
        if are_roots and len(self._left) == len(self._right) == 1:
            self._take([(self._left[0], self._right[0])])  # whoever compares two traces means them

    def in_order(self) -> list[tuple[int, int]]:
        """Return all in the later trace's order; one that went away stands behind the one that it stood behind."""
        gone: dict[int, list[int]] = defaultdict(list)
        paired = set(self._earlier.values())
        last = NOWHERE
        for span in self._before_spans:
            if span in paired:
                last = span
            else:
                gone[last].append(span)
        rows = [(span, NOWHERE) for span in gone[NOWHERE]]
        for span in self._after_spans:
            one = self._earlier.get(span, NOWHERE)
            rows.append((one, span))
            if one != NOWHERE:
                rows += [(other, NOWHERE) for other in gone[one]]
        return rows

    def _pair_by(self, key_of: Callable[[SpanTree, int], Hashable]) -> None:
        """Pair those of equal keys, the first with the first; a key that is None pairs nobody."""
        if not self._left or not self._right:
            return
        free: dict[Hashable, deque[int]] = defaultdict(deque)
        for span in self._left:
            free[key_of(self._before, span)].append(span)
        free.pop(None, None)
        keyed = ((key_of(self._after, span), span) for span in self._right)
        self._take([(free[key].popleft(), span) for key, span in keyed if free.get(key)])

    def _pair_by_children(self) -> None:
        """Pair those of one type that have at least half of their children in common, by name and type."""
        free = list(self._left)
        pairs: list[tuple[int, int]] = []
        for span in self._right:
            found = next((one for one in free if self._are_alike(one, span)), None)
            if found is not None:
                free.remove(found)
                pairs.append((found, span))
        self._take(pairs)

    def _are_alike(self, one: int, other: int) -> bool:
        if self._before.keys[one][1] != self._after.keys[other][1]:
            return False
        lower = Counter(self._before.keys[child] for child in self._before.children[one])
        later = Counter(self._after.keys[child] for child in self._after.children[other])
        return (lower & later).total() * 2 >= max(lower.total(), later.total(), 1)

    def _take(self, pairs: Iterable[tuple[int, int]]) -> None:
        taken = {other: one for one, other in pairs}
        if taken:
            self._earlier |= taken
            ones = set(taken.values())
            self._left = [span for span in self._left if span not in ones]
            self._right = [span for span in self._right if span not in taken]


def _type_and_input(tree: SpanTree, span: int) -> Hashable:
    value = tree.inputs[span]
    return None if value is None else (tree.keys[span][1], value)
