"""Foreign lines → journal lines: whatever is missing is filled in so that the same line gives the same rows.

Ids follow from a line's content, stamps from the times that it speaks of. So importing a file once more changes
nothing, and a row that the store knows in a later state stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import math
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, cast

import orjson

from spanglass_store.database.columns import time_of
from spanglass_store.database.json_text import TOO_DEEP, JsonText, dump_text, parsed, read_fields
from spanglass_store.journal.lines import BadLine, Line, LineKind, kind_of
from spanglass_store.transfer.line_memory import ContentCounts, RecentStamps

_NAMESPACE = uuid.UUID("5d6a1f0e-7c1b-5b63-9a1d-2f6c0f8f3b11")
_SPACES = b" \t\n\r"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - reads as what it is
_MAX_SECS = 253_402_300_799  # the year 9999
_MAX_STAMP = 2**63 - 1

# What a tree without ids gets, whatever it says of it: numbers for ids, say.
_GIVEN = frozenset(("id", "span_id", "root_span_id", "span_parents", "created", "children", "_is_merge", "_stamp"))

Times = tuple[float | None, float | None]  # start and end in seconds since the epoch


@dataclass(frozen=True, slots=True)
class Origin:
    """What is taken for granted of lines that do not say it: their project, and when they were written (µs)."""

    project_id: str
    project_name: str
    written_us: int


def origin_of(project_name: str, written_us: int) -> Origin:
    """Return the origin of lines for a project of this name."""
    return Origin(str(_made_id(f"project:{project_name}")), project_name, written_us)


class Adoption:
    """Makes the lines of one source into journal lines; it remembers what came before in the source.

    `deep_fields` are those of the last line that a merge will leave out, as they are nested too deeply.
    """

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._stamps = RecentStamps()
        self._contents: ContentCounts | None = None  # megabytes, that only trees without ids need
        self._timeless = 0
        self.deep_fields: list[str] = []

    def adopt(self, raw: bytes) -> list[bytes]:
        """Return the journal lines that a line stands for, none for one that only speaks of a process.

        Raises BadLine for what is neither a row, a tree of rows, nor a payload of rows.
        """
        logged, raw = raw, dense_text(raw)
        try:
            fields = read_fields(raw)
            self.deep_fields = fields.pop(TOO_DEEP, [])
            if "_line" in fields:
                fields["_line"] = parsed(fields["_line"])
            kind = kind_of(fields)
            if kind is LineKind.PROCESS:
                return []
            if kind is LineKind.ATTACHMENT:
                return [_ended(raw)]
            if kind is LineKind.COMMENT:
                return [self._comment(fields, logged)]
            if kind is LineKind.EXPERIMENT:
                return [self._with_stamp(fields, raw, {})]
            rows = parsed(fields.get("rows"))
            if isinstance(rows, list) and "id" not in fields and "input" not in fields:
                return [line for row in cast("list[Any]", rows) for line in self.adopt(dump_text(row).encode())]
            return self._rows(fields, raw, logged)
        except RecursionError:
            raise BadLine("the line is nested too deeply") from None

    def _rows(self, fields: Line, raw: bytes, logged: bytes) -> list[bytes]:
        if not _names_itself(fields):
            if parsed(fields.get("_is_merge")) is True:
                raise BadLine("the update names no span")
            return self._tree(fields, logged)
        if _has_children(fields):
            return self._own_tree(fields, None)
        return [self._row(fields, raw)]

    def _row(self, fields: Line, raw: bytes) -> bytes:
        """Return a row as it is, with what it lacks added behind."""
        added: Line = {}
        row_id = parsed(fields.get("id"))
        if not isinstance(row_id, str) or not row_id:
            row_id = str(_made_id(f"{parsed(fields.get('root_span_id'))}/{parsed(fields['span_id'])}"))
            added["id"] = row_id
        start_secs, end_secs = _times_of(fields)
        is_update = parsed(fields.get("_is_merge")) is True
        created_us = _created_us(fields)
        if created_us is None and start_secs is not None and not is_update:
            added["created"] = _iso(start_secs)
        stamp = parsed(fields.get("_stamp"))
        if not isinstance(stamp, int) or not 0 < stamp <= _MAX_STAMP:
            times_ns = [round(secs * 1e9) for secs in (start_secs, end_secs) if secs is not None]
            if created_us is not None:
                times_ns.append(created_us * 1000)
            stamp = max(times_ns, default=self._origin.written_us * 1000) + is_update  # later than what it adds to
            added["_stamp"] = self._stamps.next_stamp(row_id, stamp)
        return _ended(raw) if not added else _with_fields(raw, added)

    def _comment(self, fields: Line, raw: bytes) -> bytes:
        added: Line = {}
        if not isinstance(parsed(fields.get("id")), str):
            added["id"] = str(_made_id(hashlib.sha256(raw.strip()).hexdigest()))
        return self._with_stamp(fields, raw, added)

    def _with_stamp(self, fields: Line, raw: bytes, added: Line) -> bytes:
        """Return a line with what is to be added and, if it has none, the stamp that its time gives."""
        if not isinstance(parsed(fields.get("_stamp")), int):
            created_us = _created_us(fields)
            added["_stamp"] = 1000 * (self._origin.written_us if created_us is None else created_us)
        return _ended(raw) if not added else _with_fields(raw, added)

    def _own_tree(self, fields: Line, parent: Line | None) -> list[bytes]:
        """Return the rows of a tree whose spans have ids: each is a row with its children below it."""
        children = _children_of(fields)
        fields = {key: value for key, value in fields.items() if key != "children"}
        if parent is not None:
            if "root_span_id" not in fields:
                fields["root_span_id"] = parent.get("root_span_id") or _span_id_of(parent)
            if "span_parents" not in fields:
                fields["span_parents"] = [_span_id_of(parent)]
        lines = [self._row(fields, encode_fields(fields))]
        for number, child in enumerate(children):
            if not _names_itself(child):
                child["id"] = str(_made_id(f"{_span_id_of(fields)}.{number}"))
                _move_name(child)
            lines += self._own_tree(child, fields)
        return lines

    def _tree(self, fields: Line, raw: bytes) -> list[bytes]:
        """Return the rows of a tree without ids, such as a program in another language prints."""
        content = hashlib.sha256(raw.strip()).digest()
        self._contents = self._contents or ContentCounts()
        number = self._contents.count(content)
        root = _made_id(f"{content.hex()}/{number}")
        times = _span_times(fields)
        is_timeless = times[0] is None
        if is_timeless:
            self._timeless += 1
            moment = (self._origin.written_us + self._timeless) / 1e6
            times = (moment, moment)
        nodes = _Nodes(root.hex, self._origin, is_timeless=is_timeless, number=self._timeless)
        nodes.add(fields, "", (), times)
        return nodes.lines


class _Nodes:
    """Flattens one tree without ids.

    An id that looks like a UUID is looked up near its span's start alone. The start of a tree without times is that
    of its first import, so its ids must not look like that.
    """

    def __init__(self, root_span_id: str, origin: Origin, *, is_timeless: bool, number: int) -> None:
        self.lines: list[bytes] = []
        self._root_span_id = root_span_id
        self._origin = origin
        self._is_timeless = is_timeless
        self._number = number

    def add(self, node: Line, path: str, parents: tuple[str, ...], times: Times) -> None:
        """Add a node and all below it; `path` says where it stands, `times` are those of the node above."""
        own_start, own_end = _span_times(node)
        start_secs = times[0] if own_start is None else own_start
        end_secs = own_end if own_end is not None else start_secs if own_start is None and path else times[1]
        end_secs = start_secs if end_secs is None else end_secs
        unique = _made_id(f"{self._root_span_id}{path}")
        span_id = unique.hex[:16]
        children = _children_of(node)
        row: Line = {
            "id": unique.hex if self._is_timeless else str(unique),
            "_is_merge": False,
            "_stamp": self._number if self._is_timeless else max(1, round((end_secs or 0.0) * 1e9)),
            "created": _iso(start_secs or 0.0),
            "project_id": self._origin.project_id,
            "project_name": self._origin.project_name,
            "log_id": "g",
            "span_id": span_id,
            "root_span_id": self._root_span_id,
            "span_parents": list(parents) or None,
        }
        fields = {key: value for key, value in node.items() if key not in _GIVEN}
        _move_name(fields)
        metrics = parsed(fields.get("metrics"))
        said = cast("Line", metrics) if isinstance(metrics, dict) else {}
        row |= fields | {"metrics": {"start": start_secs, "end": end_secs} | said}
        self.lines.append(encode_fields(row))
        for number, child in enumerate(children):
            self.add(child, f"{path}.{number}", (span_id,), (start_secs, end_secs))


def dense_text(raw: bytes) -> bytes:
    """Return a line without spaces between its values and without escapes, or as it is where more would change.

    Python's `json` writes both, and with them a line is neither read nor merged in the fast way.
    """
    try:
        value: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw
    dense = orjson.dumps(value)
    if len(dense) < len(raw) and (_is_spaced(raw, dense) or (b"\\u" in raw and _is_escaped(raw, dense, value))):
        return dense + b"\n"
    return raw


def _is_spaced(raw: bytes, dense: bytes) -> bool:
    """Tell whether a text is the other one with spaces between its values: within strings both have the same spaces."""
    return dense.translate(None, _SPACES) == raw.translate(None, _SPACES)


def _is_escaped(raw: bytes, dense: bytes, value: Any) -> bool:
    """Tell whether a text is the other one as Python's `json` writes it, with spaces or without."""
    if json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() != dense:  # a number of another spelling
        return False
    return _is_spaced(raw, json.dumps(value, separators=(",", ":")).encode())


