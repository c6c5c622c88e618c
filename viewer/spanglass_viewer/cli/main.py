"""`spanglass`: the table of commands, and how faults become sentences and exit codes."""

from __future__ import annotations

import argparse
import functools
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
    print_completion,
    print_path,
    prune_store,
    run_demo,
    run_sql,
    save_attachment,
    search_spans,
    show_trace,
    tail_spans,
)
from spanglass_viewer.cli.completion import complete_if_asked
from spanglass_viewer.cli.filters import with_filter_apart
from spanglass_viewer.cli.terminal import complain
from spanglass_viewer.cli.tidying import tidy_if_due

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    print_completion.COMMAND,
)
_TOP_LEVEL = {"-h", "--help", "--version"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (see `ExitCode`). Exits with 2 and the usage for wrong arguments."""
    name, *given = _with_default_command(sys.argv[1:] if arguments is None else arguments)
    parser, subparsers = build_parsers()
    complete_if_asked(parser)
    options = parser.parse_args([name, *(with_filter_apart(subparsers[name], given) if name in subparsers else given)])
    try:
        code = options.command.run(options)
        sys.stdout.flush()
        if options.command.tidies:
            tidy_if_due(options)
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


class _PrintVersion(argparse.Action):
    """Prints the version, which takes 35 ms to find out."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        import importlib.metadata  # noqa: PLC0415 - see above

        parser.exit(message=f"spanglass {importlib.metadata.version('spanglass')}\n")


def build_parsers() -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """Return the parser of the command line, and those of the commands by their names."""
    parser = argparse.ArgumentParser(
        prog="spanglass",
        description="Look at the traces of your LLM programs, on this machine alone. No command: the window opens.",
        epilog="`spanglass COMMAND --help` has examples.",
        formatter_class=functools.partial(argparse.HelpFormatter, max_help_position=16),
    )
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
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
        subparser.set_defaults(command=command)
    return parser, subparsers.choices


def _with_default_command(arguments: Sequence[str]) -> list[str]:
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in _TOP_LEVEL):
        return [open_window.COMMAND.name, *arguments]
    return list(arguments)


if __name__ == "__main__":
    sys.exit(main())
