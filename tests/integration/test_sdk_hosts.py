"""Real programs that treat the SDK badly: nothing of it may hurt them, in either way of writing."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from spanglass_store.journal.lines import LineKind, decode_line, kind_of

pytestmark = pytest.mark.integration

PRELUDE = """
import os, sys, time, threading, warnings
# Python 3.12 and later say so wherever a program forks beside a thread, as these do
warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
import spanglass
logger = spanglass.init_logger("tests")
"""
ENVIRONMENTS = {"row": {}, "batch": {"SPANGLASS_DURABILITY": "batch"}}


@pytest.fixture(params=ENVIRONMENTS)
def way(request):
    """Each way in which rows are written."""
    return ENVIRONMENTS[request.param]


@pytest.fixture
def run(store_path):
    """Run a program to its end; the store is the test's."""

    def run_program(program, timeout_secs=60, **environment):
        process = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + textwrap.dedent(program)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "SPANGLASS_STORE": str(store_path), "SPANGLASS_MERGE_AT_EXIT": "0", **environment},
        )
        try:
            printed, said = process.communicate(timeout=timeout_secs)
        finally:
            with contextlib.suppress(ProcessLookupError):  # a child that hangs would keep the pipes open
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, printed, said)

    return run_program


def lines_of(store, kind=LineKind.ROW):
    decoded = [
        decode_line(line)
        for path in (store / "journal").glob("*.ndjson")
        for line in path.read_bytes().splitlines()
        if line
    ]
    return [line for line in decoded if kind_of(line) is kind]


def first_rows(store, name):
    return [row for row in lines_of(store) if not row["_is_merge"] and row["span_attributes"]["name"] == name]


def test_a_prefork_server_and_its_workers_log(run, store_path, way):
    done = run(
        """
        import signal
        logger.log(input="master")
        workers = []
        for n in range(3):
            pid = os.fork()
            if pid == 0:
                signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
                for request in range(20):
                    with spanglass.start_span(name="request", input=[n, request]):
                        pass
                sys.exit(0)
            workers.append(pid)
        print([os.waitpid(pid, 0)[1] for pid in workers])
        """,
        **way,
    )
    assert (done.stdout.strip(), done.stderr) == ("[0, 0, 0]", "")
    assert sorted(row["input"] for row in first_rows(store_path, "request")) == [
        [worker, request] for worker in range(3) for request in range(20)
    ]


def test_a_daemons_parent_that_is_gone_at_once_loses_nothing(run, store_path, way):
    run("logger.log(input='before')\nif os.fork() == 0:\n    logger.log(input='daemon')\nelse:\n    os._exit(0)", **way)
    deadline = time.monotonic() + 10
    while {row["input"] for row in lines_of(store_path) if "input" in row} != {"before", "daemon"}:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_fork_while_another_thread_flushes_never_hangs(run, store_path, way):
    done = run(
        """
        stop = threading.Event()
        def busy():
            while not stop.is_set():
                logger.log(input="busy")
                spanglass.flush()
        threads = [threading.Thread(target=busy) for _ in range(3)]
        for thread in threads:
            thread.start()
        for n in range(20):
            pid = os.fork()
            if pid == 0:
                logger.log(input=n)
                spanglass.flush()
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
        stop.set()
        for thread in threads:
            thread.join()
        """,
        **way,
    )
    assert (done.returncode, done.stderr) == (0, "")
    inputs = [row["input"] for row in lines_of(store_path)]
    assert sorted(value for value in inputs if value != "busy") == list(range(20))


def test_signal_handlers_and_finalizers_that_log_and_flush(run, store_path, way):
    done = run(
        """
        import signal
        class Traced:
            def __init__(self):
                self.me = self  # collected by the garbage collector, in the middle of anything
            def __del__(self):
                logger.log(input="finalizer")
        count = 0
        def handler(*_):
            global count
            count += 1
            logger.log(input="handler")
            spanglass.flush()
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        for n in range(3000):
            Traced()
            logger.log(input="main")
            if n % 100 == 0:
                spanglass.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(count)
        """,
        **way,
    )
    assert (done.returncode, done.stderr) == (0, "")
    inputs = [row["input"] for row in lines_of(store_path)]
    assert inputs.count("main") == 3000
    assert inputs.count("handler") == int(done.stdout)
    assert inputs.count("finalizer") > 1000


