"""A store, a bundle or an export that is dropped onto the window opens in a window of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess

from spanglass_store.faults import StoreFault
from spanglass_store.location import read_store_info

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

_EXPORT_SUFFIXES = frozenset({".zip", ".jsonl", ".ndjson"})


def find_dropped_store(data: QMimeData) -> Path | None:
    """Return the store among what is dragged, None where there is none; one of its files stands for it."""
    for url in data.urls():
        path = Path(url.toLocalFile()) if url.isLocalFile() else None
        if path is None:
            continue
        folder = path if path.is_dir() else path.parent
        try:
            read_store_info(folder)
        except StoreFault:
            continue
        return folder
    return None


def find_dropped_export(data: QMimeData) -> Path | None:
    """Return the bundle or the file of JSON lines among what is dragged, None where there is none."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix.lower() in _EXPORT_SUFFIXES and path.is_file()), None)


def find_dropped(data: QMimeData) -> Path | None:
    """Return what can be opened among what is dragged: a store, else an export."""
    return find_dropped_store(data) or find_dropped_export(data)


def count_files(data: QMimeData) -> int:
    """Return how many files and folders are dragged."""
    return sum(url.isLocalFile() for url in data.urls())


def is_no_bundle(target: Path) -> bool:
    """Tell whether a zip file is something else than a bundle: the window that is started could say so to nobody."""
    if target.suffix.lower() != ".zip":
        return False
    from spanglass_store.transfer.bundle import is_bundle  # noqa: PLC0415 - few drop one

    try:
        return not is_bundle(target)
    except OSError:
        return True


def open_in_new_window(target: Path, link: str | None = None) -> bool:
    """Start a window on a store (at a link where there is one) or an export, and tell whether it could be started."""
    arguments = [str(target)] if link is None else ["--store", str(target), "--link", link]
    is_started, _pid = QProcess.startDetached(sys.executable, ["-m", "spanglass_viewer", "open", *arguments])
    return is_started
