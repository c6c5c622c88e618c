"""Journals written by hand: the rows that the SDK would write, with ids and times of the test's choice."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from spanglass_store.blobs.files import put_bytes
from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.liveness import claim
from spanglass_store.journal.names import segment_name
from spanglass_store.location import ensure_store

if TYPE_CHECKING:
    from pathlib import Path

EPOCH_SECS = 1_795_442_531.0  # 2026-11-23

_stamps = itertools.count(1_795_442_531_000_000_000)
_segments = itertools.count(1)


@dataclass
class JournalWriter:
    """Writes one segment as a living process does; `die` leaves it as a killed one would."""

    store: Path
    process: str = "11" * 16
    _fd: int = field(init=False)

    def __post_init__(self) -> None:
        ensure_store(self.store)
        name = segment_name(1_795_442_531_000 + next(_segments), os.getpid(), f"{next(_segments):08x}")
        self._fd = os.open(self.store / "journal" / name, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o600)
        claim(self._fd)
        self.write({"_line": "process", "_stamp": next(_stamps), "process": self.process, "pid": os.getpid()})

    def write(self, *lines: dict[str, Any]) -> None:
        """Append lines."""
        os.write(self._fd, b"".join(encode_line({"_stamp": next(_stamps)} | line) for line in lines))

    def start(
        self, number: int, *, parents: tuple[int, ...] = (), trace: int = 1, at: float = 0.0, **fields: Any
    ) -> None:
        """Write a span's first row; `at` is seconds after the first trace's start. `number` makes its ids."""
        name, kind = fields.pop("name", f"span {number}"), fields.pop("type", "function")
        self.write(
            _ids(number, trace, at)
            | {
                "_is_merge": False,
                "project_id": "p",
                "project_name": "tests",
                "log_id": "g",
                "span_parents": [f"{parent:016x}" for parent in parents] or None,
                "span_attributes": {"name": name, "type": kind},
                "metrics": {"start": EPOCH_SECS + at},
            }
            | fields
        )

    def end(self, number: int, *, trace: int = 1, at: float = 0.0, after: float = 1.0, **fields: Any) -> None:
        """Write a span's last row, `after` seconds after the start that it was written with."""
        metrics = {"end": EPOCH_SECS + at + after} | fields.pop("metrics", {})
        self.write(_ids(number, trace, at) | {"_is_merge": True, "metrics": metrics} | fields)

    def span(self, number: int, *, parents: tuple[int, ...] = (), trace: int = 1, at: float = 0.0, after: float = 1.0,
             **fields: Any) -> None:  # fmt: skip
        """Write a span whole."""
        ending = {key: fields.pop(key) for key in ("output", "error", "metrics") if key in fields}
        self.start(number, parents=parents, trace=trace, at=at, **fields)
        self.end(number, trace=trace, at=at, after=after, **ending)

    def attach(self, key: str, data: bytes, filename: str, content_type: str) -> dict[str, str]:
        """Store an attachment and return the reference to log."""
        blob = put_bytes(self.store, data)
        reference = {"filename": filename, "content_type": content_type, "key": key}
        self.write(
            {"_line": "attachment", "state": "done", "digest": blob.digest, "size_bytes": blob.size_bytes} | reference
        )
        return {"type": "braintrust_attachment"} | reference

    def die(self) -> None:
        """Let go of the segment."""
        os.close(self._fd)


def root_id(trace: int = 1) -> str:
    """Return the root_span_id of a trace."""
    return f"{trace:032x}"


def _ids(number: int, trace: int, at: float) -> dict[str, Any]:
    created = datetime.fromtimestamp(EPOCH_SECS + at, tz=UTC).isoformat()
    return {"id": f"row-{number}", "span_id": f"{number:016x}", "root_span_id": root_id(trace), "created": created}
