from __future__ import annotations

from spanglass_viewer.values.pretty import lined_json


def test_texts_in_a_value_have_their_own_lines() -> None:
    assert lined_json("a\nb") == "a\nb"
    assert lined_json({"answer": "one\ntwo", "n": 1}) == '{\n  "answer": "one\n    two",\n  "n": 1\n}'


def test_what_only_looks_like_a_line_break_stays() -> None:
    assert lined_json({"path": r"C:\new\\now"}) == '{\n  "path": "C:\\\\new\\\\\\\\now"\n}'
    assert lined_json(["1", 1]) != lined_json([1, 1])
