"""`spanglass tail`: each span as it ends, until Ctrl+C."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreBusy
from spanglass_store.search.expression import And, EndedSince, Expression
from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument
from spanglass_viewer.cli.filters import add_filter_words, read_filter
from spanglass_viewer.cli.snippets import list_texts
from spanglass_viewer.cli.span_line import write_span_line
from spanglass_viewer.cli.stores import name_store, open_existing_store
from spanglass_viewer.cli.terminal import complain, standard_output
from spanglass_viewer.cli.trace_fields import span_fields

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from pathlib import Path

    from spanglass_store.database.records import SpanRecord

_POLL_SECS = 0.5
_LATE_US = 10_000_000  # how long after its end a span's last row may still come in


class Tail:
    """The spans that end from `since_us` on (µs since the epoch), each once."""

    def __init__(self, store: Path, wanted: Expression, since_us: int) -> None:
        self._store = store
        self._wanted = wanted
        self._since_us = since_us
        self._shown: dict[str, int] = {}

    def poll(self) -> list[SpanRecord]:
        """Return the spans that have ended since the last call, in the order of their ends.

        The store is held for a moment only, so that others get in; while somebody else holds it there is no news.
        """
        from spanglass_store.database.reader import open_store  # noqa: PLC0415 - DuckDB takes 60 to 100 ms to load

        try:
            with open_store(self._store) as store:
                found = list(store.search_spans(And((self._wanted, EndedSince(self._since_us)))))
        except StoreBusy:
            return []
        new = [span for span in found if span.id not in self._shown]
        ends = {span.id: span.end_us or 0 for span in found}
        # what a later poll can find again needs to be remembered, no more
        self._since_us = max(self._since_us, max(ends.values(), default=0) - _LATE_US)
        self._shown = {row_id: end_us for row_id, end_us in (self._shown | ends).items() if end_us >= self._since_us}
        return sorted(new, key=lambda span: (span.end_us or 0, span.id))


def _configure(parser: ArgumentParser) -> None:
    add_json_argument(parser)
    add_filter_words(parser)


def _run(options: Namespace) -> int:
    wanted = read_filter(options.filter)
    with open_existing_store(options) as store:  # says so where there is none
        tail = Tail(store.path, wanted, since_us=time.time_ns() // 1000)
    terminal = standard_output()
    texts = list_texts(wanted)
    store_id = name_store(options, terminal)
    if sys.stderr.isatty() and terminal.width is not None:
        complain("waiting for spans to end; Ctrl+C stops it.")
    try:
        while True:
            for span in tail.poll():
                if options.as_json:
                    terminal.write_json_line(span_fields(span))
                else:
                    write_span_line(terminal, span, texts, store_id)
            sys.stdout.flush()
            time.sleep(_POLL_SECS)
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            sys.stderr.write("\n")  # the terminal has written ^C
        return ExitCode.OK


COMMAND = Command(
    name="tail",
    help="print each span as it ends, until Ctrl+C",
    configure=_configure,
    run=_run,
    examples=("spanglass tail", "spanglass tail type:llm", "spanglass tail error --json | jq -r .error"),
)
