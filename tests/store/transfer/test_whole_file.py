from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

import pytest

from spanglass_store.transfer.whole_file import whole_file


def test_a_file_is_there_whole_at_the_end_alone(tmp_path: Path) -> None:
    target = tmp_path / "spans.csv"
    with whole_file(target) as path:
        path.write_text("new")
        assert not target.exists()
    assert [found.name for found in tmp_path.iterdir()] == ["spans.csv"]
    assert target.read_text() == "new"


def test_what_was_there_stays_if_it_fails(tmp_path: Path) -> None:
    target = tmp_path / "spans.csv"
    target.write_text("old")
    with contextlib.suppress(IsADirectoryError), whole_file(target) as path:
        path.write_text("ne")
        tmp_path.read_text()
    assert [found.name for found in tmp_path.iterdir()] == ["spans.csv"]
    assert target.read_text() == "old"


def test_what_takes_its_place_has_its_rights_and_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "spans.csv", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    with whole_file(link) as path:
        path.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_name_as_long_as_can_be(tmp_path: Path) -> None:
    target = tmp_path / ("x" * 255)
    with whole_file(target) as path:
        path.write_text("new")
    assert target.read_text() == "new"


def test_a_device_is_no_file_to_replace() -> None:
    device = Path(os.devnull)
    with whole_file(device) as path:
        assert path == device
    assert device.is_char_device()


def test_a_pipe_gets_what_is_written(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with whole_file(pipe) as path, path.open("wb") as file:
        file.write(b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_folder_is_none(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), whole_file(tmp_path):
        pass
