"""Real programs that end badly, fork, run threads, or have nowhere to write to."""

from __future__ import annotations

import contextlib
import mmap
import os
import random
import signal
import subprocess
import sys
import textwrap

import pytest

from spanglass_store.journal.lines import LineKind, decode_line, kind_of
from spanglass_store.journal.liveness import has_writer

pytestmark = pytest.mark.integration

# `make test-long` kills more often
KILLS = int(os.environ.get("KILLS", "5"))

PRELUDE = """
import os, sys, time, threading, warnings
# Python 3.12 and later say so wherever a program forks beside a thread, as these do
warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
import spanglass
logger = spanglass.init_logger("tests")
"""


@pytest.fixture
def start(store_path):
    """Start a program on the SDK; the store is the test's."""
    started = []

    def run(program, **environment):
        process = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + textwrap.dedent(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={
                **os.environ,
                "SPANGLASS_STORE": str(store_path),
                "SPANGLASS_MERGE_AT_EXIT": "0",
                **environment,
            },
        )
        started.append(process)
        return process

    yield run
    for process in started:
        with contextlib.suppress(ProcessLookupError):  # a child of its own that hangs would keep the pipes open
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def segments(store):
    return sorted((store / "journal").glob("*.ndjson"))


def rows_of(path):
    """Return the rows of one segment; every line must be whole.

    But the last one of a process killed inside `write`, which the kernel then leaves at the end of a page: the
    program had not been told yet that it was logged. One killed while it went on in a next segment leaves that empty.
    """
    text, _, torn = path.read_bytes().rpartition(b"\n")
    assert not torn or path.stat().st_size % mmap.PAGESIZE == 0
    lines = [decode_line(line) for line in text.splitlines()]
    assert not lines or kind_of(lines[0]) is LineKind.PROCESS
    return [line for line in lines if kind_of(line) is LineKind.ROW]


def rows(store):
    return [row for path in segments(store) for row in rows_of(path)]


def spans(store):
    """Return the spans of the store by name, each with the rows it has."""
    by_id: dict[str, list[dict]] = {}
    for row in rows(store):
        by_id.setdefault(row["id"], []).append(row)
    named: dict[str, list[list[dict]]] = {}
    for span in by_id.values():
        first = [row for row in span if not row["_is_merge"]]
        assert len(first) == 1, "an update without its span's first row"
        named.setdefault(first[0]["span_attributes"]["name"], []).append(span)
    return named


def finish(process):
    printed, said = process.communicate(timeout=60)
    return printed, said


LOOP = """
    def work(n):
        with spanglass.start_span(name="step", input={"n": n, "pad": "x" * (n % 5000)}) as span:
            print(n, flush=True)
            span.log(output=n)
    with spanglass.start_span(name="root", input="go"):
        n = 0
        while True:
            work(n)
            n += 1
    """


@pytest.mark.parametrize("seed", range(KILLS))
def test_sigkill_at_a_random_moment_loses_no_span_that_had_started(start, store_path, seed):
    process = start(LOOP)
    assert process.stdout
    for _ in range(random.Random(seed).randrange(1, 400)):  # noqa: S311 - a moment, no secret
        process.stdout.readline()
    process.kill()
    seen = len(finish(process)[0].splitlines())
    found = spans(store_path)
    ((root,),) = [found["root"]]
    assert root[0]["input"] == "go"
    steps = found["step"]
    announced = {step[0]["input"]["n"] for step in steps}
    assert announced == set(range(len(steps)))
    assert len(steps) >= seen
    for step in steps[:-1]:
        start_row, output, end = step
        assert start_row["input"]["pad"] == "x" * (start_row["input"]["n"] % 5000)
        assert output["output"] == start_row["input"]["n"]
        assert end["metrics"]["end"]


TRACED_LOOP = """
    import ctypes, threading, time
    @spanglass.traced
    def inner(n, pad):
        print(n, flush=True)
        return n
    @spanglass.traced
    def outer(n):
        return inner(n, "x" * (n % 5000))
    def die():
        time.sleep({secs})
        {end}
    outer(0)  # the segment is there: a death while it is made leaves an empty one
    threading.Thread(target=die, daemon=True).start()
    n = 1
    while True:
        outer(n)
        n += 1
    """


