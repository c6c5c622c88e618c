"""`spanglass attachment`: the stored bytes of an attachment."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, BinaryIO

from spanglass_store.faults import StoreFault
from spanglass_store.transfer.whole_file import whole_file
from spanglass_viewer.cli.command import Command, ExitCode, NotFound, WrongUsage, add_json_argument, output_argument
from spanglass_viewer.cli.stores import open_existing_store
from spanglass_viewer.cli.terminal import plain_line, standard_output

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from pathlib import Path

    from spanglass_store.database.records import AttachmentRecord


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help="the attachment's key, as it stands in its reference")
    parser.add_argument(
        "-o", "--output", type=output_argument, metavar="FILE", help="where to save it (default, or -: standard output)"
    )
    add_json_argument(parser, "tell as JSON what was saved in FILE")


def _run(options: Namespace) -> int:
    if options.as_json and options.output is None:
        raise WrongUsage("The attachment itself goes to the standard output; --json needs a file for it: -o FILE.")
    with open_existing_store(options) as store:
        found = store.list_attachments([options.key])
        blob = store.find_blob(found[0]) if found else None
    if blob is None:
        raise NotFound(_absence(options.key, found[0] if found else None))
    if options.output is None:
        _copy(blob, sys.stdout.buffer)
        return ExitCode.OK
    try:
        with whole_file(options.output) as path, path.open("wb") as target:
            _copy(blob, target)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreFault(f"The attachment could not be saved: {reason}.", options.output) from error
    if options.as_json:
        standard_output().write_json(_saved_fields(found[0], options.output.absolute()))
    return ExitCode.OK


def _saved_fields(record: AttachmentRecord, path: Path) -> dict[str, object]:
    return {
        "key": record.key,
        "path": str(path),
        "filename": record.filename,
        "content_type": record.content_type,
        "digest": record.digest,
        "size_bytes": record.size_bytes,
    }


def _copy(blob: Path, target: BinaryIO) -> None:
    with blob.open("rb") as source:
        shutil.copyfileobj(source, target)


def _absence(key: str, record: AttachmentRecord | None) -> str:
    if record is None:
        return f"No attachment has the key {plain_line(key)!r}."
    if record.error:
        return f"The attachment was not stored: {plain_line(record.error)}"
    return (
        "The attachment's bytes are not stored yet."
        if record.state == "uploading"
        else "The attachment's file is gone."
    )


COMMAND = Command(
    name="attachment",
    help="save an attachment",
    configure=_configure,
    run=_run,
    examples=("spanglass attachment 3f3f1486-0c0e-4d3a-9b55-3a1f0b6f8f3f -o receipt.jpg",),
)
