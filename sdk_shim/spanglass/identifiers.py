"""The ids of spans, traces and rows, from a pool of random hex digits."""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from random import Random

_POOL_IDS = 512
_ROOT_BYTES, _SPAN_BYTES = 16, 8
_TEST_PREFIX = "00000000-0000-4000-8000-"

# Returns 16 hex digits, many times over; `spanglass.testing` puts one in the place of the random pool.
Draw = Callable[[], list[str]]

# Ids drawn ahead, of traces and of spans: popping takes 15 ns, where `uuid4` takes 1,950. A row's last digits are its
# span's, so that half as many are drawn: within a refill 48 bits tell rows apart, over refills their prefix 74 more.
# No tuples of both: so many at once would set off the garbage collector.
_root_pool: list[str] = []
_pool: list[str] = []
_row_prefix = ""
_draw: Draw | None = None
# Seeded by the system, once a process. Not the system's own numbers each time: `os.urandom` gives the interpreter's
# lock away and is back at once, and a thread that waits for it begins its 5 ms anew, for ever beside a loop that logs.
_random: Random | None = None
# Counts the spans of the process, for `span_attributes`.
exec_counter = itertools.count(1)


def draw_ids() -> tuple[str, str]:
    """Return the ids of a new span, and of its row: 16 hex digits, and a random UUID (version 4)."""
    try:
        span_id = _pool.pop()
    except IndexError:
        span_id = _refill_pool()
    return span_id, _row_prefix + span_id[4:]


def _refill_pool() -> str:
    """Fill the pool, and return an id that was never in it: another thread may empty it at once."""
    global _row_prefix  # noqa: PLW0603 - of the ids of the whole process
    if _draw is None:
        prefix_bytes = open_random().randbytes(_ROOT_BYTES)
        _row_prefix = str(uuid.UUID(bytes=prefix_bytes, version=4))[: len("xxxxxxxx-xxxx-4xxx-yxxx-")]
        drawn = _draw_random(_SPAN_BYTES)
    else:
        _row_prefix, drawn = _TEST_PREFIX, _draw()
    span_id = drawn.pop()
    _pool[:0] = drawn
    return span_id


def _refill_root_pool() -> str:
    if _draw is not None:
        return draw_ids()[0] + draw_ids()[0]
    drawn = _draw_random(_ROOT_BYTES)
    root_span_id = drawn.pop()
    _root_pool.extend(drawn)
    return root_span_id


def _draw_random(size_bytes: int) -> list[str]:
    return open_random().randbytes(size_bytes * _POOL_IDS).hex(" ", size_bytes).split()


def open_random() -> Random:
    """Return the source of random ids: nothing that the program seeds."""
    global _random  # noqa: PLW0603 - one for the whole process
    if _random is None:
        from random import Random  # noqa: PLC0415 - 2 ms, for a program that records alone

        _random = Random()  # noqa: S311 - ids are no secrets
    return _random


def use_digits(draw: Draw | None) -> None:
    """Take the digits of ids from `draw` from now on (the last ones first); None draws random ones again."""
    global _draw  # noqa: PLW0603 - the ids of the whole process
    forget_pool()
    _draw = draw


def new_row_id() -> str:
    """Return a random UUID (version 4)."""
    return draw_ids()[1]


class IdSource(Protocol):
    """Where the ids of new spans come from."""

    is_legacy: bool

    @staticmethod
    def draw_ids() -> tuple[str, str]:
        """Return the ids of a new span and of its row."""
        ...

    def new_root_span_id(self, span_id: str) -> str:
        """Return the id of the trace whose root is the new span `span_id`."""
        ...


class TraceContextIds:
    """The default: ids of W3C's Trace Context, 16 hex digits a span and 32 a trace."""

    is_legacy = False
    draw_ids = staticmethod(draw_ids)

    def new_root_span_id(self, span_id: str) -> str:
        """Return 32 hex digits that have nothing to do with the span's own."""
        del span_id
        try:
            return _root_pool.pop()
        except IndexError:
            return _refill_root_pool()


class LegacyIds:
    """`BRAINTRUST_LEGACY_IDS=1`: UUIDs, and a trace has the id of its root span."""

    is_legacy = True

    @staticmethod
    def draw_ids() -> tuple[str, str]:
        """Return two UUIDs."""
        return new_row_id(), new_row_id()

    def new_root_span_id(self, span_id: str) -> str:
        """Return the root span's own id."""
        return span_id


def project_id_of(store_id: str, project_name: str) -> str:
    """Return the id of the project of this name: the same from every process that logs to the store."""
    return str(uuid.uuid5(uuid.UUID(store_id), f"project:{project_name}"))


def experiment_id_of(project_id: str, name: str) -> str:
    """Return the id of the experiment that all processes share which continue the one of this name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"experiment:{project_id}:{name}"))


def forget_pool() -> None:
    """Drop what was drawn ahead: after a fork, parent and child must not hand out the same ids."""
    global _random  # noqa: PLW0603 - as in `open_random`
    _random = None
    _root_pool.clear()
    _pool.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget_pool)
