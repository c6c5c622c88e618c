"""What an import reads: lines with their places, and the bytes of attachments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line with where it stands: its file's name, and its number in it from 1 on."""

    file: str
    number: int
    raw: bytes


class Source(Protocol):
    """Something to import. Blobs come first, so that no row names one that is not there."""

    @property
    def name(self) -> str:
        """Return a name for rows that name no project."""
        ...

    @property
    def written_us(self) -> int | None:
        """Return when it was written, µs since the epoch, where that is known."""
        ...

    @property
    def size_bytes(self) -> int | None:
        """Return what `iter_lines` will have handed out at the end, about, where that is known."""
        ...

    def iter_blobs(self) -> Iterator[tuple[str, BinaryIO]]:
        """Yield the stored bytes of attachments with their digests; each file is read before the next is asked for."""
        ...

    def iter_lines(self) -> Iterator[SourceLine]:
        """Yield lines, whatever they are."""
        ...
