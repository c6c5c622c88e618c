from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.values.text_diff import DiffLine, LineKind, diff_texts

SAME, REMOVED, ADDED, SKIPPED = LineKind.SAME, LineKind.REMOVED, LineKind.ADDED, LineKind.SKIPPED
TEXTS = st.lists(st.sampled_from(["a", "b", "c d", ""]), max_size=12).map("\n".join)


def test_equal_texts_have_no_difference() -> None:
    assert diff_texts("a\nb", "a\nb") == []


def test_changed_words_are_marked_on_both_sides() -> None:
    assert diff_texts("x\npay 42 USD now", "x\npay 43 EUR now") == [
        DiffLine(SAME, "x"),
        DiffLine(REMOVED, "pay 42 USD now", ((4, 6), (7, 10))),
        DiffLine(ADDED, "pay 43 EUR now", ((4, 6), (7, 10))),
    ]


def test_equal_lines_far_from_a_change_are_counted_only() -> None:
    lines = [str(number) for number in range(20)]
    shown = diff_texts("\n".join(lines), "\n".join([*lines, "new"]))
    assert shown == [
        DiffLine(SKIPPED, "17 equal lines"),
        *(DiffLine(SAME, line) for line in lines[-3:]),
        DiffLine(ADDED, "new"),
    ]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_their_difference(before: str, after: str) -> None:
    shown = diff_texts(before, after)
    removed = [line.text for line in shown if line.kind is REMOVED]
    added = [line.text for line in shown if line.kind is ADDED]
    left, right = (text.split("\n") if text else [] for text in (before, after))
    equal = sum(line.kind is SAME for line in shown)
    equal += sum(int(line.text.split()[0]) for line in shown if line.kind is SKIPPED)
    if before != after:
        assert len(removed) + equal == len(left)
        assert len(added) + equal == len(right)
    assert [line for line in left if line in removed or line in right] == left


def test_a_long_line_is_shown_whole_and_megabytes_take_no_time() -> None:
    assert diff_texts("x" * 9000, "y" * 9000) == [DiffLine(REMOVED, "x" * 9000), DiffLine(ADDED, "y" * 9000)]
    before = "\n".join(f"line {number}" for number in range(100_000))
    assert len(diff_texts(before, before.replace("line 5000\n", "line five\n"))) == 10


def test_line_breaks_are_compared_too() -> None:
    assert diff_texts("text", "text\n") == [DiffLine(SAME, "text"), DiffLine(ADDED, "")]
    assert diff_texts("a\nb", "a\r\nb") == [
        DiffLine(REMOVED, "a"),
        DiffLine(ADDED, "a\r", ((1, 2),)),
        DiffLine(SAME, "b"),
    ]


def test_of_a_long_line_only_what_differs_is_shown() -> None:
    before = "word " * 400_000
    after = f"{before[:1_000_000]}new {before[1_000_000:]}"
    around = before[:120]
    assert diff_texts(before, after) == [
        DiffLine(SKIPPED, "999,880 equal characters"),
        DiffLine(REMOVED, around + around),
        DiffLine(ADDED, f"{around}new {around}", ((120, 124),)),
        DiffLine(SKIPPED, "999,880 equal characters"),
    ]
    inner = "y" * 5000
    assert diff_texts("x" * 9000, f"{'x' * 4500}{inner}{'x' * 4500}") == [
        DiffLine(SKIPPED, "4,380 equal characters"),
        DiffLine(REMOVED, "x" * 240),
        DiffLine(ADDED, f"{'x' * 120}{inner}{'x' * 120}", ((120, 5120),)),
        DiffLine(SKIPPED, "4,380 equal characters"),
    ]


def test_short_lines_beside_a_long_one_keep_their_marks() -> None:
    shown = diff_texts(f"pay 42\n{'x' * 9000}\n", f"pay 43\n{'y' * 9000}\nend\n")
    assert [(line.kind, line.text[:6], line.marks) for line in shown] == [
        (REMOVED, "pay 42", ((4, 6),)),
        (ADDED, "pay 43", ((4, 6),)),
        (REMOVED, "xxxxxx", ()),
        (ADDED, "yyyyyy", ()),
        (ADDED, "end", ()),
        (SAME, "", ()),
    ]
