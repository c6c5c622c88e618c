"""`spanglass import`: spans from files, a pipe, a bundle or another store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from spanglass_store.faults import Interrupted
from spanglass_store.location import ensure_store, locate_store
from spanglass_viewer.cli.command import Command, ExitCode, NotFound, add_json_argument
from spanglass_viewer.cli.progress import ProgressLine
from spanglass_viewer.cli.terminal import complain, standard_output
from spanglass_viewer.format.quantities import format_many

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from spanglass_store.transfer.import_spans import ImportReport

_MAX_COMPLAINTS = 10
_AT_ONCE = "Stopped at once. What was read waits in the journal; the next command takes it in, and nothing twice."


def _configure(parser: ArgumentParser) -> None:
    add_json_argument(parser)
    parser.add_argument(
        "source",
        type=Path,
        metavar="SOURCE",
        help='JSON lines, payload_*.json files or their folder, a bundle, a store; "-" reads standard input',
    )
    parser.add_argument("--project", metavar="NAME", help="for spans that name no project (default: the file's name)")


def _run(options: Namespace) -> int:
    from spanglass_store.transfer.import_spans import import_spans  # noqa: PLC0415 - DuckDB takes 60 to 100 ms to load

    store = locate_store(options.store)
    if options.source != Path("-") and not options.source.exists():  # before a store is made for it
        raise NotFound(f"There is nothing to import: no such file or folder. {options.source}")
    ensure_store(store)
    if options.source == Path("-") and sys.stdin.isatty():
        complain("reading lines from the terminal; Ctrl+D ends them.")
    progress = ProgressLine("Importing")
    try:
        report = import_spans(store, options.source, project_name=options.project, on_progress=progress.show)
    except (KeyboardInterrupt, Interrupted):
        progress.clear()
        complain(_AT_ONCE)
        raise
    finally:
        progress.clear()
    _complain_of_rejected(report)
    if options.as_json:
        standard_output().write_json({"store": str(store)} | _report_fields(report))
    else:
        standard_output().write_line(f"{_sentence(report)} {store}")
    if report.is_stopped:
        return ExitCode.INTERRUPTED
    is_in_vain = report.rejected_count and not report.lines_taken
    return ExitCode.FAULT if is_in_vain else ExitCode.OK


def _sentence(report: ImportReport) -> str:
    lines = format_many(report.lines_read, "line")
    if report.is_stopped:
        went_in = f"Stopped by Ctrl+C after {lines}: {_facts(report)}."
        return f"{went_in} The same command again takes in the rest, and nothing twice."
    return f"Read {lines}: {_facts(report)}." if report.is_merged else f"Read {lines}; {_facts(report)}."


def _facts(report: ImportReport) -> str:
    if not report.is_merged:
        return "the program that has the store open takes them in"
    facts = [f"{format_many(report.spans_added, 'span')} added"]
    if report.spans_changed:
        facts.append(f"{report.spans_changed:,} changed")
    if report.blobs_read:
        facts.append(f"{format_many(report.blobs_read, 'attachment')} added")
    return ", ".join(facts) if len(facts) > 1 or report.spans_added else "nothing new"


def _complain_of_rejected(report: ImportReport) -> None:
    for line in report.rejected[:_MAX_COMPLAINTS]:
        complain(f"{line.file}:{line.number}: {line.reason}")
    if report.rejected_count:
        kept = f" They are kept in {report.rejected_path}" if report.rejected_path else ""
        rest = "the rest went in." if report.lines_taken else "no span was among them."
        complain(f"{format_many(report.rejected_count, 'line')} could not be read; {rest}{kept}")


def _report_fields(report: ImportReport) -> dict[str, object]:
    return {
        "lines_read": report.lines_read,
        "spans_added": report.spans_added,
        "spans_changed": report.spans_changed,
        "attachments_added": report.blobs_read,
        "is_merged": report.is_merged,
        "is_stopped": report.is_stopped,
        "rejected": report.rejected_count,
        "rejected_lines": [{"file": at.file, "number": at.number, "reason": at.reason} for at in report.rejected],
        "rejected_path": None if report.rejected_path is None else str(report.rejected_path),
    }


COMMAND = Command(
    name="import",
    help="take in spans from JSON lines, payload files, a bundle or another store",
    configure=_configure,
    run=_run,
    examples=(
        "spanglass import spans.jsonl",
        "my-program | spanglass import -",
        "spanglass import traces.zip",
        "spanglass import other/.spanglass",
    ),
    tidies=True,
)
