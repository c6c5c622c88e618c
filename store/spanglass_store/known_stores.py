"""Which stores this user has used, by their ids: a link names a store by its id alone, and never by a path."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreFault
from spanglass_store.location import read_store_info

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass_store.location import StoreInfo

MAX_KNOWN_STORES = 300
_KEPT_STORES = 200
_LAST_OPENED = "last-opened"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def known_stores_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Return the private folder with a file for each known store; it need not exist yet."""
    # As platformdirs has it (a test compares), without loading it: this runs in every program that logs.
    if platform == "win32":
        data = environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif platform == "darwin":
        data = environ.get("XDG_DATA_HOME", "").strip() or "~/Library/Application Support"
    else:
        data = environ.get("XDG_DATA_HOME", "").strip() or "~/.local/share"
    return Path(os.path.expanduser(data), "spanglass", "known-stores")  # noqa: PTH111 - pathlib raises without a home


def note_store(info: StoreInfo) -> None:
    """Remember where a store is, so that a link to it can be followed. Never raises: it is a convenience."""
    with contextlib.suppress(OSError, ValueError):
        folder = known_stores_folder()
        entry = folder / info.id
        path = os.fsencode(info.path.absolute())
        if _read(entry) == path:
            os.utime(entry)
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # one file a store, swapped in whole: no two programs ever wait for each other, or lose what the other noted
        draft = folder / f".{info.id}.{os.getpid()}"
        with open(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:  # noqa: PTH123 - private from the first byte
            file.write(path)
        draft.replace(entry)
        _forget_oldest(folder)


def find_known_store(store_id: str) -> Path | None:
    """Return where the store of this id was last used; None where it is not known, or is another or none by now."""
    if _UUID.fullmatch(store_id) is None:
        return None
    try:
        noted = _read(known_stores_folder() / store_id)
        path = Path(os.fsdecode(noted)) if noted else None
        return path if path is not None and read_store_info(path).id == store_id else None
    except (OSError, ValueError, StoreFault):
        return None


def note_opened_store(info: StoreInfo) -> None:
    """Remember that the window shows this store, so that the next one may go on with it. Never raises."""
    note_store(info)
    with contextlib.suppress(OSError, ValueError):
        draft = known_stores_folder() / f".{_LAST_OPENED}.{os.getpid()}"
        draft.write_text(info.id, "ascii")
        draft.replace(known_stores_folder() / _LAST_OPENED)


def find_opened_store() -> Path | None:
    """Return the store that the window showed last; None where it showed none, or that one is gone."""
    with contextlib.suppress(OSError, ValueError):
        return find_known_store(_read(known_stores_folder() / _LAST_OPENED).decode("ascii"))
    return None


def find_known_id(path: Path) -> str | None:
    """Return the id by which the store at `path` was used last; None where none is known."""
    wanted = os.fsencode(path.absolute())
    with contextlib.suppress(OSError):
        entries = sorted(_iter_entries(known_stores_folder()), key=lambda entry: entry.stat().st_mtime_ns)
        return next((entry.name for entry in reversed(entries) if _read(entry) == wanted), None)
    return None


def _iter_entries(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if _UUID.fullmatch(entry.name)] if folder.is_dir() else []


def _read(entry: Path) -> bytes:
    try:
        return entry.read_bytes()
    except OSError:
        return b""


def _forget_oldest(folder: Path) -> None:
    """Keep the folder small: tests and scripts make stores by the thousand."""
    entries = _iter_entries(folder)
    if len(entries) > MAX_KNOWN_STORES:
        for entry in sorted(entries, key=lambda entry: entry.stat().st_mtime_ns)[:-_KEPT_STORES]:
            entry.unlink(missing_ok=True)
