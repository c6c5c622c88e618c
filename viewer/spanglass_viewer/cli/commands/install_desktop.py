"""`spanglass install`: let the desktop know the window, and open `spanglass://` links with it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreFault
from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument
from spanglass_viewer.cli.terminal import standard_output
from spanglass_viewer.desktop.own_command import own_command

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

MAC_SENTENCE = (
    "On macOS an application's bundle registers its links itself: move Spanglass.app, which `make bundle` makes, into"
    " Applications. Nothing was changed."
)


def _configure(parser: ArgumentParser) -> None:
    add_json_argument(parser, "print as JSON what was written")


def _run(options: Namespace) -> int:
    terminal = standard_output()
    try:
        written = _install()
    except OSError as error:
        raise StoreFault(
            f"The desktop's files cannot be written: {error.strerror or error}.", error.filename
        ) from error
    if options.as_json:
        terminal.write_json({"written": written})
        return ExitCode.OK
    for path in written:
        terminal.write_line(path)
    terminal.write_line("Links that begin with spanglass:// open here now; `spanglass uninstall` takes this back.")
    return ExitCode.OK


def _install() -> list[str]:
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 - Windows alone has it

        from spanglass_viewer.desktop.windows_registry import install_handler  # noqa: PLC0415 - as above

        return install_handler(own_command(), winreg)
    if sys.platform == "darwin":
        raise StoreFault(MAC_SENTENCE)
    from spanglass_viewer.desktop.linux_entry import install_entry  # noqa: PLC0415 - Linux alone has entries

    return [str(path) for path in install_entry(own_command())]


COMMAND = Command(
    "install", "open spanglass:// links with this installation", _configure, _run, examples=("spanglass install",)
)
