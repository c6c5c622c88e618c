"""The fold against a naive model: sort all rows by stamp, merge one after the other."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_store.database.columns import EPOCH, STATE_COLUMNS, deleted_row, read_deleted, read_state, span_row
from spanglass_store.database.fold import SpanState, fold
from spanglass_store.database.json_text import parsed
from spanglass_store.database.rows import Row, read_row
from spanglass_store.database.statements import span_column_names

if TYPE_CHECKING:
    import random

SPAN_ID = "385052b6-50a2-43b4-b52d-9afaa34f0bff"


# the model


def model(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the fields that a span has after these rows, by the contract's words alone."""
    rows = sorted({line["_stamp"]: line for line in lines}.values(), key=lambda line: line["_stamp"])
    full = [row for row in rows if row.get("_object_delete") or not row.get("_is_merge")]
    if len(full) > 1 or (full and full[0].get("_object_delete")):
        base = full[-1]
        ordered = [base, *(row for row in rows if row["_stamp"] > base["_stamp"])]
    else:
        ordered = [*full, *(row for row in rows if row.get("_is_merge"))]
    fields: dict[str, Any] = {}
    for row in ordered:
        if not row.get("_object_delete"):
            _merge_row(fields, copy.deepcopy(row))
    return fields


def _merge_row(fields: dict[str, Any], row: dict[str, Any]) -> None:
    said = {key: value for key, value in row.items() if not key.startswith("_") and key != "id" and value is not None}
    for path in row.get("_merge_paths", []):
        holder, key = _holder(said, path), path[-1]
        target = _holder(fields, path)
        if isinstance(holder, dict) and isinstance(holder.get(key), dict) and isinstance(target, dict):
            target.pop(key, None)
        if len(path) == 1 and path[0] in row and row[path[0]] is None:
            fields.pop(path[0], None)
    for key, value in said.items():
        if key == "tags":
            fields["tags"] = {*fields.get("tags", ()), *value}
        else:
            fields[key] = _deep_merge(fields.get(key), value)
    for entry in row.get("_array_delete", []):
        holder, key = _holder(fields, entry["path"]), entry["path"][-1]
        if isinstance(holder, dict) and isinstance(holder.get(key), list | set):
            kept = [item for item in holder[key] if item not in entry["delete"]]
            holder[key] = set(kept) if key == "tags" and holder is fields else kept


def _holder(fields: Any, path: list[str]) -> Any:
    for key in path[:-1]:
        fields = fields.get(key) if isinstance(fields, dict) else None
    return fields


def _deep_merge(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _deep_merge(old.get(key), value) for key, value in new.items()}}
    return new


# the fold, through the tables' columns


def folded(lines: list[dict[str, Any]], cuts: list[bool]) -> SpanState:
    """Fold rows in the order given; after each whose cut is true the span goes through its table row."""
    state = SpanState(SPAN_ID)
    for line, is_cut in zip(lines, cuts, strict=True):
        fold(state, [row_of(line)])
        if is_cut:
            state = through_deleted(state) if state.is_deleted else through_columns(state)
    return state


def row_of(line: dict[str, Any]) -> Row:
    return read_row(copy.deepcopy(line), default_stamp=1, process="p")


def through_columns(state: SpanState) -> SpanState:
    values = dict(zip(span_column_names(), span_row(state, is_orphaned=False), strict=True))
    values["span_parents"] = list(values["span_parents"])  # as DuckDB gives them
    values["epoch_us(created)"] = (values["created"] - EPOCH) // (EPOCH.resolution)
    return read_state(tuple(values[name] for name in STATE_COLUMNS))


