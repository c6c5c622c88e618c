"""Sound and video: a waveform or a frame, and below it what plays, seeks and steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from spanglass_viewer.decoders.answers import Frame, Outline, Peaks, Picture, Sound
from spanglass_viewer.panes.previews.image_canvas import ImageCanvas
from spanglass_viewer.panes.previews.preview import Preview
from spanglass_viewer.panes.previews.waveform_view import WaveformView
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.seek_slider import SeekSlider

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.backend.preview_session import PreviewSession
    from spanglass_viewer.backend.sound_output import SoundOutput
    from spanglass_viewer.decoders.document import Wish
    from spanglass_viewer.theme.appearance import Appearance

_TICK_MS = 15
_SOUND_SECS = 1.0
_PEAKS = 800
_MAX_FRAME_PX = 1280
_LEAST_STEP_SECS = 0.04


def _find_output() -> SoundOutput | None:
    from spanglass_viewer.backend.sound_output import find_sound_output  # noqa: PLC0415 - 50 ms that only sound needs

    return find_sound_output()


class StreamPreview(Preview):
    """Plays by its own clock; where sound comes out, the sound is the clock."""

    def __init__(
        self,
        session: PreviewSession,
        appearance: Appearance,
        parent: QWidget | None = None,
        *,
        find_output: Callable[[], SoundOutput | None] = _find_output,
    ) -> None:
        super().__init__(session, parent)
        self._find_output = find_output
        self._output: SoundOutput | None = None
        self._outline = Outline(())
        self.position_secs = 0.0
        self._began_secs = 0.0
        self._clock = QElapsedTimer()
        self._awaits_frame = False
        self._awaits_sound = False
        self._sound_secs = 0.0
        self._is_sound_over = False
        self._sought = 0  # how often: an answer to an older place is dropped
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self.canvas = ImageCanvas(appearance)
        self.canvas.show_sentence("Loading…")
        self.canvas.zoom_changed.connect(self.zoom_changed)
        self.waveform = WaveformView(appearance)
        self.waveform.sought.connect(self.seek_fraction)
        self.waveform.hide()
        self._play = IconButton("play", "Play", appearance)
        self._back = IconButton("step-back", "One frame back", appearance)
        self._on = IconButton("step-forward", "One frame on", appearance)
        self.slider = SeekSlider()
        self.slider.setAccessibleName("Position")
        self._time = PlainLabel(role=FontRole.SMALL, tone="muted")
        self._note = PlainLabel(role=FontRole.SMALL, tone="muted")
        self._lay_out()
        self._connect(session)
        session.ask({"do": "outline"})

    @property
    def is_playing(self) -> bool:
        """Tell whether time passes."""
        return self._tick.isActive()

    @property
    def can_zoom(self) -> bool:
        """Tell whether there is a frame."""
        return self._outline.has_pictures and self.canvas.has_image

    @property
    def zoom_text(self) -> str:
        """Return the frame's zoom."""
        return self.canvas.zoom_text if self._outline.has_pictures else ""

    def zoom_by(self, factor: float) -> None:
        """Zoom the frame."""
        self.canvas.zoom_by(factor)

    def fit(self) -> None:
        """Show the frame whole."""
        self.canvas.fit()

    def show_actual_size(self) -> None:
        """Show a pixel of the frame as one of the screen."""
        self.canvas.show_actual_size()

    def copy(self) -> bool:
        """Copy the frame."""
        return self.canvas.copy()

    def press_space(self) -> None:
        """Play or pause."""
        if self.is_playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Go on from where it is; from the beginning where it had ended."""
        if not self._outline.length_secs:
            return
        if self.position_secs >= self._outline.length_secs - _LEAST_STEP_SECS:
            self._go_to(0.0)
        self._start_sound()
        self._began_secs = self.position_secs
        self._clock.start()
        self._tick.start()
        self._play.set_icon("pause")
        self._play.set_what("Pause")

    def pause(self) -> None:
        """Stand still."""
        self._tick.stop()
        if self._output is not None:
            self._output.stop()
        self._play.set_icon("play")
        self._play.set_what("Play")

    def seek_fraction(self, fraction: float) -> None:
        """Go to a part of the length, 0 to 1."""
        self.seek(fraction * self._outline.length_secs)

    def seek(self, at_secs: float) -> None:
        """Go to a time, playing on where it played."""
        was_playing = self.is_playing
        self.pause()
        self._go_to(at_secs)
        if was_playing:
            self.play()

    def step_frames(self, by: int) -> None:
        """Go one frame on or back."""
        self.pause()
        self._go_to(self.position_secs + by * (self._outline.frame_secs or 1.0))

    def close_preview(self) -> None:
        """Be silent."""
        self.pause()

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.setContentsMargins(16, 8, 16, 12)
        controls.setSpacing(10)
        for widget in (self._back, self._play, self._on):
            controls.addWidget(widget)
        controls.addWidget(self.slider, 1)
        controls.addWidget(self._time)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.waveform, 1)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._note)
        column.addLayout(controls)

    def _connect(self, session: PreviewSession) -> None:
        self._play.clicked.connect(self.press_space)
        self._back.clicked.connect(self._on_back)
        self._on.clicked.connect(self._on_forward)
        self.slider.sought.connect(self.seek_fraction)
        session.answered.connect(self._on_answered)
        session.failed.connect(self._on_failed)

    def _on_back(self) -> None:
        self.step_frames(-1)

    def _on_forward(self) -> None:
        self.step_frames(1)

    # answers

    def _on_answered(self, wish: object, answer: object) -> None:
        if isinstance(answer, Outline):
            self._show_outline(answer)
        elif isinstance(answer, Peaks):
            self.waveform.show_levels(answer.levels)
        elif isinstance(answer, Frame):
            self._awaits_frame = False
            if answer.picture is not None and self._is_current(wish):
                self._show_picture(answer.picture)
        elif isinstance(answer, Sound):
            self._awaits_sound = False
            if self._is_current(wish) and self._output is not None and self.is_playing:
                self._sound_secs += len(answer.samples) / 4 / 48_000
                self._is_sound_over = answer.is_end
                self._output.write(answer.samples)

    def _on_failed(self, wish: object, problem: str) -> None:  # noqa: ARG002 - the signal's signature
        self._awaits_frame = self._awaits_sound = False
        self.pause()
        if self._outline.length_secs and (self.canvas.has_image or not self._outline.has_pictures):
            self._note.setText(problem)
        else:
            self.canvas.show_sentence(problem)

    def _show_outline(self, outline: Outline) -> None:
        self._outline = outline
        pixels = tuple(f"{width:.0f} × {height:.0f}" for width, height in outline.sizes)  # noqa: RUF001 - that is the sign
        self.described.emit((*pixels, *outline.facts))
        self._note.setText(outline.note)
        for button in (self._back, self._on):
            button.setVisible(outline.has_pictures)
        self.canvas.setVisible(outline.has_pictures)
        self.waveform.setVisible(not outline.has_pictures)
        if outline.has_pictures:
            self._go_to(0.0)
        elif self.session is not None:
            self.session.ask({"do": "peaks", "count": _PEAKS})
        self._show_position()

    def _show_picture(self, picture: Picture) -> None:
        image = QImage(picture.pixels, picture.width, picture.height, picture.width * 4, QImage.Format.Format_RGBA8888)
        self.canvas.show_frame(QPixmap.fromImage(image))

    def _is_current(self, wish: object) -> bool:
        """Tell whether a wish was made since the last time somebody sought."""
        return bool(cast("Wish", wish).get("sought") == self._sought)

    # time

    def _go_to(self, at_secs: float) -> None:
        self.position_secs = min(max(0.0, at_secs), self._outline.length_secs)
        self._sought += 1
        if self._outline.has_pictures and self.session is not None:
            self._awaits_frame = True
            wish = {"do": "frame", "at_secs": self.position_secs, "max_px": _MAX_FRAME_PX, "sought": self._sought}
            self.session.ask(wish, replaces=True)
        self._show_position()

    def _start_sound(self) -> None:
        self._sound_secs, self._is_sound_over = self.position_secs, False
        if not self._outline.has_sound:
            return
        self._output = self._output or self._find_output()
        if self._output is None:
            self._note.setText("No sound device was found. Time passes in silence")
        else:
            self._output.start()

    def _on_tick(self) -> None:
        has_clock = self._output is not None and self._outline.has_sound and not self._is_sound_over
        passed = self._output.played_secs if has_clock and self._output is not None else self._clock.elapsed() / 1000
        self.position_secs = min(self._began_secs + passed, self._outline.length_secs)
        self._show_position()
        if self.session is None:
            return
        if self._outline.has_pictures and not self._awaits_frame:
            self._awaits_frame = True
            self.session.ask(
                {"do": "next_frame", "at_secs": self.position_secs, "max_px": _MAX_FRAME_PX, "sought": self._sought}
            )
        if has_clock and self._output is not None and self._output.wants_more and not self._awaits_sound:
            self._awaits_sound = True
            self.session.ask({"do": "sound", "at_secs": self._sound_secs, "secs": _SOUND_SECS, "sought": self._sought})
        if self.position_secs >= self._outline.length_secs:
            self.pause()

    def _show_position(self) -> None:
        length = self._outline.length_secs
        fraction = self.position_secs / length if length else 0.0
        self.slider.show_fraction(fraction)
        self.waveform.set_position(fraction)
        self._time.setText(f"{_clock(self.position_secs)} / {_clock(length)}")


def _clock(secs: float) -> str:
    """Return a time as players show it, with tenths: frames are shorter than seconds."""
    minutes, tenths = divmod(round(secs * 10), 600)
    return f"{minutes}:{tenths / 10:04.1f}"