def test_values_whose_repr_raises_cost_their_place_alone(run, store_path, way):
    done = run(
        """
        class Bad:
            def __init__(self, error):
                self.error = error
            def __repr__(self):
                raise self.error
        for error in (ValueError("x"), SystemExit(3), RecursionError()):
            logger.log(input={"bad": Bad(error), "good": 1})
        print("fine")
        """,
        **way,
    )
    assert (done.stdout.strip(), done.stderr) == ("fine", "")
    assert [row["input"]["good"] for row in lines_of(store_path)] == [1, 1, 1]


def test_a_full_disk_is_said_once_with_a_count(run, tmp_path, way):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if mount.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mount.stderr.strip()}")
    try:
        done = run(
            "for n in range(2000):\n    logger.log(input='x' * 1000)\nprint('fine')",
            **{**way, "SPANGLASS_STORE": str(disk / "store")},
        )
        whole = sum(
            line.endswith(b"}") and b'"input"' in line
            for path in (disk / "store" / "journal").glob("*.ndjson")
            for line in path.read_bytes().splitlines()
        )
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
    assert (done.stdout.strip(), done.returncode) == ("fine", 0)
    assert done.stderr.count("Spans cannot be written: no space left on device") == 1
    (lost,) = [int(line.split()[1]) for line in done.stderr.splitlines() if "could not be written and are lost" in line]
    assert 0 < whole < 2000
    assert 2000 - whole <= lost <= 2000


def test_a_store_that_vanishes_is_made_anew(run, way):
    done = run(
        """
        import shutil
        logger.log(input="before")
        spanglass.flush()
        shutil.rmtree(os.environ["SPANGLASS_STORE"])
        logger.log(input="into the void")
        logger.log(input=spanglass.Attachment(data=b"x", filename="x", content_type="x/y"))
        print("fine")
        """,
        **way,
    )
    assert (done.stdout.strip(), done.returncode) == ("fine", 0)
    assert "journal was deleted" in done.stderr


def test_a_clock_that_jumps_keeps_the_order_of_rows(run, store_path, way):
    run(
        """
        from spanglass import clock
        real = time.time_ns
        clock.use_clock(lambda: max(0, real() + offset_hours * 3600 * 10**9))
        for offset_hours in (0, -5, 7, -500_000, 0):
            span = spanglass.start_span(name="s", input=offset_hours)
            span.end()
        """,
        **way,
    )
    rows = lines_of(store_path)
    stamps = [row["_stamp"] for row in rows]
    assert len(stamps) == 10
    assert stamps == sorted(set(stamps))
    assert [row["created"][:4] for row in rows if row.get("input") == -500_000] == ["1970"]


def test_many_open_spans_are_all_there(run, store_path, way):
    done = run(
        """
        import resource
        logger.log(input=1)
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        spans = [logger.start_span(name="open") for _ in range(100_000)]
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb)
        """,
        **way,
    )
    assert done.stderr == ""
    assert int(done.stdout) < 300_000
    count = sum(path.read_bytes().count(b'"name":"open"') for path in (store_path / "journal").glob("*.ndjson"))
    assert count == 100_000


