"""Three panes side by side: the middle one takes what the outer ones leave, which give way before it is narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_PANES = 3
_ROOMY_PX = 460  # of the middle pane: from here on the outer ones have the widths that they were given


class PaneSplitter(QSplitter):
    """Keeps the widths that the user gave the outer panes, also while a small window has no room for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._wanted = (0, 0)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.splitterMoved.connect(self._on_moved)

    @property
    def outer_widths(self) -> tuple[int, int]:
        """The pixels that the first and the last pane have where there is room."""
        return self._wanted

    def set_outer_widths(self, first: int, last: int) -> None:
        """Give the first and the last pane so many pixels."""
        self._wanted = (first, last)
        self._share_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share out the width anew: once, as each new width lays out all the texts of a pane."""
        if self.count() == _PANES:
            self._share_out()
        else:
            super().resizeEvent(event)

    def _share_out(self) -> None:
        first, last = self.widget(0), self.widget(_PANES - 1)
        if first is not None and last is not None:
            least = first.minimumWidth(), last.minimumWidth()
            self.setSizes(share_width(self.width() - 2 * self.handleWidth(), self._wanted, least))

    def _on_moved(self, _position: int, handle: int) -> None:
        first, _, last = self.sizes()
        self._wanted = (first, self._wanted[1]) if handle == 1 else (self._wanted[0], last)


def share_width(room: int, wanted: tuple[int, int], least: tuple[int, int]) -> list[int]:
    """Return the widths of three panes: the outer ones give in proportion what they can, until the middle is roomy."""
    first, last = (max(one, low) for one, low in zip(wanted, least, strict=True))
    spare = first - least[0] + last - least[1]
    lacking = min(max(_ROOMY_PX - (room - first - last), 0), spare)
    if spare:
        given = round(lacking * (first - least[0]) / spare)
        first, last = first - given, last - (lacking - given)
    return [first, max(room - first - last, 0), last]
