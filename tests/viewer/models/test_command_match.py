from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.models.command_match import match_command

COMMANDS = ["Next error", "Next trace", "Previous error", "Expand all spans", "Copy link to the span",
            "Copy span as JSON", "Clear the filter", "Filter traces"]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("ne", "Next error"),
        ("nt", "Next trace"),
        ("prev", "Previous error"),
        ("json", "Copy span as JSON"),
        ("filt", "Filter traces"),
        ("CL", "Copy link to the span"),
        ("exp all", "Expand all spans"),
    ],
)
def test_the_command_that_is_meant_comes_first(typed: str, best: str) -> None:
    scored = {text: score for text in COMMANDS if (score := match_command(typed, text)) is not None}
    assert max(scored, key=lambda text: scored[text]) == best


def test_letters_must_stand_in_their_order() -> None:
    assert match_command("txen", "Next error") is None
    assert match_command("", "Next error") == 0


@given(st.sampled_from(COMMANDS), st.data())
def test_any_letters_left_out_still_fit(text: str, data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    typed = "".join(letter for letter, is_kept in zip(text, kept, strict=True) if is_kept)
    assert match_command(typed, text) is not None


@given(st.text(max_size=20), st.text(max_size=40))
def test_anything_can_be_typed(typed: str, text: str) -> None:
    score = match_command(typed, text)
    if score is not None:
        assert set("".join(typed.lower().split())) <= set(text.lower())
