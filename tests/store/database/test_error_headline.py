from __future__ import annotations

from typing import Any

import pytest

from spanglass_store.database.error_headline import find_headline

PYTHON = """Traceback (most recent call last):
  File "a.py", line 1, in f
    raise KeyError("x")
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in g
    raise openai.RateLimitError("slow\\ndown")
openai.RateLimitError: slow
down
"""
GROUP = """  + Exception Group Traceback (most recent call last):
  |   File "a.py", line 1, in <module>
  | ExceptionGroup: two (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "a.py", line 2, in f
    | ValueError: one
    +------------------------------------
"""
PRINTED = """Traceback (most recent call last):
  File "a.py", line 1, in f
    run()
ToolError: the tool failed:
Traceback (most recent call last):
  File "tool.py", line 9, in <module>
    {}["k"]
KeyError: 'k'
"""


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PRINTED, ("ToolError", "the tool failed:")),
        (PYTHON, ("openai.RateLimitError", "slow")),
        (PYTHON.replace("\n\n", "\n"), ("openai.RateLimitError", "slow")),
        (PYTHON.replace("\n", "\r\n"), ("openai.RateLimitError", "slow")),
        (GROUP, ("ExceptionGroup", "two (2 sub-exceptions)")),
        ("Traceback (most recent call last):\n  File x\nKeyboardInterrupt\n", ("KeyboardInterrupt", "")),
        ("ValueError: first\n\nTraceback (most recent call last):\n  File x", ("ValueError", "first")),
        ("TypeError: x is not a function\n    at f (a.js:1:2)", ("TypeError", "x is not a function")),
        ("it broke, sadly", (None, "it broke, sadly")),
        ({"name": "Timeout", "message": "after 3 s"}, ("Timeout", "after 3 s")),
        ({"code": 504}, (None, '{"code":504}')),
        (["a"], (None, '["a"]')),
        (5, (None, "5")),
    ],
)
def test_headlines(error: Any, expected: tuple[str | None, str]):
    assert find_headline(error) == expected


@pytest.mark.parametrize("error", [None, "", False])
def test_no_error_has_no_headline(error: Any):
    assert find_headline(error) is None


def test_a_headline_is_bounded():
    found = find_headline("Boom: " + "x" * 10_000)
    assert found is not None
    assert len(found.message) == 500
