"""A folded span → the columns of its row in `spans`, and back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from spanglass_store.database.error_headline import find_headline
from spanglass_store.database.fold import SpanState, decode_stamps, encode_stamps
from spanglass_store.database.json_text import JsonText, dump_text, parsed
from spanglass_store.database.statements import span_column_names

if TYPE_CHECKING:
    from collections.abc import Collection

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


def span_row(state: SpanState, *, is_orphaned: bool) -> SpanRow:
    """Return the values of a span in the order of the table's columns; lists are tuples, so that rows can be kept.

    `is_orphaned` says that the process which wrote the span is gone: without an end it counts as interrupted.
    """
    identity = state.identity
    created = timestamp_of(created_of(state))
    span_id = _clean(identity.get("span_id", state.id))
    parents = tuple([_clean(parent) for parent in identity.get("span_parents", ())])
    values = [*_NOTHING_SAID]
    values[_IDENTITY] = (
        state.id,
        state.container,
        span_id,
        _clean(identity.get("root_span_id", span_id)),
        parents,
    )
    values[_CREATED] = values[_START] = created
    values[_IS_ROOT] = not parents and "span_parents" in identity  # one of which only updates have come may be anything
    values[_PROCESS] = identity.get("process")
    return _derive(values, state, state.fields, is_orphaned=is_orphaned)


def changed_row(before: SpanRow, state: SpanState, keys: Collection[str], *, is_orphaned: bool) -> SpanRow:
    """Return what `span_row` would, where `before` was the span's row until rows wrote the fields `keys` alone."""
    return _derive([*before], state, keys, is_orphaned=is_orphaned)


def _derive(values: list[Any], state: SpanState, keys: Collection[str], *, is_orphaned: bool) -> SpanRow:
    """Write the columns that follow from the fields `keys` of a state into a row's values; return the row."""
    fields = state.fields
    has_attachments = bool(values[_ATTACHMENT_COUNT])
    for key in keys:
        place = _PAYLOAD_PLACES.get(key)
        if place is not None:
            text = values[place] = dump_text(fields[key]) if key in fields else None
            has_attachments = has_attachments or (text is not None and _ATTACHMENT_MARK in text)
        elif key in _NAME_PLACES:
            values[_NAME_PLACES[key]] = _text(fields.get(key))
    _derive_scalars(values, fields, keys)
    if "input" in keys:
        values[_INPUT_PREVIEW] = _preview(fields.get("input"), values[_INPUT])
    if "output" in keys:
        values[_OUTPUT_PREVIEW] = _preview(fields.get("output"), values[_OUTPUT])
    if not _WITH_COLUMN.issuperset(keys):
        values[_EXTRA] = _extra_text(fields)
    if has_attachments:
        texts = [text for text in values[PAYLOADS] if text is not None]
        values[_ATTACHMENT_COUNT] = sum([len(_ATTACHMENT.findall(text)) for text in texts])
    values[_IS_INTERRUPTED] = is_orphaned and values[_END] is None
    values[_STAMPS] = encode_stamps(state)
    return tuple(values)


def _derive_scalars(values: list[Any], fields: dict[str, Any], keys: Collection[str]) -> None:
    if "span_attributes" in keys:
        values[_NAME_AND_TYPE] = _name_and_type(fields.get("span_attributes"))
    if "metrics" in keys:
        metrics = _object(fields.get("metrics"))
        values[_TIMES] = _times(metrics, values[_CREATED])
        values[_AMOUNTS] = _amounts(metrics)
    if "error" in keys:
        values[_HEADLINE] = _headline(fields.get("error"))
    if "metadata" in keys:
        values[_MODEL] = _text(_object(fields.get("metadata")).get("model"))
    if "scores" in keys:
        values[_SCORE_COUNT] = _count_scores(fields.get("scores"))
    if "tags" in keys:
        values[_TAGS] = tuple([_clean(tag) for tag in _object(fields["tags"])]) if "tags" in fields else ()


def _slice(first: str, last: str) -> slice:
    return slice(_COLUMNS.index(first), _COLUMNS.index(last) + 1)


