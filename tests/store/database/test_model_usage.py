from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanglass_store.database.model_usage import list_model_usage
from spanglass_store.database.reader import StoreReader
from spanglass_store.database.records import ModelUsage
from spanglass_store.database.skeleton import load_skeleton

if TYPE_CHECKING:
    from spanglass_store.database.connection import Database
    from spanglass_store.database.merge import Merger


def _call(rows: Any, number: int, prompt: int, **more: Any) -> tuple[Any, Any]:
    metrics = {"prompt_tokens": prompt, "completion_tokens": 5, "prompt_cached_tokens": 2} | more
    return rows.start(number, root=0, parents=[0], metadata={"model": "gpt-4o"}), rows.end(number, metrics=metrics)


def test_unpriced_calls_are_summed_a_trace_a_model_and_a_length_of_prompt(
    merger: Merger, database: Database, rows: Any, open_segment: Any
) -> None:
    open_segment().write(
        rows.start(0),
        *_call(rows, 1, 100),
        *_call(rows, 2, 200),
        *_call(rows, 3, 300_000),
        *_call(rows, 4, 100, cost=0.5),
        rows.start(5, root=0, parents=[0], metrics={"prompt_tokens": 7}),
    )
    merger.merge_once()
    with database.cursor() as cursor:
        traces = StoreReader(cursor).list_traces()
        used = list_model_usage(cursor, traces)
        assert list_model_usage(cursor, []) == []
    root = traces[0].root_span_id
    assert sorted(used, key=lambda usage: usage.calls) == [
        ModelUsage(root, "gpt-4o", 1, 300_000, 5, 2),
        ModelUsage(root, "gpt-4o", 2, 300, 10, 4),
    ]


def test_a_skeleton_has_the_kinds_of_tokens(merger: Merger, database: Database, rows: Any, open_segment: Any) -> None:
    open_segment().write(rows.start(0), *_call(rows, 1, 1 << 40, completion_reasoning_tokens=-3))
    merger.merge_once()
    with database.cursor() as cursor:
        skeleton = load_skeleton(cursor, f"{1:032x}")
    assert skeleton.prompt_tokens.tolist() == [-1, 2**31 - 1]
    assert skeleton.completion_tokens.tolist() == [-1, 5]
    assert skeleton.cached_tokens.tolist() == [-1, 2]
    assert skeleton.reasoning_tokens.tolist() == [-1, -1]
