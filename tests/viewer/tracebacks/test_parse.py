from __future__ import annotations

import linecache
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.tracebacks.frame_kinds import frame_kind
from spanglass_viewer.tracebacks.parse import parse_traceback
from spanglass_viewer.tracebacks.parsed import FrameKind, Link, find_failed_frame

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
    assert cause.frames[-1].source == '{}["order"]', "carets are no source"
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


@pytest.mark.parametrize(
    ("quoted", "failed"),
    [
        ("    total = price / count\n            ~~~~~~^~~~~~~\n", "price / count"),
        ("    pay(\n    ~~~^\n        order,\n        ^^^^^\n    )\n    ^\n", "pay("),
        ("    répondre(café)\n             ^^^^\n", "café"),
        ("    post()\n", None),
        ('    greet("日本", name)\n                 ^^^^\n', None),
        ("    a\n  ^\n", None),
    ],
)
def test_carets_say_what_of_a_line_failed(quoted: str, failed: str | None) -> None:
    text = f'Traceback (most recent call last):\n  File "/app/pay.py", line 7, in pay\n{quoted}NameError: x\n'
    (error,) = parse_traceback(text).exceptions
    (frame,) = error.frames
    assert failed == (None if frame.columns is None else frame.source.split("\n")[0][slice(*frame.columns)])


def test_a_syntax_error_points_at_its_place() -> None:
    (error,) = parse_traceback(_text_of(lambda: compile("x = (1,, 2)", "agent.py", "exec"))).exceptions
    frame = error.frames[-1]
    assert (frame.path, frame.line, frame.source, frame.columns) == ("agent.py", 1, "x = (1,, 2)", (7, 8))


@given(
    before=st.lists(st.sampled_from(["a", "é", "(b)", "'c'", "[d][0]"]), max_size=4),
    failing=st.sampled_from(["n / z", "nothing", "d[9]", "f(z)", "n.gone"]),
    after=st.lists(st.sampled_from(["e", "(n + n)", "'ü'"]), max_size=3),
    indent=st.integers(1, 6),
)
def test_what_failed_is_what_python_says(before: list[str], failing: str, after: list[str], indent: int) -> None:
    line = f"{' ' * indent}x = [{', '.join([*before, failing, *after])}]"
    source = f"def run(a=0, é=1, b=2, d=[3], e=4, n=5, z=0, f=(lambda z: 1 / z)):\n{line}\n"
    linecache.cache["made.py"] = (len(source), None, source.splitlines(keepends=True), "made.py")
    names: dict[str, Any] = {}
    exec(compile(source, "made.py", "exec"), names)  # noqa: S102 - it is the test's own
    (error,) = parse_traceback(_text_of(names["run"])).exceptions
    frame = next(frame for frame in error.frames if frame.function == "run")
    assert frame.columns is not None
    assert frame.source[slice(*frame.columns)] == failing


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
        ("<anonymous>", "node:internal/process/task_queues", 95, FrameKind.LIBRARY),
        ("run", "/app/src/run.ts", 3, FrameKind.USER),
        ("Refund", "/app/src/refund.ts", 12, FrameKind.USER),
    ], "the outermost call first, as of Python"
    assert (cause.type, cause.message, cause.link) == ("Error", "no order", Link.CAUSE)
    assert cause.frames[0].kind is FrameKind.LIBRARY


def test_the_failed_line_of_javascript_is_the_innermost_of_the_users() -> None:
    text = (
        "SyntaxError: Unexpected token\n    at JSON.parse (<anonymous>)\n    at read (/app/node_modules/r/i.js:4:5)\n"
        "    at load (/app/load.js:3:10)\n    at async Promise.all (index 0)\n    at async main (/app/main.js:9:1)\n"
    )
    parsed = parse_traceback(text)
    assert parsed.exceptions[0].message == "Unexpected token", "a frame without a place is no part of it"
    failed = find_failed_frame(parsed)
    assert failed is not None
    assert (failed.path, failed.line) == ("/app/load.js", 3)


