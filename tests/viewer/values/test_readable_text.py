from __future__ import annotations

from spanglass_viewer.values.readable_text import readable_text


def test_texts_keep_their_line_breaks() -> None:
    assert readable_text("a\nb") == "a\nb"
    value = {"prompt": "one\ntwo", "n": 3, "none": {}, "list": ["x", {"deep": "y\nz"}]}
    assert readable_text(value) == (
        "prompt:\n  one\n  two\nn: 3\nnone: {}\nlist:\n  [0]: x\n  [1]:\n    deep:\n      y\n      z"
    )


def test_what_is_too_long_says_so() -> None:
    assert readable_text(["x" * 1000] * 3000).endswith("(the rest is left out here; Raw JSON has it)")


def test_depth_is_bounded() -> None:
    value: list[object] = []
    for _ in range(900):
        value = [value]
    assert readable_text(value).endswith("…")  # pyright: ignore[reportArgumentType]
