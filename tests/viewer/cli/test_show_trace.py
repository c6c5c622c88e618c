from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from spanglass_viewer.cli.span_tree import lay_out_tree
from spanglass_viewer.cli.terminal import Terminal, display_width
from spanglass_viewer.cli.trace_tree import write_trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spanglass_store.database.records import SpanRecord

TRACEBACK = """\
Traceback (most recent call last):
  File "payments.py", line 12, in refund
    post()
TimeoutError: no answer\x1b[2J
"""


def show(spans: Sequence[SpanRecord], *, encoding: str = "utf-8") -> list[str]:
    """Return the lines that `spanglass show` prints into a pipe."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    write_trace(Terminal(stream, {}), lay_out_tree(spans))
    stream.seek(0)
    return [line.rstrip() for line in stream.read().splitlines()]


def test_a_tree_has_types_durations_and_tokens(make_span: Callable[..., SpanRecord]) -> None:
    spans = [
        make_span("run", type="task"),
        make_span("chat", "run", at_ms=10, type="llm", model="gpt-5-mini", tokens=1612, end_us=None),
        make_span("search", "run", at_ms=20, type="tool"),
    ]
    header, *tree = show(spans)
    assert header.startswith("trace root · ")
    assert header.endswith("3 spans")
    assert tree == [
        "run        task            1.00 s            ███████████████████████▌",
        "├─ chat    llm gpt-5-mini          1.6k tok  ░░░░░░░░░░░░░░░░░░░░░░░░  ● running",
        "└─ search  tool            1.00 s            ████████████████████████",
    ]


class Screen(io.TextIOWrapper):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [50, 60, 80, 100, 200])
def test_a_terminal_is_as_wide_as_it_is(
    make_span: Callable[..., SpanRecord], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    spans = [
        make_span("a run with a name of some length", type="task"),
        make_span("chat", "a run with a name of some length", type="llm", model="gpt-5-mini", tokens=1612),
        make_span("long 長い名前", "chat", type="tool", error="ValueError: " + "no " * 50),
        make_span("again", "long 長い名前", type="tool", error="ValueError: " + "no " * 50),
    ]
    screen = Screen(io.BytesIO(), encoding="utf-8", write_through=True)
    write_trace(Terminal(screen, {"TERM": "dumb"}), lay_out_tree(spans))
    screen.seek(0)
    header, *tree = screen.read().split("\n\nFirst error")[0].splitlines()
    assert max(map(display_width, [header, *tree])) <= columns
    assert header.startswith("trace root")
    assert ("gpt-5-mini" in tree[1]) == (columns >= 80), "what is least needed goes first"
    assert sum("✗ ValueError: no" in line for line in tree) == 1


def test_the_first_own_error_is_shown_with_its_frames(make_span: Callable[..., SpanRecord]) -> None:
    raised_anew = TRACEBACK + "\nThe above exception was the direct cause of the following exception:\n"
    raised_anew += 'Traceback (most recent call last):\n  File "agent.py", line 3, in run\nRefundFailed: gave up\n'
    lines = show([make_span("run", error=raised_anew), make_span("refund", "run", at_ms=5, error=TRACEBACK)])
    assert lines[0].endswith("1 error"), "the second one is the first, raised anew"
    assert lines[1].endswith("○ RefundFailed: gave up")
    assert lines[2].endswith("✗ TimeoutError: no answer")
    assert lines[4:] == [
        "First error, in refund",
        "  Traceback (most recent call last):",
        '    File "payments.py", line 12, in refund',
        "      post()",
        "  TimeoutError: no answer",
    ]


def test_marks_of_spans_that_need_a_word(make_span: Callable[..., SpanRecord]) -> None:
    lines = show(
        [
            make_span("root"),
            make_span("left", "root", at_ms=1),
            make_span("right", "root", at_ms=2),
            make_span("join", "left", "right", at_ms=3),
            make_span("dead", "root", at_ms=4, end_us=None, is_interrupted=True),
            make_span("lost", "gone", at_ms=5),
        ]
    )

    def line_of(name: str) -> str:
        return next(line for line in lines[1:] if line.strip("│├└─ ").startswith(name + " "))

    assert line_of("join").endswith("also under right")
    assert line_of("(join)").endswith("stands under its first parent")
    assert "interrupted" in line_of("dead")
    assert "running" not in line_of("dead")
    assert line_of("lost").endswith("its parent is missing")


def test_a_name_cannot_command_the_terminal(make_span: Callable[..., SpanRecord]) -> None:
    lines = show([make_span("a", name="\x1b]0;owned\x07na\nme\x9b31m")])
    assert lines[1].startswith("na me ")


def test_a_poor_encoding_gets_plain_guides(make_span: Callable[..., SpanRecord]) -> None:
    lines = show([make_span("a"), make_span("b", "a", at_ms=1), make_span("c", "b", at_ms=2)], encoding="ascii")
    assert [line.split("  1.00")[0].rstrip() for line in lines[1:]] == ["a", "`- b", "   `- c"]
