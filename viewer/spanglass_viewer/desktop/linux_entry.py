"""The entry of a Linux desktop: menu, icon and the handler of `spanglass://`, all in the user's own folders."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from spanglass_assets.paths import get_app_icons
from spanglass_store.links.addresses import SCHEME

if TYPE_CHECKING:
    from collections.abc import Sequence

ENTRY_NAME = "spanglass.desktop"
_HANDLER = f"x-scheme-handler/{SCHEME}"
_DEFAULTS = "[Default Applications]"
_ENTRY = """[Desktop Entry]
Type=Application
Name=Spanglass
GenericName=Trace viewer
Comment=Look at the traces of your LLM programs
Exec={command} open %u
Icon=spanglass
Terminal=false
StartupNotify=true
StartupWMClass=spanglass
Categories=Development;Debugger;
Keywords=LLM;trace;span;
MimeType={handler};
"""
_TIMEOUT_SECS = 20.0


def install_entry(command: Sequence[str]) -> list[Path]:
    """Write the entry, the icons and the default handler; return what was written. Raises OSError.

    A second time it writes the same again; other applications' lines in `mimeapps.list` stay as they are.
    """
    entry = _data_home() / "applications" / ENTRY_NAME
    written = [entry]
    entry.parent.mkdir(parents=True, exist_ok=True)
    entry.write_text(_ENTRY.format(command=" ".join(map(quote_argument, command)), handler=_HANDLER), "utf-8")
    for size, source in get_app_icons().items():
        icon = _icon_path(size, source.suffix)
        icon.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, icon)
        written.append(icon)
    _set_default(f"{_HANDLER}={ENTRY_NAME}")
    written.append(_mime_list())
    _tell_desktop()
    return written


def remove_entry() -> list[Path]:
    """Take away what `install_entry` wrote; return what was there. Raises OSError."""
    icons = [_icon_path(size, source.suffix) for size, source in get_app_icons().items()]
    removed: list[Path] = []
    for path in (_data_home() / "applications" / ENTRY_NAME, *icons):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            removed.append(path)
    if _set_default(None):
        removed.append(_mime_list())
    _tell_desktop()
    return removed


def quote_argument(argument: str) -> str:
    """Return an argument as the `Exec` line wants it: quoted, with the characters escaped that mean something there."""
    escaped = argument.replace("\\", "\\\\")
    for char in '"`$':
        escaped = escaped.replace(char, "\\" + char)
    # a backslash is escaped once more, as in every value of an entry; a percent sign begins a field code
    return '"' + escaped.replace("\\", "\\\\").replace("%", "%%") + '"'


def _set_default(line: str | None) -> bool:
    """Let `mimeapps.list` name us for our scheme, or nobody; tell whether that changed it."""
    path = _mime_list()
    before = path.read_text("utf-8").splitlines() if path.is_file() else []
    ours = f"{_HANDLER}={ENTRY_NAME}"
    lines = [old for old in before if old.strip().rstrip(";") != ours]
    if line is not None:
        if _DEFAULTS not in lines:
            lines += ([""] if lines else []) + [_DEFAULTS]
        lines.insert(lines.index(_DEFAULTS) + 1, line)
    if lines == before:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text("".join(f"{kept}\n" for kept in lines), "utf-8")
    draft.replace(path)
    return True


def _tell_desktop() -> None:
    """Refresh the desktop's cache of who opens what, where it keeps one."""
    tool = shutil.which("update-desktop-database")
    if tool is not None:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            folder = str(_data_home() / "applications")
            subprocess.run([tool, folder], check=False, capture_output=True, timeout=_TIMEOUT_SECS)  # noqa: S603 - the desktop's own tool


def _icon_path(size: int | None, suffix: str) -> Path:
    folder = "scalable" if size is None else f"{size}x{size}"
    return _data_home() / "icons" / "hicolor" / folder / "apps" / f"spanglass{suffix}"


def _mime_list() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "mimeapps.list"


def _data_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