def encode_fields(fields: Line) -> bytes:
    """Return a line; values that are still text stay as they were written."""
    text = ",".join(f"{dump_text(key)}:{dump_text(value)}" for key, value in fields.items())
    return f"{{{text}}}\n".encode()


def _with_fields(raw: bytes, added: Line) -> bytes:
    """Return a line with fields added behind its own: of two with one name the last one counts."""
    text = raw.strip()
    separator = b"" if not text[1:-1].strip() else b","
    return text[:-1].rstrip() + separator + encode_fields(added)[1:]


def _made_id(text: str) -> uuid.UUID:
    """Return the id that follows from a text, which may have lone surrogates from somebody's JSON."""
    return uuid.uuid5(_NAMESPACE, text.encode("utf-8", "backslashreplace").decode())


def _ended(raw: bytes) -> bytes:
    return raw if raw.endswith(b"\n") else raw + b"\n"


def _names_itself(fields: Line) -> bool:
    ids = (parsed(fields.get(key)) for key in ("id", "span_id"))
    return any(isinstance(value, str) and value for value in ids)


def _span_id_of(fields: Line) -> Any:
    return parsed(fields.get("span_id")) or parsed(fields.get("id"))


def _has_children(fields: Line) -> bool:
    children = parsed(fields.get("children"))
    return isinstance(children, list) and all(isinstance(child, dict) for child in cast("list[Any]", children))


