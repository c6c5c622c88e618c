"""Archives as lists of names and sizes; nothing in them is unpacked."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import tarfile
import zipfile
from typing import TYPE_CHECKING, BinaryIO, cast

from spanglass_viewer.decoders.answers import DecoderFault, TableHead

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.decoders.document import Wish

_MAX_NAMES = 5000
_MAX_NAME_CHARS = 500
_MAX_UNPACKED_BYTES = 256_000_000
_MAX_DIRECTORY_BYTES = 64_000_000
_COLUMNS, _TYPES = ("Name", "Size", "Packed"), ("", "bytes", "bytes")


class ArchiveFile:
    """One archive."""

    def __init__(self, file: BinaryIO, format_name: str) -> None:
        self._file = file
        self._is_zip = format_name == "ZIP"
        self.wishes: dict[str, Callable[[Wish], Answer]] = {"table": self._list}

    def _list(self, wish: Wish) -> TableHead:  # noqa: ARG002 - one signature for all
        try:
            return self._list_zip() if self._is_zip else self._list_tar()
        except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, lzma.LZMAError, NotImplementedError) as fault:
            raise DecoderFault(f"The archive is damaged ({str(fault)[:100]})") from None

    def _list_zip(self) -> TableHead:
        self._check_directory()
        with zipfile.ZipFile(self._file) as archive:
            members = archive.infolist()
            rows = [(info.filename, info.file_size, info.compress_size) for info in members[:_MAX_NAMES]]
            unpacked = sum(info.file_size for info in members)
        return _table(rows, _count(len(members), ""), unpacked, is_cut=len(members) > _MAX_NAMES)

    def _check_directory(self) -> None:
        """Refuse a directory of files that would not fit: the library reads it as a whole."""
        self._file.seek(0, io.SEEK_END)
        tail = min(self._file.tell(), 66_000)
        self._file.seek(-tail, io.SEEK_END)
        end = self._file.read().rpartition(b"PK\5\6")[2]
        if len(end) >= 12 and int.from_bytes(end[8:12], "little") > _MAX_DIRECTORY_BYTES:
            raise DecoderFault("The archive lists more files than can be shown")

    def _list_tar(self) -> TableHead:
        rows: list[tuple[str, int, int]] = []
        reader = _Bounded(_unpack(self._file))
        is_cut = False
        with tarfile.open(fileobj=cast("BinaryIO", reader), mode="r|") as archive:
            for member in archive:
                if len(rows) >= _MAX_NAMES or reader.is_exhausted:
                    is_cut = True
                    break
                rows.append((member.name + ("/" if member.isdir() else ""), member.size, -1))
        more = "more than " if is_cut else ""
        return _table(rows, _count(len(rows), more), sum(row[1] for row in rows), is_cut=is_cut)


class _Bounded:
    """A stream that ends after so many bytes, whatever a packer promises behind them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = _MAX_UNPACKED_BYTES

    @property
    def is_exhausted(self) -> bool:
        """Tell whether no more is given."""
        return self._left <= 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        data = self._stream.read(min(size, max(0, self._left)))
        self._left -= len(data)
        return data


def load() -> None:
    """Load the codec of old archives' names."""
    codecs.lookup("cp437")


def _unpack(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    head = file.read(6)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)  # pyright: ignore[reportReturnType] - a stream of bytes as well
    if head.startswith(b"BZh"):
        return bz2.BZ2File(file)  # pyright: ignore[reportReturnType] - as above
    return lzma.LZMAFile(file) if head.startswith(b"\xfd7zXZ") else file  # pyright: ignore[reportReturnType] - as above


def _count(files: int, more: str) -> str:
    return f"{more}{files:,} {'file' if files == 1 else 'files'}"


def _table(rows: list[tuple[str, int, int]], count: str, unpacked: int, *, is_cut: bool) -> TableHead:
    """Make the table; a tar packs its files as one, and so has no column of packed sizes."""
    width = 2 if any(packed < 0 for _, _, packed in rows) else 3
    shown = tuple((name[:_MAX_NAME_CHARS], f"{size:,}", f"{packed:,}")[:width] for name, size, packed in rows)
    return TableHead(_COLUMNS[:width], _TYPES[:width], shown, (count, f"{unpacked:,} bytes unpacked"), is_cut)
