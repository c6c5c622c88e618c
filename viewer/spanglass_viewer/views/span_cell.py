"""Where the parts of a row's first cell lie: one function that both painting and clicking ask."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRect

from spanglass_viewer.format.quantities import format_compact, format_many, format_score
from spanglass_viewer.models.span_row import ErrorKind, SpanRow
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.trace.clock_faults import ClockFault
from spanglass_viewer.views.row_style import BADGE_PX, MARK_PX, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator

_INDENT_PX = 18
_SLIM_INDENT_PX = 6
_INDENT_SHARE = 0.42  # of the cell, at most
_LEFT_PX = 10
_CHEVRON_PX = 16
_GAP = 7
_TEXT_GAP = 4
_PILL_PAD = 6
_LEAST_NAME_PX = 120
_LEAST_DETAIL_PX = 36
_MOST_SCORES, _MOST_SCORE_CHARS = 2, 14


@dataclass(frozen=True, slots=True)
class Tag:
    """Something small after the name: an icon, a text, or both; `tone` is muted, faint, error or warning."""

    text: str = ""
    icon: str = ""
    tone: str = "muted"
    is_pill: bool = False
    is_origin_link: bool = False
    gives_way: bool = False  # to the name, where there is no room for both

    @property
    def width(self) -> int:
        """The pixels that it takes, with its padding."""
        inner = text_width(self.text, FontRole.TINY) if self.text else 0
        if self.icon:
            inner += MARK_PX + (_TEXT_GAP if self.text else 0)
        return inner + (2 * _PILL_PAD if self.is_pill else 0)


class SpanCell(NamedTuple):
    """The places of one row's parts; `detail` is None where there is no room for it."""

    left: int
    guides: tuple[int, ...]  # where the lines of the levels above run down
    is_depth_cut: bool  # deeper than what can be drawn: its depth is said by a figure
    chevron: QRect
    badge: QRect
    name: QRect
    detail: QRect | None
    detail_text: str
    tags: tuple[tuple[Tag, QRect], ...]

    @property
    def origin_link(self) -> QRect | None:
        """The mark that leads down to where an error began."""
        return next((rect for tag, rect in self.tags if tag.is_origin_link), None)


