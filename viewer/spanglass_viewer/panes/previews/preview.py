"""What every view of an attachment is to the lightbox around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from spanglass_viewer.backend.preview_session import PreviewSession


class Preview(QWidget):
    """A view of one file. It lives as long as the file is shown, and asks the session it was given."""

    zoom_changed = Signal()
    described = Signal(object)  # tuple[str, ...]: what is known of the file

    def __init__(self, session: PreviewSession | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session

    @property
    def zoom_text(self) -> str:
        """Return the zoom as it is shown, nothing where there is none."""
        return ""

    @property
    def can_zoom(self) -> bool:
        """Tell whether there is something to zoom."""
        return False

    @property
    def is_settled(self) -> bool:
        """Tell whether it has asked for everything that it needs now."""
        return True

    def zoom_by(self, factor: float) -> None:
        """Draw larger or smaller."""

    def fit(self) -> None:
        """Show the whole."""

    def show_actual_size(self) -> None:
        """Show a pixel as a pixel."""

    def copy(self) -> bool:
        """Copy what is shown or selected; tell whether there was something."""
        return False

    def begin_find(self) -> None:
        """Let the user look for a text, where there is some."""

    def press_space(self) -> None:
        """Play, pause: what the space bar does."""

    def close_preview(self) -> None:
        """Stop whatever moves or sounds."""
