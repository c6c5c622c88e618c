"""The stores that this user has used, by their ids."""

from __future__ import annotations

import os
import shutil
import stat
import uuid

import platformdirs
import pytest

from spanglass_store import known_stores
from spanglass_store.known_stores import (
    find_known_store,
    find_opened_store,
    known_stores_folder,
    note_opened_store,
    note_store,
)
from spanglass_store.location import ensure_store


def test_a_noted_store_is_found_by_its_id(store_path):
    info = ensure_store(store_path)
    assert find_known_store(info.id) is None
    note_store(info)
    assert find_known_store(info.id) == store_path


def test_a_store_that_moved_is_found_where_it_was_seen_last(store_path, tmp_path):
    note_store(ensure_store(store_path))
    moved = tmp_path / "elsewhere \udcff é"
    store_path.rename(moved)
    info = ensure_store(moved)
    assert find_known_store(info.id) is None
    note_store(info)
    assert find_known_store(info.id) == moved


def test_another_store_in_its_place_is_not_taken_for_it(store_path):
    info = ensure_store(store_path)
    note_store(info)
    shutil.rmtree(store_path)
    assert find_known_store(info.id) is None
    assert ensure_store(store_path).id != info.id
    assert find_known_store(info.id) is None


@pytest.mark.parametrize("store_id", ["", "../secrets", "a/b", "0" * 36, "é", "x" * 300])
def test_what_is_no_id_is_never_a_path(store_id, tmp_path):
    folder = known_stores_folder()
    folder.mkdir(parents=True)
    (folder.parent / "secrets").write_bytes(os.fsencode(tmp_path))
    assert find_known_store(store_id) is None


def test_the_store_that_the_window_showed_last_is_found(store_path, tmp_path):
    assert find_opened_store() is None
    other = ensure_store(tmp_path / "other")
    note_opened_store(ensure_store(store_path))
    note_opened_store(other)
    note_store(ensure_store(store_path))
    assert find_opened_store() == tmp_path / "other", "what a program logs to is not shown yet"
    shutil.rmtree(tmp_path / "other")
    assert find_opened_store() is None
    (known_stores_folder() / "last-opened").write_bytes(b"../\xff")
    assert find_opened_store() is None


def test_only_the_user_can_read_it(store_path):
    info = ensure_store(store_path)
    note_store(info)
    folder = known_stores_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / info.id).stat().st_mode) == 0o600


def test_the_oldest_are_forgotten(store_path, monkeypatch):
    monkeypatch.setattr(known_stores, "MAX_KNOWN_STORES", 6)
    monkeypatch.setattr(known_stores, "_KEPT_STORES", 4)
    info = ensure_store(store_path)
    ids = [str(uuid.UUID(int=number)) for number in range(7)]
    for number, store_id in enumerate(ids):
        note_store(info._replace(id=store_id))
        if number < 6:
            os.utime(known_stores_folder() / store_id, (number, number))
    assert sorted(entry.name for entry in known_stores_folder().iterdir()) == ids[3:]


def test_a_home_that_cannot_be_written_is_no_fault(store_path, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    info = ensure_store(store_path)
    note_store(info)
    assert find_known_store(info.id) is None


@pytest.mark.parametrize("data_home", [None, "", "  ", "/somewhere"])
def test_the_folder_is_the_one_of_platformdirs(monkeypatch, data_home):
    if data_home is None:
        monkeypatch.delenv("XDG_DATA_HOME")
    else:
        monkeypatch.setenv("XDG_DATA_HOME", data_home)
    assert known_stores_folder().parent == platformdirs.user_data_path("spanglass", appauthor=False)
