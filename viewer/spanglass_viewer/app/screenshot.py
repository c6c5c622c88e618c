"""A picture of the window with everything loaded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from spanglass_viewer.widgets.arrival_mark import ArrivalMark

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_viewer.app.main_window import MainWindow

_LOOK_MS = 50
_QUIET_LOOKS = 6  # nothing under way for this many looks in a row: the last answers are painted
_GIVE_UP_LOOKS = 400


class Photographer(QObject):
    """Waits until nothing is under way, grabs the window, closes it."""

    def __init__(self, window: MainWindow, target: Path) -> None:
        super().__init__(window)
        self._window = window
        self._target = target
        self._looks = 0
        self._quiet_looks = 0
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._on_look)

    def start(self) -> None:
        """Begin to look; the application ends when the picture is taken, with 1 where it could not be."""
        self._timer.start()

    def _on_look(self) -> None:
        self._looks += 1
        window = self._window
        is_quiet = (
            window.controller.is_settled
            and window.detail_pane.is_idle
            and window.images.is_idle
            and window.remote_images.is_idle
            and window.trace_media.is_idle
            and not window.findChildren(ArrivalMark)  # of a link, which would be half faded on the picture
        )
        self._quiet_looks = self._quiet_looks + 1 if is_quiet else 0
        if self._quiet_looks < _QUIET_LOOKS and self._looks < _GIVE_UP_LOOKS:
            return
        self._timer.stop()
        is_saved = self._window.grab().save(str(self._target), "PNG")
        if not is_saved:
            sys.stderr.write(f"The picture could not be written. Nothing else was changed. {self._target}\n")
        self._window.close()
        QCoreApplication.exit(0 if is_saved else 1)
