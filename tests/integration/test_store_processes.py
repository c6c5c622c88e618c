"""The store among real processes: killed writers, killed mergers, two mergers, foreign readers."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from journal_rows import JournalWriter

from spanglass_store import open_store
from spanglass_store.database.connection import Database
from spanglass_store.database.exit_merge import merge_at_exit
from spanglass_store.database.merge import Merger
from spanglass_store.faults import StoreBusy
from spanglass_store.location import ensure_store
from spanglass_store.upkeep.doctor import examine

pytestmark = pytest.mark.integration

# Logs spans until it is killed; each line of its output names a span whose rows are in the kernel's hands.
WRITER = """
import fcntl, itertools, os, sys, time, uuid
from datetime import UTC, datetime
from pathlib import Path
from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.names import segment_name

journal, limit = Path(sys.argv[1]) / "journal", int(sys.argv[2])
process = uuid.uuid4().hex

def open_segment():
    name = segment_name(time.time_ns() // 1_000_000, os.getpid(), os.urandom(4).hex())
    fd = os.open(journal / name, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    os.write(fd, encode_line({"_line": "process", "process": process, "pid": os.getpid()}))
    return fd

fd = open_segment()
for number in itertools.count():
    if number == limit:
        break
    row_id, now = str(uuid.uuid4()), time.time()
    common = {"id": row_id, "created": datetime.fromtimestamp(now, UTC).isoformat(), "project_id": "p"}
    start = {**common, "_is_merge": False, "_stamp": time.time_ns(), "span_id": row_id[:16], "root_span_id": row_id,
             "span_parents": None, "input": "x" * (number % 97) * 20, "metrics": {"start": now}}
    os.write(fd, encode_line(start))
    os.write(1, f"started {row_id}\\n".encode())
    end = {**common, "_is_merge": True, "_stamp": time.time_ns(), "output": number, "metrics": {"end": now + 1}}
    os.write(fd, encode_line(end))
    os.write(1, f"ended {row_id}\\n".encode())
    time.sleep(0.001)  # what is tested is the moment of death, not the load
    if number % 200 == 199:
        old, fd = fd, open_segment()
        os.close(old)
"""

MERGER = """
import os, sys, time
from pathlib import Path
from spanglass_store.database.connection import Database
from spanglass_store.database import bulk, merge
from spanglass_store.database.merge import Merger
from spanglass_store.faults import StoreBusy

merge.MAX_BATCH_ROWS = 50
budget_secs = 0.02
if os.getpid() % 2:  # every other merger takes the segments of dead writers whole
    bulk.MIN_BYTES = bulk.MIN_SEGMENT_BYTES = 1
if os.getpid() % 4 == 1:  # and every other of these one by one, and folds the next while one is written
    bulk.MAX_BYTES, budget_secs = 1, 20.0
store = Path(sys.argv[1])
database = Database(store)
merger = Merger(database, store)
print("ready", flush=True)
while True:
    try:
        merger.merge_once(budget_secs=budget_secs)
    except StoreBusy:
        time.sleep(0.005)
    if merger.is_caught_up or len(sys.argv) > 2:
        database.let_go()
        time.sleep(0.002)
"""

# Compresses what was merged as the window's poll does, a part at a time, and ends when all is done.
TIDIER = """
import sys
from pathlib import Path
from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger

store = Path(sys.argv[1])
merger = Merger(Database(store), store)
print("ready", flush=True)
while not merger.tidy(budget_secs=0.001):
    pass
"""

# `make test-long` kills more often
KILLS = int(os.environ.get("KILLS", "30"))

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    ensure_store(path)
    return path


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a script with arguments; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[bytes]] = []

    def start_one(script: str, *arguments: object) -> subprocess.Popen[bytes]:
        log = (tmp_path / f"out-{len(running)}").open("wb+")
        process = subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], stdout=log)
        process.stdout = log
        running.append(process)
        return process

    yield start_one
    for process in running:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def said_by(process: subprocess.Popen[bytes]) -> list[list[str]]:
    """Return the whole lines that a process has printed so far, in words."""
    assert process.stdout is not None
    text = Path(str(process.stdout.name)).read_text()
    return [line.split() for line in text[: text.rfind("\n") + 1].splitlines()]


def wait_until(is_true: Callable[[], object], timeout_secs: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_secs
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


def is_merged(store: Path) -> bool:
    """Merge, and tell whether no segment is left: one that its writer was killed over is left for 10 s while empty."""
    with open_store(store):
        return not list((store / "journal").iterdir())


def check_all_there(store: Path, writers: list[subprocess.Popen[bytes]]) -> int:
    """Compare the store with what its writers said; return the number of spans."""
    said: dict[str, set[str]] = {"started": set(), "ended": set()}
    for writer in writers:
        for kind, row_id in said_by(writer):
            said[kind].add(row_id)
    with open_store(store) as opened:
        rows = opened.sql("SELECT id, end_ts IS NOT NULL, output, is_interrupted FROM spans").rows
    ids = [row[0] for row in rows]
    ended = {row[0] for row in rows if row[1]}
    assert len(ids) == len(set(ids)), "a span is there twice"
    assert said["started"] <= set(ids), "a span is lost"
    assert said["ended"] <= ended, "an end is lost"
    assert len(ids) <= len(said["started"]) + len(writers), "a span came from nowhere"
    assert all((output is not None) == is_ended for _, is_ended, output, _ in rows)
    assert {row[0] for row in rows if row[3]} == set(ids) - ended, "just the spans without an end are interrupted"
    wait_until(lambda: is_merged(store))
    return len(ids)


@pytest.mark.timeout(120 + 2 * KILLS)
def test_writers_and_mergers_killed_at_any_moment_lose_and_double_nothing(store: Path, start: Start):
    chance = random.Random(20261123)  # noqa: S311 - it chooses moments, not secrets
    writers = [start(WRITER, store, -1) for _ in range(2)]
    living = list(writers)
    merger = start(MERGER, store)
    for round_number in range(KILLS):
        time.sleep(chance.uniform(0.0, 0.12))  # the moment of the kill is what this test varies
        if round_number % 3 == 2:
            victim = living.pop(chance.randrange(len(living)))
            assert victim.poll() is None, "only what lives can be killed"
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            living.append(start(WRITER, store, -1))
            writers.append(living[-1])
        else:
            merger.send_signal(signal.SIGKILL)
            merger.wait()
            merger = start(MERGER, store)
            wait_until(lambda merger=merger: said_by(merger))
    for process in [*writers, merger]:
        process.kill()
        process.wait()
    spans = check_all_there(store, writers)
    print(f"{KILLS} kills, {spans} spans: none lost, doubled or wrong")
    assert [finding for finding in examine(store) if finding.is_fault] == []
    assert spans > 100
    (store / "traces.duckdb").unlink()
    assert check_all_there(store, writers) == spans, "the kept journal gives the same tables"


@pytest.mark.timeout(600)  # it starts a program for each kill
def test_tidying_killed_at_any_moment_leaves_all_of_the_kept_journal_and_no_draft(store: Path, start: Start):
    for number in range(24):  # so many that one turn does not do them all
        writer = JournalWriter(store, process=f"{number:032x}")
        for span in range(number * 10, number * 10 + 10):
            writer.span(span, at=span, input=os.urandom(60_000).hex())
        writer.die()
    with open_store(store) as opened:
        spans = opened.sql("SELECT id, input FROM spans ORDER BY id").rows
    chance = random.Random(20261130)  # noqa: S311 - it chooses moments, not secrets
    kept = store / "merged"
    kills = 0
    while [path for path in kept.iterdir() if path.suffix == ".ndjson"]:
        tidier = start(TIDIER, store)
        wait_until(lambda tidier=tidier: said_by(tidier))
        time.sleep(chance.uniform(0.0, 0.03))  # the moment of the kill is what this test varies
        tidier.kill()
        kills += tidier.wait() != 0
    assert kills > 1
    assert {path.suffixes[-1] for path in kept.iterdir()} == {".gz"}, "a draft is written anew by the next one"
    (store / "traces.duckdb").unlink()
    with open_store(store) as opened:
        assert opened.sql("SELECT id, input FROM spans ORDER BY id").rows == spans


def test_two_mergers_take_turns(store: Path, start: Start):
    mergers = [start(MERGER, store, "polite") for _ in range(2)]
    writers = [start(WRITER, store, 1500) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    wait_until(lambda: not list((store / "journal").iterdir()))
    assert all(merger.poll() is None for merger in mergers), "a merger died"
    for merger in mergers:
        merger.kill()
        merger.wait()
    assert check_all_there(store, writers) == 3000


HOLDER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("holds", flush=True)
sys.stdin.read()
"""


def test_a_foreign_program_that_holds_the_file_only_delays_the_merge(store: Path, start: Start):
    merge_at_exit(store)
    with open_store(store):
        pass
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(store / "traces.duckdb")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"holds\n"
    writer = start(WRITER, store, 20)
    assert writer.wait(30) == 0
    database = Database(store)
    merger = Merger(database, store)
    with pytest.raises(StoreBusy, match=r"traces\.duckdb"):
        merger.merge_once()
    assert list((store / "journal").iterdir())
    holder.communicate()
    assert merger.merge_once().spans_added == 20
    database.close()


def test_after_letting_go_any_duckdb_reads_the_traces(store: Path, start: Start):
    writer = start(WRITER, store, 20)
    assert writer.wait(30) == 0
    database = Database(store)
    Merger(database, store).merge_once(budget_secs=60)
    script = (
        "import sys, duckdb; print(len(duckdb.connect(sys.argv[1], read_only=True).sql('FROM v_traces').fetchall()))"
    )
    command = [sys.executable, "-c", script, str(database.path)]
    assert b"lock" in subprocess.run(command, capture_output=True, check=False).stderr
    database.let_go()
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"20\n"


def test_the_merge_at_exit_merges_and_is_skipped_while_somebody_holds_the_store(store: Path, start: Start):
    writer = start(WRITER, store, 50)
    assert writer.wait(30) == 0
    holder = Database(store)
    with holder.cursor():
        script = textwrap.dedent("""
            import sys, time
            from pathlib import Path
            from spanglass_store.database.exit_merge import merge_at_exit
            began = time.monotonic()
            merge_at_exit(Path(sys.argv[1]), timeout_secs=5)
            print(time.monotonic() - began < 2)
        """)
        found = subprocess.run([sys.executable, "-c", script, str(store)], capture_output=True, check=True)
        assert (found.stdout, found.stderr) == (b"True\n", b"")
        assert list((store / "journal").iterdir())
    holder.let_go()
    merge_at_exit(store, timeout_secs=30)
    assert check_all_there(store, [writer]) == 50


def test_the_merge_at_exit_never_raises(tmp_path: Path):
    merge_at_exit(tmp_path / "missing")
    (tmp_path / "file").write_text("no store")
    merge_at_exit(tmp_path / "file")
