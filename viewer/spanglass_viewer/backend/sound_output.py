"""The loudspeakers: samples go out as a decoder made them."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from miniaudio import (  # pyright: ignore[reportMissingTypeStubs] - it is typed, but does not say so
    Backend,
    MiniaudioError,
    PlaybackDevice,
    SampleFormat,
)

if TYPE_CHECKING:
    from collections.abc import Generator

RATE = 48_000
BYTES_A_FRAME = 4  # two channels of 16 bits
_PERIOD_MS = 30  # how much the device asks for at once
_ASKED_AHEAD_SECS = 2 * _PERIOD_MS / 1000  # what it has and nobody has heard yet
_SOUND_CARDS = Path("/dev/snd")


class SoundOutput:
    """Plays samples of two channels, 16 bits each, 48,000 a second; a thread of the device's own takes them.

    Raises MiniaudioError where there is no such device.
    """

    def __init__(self, backends: list[Backend] | None = None) -> None:
        self._backends = _list_backends() if backends is None else backends
        self._waiting = bytearray()
        self._taken_frames = 0
        self._lock = threading.Lock()  # of the two above
        self._device: PlaybackDevice | None = self._open_device()

    @property
    def played_secs(self) -> float:
        """How much was played since `start`."""
        return max(0.0, self._taken_frames / RATE - _ASKED_AHEAD_SECS)

    @property
    def wants_more(self) -> bool:
        """Tell whether the next samples should be on their way."""
        return len(self._waiting) < RATE * BYTES_A_FRAME

    def start(self) -> None:
        """Begin with silence; samples follow."""
        with self._lock:
            self._waiting.clear()
            self._taken_frames = 0
        self._device = self._device or self._open_device()
        source = self._iter_periods()
        next(source)
        self._device.start(source)  # pyright: ignore[reportUnknownMemberType] - an array of it is not typed

    def write(self, samples: bytes) -> None:
        """Take more samples."""
        with self._lock:
            self._waiting += samples

    def stop(self) -> None:
        """Be silent; what the device has already it plays to its end, and no one waits for that."""
        device, self._device = self._device, None
        if device is not None:
            threading.Thread(target=device.close, name="sound-end").start()

    def _open_device(self) -> PlaybackDevice:
        return PlaybackDevice(
            SampleFormat.SIGNED16,
            nchannels=2,
            sample_rate=RATE,
            buffersize_msec=_PERIOD_MS,
            backends=self._backends,
            app_name="Spanglass",
        )

    def _iter_periods(self) -> Generator[bytes, int]:
        """Give the device as many frames as it asks for, or as there are: the rest of its period is silence."""
        samples = b""
        while True:
            wanted_bytes = (yield samples) * BYTES_A_FRAME
            with self._lock:
                samples = bytes(self._waiting[:wanted_bytes])
                del self._waiting[:wanted_bytes]
                self._taken_frames += len(samples) // BYTES_A_FRAME


def find_sound_output() -> SoundOutput | None:
    """Return the loudspeakers, None where this machine has none."""
    try:
        return SoundOutput()
    except MiniaudioError:
        return None


def _list_backends() -> list[Backend]:
    """Return the ways to a device that may be there; the one that pretends to be a device is none."""
    left_out = {Backend.NULL, Backend.CUSTOM}
    if sys.platform == "linux" and not _SOUND_CARDS.is_dir():
        left_out.add(Backend.ALSA)  # without a card it only writes its woes to stderr
    return [backend for backend in Backend if backend not in left_out]
