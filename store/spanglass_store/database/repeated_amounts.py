"""What spans log again of what those below them logged: it counts once in lists, sorts, filters and views.

To find it takes as long as a list does, and a second or more for a million spans, so it is remembered what was found
for a trace that has not changed since; and a large trace may be put off, to be looked at when nobody waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from spanglass_store.database.statements import query, repeated_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.records import ModelUsage

_MAX_REMEMBERED = 10_000
LARGE_TRACE_SPANS = 20_000  # while it runs, one such is looked at again only when it has grown by a part of itself
_GROWTH = 0.25


class RollUp(NamedTuple):
    """A row of `roll_up`, without its trace."""

    roots: int
    spans: int
    errors: int
    logging_spans: int  # that log tokens or a cost
    tokens: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int | None
    cost: float | None
    is_running: bool
    is_interrupted: bool


class RepeatedAmounts(NamedTuple):
    """What of a trace's sums is logged again; `changes_prices` where tokens of some call are not to be priced."""

    tokens: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cost: float = 0.0
    changes_prices: bool = False


NOTHING_REPEATED = RepeatedAmounts()


@dataclass(slots=True)
class _Found:
    """What was found in a trace that came to this; None where nothing is repeated, or its usage was not asked for."""

    roll_up: RollUp
    repeated: RepeatedAmounts | None
    usage: Sequence[ModelUsage] | None = None


class RepetitionMemory:
    """What was found for the traces that were looked at last.

    With `puts_off_large` a list does not wait for a large trace that changed: of that it says what was known before,
    or as if nothing were repeated, until `look_at` or `note`.
    """

    def __init__(self) -> None:
        self.puts_off_large = False
        self._known: dict[str, _Found] = {}
        self._put_off: dict[str, tuple[RollUp, datetime]] = {}

    @property
    def put_off(self) -> tuple[str, ...]:
        """The traces that are still to be looked at, as the lists since asked for them."""
        return tuple(self._put_off)

    def read(self, cursor: Cursor, since: datetime, roll_ups: Mapping[str, RollUp]) -> dict[str, RepeatedAmounts]:
        """Return what of these traces is logged again, by trace; those of which nothing is are left out.

        `since` is when the first of their roots was filed.
        """
        open_roots = [root for root, roll_up in roll_ups.items() if self._must_look(root, roll_up)]
        if self.puts_off_large:
            large = [root for root in open_roots if roll_ups[root].spans > LARGE_TRACE_SPANS]
            self._put_off.update({root: (roll_ups[root], since) for root in large})
            open_roots = [root for root in open_roots if root not in self._put_off]
        if open_roots:
            found = _read(cursor, since, open_roots)
            if len(self._known) > _MAX_REMEMBERED:
                self._known.clear()
            self._known.update({root: _Found(roll_ups[root], found.get(root)) for root in open_roots})
        return self._found_in(roll_ups)

    def look_at(self, cursor: Cursor, root: str) -> None:
        """Look at a trace that was put off."""
        roll_up, since = self._put_off.pop(root)
        self._known[root] = _Found(roll_up, _read(cursor, since, [root]).get(root))

    def awaits(self, root: str, spans: int) -> bool:
        """Tell whether a trace was put off when it was as many spans long."""
        return root in self._put_off and self._put_off[root][0].spans == spans

    def note(self, root: str, spans: int, repeated: RepeatedAmounts, usage: Sequence[ModelUsage]) -> bool:
        """Take from elsewhere what of a trace that was put off is repeated, if it was as many spans long; tell that."""
        if not self.awaits(root, spans):
            return False
        roll_up, _ = self._put_off.pop(root)
        self._known[root] = _Found(roll_up, None if repeated == NOTHING_REPEATED else repeated, usage)
        return True

    def list_differently_priced(self, roots: Sequence[str]) -> list[str]:
        """Return those of these traces, all listed before, of which not all tokens are to be priced."""
        return [root for root, repeated in self._found_in(roots).items() if repeated.changes_prices]

    def usage_of(self, root: str) -> Sequence[ModelUsage] | None:
        """Return what was noted of the calls of a trace, all listed before; None where nothing was."""
        return self._known[root].usage

    def note_usage(self, root: str, usage: Sequence[ModelUsage]) -> None:
        """Remember the calls of a trace until it changes."""
        self._known[root].usage = usage

    def _found_in(self, roots: Iterable[str]) -> dict[str, RepeatedAmounts]:
        known = ((root, self._known[root].repeated) for root in roots if root in self._known)
        return {root: repeated for root, repeated in known if repeated is not None}

    def _must_look(self, root: str, roll_up: RollUp) -> bool:
        if roll_up.logging_spans < 2:  # noqa: PLR2004 - one has nothing to repeat
            self._known.pop(root, None)
            self._put_off.pop(root, None)
            return False
        before = self._known.get(root)
        if before is None:
            return True
        is_large_and_running = roll_up.is_running and roll_up.spans > LARGE_TRACE_SPANS
        if is_large_and_running and before.roll_up.is_running:
            return roll_up.spans > (1 + _GROWTH) * before.roll_up.spans
        return before.roll_up != roll_up


def read_all_repeated(cursor: Cursor) -> dict[str, RepeatedAmounts]:
    """Return what of all traces is logged again, by trace."""
    return _sum(cursor, "every_span", {})


def _read(cursor: Cursor, since: datetime, roots: list[str]) -> dict[str, RepeatedAmounts]:
    nested = [root for (root,) in cursor.rows(query("list_nested"), {"since": since, "roots": roots})]
    return _sum(cursor, "spans_of_traces", {"since": since, "roots": nested}) if nested else {}


def _sum(cursor: Cursor, spans: str, parameters: dict[str, object]) -> dict[str, RepeatedAmounts]:
    rows = cursor.rows(query("sum_repeated").format(repeated=repeated_in(spans)), parameters)
    return {root: RepeatedAmounts(*sums) for root, *sums in rows}
