"""Decoding images beside the UI: `QImageReader` lets go of the interpreter's lock, so a pool of threads does it."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QFile, QIODevice, QObject, QRunnable, QSize, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

from spanglass_viewer.backend.decoder_process import DecoderCrew, open_media
from spanglass_viewer.backend.loaded_image import LoadedImage
from spanglass_viewer.backend.thumbnail_cache import find_digest
from spanglass_viewer.decoders.answers import DecoderFault, Picture
from spanglass_viewer.values.media_formats import HEAD_BYTES, THUMBNAIL_SECS, Decoder, sniff_format

if TYPE_CHECKING:
    from typing import BinaryIO

    from spanglass_viewer.backend.thumbnail_cache import ThumbnailCache
    from spanglass_viewer.decoders.document import Wish
    from spanglass_viewer.values.media import MediaItem
    from spanglass_viewer.values.media_formats import MediaFormat

_CACHE_BYTES = 96 * 1024 * 1024
_MAX_THREADS = 2
_ALLOCATION_LIMIT_MB = 512  # for 64 million pixels; a bomb asks for more
_MAX_PIXELS = 64_000_000
_BYTES_A_PIXEL = 4
# the longer side of a whole picture; 0: as the file says
_MAX_SIDE_PX = {Decoder.QT: 8192, Decoder.PICTURES: 8192, Decoder.SVG: 0, Decoder.PDF: 2048, Decoder.STREAMS: 1440}

_KEEP_RATIO = Qt.AspectRatioMode.KeepAspectRatio

FULL_SIZE = 0


class ImageLoader(QObject):
    """Decodes the images of attachments and data URLs in a pool; what was decoded is kept up to 96 MiB.

    A request is (item, max_px): the longer side in device pixels, `FULL_SIZE` for all of them.
    """

    image_loaded = Signal(str, int, object)  # key, max_px, LoadedImage
    image_failed = Signal(str, int, str)  # key, max_px, what is wrong: a sentence without its full stop
    _decoded = Signal(object)

    def __init__(self, parent: QObject | None = None, cache: ThumbnailCache | None = None) -> None:
        super().__init__(parent)
        self._cache = cache
        self._crew = DecoderCrew()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(_MAX_THREADS)
        self._under_way: set[tuple[str, int]] = set()
        self._images: OrderedDict[tuple[str, int], LoadedImage] = OrderedDict()

        self._cached_bytes = 0
        self._is_stopped = False
        QImageReader.setAllocationLimit(_ALLOCATION_LIMIT_MB)
        self._decoded.connect(self._on_decoded)

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is being decoded."""
        return not self._under_way

    def find(self, key: str, max_px: int) -> LoadedImage | None:
        """Return an image that was decoded before."""
        found = self._images.get((key, max_px))
        if found is not None:
            self._images.move_to_end((key, max_px))
        return found

    def find_any(self, key: str) -> LoadedImage | None:
        """Return an image that was decoded before at whatever scale, for what is known of it."""
        return next((made for (decoded, _), made in self._images.items() if decoded == key), None)

    def request(self, item: MediaItem, max_px: int) -> None:
        """Decode an image; `image_loaded` or `image_failed` follows, never before this returns."""
        wanted = (item.key, max_px)
        if self._is_stopped or wanted in self._under_way:
            return
        self._under_way.add(wanted)
        self._pool.start(_Decoding(self, item, max_px))

    def stop(self) -> None:
        """Let go of what waits, and wait for what is being decoded."""
        self._is_stopped = True
        self._pool.clear()
        self._crew.end()
        self._pool.waitForDone()
        self._under_way.clear()

    def decode(self, item: MediaItem, max_px: int) -> LoadedImage:
        """Decode in a thread of the pool. Raises DecoderFault."""
        return decode_image(item, max_px, crew=self._crew, cache=self._cache)

    def report(self, outcome: _Outcome) -> None:
        """Hand over what a thread of the pool made; the slot runs in the loader's own thread."""
        self._decoded.emit(outcome)

    @Slot(object)
    def _on_decoded(self, outcome: _Outcome) -> None:
        self._under_way.discard((outcome.key, outcome.max_px))
        if self._is_stopped:
            return
        if isinstance(outcome.made, str):
            self.image_failed.emit(outcome.key, outcome.max_px, outcome.made)
            return
        self._keep((outcome.key, outcome.max_px), outcome.made)
        self.image_loaded.emit(outcome.key, outcome.max_px, outcome.made)

    def _keep(self, wanted: tuple[str, int], made: LoadedImage) -> None:
        if (before := self._images.pop(wanted, None)) is not None:
            self._cached_bytes -= before.image.sizeInBytes()
        self._images[wanted] = made
        self._cached_bytes += made.image.sizeInBytes()
        while self._cached_bytes > _CACHE_BYTES and len(self._images) > 1:
            _, dropped = self._images.popitem(last=False)
            self._cached_bytes -= dropped.image.sizeInBytes()


