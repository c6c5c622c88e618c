"""Files of JSON lines, payloads of the real SDK, or any JSON that holds rows, as a source."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from spanglass_store.database.json_text import read_fields
from spanglass_store.journal.lines import MAX_LINE_BYTES, BadLine
from spanglass_store.transfer.json_stream import iter_json_values
from spanglass_store.transfer.source import SourceLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_HEAD_BYTES = 64 * 1024


@dataclass(slots=True)
class FileSource:
    """Files of JSON lines, or of one JSON value each, in the order of their names."""

    paths: list[Path]
    pipe: BinaryIO | None = None
    name: str = field(init=False)
    written_us: int | None = field(init=False)
    size_bytes: int | None = field(init=False)

    def __post_init__(self) -> None:
        """Look at the files once."""
        stats = [path.stat() for path in self.paths]
        self.name = (
            self.paths[0].parent.name if len(self.paths) > 1 else self.paths[0].stem if self.paths else "imported"
        )
        self.written_us = max((stat.st_mtime_ns // 1000 for stat in stats), default=None)
        self.size_bytes = sum(stat.st_size for stat in stats) if self.paths else None

    def iter_blobs(self) -> Iterator[tuple[str, BinaryIO]]:
        """Yield nothing: lines bring no bytes of attachments along."""
        return iter(())

    def iter_lines(self) -> Iterator[SourceLine]:
        """Yield the lines, or the parts of each JSON value."""
        if self.pipe is not None:
            yield from _iter_file_lines("-", self.pipe)
        for path in self.paths:
            with path.open("rb") as file:
                yield from _iter_file_lines(path.name, file)


def _iter_file_lines(name: str, file: BinaryIO) -> Iterator[SourceLine]:
    first = file.readline(_HEAD_BYTES).removeprefix(_BYTE_ORDER_MARK)
    skipped = 0
    while first and not first.strip():
        skipped += first.endswith(b"\n")
        first = file.readline(_HEAD_BYTES)
    begin = first.lstrip()[:1]
    if begin != b"[" and not first.endswith(b"\n"):  # a list on one line is read value by value
        first += file.readline(MAX_LINE_BYTES + 1 - len(first))
    if begin == b"[" or (begin == b"{" and not _is_line(first)):
        for number, part in enumerate(iter_json_values(file, first), skipped + 1):
            yield SourceLine(name, number, part)
        return
    lines = itertools.chain([first], iter(lambda: file.readline(MAX_LINE_BYTES + 1), b""))
    for number, raw in enumerate(lines, skipped + 1):
        if raw.strip():
            yield SourceLine(name, number, raw)


def _is_line(raw: bytes) -> bool:
    with contextlib.suppress(BadLine):
        read_fields(raw)
        return True
    return False
