"""Files of JSON lines, payloads of the real SDK, or any JSON that holds rows, as a source."""

from __future__ import annotations

import contextlib
import io
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, cast

from spanglass_store.database.json_text import JsonText, dump_text, read_fields
from spanglass_store.journal.lines import MAX_LINE_BYTES, BadLine
from spanglass_store.transfer.source import SourceLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


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
    first = file.readline(MAX_LINE_BYTES + 1).removeprefix(_BYTE_ORDER_MARK)
    skipped = 0
    while first and not first.strip():
        first, skipped = file.readline(MAX_LINE_BYTES + 1), skipped + 1
    if first.lstrip().startswith((b"{", b"[")) and not _is_line(first):
        text = first + file.read()
        if (parts := _parts_of(text)) is not None:
            for number, part in enumerate(parts, 1):
                yield SourceLine(name, number, part)
            return
        file = io.BytesIO(text[len(first) :])
    lines = itertools.chain([first], iter(lambda: file.readline(MAX_LINE_BYTES + 1), b""))
    for number, raw in enumerate(lines, skipped + 1):
        if raw.strip():
            yield SourceLine(name, number, raw)


def _is_line(raw: bytes) -> bool:
    with contextlib.suppress(BadLine):
        read_fields(raw)
        return True
    return False


def _parts_of(text: bytes) -> list[bytes] | None:
    """Return the objects of a file that is one JSON value over many lines, or a list; None for what is not."""
    try:
        value: object = JsonText(text.decode()).parse()
    except (ValueError, RecursionError):
        return None
    parts = cast("list[object]", value) if isinstance(value, list) else [value]
    return [dump_text(part).encode() for part in parts]
