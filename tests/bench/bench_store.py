"""The store: from write to committed at a steady load, the bulk merge, lists and skeletons.

The load is written by a process of its own, as a program would. The bulk merge stands beside DuckDB's own `read_json`
of the same file, which folds nothing. Run by hand: `python tests/bench/bench_store.py --spans 100000`.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.database.reader import StoreReader
from spanglass_store.database.skeleton import load_skeleton
from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.names import segment_name
from spanglass_store.location import ensure_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPANS_PER_SEC = 1000
LOAD_SECS = 5.0
POLL_SECS = 0.05
BULK_SPANS = 50_000
TRACE_SPANS = 10  # of a usual trace
LARGE_TRACES = (1_000, 100_000)
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; `ratio` is how it stands to the figure named in `beside`."""

    what: str
    figure: float
    unit: str
    beside: str = ""
    ratio: float | None = None


def run(bulk_spans: int = BULK_SPANS, large_traces: tuple[int, ...] = LARGE_TRACES) -> list[Row]:
    """Return all figures; the stores they are taken on are made and deleted here."""
    with _new_store() as store:
        rows = _measure_latency(store)
    with _new_store() as store:
        rows += _measure_bulk(store, bulk_spans)
        rows += _measure_lists(store)
        for spans in large_traces:
            rows += _measure_skeleton(store, spans)
    return rows


