from __future__ import annotations

import errno
import shutil
from typing import TYPE_CHECKING, BinaryIO

import pytest

from spanglass_viewer.decoders.answers import DecoderFault
from spanglass_viewer.panes.detail.media_actions import can_open, safe_file_name, write_media
from spanglass_viewer.values.media import MediaItem, MediaKind, MediaResolver

if TYPE_CHECKING:
    from pathlib import Path


def _item(name: str, content_type: str, path: Path | None = None) -> MediaItem:
    return MediaItem("k", name, content_type, MediaKind.FILE, path=path)


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [
        ("receipt.jpg", "image/jpeg", "receipt.jpg"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("../../.bashrc", "text/plain", "_.._.bashrc.txt"),
        ("evil.desktop", "image/png", "evil.desktop.png"),
        ("report\u202efdp.exe", "application/pdf", "report�fdp.exe.pdf"),
        ('a<b>:"c|?*', "text/csv", "a_b___c___.csv"),
        ("...", "application/x-unknown", "attachment"),
        ("../../x", "application/x-unknown", "_.._x"),
        ("C:\\x", "application/x-unknown", "C__x"),
        ("\\\\host\\share\\x", "application/x-unknown", "__host_share_x"),
        ("n" * 10_000_000, "application/x-unknown", "n" * 100),
    ],
)
def test_file_names_are_made_safe(name: str, content_type: str, expected: str) -> None:
    assert safe_file_name(_item(name, content_type)) == expected


def test_only_what_is_shown_and_never_run_is_opened(tmp_path: Path) -> None:
    assert can_open(_item("a", "application/pdf", tmp_path / "a"))
    assert not can_open(_item("a.desktop", "application/x-desktop", tmp_path / "a"))
    assert not can_open(_item("a", "text/html", tmp_path / "a"))
    assert not can_open(_item("a", "application/pdf"))


def test_a_device_in_a_blobs_place_is_not_copied(tmp_path: Path) -> None:
    blob = tmp_path / "blob"
    blob.symlink_to("/dev/zero")
    with pytest.raises(DecoderFault, match="no plain file"):
        write_media(_item("a", "text/plain", blob), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_bytes_are_written_from_blobs_and_data_urls(tmp_path: Path) -> None:
    blob, target = tmp_path / "blob", tmp_path / "out"
    blob.write_bytes(b"abc")
    write_media(_item("a", "text/plain", blob), target)
    assert target.read_bytes() == b"abc"
    inline = MediaResolver({}, {}).resolve("data:text/plain;base64,aGk=")
    assert inline is not None
    write_media(inline, target)
    assert target.read_bytes() == b"hi"


def test_a_file_that_was_there_stays_until_all_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blob, target = tmp_path / "blob", tmp_path / "out"
    blob.write_bytes(b"new")
    target.write_bytes(b"old")

    def fill_the_disk(source: BinaryIO, file: BinaryIO) -> None:
        file.write(source.read(1))
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfileobj", fill_the_disk)
        with pytest.raises(OSError, match="No space"):
            write_media(_item("a", "text/plain", blob), target)
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blob", "out"], "nothing half is left"
    write_media(_item("a", "text/plain", blob), blob)
    assert blob.read_bytes() == b"new", "not even onto itself"
