"""Bytes ↔ lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.journal.lines import BadLine, LineKind, decode_line, encode_line, kind_of

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON))
def test_what_is_encoded_is_one_line_and_decodes_to_itself(line):
    text = encode_line(line)
    assert text.endswith(b"\n")
    assert text.count(b"\n") == 1
    assert decode_line(text) == line
    assert decode_line(text[:-1]) == line


@pytest.mark.parametrize("text", [b"", b"\n", b"{", b"[1]", b"null", b'"x"', b'{"a":NaN}', b"\xff", b'{"a":1}{"b":2}'])
def test_what_is_no_object_is_refused_with_a_reason(text):
    with pytest.raises(BadLine, match="the line"):
        decode_line(text)


def test_nul_bytes_are_named():
    with pytest.raises(BadLine, match="NUL"):
        decode_line(b'{"a":1}\0\0')


@given(st.binary())
def test_any_bytes_are_decoded_or_refused(text):
    try:
        line = decode_line(text)
    except BadLine:
        return
    assert isinstance(line, dict)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ({"id": "a"}, LineKind.ROW),
        ({"id": "a", "comment": {"text": "x"}, "origin": {"id": "b"}}, LineKind.COMMENT),
        ({"_line": "attachment"}, LineKind.ATTACHMENT),
        ({"_line": "experiment"}, LineKind.EXPERIMENT),
        ({"_line": "process"}, LineKind.PROCESS),
    ],
)
def test_a_line_tells_its_kind(line, kind):
    assert kind_of(line) is kind


def test_an_unknown_kind_is_refused():
    with pytest.raises(BadLine, match="'hologram'"):
        kind_of({"_line": "hologram"})
