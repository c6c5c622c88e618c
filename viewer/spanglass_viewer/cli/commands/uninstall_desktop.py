"""`spanglass uninstall`: take back what `spanglass install` gave the desktop; stores stay as they are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreFault
from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument
from spanglass_viewer.cli.commands.install_desktop import MAC_SENTENCE
from spanglass_viewer.cli.terminal import standard_output

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def _configure(parser: ArgumentParser) -> None:
    add_json_argument(parser, "print as JSON what was removed")


def _run(options: Namespace) -> int:
    terminal = standard_output()
    try:
        removed = _uninstall()
    except OSError as error:
        raise StoreFault(
            f"The desktop's files cannot be removed: {error.strerror or error}.", error.filename
        ) from error
    if options.as_json:
        terminal.write_json({"removed": removed})
        return ExitCode.OK
    for path in removed:
        terminal.write_line(path)
    terminal.write_line("Taken back; the traces are where they were." if removed else "Nothing was installed.")
    return ExitCode.OK


def _uninstall() -> list[str]:
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 - Windows alone has it

        from spanglass_viewer.desktop.windows_registry import remove_handler  # noqa: PLC0415 - as above

        return remove_handler(winreg)
    if sys.platform == "darwin":
        raise StoreFault(MAC_SENTENCE)
    from spanglass_viewer.desktop.linux_entry import remove_entry  # noqa: PLC0415 - Linux alone has entries

    return [str(path) for path in remove_entry()]


COMMAND = Command(
    "uninstall", "take back what install gave the desktop", _configure, _run, examples=("spanglass uninstall",)
)
