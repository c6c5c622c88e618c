"""The ids of spans, traces and rows, from a pool of random hex digits."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from typing import Protocol

_POOL_BYTES = 8192
_HALF_DIGITS = 16

# Returns 16 hex digits, many times over; `spanglass.testing` puts another in its place.
Draw = Callable[[], list[str]]

_pool: list[str] = []
_row_id_prefix = ""


def _sixteen_digits() -> str:
    """Return 16 random hex digits: 85 ns out of the pool, where `uuid4` takes 1,950."""
    try:
        return _pool.pop()
    except IndexError:
        return _refill_pool()


def _refill_pool() -> str:
    """Fill the pool, and return 16 digits that were never in it: another thread may empty it at once."""
    drawn = _draw()
    digits = drawn.pop()
    _pool.extend(drawn)
    return digits


def _draw_random() -> list[str]:
    return os.urandom(_POOL_BYTES).hex(" ", _HALF_DIGITS // 2).split()


_draw: Draw = _draw_random


def use_digits(draw: Draw | None) -> None:
    """Take the digits of ids from `draw` from now on (the last ones first); None draws random ones again."""
    global _draw, _row_id_prefix  # noqa: PLW0603 - the ids of the whole process
    forget_pool()
    _draw = draw or _draw_random
    _row_id_prefix = "" if draw is None else "00000000-0000-4000"


def new_row_id() -> str:
    """Return a random UUID (version 4); its first half is drawn once a process, as digits are what costs."""
    return _as_row_id(_sixteen_digits())


def _as_row_id(digits: str) -> str:
    return f"{_row_id_prefix or _draw_row_id_prefix()}-8{digits[1:4]}-{digits[4:]}"


def _draw_row_id_prefix() -> str:
    global _row_id_prefix  # noqa: PLW0603 - one for the whole process
    _row_id_prefix = str(uuid.uuid4())[: len("xxxxxxxx-xxxx-4xxx")]
    return _row_id_prefix


class IdSource(Protocol):
    """Where the ids of new spans come from."""

    is_legacy: bool

    def new_span_id(self) -> str:
        """Return the id of a new span."""
        ...

    def new_root_span_id(self, span_id: str) -> str:
        """Return the id of the trace whose root is the new span `span_id`."""
        ...

    def new_row_id(self, span_id: str) -> str:
        """Return the id of the row of the new span `span_id`."""
        ...


class TraceContextIds:
    """The default: ids of W3C's Trace Context, 16 hex digits a span and 32 a trace."""

    is_legacy = False

    new_span_id = staticmethod(_sixteen_digits)

    def new_root_span_id(self, span_id: str) -> str:
        """Return 32 hex digits that have nothing to do with the span's own."""
        del span_id
        return _sixteen_digits() + _sixteen_digits()

    def new_row_id(self, span_id: str) -> str:
        """Return a UUID that holds the digits of the span: drawing others would cost more than all the rest of it."""
        return _as_row_id(span_id)


class LegacyIds:
    """`BRAINTRUST_LEGACY_IDS=1`: UUIDs, and a trace has the id of its root span."""

    is_legacy = True

    def new_span_id(self) -> str:
        """Return a UUID."""
        return new_row_id()

    def new_root_span_id(self, span_id: str) -> str:
        """Return the root span's own id."""
        return span_id

    def new_row_id(self, span_id: str) -> str:
        """Return another UUID."""
        del span_id
        return new_row_id()


def project_id_of(store_id: str, project_name: str) -> str:
    """Return the id of the project of this name: the same from every process that logs to the store."""
    return str(uuid.uuid5(uuid.UUID(store_id), f"project:{project_name}"))


def experiment_id_of(project_id: str, name: str) -> str:
    """Return the id of the experiment that all processes share which continue the one of this name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"experiment:{project_id}:{name}"))


def forget_pool() -> None:
    """Drop what was drawn ahead: after a fork, parent and child must not hand out the same ids."""
    global _row_id_prefix  # noqa: PLW0603 - as above
    _row_id_prefix = ""
    _pool.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget_pool)
