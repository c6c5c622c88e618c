"""The store at scale: bulk merge, live merges, lists, traces, payloads, filters, search, size, memory.

`python tests/bench/bench_store.py --spans 1000000` merges the first 100,000 spans, and multiplies them in DuckDB with
new ids and later times. The load is written by processes of their own, as programs would. Raw DuckDB stands beside:
`read_json` of the same files, which folds nothing, and plain queries of the same rows.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from store_rows import Texts, large_trace_lines, open_segment, span_rows, trace_lines, write_spans

from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.database.reader import StoreReader
from spanglass_store.database.skeleton import load_skeleton
from spanglass_store.database.statements import span_column_names
from spanglass_store.journal.lines import encode_line
from spanglass_store.location import ensure_store
from spanglass_viewer.backend.heap import keep_freed_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPANS = 50_000
MERGED_SPANS = 100_000  # at most; the rest is multiplied from them
STEP_SECS = 0.01  # between the starts of two spans
LARGE_TRACES = (1_000, 100_000)
SPANS_PER_SEC = 1000
LOAD_SECS = 5.0
POLL_SECS = 0.05
REPEATS = 7
REPEAT_SECS = 2.0  # a figure that takes long is taken less often, at least twice
BATCHES = 20
# up to a million spans, and beyond
MARKS_MS = {
    "list 200 traces, with roll-ups": (30, 100),
    "one payload": (5, 15),
    "merge of 100 rows of new spans, median": (10, 10),
}
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; `ratio` is how it stands to the figure named in `beside`.

    `cpu` is the CPU time of all threads in the same unit: on a machine that does nothing else it takes at most that.
    """

    what: str
    figure: float
    unit: str
    beside: str = ""
    ratio: float | None = None
    cpu: float | None = None


def main() -> None:
    """Print the figures as a table."""
    if "--write-load" in sys.argv:
        _write_load(Path(sys.argv[-1]))
        return
    keep_freed_memory()  # as the window has it, which merges while programs log
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=SPANS, help="spans in the store")
    parser.add_argument("--traces", type=int, nargs="*", default=LARGE_TRACES, help="spans of the large traces")
    parser.add_argument("--folder", type=Path, help="where the store is made; a temporary folder by default")
    options = parser.parse_args()
    for row in run(options.spans, tuple(options.traces), options.folder):
        ratio = "" if row.ratio is None else f"{row.ratio:8.2f} × {row.beside}"
        cpu = "" if row.cpu is None else f" CPU {row.cpu:9,.2f}"
        print(f"{row.what:<58} {row.figure:12,.2f} {row.unit:<8}{cpu}{ratio}{_mark(row, options.spans)}", flush=True)