def through_deleted(state: SpanState) -> SpanState:
    *identity, created, process, stamps = deleted_row(state)
    return read_deleted((*identity, (created - EPOCH) // EPOCH.resolution, process, stamps))


def fields_of(state: SpanState) -> dict[str, Any]:
    fields = {key: parsed(value) for key, value in state.fields.items()}
    tags = set(fields.pop("tags", ()))
    return {**fields, **({"tags": tags} if tags else {})}


def without_empty_tags(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != "tags" or value}


# rows

keys = st.sampled_from(["a", "b", "c"])
values = st.recursive(
    st.one_of(st.none(), st.integers(0, 9), st.lists(st.integers(0, 3), max_size=3)),
    lambda inner: st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
paths = st.builds(lambda top, rest: [top, *rest], st.sampled_from(["input", "metadata"]), st.lists(keys, max_size=2))
deletes = st.builds(
    lambda path, unwanted: {"path": path, "delete": unwanted},
    st.one_of(paths, st.just(["tags"])),
    st.lists(st.one_of(st.integers(0, 3), st.sampled_from(["x", "y"])), max_size=2),
)
said = st.fixed_dictionaries(
    {},
    optional={
        "input": values,
        "metadata": st.dictionaries(keys, values, max_size=3),
        "log_id": st.sampled_from(["g", "h"]),
        "tags": st.lists(st.sampled_from(["x", "y", "z"]), max_size=2, unique=True),
    },
)
updates = st.builds(
    lambda fields, operators: {**fields, **operators, "_is_merge": True},
    said,
    st.fixed_dictionaries(
        {}, optional={"_merge_paths": st.lists(paths, max_size=2), "_array_delete": st.lists(deletes, max_size=2)}
    ),
)
full_rows = st.builds(lambda fields: {**fields, "log_id": "g", "_is_merge": False}, said)
deletions = st.just({"_object_delete": True})


@st.composite
def histories(draw: st.DrawFn, *, with_deletions: bool = False) -> tuple[list[dict[str, Any]], list[bool]]:
    kinds = st.one_of(updates, updates, updates, full_rows, *([deletions] if with_deletions else []))
    rows = draw(st.lists(kinds, min_size=1, max_size=7))
    for stamp, row in enumerate(rows, start=1):
        row |= {"id": SPAN_ID, "_stamp": stamp * 10}
    rows += draw(st.lists(st.sampled_from(rows), max_size=1))  # a row may be delivered twice
    rows = draw(st.permutations(rows))
    return rows, draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))


@settings(max_examples=600)
@given(histories())
def test_any_order_and_any_cut_give_what_the_sorted_rows_give(history: tuple[list[dict[str, Any]], list[bool]]):
    rows, cuts = history
    assert fields_of(folded(rows, cuts)) == without_empty_tags(model(rows))


@settings(max_examples=300)
@given(histories(with_deletions=True))
def test_deletions_too_and_what_was_deleted_stays_so(history: tuple[list[dict[str, Any]], list[bool]]):
    rows, cuts = history
    assert fields_of(folded(rows, cuts)) == without_empty_tags(model(rows))


identity_rows = st.builds(
    lambda is_merge, identity: {"_is_merge": is_merge, **identity},
    st.booleans(),
    st.fixed_dictionaries(
        {},
        optional={
            "span_id": st.sampled_from(["s1", "s2"]),
            "root_span_id": st.sampled_from(["r1", "r2"]),
            "span_parents": st.sampled_from([None, ["p1"], ["p1", "p2"]]),
            "created": st.sampled_from(["2026-01-01T00:00:00+00:00", "2026-01-02T01:00:00.5+01:00"]),
        },
    ),
)


@given(st.lists(identity_rows, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_identity_is_the_first_full_rows_in_any_order(rows: list[dict[str, Any]], chance: random.Random):
    for stamp, row in enumerate(rows, start=1):
        row |= {"id": SPAN_ID, "_stamp": stamp * 10, "log_id": "g"}
    expected: dict[str, Any] = {}
    for row in sorted(rows, key=lambda row: (row["_is_merge"], row["_stamp"])):
        for key in ("span_id", "root_span_id"):
            if row.get(key) is not None:
                expected.setdefault(key, row[key])
        if row.get("span_parents") is not None or not row["_is_merge"]:
            expected.setdefault("span_parents", row.get("span_parents") or [])
    shuffled = chance.sample(rows, len(rows))
    state = folded(shuffled, [chance.random() < 0.5 for _ in rows])
    assert {key: state.identity[key] for key in expected} == expected
