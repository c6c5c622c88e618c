from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.cli.columns import lay_out_columns
from spanglass_viewer.cli.terminal import Terminal, display_width, pad, pad_left, plain_block, plain_line


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - a stream's encoding is read only
        return self._encoding

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;owned\x07title", "title"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mC1", "C1"),
        ("bell\x07", "bell\ufffd"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\u202eevil", "\ufffdevil"),
        ("naïve 日本 👍", "naïve 日本 👍"),
    ],
)
def test_a_line_of_data_only_prints(text: str, expected: str) -> None:
    assert plain_line(text) == expected


def test_a_block_keeps_its_lines() -> None:
    assert plain_block("a\r\n\x1b[2Jb\tc\x00") == "a\nb   c\ufffd"


@given(st.text())
def test_no_text_reaches_the_terminal_with_a_control_character(text: str) -> None:
    shown = plain_block(text) + plain_line(text)
    assert not [char for char in shown if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)]


def test_json_is_whole_and_harmless() -> None:
    stream = io.StringIO()
    value = {"text": "\x1b[31m \x9b31m \x7f \u202e ü"}
    Terminal(stream, {}).write_json(value)
    assert json.loads(stream.getvalue()) == value
    assert not {"\x1b", "\x9b", "\x7f", "\u202e"} & set(stream.getvalue())


def test_colours_only_where_a_terminal_wants_them() -> None:
    assert Terminal(Screen(), {}).paint("x", "red", "bold") == "\x1b[31;1mx\x1b[0m"
    assert Terminal(Screen(), {"NO_COLOR": "1"}).paint("x", "red") == "x"
    assert Terminal(Screen(), {"TERM": "dumb"}).paint("x", "red") == "x"
    assert Terminal(io.StringIO(), {}).paint("x", "red") == "x"


def test_a_poor_encoding_gets_question_marks() -> None:
    screen = Screen("ascii")
    terminal = Terminal(screen, {})
    terminal.write_line("✗ é")
    assert screen.getvalue() == "? ?\n"
    assert not terminal.draws_lines


def test_wide_characters_take_two_columns() -> None:
    assert display_width("日本") == 4
    assert display_width("e\u0301") == 1
    assert display_width("a\u200bb\u200d") == display_width("\u26a0\ufe0fb") == 2
    assert pad("日", 4) == "日  "
    assert pad_left("日", 4) == "  日"


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert lay_out_columns([("name", "n"), ("日本語", "12")], right_aligned={1}) == ["name     n", "日本語  12"]
