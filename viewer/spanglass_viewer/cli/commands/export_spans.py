"""`spanglass export`: every span, merged, one JSON object a line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from spanglass_store.faults import StoreFault
from spanglass_viewer.cli.command import Command, ExitCode
from spanglass_viewer.cli.stores import open_existing_store
from spanglass_viewer.cli.trace_fields import LOGGED_FIELDS, as_logged, iso_time

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

    from spanglass_store.database.records import SpanRecord


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=("jsonl",), default="jsonl", help="default: jsonl")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to (default: standard output)")


def _run(options: Namespace) -> int:
    with open_existing_store(options) as store:
        if options.output is None:
            _write(store.iter_spans(), sys.stdout.buffer)
            return ExitCode.OK
        try:
            with options.output.open("wb") as target:
                _write(store.iter_spans(), target)
        except OSError as error:
            raise StoreFault(f"The export could not be written: {error.strerror}.", options.output) from error
    return ExitCode.OK


def _write(spans: Iterable[SpanRecord], target: BinaryIO) -> None:
    target.writelines(orjson.dumps(wire_row(span), option=orjson.OPT_APPEND_NEWLINE) for span in spans)


def wire_row(span: SpanRecord) -> dict[str, Any]:
    """Return a span in the format of the wire: logged values digit for digit, absent fields left out."""
    row: dict[str, Any] = orjson.loads(span.extra) if span.extra else {}
    row |= {
        "id": span.id,
        "span_id": span.span_id,
        "root_span_id": span.root_span_id,
        "span_parents": list(span.span_parents) or None,
        "created": iso_time(span.created_us),
    }
    named = {"project_id": span.project_id, "project_name": span.project_name, "experiment_id": span.experiment_id}
    row |= {name: value for name, value in named.items() if value is not None}
    if span.tags:
        row["tags"] = list(span.tags)
    row |= {name: as_logged(text) for name in LOGGED_FIELDS if (text := getattr(span, name)) is not None}
    return row


COMMAND = Command(
    name="export",
    help="write every span as JSON lines",
    configure=_configure,
    run=_run,
    examples=("spanglass export -o spans.jsonl", "spanglass export | jq -r .span_attributes.name"),
)
