from __future__ import annotations

from spanglass_viewer.values.errors import read_error


def test_a_traceback() -> None:
    story = read_error('Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nValueError: no\n')
    assert (story.title, story.message, story.rest) == ("ValueError", "no", None)
    assert story.parsed.has_frames


def test_markdown_keeps_the_text_in_its_fence() -> None:
    assert read_error("ValueError: a\n```\nb").as_markdown() == (
        "**ValueError: a ``` b**\n\n````text\nValueError: a\n```\nb\n````\n"
    )


def test_an_object_tells_its_parts_and_keeps_the_rest() -> None:
    story = read_error({"type": "GatewayTimeout", "message": "no answer", "code": 504, "retry_after": 3})
    assert (story.title, story.message, story.code) == ("GatewayTimeout", "no answer", "504")
    assert story.rest == {"retry_after": 3}
    assert '"retry_after": 3' in story.text


def test_an_answer_of_an_api_is_nested() -> None:
    value = {"error": {"type": "invalid_request_error", "message": "too long"}, "request_id": "r"}
    story = read_error(value)
    assert (story.title, story.message) == ("invalid_request_error", "too long")
    assert story.rest == value


def test_an_object_with_a_stack_has_frames() -> None:
    story = read_error({"name": "TypeError", "message": "x", "stack": "TypeError: x\n    at f (/a/b.js:1:2)"})
    assert story.parsed.exceptions[0].frames[0].path == "/a/b.js"
    assert story.rest is None


def test_any_json_is_shown() -> None:
    assert read_error(["a", 1]).rest == ["a", 1]
    assert read_error(17).message == "17"
    assert read_error(True).message == "true"
