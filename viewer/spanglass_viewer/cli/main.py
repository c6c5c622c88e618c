"""`spanglass`: the table of commands, and how faults become sentences and exit codes."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import sys
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreFault
from spanglass_viewer.cli.command import ExitCode, NotFound, WrongUsage, add_store_argument
from spanglass_viewer.cli.commands import (
    compact_store,
    examine_store,
    export_spans,
    import_spans,
    init_store,
    list_traces,
    open_window,
    print_path,
    prune_store,
    run_demo,
    run_sql,
    save_attachment,
    search_spans,
    show_trace,
    tail_spans,
)
from spanglass_viewer.cli.filters import FILTER_OPTION
from spanglass_viewer.cli.terminal import complain

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (
    open_window.COMMAND,
    run_demo.COMMAND,
    list_traces.COMMAND,
    show_trace.COMMAND,
    search_spans.COMMAND,
    tail_spans.COMMAND,
    import_spans.COMMAND,
    export_spans.COMMAND,
    save_attachment.COMMAND,
    run_sql.COMMAND,
    examine_store.COMMAND,
    prune_store.COMMAND,
    compact_store.COMMAND,
    print_path.COMMAND,
    init_store.COMMAND,
)
_TOP_LEVEL = {"-h", "--help", "--version"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (see `ExitCode`). Exits with 2 and the usage for wrong arguments."""
    given = sys.argv[1:] if arguments is None else arguments
    options = build_parser().parse_args(_with_joined_filter(_with_default_command(given)))
    try:
        code = options.run(options)
        sys.stdout.flush()
    except NotFound as absence:
        complain(str(absence))
        return ExitCode.NOT_FOUND
    except WrongUsage as reason:
        complain(str(reason))
        return ExitCode.USAGE
    except StoreFault as fault:
        complain(str(fault))
        return ExitCode.FAULT
    except BrokenPipeError:
        # the reader (`| head`) has what it wanted; Python's own flush at exit must not complain either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return code


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="spanglass",
        description="Look at the traces of your LLM programs, on this machine alone. No command: the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"spanglass {importlib.metadata.version('spanglass')}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        subparser = subparsers.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            epilog="examples:\n" + "\n".join(f"  {line}" for line in command.examples) if command.examples else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        add_store_argument(subparser)
        command.configure(subparser)
        subparser.set_defaults(run=command.run)
    return parser


def _with_default_command(arguments: Sequence[str]) -> list[str]:
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in _TOP_LEVEL):
        return [open_window.COMMAND.name, *arguments]
    return list(arguments)


def _with_joined_filter(arguments: list[str]) -> list[str]:
    """Join `--filter` and what follows it: a filter may begin with a minus, which argparse takes for an option."""
    at = arguments.index(FILTER_OPTION) if FILTER_OPTION in arguments[:-1] else None
    if at is None:
        return arguments
    return [*arguments[:at], f"{FILTER_OPTION}={arguments[at + 1]}", *arguments[at + 2 :]]


if __name__ == "__main__":
    sys.exit(main())
