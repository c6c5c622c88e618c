from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from span_details import make_detail

from spanglass_viewer.backend.compare_worker import _diff_field
from spanglass_viewer.values.text_diff import LineKind

if TYPE_CHECKING:
    from spanglass_store.database.records import SpanRecord

DIGESTS = {"key-1": "aa11", "key-2": "aa11", "key-3": "bb22"}


def _values(key: str, question: str) -> dict[str, object]:
    return {"photo": {"type": "braintrust_attachment", "key": key}, "question": question}


def _changed(before: SpanRecord, after: SpanRecord) -> list[str]:
    lines = _diff_field(before, after, "input", DIGESTS)
    return [line.text for line in lines if line.kind in {LineKind.REMOVED, LineKind.ADDED}]


def test_attachments_differ_by_their_bytes() -> None:
    before, same, other, asked = (
        make_detail(input=_values(key, question)).record
        for key, question in (("key-1", "why"), ("key-2", "why"), ("key-3", "why"), ("key-2", "how"))
    )
    assert _diff_field(before, same, "input", DIGESTS) == []
    assert [line.strip() for line in _changed(before, other)] == ['"key": "sha256 aa11"', '"key": "sha256 bb22"']
    assert [line.strip() for line in _changed(before, asked)] == ['"question": "why"', '"question": "how"']


def test_no_difference_is_passed_over() -> None:
    def changed(one: object, other: object) -> list[str]:
        return _changed(make_detail(input=one).record, make_detail(input=other).record)

    def deep(value: object) -> object:
        for _ in range(150):
            value = [value]
        return value

    urls = [f"data:image/png;base64,{letter * 400}" for letter in "AB"]
    shown = changed({"image": urls[0]}, {"image": urls[1]})
    assert len(set(shown)) == 2
    assert all(line.startswith('  "image": "image/png, 300 B, sha256 ') for line in shown)
    assert len(changed(deep("a"), deep("b"))) == 2
    assert changed("text", "text\n") == [""]
    assert changed(None, "") == ["null"]
    unlogged = replace(make_detail(input="").record, input=None)
    assert _changed(unlogged, make_detail(input="").record) == ['""']
