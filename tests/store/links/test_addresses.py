"""`spanglass://` addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.links.addresses import BadAddress, SpanAddress, format_address, parse_address

IDS = st.from_regex(r"[A-Za-z0-9._:~-]{1,128}", fullmatch=True)


def test_an_address_names_trace_span_and_store():
    address = SpanAddress("8b60", "7317", "c2a6-1")
    assert format_address(address) == "spanglass://trace/8b60?span=7317&store=c2a6-1"
    assert format_address(SpanAddress("8b60")) == "spanglass://trace/8b60"


@given(IDS, st.none() | IDS, st.none() | IDS)
def test_what_is_formatted_is_parsed_back(root_span_id, span_id, store_id):
    address = SpanAddress(root_span_id, span_id, store_id)
    assert parse_address(format_address(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://trace/8b60",
        "spanglass://run/8b60",
        "spanglass://trace/",
        "spanglass://trace/../../etc/passwd",
        "spanglass://trace/a/b",
        "spanglass://trace/8b60?span=%2e%2e%2f",
        "spanglass://trace/8b60?span=a%00b",
        "spanglass://trace/8b60?store=/tmp",
        "spanglass://trace/8b60?store=$(id)",
        "spanglass://[trace/8b60",
        "spanglass://trace/" + "a" * 129,
        "spanglass://trace/8b60?" + "&".join(f"k{n}=1" for n in range(1000)),
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(BadAddress):
        parse_address(text)


@given(st.text())
def test_any_text_is_parsed_or_refused(text):
    try:
        address = parse_address(text)
    except BadAddress:
        return
    assert parse_address(format_address(address)) == address


def test_an_id_that_an_address_cannot_hold_is_refused():
    with pytest.raises(BadAddress):
        format_address(SpanAddress("a b"))


def test_unknown_parts_of_the_query_are_ignored():
    assert parse_address("spanglass://trace/8b60?view=tree&span=7317") == SpanAddress("8b60", "7317")
