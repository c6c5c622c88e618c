"""What panes hand to each other instead of themselves: frozen references to spans, and a span's details."""

from __future__ import annotations

import os
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path

    from spanglass_store.database.records import AttachmentRecord, CommentRecord, SpanRecord


@dataclass(frozen=True, slots=True)
class SpanRef:
    """Which span is meant; `created_us` lets the store find its payload at once."""

    root_span_id: str
    span_id: str
    created_us: int


@dataclass(frozen=True, slots=True)
class PathStep:
    """One of the spans above a span."""

    ref: SpanRef
    name: str


class HeldFile:
    """A file held open for reading, whatever becomes of its name; it is closed with this object."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self._fd)

    def open(self) -> BufferedReader:
        """Return the file by a number of its own, at its beginning. Others that have it open share its place."""
        os.lseek(self._fd, 0, os.SEEK_SET)
        return os.fdopen(os.dup(self._fd), "rb")


@dataclass(frozen=True, slots=True)
class LargeValue:
    """A value that is too large for the window: its JSON text, of this many bytes, in a file for a decoder to read.

    Two values with the same digest are the same text. Where the text
    could not be written there is no file, and `problem` says why, as a sentence without its full stop.
    """

    size_bytes: int
    digest: str
    file: HeldFile | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SpanDetail:
    """A selected span with its payload, as read at one moment.

    `attachments` are those that its values name, by key; `blobs` the files of those whose bytes are here; `kinds` what
    the first bytes of these say that they are, as the value of a `MediaKind`. `git_commit` is what was checked out
    where a span that failed was logged. `large` are the fields that are None in `record` because they are too large
    for the window, each with its text in a file.
    """

    ref: SpanRef
    record: SpanRecord
    attachments: dict[str, AttachmentRecord] = field(default_factory=dict["str", "AttachmentRecord"])
    blobs: dict[str, Path] = field(default_factory=dict["str", "Path"])
    comments: tuple[CommentRecord, ...] = ()
    kinds: dict[str, str] = field(default_factory=dict[str, str])
    git_commit: str | None = None
    large: dict[str, LargeValue] = field(default_factory=dict[str, LargeValue])
