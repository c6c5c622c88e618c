from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.format.text import elide_middle, one_line, span_name


@given(st.text(max_size=2000))
def test_one_line_is_one_line_without_tricks(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 400
    assert not set(line) & set("\n\r\t\x00\x1b\u202e\u2066\u200f")


def test_white_space_is_folded_and_a_direction_override_shows() -> None:
    assert one_line("  a\n\tb  ") == "a b"
    assert one_line("invoice\u202efdp.exe") == "invoice�fdp.exe"
    assert one_line("\x1b[31mred") == "�[31mred"


@given(st.text(max_size=200), st.integers(min_value=3, max_value=60))
def test_an_elided_name_keeps_both_ends(text: str, max_chars: int) -> None:
    shown = elide_middle(text, max_chars)
    assert len(shown) <= max(max_chars, 0)
    if len(text) > max_chars:
        head, tail = shown.split("…", 1) if text.count("…") == 0 else (shown[:1], "")
        assert text.startswith(head)
        assert text.endswith(tail)


def test_a_name_that_shows_nothing_has_a_stand_in():
    assert [span_name(name) for name in ("chat", "", " \n", "\u00a0")] == ["chat", *["(unnamed)"] * 3]
    assert span_name("x" * 50, 10) == "x" * 9 + "…"
