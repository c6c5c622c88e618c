"""Which folder is the store, and how it comes to be."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spanglass_store.faults import NotAStore, StoreFault, UnknownFormat
from spanglass_store.location import ensure_store, locate_store, read_store_info


@pytest.fixture(autouse=True)
def _no_store_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPANGLASS_STORE", raising=False)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_argument_wins_over_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("SPANGLASS_STORE", str(tmp_path / "variable"))
    assert locate_store(tmp_path / "argument") == tmp_path / "argument"
    assert locate_store() == tmp_path / "variable"


def test_the_variable_wins_over_a_local_folder(monkeypatch, tmp_path):
    (tmp_path / ".spanglass").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPANGLASS_STORE", str(tmp_path / "variable"))
    assert locate_store() == tmp_path / "variable"


def test_the_nearest_local_folder_upwards_is_found(monkeypatch, tmp_path):
    (tmp_path / ".spanglass").mkdir()
    inner = tmp_path / "a"
    (inner / ".spanglass").mkdir(parents=True)
    (inner / "b" / "c").mkdir(parents=True)
    monkeypatch.chdir(inner / "b" / "c")
    assert locate_store() == inner / ".spanglass"


def test_without_any_hint_the_users_data_folder_is_taken(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path in locate_store().parents


def test_a_relative_store_and_a_tilde_become_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert locate_store("here") == tmp_path / "here"
    assert locate_store("~/there") == tmp_path / "there"


def test_an_empty_name_means_no_name(monkeypatch, tmp_path):
    monkeypatch.setenv("SPANGLASS_STORE", str(tmp_path / "variable"))
    assert locate_store("") == tmp_path / "variable"


def test_a_new_store_is_private_and_whole(tmp_path):
    info = ensure_store(tmp_path / "deep" / "store")
    assert names_in(info.path) == ["blobs", "journal", "rejected", "store.json"]
    assert stat.S_IMODE(info.path.stat().st_mode) == 0o700
    assert stat.S_IMODE((info.path / "store.json").stat().st_mode) == 0o600
    assert info.format == 1


def test_an_existing_store_is_returned_as_it_is(tmp_path):
    first = ensure_store(tmp_path / "store")
    assert ensure_store(tmp_path / "store") == first == read_store_info(tmp_path / "store")


def test_racing_threads_agree_on_one_id(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        ids = {info.id for info in pool.map(lambda _: ensure_store(tmp_path / "store"), range(64))}
    assert len(ids) == 1
    assert names_in(tmp_path / "store") == ["blobs", "journal", "rejected", "store.json"]


def test_racing_processes_agree_on_one_id(tmp_path):
    program = "import sys, pathlib; from spanglass_store.location import ensure_store as e; sys.stdin.readline();"
    program += "print(e(pathlib.Path(sys.argv[1])).id)"
    command = [sys.executable, "-c", program, str(tmp_path / "store")]
    runners = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    ids = set()
    for runner in runners:
        assert runner.stdin
        runner.stdin.write("go\n")
        runner.stdin.flush()
    for runner in runners:
        ids.add(runner.communicate(timeout=30)[0].strip())
    assert len(ids) == 1


def test_a_folder_left_by_a_creation_cut_short_becomes_a_store(tmp_path):
    (tmp_path / "journal").mkdir()
    (tmp_path / "store.json.1a2b3c4d").write_text("{")
    (tmp_path / ".gitignore").write_text("*\n")
    assert ensure_store(tmp_path).format == 1


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(NotAStore, match="is not a Spanglass store"):
        ensure_store(tmp_path)
    assert names_in(tmp_path) == ["thesis.tex"]


def test_a_newer_format_is_refused_and_nothing_is_touched(tmp_path):
    store = tmp_path / "store"
    ensure_store(store)
    fields = json.loads((store / "store.json").read_text())
    (store / "store.json").write_text(json.dumps({**fields, "format": 2}))
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*")}
    with pytest.raises(UnknownFormat, match="newer Spanglass") as caught:
        ensure_store(store)
    assert str(caught.value).endswith(str(store))
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*")} == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":"x"}', '{"format":1,"id":"no","created":"x"}', "\0"])
def test_a_damaged_store_file_is_a_fault_with_the_path_last(tmp_path, text):
    (tmp_path / "store.json").write_text(text)
    with pytest.raises(StoreFault, match="damaged") as caught:
        read_store_info(tmp_path)
    assert str(caught.value).endswith(str(tmp_path))


def test_a_folder_without_a_store_is_none(tmp_path):
    with pytest.raises(NotAStore):
        read_store_info(tmp_path)
    with pytest.raises(NotAStore):
        read_store_info(tmp_path / "missing")


def test_a_file_in_the_way_is_a_fault(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFault, match="cannot be made"):
        ensure_store(tmp_path / "file")
    with pytest.raises(StoreFault, match="cannot be made"):
        ensure_store(tmp_path / "file" / "below")


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="/proc takes no new files even from root")
def test_a_folder_that_may_not_be_written_is_a_fault():
    with pytest.raises(StoreFault, match="SPANGLASS_STORE"):
        ensure_store(Path("/proc/spanglass-store"))
