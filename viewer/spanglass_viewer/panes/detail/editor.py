"""Opening a source line in the user's editor."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import sys
from pathlib import Path

from PySide6.QtCore import QProcess

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


def editor_command(path: Path, line: int, environ: dict[str, str] | None = None) -> list[str] | None:
    """Return the command that shows a line: `$VISUAL` where it is an editor with a window, else the first one found.

    None where there is none.
    """
    wanted = shlex.split((os.environ if environ is None else environ).get("VISUAL", ""), posix=sys.platform != "win32")
    candidates = [wanted] if wanted else []
    candidates += [[name] for name in _SEARCH_ORDER]
    for program, *own_arguments in candidates:
        arguments = _ARGUMENTS.get(Path(program).stem.lower())
        found = shutil.which(program)
        if arguments is not None and found is not None:
            return [found, *own_arguments, *(part.format(path=path, line=line) for part in arguments)]
    return None


def open_in_editor(path: Path, line: int) -> bool:
    """Show a line in the editor; tells whether one was started."""
    if not is_local_source(path):
        return False
    command = editor_command(path.absolute(), line)
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
