from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.tracebacks.frame_kinds import frame_kind
from spanglass_viewer.tracebacks.parse import parse_traceback
from spanglass_viewer.tracebacks.parsed import FrameKind, Link

if TYPE_CHECKING:
    from collections.abc import Callable


def _raise_chain() -> None:
    try:
        {}["order"]
    except KeyError as error:
        raise ValueError("no such order\nask the customer") from error


def _raise_group() -> None:
    try:
        _raise_chain()
    except ValueError as error:
        inner = ExceptionGroup("inner", [OSError("disk")])
        raise ExceptionGroup("many", [error, TypeError("plain"), inner]) from None


def _raise_syntax_error() -> None:
    compile("a b", "snippet.py", "exec")


def _text_of(function: Callable[[], None]) -> str:
    try:
        function()
    except Exception:  # noqa: BLE001 - each test raises its own
        return traceback.format_exc()
    raise AssertionError("nothing was raised")


def test_a_chain_begins_with_what_got_out() -> None:
    first, cause = parse_traceback(_text_of(_raise_chain)).exceptions
    assert (first.type, first.message, first.link) == ("ValueError", "no such order\nask the customer", None)
    assert (cause.type, cause.message, cause.link) == ("KeyError", "'order'", Link.CAUSE)
    assert [frame.function for frame in first.frames] == ["_text_of", "_raise_chain"]
    assert cause.frames[-1].source == '{}["order"]', "carets are left out"
    assert cause.frames[-1].path == __file__


def test_what_was_raised_while_handling_is_linked_so() -> None:
    def fail() -> None:
        try:
            {}["order"]
        except KeyError:
            raise ValueError("second")  # noqa: B904 - the implicit context is what is tested

    exceptions = parse_traceback(_text_of(fail)).exceptions
    assert [(e.type, e.link) for e in exceptions] == [("ValueError", None), ("KeyError", Link.CONTEXT)]


def test_members_follow_their_group() -> None:
    exceptions = parse_traceback(_text_of(_raise_group)).exceptions
    assert [(e.type, e.message, e.link, e.depth) for e in exceptions] == [
        ("ExceptionGroup", "many (3 sub-exceptions)", None, 0),
        ("ValueError", "no such order\nask the customer", Link.MEMBER, 1),
        ("KeyError", "'order'", Link.CAUSE, 1),
        ("TypeError", "plain", Link.MEMBER, 1),
        ("ExceptionGroup", "inner (1 sub-exception)", Link.MEMBER, 1),
        ("OSError", "disk", Link.MEMBER, 2),
    ]
    assert exceptions[1].frames[-1].function == "_raise_chain"


def test_a_syntax_error_has_a_frame_without_a_function() -> None:
    (error,) = parse_traceback(_text_of(_raise_syntax_error)).exceptions
    assert (error.type, error.message) == ("SyntaxError", "invalid syntax")
    assert (error.frames[-1].path, error.frames[-1].line, error.frames[-1].function) == ("snippet.py", 1, "")
    assert error.frames[-1].source == "a b"


def test_repeated_frames_are_counted() -> None:
    def again() -> None:
        again()

    (error,) = parse_traceback(_text_of(again)).exceptions
    assert error.type == "RecursionError"
    assert error.frames[-1].repeated > 100


def test_the_real_sdk_puts_the_exception_first() -> None:
    text = (
        "GatewayTimeout: POST /refunds\ndid not answer\n\nTraceback (most recent call last):\n"
        '  File "/app/pay.py", line 7, in refund\n    post()\n    ~~~~^^\n'
    )
    (error,) = parse_traceback(text).exceptions
    assert (error.type, error.message) == ("GatewayTimeout", "POST /refunds\ndid not answer")
    assert [(frame.path, frame.line, frame.source) for frame in error.frames] == [("/app/pay.py", 7, "post()")]


def test_javascript_stacks_with_causes() -> None:
    text = (
        "TypeError: Cannot read properties of undefined (reading 'id')\n"
        "    at new Refund (/app/src/refund.ts:12:9)\n"
        "    at async run (file:///app/src/run.ts:3:1)\n"
        "    at node:internal/process/task_queues:95:5 {\n"
        "  [cause]: Error: no order\n"
        "      at load (/app/node_modules/orders/index.js:1:2)\n"
    )
    first, cause = parse_traceback(text).exceptions
    assert (first.type, first.message) == ("TypeError", "Cannot read properties of undefined (reading 'id')")
    assert [(f.function, f.path, f.line, f.kind) for f in first.frames] == [
        ("Refund", "/app/src/refund.ts", 12, FrameKind.USER),
        ("run", "/app/src/run.ts", 3, FrameKind.USER),
        ("<anonymous>", "node:internal/process/task_queues", 95, FrameKind.LIBRARY),
    ]
    assert (cause.type, cause.message, cause.link) == ("Error", "no order", Link.CAUSE)
    assert cause.frames[0].kind is FrameKind.LIBRARY


@pytest.mark.parametrize(
    ("text", "named", "message"),
    [
        ("GatewayTimeout: POST /refunds", "GatewayTimeout", "POST /refunds"),
        ("httpx.ReadTimeout", "httpx.ReadTimeout", ""),
        ("something went wrong", "", "something went wrong"),
        ("  padded\ntext ", "", "padded\ntext"),
    ],
)
def test_plain_text(text: str, named: str, message: str) -> None:
    (error,) = parse_traceback(text).exceptions
    assert (error.type, error.message, error.frames) == (named, message, ())


def test_blank_text_names_nothing() -> None:
    assert parse_traceback(" \n").exceptions == ()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/app/agent.py", FrameKind.USER),
        ("/home/me/spanglass/agent.py", FrameKind.USER),
        ("/x/.venv/lib/python3.12/site-packages/httpx/_client.py", FrameKind.LIBRARY),
        ("/usr/lib/python3.11/asyncio/tasks.py", FrameKind.LIBRARY),
        (r"C:\Python312\Lib\json\decoder.py", FrameKind.LIBRARY),
        ("<frozen importlib._bootstrap>", FrameKind.LIBRARY),
        ("/x/.venv/lib/python3.12/site-packages/spanglass/span.py", FrameKind.SDK),
        ("/src/sdk_shim/spanglass/traced.py", FrameKind.SDK),
    ],
)
def test_whose_code_a_path_is(path: str, kind: FrameKind) -> None:
    assert frame_kind(path) is kind


_LINES = st.sampled_from(
    [
        "Traceback (most recent call last):",
        "  + Exception Group Traceback (most recent call last):",
        "  | Traceback (most recent call last):",
        "  +-+---------------- 1 ----------------",
        "    +---------------- 2 ----------------",
        "    +------------------------------------",
        '  File "a.py", line 3, in f',
        '    |   File "a.py", line 3, in f',
        "    f()",
        "    ^^^",
        "  [Previous line repeated 3 more times]",
        "ValueError: x",
        "    | KeyError",
        "The above exception was the direct cause of the following exception:",
        "During handling of the above exception, another exception occurred:",
        "    at f (a.js:1:2)",
        "  [cause]: Error: x",
        "",
        "  |",
    ]
)


@given(st.lists(st.one_of(_LINES, st.text(max_size=20))).map("\n".join))
def test_no_text_makes_it_fail_and_none_is_swallowed(text: str) -> None:
    parsed = parse_traceback(text)
    assert parsed.text == text
    assert bool(parsed.exceptions) or not text.strip() or "Traceback" in text
    assert all(exception.link is not None for exception in parsed.exceptions[1:])