def run(spans: int, large_traces: tuple[int, ...], folder: Path | None = None) -> Iterator[Row]:
    """Yield all figures; the store they are taken on is made and deleted here."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        store = Path(made) / "store"
        ensure_store(store)
        texts = Texts()
        merged = min(spans, MERGED_SPANS)
        began_secs = time.time() - (spans + 200_000) * STEP_SECS
        lines = trace_lines(texts, merged, first_root=1, began_secs=began_secs, step_secs=STEP_SECS)
        write_spans(store, lines)
        yield from _measure_bulk(store, spans=merged)
        _multiply(store, merged, spans, began_secs)
        for size in large_traces:
            root = 2**100 + size
            write_spans(store, large_trace_lines(texts, size, root=root, began_secs=time.time() - 100))
            _merge(store)
        yield from _measure_reads(store, spans)
        for size in large_traces:
            yield from _measure_trace(store, size)
        yield from _measure_search(store)
        yield from _measure_batches(store, texts)
        for writers in (1, 4):
            yield from _measure_latency(store, writers)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield Row("peak memory of this process", peak_mb, "MB")


def _measure_bulk(store: Path, spans: int) -> Iterator[Row]:
    paths = sorted((store / "journal").iterdir())
    files = [*map(str, paths)]
    raw_bytes = sum(path.stat().st_size for path in paths)
    rows = 3 * spans
    yield Row("bytes a row of the journal", raw_bytes / rows, "B")
    plain = store / "plain.duckdb"
    own, own_cpu = _wall_and_cpu(lambda: _load_plainly(_AUTO, files, plain))
    cast, cast_cpu = _wall_and_cpu(lambda: _load_plainly(_TEXTS, files, plain))
    database = Database(store)
    with database.cursor():  # makes the tables
        pass
    merger = Merger(database, store)
    merged, merged_cpu = _wall_and_cpu(lambda: merger.merge_once(budget_secs=3600))
    tidied, tidied_cpu = _wall_and_cpu(lambda: merger.tidy(budget_secs=3600))
    database.close()
    yield Row("read_json, types found by itself", rows / own, "rows/s")
    yield Row("read_json, each value as JSON text", rows / cast, "rows/s")
    yield Row("bulk merge", rows / merged, "rows/s", "read_json", own / merged)
    yield Row("  beside the other", rows / merged, "rows/s", "read_json as text", cast / merged)
    yield Row("  by CPU time alone", merged_cpu / rows * 1e6, "µs/row", "read_json", own_cpu / merged_cpu)
    yield Row("  beside the other", merged_cpu / rows * 1e6, "µs/row", "read_json as text", cast_cpu / merged_cpu)
    yield Row("compressing the kept journal, when idle", rows / tidied, "rows/s", cpu=tidied_cpu / rows * 1e6)
    size = (store / "traces.duckdb").stat().st_size
    plain_size = plain.stat().st_size
    yield Row("file, per byte of the journal", size / raw_bytes, "", "the table of read_json", size / plain_size)
    plain.unlink()


_AUTO = "CREATE OR REPLACE TABLE t AS FROM read_json($files)"
_TEXTS = """
    CREATE OR REPLACE TABLE t AS FROM read_json($files, format = 'newline_delimited', columns = {
        id: 'VARCHAR', _stamp: 'BIGINT', _is_merge: 'BOOLEAN', created: 'VARCHAR', project_id: 'VARCHAR',
        project_name: 'VARCHAR', log_id: 'VARCHAR', span_id: 'VARCHAR', root_span_id: 'VARCHAR', span_parents: 'JSON',
        span_attributes: 'JSON', context: 'JSON', input: 'JSON', output: 'JSON', error: 'JSON', metadata: 'JSON',
        metrics: 'JSON'
    })
