from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from spanglass_viewer.backend.loaded_image import LoadedImage
from spanglass_viewer.backend.thumbnail_cache import ThumbnailCache

if TYPE_CHECKING:
    from pathlib import Path

_PX = 100
_DIGESTS = [f"{number:02x}" * 32 for number in range(10)]


# Reads kept thumbnails and decodes images in four threads at once, as the window's pool does.
READ_AND_DECODE = """
import sys
import threading
from pathlib import Path
from PySide6.QtGui import QGuiApplication, QImage
from spanglass_viewer.backend import images
from spanglass_viewer.backend.thumbnail_cache import ThumbnailCache
from spanglass_viewer.values.media_formats import sniff_format

app = QGuiApplication([])
folder, digest, px = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
picture = folder / "picture.png"
QImage(40, 20, QImage.Format.Format_RGB32).save(str(picture))
known = sniff_format(picture.read_bytes(), "image/png", picture.name)
cache = ThumbnailCache(folder)

def read():
    for _ in range(200):
        assert cache.find(digest, px) is not None

def decode():
    for _ in range(200):
        with picture.open("rb") as file:
            assert images._read(file, known, px) is not None

threads = [threading.Thread(target=work) for work in (read, decode, read, decode)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.fixture
def cache(tmp_path: Path) -> ThumbnailCache:
    """Room for ten thumbnails and a half; each of the ten in it was used an hour after the one before."""
    ThumbnailCache(tmp_path / "one").keep(_DIGESTS[0], _PX, _make())
    (one,) = _files(tmp_path / "one")
    made = ThumbnailCache(tmp_path / "cache", max_bytes=one.stat().st_size * 21 // 2)
    for number, digest in enumerate(_DIGESTS):
        made.keep(digest, _PX, _make())
        os.utime(_path_of(made, digest), (number * 3600, number * 3600))
    return made


def _make() -> LoadedImage:
    image = QImage(40, 20, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0xFF3366CC)
    return LoadedImage(image, QSize(400, 200), "TIFF", ("a fact",))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _path_of(cache: ThumbnailCache, digest: str) -> Path:
    (path,) = (path for path in _files(cache.folder) if path.name.startswith(digest))
    return path


def _kept(cache: ThumbnailCache) -> set[int]:
    return {_DIGESTS.index(path.name[:64]) for path in _files(cache.folder)}


def test_within_its_room_nothing_is_swept(cache: ThumbnailCache) -> None:
    cache.sweep()
    assert _kept(cache) == set(range(10))


def test_those_used_longest_ago_go_until_there_is_room_for_more(cache: ThumbnailCache) -> None:
    assert cache.find(_DIGESTS[0], _PX) is not None, "the oldest, used once more"
    cache.keep("ff" * 32, _PX, _make())
    cache.sweep()
    kept = {path.name[:2] for path in _files(cache.folder)}
    assert kept == {"00", "04", "05", "06", "07", "08", "09", "ff"}, "eight of ten and a half are four fifths"


def test_what_was_swept_is_not_found_and_what_was_kept_is(cache: ThumbnailCache) -> None:
    cache.keep("ff" * 32, _PX, _make())
    cache.sweep()
    assert cache.find(_DIGESTS[0], _PX) is None
    found = cache.find(_DIGESTS[9], _PX)
    assert found is not None
    assert (found.size, found.format, found.facts) == (QSize(400, 200), "TIFF", ("a fact",))


def test_it_sweeps_by_itself(cache: ThumbnailCache) -> None:
    for number in range(64 - len(_DIGESTS) + 1):
        cache.keep(f"{number:064x}", _PX, _make())
    assert len(_files(cache.folder)) == 8


def test_half_written_files_of_windows_that_died_are_swept_as_well(cache: ThumbnailCache) -> None:
    draft = cache.folder / "00" / f".{_DIGESTS[0]}-100-1.png-1-1"
    draft.write_bytes(bytes(50_000))
    os.utime(draft, (0, 0))
    cache.sweep()
    assert not draft.exists()
    assert cache.find(_DIGESTS[9], _PX) is not None


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = ThumbnailCache(tmp_path / "file" / "cache")
    cache.keep(_DIGESTS[0], _PX, _make())
    cache.sweep()
    assert cache.find(_DIGESTS[0], _PX) is None


@pytest.mark.integration
def test_reading_one_beside_decoding_others_never_waits_for_ever(cache: ThumbnailCache) -> None:
    """Qt chooses the plugin of an image under a lock; who asks Python under it can wait for who has Python's."""
    command = [sys.executable, "-c", READ_AND_DECODE, str(cache.folder), _DIGESTS[0], str(_PX)]
    subprocess.run(command, check=True, timeout=60)
