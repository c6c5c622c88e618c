"""A folded span → the columns of its row in `spans`, and back."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from spanglass_store.database.error_headline import find_headline
from spanglass_store.database.fold import SpanState, decode_stamps, encode_stamps
from spanglass_store.database.json_text import JsonText, dump_text, parsed
from spanglass_store.database.statements import span_column_names

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - DuckDB's TIMESTAMP has no zone; all ours are UTC
_MICROSECOND = EPOCH.resolution
PREVIEW_CHARS = 200
_PREVIEW_SOURCE_CHARS = 1000  # what is looked at for a preview: whitespace is folded
_MAX_NAME_CHARS = 1000
_MAX_BIGINT = 2**63 - 1
_MAX_US = 253_402_300_799_000_000  # the year 9999
_NS_PER_US = 1000
_NUMBERS = (int, float)  # a union is made anew, and asked more slowly

SpanRow = tuple[Any, ...]  # of the table `spans`, column by column
PAYLOAD_FIELDS = (
    "input", "output", "expected", "error", "scores", "metadata", "metrics", "span_attributes", "context",
)  # fmt: skip
_NAME_FIELDS = ("project_id", "project_name", "experiment_id", "experiment_name")
_ATTACHMENT = re.compile(r'"type":\s*"(?:braintrust|external)_attachment"')
_ATTACHMENT_MARK = '_attachment"'  # found sooner, and seldom there
# What reading a span back needs, in the order in which `read_state` takes it.
STATE_COLUMNS = (
    "id", "container", "span_id", "root_span_id", "span_parents", "epoch_us(created)", "tags", *_NAME_FIELDS,
    *PAYLOAD_FIELDS, "extra", "process", "stamps",
)  # fmt: skip


def span_row(state: SpanState, *, is_orphaned: bool, before: SpanRow | None = None) -> SpanRow:
    """Return the values of a span in the order of the table's columns; lists are tuples, so that rows can be kept.

    `is_orphaned` says that the process which wrote the span is gone: without an end it counts as interrupted.
    `before` is the span's row until now, if it is known: what follows from a value that is the same is taken from it.
    """
    fields, identity = state.fields, state.identity
    created_us = created_of(state)
    created = timestamp_of(created_us)
    texts = [dump_text(fields[key]) if key in fields else None for key in PAYLOAD_FIELDS]
    if before is None or before[_CREATED] != created:
        before, is_same = _NOTHING, _NEVER_SAME
    else:
        is_same = [text == old for text, old in zip(texts, before[PAYLOADS], strict=True)]
    times = before[_TIMES] if is_same[_METRICS] else _times(fields.get("metrics"), created_us)
    span_id = _clean(identity.get("span_id", state.id))
    parents = tuple([_clean(parent) for parent in identity.get("span_parents", ())])
    return (
        state.id,
        state.container,
        span_id,
        _clean(identity.get("root_span_id", span_id)),
        parents,
        *(before[_NAME_AND_TYPE] if is_same[_ATTRIBUTES] else _name_and_type(fields.get("span_attributes"))),
        *[_text(fields[key]) if key in fields else None for key in _NAME_FIELDS],
        created,
        *times,
        not parents and "span_parents" in identity,  # a span of which only updates have come may be anything
        *(before[_HEADLINE] if is_same[_ERROR] else _headline(fields.get("error"))),
        is_orphaned and times[1] is None,
        before[_MODEL] if is_same[_METADATA] else _text(_object(fields.get("metadata")).get("model")),
        *(before[_AMOUNTS] if is_same[_METRICS] else _amounts(fields.get("metrics"))),
        sum([len(_ATTACHMENT.findall(text)) for text in texts if text is not None and _ATTACHMENT_MARK in text]),
        before[_SCORE_COUNT] if is_same[_SCORES] else _count_scores(fields.get("scores")),
        tuple([_clean(tag) for tag in _object(fields["tags"])]) if "tags" in fields else (),
        before[_INPUT_PREVIEW] if is_same[_INPUT] else _preview(fields.get("input"), texts[_INPUT]),
        before[_OUTPUT_PREVIEW] if is_same[_OUTPUT] else _preview(fields.get("output"), texts[_OUTPUT]),
        *texts,
        _extra_text(fields),
        identity.get("process"),
        encode_stamps(state),
    )


def _slice(first: str, last: str) -> slice:
    return slice(_COLUMNS.index(first), _COLUMNS.index(last) + 1)


_COLUMNS = span_column_names()
_NOTHING: SpanRow = (None,) * len(_COLUMNS)
_NEVER_SAME = [False] * len(PAYLOAD_FIELDS)
_CREATED, _MODEL, _SCORE_COUNT, _INPUT_PREVIEW, _OUTPUT_PREVIEW = map(
    _COLUMNS.index, ("created", "model", "score_count", "input_preview", "output_preview")
)
_NAME_AND_TYPE = _slice("name", "type")
_TIMES = _slice("start_ts", "duration_secs")
_HEADLINE = _slice("is_error", "error_message")
_AMOUNTS = _slice("tokens", "ttft_secs")
PAYLOADS = _slice(PAYLOAD_FIELDS[0], PAYLOAD_FIELDS[-1])
_INPUT, _OUTPUT, _EXPECTED, _ERROR, _SCORES, _METADATA, _METRICS, _ATTRIBUTES, _CONTEXT = range(len(PAYLOAD_FIELDS))


def state_values(row: SpanRow) -> tuple[Any, ...]:
    """Return the values of `STATE_COLUMNS` of a span from its row."""
    values = list(_STATE_PLACES(row))
    values[_STATE_CREATED] = (row[_CREATED] - EPOCH) // _MICROSECOND
    return tuple(values)


_STATE_CREATED = STATE_COLUMNS.index("epoch_us(created)")
_STATE_PLACES = itemgetter(*[_CREATED if "(" in name else _COLUMNS.index(name) for name in STATE_COLUMNS])


def read_state(row: tuple[Any, ...]) -> SpanState:
    """Return the state of a span from the values of `STATE_COLUMNS`."""
    row_id, container, span_id, root_span_id, parents, created_us, tags = row[:7]
    *texts, extra, process, stamps = row[7:]
    state = SpanState(row_id, container)
    names, payloads = texts[: len(_NAME_FIELDS)], texts[len(_NAME_FIELDS) :]
    fields = state.fields
    fields.update([(key, name) for key, name in zip(_NAME_FIELDS, names, strict=True) if name is not None])
    fields.update(
        [(key, JsonText(text)) for key, text in zip(PAYLOAD_FIELDS, payloads, strict=True) if text is not None]
    )
    if extra is not None:
        fields.update(JsonText(extra).parse())
    if tags:
        fields["tags"] = dict.fromkeys(tags, True)
    state.identity = {
        "created": created_us,
        "span_id": span_id,
        "root_span_id": root_span_id,
        "span_parents": parents,
        "process": process,
    }
    decode_stamps(state, stamps)
    if "tags" in state.marks.children:
        state.fields.setdefault("tags", {})  # none left, but they were written
    return state


def deleted_row(state: SpanState) -> tuple[Any, ...]:
    """Return the values of a deleted span in the order of the columns of `deleted_spans`."""
    identity = state.identity
    span_id, root_span_id = identity.get("span_id"), identity.get("root_span_id")
    return (
        state.id,
        state.container,
        _text(span_id),
        _text(root_span_id),
        [_clean(parent) for parent in identity.get("span_parents", ())],
        timestamp_of(created_of(state)),
        identity.get("process"),
        encode_stamps(state),
    )


def read_deleted(row: tuple[Any, ...]) -> SpanState:
    """Return the state of a deleted span from a row of `read_deleted`."""
    *identity, process, stamps = row
    nothing = (None,) * (len(_NAME_FIELDS) + len(PAYLOAD_FIELDS) + 1)
    return read_state((*identity, None, *nothing, process, stamps))


def created_of(state: SpanState) -> int:
    """Return the start that a span is filed under, µs since the epoch: what was logged, else its first stamp."""
    logged = time_of(state.identity.get("created"))
    if logged is not None:
        return logged
    return min((stamp for _, stamp in state.ranks.values()), default=0) // _NS_PER_US


def time_of(created: Any) -> int | None:
    """Return an ISO time (or µs, as read back) as µs since the epoch; None for what is no time."""
    if isinstance(created, str):
        return _parse_time(created)
    return created if isinstance(created, int) else None


@lru_cache(maxsize=4096)  # all rows of a span say it
def _parse_time(created: str) -> int | None:
    try:
        moment = datetime.fromisoformat(created)
        moment -= moment.utcoffset() or timedelta()
    except (ValueError, OverflowError):
        return None
    return (moment.replace(tzinfo=None) - EPOCH) // _MICROSECOND


def timestamp_of(time_us: int) -> datetime:
    """Return µs since the epoch as the tables have it."""
    return EPOCH + time_us * _MICROSECOND  # half the time of making a timedelta of them


def _time_us(seconds: Any) -> int | None:
    """Return seconds since the epoch as µs, or None for what is no time between 1970 and 9999."""
    if not isinstance(seconds, _NUMBERS) or isinstance(seconds, bool) or not math.isfinite(seconds):
        return None
    time_us = round(seconds * 1e6)
    return time_us if 0 <= time_us <= _MAX_US else None


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, JsonText):
        value = value.parse()
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _name_and_type(attributes: Any) -> tuple[str, str | None]:
    found = _object(attributes)
    return (_text(found.get("name")) or "")[:_MAX_NAME_CHARS], _text(found.get("type"))


def _times(metrics: Any, created_us: int) -> tuple[datetime, datetime | None, float | None]:
    """Return the start, the end and the seconds between."""
    found = _object(metrics)
    start_us = _time_us(found["start"]) if "start" in found else None
    end_us = _time_us(found["end"]) if "end" in found else None
    if start_us is None:
        start_us = created_us
    if end_us is None:
        return timestamp_of(start_us), None, None
    return timestamp_of(start_us), timestamp_of(end_us), (end_us - start_us) / 1e6


def _headline(error: Any) -> tuple[bool, str | None, str | None]:
    if error is None:
        return False, None, None
    headline = find_headline(parsed(error))
    return (False, None, None) if headline is None else (True, headline.type, headline.message)


def _count_scores(scores: Any) -> int:
    return sum(1 for score in _object(scores).values() if score is not None)


def _amounts(metrics: Any) -> tuple[float | None, ...]:
    """Return total, prompt, completion, cached and reasoning tokens, the cost, and the time to the first token."""
    found = _object(metrics)
    numbers = {name: float(found[name]) for name in _AMOUNT_NAMES.intersection(found) if _is_amount(found[name])}
    if not numbers:  # most spans are no calls of a model
        return _NO_AMOUNTS
    return *_token_counts(numbers), _first(numbers, "cost", "estimated_cost"), numbers.get("time_to_first_token")


_AMOUNT_NAMES = frozenset((
    "tokens", "total_tokens", "prompt_tokens", "completion_tokens", "prompt_cached_tokens", "cached_tokens",
    "completion_reasoning_tokens", "reasoning_tokens", "cost", "estimated_cost", "time_to_first_token",
))  # fmt: skip
_NO_AMOUNTS = (None,) * 7


def _is_amount(value: Any) -> bool:
    """Tell whether a metric is a finite number that a DOUBLE holds with ease."""
    return isinstance(value, _NUMBERS) and not isinstance(value, bool) and abs(value) < 1e300  # noqa: PLR2004 - as said


def _token_counts(numbers: dict[str, float]) -> tuple[int | None, ...]:
    prompt = _count(numbers, "prompt_tokens")
    completion = _count(numbers, "completion_tokens")
    total = _count(numbers, "tokens", "total_tokens")
    if total is None and (prompt is not None or completion is not None):
        total = (prompt or 0) + (completion or 0)
    cached = _count(numbers, "prompt_cached_tokens", "cached_tokens")
    reasoning = _count(numbers, "completion_reasoning_tokens", "reasoning_tokens")
    return total, prompt, completion, cached, reasoning


def _count(numbers: dict[str, float], *names: str) -> int | None:
    value = _first(numbers, *names)
    return None if value is None or abs(value) > _MAX_BIGINT // 2 else int(value)


def _first(numbers: dict[str, float], *names: str) -> float | None:
    for name in names:
        if name in numbers:
            return numbers[name]
    return None


def _preview(value: Any, text: str | None) -> str | None:
    """Return the beginning of a value, which is `text` as JSON, on one line: for lists and SQL."""
    if text is None:
        return None
    if isinstance(value, JsonText) and len(text) <= _PREVIEW_SOURCE_CHARS:
        value = value.parse()
        text = dump_text(value)
    shown = value if isinstance(value, str) else text
    head = shown[:PREVIEW_CHARS]
    if not head.isprintable() or "  " in head or head != head.strip():  # most have nothing to fold there
        head = " ".join(shown[:_PREVIEW_SOURCE_CHARS].split())[:PREVIEW_CHARS]
    return _clean(head)


def _extra_text(fields: dict[str, Any]) -> str | None:
    """Return the keys without a column of their own as one object, each with its text as logged."""
    extra = [
        f"{dump_text(key)}:{dump_text(value)}"
        for key, value in fields.items()
        if key not in _WITH_COLUMN and not (key in _NAME_FIELDS and isinstance(parsed(value), str))
    ]
    return "{" + ",".join(extra) + "}" if extra else None


_WITH_COLUMN = frozenset((*PAYLOAD_FIELDS, "tags"))


def _text(value: Any) -> str | None:
    if isinstance(value, JsonText):
        value = value.parse()
    return _clean(value) if isinstance(value, str) else None


def _clean(text: str) -> str:
    """Return text that DuckDB takes: lone surrogates are no UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
