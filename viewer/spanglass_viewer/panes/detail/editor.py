"""Opening a source line in the user's editor."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess

if TYPE_CHECKING:
    from collections.abc import Mapping

# how each editor takes a line; those that need a terminal are left out, the window has none to give
_ARGUMENTS = {
    "code": ("--goto", "{path}:{line}"),
    "code-insiders": ("--goto", "{path}:{line}"),
    "codium": ("--goto", "{path}:{line}"),
    "cursor": ("--goto", "{path}:{line}"),
    "windsurf": ("--goto", "{path}:{line}"),
    "zed": ("{path}:{line}",),
    "subl": ("{path}:{line}",),
    "pycharm": ("--line", "{line}", "{path}"),
    "idea": ("--line", "{line}", "{path}"),
    "gvim": ("+{line}", "{path}"),
    "kate": ("--line", "{line}", "{path}"),
    "gedit": ("+{line}", "{path}"),
    "emacsclient": ("-n", "+{line}", "{path}"),
    "mate": ("--line", "{line}", "{path}"),
}
_SEARCH_ORDER = ("code", "cursor", "pycharm", "zed", "subl", "codium", "windsurf", "idea", "kate", "gedit")
_MAX_SOURCE_BYTES = 5_000_000


def list_editors() -> list[str]:
    """Return the editors that are installed, by the names that `editor_command` knows."""
    return [name for name in _ARGUMENTS if shutil.which(name) is not None]


def editor_command(
    path: Path, line: int, environ: Mapping[str, str] | None = None, chosen: str = ""
) -> list[str] | None:
    """Return the command that shows a line, None where there is none.

    `chosen` is the user's own: an editor's name, or a command with `{path}` and `{line}` in it. Without it `$VISUAL`
    counts where it is an editor with a window, else the first one found.
    """
    if "{path}" in chosen:
        program, *arguments = _split(chosen) or [""]
        found = shutil.which(program)
        own = [part.replace("{path}", str(path)).replace("{line}", str(line)) for part in arguments]
        return None if found is None else [found, *own]
    wanted = _split(chosen or (os.environ if environ is None else environ).get("VISUAL", ""))
    candidates = [wanted] if wanted else []
    candidates += [[name] for name in _SEARCH_ORDER]
    for program, *own_arguments in candidates:
        arguments = _ARGUMENTS.get(Path(program).stem.lower())
        found = shutil.which(program)
        if arguments is not None and found is not None:
            return [found, *own_arguments, *(part.format(path=path, line=line) for part in arguments)]
    return None


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command, posix=sys.platform != "win32")
    except ValueError:  # a quote that is not closed
        return []


def open_in_editor(path: Path, line: int, chosen: str = "") -> bool:
    """Show a line in the editor, `chosen` as in `editor_command`; tells whether one was started."""
    if not is_local_source(path):
        return False
    command = editor_command(path.absolute(), line, chosen=chosen)
    return command is not None and QProcess.startDetached(command[0], command[1:])[0]


def is_local_source(path: Path) -> bool:
    """Tell whether a path that a trace names is a regular file of a readable size on this machine.

    A trace can come from anyone: shares (whose opening sends a password's hash on Windows), devices and pipes are left
    alone.
    """
    if str(path).startswith(("\\\\", "//")) or not path.is_absolute():
        return False
    try:
        found = path.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size <= _MAX_SOURCE_BYTES