def main() -> None:
    """Print the figures as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=BULK_SPANS, help="of the bulk merge")
    parser.add_argument("--traces", type=int, nargs="*", default=LARGE_TRACES, help="spans of the large traces")
    options = parser.parse_args()
    for row in run(options.spans, tuple(options.traces)):
        ratio = "" if row.ratio is None else f"{row.ratio:8.2f} × {row.beside}"
        print(f"{row.what:<52} {row.figure:12,.1f} {row.unit:<8}{ratio}")


def _measure_latency(store: Path) -> list[Row]:
    """Write at a steady pace in another process, merge by polling as the window does."""
    database = Database(store)
    merger = Merger(database, store)
    merger.merge_once()
    command = [sys.executable, __file__, "--write-load", str(store)]
    writer = subprocess.Popen(command)
    waits_ms: list[float] = []
    seen_ns = 0
    cpu_began, began = time.process_time(), time.perf_counter()
    while writer.poll() is None:
        if merger.merge_once():
            committed_ns = time.time_ns()
            with database.cursor() as cursor:
                # the load's `input` is the moment of the write
                stamps = [int(text) for (text,) in cursor.rows(_NEW_STAMPS, [str(seen_ns)])]
            waits_ms += [(committed_ns - stamp) / 1e6 for stamp in stamps]
            seen_ns = max(stamps, default=seen_ns)
        time.sleep(POLL_SECS)
    busy = (time.process_time() - cpu_began) / (time.perf_counter() - began)
    database.close()
    waits_ms.sort()
    return [
        Row("write to committed, p50", statistics.median(waits_ms), "ms"),
        Row("write to committed, p99", waits_ms[int(len(waits_ms) * 0.99)], "ms"),
        Row("CPU of the merge at 1,000 spans/s", busy * 100, "% core"),
    ]


_NEW_STAMPS = "SELECT input FROM spans WHERE input > ? ORDER BY input"


def _write_load(store: Path) -> None:
    fd = _open_segment(store)
    began = time.perf_counter()
    for number in range(int(SPANS_PER_SEC * LOAD_SECS)):
        start, end = _span(number, root=number // TRACE_SPANS, parent=number % TRACE_SPANS)
        start["input"] = time.time_ns()
        os.write(fd, encode_line(start))
        os.write(fd, encode_line(end))
        ahead = number / SPANS_PER_SEC - (time.perf_counter() - began)
        if ahead > 0:
            time.sleep(ahead)


def _measure_bulk(store: Path, spans: int) -> list[Row]:
    fd = _open_segment(store)
    for number in range(spans):
        lines = _span(number, root=number // TRACE_SPANS, parent=number % TRACE_SPANS)
        os.write(fd, b"".join(map(encode_line, lines)))
    os.close(fd)
    [segment] = (store / "journal").iterdir()
    plain_secs = _time_once(lambda: _load_plainly(segment, store / "plain.duckdb"))
    database = Database(store)
    merger = Merger(database, store)
    secs = _time_once(lambda: merger.merge_once(budget_secs=3600))
    database.close()
    plain = 2 * spans / plain_secs
    merged = 2 * spans / secs
    return [
        Row("DuckDB's read_json, no fold", plain, "rows/s"),
        Row("bulk merge", merged, "rows/s", "read_json", merged / plain),
    ]


def _load_plainly(segment: Path, path: Path) -> None:
    with duckdb.connect(str(path), config={"threads": 2}) as connection:
        connection.execute(
            "CREATE TABLE t AS FROM read_json(?, format='newline_delimited', columns={id:'VARCHAR', input:'JSON',"
            " output:'JSON', metadata:'JSON', metrics:'JSON', span_attributes:'JSON', created:'TIMESTAMP'})",
            [str(segment)],
        )


def _measure_lists(store: Path) -> list[Row]:
    database = Database(store)
    with database.cursor() as cursor:
        reader = StoreReader(cursor)
        spans = reader.totals().spans
        list_ms = _median_ms(reader.list_traces)
        totals_ms = _median_ms(reader.totals)
    database.close()
    return [
        Row(f"list 200 traces of {spans:,} spans", list_ms, "ms"),
        Row("totals", totals_ms, "ms"),
    ]


def _measure_skeleton(store: Path, spans: int) -> list[Row]:
    fd = _open_segment(store)
    root = 10_000_000 + spans
    for number in range(spans):
        lines = _span(number, root=root, parent=number // 3 + 1 if number else 0)
        os.write(fd, b"".join(map(encode_line, lines)))
    os.close(fd)
    database = Database(store)
    Merger(database, store).merge_once(budget_secs=3600)
    with database.cursor() as cursor:
        assert len(load_skeleton(cursor, f"{root:032x}")) == spans
        skeleton_ms = _median_ms(lambda: load_skeleton(cursor, f"{root:032x}"))
    database.close()
    return [Row(f"skeleton of {spans:,} spans", skeleton_ms, "ms")]


def _span(number: int, *, root: int, parent: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a start and an end row; `parent` counts from 1, 0 makes a root."""
    now = time.time()
    common = {
        "id": str(uuid.uuid4()),
        "created": datetime.fromtimestamp(now, UTC).isoformat(),
        "project_id": "bench",
        "project_name": "bench",
        "log_id": "g",
    }
    start = {
        **common,
        "_is_merge": False,
        "_stamp": time.time_ns(),
        "span_id": f"{root * 1_000_000 + (number if parent else 0):016x}",
        "root_span_id": f"{root:032x}",
        "span_parents": [f"{root * 1_000_000 + (parent - 1 if parent > 1 else 0):016x}"] if parent else None,
        "span_attributes": {"name": f"step {number % 40}", "type": "llm" if number % 5 == 0 else "tool"},
        "context": {"caller_filename": "bench.py", "caller_functionname": "step", "caller_lineno": 12},
        "input": {"messages": [{"role": "user", "content": "x" * 400}]},
        "metadata": {"model": "gpt-5", "attempt": number % 3},
        "metrics": {"start": now},
    }
    end = {
        **common,
        "_is_merge": True,
        "_stamp": time.time_ns(),
        "output": {"answer": "y" * 300},
        "metrics": {"end": now + 0.1, "prompt_tokens": 100, "completion_tokens": 20},
    }
    return start, end


def _open_segment(store: Path) -> int:
    name = segment_name(time.time_ns() // 1_000_000, os.getpid(), os.urandom(4).hex())
    fd = os.open(store / "journal" / name, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    os.write(fd, encode_line({"_line": "process", "process": uuid.uuid4().hex, "pid": os.getpid()}))
    return fd


@contextlib.contextmanager
def _new_store() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        ensure_store(store)
        yield store


def _time_once(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _median_ms(action: Callable[[], object]) -> float:
    return statistics.median(_time_once(action) for _ in range(REPEATS)) * 1000


if __name__ == "__main__":
    if "--write-load" in sys.argv:
        _write_load(Path(sys.argv[-1]))
    else:
        main()