def lay_out_cell(row: SpanRow, rect: QRect) -> SpanCell:
    """Place the parts of a row in its first cell: the name gets what the tags leave, the detail what the name does."""
    left, top, width, height = rect.left(), rect.top(), rect.width(), rect.height()
    indent_px, is_depth_cut, guides = _indentation(row.depth, round(width * _INDENT_SHARE))
    x = left + _LEFT_PX + indent_px
    badge_left = x + _CHEVRON_PX + 2
    name_left, right = badge_left + BADGE_PX + _GAP, left + width - 3
    full_width = text_width(row.name, name_role(row))
    tags = _fitting_tags(row, right - name_left, full_width)
    tags_width = sum(tag_width + _GAP for _, tag_width in tags)
    name_width = min(full_width, max(right - name_left - tags_width, 0))
    detail_text = detail_of(row)
    end = name_left + name_width + _GAP
    detail = _place_detail(detail_text, end, right - tags_width, top, height) if detail_text else None
    if detail is not None:
        end = detail.right() + 1 + _GAP
    placed: list[tuple[Tag, QRect]] = []
    for tag, tag_width in tags:
        placed.append((tag, QRect(end, top, tag_width, height)))
        end += tag_width + _GAP
    return SpanCell(
        left=left,
        guides=tuple([left + guide for guide in guides]),
        is_depth_cut=is_depth_cut,
        chevron=QRect(x, top, _CHEVRON_PX, height),
        badge=QRect(badge_left, top + (height - BADGE_PX) // 2, BADGE_PX, BADGE_PX),
        name=QRect(name_left, top, name_width, height),
        detail=detail,
        detail_text=detail_text,
        tags=tuple(placed),
    )


@functools.lru_cache(maxsize=1024)
def _indentation(depth: int, most_px: int) -> tuple[int, bool, tuple[int, ...]]:
    """Return how far in a depth is drawn, whether less far than it is deep, and where the lines above it run down."""
    indent_px, full_levels = _indent_of(depth, most_px), min(depth, _full_levels(most_px))
    outermost = _LEFT_PX + _CHEVRON_PX // 2
    guides = [outermost + level * _INDENT_PX for level in range(full_levels)]
    if depth > full_levels:
        guides.append(outermost + _indent_of(depth - 1, most_px))
    return indent_px, depth > 0 and indent_px == _indent_of(depth - 1, most_px), tuple(guides)


def _full_levels(most_px: int) -> int:
    return max(most_px * 2 // 3 // _INDENT_PX, 3)


def _indent_of(depth: int, most_px: int) -> int:
    """Return how far in a depth is drawn: the first levels in full, further ones slim, and none beyond `most_px`."""
    full = min(depth, _full_levels(most_px))
    slim = min(depth - full, max(most_px - _full_levels(most_px) * _INDENT_PX, 0) // _SLIM_INDENT_PX)
    return full * _INDENT_PX + slim * _SLIM_INDENT_PX


def name_role(row: SpanRow) -> FontRole:
    """Return the font of a row's name: a root is strong."""
    return FontRole.BODY_STRONG if row.depth == 0 and not row.is_orphan else FontRole.BODY


def detail_of(row: SpanRow) -> str:
    """Return the muted words after a name."""
    if row.is_ghost:
        return f"also under {row.also_under}" if row.also_under else "stands elsewhere too"
    return row.model


def _place_detail(text: str, left: int, right: int, top: int, height: int) -> QRect | None:
    full_width = text_width(text, FontRole.SMALL)
    width = min(full_width, right - left)
    return None if width < min(_LEAST_DETAIL_PX, full_width) else QRect(left, top, width, height)


def _fitting_tags(row: SpanRow, room: int, name_width: int) -> list[tuple[Tag, int]]:
    """Return the row's tags with their widths, the most important first.

    They go without their words where those would cost the name its own.
    """
    tags = [(tag, tag.width) for tag in _tags(row)]
    if tags and name_width + sum(width + _GAP for _, width in tags) > room:
        tags = [_without_words(tag) if tag.tone == "warning" else (tag, width) for tag, width in tags]
    fitting: list[tuple[Tag, int]] = []
    for tag, width in tags:
        name_px = name_width if tag.gives_way else min(name_width, _LEAST_NAME_PX // 2)
        if width + _GAP > room - name_px:
            break
        room -= width + _GAP
        fitting.append((tag, width))
    return fitting


def _without_words(tag: Tag) -> tuple[Tag, int]:
    short = replace(tag, text="")
    return short, short.width


def _score_tags(row: SpanRow) -> Iterator[Tag]:
    for name, value in row.scores[:_MOST_SCORES]:
        yield Tag(text=f"{_short(name)} {format_score(value)}", is_pill=True, gives_way=True)
    if len(row.scores) > _MOST_SCORES:
        yield Tag(text=f"+{len(row.scores) - _MOST_SCORES}", tone="faint", gives_way=True)
    if row.score_count and not row.scores:
        yield Tag(icon="score", text=str(row.score_count) if row.score_count > 1 else "", tone="faint")


def _short(name: str) -> str:
    return name if len(name) <= _MOST_SCORE_CHARS else f"{name[: _MOST_SCORE_CHARS - 1]}…"


def _clock_tag(row: SpanRow) -> Iterator[Tag]:
    if row.clock_fault is ClockFault.LATE:
        yield Tag(icon="clock", tone="faint")  # what a parent starts for later may be meant so
    elif row.clock_fault is not ClockFault.NONE:
        yield Tag(icon="clock", text=row.clock_fault.value, tone="warning")


def _tags(row: SpanRow) -> Iterator[Tag]:
    if row.is_ghost:
        yield Tag(icon="ghost", tone="faint")
        return
    if row.error is ErrorKind.OWN:
        yield Tag(icon="error", tone="error")
    elif row.error is ErrorKind.BUBBLED:
        count = format_compact(row.errors_below) if row.errors_below > 1 else ""
        yield Tag(icon="error-bubbled", text=count, tone="error", is_origin_link=True)
    if row.is_interrupted:
        yield Tag(icon="interrupted", text="process died", tone="warning")
    if row.is_orphan:
        yield Tag(icon="orphan", text="parent missing", tone="warning")
    if row.is_cut:
        yield Tag(icon="warning", text="part of a cycle", tone="warning")
    yield from _clock_tag(row)
    if row.is_folded and row.spans_below:
        yield Tag(text=format_many(row.spans_below, "span"), is_pill=True)
    if row.is_folded and row.errors_below and row.error is not ErrorKind.BUBBLED:
        yield Tag(icon="error-bubbled", text=format_compact(row.errors_below), tone="error", is_origin_link=True)
    if row.attachment_count:
        yield Tag(icon="clip", text=str(row.attachment_count) if row.attachment_count > 1 else "", tone="faint")
    yield from _score_tags(row)
    if row.has_further_parents:
        yield Tag(icon="ghost", tone="faint")
