"""The size of text: larger, smaller or normal by keys, chosen in the settings; kept, and shown at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from spanglass_viewer.theme.text_size import NORMAL_PERCENT, step_percent

if TYPE_CHECKING:
    from spanglass_viewer.app.preferences import Preferences
    from spanglass_viewer.theme.appearance import Appearance


class TextSizing(QObject):
    """Changes the size of text and says what it is."""

    notice_given = Signal(str)  # a sentence for the status bar

    def __init__(self, appearance: Appearance, preferences: Preferences, parent: QObject) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._preferences = preferences

    def enlarge(self) -> None:
        """Go to the next larger size."""
        self.choose(step_percent(self._appearance.text_percent, 1))

    def shrink(self) -> None:
        """Go to the next smaller size."""
        self.choose(step_percent(self._appearance.text_percent, -1))

    def reset(self) -> None:
        """Go back to the normal size."""
        self.choose(NORMAL_PERCENT)

    def choose(self, percent: int) -> None:
        """Show text in a size, in percent, and keep it."""
        self._appearance.set_text_percent(percent)
        self._preferences.set_text_percent(self._appearance.text_percent)
        self.notice_given.emit(f"Text is {self._appearance.text_percent} %")
