from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PySide6.QtCore import QSize

from spanglass_viewer.backend.images import FULL_SIZE, ImageLoader, decode_image
from spanglass_viewer.backend.thumbnail_cache import ThumbnailCache
from spanglass_viewer.decoders.answers import DecoderFault
from spanglass_viewer.values.media import MediaItem, MediaResolver
from spanglass_viewer.values.media_formats import MediaKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def images(qtbot: QtBot) -> Iterator[ImageLoader]:  # noqa: ARG001 - Qt has to be there
    loader = ImageLoader()
    yield loader
    loader.stop()


def _item(path: Path, key: str = "k") -> MediaItem:
    return MediaItem(key, path.name, "image/png", MediaKind.IMAGE, path=path)


def _write(path: Path, kind: str = "PNG", size: tuple[int, int] = (40, 20), **options: object) -> Path:
    Image.new("RGB", size, "#c03020").save(path, kind, **options)
    return path


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_the_magic_bytes_decide_whatever_the_name_says(tmp_path: Path, kind: str) -> None:
    loaded = decode_image(_item(_write(tmp_path / "named.svg", kind)))
    assert (loaded.format.upper(), loaded.size) == (kind, QSize(40, 20))
    assert loaded.image.pixelColor(5, 5).red() > 150


def test_a_thumbnail_knows_the_whole_size(tmp_path: Path) -> None:
    loaded = decode_image(_item(_write(tmp_path / "a.png", size=(400, 200))), 100)
    assert (loaded.image.size(), loaded.size) == (QSize(100, 50), QSize(400, 200))


def test_pictures_of_a_turned_camera_stand_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    loaded = decode_image(_item(_write(tmp_path / "a.jpg", "JPEG", (400, 200), exif=exif)), 100)
    assert (loaded.image.size(), loaded.size) == (QSize(50, 100), QSize(200, 400))


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"<svg xmlns", "damaged"), (b"%PDF-1.7", "damaged"), (b"", "no picture"), (b"GIF89a", "cannot be decoded")],
)
def test_what_is_no_image_is_told(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with pytest.raises(DecoderFault, match=problem):
        decode_image(_item(path))


@pytest.mark.parametrize("kind", ["AVIF", "TIFF", "ICO"])
def test_what_qt_does_not_read_is_decoded_in_a_process(tmp_path: Path, kind: str) -> None:
    loaded = decode_image(_item(_write(tmp_path / "a.png", kind)), 100)
    assert (loaded.format, loaded.size) == (kind, QSize(16, 8) if kind == "ICO" else QSize(40, 20))
    assert loaded.image.pixelColor(5, 5).red() > 150
    assert loaded.image.pixelColor(5, 5).blue() < 80


def test_a_thumbnail_that_took_work_is_kept_under_the_digest(tmp_path: Path) -> None:
    blob = _write(tmp_path / ("ab" * 32), "TIFF", (400, 200))
    cache = ThumbnailCache(tmp_path / "cache")
    first = decode_image(_item(blob), 100, cache=cache)
    blob.write_bytes(b"no longer a picture")
    again = decode_image(_item(blob), 100, cache=cache)
    assert (again.size, again.format, again.facts) == (first.size, first.format, first.facts)
    assert again.image == first.image
    kept = [path for path in cache.folder.rglob("*") if path.is_file()]
    assert [oct(path.stat().st_mode & 0o777) for path in (cache.folder, *kept)] == ["0o700", "0o600"]


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (30_000, 30_000)).save(path)
    data = bytearray(path.read_bytes())
    data[25] = 2  # from one bit a pixel to three bytes: 2.7 GB
    data[24] = 8
    path.write_bytes(bytes(data))
    with pytest.raises(DecoderFault):
        decode_image(_item(path))


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(DecoderFault, match="cannot be read"):
        decode_image(_item(tmp_path / "gone.png"))


def test_images_in_data_urls() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (3, 2)).save(buffer, "PNG")
    item = MediaResolver({}, {}).resolve("data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode())
    assert item is not None
    assert decode_image(item).size == QSize(3, 2)


def test_the_loader_answers_later_and_keeps_what_it_made(qtbot: QtBot, images: ImageLoader, tmp_path: Path) -> None:
    item = _item(_write(tmp_path / "a.png"))
    with qtbot.waitSignal(images.image_loaded) as loaded:
        images.request(item, FULL_SIZE)
        images.request(item, FULL_SIZE)
        assert not images.is_idle
        assert images.find("k", FULL_SIZE) is None
    assert loaded.args is not None
    assert loaded.args[:2] == ["k", FULL_SIZE]
    assert images.is_idle
    assert images.find("k", FULL_SIZE) is loaded.args[2]
    assert images.find_any("k") is loaded.args[2]


def test_the_loader_tells_what_failed(qtbot: QtBot, images: ImageLoader, tmp_path: Path) -> None:
    with qtbot.waitSignal(images.image_failed) as failed:
        images.request(_item(tmp_path / "gone.png"), 100)
    assert failed.args is not None
    assert "cannot be read" in failed.args[2]


def test_the_oldest_images_go_first(
    qtbot: QtBot, images: ImageLoader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spanglass_viewer.backend.images._CACHE_BYTES", 5000)
    for key in ("a", "b"):
        with qtbot.waitSignal(images.image_loaded):
            images.request(_item(_write(tmp_path / f"{key}.png"), key), FULL_SIZE)
    assert images.find("a", FULL_SIZE) is None
    assert images.find("b", FULL_SIZE) is not None


def test_a_stopped_loader_takes_no_more(images: ImageLoader, tmp_path: Path) -> None:
    images.request(_item(_write(tmp_path / "a.png")), FULL_SIZE)
    images.stop()
    images.request(_item(_write(tmp_path / "b.png"), "b"), FULL_SIZE)
    assert images.is_idle
