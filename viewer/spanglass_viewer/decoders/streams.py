"""Sound and video by FFmpeg (PyAV): what a stream is, its waveform, its samples, its frames."""

from __future__ import annotations

import array
import codecs
import importlib
import io
import itertools
import pkgutil
from typing import TYPE_CHECKING, Any, BinaryIO

import av
import av.error
import av.logging
from av.stream import Disposition

from spanglass_viewer.decoders.answers import DecoderFault, Frame, Outline, Peaks, Picture, Sound
from spanglass_viewer.decoders.document import fit, integer, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.decoders.document import Wish

RATE = 48_000
_PEAKS_RATE = 8_000
_MAX_PEAKS_SECS = 3600
_MAX_SOUND_SECS = 5.0
_MAX_SKIPPED_FRAMES = 2000
_WAVE_HEIGHT_PX = 160
_BYTES_A_PIXEL = 4
_ALPHA = 3
_POSTER_AT = 0.1  # of the length: the first frame is often black


class StreamFile:
    """One file of sound or video."""

    def __init__(self, file: BinaryIO, format_name: str) -> None:  # noqa: ARG002 - one signature for all
        self._file = file
        self._container = self._open()
        streams = self._container.streams
        # a cover picture inside a song is no video
        videos: list[Any] = [stream for stream in streams.video if not stream.disposition & Disposition.attached_pic]
        sounds: list[Any] = list(streams.audio)
        self._video: Any = next(filter(_has_decoder, videos), None)
        self._audio: Any = next(filter(_has_decoder, sounds), None)
        if self._video is None and self._audio is None:
            raise DecoderFault("It holds neither sound nor pictures that can be decoded here")
        self._is_unseen = bool(videos) and self._video is None
        self._frames: Iterator[Any] | None = None
        self._sound: Iterator[Any] | None = None
        self._sound_at: float | None = None
        self.wishes: dict[str, Callable[[Wish], Answer]] = {
            "picture": self._draw,
            "outline": self._outline,
            "peaks": self._measure,
            "sound": self._read_sound,
            "frame": self._seek_frame,
            "next_frame": self._next_frame,
        }

    @property
    def _length_secs(self) -> float:
        if self._container.duration:
            return max(0.0, self._container.duration / av.time_base)
        lengths = [float(stream.duration * stream.time_base) for stream in (self._video, self._audio)
                   if stream is not None and stream.duration and stream.time_base]  # fmt: skip
        return max((0.0, *lengths))

    @property
    def _frame_secs(self) -> float:
        rate = self._video.average_rate if self._video is not None else None
        return 1 / float(rate) if rate else 1 / 25

    def _open(self) -> Any:
        try:
            container = av.open(_View(self._file), metadata_errors="replace")
        except av.error.FFmpegError as fault:
            raise DecoderFault(f"It cannot be decoded here ({_reason(fault)})") from None
        for stream in filter(_has_decoder, (*container.streams.video, *container.streams.audio)):
            stream.codec_context.thread_count = 1  # no thread can be started here
            stream.codec_context.thread_type = "NONE"
        return container

    def _outline(self, wish: Wish) -> Outline:  # noqa: ARG002 - one signature for all
        video = self._video
        return Outline(
            self._facts(),
            ((video.codec_context.width, video.codec_context.height),) if video is not None else (),
            self._length_secs,
            self._frame_secs if video is not None else 0.0,
            has_sound=self._audio is not None,
            has_pictures=video is not None,
            note="Its pictures cannot be decoded here" if self._is_unseen else "",
        )

    def _facts(self) -> tuple[str, ...]:
        facts = [_clock(self._length_secs)] if self._length_secs else []
        if self._video is not None:
            context = self._video.codec_context
            facts.append(context.codec.canonical_name)
            if self._video.average_rate:
                facts.append(f"{float(self._video.average_rate):g} frames/s")
        elif self._audio is not None:
            context = self._audio.codec_context
            facts += [context.codec.canonical_name, f"{context.sample_rate / 1000:g} kHz", {1: "mono", 2: "stereo"}.get(
                context.channels, f"{context.channels} channels")]  # fmt: skip
        return tuple(facts)

    # pictures

    def _draw(self, wish: Wish) -> Picture:
        max_px = integer(wish, "max_px", 720)
        if self._video is None:
            return self._draw_waveform(max_px)
        frame = self._frame_from(self._length_secs * _POSTER_AT) or self._frame_from(0.0)
        if frame is None:
            raise DecoderFault("It holds no frame that can be decoded here")
        made = _picture(frame, max_px)
        return Picture(made.width, made.height, made.pixels, made.full, self._facts())

    def _seek_frame(self, wish: Wish) -> Frame:
        at_secs = seconds(wish, "at_secs")
        frame = self._frame_from(at_secs)
        return Frame(at_secs, None) if frame is None else self._show(frame, integer(wish, "max_px"))

    def _next_frame(self, wish: Wish) -> Frame:
        """Answer with the next frame, or the first one from `at_secs` on: who plays too slowly leaves frames out."""
        if self._frames is None:
            return self._seek_frame(wish)
        at_secs = seconds(wish, "at_secs")
        for frame in itertools.islice(self._frames, _MAX_SKIPPED_FRAMES):
            if (frame.time or 0.0) + self._frame_secs / 2 >= at_secs:
                return self._show(frame, integer(wish, "max_px"))
        self._frames = None
        return Frame(self._length_secs, None)

    def _show(self, frame: Any, max_px: int) -> Frame:
        return Frame(max(0.0, frame.time or 0.0), _picture(frame, max_px))

    def _frame_from(self, at_secs: float) -> Any:
        """Return the frame that is shown at a time: the last one that begins before it."""
        if self._video is None:
            return None
        try:
            self._container.seek(int(at_secs * av.time_base), backward=True)
        except av.error.FFmpegError:
            self._container = self._reopen()
        self._frames = _decode(self._container, self._video)
        shown = None
        for frame in itertools.islice(self._frames, _MAX_SKIPPED_FRAMES):
            shown = frame
            if (frame.time or 0.0) + self._frame_secs * 0.75 > at_secs:
                break
        return shown

    def _reopen(self) -> Any:
        container = self._open()
        if self._video is not None:
            self._video = container.streams[self._video.index]
        return container

    # sound

    def _draw_waveform(self, max_px: int) -> Picture:
        width = max(64, min(max_px, 1440))
        levels = self._levels(width // 3)
        height = _WAVE_HEIGHT_PX
        rows = [bytearray(width * _BYTES_A_PIXEL) for _ in range(height)]
        for number, level in enumerate(levels):
            half = max(1, round(level / 255 * (height / 2 - 2)))
            for y in range(height // 2 - half, height // 2 + half):
                for x in (number * 3, number * 3 + 1):
                    rows[y][x * _BYTES_A_PIXEL + _ALPHA] = 255
        return Picture(width, height, b"".join(rows), (width, height), self._facts(), is_mask=True)

    def _measure(self, wish: Wish) -> Peaks:
        return Peaks(self._levels(max(1, min(4000, integer(wish, "count", 600)))))

    def _levels(self, count: int) -> bytes:
        """Return the loudest sample of each of `count` stretches, the loudest of all being 255."""
        if self._audio is None:
            raise DecoderFault("It has no sound")
        with self._open() as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=_PEAKS_RATE)
            samples = array.array("h")
            for frame in _decode(container, container.streams[self._audio.index]):
                for part in resampler.resample(frame):
                    samples.frombytes(bytes(part.planes[0])[: part.samples * 2])
                if len(samples) > _PEAKS_RATE * _MAX_PEAKS_SECS:
                    break
        if not samples:
            raise DecoderFault("It holds no sound that can be decoded here")
        edges = [len(samples) * number // count for number in range(count + 1)]
        peaks = [_loudest(samples[start:end]) for start, end in itertools.pairwise(edges)]
        most = max(*peaks, 1)
        return bytes(min(255, peak * 255 // most) for peak in peaks)

    def _read_sound(self, wish: Wish) -> Sound:
        """Answer with samples from a time on; the next stretch is read on without a search."""
        if self._audio is None:
            raise DecoderFault("It has no sound")
        at_secs, length = seconds(wish, "at_secs"), min(_MAX_SOUND_SECS, seconds(wish, "secs") or 1.0)
        if self._sound is None or self._sound_at is None or abs(self._sound_at - at_secs) > 0.01:
            self._sound = self._samples_from(at_secs, self._audio.index)
        data = bytearray()
        wanted = int(length * RATE) * 4
        is_end = True
        for part in self._sound:
            data += part
            if len(data) >= wanted:
                is_end = False
                break
        self._sound_at = at_secs + len(data) / 4 / RATE
        return Sound(bytes(data), is_end)

    def _samples_from(self, at_secs: float, index: int) -> Iterator[bytes]:
        container = self._open()  # sound is read ahead of the pictures: each has a place of its own
        stream = container.streams[index]
        container.seek(int(at_secs * av.time_base), backward=True)
        resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
        for frame in _decode(container, stream):
            skipped = at_secs - (frame.time or 0.0)
            for part in resampler.resample(frame):
                data = bytes(part.planes[0])[: part.samples * 4]
                cut = min(len(data), max(0, int(skipped * RATE)) * 4)
                skipped -= part.samples / RATE
                if len(data) > cut:
                    yield data[cut:]


class _View:
    """A place of one's own in a file that several read: sound runs ahead of its pictures."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        self._file.seek(self._at)
        data = self._file.read(size)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move, as in any file."""
        if whence == io.SEEK_END:
            self._at = self._file.seek(offset, io.SEEK_END)
        else:
            self._at = offset + (self._at if whence == io.SEEK_CUR else 0)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at


def load() -> None:
    """Load every part of the binding now: no module can be opened later."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if "__main__" not in module.name and not module.name.startswith("av.datasets"):
            importlib.import_module(module.name)
    av.logging.set_level(None)
    for codec in ("utf_8", "latin_1", "ascii"):
        codecs.lookup(codec)


def _has_decoder(stream: Any) -> bool:
    return stream.codec_context is not None


def _decode(container: Any, stream: Any) -> Iterator[Any]:
    """Yield frames; a damaged packet costs its frames and no more."""
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.FFmpegError:
            continue


def _picture(frame: Any, max_px: int) -> Picture:
    width, height = fit((frame.width, frame.height), max_px)
    shown = frame.reformat(width=width, height=height, format="rgba", threads=1)
    plane = shown.planes[0]
    data, wide = bytes(plane), width * _BYTES_A_PIXEL
    if plane.line_size != wide:
        data = b"".join(data[row * plane.line_size : row * plane.line_size + wide] for row in range(height))
    return Picture(width, height, data, (frame.width, frame.height))


def _loudest(samples: array.array[int]) -> int:
    if not samples:
        return 0
    most, least = max(samples), min(samples)
    return max(most, -least)


def _clock(secs: float) -> str:
    whole = int(secs + 0.5)
    return (
        f"{whole // 60}:{whole % 60:02d}"
        if whole < 3600
        else f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    )


def _reason(fault: av.error.FFmpegError) -> str:
    return (fault.strerror or "damaged").lower()[:80]
