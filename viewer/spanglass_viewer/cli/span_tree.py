"""The spans of a trace in the order and depth of a tree, for a terminal: plain Python, no numpy.

No span is lost: each stands once as itself, under its first parent that is there. Under each further parent
stands a ghost; a span whose parents are all missing is an orphan at the top; a cycle is cut at its earliest span.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spanglass_store.database.records import SpanRecord


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One line of the tree. `has_next` says, for each level above and its own, whether a sibling follows."""

    span: SpanRecord
    depth: int
    has_next: tuple[bool, ...]
    is_ghost: bool = False
    is_orphan: bool = False
    also_under: tuple[str, ...] = ()  # names of the further parents


# Deeper than this the guides no longer grow: a chain of 20,000 spans stays printable.
MAX_GUIDES = 32


def lay_out_tree(spans: Sequence[SpanRecord]) -> list[TreeRow]:
    """Return the rows of the tree, siblings by start. Takes any depth."""
    return list(_Layout(spans).iter_rows())


class _Layout:
    def __init__(self, spans: Sequence[SpanRecord]) -> None:
        self._spans = sorted(spans, key=lambda span: (_start_us(span), span.span_id))
        self._number_of = {span.span_id: number for number, span in reversed(list(enumerate(self._spans)))}
        self._parents = [self._find_parents(number) for number in range(len(self._spans))]
        self._children: list[list[tuple[int, bool]]] = [[] for _ in self._spans]
        for number, parents in enumerate(self._parents):
            for position, parent in enumerate(parents):
                self._children[parent].append((number, position > 0))

    def _find_parents(self, number: int) -> list[int]:
        found = (self._number_of.get(parent) for parent in dict.fromkeys(self._spans[number].span_parents))
        return [parent for parent in found if parent is not None and parent != number]

    def iter_rows(self) -> Iterator[TreeRow]:
        """Walk from every root, then from the earliest span of each cycle that no root reaches."""
        seen: set[int] = set()
        tops = [number for number, parents in enumerate(self._parents) if not parents]
        for top in [*tops, *range(len(self._spans))]:
            if top not in seen:
                yield from self._walk(top, seen)

    def _walk(self, top: int, seen: set[int]) -> Iterator[TreeRow]:
        stack: list[tuple[int, bool, int, tuple[bool, ...]]] = [(top, False, 0, ())]
        while stack:
            number, is_ghost, depth, has_next = stack.pop()
            is_again = is_ghost or number in seen
            yield self._row(number, depth, has_next, is_ghost=is_again)
            if is_again:
                continue
            seen.add(number)
            children = self._children[number]
            for position in range(len(children) - 1, -1, -1):
                child, child_is_ghost = children[position]
                guides = (*has_next, position + 1 < len(children)) if depth < MAX_GUIDES else has_next
                stack.append((child, child_is_ghost, depth + 1, guides))

    def _row(self, number: int, depth: int, has_next: tuple[bool, ...], *, is_ghost: bool) -> TreeRow:
        span, parents = self._spans[number], self._parents[number]
        return TreeRow(
            span=span,
            depth=depth,
            has_next=has_next,
            is_ghost=is_ghost,
            is_orphan=bool(span.span_parents) and not parents,
            also_under=tuple(self._spans[parent].name for parent in parents[1:]),
        )


def _start_us(span: SpanRecord) -> int:
    return span.created_us if span.start_us is None else span.start_us
