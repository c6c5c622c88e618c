"""The spans of a trace in the order and depth of a tree, for a terminal: plain Python, no numpy.

The rules are those of the window (`trace.layout`), and a test holds the two together. No span is lost: each stands once
as itself, under its first parent that is there, and under each further one as a ghost. A span whose parents are all
missing is an orphan, behind the other roots; a cycle is cut above its earliest span, which is a root then.
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
    is_cut: bool = False
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
        self._cut = _find_cuts([next(iter(parents), None) for parents in self._parents])
        self._children: list[list[tuple[int, bool]]] = [[] for _ in self._spans]
        for number, parents in enumerate(self._parents):
            for position, parent in enumerate(parents):
                if position > 0 or number not in self._cut:
                    self._children[parent].append((number, position > 0))

    def _find_parents(self, number: int) -> list[int]:
        """Return the parents that are there; the span itself only as the first one that it names."""
        named = list(dict.fromkeys(self._spans[number].span_parents))
        found = [(place, self._number_of.get(parent)) for place, parent in enumerate(named)]
        return [parent for place, parent in found if parent is not None and (parent != number or place == 0)]

    def iter_rows(self) -> Iterator[TreeRow]:
        """Walk from every root, then from every orphan."""
        seen: set[int] = set()
        roots = [number for number, parents in enumerate(self._parents) if not parents or number in self._cut]
        for top in sorted(roots, key=self._is_orphan):
            yield from self._walk(top, seen)

    def _is_orphan(self, number: int) -> bool:
        return bool(self._spans[number].span_parents) and not self._parents[number]

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
            is_orphan=self._is_orphan(number),
            is_cut=number in self._cut,
            also_under=tuple(self._spans[parent].name for parent in parents[1:]),
        )


def _find_cuts(parents: Sequence[int | None]) -> set[int]:
    """Return of each cycle the earliest span: the edge to its parent is left out."""
    cuts: set[int] = set()
    done: set[int] = set()
    for start in range(len(parents)):
        path: list[int] = []
        at: int | None = start
        while at is not None and at not in done:
            done.add(at)
            path.append(at)
            at = parents[at]
        if at in path:  # not a walk that an earlier one has been through
            cuts.add(min(path[path.index(at) :]))
    return cuts


def _start_us(span: SpanRecord) -> int:
    return span.created_us if span.start_us is None else span.start_us
