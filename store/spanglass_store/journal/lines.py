"""Bytes ↔ lines: the one place that knows how a journal line is written.

A line is one JSON object and a newline. Its kind is in `_line`; a line without it is a row.

row (no `_line`)      the wire row of the contract, plus `_stamp`; `created` (the span's start) stands in
                      every row of a span, updates too. A row with `origin` and `comment` is a comment.
`"_line":"attachment"`  a state of an attachment: key, filename, content_type, state
                      ("uploading" | "done" | "error"), digest, size_bytes, error
`"_line":"experiment"`  what an experiment is: experiment_id, experiment_name, project_id, project_name, created,
                      and what it was begun with: description, metadata, tags
`"_line":"process"`   once a segment, its first line: process (an id that all segments of one process
                      share), pid, argv, host, python, cwd, git_commit, sdk_version

`_stamp` is nanoseconds since the epoch, strictly increasing within a process; it orders rows over
segments, so that the outcome of a merge does not hang on the order in which segments are read.
"""

from __future__ import annotations

import enum
from typing import Any, cast

import orjson

Line = dict[str, Any]

MAX_LINE_BYTES = 64 * 1024 * 1024


class LineKind(enum.Enum):
    """What a journal line speaks of."""

    ROW = "row"
    COMMENT = "comment"
    ATTACHMENT = "attachment"
    EXPERIMENT = "experiment"
    PROCESS = "process"


_NAMED_KINDS = {kind.value: kind for kind in (LineKind.ATTACHMENT, LineKind.EXPERIMENT, LineKind.PROCESS)}


class BadLine(ValueError):  # noqa: N818 - it names the line, not the failure
    """A line that is no line of ours; the reason is its text."""


def encode_line(line: Line) -> bytes:
    """Return the line's JSON and a newline.

    The copy that the newline makes is wanted: `orjson.dumps` keeps a 4 kB buffer behind each result.

    Raises TypeError for a value that is not JSON: rows arrive here already snapshotted.
    """
    return orjson.dumps(line) + b"\n"


def decode_line(text: bytes) -> Line:
    """Return the object that one line (with or without its newline) holds.

    Raises BadLine with the reason for whatever is not a JSON object.
    """
    if b"\0" in text:
        raise BadLine("the line holds NUL bytes")
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadLine(_reason_of(error)) from None
    if not isinstance(value, dict):
        raise BadLine("the line is JSON, but not an object")
    return cast("Line", value)


def _reason_of(error: orjson.JSONDecodeError) -> str:
    if "UTF-8" in error.msg:
        return "the line is not text in UTF-8"
    return f"the line is not JSON: {error.msg}, at character {error.pos + 1}"


def kind_of(line: Line) -> LineKind:
    """Tell what a decoded line speaks of.

    Raises BadLine for a `_line` that this version does not know.
    """
    name = line.get("_line")
    if name is None:
        return LineKind.COMMENT if "comment" in line and "origin" in line else LineKind.ROW
    kind = _NAMED_KINDS.get(name) if isinstance(name, str) else None
    if kind is not None:
        return kind
    raise BadLine(f"the line's kind {name!r} is unknown")
