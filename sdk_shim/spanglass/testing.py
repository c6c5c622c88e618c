"""Test doubles for programs that use the SDK, and for the SDK itself: what was traced, without a store.

In a test:

    with captured_spans() as captured:
        answer("How many months has a year?")
    assert captured.get_span("answer")["output"] == "Twelve."

As a fixture of pytest:

    @pytest.fixture
    def captured():
        with captured_spans() as captured:
            yield captured

Time and ids are made up and the same in each run, so that whole spans can be compared. A fault of the SDK itself,
which a program never sees, is raised here.
"""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spanglass import activity, clock, failures, identifiers, masking, recorder, span
from spanglass.logger import Logger, init_logger
from spanglass.settings import current_settings
from spanglass.sink import MemorySink
from spanglass_store.journal.lines import LineKind, decode_line, kind_of
from spanglass_store.location import STORE_FORMAT, StoreInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

__all__ = ["CapturedSpans", "MemorySink", "SteppingClock", "captured_spans", "counting_digits"]

# 2026-01-01T00:00:00 UTC
START_NS = 1_767_225_600_000_000_000
_STEP_NS = 1_000_000
_STORE_ID = "00000000-0000-4000-8000-000000000000"
_DIGITS_AT_A_TIME = 256
_IDENTITY = frozenset({"id", "created", "span_id", "root_span_id", "span_parents"})
_NOT_FIELDS = frozenset({"_is_merge", "_stamp"})


class SteppingClock:
    """A clock that goes on by `step_ns` at each reading, from `start_ns` (since the epoch); `advance` moves it."""

    def __init__(self, start_ns: int = START_NS, step_ns: int = _STEP_NS) -> None:
        self.now_ns = start_ns
        self._step_ns = step_ns

    def __call__(self) -> int:
        """Return the time in nanoseconds since the epoch."""
        read_ns = self.now_ns
        self.now_ns += self._step_ns
        return read_ns

    def advance(self, secs: float) -> None:
        """Let `secs` seconds pass."""
        self.now_ns += round(secs * 1e9)


def counting_digits() -> Callable[[], list[str]]:
    """Return a source of ids that counts, from `0000000000000001` on."""
    numbers = itertools.count(1)
    return lambda: [f"{number:016x}" for number in itertools.islice(numbers, _DIGITS_AT_A_TIME)][::-1]


class CapturedSpans:
    """What was logged since `captured_spans` was entered, in the wire's own names."""

    def __init__(self, logger: Logger, sink: MemorySink) -> None:
        self.logger = logger
        self._sink = sink

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of spans one by one, as they were written."""
        return self._lines(LineKind.ROW)

    @property
    def spans(self) -> list[dict[str, Any]]:
        """Return the spans, each with all its rows put together, in the order they were first heard of."""
        return put_together(self.rows)

    @property
    def comments(self) -> list[dict[str, Any]]:
        """Return the comments; `origin.id` is the row id of the span."""
        return self._lines(LineKind.COMMENT)

    @property
    def attachments(self) -> list[dict[str, Any]]:
        """Return the states that attachments went through; everything logged is stored then."""
        self.logger.flush()
        return self._lines(LineKind.ATTACHMENT)

    def list_spans(self, name: str) -> list[dict[str, Any]]:
        """Return the spans of this name."""
        return [span for span in self.spans if span.get("span_attributes", {}).get("name") == name]

    def get_span(self, name: str) -> dict[str, Any]:
        """Return the one span of this name. Raises LookupError where there is none, or more than one."""
        found = self.list_spans(name)
        if len(found) != 1:
            names = [span.get("span_attributes", {}).get("name") for span in self.spans]
            raise LookupError(f"{len(found)} spans are named {name!r}; there are {names}")
        return found[0]

    def clear(self) -> None:
        """Forget what was captured so far."""
        self._sink.lines.clear()

    def _lines(self, kind: LineKind) -> list[dict[str, Any]]:
        lines = [decode_line(line) for line in list(self._sink.lines)]
        return [line for line in lines if kind_of(line) is kind]


@contextlib.contextmanager
def captured_spans(
    project: str = "tests",
    *,
    read_ns: Callable[[], int] | None = None,
    draw_digits: Callable[[], list[str]] | None = None,
) -> Generator[CapturedSpans]:
    """Capture what is traced inside, in this process, whatever logger, experiment or store the program names.

    A logger of `project` is current. `read_ns` is the clock (default: a `SteppingClock`), `draw_digits` what ids
    are made of (default: `counting_digits`). Attachments lie in a temporary folder. What was current before is
    current again afterwards.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="spanglass-"))
        sink = MemorySink()
        ids = identifiers.LegacyIds() if current_settings().legacy_ids else identifiers.TraceContextIds()
        capturing = recorder.Recorder(StoreInfo(Path(folder), STORE_FORMAT, _STORE_ID, ""), sink, ids)
        _make_deterministic(stack, read_ns or SteppingClock(), draw_digits or counting_digits())
        stack.callback(masking.set_masking_function, masking.mask)
        stack.callback(recorder.use_recorder, recorder.use_recorder(capturing))
        stack.callback(activity.restore, activity.leave())
        stack.callback(span.CURRENT_SPAN.set, span.CURRENT_SPAN.get())
        span.CURRENT_SPAN.set(None)
        stack.callback(capturing.flush)
        yield CapturedSpans(init_logger(project), sink)


def _make_deterministic(stack: contextlib.ExitStack, read_ns: Callable[[], int], draw: Callable[[], list[str]]) -> None:
    stack.callback(setattr, failures, "raises_internal_faults", failures.raises_internal_faults)
    stack.callback(setattr, identifiers, "exec_counter", identifiers.exec_counter)
    stack.callback(clock.use_clock, None)
    stack.callback(identifiers.use_digits, None)
    failures.raises_internal_faults = True
    identifiers.exec_counter = itertools.count(1)
    clock.use_clock(read_ns)
    identifiers.use_digits(draw)


def put_together(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the spans that rows make, each with all its rows put together, in the order they were first heard of."""
    spans: dict[str, dict[str, Any]] = {}
    for row in rows:
        is_replaced = row["id"] in spans and not row.get("_is_merge")
        before = {} if is_replaced else spans.get(row["id"], {})
        spans[row["id"]] = _with_row(before, row)
    return list(spans.values())


def _with_row(before: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """Return the span with one more row: its identity stays, tags add up, dictionaries merge, the rest replaces."""
    fields = {name: value for name, value in row.items() if name not in _NOT_FIELDS and value is not None}
    if "tags" in fields and "tags" in before:
        fields["tags"] = list(dict.fromkeys([*before["tags"], *fields["tags"]]))
    kept = {name: before[name] for name in _IDENTITY if name in before}
    return {**({} if before else {"span_parents": None}), **span.merge_deeply(before, fields), **kept}
