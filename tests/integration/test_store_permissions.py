"""Permissions taken away from a program that is not root, before it logs and before it merges."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.segment import SegmentWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def can_others_read(path: Path) -> bool:
    """Tell whether somebody else reaches a file: a program that has become nobody still loads parts of ours."""
    return all(folder.stat().st_mode & 0o001 for folder in path.parents)


pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become somebody else"),
    pytest.mark.skipif(not can_others_read(Path(__file__)), reason="the sources lie in a folder that is root's alone"),
]

NOBODY = 65534

# Loads all that it needs, becomes somebody else, and does what it is asked, a line a time.
PROGRAM = """
import dataclasses, json, os, sys, tempfile
from pathlib import Path
from spanglass_store import open_store
from spanglass_store.database.exit_merge import merge_at_exit
from spanglass_store.faults import StoreFault
from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.segment import SegmentWriter
from spanglass_store.upkeep.doctor import examine
from spanglass_store.upkeep.session import hold_store

def log(store, ids):
    said = []
    writer = SegmentWriter(store, sdk_version="1", on_fault=said.append)
    for row_id in ids:
        writer.append(encode_line({"id": row_id, "_is_merge": False, "metrics": {"start": 1.0, "end": 2.0}}))
    writer.append(b"not a row\\n")
    writer.seal()
    return {"lost": writer.lost_lines, "said": said}

def merge(store):
    merge_at_exit(store)
    with hold_store(store):
        return None

def list_ids(store):
    with open_store(store) as opened:
        return sorted(row_id for (row_id,) in opened.sql("SELECT id FROM spans").rows)

def left_out(store):
    with open_store(store) as opened:
        return str(opened.unmerged)

def doctor(store, is_fixing):
    return [[f.kind, f.is_fault, f.is_mended, f.hindrance] for f in examine(store, is_fixing=is_fixing)]

with tempfile.TemporaryDirectory() as warm:  # what loads late, loads now: its files cannot be read later
    log(Path(warm) / "store", ["a"])
    merge(Path(warm) / "store")
    doctor(Path(warm) / "store", True)
    list_ids(Path(warm) / "store")
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
print("ready", flush=True)
for line in sys.stdin:
    name, store, *arguments = json.loads(line)
    try:
        answer = globals()[name](Path(store), *arguments)
    except StoreFault as fault:
        answer = {"fault": str(fault)}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture(scope="module")
def ask() -> Iterator[Callable[..., Any]]:
    """Ask somebody who is not root to do something; raises where he fails otherwise than by a StoreFault."""
    command = [sys.executable, "-c", PROGRAM, str(NOBODY)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout
        assert stdout.readline() == "ready\n"

        def ask_one(name: str, store: Path, *arguments: object) -> Any:
            stdin.write(json.dumps([name, str(store), *arguments]) + "\n")
            stdin.flush()
            answer = stdout.readline()
            assert answer, f"{name} failed"
            return json.loads(answer)

        yield ask_one
        stdin.close()
    assert process.returncode == 0


@pytest.fixture
def store(ask: Callable[..., Any]) -> Iterator[Path]:
    """Return somebody else's store, with a row in the tables and one in the journal."""
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, NOBODY, NOBODY)
    ask("log", folder / "store", ["first"])
    ask("merge", folder / "store")
    ask("log", folder / "store", ["second"])
    yield folder / "store"
    shutil.rmtree(folder)


TAKEN = {
    "the folder": (".", 0o500),
    "the folder, reading too": (".", 0o000),
    "store.json": ("store.json", 0o000),
    "the tables": ("traces.duckdb", 0o400),
    "the tables, reading too": ("traces.duckdb", 0o000),
    "the lock": ("merge.lock", 0o000),
    "the journal": ("journal", 0o500),
    "the journal, reading too": ("journal", 0o000),
    "a segment": ("journal/*.ndjson", 0o000),
    "the kept journal": ("merged", 0o500),
    "the kept journal, reading too": ("merged", 0o000),
    "a kept segment": ("merged/*", 0o000),
    "the rejected lines": ("rejected", 0o500),
    "the blobs": ("blobs", 0o000),
}


@pytest.mark.parametrize(("name", "mode"), TAKEN.values(), ids=TAKEN)
def test_nothing_is_lost_and_doctor_gives_them_back(ask: Callable[..., Any], store: Path, name: str, mode: int) -> None:
    [path] = store.glob(name) if "*" in name else [store / name]
    path.chmod(mode)
    ask("merge", store)
    ask("list_ids", store)
    logged = ask("log", store, ["third"])
    assert bool(logged["lost"]) == bool(logged["said"]), "what is lost is said"
    found = ask("doctor", store, False)
    assert "permissions" in {kind for kind, *_ in found}
    mended = ask("doctor", store, True)
    assert [finding for finding in mended if finding[1] and not finding[2]] == []
    assert [finding for finding in ask("doctor", store, False) if finding[1]] == []
    assert ask("list_ids", store) == ["first", "second"] if logged["lost"] else ["first", "second", "third"]


def test_what_belongs_to_somebody_else_is_named_as_beyond_mending(ask: Callable[..., Any], store: Path) -> None:
    for path in (store, store / "traces.duckdb"):
        os.chown(path, 0, 0)
        path.chmod(0o755)
    found = {kind: hindrance for kind, _, is_mended, hindrance in ask("doctor", store, True) if not is_mended}
    assert found["permissions"] == "operation not permitted"
    assert "read-only" in found
    assert ask("list_ids", store) == ["first"]


def test_a_segment_that_a_program_of_root_left_holds_up_no_other(ask: Callable[..., Any], store: Path) -> None:
    writer = SegmentWriter(store, sdk_version="1", on_fault=pytest.fail)
    writer.append(encode_line({"id": "of root", "_is_merge": False, "metrics": {"start": 1.0, "end": 2.0}}))
    writer.seal()
    [segment] = [path for path in (store / "journal").iterdir() if path.owner() == "root"]
    ask("log", store, ["third"])
    assert ask("list_ids", store) == ["first", "second", "third"]
    assert ask("left_out", store).endswith(f"permission denied. It is left out; the rest goes in. {segment}")
    os.chown(segment, NOBODY, NOBODY)
    assert ask("list_ids", store) == ["first", "of root", "second", "third"]
    assert ask("left_out", store) == "None"
