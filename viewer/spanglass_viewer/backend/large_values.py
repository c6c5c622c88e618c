"""Large values on their way past the window: from the tables into files, from there into a decoder's answers."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Slot

from spanglass_viewer.backend.preview_session import DecoderSession
from spanglass_viewer.decoders.answers import DecoderFault
from spanglass_viewer.trace.references import HeldFile, LargeValue
from spanglass_viewer.values.media_formats import LOGGED_VALUE

if TYPE_CHECKING:
    from io import BufferedReader
    from typing import BinaryIO

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.large_values import TrimmedSpan
    from spanglass_store.database.records import SpanRecord
    from spanglass_viewer.values.media_formats import MediaFormat

# larger values stay out of the window's process: reading them would hold up its thread
MOST_BYTES = 4_000_000
MOST_MEDIA_BYTES = 32_000_000  # where images are written into them: few texts, which are read at once


def keep_values(cursor: Cursor, trimmed: TrimmedSpan) -> dict[str, LargeValue]:
    """Write the large values of a span into files that nobody else can find."""
    return {field: _keep(cursor, trimmed.record, field, size) for field, size in trimmed.large.items()}


def _keep(cursor: Cursor, record: SpanRecord, field: str, size_bytes: int) -> LargeValue:
    from spanglass_store.database.large_values import write_value  # noqa: PLC0415 - heavy half

    try:
        with tempfile.TemporaryDirectory(prefix="spanglass-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "value"
            write_value(cursor, record, field, path)
            file = HeldFile(path)
    except OSError as fault:
        return LargeValue(size_bytes, "", None, f"It is too large to be shown without a file, and {fault.strerror}")
    with file.open() as written:
        digest = hashlib.file_digest(written, "blake2b").hexdigest()
    return LargeValue(size_bytes, digest, file)


class ValueSession(DecoderSession):
    """A decoder that stays with one large value while it is looked at."""

    _dropped: ClassVar[set[ValueSession]] = set()

    def __init__(self, value: LargeValue) -> None:
        super().__init__()
        self._value = value
        self.ended.connect(self._on_ended)

    def drop(self) -> None:
        """End, and wait for nothing: a process with half a gigabyte takes a while to go."""
        ValueSession._dropped.add(self)
        self.let_go()

    @staticmethod
    def wait_for_dropped() -> None:
        """Wait for the sessions that were dropped; call this before the application ends."""
        for session in list(ValueSession._dropped):
            session.close()
        ValueSession._dropped.clear()

    @Slot()
    def _on_ended(self) -> None:
        ValueSession._dropped.discard(self)

    def open_source(self) -> tuple[BinaryIO, MediaFormat]:
        """Open the value's file by a number of its own."""
        return _open(self._value), LOGGED_VALUE


def read_whole(value: LargeValue) -> str:
    """Return the whole text. Raises DecoderFault."""
    with _open(value) as file:
        return file.read().decode(errors="replace")


def _open(value: LargeValue) -> BufferedReader:
    """Open the value's file by a number of its own. Raises DecoderFault where it has none."""
    if value.file is None:
        raise DecoderFault(value.problem)
    return value.file.open()