@pytest.mark.parametrize(
    ("line", "function", "path", "number"),
    [
        ("    at Page (webpack-internal:///(rsc)/./app/(auth)/page.tsx:10:5)", "Page",
         "webpack-internal:///(rsc)/./app/(auth)/page.tsx", 10),
        ("    at q (eval at <anonymous> (/app/x.js:5:6), <anonymous>:1:21)", "q", "/app/x.js", 5),
        (r"    at foo (C:\Users\me\my app\a.js:1:2)", "foo", r"C:\Users\me\my app\a.js", 1),
        ("    at file:///C:/my%20app/b.mjs:3:4", "<anonymous>", "C:/my app/b.mjs", 3),
        ("    at /home/me/my app/c.js:7:4", "<anonymous>", "/home/me/my app/c.js", 7),
        ("global code@http://localhost/app.js:9:4", "global code", "http://localhost/app.js", 9),
        ("x@http://localhost/a.js line 3 > eval:1:1", "x", "http://localhost/a.js", 1),
    ],
)  # fmt: skip
def test_places_of_javascript(line: str, function: str, path: str, number: int) -> None:
    (error,) = parse_traceback(f"Error: no\n{line}").exceptions
    assert [(frame.function, frame.path, frame.line) for frame in error.frames] == [(function, path, number)]
    assert error.message == "no"


def test_what_javascript_says_below_and_above_a_stack_is_told() -> None:
    text = (
        "/app/a.js:10\n    throw error\n    ^\n\nError: ENOENT: no such file\n    at open (node:fs:573:18)\n"
        "    at a (/app/a.js:10:3) {\n  errno: -2,\n  code: 'ENOENT'\n}\n"
    )
    (error,) = parse_traceback(text).exceptions
    assert error.type == "Error"
    told = "ENOENT: no such file\nerrno: -2,\ncode: 'ENOENT'\n\n/app/a.js:10\n    throw error\n    ^"
    assert error.message == told


def test_the_errors_of_an_aggregate_are_its_members() -> None:
    text = (
        "[AggregateError: All promises were rejected] {\n  [errors]: [\n    Error: one\n        at f (/app/a.js:1:2),\n"
        "    TypeError: two\n        at g (/app/a.js:3:4) {\n      code: 'E2'\n    }\n  ]\n}"
    )
    assert [(e.type, e.message, e.link, e.depth) for e in parse_traceback(text).exceptions] == [
        ("AggregateError", "All promises were rejected", None, 0),
        ("Error", "one", Link.MEMBER, 1),
        ("TypeError", "two\ncode: 'E2'", Link.MEMBER, 1),
    ]


def test_frames_of_rust_have_the_names_that_stand_above_their_places() -> None:
    text = (
        "thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds\nstack backtrace:\n"
        "   0: core::panicking::panic\n"
        "             at /rustc/9fc6/library/core/src/panicking.rs:74:14\n   1: app::main\n"
        "             at ./src/main.rs:4:5\n"
    )
    (error,) = parse_traceback(text).exceptions
    assert error.message == "thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds"
    assert [(frame.function, frame.kind) for frame in error.frames] == [
        ("app::main", FrameKind.USER),
        ("core::panicking::panic", FrameKind.LIBRARY),
    ]


def test_what_a_log_says_above_a_traceback_is_not_its_type() -> None:
    frame = 'Traceback (most recent call last):\n  File "/app/a.py", line 3, in f\n    g()\n'
    (logged,) = parse_traceback(f"ERROR:root:Request failed\n{frame}ValueError: x").exceptions
    assert (logged.type, logged.message) == ("ValueError", "x\n\nERROR:root:Request failed")
    (doubled,) = parse_traceback(f"x is bad\n{frame}ValueError: x is bad").exceptions
    assert (doubled.type, doubled.message) == ("ValueError", "x is bad")


def test_a_traceback_that_nothing_announces_is_part_of_a_message() -> None:
    printed = 'Traceback (most recent call last):\n  File "tool.py", line 9, in <module>\n    {}["k"]\nKeyError: \'k\''
    header = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    run()\n'
    text = f"{header}ToolError: it failed:\n{printed}\n"
    (error,) = parse_traceback(text).exceptions
    assert (error.type, error.message) == ("ToolError", f"it failed:\n{printed}")
    group = "".join(f"  | {line}\n" for line in text.splitlines()).replace("| T", "+ Exception Group T", 1)
    assert [(member.type, member.depth) for member in parse_traceback(group).exceptions] == [("ToolError", 0)]


def test_a_process_pools_traceback_is_the_cause_without_its_quotes() -> None:
    text = (
        'concurrent.futures.process._RemoteTraceback: \n"""\nTraceback (most recent call last):\n'
        '  File "/app/pool.py", line 4, in work\n    fail()\nValueError: in the worker\n"""\n\n'
        "The above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "/app/pool.py", line 9, in <module>\n    f.result()\n'
        "ValueError: in the worker\n"
    )
    first, cause = parse_traceback(text).exceptions
    assert (first.message, cause.message, cause.link) == ("in the worker", "in the worker", Link.CAUSE)
    assert (first.frames[-1].function, cause.frames[-1].function) == ("<module>", "work")


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
