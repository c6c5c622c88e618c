"""Thumbnails that took a decoder's work, kept on disk under the digest of their file: private, and bounded."""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
from typing import TYPE_CHECKING

from platformdirs import user_cache_path
from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QImage

from spanglass_viewer.backend.loaded_image import LoadedImage

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_viewer.values.media import MediaItem

_MAX_BYTES = 200_000_000
_SWEEP_EVERY = 64
_SWEPT_TO = 0.8  # of the limit: not every thumbnail after it sweeps again
_DIGEST = re.compile(r"[0-9a-f]{64}")
_VERSION = 1  # of what a thumbnail looks like; older ones are swept in time
_FACTS = "spanglass"


class ThumbnailCache:
    """PNG files `<ab>/<digest>-<px>-<version>.png`; any thread may ask, several windows may share it.

    Whatever goes wrong on the disk is as if nothing were kept.
    """

    def __init__(self, folder: Path | None = None, max_bytes: int = _MAX_BYTES) -> None:
        self.folder = folder or user_cache_path("spanglass", appauthor=False) / "thumbnails"
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._kept = 0

    def find(self, digest: str, max_px: int) -> LoadedImage | None:
        """Return a thumbnail that was kept, and keep it the longer for that."""
        path = self._path(digest, max_px)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        # Not a reader with a QBuffer of Python's: it asks that for its place under a lock of Qt's, and needs the
        # interpreter's for it, which another thread may hold while it waits for Qt's.
        image = QImage.fromData(QByteArray(data), "PNG")  # pyright: ignore[reportArgumentType] - the stubs want bytes, PySide text
        known = _read_facts(image.text(_FACTS))
        if image.isNull() or known is None:
            return None
        size, format_name, facts, is_mask = known
        shown = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        return LoadedImage(shown, size, format_name, facts, is_mask=is_mask)

    def keep(self, digest: str, max_px: int, made: LoadedImage) -> None:
        """Keep a thumbnail."""
        image = QImage(made.image)
        image.setText(
            _FACTS, json.dumps([made.size.width(), made.size.height(), made.format, made.facts, made.is_mask])
        )
        path = self._path(digest, max_px)
        draft = path.with_name(f".{path.name}-{os.getpid()}-{threading.get_ident()}")
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            draft.touch(mode=0o600)
            if image.save(str(draft), "PNG"):  # pyright: ignore[reportCallIssue, reportArgumentType] - as above
                draft.replace(path)
            else:
                draft.unlink()
        with self._lock:
            self._kept += 1
            is_due = self._kept % _SWEEP_EVERY == 1
        if is_due:
            self.sweep()

    def sweep(self) -> None:
        """Delete those that were looked at longest ago, where there are more than there may be."""
        found: list[tuple[float, int, Path]] = []
        for path in self.folder.glob("??/*"):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in found)
        if total <= self._max_bytes:
            return
        for _, size, path in sorted(found):
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size
            if total <= self._max_bytes * _SWEPT_TO:
                return

    def _path(self, digest: str, max_px: int) -> Path:
        return self.folder / digest[:2] / f"{digest}-{max_px}-{_VERSION}.png"


def find_digest(item: MediaItem) -> str | None:
    """Return the digest under which an attachment's file is stored; None for what is no blob."""
    name = "" if item.path is None else item.path.name
    return name if _DIGEST.fullmatch(name) else None


def _read_facts(text: str) -> tuple[QSize, str, tuple[str, ...], bool] | None:
    try:
        width, height, format_name, facts, is_mask = json.loads(text)
        return QSize(int(width), int(height)), str(format_name), tuple(map(str, facts)), bool(is_mask)
    except (ValueError, TypeError):
        return None
