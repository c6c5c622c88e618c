from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_store.database import known_tables
from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.names import segment_name
from spanglass_store.location import ensure_store

MINUTE = "2026-01-01T00:0{}:00+00:00"

keys = st.sampled_from(["a", "b"])
values = st.one_of(st.integers(0, 9), st.text("xé", max_size=3), st.dictionaries(keys, st.integers(0, 9), max_size=2))
said = st.fixed_dictionaries(
    {},
    optional={
        "input": values,
        "output": st.one_of(values, st.just({"type": "braintrust_attachment", "key": "k"})),
        "error": st.sampled_from([None, "ValueError: no", {"message": "no"}]),
        "metadata": st.dictionaries(st.sampled_from(["a", "model"]), values, max_size=2),
        "metrics": st.dictionaries(
            st.sampled_from(["start", "end", "tokens"]), st.integers(1, 2_000_000_000), max_size=3
        ),
        "scores": st.dictionaries(keys, st.one_of(st.none(), st.floats(0, 1)), max_size=2),
        "span_attributes": st.fixed_dictionaries(
            {}, optional={"name": st.sampled_from(["n", "m"]), "type": st.just("llm")}
        ),
        "tags": st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True),
        "note": st.integers(0, 3),
        "_merge_paths": st.just([["metadata"]]),
        "root_span_id": st.sampled_from(["r1", "r2"]),
        "span_parents": st.sampled_from([[], ["p"]]),
    },
)
kinds = st.sampled_from([{"_is_merge": True}] * 8 + [{"_is_merge": False}, {"_object_delete": True}])
rows = st.builds(
    lambda number, container, kind, fields: {
        **fields,
        **kind,
        **container,
        "id": f"0000000{number}-0000-4000-8000-000000000000" if number else "an id of one's own",
        "created": MINUTE.format(number),
        "span_id": f"s{number}",
    },
    st.sampled_from([0, 1, 1]),
    st.sampled_from([{}, {"project_id": "p"}, {"project_id": "p"}, {"project_id": "q"}]),
    kinds,
    said,
)


def merged(history: list[tuple[dict[str, Any], bool]], *, is_kept: bool) -> list[tuple[Any, ...]]:
    """Merge rows in batches, each ends with a row whose mark is true; return the tables' rows in an order of their own.

    `is_kept` lets one merger do it, which need not read back what it wrote; else each batch has a new one.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        ensure_store(store)
        database = Database(store)
        segment = (store / "journal" / segment_name(1, os.getpid(), "1" * 8)).open("ab", buffering=0)
        fcntl.flock(segment, fcntl.LOCK_EX)  # its writer lives
        merger = Merger(database, store)
        for stamp, (row, is_last) in enumerate(history, start=1):
            segment.write(encode_line({**row, "_stamp": stamp * 1_000_000}))
            if is_last:
                merger.merge_once()
                merger = merger if is_kept else Merger(database, store)
        merger.merge_once()
        with database.cursor() as cursor:
            found = [
                cursor.rows(f"FROM {table} ORDER BY ALL") for table in ("spans", "deleted_spans", "rootless_traces")
            ]
            without_a_root = "SELECT root_span_id FROM spans GROUP BY ALL HAVING NOT bool_or(is_root) ORDER BY ALL"
            assert found[-1] == cursor.rows(without_a_root)
        segment.close()
        database.close()
        return found


@settings(max_examples=20)
@given(
    st.lists(st.tuples(rows, st.sampled_from([True, True, False])), min_size=7, max_size=10), st.sampled_from([1, 1000])
)
def test_what_a_merge_knows_of_its_rows_is_what_stands_in_the_tables(
    history: list[tuple[dict[str, Any], bool]], most_rows: int
):
    with patch.object(known_tables, "MAX_ROWS", most_rows):
        assert merged(history, is_kept=True) == merged(history, is_kept=False)