@dataclass(frozen=True, slots=True)
class _Outcome:
    key: str
    max_px: int
    made: LoadedImage | str


class _Decoding(QRunnable):
    def __init__(self, loader: ImageLoader, item: MediaItem, max_px: int) -> None:
        super().__init__()
        self._loader = loader
        self._item = item
        self._max_px = max_px

    def run(self) -> None:
        made: LoadedImage | str
        try:
            made = self._loader.decode(self._item, self._max_px)
        except DecoderFault as fault:
            made = str(fault)
        self._loader.report(_Outcome(self._item.key, self._max_px, made))


def decode_image(
    item: MediaItem, max_px: int = FULL_SIZE, *, crew: DecoderCrew | None = None, cache: ThumbnailCache | None = None
) -> LoadedImage:
    """Decode the picture of a file, upright, its longer side at most `max_px` device pixels.

    The format is that of the magic bytes, never that of the name: Qt would hand a disguised SVG or PDF to plugins that
    read files. What Qt does not read, and what is too large, is decoded in a process of its own.
    Raises DecoderFault.
    """
    digest = None if cache is None or max_px == FULL_SIZE else find_digest(item)
    if cache is not None and digest is not None and (kept := cache.find(digest, max_px)) is not None:
        return kept
    with open_media(item) as file:
        known = sniff_format(file.read(HEAD_BYTES), item.content_type, item.name)
        file.seek(0)
        if not known.has_thumbnail:
            raise DecoderFault("It has no picture")
        made = _read(file, known, max_px) if known.decoder is Decoder.QT else None
        if made is not None:
            return made
        wish: Wish = {"do": "picture", "max_px": max_px or _MAX_SIDE_PX[known.decoder]}
        made = to_image(_picture(crew or DecoderCrew(), file, known, wish), known.name)
    if cache is not None and digest is not None:
        cache.keep(digest, max_px, made)
    return made


def to_image(picture: Picture, format_name: str) -> LoadedImage:
    """Return a decoder's pixels as an image."""
    whole = QImage(
        picture.pixels, picture.width, picture.height, picture.width * _BYTES_A_PIXEL, QImage.Format.Format_RGBA8888
    )
    shown = QImage.Format.Format_ARGB32_Premultiplied  # what is painted without converting each time
    return LoadedImage(
        whole.convertToFormat(shown), QSize(*picture.full), format_name, picture.facts, is_mask=picture.is_mask
    )


def _picture(crew: DecoderCrew, file: BinaryIO, known: MediaFormat, wish: Wish) -> Picture:
    answer = crew.ask_once(file, known, wish, THUMBNAIL_SECS)
    if not isinstance(answer, Picture):
        raise DecoderFault("It has no picture")
    return answer


def _read(file: BinaryIO, known: MediaFormat, max_px: int) -> LoadedImage | None:
    """Read a picture with Qt; None for one that is better read elsewhere: one too large, or one that Qt refuses."""
    os.lseek(file.fileno(), 0, os.SEEK_SET)  # Python's reader has read ahead
    device = QFile()
    if not device.open(file.fileno(), QIODevice.OpenModeFlag.ReadOnly, QFile.FileHandleFlag.DontCloseHandle):
        raise DecoderFault(f"The file cannot be read ({device.errorString()})")
    reader = QImageReader(device, QByteArray(known.name.lower().encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    # The first question chooses the plugin, under a lock of Qt's, and asks the device of Python's for its place there:
    # `size` keeps the interpreter's lock meanwhile, as `read` does not; else two threads could wait for each other.
    stored = reader.size()
    if stored.width() * stored.height() > _MAX_PIXELS:
        return None
    longer = max(stored.width(), stored.height())
    if max_px and longer > max_px:
        reader.setScaledSize(stored.scaled(QSize(max_px, max_px), _KEEP_RATIO))
    image = reader.read()
    if image.isNull():
        raise DecoderFault(f"The image cannot be decoded ({reader.errorString()})")
    is_turned = bool(reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90)
    size = stored.transposed() if is_turned else stored
    return LoadedImage(image, size if size.isValid() else image.size(), known.name)
