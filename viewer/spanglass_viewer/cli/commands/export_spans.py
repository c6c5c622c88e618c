"""`spanglass export`: spans as JSON lines, Parquet, CSV, Markdown, or a bundle for another machine."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from spanglass_store.faults import StoreFault
from spanglass_store.transfer.export_lines import iter_flat_lines, iter_nested_lines
from spanglass_store.transfer.markdown import MAX_CHARS, trace_markdown
from spanglass_store.transfer.whole_file import whole_file
from spanglass_viewer.cli.command import (
    Command,
    ExitCode,
    NotFound,
    WrongUsage,
    add_json_argument,
    count_argument,
    output_argument,
)
from spanglass_viewer.cli.commands.show_trace import resolve_trace
from spanglass_viewer.cli.completion import complete_trace, completes_with
from spanglass_viewer.cli.filters import add_filter_option, read_filter
from spanglass_viewer.cli.progress import ProgressLine
from spanglass_viewer.cli.stores import open_existing_store
from spanglass_viewer.cli.terminal import plain_block, standard_output

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from spanglass_store.database.reader import Store

_FORMATS = ("jsonl", "nested", "csv", "parquet", "markdown", "bundle")
_FORMATS_OF_ENDINGS = {".csv": "csv", ".parquet": "parquet", ".md": "markdown", ".zip": "bundle"}
_FILES_ONLY = {"parquet", "bundle"}  # their readers jump about in them


def _configure(parser: ArgumentParser) -> None:
    traces = parser.add_argument("traces", nargs="*", metavar="TRACE", help='ids of traces, or "latest" (default: all)')
    completes_with(traces, complete_trace)
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        help="jsonl: a span a line; nested: a trace a line; csv: scalars; parquet: all columns; "
        "markdown: one trace to read; bundle: a zip with the attachments, for another machine "
        "(default: as FILE ends, .csv, .parquet, .md or .zip; else jsonl)",
    )
    parser.add_argument(
        "--bundle", action="store_const", const="bundle", dest="format", help="the same as --format bundle"
    )
    parser.add_argument(
        "-o", "--output", type=output_argument, metavar="FILE", help="where to (default, or -: standard output)"
    )
    parser.add_argument(
        "--max-chars",
        type=count_argument,
        default=MAX_CHARS,
        metavar="N",
        help=f"of Markdown, about (default: {MAX_CHARS:,})",
    )
    add_filter_option(parser)
    add_json_argument(parser, "tell as JSON what was written into FILE")


def _run(options: Namespace) -> int:
    if options.format is None:
        ending = "" if options.output is None else options.output.suffix.lower()
        options.format = _FORMATS_OF_ENDINGS.get(ending, "jsonl")
    if options.format in _FILES_ONLY and options.output is None:
        raise WrongUsage(f"The format {options.format} needs a file: -o FILE.")
    if options.as_json and options.output is None:
        raise WrongUsage("The export itself goes to the standard output; --json needs a file for it: -o FILE.")
    with open_existing_store(options) as store:
        roots = _selected(store, options)
        try:
            _export(store, roots, options)
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreFault(f"The export could not be written: {reason}.", options.output) from error
        if options.as_json:
            standard_output().write_json(_written_fields(store, roots, options))
    return ExitCode.OK


def _written_fields(store: Store, roots: list[str] | None, options: Namespace) -> dict[str, object]:
    traces, spans = store.count_spans(roots)
    path = options.output.absolute()
    size_bytes = path.stat().st_size if path.is_file() else None  # a device has none
    return {
        "path": str(path),
        "format": options.format,
        "traces": traces,
        "spans": spans,
        "size_bytes": size_bytes,
        "store": str(store.path),
    }


def _selected(store: Store, options: Namespace) -> list[str] | None:
    """Return the traces to export; None for all."""
    named = [resolve_trace(store, text) for text in options.traces]
    if not options.filter:
        return named or None
    with ProgressLine("Looking for traces").ticking():
        found = store.list_trace_ids(read_filter(options.filter))
    return [root for root in found if root in named] if named else found


def _export(store: Store, roots: list[str] | None, options: Namespace) -> None:
    progress = ProgressLine("Exporting")
    if options.format == "csv" and options.output is None:
        with tempfile.TemporaryDirectory() as folder:  # DuckDB writes into files alone
            with progress.ticking():
                store.write_csv(Path(folder) / "spans.csv", roots)
            with (Path(folder) / "spans.csv").open("rb") as table:
                shutil.copyfileobj(table, sys.stdout.buffer)
    elif options.format == "csv":
        with whole_file(options.output) as path, progress.ticking():
            store.write_csv(path, roots)
    elif options.format == "parquet":
        with whole_file(options.output) as path, progress.ticking():
            store.write_parquet(path, roots)
    elif options.format == "bundle":
        from spanglass_store.transfer.bundle import write_bundle  # noqa: PLC0415 - zipfile takes its time to load

        try:
            write_bundle(store, options.output, roots, progress.show)
        finally:
            progress.clear()
    elif options.output is None:
        _write_text(store, roots, options, sys.stdout.buffer, progress)
    else:
        with whole_file(options.output) as path, path.open("wb") as target:
            _write_text(store, roots, options, target, progress)


def _write_text(
    store: Store, roots: list[str] | None, options: Namespace, target: BinaryIO, progress: ProgressLine
) -> None:
    if options.format in {"jsonl", "nested"}:
        iter_lines = iter_flat_lines if options.format == "jsonl" else iter_nested_lines
        is_mixed = options.output is None and sys.stdout.isatty()  # the lines themselves are to be seen there
        done_bytes = 0
        try:
            for line in iter_lines(store, roots):
                target.write(line)
                done_bytes += len(line)
                if not is_mixed:
                    progress.show(done_bytes, None)
        finally:
            progress.clear()
    elif roots is None or len(roots) != 1:
        raise WrongUsage("Markdown is for one trace: name it, or `latest`.")
    else:
        with progress.ticking():
            spans = store.get_trace(roots[0])
            summary = next(iter(store.list_traces_of(roots)), None)
            if not spans or summary is None:
                raise NotFound(f"There is no trace {roots[0]!r}.")
            text = plain_block(trace_markdown(spans, options.max_chars, summary.tokens))
        target.write(text.encode())


COMMAND = Command(
    name="export",
    help="write spans as JSON lines, CSV, Parquet, Markdown, or a bundle",
    configure=_configure,
    run=_run,
    examples=(
        "spanglass export -o spans.jsonl",
        "spanglass export | jq -r .span_attributes.name",
        "spanglass export --format markdown latest | less",
        "spanglass export --filter 'error since:7d' -o errors.parquet",
        "spanglass export --bundle latest -o trace.zip",
    ),
)
