from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.search.expression import Match, Score
from spanglass_store.search.parse import parse_filter
from spanglass_viewer.models.filter_completion import complete_filter, quoted

WORDS = {
    "name": ("chat.completions", "orders.lookup", "plan the day", "recheck"),
    "type": ("llm", "tool"),
    "model": ("gpt-5",),
    "project": ("my shop",),
    "tag": (),
    "score": ("quality", "tone of it", "a.b"),
    "meta": ("user_id", "env", "a:b"),
}


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("na", ["name:"]),
        ("t", ["type:", "tag:", "tokens>"]),
        ("type:", ["type:llm", "type:tool"]),
        ("TYPE:l", ["type:llm", "type:tool"]),
        ("type=too", ["type=tool"]),
        ("name:ch", ["name:chat.completions", "name:recheck"]),
        ("error -type:to", ["type:tool"]),
        ("(error or mod", ["model:"]),
        ("project:my", ['project:"my shop"']),
        ('project:"my s', ['project:"my shop"']),
        ("tag:x", []),
        ("nothing like it", []),
        ("type:llm", []),
        ("score.", ["score.quality>", 'score."tone of it">', "score.a.b>"]),
        ("score.q", ["score.quality>"]),
        ('error score."to', ['score."tone of it">']),
        ("score.quality>", []),
        ("-META.e", ["meta.env:", "meta.user_id:"]),
        ("meta.a", ['meta."a:b":']),
    ],
)
def test_what_can_be_completed(text: str, candidates: list[str]) -> None:
    assert list(complete_filter(text, len(text), WORDS).candidates) == candidates


def test_only_the_piece_before_the_cursor_is_replaced() -> None:
    completion = complete_filter("error -ty model:gpt-5", 9, WORDS)
    assert (completion.start, completion.end, completion.candidates) == (7, 9, ("type:",))


def test_every_field_is_offered_where_nothing_is_typed() -> None:
    candidates = complete_filter("error ", 6, WORDS).candidates
    assert {"error", "name:", "meta.", "has:attachment"} <= set(candidates)


@given(st.text(min_size=1, max_size=40).filter(lambda word: not any("\ud800" <= char <= "\udfff" for char in word)))
def test_a_quoted_word_means_itself(word: str) -> None:
    assert parse_filter(f"name={quoted(word)}") == Match("name", word, is_exact=True)


@given(st.text(min_size=1, max_size=40).filter(lambda word: not any("\ud800" <= char <= "\udfff" for char in word)))
def test_a_completed_score_means_itself(word: str) -> None:
    (candidate,) = complete_filter("score.", 6, {"score": (word,)}).candidates
    assert parse_filter(f"{candidate}0.5") == Score(word, ">", 0.5)


@given(st.text(max_size=40), st.integers(0, 40))
def test_any_text_can_be_completed(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    completion = complete_filter(text, cursor, WORDS)
    assert 0 <= completion.start <= completion.end == cursor
