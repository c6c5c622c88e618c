from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.search.expression import (
    EVERYTHING,
    And,
    Compare,
    Expression,
    HasAttachment,
    HasError,
    IsRunning,
    Match,
    Meta,
    Not,
    Or,
    Score,
    Since,
    Text,
)
from spanglass_store.search.parse import MAX_DEPTH, parse_filter
from spanglass_store.search.tokens import FilterError


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("", EVERYTHING),
        ("  \n ", EVERYTHING),
        ("error", HasError()),
        ("running", IsRunning()),
        ("has:attachment", HasAttachment()),
        ("refund", Text("refund")),
        ('"error"', Text("error")),
        (r'"say \"hi\" \\ now"', Text(r'say "hi" \ now')),
        ("name:receipt.ocr", Match("name", "receipt.ocr")),
        ("NAME=root", Match("name", "root", is_exact=True)),
        ('name:"two words"', Match("name", "two words")),
        ("type:llm", Match("type", "llm")),
        ("model:gpt-5", Match("model", "gpt-5")),
        ("project:a:b", Match("project", "a:b")),
        ("tag:prod", Match("tag", "prod")),
        ("dur>2s", Compare("dur", ">", 2.0)),
        ("dur>=1.5m", Compare("dur", ">=", 90.0)),
        ("dur<250ms", Compare("dur", "<", 0.25)),
        ("dur>3", Compare("dur", ">", 3.0)),
        ("tokens>5k", Compare("tokens", ">", 5000.0)),
        ("tokens=0", Compare("tokens", "=", 0.0)),
        ("cost>0.1", Compare("cost", ">", 0.1)),
        ("cost>$.5", Compare("cost", ">", 0.5)),
        ("score.x<0.5", Score("x", "<", 0.5)),
        ('score."Answer quality"<=1', Score("Answer quality", "<=", 1.0)),
        ("meta.user_id=123", Meta(("user_id",), "=", "123")),
        ('meta.user."full.name":ann', Meta(("user", "full.name"), ":", "ann")),
        ("meta.retries>2", Meta(("retries",), ">", "2.0")),
        ("since:2h", Since(ago_secs=7200.0)),
        ("since:2026-11-20T10:00:00+00:00", Since(at_us=1_795_168_800_000_000)),
        ("-error", Not(HasError())),
        ("--error", Not(Not(HasError()))),
        ("-(error running)", Not(And((HasError(), IsRunning())))),
        ("a - b", And((Text("a"), Text("-"), Text("b")))),
        ("gpt-5", Text("gpt-5")),
        ("error type:llm", And((HasError(), Match("type", "llm")))),
        ("a and b", And((Text("a"), Text("b")))),
        ("a b or c", Or((And((Text("a"), Text("b"))), Text("c")))),
        ("a (b OR c)", And((Text("a"), Or((Text("b"), Text("c")))))),
        ('a "or" b', And((Text("a"), Text("or"), Text("b")))),
    ],
)
def test_what_a_filter_means(text: str, expression: Expression) -> None:
    assert parse_filter(text) == expression


def test_a_date_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Etc/GMT-2")  # two hours east of Greenwich
    time.tzset()
    try:
        assert parse_filter("since:2026-11-20") == Since(at_us=1_795_132_800_000_000 - 7_200_000_000)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("nmae:x", 0, "one of the fields"),
        ("error dur>fast", 10, "a number such as 2s"),
        ("dur>2k", 4, "a number such as 2s"),
        ("tokens>1e3", 7, "a number such as 500 or 5k"),
        ("tokens>" + "9" * 400, 7, "a smaller number"),
        ("name<x", 4, '":" (holds) or "=" (is)'),
        ("name:", 5, "a text"),
        ("has:luck", 4, "attachment"),
        ("since:yesterday", 6, "how long ago"),
        ("since:0001-01-01", 6, "how long ago"),
        ("score.x:", 8, "a number"),
        ('say "hello', 4, 'a closing " for this one'),
        ('name:"x', 5, 'a closing "'),
        ("(error", 6, "a closing bracket"),
        ("error)", 5, "none is open"),
        ("()", 1, "a term"),
        ("a or", 4, "a term"),
        ("or a", 0, "a term"),
        ("a and or b", 6, "a term"),
        ("a :b", 2, 'a field before ":"'),
        ("(" * 100 + "a" + ")" * 100, MAX_DEPTH, "at most 50"),
        ("-" * 100 + "a", MAX_DEPTH, "at most 50"),
        ("a" * 20_000, 10_000, "at most 10,000 characters"),
        ("a \ud800", 2, "a character"),
    ],
)
def test_an_error_names_the_place(text: str, offset: int, expected: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert caught.value.offset == offset
    assert expected in caught.value.expected
    assert f"At character {offset + 1} of the filter" in str(caught.value)


_SIGNS = [
    '"',
    "(",
    ")",
    "-",
    " ",
    ":",
    "=",
    "<",
    ">=",
    ".",
    "\\",
    "\0",
    "é",
    "𝔘",
    "\ud83d",
    "%",
    "'",
    ";",
    "--",
    "/*",
    "~",
    "{",
]
_WORDS = [" or ", " and ", "name", "dur", "score", "meta", "since", "has", "error", "1", "2h", "5k", "2026-11-23"]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_SIGNS + _WORDS), max_size=30).map("".join)))
def test_nothing_but_the_parsers_own_error(text: str) -> None:
    offset = 0
    try:
        parse_filter(text)
    except FilterError as error:
        offset = error.offset
    assert 0 <= offset <= len(text)


def test_a_long_word_is_read_in_one_go() -> None:
    began = time.process_time()
    parse_filter("a" * 9_000)
    with pytest.raises(FilterError):
        parse_filter("a." * 4_500 + '"')
    assert time.process_time() - began < 1