"""


def _load_plainly(sql: str, files: list[str], path: Path) -> None:
    with duckdb.connect(str(path), config={"threads": 2}) as connection:
        connection.execute(sql, {"files": files})


def _multiply(store: Path, merged: int, spans: int, began_secs: float) -> None:
    """Fill the store up with copies of its spans: other ids, later times, in the order of their start."""
    period_secs = merged * STEP_SECS
    until = datetime.fromtimestamp(began_secs + period_secs - STEP_SECS / 2, UTC).replace(tzinfo=None)
    changed = {
        "id": "format('{:08x}', $copy::INTEGER) || id[9:]",
        "span_id": "format('{:06x}', $copy::INTEGER) || span_id[7:]",
        "root_span_id": "format('{:06x}', $copy::INTEGER) || root_span_id[7:]",
        "span_parents": "list_transform(span_parents, lambda id: format('{:06x}', $copy::INTEGER) || id[7:])",
        **{name: f"{name} + $copy::INTEGER * $period::DOUBLE * INTERVAL 1 SECOND" for name in _TIMES},
    }
    columns = ", ".join(changed.get(name, name) for name in span_column_names())
    database = Database(store)
    for copy in range(1, max(1, spans // merged)):
        with database.transaction() as cursor:
            cursor.rows(
                _COPY.format(columns=columns),
                {"copy": copy, "period": period_secs, "until": until},
            )
    database.close()


_TIMES = ("created", "start_ts", "end_ts")
# the bound on `created` spares a look through the copies that are there
_COPY = "INSERT INTO spans SELECT {columns} FROM (FROM spans WHERE created < $until ORDER BY created)"


def _measure_reads(store: Path, spans: int) -> Iterator[Row]:
    database = Database(store)
    yield _once("open the store", lambda: _touch(database))
    with database.cursor() as cursor:
        reader = StoreReader(cursor)
        raw = _median("200 roots in plain SQL", lambda: cursor.rows(_RAW_ROOTS))
        yield _beside(_median("list 200 traces, with roll-ups", reader.list_traces), raw)
        [(middle,)] = cursor.rows("SELECT quantile_disc(created, 0.5) FROM spans")
        found = cursor.row("SELECT id, epoch_us(created) FROM spans WHERE created = $at", {"at": middle})
        assert found is not None
        row_id, created_us = found
        yield _median("one payload", lambda: reader.get_span(row_id, created_us))
        yield _median("one payload, start unknown", lambda: reader.get_span(row_id))
        yield _median("totals", reader.totals)
        for text in ("error", "model:gpt-5-mini", "dur>0.05", "tokens>500 error", "meta.user_id=123"):
            yield _median(f"list 200 traces: {text}", lambda text=text: reader.list_traces(text))
        yield _once("list 200 traces: dur>1h (none)", lambda: reader.list_traces("dur>1h"))
        size = (store / "traces.duckdb").stat().st_size
        yield Row(f"file at {spans:,} spans, per span", size / spans, "B")
    database.close()


_RAW_ROOTS = "SELECT id, name, start_ts, duration_secs FROM spans WHERE is_root ORDER BY start_ts DESC LIMIT 200"


def _measure_trace(store: Path, spans: int) -> Iterator[Row]:
    database = Database(store)
    root = f"{2**100 + spans:032x}"
    with database.cursor() as cursor:
        assert len(load_skeleton(cursor, root)) == spans
        yield _median(f"one trace of {spans:,} spans", lambda: load_skeleton(cursor, root))
    database.close()


def _measure_search(store: Path) -> Iterator[Row]:
    """Search for what the newest spans hold, and for what none holds: that one reads everything."""
    database = Database(store)
    with database.cursor() as cursor:
        reader = StoreReader(cursor)
        yield _median("text search to the first hit", lambda: [*islice(reader.search_spans("refund customer"), 1)])
        raw = _once("ILIKE in plain SQL", lambda: cursor.rows(_RAW_SEARCH))
        yield _beside(_once("text search for what is nowhere", lambda: [*reader.search_spans("xylophone")]), raw)
    database.close()


_RAW_SEARCH = (
    "SELECT id FROM spans WHERE input ILIKE '%xylophone%' OR output ILIKE '%xylophone%' OR error ILIKE '%xyl%'"
)


def _measure_batches(store: Path, texts: Texts) -> Iterator[Row]:
    """Merge 100 rows at a time, as the window does while a program logs."""
    database = Database(store)
    merger = Merger(database, store)
    merger.merge_once(budget_secs=60)
    fd = open_segment(store)
    new: list[Row] = []
    changed: list[Row] = []
    mixed: list[Row] = []
    begun: list[list[bytes]] = []  # what is still to be logged of the spans that the batch before began

    def lines_of(number: int, batch: int) -> list[bytes]:
        rows = span_rows(texts, number, root=2**90 + batch, parent=number, at_secs=time.time())
        return [encode_line(row) for row in rows]

    for batch in range(BATCHES):
        logged: list[bytes] = []
        for number in range(100):
            start, output, end = lines_of(number, 2 * batch)
            os.write(fd, start + end)
            logged.append(output)
            if number in {49, 99}:
                new.append(_once("merge of 100 rows of new spans", merger.merge_once))
        os.write(fd, b"".join(logged))
        changed.append(_once("merge of 100 rows for spans that are there", merger.merge_once))
        ending, begun = begun, [lines_of(number, 2 * batch + 1) for number in range(34)]
        os.write(fd, b"".join([lines[0] for lines in begun] + [lines[1] + lines[2] for lines in ending[:33]]))
        if ending:
            mixed.append(_once("merge of 34 new spans, 33 that go on and end", merger.merge_once))
        else:
            merger.merge_once()
    os.close(fd)
    database.close()
    for rows in (new, changed, mixed):
        cpu = sorted(row.cpu or 0.0 for row in rows)
        yield Row(
            f"{rows[0].what}, median", statistics.median(row.figure for row in rows), "ms", cpu=cpu[len(cpu) // 2]
        )
        yield Row(f"{rows[0].what}, worst", max(row.figure for row in rows), "ms", cpu=cpu[-1])


def _measure_latency(store: Path, writers: int) -> Iterator[Row]:
    """Write at a steady pace in other processes, merge by polling as the window does."""
    database = Database(store)
    merger = Merger(database, store)
    merger.merge_once(budget_secs=60)
    processes = [subprocess.Popen([sys.executable, __file__, "--write-load", str(store)]) for _ in range(writers)]
    waits_ms: list[float] = []
    seen_ns = time.time_ns()
    since = datetime.now(UTC).replace(tzinfo=None)
    cpu_began, began = time.process_time(), time.perf_counter()
    while any(process.poll() is None for process in processes):
        if merger.merge_once():
            committed_ns = time.time_ns()
            with database.cursor() as cursor:
                # the load's `input` is the moment of the write
                stamps = [int(text) for (text,) in cursor.rows(_NEW_STAMPS, {"since": since, "seen": str(seen_ns)})]
            waits_ms += [(committed_ns - stamp) / 1e6 for stamp in stamps]
            seen_ns = max(stamps, default=seen_ns)
        time.sleep(POLL_SECS)
    busy = (time.process_time() - cpu_began) / (time.perf_counter() - began)
    database.close()
    waits_ms.sort()
    load = f"{writers} × {SPANS_PER_SEC:,} spans/s"
    yield Row(f"write to committed, p50, {load}", statistics.median(waits_ms), "ms")
    yield Row(f"write to committed, p99, {load}", waits_ms[int(len(waits_ms) * 0.99)], "ms")
    yield Row(f"CPU of the merging process, {load}", busy * 100, "% core")


# spans of other writers may be older than the newest that was seen: at most a round is missed, and not counted
_NEW_STAMPS = "SELECT input FROM spans WHERE created >= $since AND input > $seen AND length(input) = 19 ORDER BY input"


def _write_load(store: Path) -> None:
    texts = Texts(os.getpid())
    fd = open_segment(store)
    root = texts.number(2**100)
    began = time.perf_counter()
    for number in range(int(SPANS_PER_SEC * LOAD_SECS)):
        rows = span_rows(texts, number, root=root + number // 10, parent=number % 10, at_secs=time.time())
        start, _, end = rows
        start["input"] = time.time_ns()
        os.write(fd, encode_line(start))
        os.write(fd, encode_line(end))
        ahead = number / SPANS_PER_SEC - (time.perf_counter() - began)
        if ahead > 0:
            time.sleep(ahead)


def _merge(store: Path) -> None:
    database = Database(store)
    Merger(database, store).merge_once(budget_secs=3600)
    database.close()


def _touch(database: Database) -> None:
    with database.cursor() as cursor:
        cursor.row("SELECT sequence FROM meta")


def _mark(row: Row, spans: int) -> str:
    marks = MARKS_MS.get(row.what)
    if marks is None:
        return ""
    most = marks[spans > _MILLION]
    return f"   {'✓' if row.figure <= most else '✗'} at most {most} ms"


def _once(what: str, action: Callable[[], object]) -> Row:
    wall, cpu = _wall_and_cpu(action)
    return Row(what, wall * 1000, "ms", cpu=cpu * 1000)


def _median(what: str, action: Callable[[], object]) -> Row:
    began = time.perf_counter()
    walls: list[float] = []
    cpus: list[float] = []
    while len(walls) < 2 or (len(walls) < REPEATS and time.perf_counter() - began < REPEAT_SECS):
        wall, cpu = _wall_and_cpu(action)
        walls.append(wall)
        cpus.append(cpu)
    return Row(what, statistics.median(walls) * 1000, "ms", cpu=statistics.median(cpus) * 1000)


def _beside(row: Row, other: Row) -> Row:
    """Return a figure with how its CPU time stands to that of another."""
    return replace(row, beside=other.what, ratio=(row.cpu or 0.0) / (other.cpu or 1.0))


def _wall_and_cpu(action: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that passed and those of CPU: on a busy machine only the latter compare."""
    cpu_began, began = time.process_time(), time.perf_counter()
    action()
    return time.perf_counter() - began, time.process_time() - cpu_began


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
