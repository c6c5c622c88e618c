"""Upkeep while a real program logs: no row is left without its file, and what was pruned does not come back."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from subprocess import PIPE
from typing import TYPE_CHECKING

import pytest

from spanglass_store import open_store
from spanglass_store.journal.kept import iter_kept_lines, list_kept
from spanglass_store.upkeep.blob_sweep import list_unnamed_blobs, sweep_blobs
from spanglass_store.upkeep.doctor import examine
from spanglass_store.upkeep.pruning import PruneRule, iter_prune, plan_prune
from spanglass_store.upkeep.session import hold_store
from spanglass_store.upkeep.steps import run_steps

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = pytest.mark.integration

# Logs traces with two attachments each, one with bytes of its own and one that every tenth trace shares.
WRITER = """
import itertools, os, sys, threading, time
import spanglass
from spanglass import Attachment

logger = spanglass.init_logger("writer", store=sys.argv[1])
is_over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), is_over.set()), daemon=True).start()
for number in itertools.count():
    if is_over.is_set():
        break
    with logger.start_span(name=f"trace {number}") as span:
        own, shared = f"own {os.getpid()} {number}".encode(), f"shared {number % 10}".encode()
        span.log(input=[Attachment(data=data, filename="a.bin", content_type="a/b") for data in (own, shared)])
    spanglass.flush()
    print(number, flush=True)
    time.sleep(0.005)
"""
LEAST_AGE_SECS = 1.0  # an hour in earnest
ROUNDS = 12


@contextlib.contextmanager
def started_writer(store: Path) -> Generator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", WRITER, str(store)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        read_lines(writer, 1)
        yield writer
        writer.communicate()
    assert writer.returncode == 0


def read_lines(writer: subprocess.Popen[str], count: int) -> None:
    """Return once the writer has logged as many traces more."""
    assert writer.stdout is not None
    for _ in range(count):
        assert writer.stdout.readline()


def test_no_row_loses_its_file(tmp_path: Path) -> None:
    store = tmp_path / "store"
    pruned = swept_bytes = 0
    with started_writer(store) as writer:  # what it leaves is pruned while the next one stores the same bytes anew
        read_lines(writer, 20)
    with started_writer(store) as writer:
        for _ in range(ROUNDS):
            with hold_store(store) as database:
                with database.cursor() as cursor:
                    plan = plan_prune(cursor, PruneRule(keep_last=15), time.time_ns() // 1000)
                run_steps(iter_prune(database, plan))
                pruned += len(plan.root_span_ids)
                with database.cursor() as cursor:
                    unnamed = list_unnamed_blobs(cursor, LEAST_AGE_SECS)
                swept_bytes += sweep_blobs(store, unnamed, LEAST_AGE_SECS)
            read_lines(writer, 30)
    assert pruned > 100, "the writer was pruned behind its back"
    assert swept_bytes > 0, "and files went"
    with open_store(store) as opened:
        kept = opened.sql("SELECT key FROM attachments WHERE state = 'done'").rows
        assert len(kept) >= 30
        records = opened.list_attachments([key for (key,) in kept])
        assert all(opened.find_blob(record) is not None for record in records)
    assert [finding for finding in examine(store) if finding.is_fault] == []


# Logs a trace in each of two projects, and one more in the first when it is told to.
TWO_PROJECTS = """
import sys
import spanglass

def log(project, text):
    logger = spanglass.init_logger(project, store=sys.argv[1], set_current=False)
    with logger.start_span(name=text) as span:
        span.log(input=text, metadata={"text": text})
    spanglass.flush()
    print(text, flush=True)

log("pruned", "a secret")
log("other", "kept")
sys.stdin.readline()
log("pruned", "later")
sys.stdin.read()
"""


def list_names(store: Path) -> list[str]:
    with open_store(store) as opened:
        return sorted(trace.name for trace in opened.list_traces())


def test_what_was_pruned_while_its_program_lives_stays_so_over_rebuilds(tmp_path: Path) -> None:
    store, command = tmp_path / "store", [sys.executable, "-c", TWO_PROJECTS]
    with subprocess.Popen([*command, str(tmp_path / "store")], stdin=PIPE, stdout=PIPE, text=True) as writer:
        assert writer.stdin is not None
        read_lines(writer, 2)
        assert list_names(store) == ["a secret", "kept"]
        pruning = [sys.executable, "-m", "spanglass_viewer", "prune", "--project", "pruned", "--yes", "--store", store]
        subprocess.run(pruning, stdout=subprocess.DEVNULL, check=True)
        (store / "traces.duckdb").write_bytes(b"overwritten")
        assert list_names(store) == ["kept"]
        writer.stdin.write("\n")
        writer.stdin.flush()
        read_lines(writer, 1)
        (store / "traces.duckdb").unlink()
        assert list_names(store) == ["kept", "later"]
        writer.communicate()
    (store / "traces.duckdb").unlink()
    assert list_names(store) == ["kept", "later"]
    kept = b"".join(line for path in list_kept(store / "merged") for line in iter_kept_lines(path))
    assert b"later" in kept
    assert b"a secret" not in kept
    assert [finding for finding in examine(store) if finding.is_fault] == []
