"""The difference of two texts, by lines, and within changed lines by words. There is no limit on their length."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from spanglass_viewer.trace.sequences import match_in_order, merge_in_order

_CONTEXT_LINES = 3
_MAX_WORDS_LINE_CHARS = 4000  # a longer line is marked as a whole
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class LineKind(enum.Enum):
    """Where a line stands."""

    SAME = " "
    REMOVED = "-"
    ADDED = "+"
    SKIPPED = "…"  # its text says how many equal lines are left out


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
    left, right = before.splitlines(), after.splitlines()
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


def _change(removed: list[str], added: list[str]) -> list[DiffLine]:
    """Return a change; lines that stand for each other are marked by words."""
    marks = [_mark_words(one, other) for one, other in zip(removed, added, strict=False)]
    rest: list[tuple[tuple[int, int], ...]] = [()] * abs(len(removed) - len(added))
    before = zip(removed, [*(one for one, _ in marks), *rest], strict=False)
    after = zip(added, [*(other for _, other in marks), *rest], strict=False)
    lines = [DiffLine(LineKind.REMOVED, text, mark) for text, mark in before]
    return lines + [DiffLine(LineKind.ADDED, text, mark) for text, mark in after]


def _mark_words(one: str, other: str) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    if max(len(one), len(other)) > _MAX_WORDS_LINE_CHARS:
        return (), ()
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
            shown += _say_left_out(left_out)
            shown.append(line)
            left_out = 0
        else:
            left_out += 1
    return shown + _say_left_out(left_out)


def _say_left_out(count: int) -> list[DiffLine]:
    return [DiffLine(LineKind.SKIPPED, f"{count:,} equal {'line' if count == 1 else 'lines'}")] if count else []