def test_deep_recursion_is_traced_to_the_ground(run, store_path, way):
    done = run(
        """
        sys.setrecursionlimit(50_000)
        threading.stack_size(512 * 1024 * 1024)
        @spanglass.traced
        def down(n):
            return n if n == 0 else down(n - 1)
        thread = threading.Thread(target=down, args=(5_000,))
        thread.start()
        thread.join()
        """,
        **way,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(first_rows(store_path, "down")) == 5_001


def test_a_value_of_100_mb_is_bounded(run, store_path, way):
    done = run(
        """
        start = time.monotonic()
        logger.log(input="x" * 100_000_000, output={"small": 1})
        print(time.monotonic() - start)
        """,
        **way,
    )
    assert done.stderr == ""
    assert float(done.stdout) < 10
    (row,) = lines_of(store_path)
    assert len(json.dumps(row)) < 40_000_000


def test_a_tight_loop_has_bounded_memory_and_a_bounded_exit(run, store_path, way):
    done = run(
        """
        import resource
        logger.log(input=1)
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        until = time.monotonic() + 1
        count = 1
        while time.monotonic() < until:
            logger.log(input="x" * 1000)
            count += 1
        print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb, time.monotonic())
        """,
        **way,
    )
    ended = time.monotonic()
    count, grown_kb, done_at = done.stdout.split()
    assert done.stderr == ""
    assert int(grown_kb) < 100_000
    assert ended - float(done_at) < 2.5
    assert sum(path.read_bytes().count(b'"input"') for path in (store_path / "journal").glob("*.ndjson")) == int(count)


def test_an_unfinished_generator_ends_its_span(run, store_path, way):
    done = run(
        """
        @spanglass.traced
        def numbers():
            yield from range(10)
        next(numbers())
        left = numbers()
        next(left)
        """,
        **way,
    )
    assert done.returncode == 0
    assert len(first_rows(store_path, "numbers")) == 2


def test_a_batch_is_written_without_waiting_for_an_exit(run, store_path):
    done = run(
        """
        from pathlib import Path
        journal = Path(os.environ["SPANGLASS_STORE"]) / "journal"
        logger.log(input=1)
        logger.log(input=2)  # the first row of all is written by the caller
        deadline = time.monotonic() + 30
        while not any(b'"input":2' in path.read_bytes() for path in journal.glob("*.ndjson")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os._exit(0)
        """,
        **ENVIRONMENTS["batch"],
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(lines_of(store_path)) == 2


def test_a_large_file_is_attached_without_a_stall_though_it_is_deleted_at_once(run, store_path, tmp_path):
    done = run(
        f"""
        path = {str(tmp_path / "large")!r}
        with open(path, "wb") as file:
            file.truncate(2 * 1024**3)
        start = time.monotonic()
        logger.log(input=spanglass.Attachment(data=path, filename="../large", content_type="x/y"))
        print(time.monotonic() - start)
        os.unlink(path)
        """
    )
    assert float(done.stdout) < 0.5
    assert done.returncode == 0
    states = [line["state"] for line in lines_of(store_path, LineKind.ATTACHMENT)]
    assert states[0] == "uploading"
    assert states[-1] in {"done", "error"}  # the exit waits 2 s at most, and says what it did not wait for
    assert ("were not stored" in done.stderr) == (states[-1] == "error")
    assert not (store_path.parent / "large").exists()


def test_attachments_that_go_missing_are_their_own_fault(run, store_path, tmp_path):
    done = run(
        f"""
        folder = {str(tmp_path)!r}
        def attach(data, name):
            logger.log(input=spanglass.Attachment(data=data, filename=name, content_type="x/y"))
        attach(folder + "/nothing", "missing")
        for name in ("once", "twice"):
            attach(b"the same bytes", name)
        path = folder + "/replaced"
        with open(path, "wb") as file:
            file.write(b"old")
        attach(path, "../../replaced")
        os.unlink(path)
        with open(path, "wb") as file:
            file.write(b"new bytes")
        """
    )
    assert (done.returncode, done.stderr) == (0, "")
    last = {line["filename"]: line for line in lines_of(store_path, LineKind.ATTACHMENT)}
    assert last["missing"]["state"] == "error"
    assert last["once"]["digest"] == last["twice"]["digest"]
    assert last["../../replaced"]["size_bytes"] == 3
    assert len(lines_of(store_path)) == 4
    blobs = [path for path in (store_path / "blobs").rglob("*") if path.is_file()]
    assert len(blobs) == 2
