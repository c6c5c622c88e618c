"""`spanglass`: the table of commands, and how faults become sentences and exit codes."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from spanglass_store.faults import Interrupted, StoreFault
from spanglass_store.version import __version__
from spanglass_viewer.cli.command import ExitCode, NotFound, WrongUsage, add_store_argument
from spanglass_viewer.cli.completion import complete_if_asked, is_asked
from spanglass_viewer.cli.filters import with_filter_apart
from spanglass_viewer.cli.terminal import complain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spanglass_viewer.cli.command import Command

# Each command's module in `cli.commands`. Only the one that is called is loaded: a second start of the window hands
# its link over and ends, and most of what it takes is loading.
COMMANDS = {
    "open": "open_window",
    "demo": "run_demo",
    "list": "list_traces",
    "show": "show_trace",
    "search": "search_spans",
    "tail": "tail_spans",
    "link": "print_link",
    "import": "import_spans",
    "export": "export_spans",
    "attachment": "save_attachment",
    "sql": "run_sql",
    "doctor": "examine_store",
    "prune": "prune_store",
    "compact": "compact_store",
    "path": "print_path",
    "init": "init_store",
    "install": "install_desktop",
    "uninstall": "uninstall_desktop",
    "completion": "print_completion",
}
_DEFAULT = "open"
_EXIT_CODES = {NotFound: ExitCode.NOT_FOUND, WrongUsage: ExitCode.USAGE, StoreFault: ExitCode.FAULT}
_TOP_LEVEL = {"-h", "--help", "--version"}


class _CommandHelp(argparse.HelpFormatter):
    """Gives each command its line: argparse forgets by how much it indents them, and breaks behind the longest."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=18)
        self._action_max_length = 4 + max(map(len, COMMANDS))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (see `ExitCode`). Exits with 2 and the usage for wrong arguments."""
    name, *given = _with_default_command(sys.argv[1:] if arguments is None else arguments)
    if name not in COMMANDS and name not in _TOP_LEVEL:
        complain(_unknown_command(name))
        return ExitCode.USAGE
    parser, subparsers = build_parsers([name] if name in COMMANDS and not is_asked() else COMMANDS)
    complete_if_asked(parser)
    options = parser.parse_args([name, *(with_filter_apart(subparsers[name], given) if name in subparsers else given)])
    try:
        code = options.command.run(options)
        sys.stdout.flush()
        if options.command.tidies and code != ExitCode.INTERRUPTED:
            from spanglass_viewer.cli.tidying import tidy_if_due  # noqa: PLC0415 - a second start never tidies

            tidy_if_due(options)
    except (NotFound, WrongUsage, StoreFault) as reason:
        complain(str(reason))
        return _exit_code(reason)
    except BrokenPipeError:
        _drop_output()  # the reader (`| head`) has what it wanted
        return ExitCode.OK
    except OSError as error:
        if error.filename is not None:
            raise
        _drop_output()
        complain(f"The output could not be written: {(error.strerror or str(error)).lower()}.")
        return ExitCode.FAULT
    except (KeyboardInterrupt, Interrupted):
        if sys.stderr.isatty():
            sys.stderr.write("\n")  # the terminal has written ^C
        return ExitCode.INTERRUPTED
    return code


def _unknown_command(name: str) -> str:
    """Return what to say of a name that no command has: what was meant perhaps, and where they all stand."""
    if ":" in name or Path(name).exists():
        return f"What is to be opened stands behind `open`: spanglass open {shlex.quote(name)}"
    alike = difflib.get_close_matches(name, COMMANDS, 1)
    meant = f" Did you mean `{alike[0]}`?" if alike else ""
    return f"There is no command {name!r}.{meant} `spanglass --help` lists them."


def _exit_code(reason: Exception) -> ExitCode:
    return next(code for kind, code in _EXIT_CODES.items() if isinstance(reason, kind))


def _drop_output() -> None:
    """See to it that Python's own flush at exit does not complain of what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def load_command(name: str) -> Command:
    """Return a command of the table, loaded. Raises KeyError for a name that is not in it."""
    return importlib.import_module(f"spanglass_viewer.cli.commands.{COMMANDS[name]}").COMMAND


def build_parsers(
    names: Iterable[str] = tuple(COMMANDS),
) -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """Return the parser of the command line with these commands, and those of the commands by their names."""
    parser = argparse.ArgumentParser(
        prog="spanglass",
        description="Look at the traces of your LLM programs, on this machine alone. No command: the window opens.",
        epilog="`spanglass COMMAND --help` has examples.",
        formatter_class=_CommandHelp,
    )
    parser.add_argument("--version", action="version", version=f"spanglass {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in map(load_command, names):
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
        return [_DEFAULT, *arguments]
    return list(arguments)


if __name__ == "__main__":
    sys.exit(main())
