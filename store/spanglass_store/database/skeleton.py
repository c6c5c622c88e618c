"""One trace as numpy columns: what a tree and a waterfall need, no payloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.records import TraceSkeleton
from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.span_ids import SpanIds

ERROR_END_CHARS = 10_000  # of an error longer than two of these, both ends
MAX_SCORES_CHARS = 2000
NO_PARENT = -1  # -2, a parent that is not there, comes from the query


def load_skeleton(cursor: Cursor, root_span_id: str) -> TraceSkeleton:
    """Return the skeleton of a trace; one of length 0 where there is no such trace. Needs numpy."""
    import numpy as np  # noqa: PLC0415 - base installs have none; only the window asks for skeletons

    trace = {"root_span_id": root_span_id}
    cursor.rows(query("make_skeleton"), trace)
    try:
        spans = cursor.columns(query("skeleton_spans"))
        span_id = _read_ids(cursor)
        edges = cursor.columns(query("skeleton_edges"))
        words = {column: _words(cursor, column) for column in ("name", "type", "model")}
        codes = cursor.columns(query("skeleton_codes"), {f"{column}s": words[column] for column in words})
        scores = dict(cursor.rows(query("skeleton_scores"), {**trace, "most_chars": MAX_SCORES_CHARS}))
        errors = dict(cursor.rows(query("skeleton_errors"), {**trace, "end_chars": ERROR_END_CHARS}))
    finally:
        cursor.rows(query("drop_skeleton"))
    parent = np.full(len(spans["start_us"]), NO_PARENT, dtype=np.int32)
    is_first = edges["place"] == 1
    parent[edges["child"][is_first]] = edges["parent"][is_first]
    extra = np.flatnonzero(~is_first & (edges["parent"] >= 0))
    extra = extra[np.lexsort((edges["place"][extra], edges["child"][extra]))]
    return TraceSkeleton(
        root_span_id=root_span_id,
        span_id=span_id,
        parent=parent,
        extra_child=edges["child"][extra],
        extra_parent=edges["parent"][extra],
        start_us=spans["start_us"],
        end_us=spans["end_us"],
        created_us=spans["created_us"],
        name_code=codes["name"],
        names=words["name"],
        type_code=codes["type"],
        types=words["type"],
        model_code=codes["model"],
        models=words["model"],
        is_error=spans["is_error"],
        is_interrupted=spans["is_interrupted"],
        tokens=spans["tokens"],
        prompt_tokens=spans["prompt_tokens"],
        completion_tokens=spans["completion_tokens"],
        cached_tokens=spans["cached_tokens"],
        reasoning_tokens=spans["reasoning_tokens"],
        cost=spans["cost"],
        ttft_us=spans["ttft_us"],
        attachment_count=spans["attachment_count"],
        score_count=spans["score_count"],
        errors=errors,
        scores=scores,
    )


def _read_ids(cursor: Cursor) -> SpanIds:
    from spanglass_store.database.span_ids import SpanIds  # noqa: PLC0415 - needs numpy, as above

    others = cursor.columns(query("skeleton_other_ids"))
    return SpanIds.of_numbers(cursor.columns(query("skeleton_ids"))["span_key"], others["place"], others["span_id"])


def _words(cursor: Cursor, column: str) -> list[str]:
    """Return the different values of a column, sorted."""
    return [word for (word,) in cursor.rows(query("skeleton_words").format(column=column))]
