"""`field operator value` → a term: which fields there are, and how their values are written."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal, cast, get_args

from spanglass_store.search.expression import (
    Compare,
    Expression,
    Field,
    HasAttachment,
    Match,
    Meta,
    Operator,
    Quantity,
    Score,
    Since,
)
from spanglass_store.search.tokens import FilterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass_store.search.tokens import Token

_TEXT_FIELDS = frozenset(get_args(Field))
_COMPARING = frozenset(get_args(Operator))
_FIELD_NAMES = "name, type, model, project, experiment, tag, dur, tokens, cost, score.NAME, meta.KEY, since, has"

_DURATIONS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_COUNTS = {"k": 1e3, "m": 1e6, "g": 1e9}
_UNITS: Mapping[str, Mapping[str, float]] = {"dur": {"": 1.0, **_DURATIONS}, "tokens": {"": 1.0, **_COUNTS}}
_EXAMPLES = {"dur": "2s, 500ms or 1.5m", "tokens": "500 or 5k", "cost": "0.1"}
_NUMBER = re.compile(r"(?P<digits>-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?P<unit>[a-zµ]*)")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - reads as what it is


def read_term(token: Token) -> Expression:
    """Return what a token such as `dur>2s` means. Raises FilterError."""
    field, *inner = token.keys or ("",)
    field = field.lower()
    if not inner:
        if field in _TEXT_FIELDS:
            return Match(cast("Field", field), _needed(token, "a text"), _is_exact(token))
        if field in _EXAMPLES:
            operator = _comparing(token)
            number = _read_number(token, _UNITS.get(field, {"": 1.0}), f"a number such as {_EXAMPLES[field]}")
            return Compare(cast("Quantity", field), operator, number)
        if field == "since":
            _is_exact(token)
            return _read_since(token)
        if field == "has":
            return _read_has(token)
    if field == "score" and inner:
        return Score(".".join(inner), _comparing(token), _read_number(token, {"": 1.0}, "a number such as 0.5"))
    if field == "meta" and inner:
        return _read_meta(token, tuple(inner))
    raise FilterError(token.offset, f"one of the fields {_FIELD_NAMES}; put other text into quotes")


def _read_meta(token: Token, keys: tuple[str, ...]) -> Meta:
    text = _needed(token, "a value")
    if token.operator in {"=", ":"}:
        return Meta(keys, cast("Literal['=', ':']", token.operator), text)
    number = _read_number(token, {"": 1.0}, "a number")
    return Meta(keys, _comparing(token), repr(number))


def _read_has(token: Token) -> HasAttachment:
    if token.text.lower() not in {"attachment", "attachments"}:
        raise FilterError(token.value_offset, "attachment")
    return HasAttachment()


def _read_since(token: Token) -> Since:
    expected = "how long ago, such as 30m, 2h or 7d, or a date such as 2026-11-20"
    text = _needed(token, expected)
    if _NUMBER.fullmatch(text.lower()):
        return Since(ago_secs=_read_number(token, _DURATIONS, expected))
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.astimezone()  # a date is the user's own
        return Since(at_us=(moment - _EPOCH) // timedelta(microseconds=1))
    except (ValueError, OverflowError, OSError):
        raise FilterError(token.value_offset, expected) from None


def _read_number(token: Token, units: Mapping[str, float], expected: str) -> float:
    match = _NUMBER.fullmatch(token.text.lower().removeprefix("$"))
    if match is None or match["unit"] not in units:
        raise FilterError(token.value_offset, expected)
    number = float(match["digits"]) * units[match["unit"]]
    if not math.isfinite(number):
        raise FilterError(token.value_offset, "a smaller number")
    return number


def _needed(token: Token, expected: str) -> str:
    if not token.text:
        raise FilterError(token.value_offset, expected)
    return token.text


def _is_exact(token: Token) -> bool:
    if token.operator not in {"=", ":"}:
        raise FilterError(token.value_offset - len(token.operator), '":" (holds) or "=" (is)')
    return token.operator == "="


def _comparing(token: Token) -> Operator:
    """Return the operator of a comparison; ":" is "="."""
    operator = "=" if token.operator == ":" else token.operator
    if operator not in _COMPARING:
        raise FilterError(token.value_offset - len(token.operator), "<, <=, =, >= or >")
    return cast("Operator", operator)
