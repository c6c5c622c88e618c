from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spanglass_store.database import skeleton, statements
from spanglass_store.database.skeleton import load_skeleton

if TYPE_CHECKING:
    import pytest

    from spanglass_store.database.connection import Database
    from spanglass_store.database.merge import Merger
    from spanglass_store.database.records import TraceSkeleton

ROOT = f"{1:032x}"


def skeleton_of(merger: Merger, database: Database, root: str = ROOT) -> TraceSkeleton:
    merger.merge_once()
    with database.cursor() as cursor:
        return load_skeleton(cursor, root)


def test_parents_are_rows_and_missing_ones_are_marked(merger: Merger, database: Database, rows: Any, open_segment: Any):
    open_segment().write(
        rows.start(0), rows.start(1, parents=[0]), rows.start(2, parents=[1]), rows.start(3, parents=[77])
    )
    skeleton = skeleton_of(merger, database)
    assert skeleton.parent.tolist() == [-1, 0, 1, -2]
    assert skeleton.parent.dtype == np.int32
    assert [skeleton.names[code] for code in skeleton.name_code] == ["span 0", "span 1", "span 2", "span 3"]


def test_ids_of_any_form_come_with_the_skeleton(merger: Merger, database: Database, rows: Any, open_segment: Any):
    names = [f"{7:016x}", "ABCDEF0123456789", "né\n", "0x00000000000000", "ffffffffffffffff", "0" * 17]
    open_segment().write(*(rows.start(number, span_id=name) for number, name in enumerate(names)))
    ids = skeleton_of(merger, database).span_id
    assert sorted(ids) == sorted(names)
    assert [*ids] == [ids[span] for span in range(len(names))]


def test_further_parents_are_extra_edges(merger: Merger, database: Database, rows: Any, open_segment: Any):
    open_segment().write(
        rows.start(0),
        rows.start(1, parents=[0]),
        rows.start(2, parents=[0]),
        rows.start(3, parents=[1, 2]),
        rows.start(4, parents=[2, 88, 1]),
    )
    skeleton = skeleton_of(merger, database)
    assert skeleton.parent.tolist() == [-1, 0, 0, 1, 2]
    assert list(zip(skeleton.extra_child.tolist(), skeleton.extra_parent.tolist(), strict=True)) == [(3, 2), (4, 1)]


