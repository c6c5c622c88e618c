"""Each hostile file before its decoder: it is shown, or said to be none; the decoder keeps within its limits."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import hostile_files
import media_files
import pytest

from spanglass_viewer.backend.decoder_process import DecoderProcess, open_media
from spanglass_viewer.decoders.answers import Animation, DecoderFault, Page, Picture, TableHead
from spanglass_viewer.values.media import MediaItem
from spanglass_viewer.values.media_formats import Decoder, MediaKind, get_format, sniff_format

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_viewer.decoders.answers import Answer

_PATIENCE_SECS = 1.5
_WISHES = {
    Decoder.QT: ({"do": "picture", "max_px": 720}, {"do": "frames", "max_px": 720}),
    Decoder.PICTURES: ({"do": "picture", "max_px": 720}, {"do": "frames", "max_px": 720}),
    Decoder.SVG: ({"do": "picture", "max_px": 720},),
    Decoder.PDF: ({"do": "outline"}, {"do": "page", "number": 0, "max_px": 720}),
    Decoder.STREAMS: ({"do": "outline"}, {"do": "picture"}),
    Decoder.TEXT: ({"do": "text"},),
    Decoder.SEPARATED: ({"do": "table"},),
    Decoder.PARQUET: ({"do": "table"},),
    Decoder.ARCHIVES: ({"do": "table"},),
    Decoder.BYTES: ({"do": "text"},),
}


def _decode(path: Path, content_type: str = "") -> list[Answer | str]:
    """Return what a decoder answers to everything that can be asked of a file, or what it says is wrong."""
    data = path.read_bytes()
    known = sniff_format(data[:1024], content_type, path.name)
    told: list[Answer | str] = []
    for wish in _WISHES[known.decoder]:
        with path.open("rb") as file:
            process = DecoderProcess(file, known)
            try:
                told.append(process.ask(wish, _PATIENCE_SECS))
            except DecoderFault as fault:
                told.append(str(fault))
            finally:
                process.close()
    return told


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in hostile_files.corpus().items():
        (folder / name).write_bytes(data)
    return folder


def test_a_picture_of_too_many_pixels_is_refused(files: Path) -> None:
    picture, frames = _decode(files / "bomb.png")
    assert isinstance(picture, str)
    assert isinstance(frames, str)
    assert "pixels" in picture


def test_a_picture_with_a_text_that_unpacks_for_ever(files: Path) -> None:
    for told in _decode(files / "text-bomb.png"):
        assert isinstance(told, (Picture, Animation, str))


def test_of_a_million_frames_the_first_play(files: Path) -> None:
    picture, frames = _decode(files / "endless.gif")
    assert isinstance(picture, Picture)
    assert isinstance(frames, Animation)
    assert (len(frames.durations_ms), frames.is_cut) == (400, True)


@pytest.mark.parametrize("name", ["bomb.svg", "bomb.pdf"])
def test_what_draws_for_ever_is_ended(files: Path, name: str) -> None:
    told = _decode(files / name)[-1]
    assert isinstance(told, str)
    assert "longer than" in told or "limits" in told


def test_a_drawing_of_itself_is_drawn_or_refused(files: Path) -> None:
    (told,) = _decode(files / "loop.svg")
    assert isinstance(told, (Picture, str))


def test_what_a_document_wants_to_run_is_not_run(files: Path) -> None:
    page = _decode(files / "scripts.pdf")[-1]
    assert isinstance(page, Page)


def test_archives_are_listed_and_never_unpacked(files: Path) -> None:
    (listed,) = _decode(files / "bomb.zip")
    assert isinstance(listed, TableHead)
    assert (len(listed.rows), listed.is_cut, listed.facts[0]) == (5000, True, "5,501 files")
    (told,) = _decode(files / "bomb.tar.gz")
    assert isinstance(told, TableHead | str)


@pytest.mark.parametrize("name", ["exif-loop.jpg", "loop.tiff"])
def test_directories_that_lead_to_themselves(files: Path, name: str) -> None:
    picture = _decode(files / name)[0]
    assert isinstance(picture, Picture | str)


@pytest.mark.parametrize(("name", "content_type"), [("deep.json", ""), ("wide.json", ""), ("wide.csv", "text/csv")])
def test_texts_without_measure(files: Path, name: str, content_type: str) -> None:
    (told,) = _decode(files / name, content_type)
    assert not isinstance(told, str), told


@pytest.mark.parametrize("name", sorted(hostile_files.polyglots()))
def test_of_two_things_at_once_the_first_bytes_decide(files: Path, name: str) -> None:
    data = (files / name).read_bytes()
    expected = {"picture-and-archive.png": "PNG", "gif-and-script.html": "GIF", "document-and-archive.zip": "PDF",
                "drawing.png": "SVG", "document.jpg": "PDF", "playlist.mp4": "Text", "concat.webm": "Text"}  # fmt: skip
    assert sniff_format(data[:1024], "", name).name == expected[name]
    assert all(isinstance(told, str) or told for told in _decode(files / name))


def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe", tmp_path / "device"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    for path in (pipe, device, tmp_path):
        item = MediaItem("k", "a.png", "image/png", MediaKind.IMAGE, path=path)
        with pytest.raises(DecoderFault, match=r"no plain file|cannot be read"):
            open_media(item)


_PROBE = """
import os, socket, sys
from spanglass_viewer.decoders import confinement
confinement.end_with_parent()
confinement.leave_the_network()
confinement.confine()
def refused(attempt):
    try:
        attempt()
    except OSError:
        return 1
    except MemoryError:
        return 1
    return 0
sys.stdout.write(str([
    refused(lambda: socket.socket()),
    refused(lambda: open("/etc/passwd")),
    refused(lambda: os.pipe()),
    refused(lambda: bytearray(2_000_000_000)),
    refused(lambda: os.write(1, b"") and None or open("/tmp/x", "w")),
    int(dict(os.environ) == {}),
]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of processes are POSIX's")
def test_a_decoder_can_open_no_socket_and_no_file_and_takes_no_more_memory_than_its_share() -> None:
    probe = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, timeout=60, check=True)
    assert probe.stdout == "[1, 1, 1, 1, 1, 1]"


def test_a_decoder_is_alone_on_its_network() -> None:
    """Where the system lets a process leave the network, nothing of it is left: not even this machine answers."""
    program = (
        "from spanglass_viewer.decoders import confinement; confinement.leave_the_network(); import socket; "
        "print(sorted(name for _, name in socket.if_nameindex()))"
    )
    probe = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    outside = str(sorted(name for _, name in socket.if_nameindex()))
    assert probe.stdout.strip() in {"['lo']", outside}


def test_a_killed_decoder_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(media_files.encode_pdf(["a"]))
    with path.open("rb") as file:
        process = DecoderProcess(file, get_format("PDF"))
    process.end()
    with pytest.raises(DecoderFault, match="within the limits"):
        process.ask({"do": "outline"})
    process.close()
