"""A decoded picture, and what is known of the file that it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QImage


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """A decoded image; `size` is that of the whole image, upright, whatever it was scaled to.

    `facts` are what else is known of the file: its pages, its length. A mask's colour means nothing: it is to be drawn
    in the reader's own.
    """

    image: QImage
    size: QSize
    format: str
    facts: tuple[str, ...] = ()
    is_mask: bool = False
