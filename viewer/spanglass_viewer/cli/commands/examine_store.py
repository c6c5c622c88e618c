"""`spanglass doctor`: prove that a store is sound, or say what is not, and mend it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from spanglass_store.location import locate_store
from spanglass_viewer.cli.command import Command, ExitCode, NotFound, add_json_argument
from spanglass_viewer.cli.progress import ProgressLine
from spanglass_viewer.cli.terminal import Terminal, pad, plain_line, standard_output
from spanglass_viewer.format.quantities import format_many

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from spanglass_store.upkeep.doctor import Finding

_STATE_WIDTH = len("mended ")


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("--fix", action="store_true", help="mend what can be mended; nothing that was logged goes")
    add_json_argument(parser)


def _run(options: Namespace) -> int:
    from spanglass_store.upkeep.doctor import examine  # noqa: PLC0415 - DuckDB takes 60 to 100 ms to load

    store, progress = locate_store(options.store), ProgressLine("Looking at the folder")
    if not store.is_dir():
        raise NotFound(f"There is no store yet. {store}")
    with progress.ticking():
        found = examine(store, is_fixing=options.fix, on_step=progress.say)
    terminal = standard_output()
    if options.as_json:
        terminal.write_json([dataclasses.asdict(finding) for finding in found])
    else:
        _write(terminal, found, is_fixing=options.fix)
    return ExitCode.FAULT if _list_open(found) else ExitCode.OK


def _list_open(found: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.is_fault and not finding.is_mended]


def _write(terminal: Terminal, found: Sequence[Finding], *, is_fixing: bool) -> None:
    for finding in found:
        state, style = ("note", "dim") if not finding.is_fault else ("fault", "red")
        if finding.is_mended:
            state, style = "mended", "green"
        terminal.write_line(
            f"{terminal.paint(pad(state, _STATE_WIDTH), style)} {finding.sentence} {plain_line(str(finding.path))}"
        )
        if finding.hindrance is not None:
            terminal.write_line(f"{pad('', _STATE_WIDTH)} It could not be mended: {plain_line(finding.hindrance)}")
    left = len(_list_open(found))
    if left:
        hint = "" if is_fixing else " `spanglass doctor --fix` mends what can be mended."
        terminal.write_line(f"{format_many(left, 'fault')} left.{hint}")
    else:
        terminal.write_line("The store is sound: rows, files and journal agree.")


COMMAND = Command(
    name="doctor",
    help="check a store from end to end: tables, journal, files; --fix mends it",
    configure=_configure,
    run=_run,
    examples=("spanglass doctor", "spanglass doctor --fix", "spanglass doctor --json | jq '.[].kind'"),
)
