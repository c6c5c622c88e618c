"""`spanglass compact`: give the space of what was deleted back to the disk."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from spanglass_viewer.cli.amounts import size_bytes
from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument
from spanglass_viewer.cli.consent import add_consent_argument, is_agreed
from spanglass_viewer.cli.progress import ProgressLine
from spanglass_viewer.cli.stores import existing_store_path
from spanglass_viewer.cli.terminal import standard_output
from spanglass_viewer.format.quantities import format_bytes, format_many

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--keep-journal",
        type=size_bytes,
        metavar="SIZE",
        help="from now on keep this much of the merged journal, compressed, for a rebuild (default: 256 MB; 0: none)",
    )
    parser.add_argument("--dry-run", action="store_true", help="only tell what would be free")
    add_consent_argument(parser)
    add_json_argument(parser)


def _run(options: Namespace) -> int:
    from spanglass_store.settings import read_settings, write_settings  # noqa: PLC0415 - only this command needs it
    from spanglass_store.upkeep.blob_sweep import list_unnamed_blobs, sweep_blobs  # noqa: PLC0415 - loads DuckDB
    from spanglass_store.upkeep.compaction import compact, free_bytes  # noqa: PLC0415 - as above
    from spanglass_store.upkeep.session import hold_store  # noqa: PLC0415 - as above

    store = existing_store_path(options)
    if options.keep_journal is not None:
        settings = dataclasses.replace(read_settings(store), keep_journal_bytes=options.keep_journal)
        write_settings(store, settings)
    progress = ProgressLine("Looking for free space")
    with progress.ticking(), hold_store(store) as database, database.cursor() as cursor:
        unnamed = list_unnamed_blobs(cursor)
        dead_bytes = free_bytes(cursor)
    fields = {
        "free_bytes": dead_bytes,
        "unnamed_files": len(unnamed),
        "unnamed_bytes": sum(blob.size_bytes for blob in unnamed),
    }
    if not options.as_json:
        standard_output().write_line(_estimate(fields))
    is_done = not options.dry_run and is_agreed(options, "Compact the store?")
    if is_done:
        progress.say("Compacting the tables")
        with progress.ticking(), hold_store(store) as database:
            with database.cursor() as cursor:  # looked at again: a trace may name one of them by now
                unnamed = list_unnamed_blobs(cursor)
            fields["swept_bytes"] = sweep_blobs(store, unnamed)
            fields |= compact(database)._asdict()
        if not options.as_json:
            standard_output().write_line(_outcome(fields))
    if options.as_json:
        standard_output().write_json(fields | {"is_done": is_done})
    return ExitCode.OK


def _estimate(fields: dict[str, int]) -> str:
    # whole blocks are counted; those that are half full give room, too
    line = f"At least {format_bytes(fields['free_bytes'])} in the tables are free"
    if fields["unnamed_files"]:
        files, size = format_many(fields["unnamed_files"], "file"), format_bytes(fields["unnamed_bytes"])
        line += f"; {files} that no trace names, {size}, would go"
    return f"{line}."


def _outcome(fields: dict[str, int]) -> str:
    before, after = format_bytes(fields["before_bytes"]), format_bytes(fields["after_bytes"])
    swept = f"; {format_bytes(fields['swept_bytes'])} of unnamed files deleted" if fields["swept_bytes"] else ""
    return f"The tables were {before} and are {after} now{swept}."


COMMAND = Command(
    name="compact",
    help="give unused space back to the disk, and delete files that no trace names",
    configure=_configure,
    run=_run,
    examples=("spanglass compact", "spanglass compact --dry-run --json", "spanglass compact --keep-journal 64MB --yes"),
)
