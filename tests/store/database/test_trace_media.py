from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from spanglass_store.database.trace_media import list_trace_media

if TYPE_CHECKING:
    from spanglass_store.database.connection import Database
    from spanglass_store.database.merge import Merger


def _file(key: str, name: str) -> dict[str, str]:
    return {"type": "braintrust_attachment", "key": key, "filename": name, "content_type": "image/png"}


def test_attachments_come_span_by_span_whatever_their_names_hold(
    database: Database, merger: Merger, open_segment: Any, rows: Any
) -> None:
    odd = 'a } " { \\ name'
    open_segment().write(
        rows.start(0, input={"deep": [{"file": _file("k1", "a.png")}, {"no": "file"}], "note": "braces } here"}),
        rows.start(1, parents=[0]),
        rows.start(2, parents=[0], output=[_file("k2", odd), {"type": "external_attachment", "url": "s3://b/c"}]),
        rows.start(3, root=3, input=_file("k3", "of another trace")),
    )
    merger.merge_once()
    with database.cursor() as cursor:
        found = list_trace_media(cursor, f"{1:032x}", 10)
    assert [span.span_id for span in found] == [f"{number + 1:016x}" for number in (0, 2)]
    first, second = ([json.loads(text) for text in span.references] for span in found)
    assert [value["key"] for value in first] == ["k1"]
    assert [value.get("filename") or value["url"] for value in second] == [odd, "s3://b/c"]


def test_no_more_spans_than_wanted(database: Database, merger: Merger, open_segment: Any, rows: Any) -> None:
    open_segment().write(*(rows.start(number, root=0, input=_file(f"k{number}", "a")) for number in range(5)))
    merger.merge_once()
    with database.cursor() as cursor:
        assert len(list_trace_media(cursor, f"{1:032x}", 2)) == 2
