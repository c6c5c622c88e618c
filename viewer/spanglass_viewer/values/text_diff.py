"""The difference of two texts, by lines, and within changed lines by words. There is no limit on their length."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from spanglass_viewer.trace.sequences import count_equal, match_in_order, merge_in_order

_CONTEXT_LINES = 3
_MAX_WORDS_LINE_CHARS = 4000  # of a longer line what differs is marked as a whole
_CONTEXT_CHARS = 120  # around what differs in a longer line
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class LineKind(enum.Enum):
    """Where a line stands."""

    SAME = " "
    REMOVED = "-"
    ADDED = "+"
    SKIPPED = "…"  # its text says how many equal lines, or characters of one line, are left out


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line; `marks` are the stretches (from, to, in characters) that the line on the other side has otherwise."""

    kind: LineKind
    text: str
    marks: tuple[tuple[int, int], ...] = ()


def diff_texts(before: str, after: str) -> list[DiffLine]:
    """Return the lines of both, three equal ones around each change; nothing where the texts are equal."""
    if before == after:
        return []
    left, right = _lines_of(before), _lines_of(after)
    lines: list[DiffLine] = []
    removed: list[str] = []
    added: list[str] = []
    for one, other in merge_in_order(left, right):
        if one < 0:
            added.append(right[other])
        elif other < 0:
            removed.append(left[one])
        else:
            lines += _change(removed, added)
            removed, added = [], []
            lines.append(DiffLine(LineKind.SAME, left[one]))
    lines += _change(removed, added)
    return _leave_out_equal(lines)


def _lines_of(text: str) -> list[str]:
    """Return the lines; a line break at the end, or another one than a newline, is a difference that is to be seen."""
    return text.split("\n") if text else []


def _change(removed: list[str], added: list[str]) -> list[DiffLine]:
    """Return a change; lines that stand for each other are marked by words, a long pair stands apart."""
    lines: list[DiffLine] = []
    done = 0
    for place, (one, other) in enumerate(zip(removed, added, strict=False)):
        if max(len(one), len(other)) > _MAX_WORDS_LINE_CHARS:
            lines += _mark_pairs(removed[done:place], added[done:place]) + _cut_long(one, other)
            done = place + 1
    return lines + _mark_pairs(removed[done:], added[done:])


def _mark_pairs(removed: list[str], added: list[str]) -> list[DiffLine]:
    marks = [_mark_words(one, other) for one, other in zip(removed, added, strict=False)]
    rest: list[tuple[tuple[int, int], ...]] = [()] * abs(len(removed) - len(added))
    before = zip(removed, [*(one for one, _ in marks), *rest], strict=False)
    after = zip(added, [*(other for _, other in marks), *rest], strict=False)
    lines = [DiffLine(LineKind.REMOVED, text, mark) for text, mark in before]
    return lines + [DiffLine(LineKind.ADDED, text, mark) for text, mark in after]


def _cut_long(one: str, other: str) -> list[DiffLine]:
    """Return two long lines from the first to the last character that differs, with what is around it."""
    begin = count_equal(zip(one, other, strict=False))
    most = min(len(one), len(other)) - begin
    end = min(count_equal(zip(reversed(one), reversed(other), strict=False)), most)
    first, last = max(begin - _CONTEXT_CHARS, 0), max(end - _CONTEXT_CHARS, 0)
    one, other = one[first : len(one) - last], other[first : len(other) - last]
    if max(len(one), len(other)) <= _MAX_WORDS_LINE_CHARS:
        lines = _mark_pairs([one], [other])
    else:
        inner, outer = begin - first, end - last
        ends = [len(text) - outer if inner or outer else 0 for text in (one, other)]
        marks = [((inner, end_at),) if end_at > inner else () for end_at in ends]
        lines = [DiffLine(LineKind.REMOVED, one, marks[0]), DiffLine(LineKind.ADDED, other, marks[1])]
    return _say_left_out(first, "character") + lines + _say_left_out(last, "character")


def _mark_words(one: str, other: str) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    left, right = list(_WORD.finditer(one)), list(_WORD.finditer(other))
    pairs = match_in_order([word.group() for word in left], [word.group() for word in right])
    same_left, same_right = {place for place, _ in pairs}, {place for _, place in pairs}
    return _stretches(left, same_left), _stretches(right, same_right)


def _stretches(words: list[re.Match[str]], same: set[int]) -> tuple[tuple[int, int], ...]:
    """Return where the words that differ stand, neighbours joined."""
    found: list[tuple[int, int]] = []
    for place, word in enumerate(words):
        if place in same:
            continue
        if found and found[-1][1] == word.start():
            found[-1] = (found[-1][0], word.end())
        else:
            found.append(word.span())
    return tuple(found)


def _leave_out_equal(lines: list[DiffLine]) -> list[DiffLine]:
    changed = [place for place, line in enumerate(lines) if line.kind is not LineKind.SAME]
    kept = {near for place in changed for near in range(place - _CONTEXT_LINES, place + _CONTEXT_LINES + 1)}
    shown: list[DiffLine] = []
    left_out = 0
    for place, line in enumerate(lines):
        if place in kept:
            shown += _say_left_out(left_out, "line")
            shown.append(line)
            left_out = 0
        else:
            left_out += 1
    return shown + _say_left_out(left_out, "line")


def _say_left_out(count: int, what: str) -> list[DiffLine]:
    return [DiffLine(LineKind.SKIPPED, f"{count:,} equal {what}{'' if count == 1 else 's'}")] if count else []