_COLUMNS = span_column_names()
(
    _CREATED, _START, _END, _IS_ROOT, _IS_INTERRUPTED, _MODEL, _ATTACHMENT_COUNT, _SCORE_COUNT, _TAGS,
    _INPUT_PREVIEW, _OUTPUT_PREVIEW, _INPUT, _OUTPUT, _EXTRA, _PROCESS, _STAMPS,
) = map(_COLUMNS.index, (
    "created", "start_ts", "end_ts", "is_root", "is_interrupted", "model", "attachment_count", "score_count", "tags",
    "input_preview", "output_preview", "input", "output", "extra", "process", "stamps",
))  # fmt: skip
_IDENTITY = _slice("id", "span_parents")
_NAME_AND_TYPE = _slice("name", "type")
_TIMES = _slice("start_ts", "duration_secs")
_HEADLINE = _slice("is_error", "error_message")
_AMOUNTS = _slice("tokens", "ttft_secs")
PAYLOADS = _slice(PAYLOAD_FIELDS[0], PAYLOAD_FIELDS[-1])
_PAYLOAD_PLACES = {key: _COLUMNS.index(key) for key in PAYLOAD_FIELDS}
_NAME_PLACES = {key: _COLUMNS.index(key) for key in _NAME_FIELDS}
_UNSAID = {"name": "", "is_error": False, "is_interrupted": False, "attachment_count": 0, "score_count": 0, "tags": ()}
_NOTHING_SAID: SpanRow = tuple([_UNSAID.get(name) for name in _COLUMNS])


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
    names, payloads = texts[: len(_NAME_FIELDS)], texts[len(_NAME_FIELDS) :]
    fields: dict[str, Any] = {key: name for key, name in zip(_NAME_FIELDS, names, strict=True) if name is not None}
    for key, text in zip(PAYLOAD_FIELDS, payloads, strict=True):
        if text is not None:
            fields[key] = JsonText(text)
    if extra is not None:
        fields.update(JsonText(extra).parse())
    if tags:
        fields["tags"] = dict.fromkeys(tags, True)
    identity = {
        "created": created_us,
        "span_id": span_id,
        "root_span_id": root_span_id,
        "span_parents": parents,
        "process": process,
    }
    state = SpanState(row_id, container, fields, identity=identity)
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
    if not isinstance(seconds, _NUMBERS) or isinstance(seconds, bool) or not -1 < seconds < _MAX_US:
        return None  # compared before it is multiplied: a number may be too large for a float then, or now
    time_us = round(seconds * 1e6)
    return time_us if 0 <= time_us <= _MAX_US else None


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, JsonText):
        value = value.parse()
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _name_and_type(attributes: Any) -> tuple[str, str | None]:
    found = _object(attributes)
    return (_text(found.get("name")) or "")[:_MAX_NAME_CHARS], _text(found.get("type"))


def _times(metrics: dict[str, Any], created: datetime) -> tuple[datetime, datetime | None, float | None]:
    """Return the start, the end and the seconds between."""
    start_us = _time_us(metrics["start"]) if "start" in metrics else None
    end_us = _time_us(metrics["end"]) if "end" in metrics else None
    start = created if start_us is None else timestamp_of(start_us)
    if end_us is None:
        return start, None, None
    end = timestamp_of(end_us)
    return start, end, (end - start).total_seconds()


def _headline(error: Any) -> tuple[bool, str | None, str | None]:
    if error is None:
        return False, None, None
    headline = find_headline(parsed(error))
    return (False, None, None) if headline is None else (True, headline.type, headline.message)


def _count_scores(scores: Any) -> int:
    return sum(1 for score in _object(scores).values() if score is not None)


def _amounts(metrics: dict[str, Any]) -> tuple[float | None, ...]:
    """Return total, prompt, completion, cached and reasoning tokens, the cost, and the time to the first token."""
    found = [
        (place, float(metrics[name])) for name, place in _AMOUNT_NAMES if name in metrics and _is_amount(metrics[name])
    ]
    if not found:  # most spans are no calls of a model
        return _NO_AMOUNTS
    amounts: list[float | None] = [*_NO_AMOUNTS]
    for place, value in found:
        amounts[place] = _count(value) if place < _TOKEN_COUNTS else value
    total, prompt, completion, *_ = amounts
    if total is None and (prompt is not None or completion is not None):
        amounts[0] = (prompt or 0) + (completion or 0)
    return tuple(amounts)


_AMOUNT_COUNT, _TOKEN_COUNTS = 7, 5
# Each with its place among the amounts; of two for one place the later counts.
_AMOUNT_NAMES = (
    ("total_tokens", 0), ("tokens", 0), ("prompt_tokens", 1), ("completion_tokens", 2),
    ("cached_tokens", 3), ("prompt_cached_tokens", 3), ("reasoning_tokens", 4), ("completion_reasoning_tokens", 4),
    ("estimated_cost", 5), ("cost", 5), ("time_to_first_token", 6),
)  # fmt: skip
_NO_AMOUNTS = (None,) * _AMOUNT_COUNT


def _is_amount(value: Any) -> bool:
    """Tell whether a metric is a finite number that a DOUBLE holds with ease."""
    return isinstance(value, _NUMBERS) and not isinstance(value, bool) and abs(value) < 1e300  # noqa: PLR2004 - as said


def _count(value: float) -> int | None:
    """Return a number of tokens, or None where a BIGINT does not hold it with ease."""
    return int(value) if abs(value) <= _MAX_BIGINT // 2 else None


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
