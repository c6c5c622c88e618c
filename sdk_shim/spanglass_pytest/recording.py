"""Records tests: each is a span, its program's spans hang below it, and whoever fails gets a link."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from spanglass import activity, identifiers, recorder
from spanglass.logger import init_logger
from spanglass.settings import current_settings
from spanglass.sink import open_sink
from spanglass.span import CURRENT_SPAN
from spanglass.testing import captured_spans, put_together
from spanglass_pytest.span_list import SpanList, to_logged_spans
from spanglass_store.journal.lines import LineKind, decode_line, kind_of
from spanglass_store.known_stores import note_store
from spanglass_store.links.addresses import SpanAddress, format_address
from spanglass_store.links.hyperlinks import hyperlink
from spanglass_store.location import ensure_store, locate_store
from spanglass_store.version import __version__

if TYPE_CHECKING:
    from collections.abc import Generator

    from _pytest.terminal import TerminalReporter

    from spanglass.sink import Sink
    from spanglass.span import Span
    from spanglass_pytest.span_list import LoggedSpan

_PROJECT = "pytest"
_PROPERTY = "spanglass"
_MAX_ERROR_CHARS = 100_000


@contextlib.contextmanager
def capture() -> Generator[SpanList]:
    """Capture the spans of one test in memory, with the true time."""
    with captured_spans(_PROJECT, read_ns=time.time_ns) as captured:
        yield SpanList(lambda: to_logged_spans(captured.spans))


class Recording:
    """Keeps the spans of a run of tests in a store. Under xdist each worker does, in a segment of its own."""

    NAME: ClassVar[str] = "spanglass-recording"

    def __init__(self, store: str | None) -> None:
        self._store = store
        self._recorder: recorder.Recorder | None = None
        self._sink: _TestSink | None = None
        self._test: Span | None = None

    def list_spans(self) -> SpanList:
        """Return the spans of the running test, without the one of the test itself."""
        return SpanList(self._read)

    # what pytest calls

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Run one test, with its fixtures, below a span of its own."""
        with contextlib.ExitStack() as stack:
            stack.callback(recorder.use_recorder, recorder.use_recorder(self._need_recorder()))
            stack.callback(activity.restore, activity.leave())
            before = CURRENT_SPAN.get()
            stack.callback(CURRENT_SPAN.set, before)
            CURRENT_SPAN.set(None)
            path, line, _ = item.location
            self._test = test = init_logger(_PROJECT).start_span(
                name=item.name, type="task", metadata={"test": item.nodeid, "file": path, "line": (line or 0) + 1}
            )
            CURRENT_SPAN.set(test)
            try:
                return (yield)
            finally:
                test.end()
                self._test = None
                if self._sink is not None:
                    self._sink.lines.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Log how the test went; one that failed gets its link into its report."""
        del item
        report = yield
        test = self._test
        if test is None:
            return report
        if report.failed:
            error = report.longreprtext or str(call.excinfo)
            test.log(error=error[:_MAX_ERROR_CHARS], metadata={"outcome": "failed", "phase": report.when})
            report.user_properties.append((_PROPERTY, self._link(test)))
        elif report.when == "call" or report.skipped:
            test.log(metadata={"outcome": report.outcome})
        return report

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Print the links of the tests that failed."""
        reports = [
            report
            for outcome in ("failed", "error")
            for report in terminalreporter.stats.get(outcome, [])
            if isinstance(report, pytest.TestReport)
        ]
        linked = [
            (report, str(value))
            for report in reports
            for name, value in report.user_properties[-1:]
            if name == _PROPERTY
        ]
        if not linked:
            return
        terminalreporter.section("traces of the tests that failed")
        takes_links = terminalreporter.isatty and os.environ.get("TERM") != "dumb"
        for report, link in linked:
            shown = hyperlink(link, link) if takes_links else link
            terminalreporter.write_line(f"{report.nodeid}\n  {shown}")

    def pytest_unconfigure(self) -> None:
        """Wait for what is still being stored, and leave the segment to the merge."""
        if self._recorder is not None:
            self._recorder.flush()
            self._recorder.sink.seal()

    # the store

    def _need_recorder(self) -> recorder.Recorder:
        if self._recorder is None:
            info = ensure_store(locate_store(self._store))
            note_store(info)
            settings = current_settings()
            ids = identifiers.LegacyIds() if settings.legacy_ids else identifiers.TraceContextIds()
            self._sink = _TestSink(open_sink(info.path, __version__, settings))
            self._recorder = recorder.Recorder(info, self._sink, ids, is_off=settings.is_disabled)
        return self._recorder

    def _link(self, test: Span) -> str:
        # No span is named: the window opens a trace that failed at the span where its error began.
        store = self._need_recorder().store
        return format_address(SpanAddress(test.root_span_id, None, store.id))

    def _read(self) -> list[LoggedSpan]:
        test = self._test
        lines = [] if self._sink is None else [decode_line(line) for line in list(self._sink.lines)]
        spans = to_logged_spans(put_together(line for line in lines if kind_of(line) is LineKind.ROW))
        return [span for span in spans if test is None or span.span_id != test.span_id]


class _TestSink:
    """Passes every line on to the store, and keeps those of the running test."""

    offer = None  # the lines are looked at

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.lines: list[bytes] = []

    @property
    def has_written(self) -> bool:
        return self._sink.has_written

    def write(self, line: bytes, /) -> None:
        self.lines.append(line)
        self._sink.write(line)

    def flush(self) -> None:
        self._sink.flush()

    def seal(self, timeout_secs: float = 2.0) -> int:
        return self._sink.seal(timeout_secs)