@pytest.mark.parametrize("seed", range(max(1, KILLS // 5)))
@pytest.mark.parametrize(
    "end", ["os.kill(os.getpid(), 9)", "os.kill(os.getpid(), 15)", "os._exit(3)", "ctypes.string_at(0)"]
)
def test_sudden_ends_at_a_random_moment_lose_no_traced_call(start, store_path, end, seed):
    process = start(TRACED_LOOP.format(secs=random.Random(seed).uniform(0.001, 0.1), end=end))  # noqa: S311 - as above
    printed = finish(process)[0].splitlines()
    assert process.returncode != 0
    found = spans(store_path)
    inner, outer = found.get("inner", []), found.get("outer", [])
    assert [span[0]["input"]["n"] for span in outer] == list(range(len(outer)))
    assert len(outer) - 1 <= len(inner) <= len(outer)
    assert len(inner) >= len(printed)
    for number, span in enumerate(inner):
        assert span[0]["input"] == {"n": number, "pad": "x" * (number % 5000)}
    for first, last in [*inner[:-1], *outer[:-1]]:
        assert last["output"] == first["input"]["n"]
        assert last["metrics"]["end"] >= first["metrics"]["start"]


@pytest.mark.parametrize("end", ["os._exit(3)", "os.abort()", "os.kill(os.getpid(), 15)"])
def test_a_program_that_ends_at_once_loses_nothing(start, store_path, end):
    process = start(f"""
    span = spanglass.start_span(name="open", input=1)
    with spanglass.start_span(name="done"):
        pass
    {end}
    """)
    finish(process)
    assert process.returncode != 0
    found = spans(store_path)
    assert found["open"][0][0]["input"] == 1
    assert len(found["done"][0]) == 2
    assert not has_writer(segments(store_path)[0])


def test_sys_exit_within_a_span_is_its_error_and_the_exit_code_stays(start, store_path):
    process = start("""
    with spanglass.start_span(name="s"):
        sys.exit(7)
    """)
    finish(process)
    assert process.returncode == 7
    (_, end) = spans(store_path)["s"][0]
    assert end["error"].rstrip().endswith("SystemExit: 7")


def test_a_forked_child_logs_into_a_segment_of_its_own(start, store_path):
    process = start("""
    with spanglass.start_span(name="parent") as parent:
        for n in range(3):
            if os.fork() == 0:
                with spanglass.start_span(name="child", input=n):
                    pass
                os._exit(0)
        for n in range(3):
            os.wait()
        spanglass.start_span(name="after").end()
    """)
    assert finish(process)[1] == ""
    assert process.returncode == 0
    found = spans(store_path)
    parent = found["parent"][0][0]
    assert sorted(child[0]["input"] for child in found["child"]) == [0, 1, 2]
    assert {tuple(child[0]["span_parents"]) for child in found["child"]} == {(parent["span_id"],)}
    assert len({child[0]["span_id"] for child in found["child"]}) == 3
    assert len(segments(store_path)) == 4
    assert found["after"]


def test_a_fork_beside_busy_threads_never_hangs(start, store_path):
    process = start("""
    stop = threading.Event()
    def busy():
        while not stop.is_set():
            with spanglass.start_span(name="busy"):
                pass
    threads = [threading.Thread(target=busy) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(20):
        pid = os.fork()
        if pid == 0:
            with spanglass.start_span(name="child", input=n):
                pass
            spanglass.flush()
            os._exit(0)
        os.waitpid(pid, 0)
    stop.set()
    for thread in threads:
        thread.join()
    """)
    assert finish(process)[1] == ""
    assert process.returncode == 0
    found = spans(store_path)
    assert sorted(child[0]["input"] for child in found["child"]) == list(range(20))
    assert all(len(span) == 2 for span in found["busy"])


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_workers_log(store_path, tmp_path, method):
    script = tmp_path / "workers.py"
    script.write_text(
        textwrap.dedent(f"""
        import multiprocessing, spanglass
        def work(n):
            spanglass.init_logger("tests")
            with spanglass.start_span(name="worker", input=n):
                return n
        if __name__ == "__main__":
            spanglass.init_logger("tests")
            with multiprocessing.get_context({method!r}).Pool(2) as pool:
                print(pool.map(work, range(6), chunksize=1))
                pool.close()
                pool.join()
        """)
    )
    environment = {**os.environ, "SPANGLASS_STORE": str(store_path)}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env=environment, timeout=60, check=True
    )
    assert done.stdout.strip() == "[0, 1, 2, 3, 4, 5]"
    assert done.stderr == ""
    found = spans(store_path)["worker"]
    assert sorted(span[0]["input"] for span in found) == list(range(6))
    assert all(len(span) == 2 for span in found)


def test_eight_threads_write_whole_spans(start, store_path):
    process = start("""
    @spanglass.traced
    def inner(thread, n):
        return n
    @spanglass.traced
    def outer(thread, n):
        return inner(thread, n)
    def run(thread):
        for n in range(250):
            outer(thread, n)
    threads = [threading.Thread(target=run, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    """)
    assert finish(process) == ("", "")
    found = spans(store_path)
    for name in ("inner", "outer"):
        assert len(found[name]) == 2000
        assert all(span[1]["output"] == span[0]["input"]["n"] for span in found[name])
    parents = {span[0]["span_id"]: span[0]["input"] for span in found["outer"]}
    assert all(parents[span[0]["span_parents"][0]] == span[0]["input"] for span in found["inner"])


def test_a_signal_handler_that_traces_does_not_deadlock(start, store_path):
    process = start("""
    import signal
    def handler(*_):
        with spanglass.start_span(name="handler"):
            pass
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    for n in range(20_000):
        with spanglass.start_span(name="main"):
            pass
    signal.setitimer(signal.ITIMER_REAL, 0)
    """)
    assert finish(process)[1] == ""
    assert process.returncode == 0
    found = spans(store_path)
    assert len(found["main"]) == 20_000
    assert found["handler"]


def test_a_store_that_cannot_be_written_is_said_once_and_the_program_goes_on(start, tmp_path):
    (tmp_path / "file").write_text("")
    process = start(
        """
        @spanglass.traced
        def double(x):
            return 2 * x
        print([double(n) for n in range(3)])
        logger.log(input=spanglass.Attachment(data=b"x", filename="x", content_type="x/y"))
        logger.flush()
        """,
        SPANGLASS_STORE=str(tmp_path / "file" / "store"),
    )
    printed, said = finish(process)
    assert process.returncode == 0
    assert printed.strip() == "[0, 2, 4]"
    first, lost = said.splitlines()
    assert first.startswith("spanglass: nothing is recorded, and the program goes on.")
    assert first.endswith(str(tmp_path / "file" / "store"))
    assert "rows could not be written and are lost" in lost


def test_an_existing_store_made_read_only_is_said_once_and_the_program_goes_on(start, store_path):
    finish(start("logger.log(input=1)"))
    journal = store_path / "journal"
    before = segments(store_path)
    journal.chmod(0o500)
    try:
        process = start("""
        import ctypes, struct
        if os.geteuid() == 0:  # root may write anywhere, until it gives up its capabilities
            assert ctypes.CDLL(None).capset(struct.pack("2I", 0x20080522, 0), bytes(24)) == 0
        for n in range(3):
            logger.log(input=n)
        print("fine")
        """)
        printed, said = finish(process)
    finally:
        journal.chmod(0o700)
    assert printed.strip() == "fine"
    assert process.returncode == 0
    assert said.count("Spans cannot be written: permission denied") == 1
    assert "3 rows could not be written and are lost" in said
    assert segments(store_path) == before


def test_a_full_disk_is_said_once_and_what_comes_later_is_whole(start, store_path):
    process = start("""
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    logger.log(input="before")
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    for n in range(10):
        logger.log(input="x" * 1000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    logger.log(input="after")
    print("fine")
    """)
    printed, said = finish(process)
    assert printed.strip() == "fine"
    assert said.count("Spans cannot be written: file too large") == 1
    assert "rows could not be written and are lost" in said
    (segment,) = segments(store_path)
    whole = [line for line in segment.read_bytes().splitlines() if line.endswith(b"}")]
    inputs = [decode_line(line).get("input") for line in whole]
    assert (inputs[1], inputs[-1]) == ("before", "after")


def test_a_closed_stderr_is_no_fault(start, tmp_path):
    (tmp_path / "file").write_text("")
    process = start("sys.stderr.close()\nlogger.log(input=1)\nprint('fine')", SPANGLASS_STORE=str(tmp_path / "file"))
    assert finish(process)[0].strip() == "fine"
    assert process.returncode == 0


def test_finalizers_and_exit_hooks_may_trace(start, store_path):
    process = start("""
    import atexit
    class Traced:
        def __init__(self, name):
            self.name = name
        def __del__(self, spanglass=spanglass):
            spanglass.start_span(name=self.name).end()
    Traced("finalizer")
    atexit.register(lambda: spanglass.start_span(name="hook").end())
    late = Traced("while the interpreter is torn down")
    """)
    assert finish(process)[1] == ""
    assert process.returncode == 0
    assert {"hook", "finalizer"} <= set(spans(store_path))


def test_recursion_to_the_limit_is_pythons_to_refuse(start, store_path):
    process = start("""
    @spanglass.traced
    def down(n):
        return down(n + 1)
    try:
        down(0)
    except RecursionError:
        print("refused")
    """)
    printed, said = finish(process)
    assert printed.strip() == "refused"
    assert process.returncode == 0
    assert "bug" not in said
    assert len(spans(store_path)["down"]) > 100


def test_the_merge_at_exit_makes_tables_and_retires_the_segment(start, store_path):
    process = start("logger.log(input=1)", SPANGLASS_MERGE_AT_EXIT="1")
    assert finish(process) == ("", "")
    assert (store_path / "traces.duckdb").exists()
