"""Pictures by Pillow: what Qt does not read, what has too many pixels for the window, and the frames of what moves."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, BinaryIO

from PIL import AvifImagePlugin, Image, ImageOps, features

from spanglass_viewer.decoders.answers import Animation, DecoderFault, Picture
from spanglass_viewer.decoders.document import MAX_PIXELS, fit, integer

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.decoders.document import Wish

_PILLOW_NAMES = {"PNG": "PNG", "JPEG": "JPEG", "WebP": "WEBP", "GIF": "GIF", "BMP": "BMP", "AVIF": "AVIF",
                 "TIFF": "TIFF", "ICO": "ICO"}  # fmt: skip
_MAX_FRAMES = 400
_MAX_FRAMES_BYTES = 96_000_000
_LEAST_FRAME_MS = 20  # faster ones are what browsers slow down as well
_SLOW_FRAME_MS = 100
_FRAMES_SECS = 6.0  # what was read until then plays
_BYTES_A_PIXEL = 4
_ORIENTATION = 0x0112
_TURNED = frozenset({5, 6, 7, 8})  # the orientations that change width for height


class PictureFile:
    """One picture file of a known format."""

    def __init__(self, file: BinaryIO, format_name: str) -> None:
        Image.MAX_IMAGE_PIXELS = MAX_PIXELS
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        self._file = file
        self._pillow_name = _PILLOW_NAMES[format_name]
        self.wishes: dict[str, Callable[[Wish], Answer]] = {"picture": self._draw, "frames": self._list_frames}

    def _draw(self, wish: Wish) -> Picture:
        with self._open() as image:
            full, facts = image.size, _facts(image)
            target = fit(full, integer(wish, "max_px"))
            image.draft("RGB", target)  # a JPEG is read at an eighth of its pixels where that is enough
            is_turned = image.getexif().get(_ORIENTATION, 1) in _TURNED
            if image.mode in {"P", "1", "I;16"}:
                image.load()
                shown = image.convert("RGBA")
            else:
                shown = image
            if shown.size != target:
                shown = shown.resize(target, reducing_gap=2.0)
            shown.info.setdefault("exif", image.info.get("exif", b""))
            upright = ImageOps.exif_transpose(shown) if is_turned or _ORIENTATION in image.getexif() else shown
            whole = (full[1], full[0]) if is_turned else full
            return Picture(*upright.size, upright.convert("RGBA").tobytes(), whole, facts)

    def _list_frames(self, wish: Wish) -> Animation:
        with self._open() as image:
            size = fit(image.size, integer(wish, "max_px"))
            frame_bytes = size[0] * size[1] * _BYTES_A_PIXEL
            room = max(1, min(_MAX_FRAMES, _MAX_FRAMES_BYTES // frame_bytes))
            pixels: list[bytes] = []
            durations: list[int] = []
            is_cut = False
            # the number of frames is not asked for: to count them means to read them all
            until = time.monotonic() + _FRAMES_SECS
            while len(pixels) < room and time.monotonic() < until:
                try:
                    image.seek(len(pixels))
                except EOFError:
                    break
                frame = image.convert("RGBA")
                pixels.append((frame if frame.size == size else frame.resize(size)).tobytes())
                duration = int(image.info.get("duration") or 0)
                durations.append(duration if duration >= _LEAST_FRAME_MS else _SLOW_FRAME_MS)
            else:
                is_cut = _has_frame(image, len(pixels))
            return Animation(*size, tuple(durations), b"".join(pixels), is_cut)

    def _open(self) -> Image.Image:
        self._file.seek(0)
        try:
            return Image.open(self._file, formats=[self._pillow_name])
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise DecoderFault("It has more pixels than can be shown") from None


def load() -> None:
    """Load what Pillow loads when it first meets a format."""
    Image.init()
    features.check("avif")
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # pyright: ignore[reportAttributeAccessIssue] - not in the stubs; no thread can be started here


def _facts(image: Image.Image) -> tuple[str, ...]:
    known = [image.mode] if image.mode not in {"RGB", "RGBA", "P"} else []
    if image.format == "TIFF" and (pages := getattr(image, "n_frames", 1)) > 1:
        known.append(f"{pages:,} pages")
    return tuple(known)


def _has_frame(image: Image.Image, number: int) -> bool:
    try:
        image.seek(number)
    except EOFError:
        return False
    return True
