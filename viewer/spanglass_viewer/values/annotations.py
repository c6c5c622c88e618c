"""What a person says of a span in the window, checked, and as the journal rows that say it (or take it back)."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from spanglass_viewer.values.decode import JsonValue, NotJson, decode_json

if TYPE_CHECKING:
    from spanglass_store.database.records import SpanRecord

    JsonObject = dict[str, JsonValue]

SOURCE = "app"
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the zone is written by hand, it is UTC
_NS_PER_US = 1000
_CONTAINER_FIELDS = ("experiment_id", "prompt_session_id", "dataset_id", "project_id", "log_id", "project_name")
_PERCENT = 100


class BadAnnotation(ValueError):  # noqa: N818 - it names what was typed, not the failure
    """Something was typed that cannot be logged; its text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """Scores from 0 to 1 by name, an expected value, tags, a comment; what is None or empty says nothing.

    `comment_id` is the id of the comment's own row.
    """

    scores: dict[str, float] = field(default_factory=dict[str, float])
    expected: JsonValue = None
    tags: tuple[str, ...] = ()
    comment: str = ""
    comment_id: str = field(default_factory=lambda: str(uuid4()), compare=False)

    def __bool__(self) -> bool:
        """Tell whether anything is said."""
        return bool(self.scores or self.tags or self.comment or self.expected is not None)

    def summary(self) -> str:
        """Return what is said in a few words: `helpful 0.8 · 2 tags · comment`."""
        parts = [f"{name} {score:g}" for name, score in self.scores.items()]
        parts += ["expected value"] if self.expected is not None else []
        parts += [f"tag {self.tags[0]}" if len(self.tags) == 1 else f"{len(self.tags)} tags"] if self.tags else []
        return " · ".join([*parts, "comment"] if self.comment else parts)


def read_annotation(*, score_name: str, score: str, expected: str, tags: str, comment: str) -> Annotation:
    """Return what was typed into the fields.

    A score is a number from 0 to 1, or a percentage; an expected value is JSON where it reads as such, else text; tags
    are separated by commas. Raises BadAnnotation with a sentence for what cannot be logged.
    """
    scores: dict[str, float] = {}
    if score.strip():
        if not score_name.strip():
            raise BadAnnotation("The score needs a name")
        scores[score_name.strip()] = _read_score(score)
    elif score_name.strip():
        raise BadAnnotation(f"The score “{score_name.strip()}” needs a number from 0 to 1")
    named = tuple(dict.fromkeys(tag.strip() for tag in tags.split(",") if tag.strip()))
    return Annotation(scores, _read_expected(expected), named, comment.strip())


def annotation_rows(record: SpanRecord, annotation: Annotation, now_ns: int) -> list[JsonObject]:
    """Return the rows that log an annotation of a span, without their stamps: an update, and a comment's own row."""
    rows: list[JsonObject] = []
    said: JsonObject = {}
    if annotation.scores:
        said["scores"] = dict(annotation.scores)
    if annotation.expected is not None:
        said["expected"] = annotation.expected
        said["_merge_paths"] = [["expected"]]  # it replaces what was expected, it does not mix with it
    if annotation.tags:
        said["tags"] = list(annotation.tags)
    if said:
        rows.append({**_update_head(record), **said})
    if annotation.comment:
        rows.append(
            {
                **_comment_head(record, annotation.comment_id, now_ns // _NS_PER_US),
                "comment": {"text": annotation.comment},
            }
        )
    return rows


def comment_removal_row(record: SpanRecord, comment_id: str, created_us: int) -> JsonObject:
    """Return the row that takes a comment on a span back."""
    return {**_comment_head(record, comment_id, created_us), "comment": None, "_object_delete": True}


def undo_rows(record: SpanRecord, annotation: Annotation) -> list[JsonObject]:
    """Return the rows that put a span back to what `record`, read before the annotation, says; none for no change."""
    said: JsonObject = {}
    replaced: list[JsonValue] = []
    if annotation.scores:
        said["scores"] = decode_json(record.scores) if record.scores is not None else {}
        replaced.append(["scores"])
    if annotation.expected is not None:
        said["expected"] = decode_json(record.expected) if record.expected is not None else None
        replaced.append(["expected"])
    if replaced:
        said["_merge_paths"] = replaced
    new_tags: list[JsonValue] = [tag for tag in annotation.tags if tag not in record.tags]
    if new_tags:
        said["_array_delete"] = [{"path": ["tags"], "delete": new_tags}]
    rows: list[JsonObject] = [{**_update_head(record), **said}] if said else []
    if annotation.comment:
        rows.append(comment_removal_row(record, annotation.comment_id, record.created_us))
    return rows


def _comment_head(record: SpanRecord, comment_id: str, created_us: int) -> JsonObject:
    return {
        "id": comment_id,
        "created": _iso_utc(created_us),
        **_container(record),
        "origin": {"id": record.id},
        "_audit_source": SOURCE,
    }


def _update_head(record: SpanRecord) -> JsonObject:
    return {
        "id": record.id,
        "_is_merge": True,
        "created": _iso_utc(record.created_us),
        "span_id": record.span_id,
        "root_span_id": record.root_span_id,
        **_container(record),
        "_audit_source": SOURCE,
    }


def _container(record: SpanRecord) -> JsonObject:
    """Return whose row it is: the merge knows a span by its container and its id."""
    try:
        extra = decode_json(record.extra) if record.extra is not None else None
    except NotJson:
        extra = None
    known: JsonObject = {
        **(extra if isinstance(extra, dict) else {}),
        "experiment_id": record.experiment_id,
        "project_id": record.project_id,
        "project_name": record.project_name,
    }
    return {name: value for name in _CONTAINER_FIELDS if (value := known.get(name)) is not None}


def _read_score(text: str) -> float:
    given = text.strip().replace(",", ".")
    is_percent = given.endswith("%")
    try:
        score = float(given.removesuffix("%")) / (_PERCENT if is_percent else 1)
    except ValueError:
        raise BadAnnotation(f"“{text.strip()}” is no number from 0 to 1") from None
    if math.isnan(score) or not 0 <= score <= 1:
        raise BadAnnotation(f"A score is a number from 0 to 1, not {text.strip()}")
    return score


def _read_expected(text: str) -> JsonValue:
    if not text.strip():
        return None
    try:
        return decode_json(text)
    except NotJson:
        return text


def _iso_utc(moment_us: int) -> str:
    return f"{(_EPOCH + timedelta(microseconds=moment_us)).isoformat(timespec='microseconds')}+00:00"


def as_typed(json_text: str | None) -> str:
    """Return a logged value as it would be typed: a text without quotes, anything else as JSON."""
    if json_text is None:
        return ""
    try:
        value = decode_json(json_text)
    except NotJson:
        return json_text
    return (
        value
        if isinstance(value, str) and not _reads_as_json(value)
        else json.dumps(value, ensure_ascii=False, indent=2)
    )


def _reads_as_json(text: str) -> bool:
    try:
        decode_json(text)
    except NotJson:
        return False
    return True
