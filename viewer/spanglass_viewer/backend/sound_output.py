"""The loudspeakers: samples go out as a decoder made them. Qt's multimedia is loaded when something is first played."""

from __future__ import annotations

from PySide6.QtCore import QIODevice, QLoggingCategory, QObject

RATE = 48_000
BYTES_A_SAMPLE = 4  # two channels of 16 bits
_BUFFER_SECS = 0.5


class SoundOutput(QObject):
    """Plays samples of two channels, 16 bits each, 48,000 a second; what does not fit yet waits."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices  # noqa: PLC0415 - loads FFmpeg's plugin

        form = QAudioFormat()
        form.setSampleRate(RATE)
        form.setChannelCount(2)
        form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        self._sink = QAudioSink(QMediaDevices.defaultAudioOutput(), form, self)
        self._sink.setBufferSize(int(RATE * BYTES_A_SAMPLE * _BUFFER_SECS))
        self._device: QIODevice | None = None
        self._waiting = bytearray()

    @property
    def played_secs(self) -> float:
        """How much was played since `start`."""
        return max(0.0, self._sink.processedUSecs() / 1e6)

    @property
    def wants_more(self) -> bool:
        """Tell whether the next samples should be on their way."""
        return len(self._waiting) < RATE * BYTES_A_SAMPLE

    def start(self) -> None:
        """Begin with silence; samples follow."""
        self._waiting.clear()
        self._device = self._sink.start()

    def write(self, samples: bytes = b"") -> None:
        """Take more samples, and hand on what there is room for."""
        self._waiting += samples
        room = self._sink.bytesFree() // BYTES_A_SAMPLE * BYTES_A_SAMPLE
        if self._device is not None and room and self._waiting:
            written = self._device.write(bytes(self._waiting[:room]))
            del self._waiting[: max(0, written)]

    def stop(self) -> None:
        """Be silent at once."""
        self._device = None
        self._waiting.clear()
        self._sink.reset()


def find_sound_output(parent: QObject | None = None) -> SoundOutput | None:
    """Return the loudspeakers, None where this machine has none that Qt can use."""
    QLoggingCategory.setFilterRules("qt.multimedia*=false")  # its search for drivers is no news to anybody
    try:
        from PySide6.QtMultimedia import QMediaDevices  # noqa: PLC0415 - as above
    except ImportError:
        return None
    return None if QMediaDevices.defaultAudioOutput().isNull() else SoundOutput(parent)
