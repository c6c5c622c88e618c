"""Where finished lines go; the default hands each to the kernel at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.journal.segment import SegmentWriter


class Sink(Protocol):
    """Takes lines of the journal, each with its newline. No method raises, and any thread may call any."""

    @property
    def has_written(self) -> bool:
        """Tell whether anything reached the store."""
        ...

    def write(self, line: bytes, /) -> None:
        """Take one line; when it counts as safe is the sink's promise."""
        ...

    def flush(self) -> None:
        """Return once every line taken so far is safe."""
        ...

    def seal(self) -> int:
        """Finish: let go of files and locks, return how many lines were lost. A later write starts anew."""
        ...


class SegmentSink:
    """Every line is in the kernel's hands when `write` returns: no queue, no thread, nothing to lose."""

    def __init__(self, writer: SegmentWriter) -> None:
        self._writer = writer
        self.write = writer.append

    @property
    def has_written(self) -> bool:
        """Tell whether this process has opened a segment."""
        return self._writer.segments_opened > 0

    def flush(self) -> None:
        """Do nothing: a line is never held back."""

    def seal(self) -> int:
        """Leave the segment to the merge."""
        self._writer.seal()
        return self._writer.lost_lines


class MemorySink:
    """Keeps the lines in a list, for tests."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.write = self.lines.append

    @property
    def has_written(self) -> bool:
        """Return False: no store hears of the lines."""
        return False

    def flush(self) -> None:
        """Do nothing: the lines are there."""

    def seal(self) -> int:
        """Keep the lines for whoever looks."""
        return 0


class DiscardingSink:
    """Stands in where there is no store to write to: counts what it drops."""

    def __init__(self) -> None:
        self._lost_lines = 0

    @property
    def has_written(self) -> bool:
        """Return False: nothing is."""
        return False

    def write(self, line: bytes) -> None:
        """Drop the line."""
        self._lost_lines += line.count(b"\n")

    def flush(self) -> None:
        """Do nothing: nothing is kept."""

    def seal(self) -> int:
        """Return how many lines were dropped."""
        return self._lost_lines


def open_segment_sink(store: Path, sdk_version: str) -> SegmentSink:
    """Return the default sink of a store; its segment is opened by the first line."""
    from spanglass.failures import say_once  # noqa: PLC0415 - beside its only use
    from spanglass_store.journal.segment import SegmentWriter  # noqa: PLC0415 - a program that never logs never loads it

    return SegmentSink(SegmentWriter(store, sdk_version=sdk_version, on_fault=say_once))
