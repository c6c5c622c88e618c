"""The slow way to JSON, for values that the fast one refuses: it takes anything, and takes only so much of it."""

from __future__ import annotations

import math
import time
from datetime import date, datetime
from datetime import time as time_of_day
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

import orjson

from spanglass.conversion import convert

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_NODES = 50_000
MAX_DEPTH = 200
MAX_CHARS = 16 * 1024 * 1024
MAX_SECS = 0.25
_CUT_STRING_CHARS = 64 * 1024
_NODES_BETWEEN_LOOKS_AT_THE_CLOCK = 256
_MAX_INT_BITS = 4096

CIRCULAR: Final = "<circular reference>"
TOO_DEEP: Final = "<max depth exceeded>"
TOO_LARGE: Final = "<left out: the value is too large>"

_NATIVE = date | datetime | time_of_day | UUID


class BoundedWalk:
    """One walk over one value; its budget of nodes, characters and time is spent over the whole of it."""

    def __init__(self, convert_value: Callable[[Any], Any] = convert) -> None:
        self._convert = convert_value
        self._nodes_left = MAX_NODES
        self._chars_left = MAX_CHARS
        self._deadline = time.perf_counter() + MAX_SECS
        self._open_containers: set[int] = set()

    def to_plain(self, value: object, depth: int = 0) -> Any:
        """Return `value` as what orjson takes without a doubt."""
        if value is None or isinstance(value, bool | _NATIVE):
            return value
        if isinstance(value, str):
            return self._plain_text(value)
        if isinstance(value, Enum):
            return self.to_plain(value.value, depth)
        if isinstance(value, int):
            return _plain_int(int(value))
        if isinstance(value, float):
            return _plain_float(float(value))
        return self._plain_container(value, depth)

    def _plain_container(self, value: Any, depth: int) -> Any:
        if not self._spend_node():
            return TOO_LARGE
        if depth >= MAX_DEPTH:
            return TOO_DEEP
        identity = id(value)
        if identity in self._open_containers:
            return CIRCULAR
        self._open_containers.add(identity)
        try:
            if isinstance(value, dict):
                return self._plain_dict(cast("dict[Any, Any]", value), depth)
            if isinstance(value, list | tuple):
                return self._plain_list(cast("list[Any]", value), depth)
            return self.to_plain(self._convert(value), depth + 1)
        finally:
            self._open_containers.discard(identity)

    def _plain_dict(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key, item in list(value.items()):  # a copy: another thread may add to it meanwhile
            if not self._spend_node():
                plain["…"] = TOO_LARGE
                break
            plain[self._plain_key(key)] = self.to_plain(item, depth + 1)
        return plain

    def _plain_list(self, value: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
        plain: list[Any] = []
        for item in value[: self._nodes_left + 1]:
            if not self._spend_node():
                plain.append(TOO_LARGE)
                break
            plain.append(self.to_plain(item, depth + 1))
        return plain

    def _plain_key(self, key: object) -> str:
        if isinstance(key, str):
            return self._plain_text(key)
        try:
            return self._plain_text(str(key))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a user's __str__ may raise anything
            return f"<{type(key).__name__}: its str raised {type(error).__name__}>"

    def _plain_text(self, text: str) -> str:
        self._chars_left -= len(text)
        if self._chars_left < 0 and len(text) > _CUT_STRING_CHARS:
            text = f"{text[:_CUT_STRING_CHARS]}… ({len(text)} characters)"
        return storable(str(text))

    def _spend_node(self) -> bool:
        self._nodes_left -= 1
        if self._nodes_left % _NODES_BETWEEN_LOOKS_AT_THE_CLOCK == 0 and time.perf_counter() > self._deadline:
            self._nodes_left = 0
        return self._nodes_left > 0


def storable(text: str) -> str:
    """Return a text with U+FFFD for each lone surrogate.

    JSON has escapes for them, and Braintrust's SDK writes these; DuckDB's JSON functions refuse them, and with them
    each query over the column.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    except AttributeError:  # a name that is no text, as a number
        return text
    return text


def _plain_int(value: int) -> Any:
    if -(2**63) <= value < 2**64:
        return value
    if value.bit_length() > _MAX_INT_BITS:  # Python itself refuses to print much more
        return f"<int of {value.bit_length()} bits>"
    return orjson.Fragment(str(value))


def _plain_float(value: float) -> Any:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
