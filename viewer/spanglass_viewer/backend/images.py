"""Decoding images beside the UI: `QImageReader` lets go of the interpreter's lock, so a pool of threads does it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QFile,
    QIODevice,
    QObject,
    QRunnable,
    QSize,
    Qt,
    QThreadPool,
    Signal,
    Slot,
)
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

from spanglass_viewer.values.media import sniff_image_format

if TYPE_CHECKING:
    from spanglass_viewer.values.media import MediaItem

_CACHE_BYTES = 96 * 1024 * 1024
_MAX_THREADS = 2
_ALLOCATION_LIMIT_MB = 512  # 12,000 x 10,000 pixels; a bomb asks for more
_MAX_FILE_BYTES = 512 * 1024 * 1024
_HEAD_BYTES = 32

_KEEP_RATIO = Qt.AspectRatioMode.KeepAspectRatio

FULL_SIZE = 0


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """A decoded image; `size` is that of the whole image, upright, whatever it was scaled to."""

    image: QImage
    size: QSize
    format: str


class ImageLoader(QObject):
    """Decodes the images of attachments and data URLs in a pool; what was decoded is kept up to 96 MiB.

    A request is (item, max_px): the longer side in device pixels, `FULL_SIZE` for all of them.
    """

    image_loaded = Signal(str, int, object)  # key, max_px, LoadedImage
    image_failed = Signal(str, int, str)  # key, max_px, what is wrong: a sentence without its full stop
    _decoded = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
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

    def size_of(self, key: str) -> QSize | None:
        """Return the size of a whole image that was decoded before, at whatever scale."""
        return next((made.size for (decoded, _), made in self._images.items() if decoded == key), None)

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
        self._pool.waitForDone()
        self._under_way.clear()

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
        try:
            made: LoadedImage | str = decode_image(self._item, self._max_px)
        except UndecodableImage as fault:
            made = str(fault)
        self._loader.report(_Outcome(self._item.key, self._max_px, made))


class UndecodableImage(Exception):  # noqa: N818 - it names the image, not the failure
    """The bytes are no image that can be shown; its text is a sentence without its full stop."""


def decode_image(item: MediaItem, max_px: int = FULL_SIZE) -> LoadedImage:
    """Decode an image, upright, its longer side at most `max_px` device pixels.

    The format is that of the magic bytes, never that of the name: Qt would hand a disguised SVG or PDF to plugins that
    read files. Raises UndecodableImage.
    """
    device = _open(item)
    try:
        format_name = sniff_image_format(bytes(device.peek(_HEAD_BYTES).data()))
        if format_name is None:
            raise UndecodableImage("The file is no PNG, JPEG, WebP, GIF or BMP image")
        return _read(device, format_name, max_px)
    finally:
        device.close()


def _open(item: MediaItem) -> QIODevice:
    if item.data is not None:
        try:
            buffer = QBuffer()
            buffer.setData(QByteArray(item.data.decode()))
        except ValueError as error:
            raise UndecodableImage(f"The inline image cannot be read, {error}") from None
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        return buffer
    file = QFile(str(item.path))
    if item.path is None or not file.open(QIODevice.OpenModeFlag.ReadOnly):
        raise UndecodableImage(f"The file cannot be read ({file.errorString()})")
    if file.size() > _MAX_FILE_BYTES:
        raise UndecodableImage("The file is too large to be shown")
    return file


def _read(device: QIODevice, format_name: str, max_px: int) -> LoadedImage:
    reader = QImageReader(device, QByteArray(format_name.encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    stored = reader.size()
    longer = max(stored.width(), stored.height())
    if max_px and longer > max_px:
        reader.setScaledSize(stored.scaled(QSize(max_px, max_px), _KEEP_RATIO))
    image = reader.read()
    if image.isNull():
        raise UndecodableImage(f"The image cannot be decoded ({reader.errorString()})")
    is_turned = bool(reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90)
    size = stored.transposed() if is_turned else stored
    return LoadedImage(image, size if size.isValid() else image.size(), format_name)
