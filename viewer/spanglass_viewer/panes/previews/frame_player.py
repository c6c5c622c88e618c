"""A picture: whole at once, then its further frames where it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from spanglass_viewer.decoders.answers import Animation

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from spanglass_viewer.backend.preview_session import PreviewSession
    from spanglass_viewer.panes.previews.image_canvas import ImageCanvas

_MAX_FRAME_PX = 1600
_BYTES_A_PIXEL = 4


class FramePlayer(QObject):
    """Plays the frames of a GIF, APNG, WebP or AVIF on a canvas that shows the picture already.

    With `starts_still` it waits for `toggle`, as who wants less motion asks for.
    """

    playing_changed = Signal()  # see `is_playing`

    def __init__(
        self, session: PreviewSession, canvas: ImageCanvas, parent: QWidget | None = None, *, starts_still: bool = False
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._starts_still = starts_still
        self._frames: list[QPixmap] = []
        self._durations: tuple[int, ...] = ()
        self._position = 0
        self.is_cut = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_due)
        session.answered.connect(self._on_answered)
        session.ask({"do": "frames", "max_px": _MAX_FRAME_PX})

    @property
    def frame_count(self) -> int:
        """How many frames play."""
        return len(self._frames)

    @property
    def is_playing(self) -> bool:
        """Tell whether the picture moves."""
        return self._timer.isActive()

    def toggle(self) -> None:
        """Hold the picture still, or let it go on."""
        if self._timer.isActive():
            self.stop()
        elif self._frames:
            self._play()

    def stop(self) -> None:
        """Hold the picture still."""
        self._timer.stop()
        self.playing_changed.emit()

    def _on_answered(self, wish: object, answer: object) -> None:  # noqa: ARG002 - the signal's signature
        if not isinstance(answer, Animation) or len(answer.durations_ms) < 2:
            return
        size = answer.width * answer.height * _BYTES_A_PIXEL
        for at in range(0, len(answer.pixels), size):
            pixels = answer.pixels[at : at + size]
            row = answer.width * _BYTES_A_PIXEL
            image = QImage(pixels, answer.width, answer.height, row, QImage.Format.Format_RGBA8888)
            self._frames.append(QPixmap.fromImage(image))
        self._durations = answer.durations_ms
        self.is_cut = answer.is_cut
        if self._starts_still:
            self.playing_changed.emit()
        else:
            self._play()

    def _play(self) -> None:
        self._on_due()
        self.playing_changed.emit()

    def _on_due(self) -> None:
        self._canvas.show_frame(self._frames[self._position])
        self._timer.start(self._durations[self._position])
        self._position = (self._position + 1) % len(self._frames)
