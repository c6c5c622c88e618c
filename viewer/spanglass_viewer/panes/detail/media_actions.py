"""What can be done with an attachment's bytes: save them, open them with the system's application, copy them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from spanglass_store.transfer.whole_file import whole_file
from spanglass_viewer.backend import decoder_process
from spanglass_viewer.decoders.answers import DecoderFault
from spanglass_viewer.format.text import file_name
from spanglass_viewer.widgets.problem_box import say_problem

if TYPE_CHECKING:
    from spanglass_viewer.values.media import MediaItem

# what the system opens is decided by the name's ending: only endings that show and never run are given out
_ENDING_OF_TYPE = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif", "image/bmp": ".bmp",
    "application/pdf": ".pdf", "application/json": ".json", "text/plain": ".txt", "text/csv": ".csv",
    "text/markdown": ".md", "audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/x-wav": ".wav", "audio/ogg": ".ogg",
    "audio/flac": ".flac", "audio/mp4": ".m4a", "video/mp4": ".mp4", "video/webm": ".webm", "video/quicktime": ".mov",
}  # fmt: skip
_MAX_NAME_CHARS = 100


def safe_file_name(item: MediaItem) -> str:
    """Return a file name without folders, control and reserved characters, ending as its type does."""
    name = file_name(item.name, _MAX_NAME_CHARS) or "attachment"
    ending = _ENDING_OF_TYPE.get(item.content_type.lower())
    if ending is None or Path(name).suffix.lower() in {ending, ".jpeg"}:
        return name
    return f"{name}{ending}"


def can_open(item: MediaItem) -> bool:
    """Tell whether the system may open it: the bytes are here, and their type is one that is only shown."""
    return item.has_bytes and item.content_type.lower() in _ENDING_OF_TYPE


def write_media(item: MediaItem, target: Path) -> None:
    """Write the bytes to a file, whole or not at all: a file that was there stays until they are all written.

    Raises OSError, and DecoderFault where they cannot be read or are damaged.
    """
    with whole_file(target) as path, decoder_process.open_media(item) as source, path.open("wb") as file:
        shutil.copyfileobj(source, file)


def open_media(item: MediaItem, parent: QWidget) -> None:
    """Open a copy with the system's application; the blob in the store is never handed out."""
    folder = Path(tempfile.mkdtemp(prefix="spanglass-"))
    target = folder / safe_file_name(item)
    try:
        write_media(item, target)
    except (OSError, DecoderFault) as error:
        say_problem(parent, f"The attachment could not be copied. The store is unchanged. {error}")
        return
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(target))):
        say_problem(parent, f"No application opens this file. A copy of it was left at {target}")


def save_media_as(item: MediaItem, parent: QWidget) -> None:
    """Ask where to, and save a copy."""
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save attachment", str(Path.home() / safe_file_name(item)))
    if not chosen:
        return
    try:
        write_media(item, Path(chosen))
    except (OSError, DecoderFault) as error:
        say_problem(parent, f"The attachment could not be saved. The store is unchanged. {error}")


def reveal_media(item: MediaItem, parent: QWidget) -> None:
    """Show the stored file in the system's file manager."""
    if item.path is None:
        return
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(item.path.parent))):
        say_problem(parent, f"No application shows folders. The file is stored at {item.path}")
