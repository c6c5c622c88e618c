"""Where finished lines go; the default hands each to the kernel at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass.publisher import Publisher
    from spanglass.queued_span import OfferSpan
    from spanglass.settings import Settings

SEAL_SECS = 2.0
# Five times what it is without a queue. A thread that opens a segment beside a program that does nothing but log waits
# for the interpreter's lock after each call of the system, 45 ms in all, and the queue fills meanwhile.
_QUEUED_SEGMENT_BYTES = 40 * 1024 * 1024


class Sink(Protocol):
    """Takes lines of the journal, each with its newline. Any thread may call any method, a signal handler too.

    No method raises, but for the `flush` of a sink that was asked to.
    """

    @property
    def has_written(self) -> bool:
        """Tell whether anything reached the store."""
        ...

    def write(self, line: bytes, /) -> None:
        """Take one line; when it counts as safe is the sink's promise."""
        ...

    @property
    def offer(self) -> OfferSpan | None:
        """What queues a span whose next row is no line yet; None where lines are wanted."""
        ...

    def flush(self) -> None:
        """Return once every line taken so far is safe."""
        ...

    def seal(self, timeout_secs: float = SEAL_SECS) -> int:
        """Finish: write what waits, let go of files and locks, return how many lines were lost.

        A later write starts anew.
        """
        ...


class SegmentSink:
    """Every line is in the kernel's hands when `write` returns: no queue, no thread, nothing to lose."""

    offer = None

    def __init__(self, publisher: Publisher) -> None:
        self._writer = publisher.writer
        self.write = publisher.publish_line

    @property
    def has_written(self) -> bool:
        """Tell whether this process has opened a segment."""
        return self._writer.segments_opened > 0

    def flush(self) -> None:
        """Do nothing: a line is never held back."""

    def seal(self, timeout_secs: float = SEAL_SECS) -> int:  # noqa: ARG002 - nothing waits
        """Leave the segment to the merge."""
        self._writer.seal()
        return self._writer.lost_lines


class MemorySink:
    """Keeps the lines in a list, for tests."""

    offer = None

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.write = self.lines.append

    @property
    def has_written(self) -> bool:
        """Return False: no store hears of the lines."""
        return False

    def flush(self) -> None:
        """Do nothing: the lines are there."""

    def seal(self, timeout_secs: float = SEAL_SECS) -> int:  # noqa: ARG002 - nothing waits
        """Keep the lines for whoever looks."""
        return 0


class DiscardingSink:
    """Stands in where there is no store to write to, or none is wanted: counts what it drops."""

    offer = None

    def __init__(self, *, is_loss: bool = True) -> None:
        """With `is_loss` false nothing was to be recorded: what is dropped is not lost."""
        self._counts = is_loss
        self._lost_lines = 0

    @property
    def has_written(self) -> bool:
        """Return False: nothing is."""
        return False

    def write(self, line: bytes) -> None:
        """Drop the line."""
        if self._counts:
            self._lost_lines += line.count(b"\n")

    def flush(self) -> None:
        """Do nothing: nothing is kept."""

    def seal(self, timeout_secs: float = SEAL_SECS) -> int:  # noqa: ARG002 - nothing waits
        """Return how many lines were dropped."""
        return self._lost_lines


def open_sink(store: Path, sdk_version: str, settings: Settings) -> Sink:
    """Return the sink that the settings choose; its segment is opened by the first line.

    All that it needs is imported here, and not while a program logs: a fork beside an import leaves the import's
    lock held in the child for ever.
    """
    from spanglass.failures import say_once  # noqa: PLC0415 - beside its only use
    from spanglass.publisher import Publisher  # noqa: PLC0415 - a program that never logs never loads it
    from spanglass_store.journal.segment import MAX_SEGMENT_BYTES, SegmentWriter  # noqa: PLC0415 - as above

    max_bytes = _QUEUED_SEGMENT_BYTES if settings.has_queue else MAX_SEGMENT_BYTES
    writer = SegmentWriter(
        store, sdk_version=sdk_version, on_fault=say_once, num_retries=settings.num_retries, max_bytes=max_bytes
    )
    publisher = Publisher(writer, settings.all_payloads, settings.failed_payloads)
    if not settings.has_queue:
        return SegmentSink(publisher)
    from spanglass.line_queue import LineQueue, QueueLimits  # noqa: PLC0415 - the default has no queue
    from spanglass.queued_sinks import BatchSink, HeldSink  # noqa: PLC0415 - as above

    limits = QueueLimits(settings.max_queue_rows, settings.max_write_rows, settings.max_write_bytes)
    queue = LineQueue(publisher, limits)
    return HeldSink(queue) if settings.sync_flush else BatchSink(queue, drops_when_full=settings.drops_when_full)