def _children_of(fields: Line) -> list[Line]:
    if fields.get("children") is None:
        return []
    if not _has_children(fields):
        raise BadLine("`children` is not a list of objects")
    return cast("list[Line]", parsed(fields["children"]))


def _move_name(node: Line) -> None:
    """Put a node's plain `name` and `type` where spans have theirs, unless they are there."""
    attributes = parsed(node.get("span_attributes"))
    attributes = dict(cast("Line", attributes)) if isinstance(attributes, dict) else {}
    for key in ("name", "type"):
        if key not in attributes and isinstance(parsed(node.get(key)), str):
            attributes[key] = parsed(node.pop(key))
    if attributes:
        node["span_attributes"] = attributes


def _span_times(node: Line) -> Times:
    """Return when a node began and ended: as it says, else as its children say."""
    start_secs, end_secs = _times_of(node)
    if start_secs is not None and end_secs is not None:
        return start_secs, end_secs
    inner = [_span_times(child) for child in _children_of(node)]
    starts = [start for start, _ in inner if start is not None]
    ends = [end for _, end in inner if end is not None]
    if start_secs is None:
        start_secs = min(starts, default=None)
    return start_secs, max(ends, default=None) if end_secs is None else end_secs


def _times_of(fields: Line) -> Times:
    metrics = parsed(fields.get("metrics"))
    said = cast("Line", metrics) if isinstance(metrics, dict) else {}
    start_secs, end_secs = _secs(said.get("start")), _secs(said.get("end"))
    if start_secs is None:
        created_us = _created_us(fields)
        start_secs = None if created_us is None else created_us / 1e6
    return start_secs, end_secs


def _created_us(fields: Line) -> int | None:
    created = parsed(fields.get("created"))
    return time_of(created) if isinstance(created, str) else None


def _secs(value: Any) -> float | None:
    value = parsed(value) if isinstance(value, JsonText) else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MAX_SECS:
        return None
    return float(value) if math.isfinite(value) else None


def _iso(secs: float) -> str:
    return (_EPOCH + timedelta(microseconds=round(secs * 1e6))).isoformat()
