"""Stores of any size, written straight into the tables: what a journal of this length would take minutes to merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.location import ensure_store

if TYPE_CHECKING:
    from pathlib import Path

LARGE_ROOT = "large-root"
_EPOCH_US = 1_795_442_531_000_000  # 2026-11-23
_COLUMNS = (
    "id, container, span_id, root_span_id, span_parents, name, type, project_id, project_name, created, start_ts,"
    " end_ts, duration_secs, is_root, is_error, error_type, error_message, is_interrupted, model, tokens,"
    " prompt_tokens, completion_tokens, attachment_count, score_count, tags, input_preview, input, output, error,"
    " metadata, span_attributes, stamps"
)
# every 500th span fails; ids as the SDK makes them
_TRACE = """
INSERT INTO spans ({columns})
SELECT
    md5('row' || n)[:8] || '-' || md5('row' || n)[9:12] || '-' || md5(n::VARCHAR)[:20], 'bench',
    CASE WHEN n = 0 THEN $root ELSE md5($root || n)[:16] END, $root,
    CASE WHEN n = 0 THEN [] WHEN p = 0 THEN [$root] ELSE [md5($root || p)[:16]] END,
    ['chat.completions', 'orders.lookup', 'classify_intent', 'planner', 'relevance', 'handle'][n % 6 + 1],
    ['llm', 'tool', 'function', 'task', 'score', NULL][n % 6 + 1],
    'bench', 'bench', make_timestamp($epoch + n * 60), make_timestamp($epoch + n * 60),
    CASE WHEN n = 0 THEN make_timestamp($epoch + $spans * 60 + 2000000)
         ELSE make_timestamp($epoch + n * 60 + 1000 + (n * 7919) % 1000000) END,
    1.0, n = 0, n % 500 = 77, CASE WHEN n % 500 = 77 THEN 'ValueError' END,
    CASE WHEN n % 500 = 77 THEN 'ValueError: no such order ' || n END, false,
    CASE WHEN n % 6 = 0 THEN 'gpt-5-mini' END, CASE WHEN n % 6 = 0 THEN 1000 END,
    CASE WHEN n % 6 = 0 THEN 900 END, CASE WHEN n % 6 = 0 THEN 100 END, (n % 100 = 3)::INTEGER, (n % 6 = 4)::INTEGER,
    [], 'order ' || n, '{{"order": ' || n || '}}', '"done ' || n || '"',
    CASE WHEN n % 500 = 77 THEN '"ValueError: no such order ' || n || '"' END,
    '{{}}', '{{}}', '{{}}'
FROM (SELECT n, {parent} AS p FROM range($spans) AS numbers(n))
"""
_PARENTS = {
    # one of the ten spans before, or any before
    "tree": "CASE WHEN n % 4 = 0 THEN greatest(n - 1 - (hash(n) % 10)::BIGINT, 0)"
    " ELSE (hash(n) % greatest(n, 1))::BIGINT END",
    "chain": "greatest(n - 1, 0)",
    "fan": "0",
}
_MANY_TRACES = """
INSERT INTO spans ({columns})
SELECT
    md5('id' || n), 'bench', md5('trace' || n), md5('trace' || n), [], 'agent.run ' || n % 50, 'task', 'bench',
    'bench', make_timestamp($epoch + n * 1000000), make_timestamp($epoch + n * 1000000),
    make_timestamp($epoch + n * 1000000 + 500000 + (n * 7919) % 9000000), 0.5 + ((n * 7919) % 9000000) / 1e6,
    true, n % 40 = 7, CASE WHEN n % 40 = 7 THEN 'TimeoutError' END, CASE WHEN n % 40 = 7 THEN 'TimeoutError: late' END,
    false, NULL, NULL, NULL, NULL, 0, 0, [], 'order ' || n, '"order ' || n || '"', '"done"',
    CASE WHEN n % 40 = 7 THEN '"TimeoutError: late"' END, '{{}}', '{{}}', '{{}}'
FROM range($traces) AS numbers(n)
"""


def make_large_store(path: Path, *, spans: int = 0, traces: int = 0, shape: str = "tree") -> Path:
    """Make a store with one trace of `spans` spans (its root is `LARGE_ROOT`) and `traces` traces of one span.

    `shape`: a tree, a chain in which each span is the child of the one before, or a fan of children of the root.
    """
    ensure_store(path)
    database = Database(path)
    Merger(database, path).merge_once()  # makes the tables
    with database.cursor() as cursor:
        if traces:
            values = {"epoch": _EPOCH_US - traces * 1_000_000, "traces": traces}
            cursor.rows(_MANY_TRACES.format(columns=_COLUMNS), values)
        if spans:
            values = {"root": LARGE_ROOT, "epoch": _EPOCH_US, "spans": spans}
            cursor.rows(_TRACE.format(columns=_COLUMNS, parent=_PARENTS[shape]), values)
    database.close()
    return path
