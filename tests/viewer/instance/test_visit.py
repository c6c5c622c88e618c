"""The line that a second start hands over: it can only navigate."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.links.addresses import SpanAddress
from spanglass_viewer.instance.visit import MAX_LINE_BYTES, VERSION, BadVisit, Visit, decode_visit, encode_visit

VISITS = [
    Visit(),
    Visit(SpanAddress("a" * 32)),
    Visit(SpanAddress("a", "b", "c", "output.choices.0"), activation="kde-1_TIME42"),
    Visit(name="8b6089"),
]


@pytest.mark.parametrize("visit", VISITS)
def test_what_is_handed_over_arrives(visit: Visit) -> None:
    assert decode_visit(encode_visit(visit)) == visit


@pytest.mark.parametrize(
    "fields",
    [
        {"version": 2},
        {"version": True},
        {"version": VERSION, "verb": "delete"},
        {"version": VERSION, "trace": "../../etc/passwd"},
        {"version": VERSION, "trace": 1},
        {"version": VERSION, "trace": "a", "field": "output/../x"},
        {"version": VERSION, "trace": "a", "store": "/etc/x"},
        {"version": VERSION, "trace": "a", "name": "b"},
        {"version": VERSION, "span": "a"},
        {"version": VERSION, "name": "a b"},
        {"version": VERSION, "name": "é"},
        {"version": VERSION, "activation": "a\nb"},
        {"version": VERSION, "activation": "x" * 257},
        [],
        None,
    ],
)
def test_anything_else_is_refused(fields: object) -> None:
    with pytest.raises(BadVisit):
        decode_visit(orjson.dumps(fields))


def test_a_long_line_is_not_even_read() -> None:
    with pytest.raises(BadVisit, match="too long"):
        decode_visit(b" " * (MAX_LINE_BYTES + 1))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_visit_or_refused(line: bytes) -> None:
    try:
        visit = decode_visit(line)
    except BadVisit:
        return
    assert decode_visit(encode_visit(visit)) == visit


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.lists(st.integers(), max_size=2))
KEYS = st.sampled_from(["version", "trace", "span", "store", "field", "name", "activation", "verb", "path"])


@given(st.dictionaries(KEYS, VALUES), st.booleans())
def test_any_object_is_a_visit_of_plain_ids_or_refused(fields: dict[str, object], is_versioned: bool) -> None:
    if is_versioned:
        fields["version"] = VERSION
    try:
        line = orjson.dumps(fields)
    except TypeError:
        return  # integers beyond 64 bits, lone surrogates
    try:
        visit = decode_visit(line)
    except BadVisit:
        return
    said = [visit.name, *((visit.address.root_span_id, visit.address.span_id) if visit.address else ())]
    assert all("/" not in text and "\\" not in text for text in said if text is not None)