def test_a_cycle_and_a_span_that_is_its_own_parent_are_shown(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    open_segment().write(rows.start(0, parents=[1]), rows.start(1, parents=[0]), rows.start(2, parents=[2]))
    assert skeleton_of(merger, database).parent.tolist() == [1, 0, 2]


def test_numbers_that_are_missing_have_their_stand_ins(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    open_segment().write(
        rows.start(0),
        rows.start(1, span_attributes={"name": "chat", "type": "llm"}, metadata={"model": "m"}, scores={"good": 1}),
        rows.end(1, metrics={"tokens": 7, "cost": 0.5, "time_to_first_token": 0.25}, secs=1.0),
    )
    skeleton = skeleton_of(merger, database)
    assert len(skeleton) == 2
    assert skeleton.end_us.tolist()[0] == -1
    assert skeleton.end_us[1] - skeleton.start_us[1] == 1_000_000
    assert skeleton.tokens.tolist() == [-1, 7]
    assert np.isnan(skeleton.cost[0])
    assert skeleton.cost[1] == 0.5
    assert skeleton.ttft_us.tolist() == [-1, 250_000]
    assert [skeleton.types[code] for code in skeleton.type_code] == ["task", "llm"]
    assert [skeleton.models[code] for code in skeleton.model_code] == ["", "m"]
    assert skeleton.score_count.tolist() == [0, 1]
    assert skeleton.scores == {1: '{"good":1}'}
    for column in (skeleton.start_us, skeleton.end_us, skeleton.created_us, skeleton.ttft_us):
        assert column.dtype == np.int64
        assert not np.ma.isMaskedArray(column)


def test_starts_are_kept_once_where_rows_were_created_at_them(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    open_segment().write(rows.start(0), rows.start(1, parents=[0], secs=1.0))
    alike = skeleton_of(merger, database)
    assert alike.created_us is alike.start_us
    open_segment().write(rows.start(2, parents=[0], metrics={"start": 5.0}))
    apart = skeleton_of(merger, database)
    assert apart.start_us[0] == 5_000_000
    assert apart.created_us[0] > 5_000_000


def test_errors_come_as_text_and_bounded(merger: Merger, database: Database, rows: Any, open_segment: Any):
    open_segment().write(
        rows.start(0),
        rows.start(1, error="line 1\nline 2"),
        rows.start(2, error={"code": 5}),
        rows.start(3, error="Traceback" + "x" * 30_000 + "ValueError: no"),
    )
    errors = skeleton_of(merger, database).errors
    assert errors[1] == "line 1\nline 2"
    assert errors[2] == '{"code":5}'
    assert len(errors[3]) == 20_003
    assert errors[3].startswith("Tracebackx")
    assert errors[3].endswith("xValueError: no"), "the headline of a Python traceback stands at its end"
    assert 0 not in errors


def test_two_rows_with_one_span_id_are_no_reason_to_double_edges(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    twin = {**rows.start(0), "id": "12345678-0000-4000-8000-000000000000"}
    open_segment().write(rows.start(0), twin, rows.start(1, parents=[0]))
    skeleton = skeleton_of(merger, database)
    assert skeleton.parent.tolist() == [-1, -1, 0]


def test_rows_are_in_the_order_of_their_beginnings_and_ids(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    """Lines come as they are written: late ones too, some at one time, with ids of all forms."""
    names = [f"{7:016x}", "zebra", f"{3:016x}", "ant", f"{5:016x}"]
    lines = [rows.start(0, span_id=f"{9:016x}", metrics={"start": 5.0}, error="E: 0")]
    lines += [
        rows.start(number, span_id=name, metrics={"start": 2.0}, scores={"n": number})
        for number, name in enumerate(names, 1)
    ]
    lines.append(
        rows.start(9, span_id=f"{1:016x}", metrics={"start": 1.0}, span_parents=["zebra", f"{5:016x}", "gone"])
    )
    open_segment().write(*lines)
    skeleton = skeleton_of(merger, database)
    ids = [*skeleton.span_id]
    assert ids == [f"{1:016x}", f"{3:016x}", f"{5:016x}", f"{7:016x}", "ant", "zebra", f"{9:016x}"]
    assert skeleton.errors == {6: "E: 0"}
    assert skeleton.scores == {1: '{"n":3}', 2: '{"n":5}', 3: '{"n":1}', 4: '{"n":4}', 5: '{"n":2}'}
    assert (skeleton.parent[0], skeleton.extra_child.tolist(), skeleton.extra_parent.tolist()) == (5, [0], [2])
    assert [skeleton.names[code] for code in skeleton.name_code] == [f"span {n}" for n in (9, 3, 5, 1, 4, 2, 0)]


def test_what_is_merged_while_it_is_read_is_not_in_half_of_it(
    merger: Merger, database: Database, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    segment = open_segment()
    segment.write(rows.start(0), rows.start(1, parents=[0]))
    merger.merge_once()
    segment.write(rows.start(2, parents=[0]))

    def query_after_merge(name: str) -> str:
        if name == "skeleton_numbers":
            merger.merge_once()
        return statements.query(name)

    with monkeypatch.context() as patched, database.cursor() as cursor:
        patched.setattr(skeleton, "query", query_after_merge)
        before = load_skeleton(cursor, ROOT)
    assert (len(before), len(before.is_error), len(before.attachment_count)) == (2, 2, 2)
    assert len(skeleton_of(merger, database)) == 3


def test_an_unknown_trace_is_empty(merger: Merger, database: Database):
    skeleton = skeleton_of(merger, database, "nothing")
    assert len(skeleton) == 0
    assert len(skeleton.parent) == 0
