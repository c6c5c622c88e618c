"""How a comparison's rows and lines are painted: added is green, removed is amber, red is for errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from spanglass_viewer.models.compare_table import CHANGE_ROLE, DEPTH_ROLE, Column
from spanglass_viewer.models.diff_lines import CONTINUES_ROLE, LINE_ROLE
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.trace.comparison import Change
from spanglass_viewer.values.text_diff import DiffLine, LineKind

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.theme.tokens import Tokens

AnyIndex = QModelIndex | QPersistentModelIndex

_LINE_PX = 19
_PAD_PX = 10
_MARK_PX = 18
_INDENT_PX, _MOST_INDENTS = 14, 30
_MARKS = {Change.SAME: "", Change.CHANGED: "≠", Change.ADDED: "+", Change.REMOVED: "\N{MINUS SIGN}"}
_GROUND_ALPHA, _WORD_ALPHA = 0.13, 0.34
_LEAST_COLUMNS = 20
# A character each, so that marks stay in their places: line breaks of other kinds, and what cannot be shown, be it that
# it would turn the direction of text around.
_VISIBLE = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, 0x061C), 0xFFFD),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
    **dict.fromkeys((0x0D, 0x85, 0x2028, 0x2029), "¶"),
    0x09: " ",
}
_FLAGS = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class ChangeDelegate(QStyledItemDelegate):
    """Paints a cell of the aligned trees."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint ground and text."""
        tokens = self._appearance.tokens
        rect, is_selected = _rect_of(option), _is_selected(option)
        change: Change = index.data(CHANGE_ROLE)
        color = _change_color(tokens, change)
        painter.save()
        if is_selected:
            painter.fillRect(rect, QColor(tokens.selection))
        elif color is not None and change is not Change.CHANGED:  # a tint of the accent would look selected
            painter.fillRect(rect, _faded(color, _GROUND_ALPHA))
        is_name = index.column() == Column.SPAN
        shown = QColor(tokens.text if is_name and change is not Change.SAME else tokens.text_muted)
        painter.setFont(font(FontRole.SMALL))
        inner = rect.adjusted(_PAD_PX, 0, -_PAD_PX, 0)
        if is_name:
            painter.setPen(shown if color is None else color)
            painter.drawText(inner, _FLAGS, _MARKS[change])
            inner.setLeft(inner.left() + _MARK_PX + _INDENT_PX * min(index.data(DEPTH_ROLE), _MOST_INDENTS))
        painter.setPen(shown)
        text = QFontMetricsF(font(FontRole.SMALL)).elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, int(index.data(Qt.ItemDataRole.TextAlignmentRole)) | _FLAGS, text)
        painter.restore()


class DiffLineDelegate(QStyledItemDelegate):
    """Paints a line of a difference, or a row of a broken one."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._measure()
        appearance.changed.connect(self._measure)

    def _measure(self) -> None:
        self._char_px = QFontMetricsF(font(FontRole.CODE)).horizontalAdvance("0")

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002 - Qt's signature
        """Return one size for all: the height of a line, whatever the width."""
        return QSize(0, text_px(_LINE_PX))

    def columns_in(self, width_px: int) -> int:
        """Return how many characters of a line fit into a width."""
        return max(int((width_px - 2 * _PAD_PX - _MARK_PX) / self._char_px), _LEAST_COLUMNS)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint a title, or ground, marks and text of a line."""
        tokens, rect = self._appearance.tokens, _rect_of(option)
        line: DiffLine | str = index.data(LINE_ROLE)
        painter.save()
        if isinstance(line, str):
            painter.setFont(font(FontRole.SMALL_STRONG))
            painter.setPen(QColor(tokens.text))
            painter.drawText(rect.adjusted(_PAD_PX, 0, 0, 0), _FLAGS, line)
        else:
            self._paint_line(painter, rect, line, "" if index.data(CONTINUES_ROLE) else line.kind.value)
        painter.restore()

    def _paint_line(self, painter: QPainter, rect: QRect, line: DiffLine, mark: str) -> None:
        tokens = self._appearance.tokens
        color = _line_color(tokens, line.kind)
        text_left = rect.left() + _PAD_PX + _MARK_PX
        if color is not None:
            painter.fillRect(rect, _faded(color, _GROUND_ALPHA))
            for first, end in line.marks:
                left, right = (text_left + self._width_px(line.text[:place]) for place in (first, end))
                place = QRectF(left, rect.top() + 1, right - left, rect.height() - 2)
                painter.fillRect(place, _faded(color, _WORD_ALPHA))
        painter.setFont(font(FontRole.CODE))
        painter.setPen(QColor(tokens.text_faint))
        painter.drawText(QRect(rect.left() + _PAD_PX, rect.top(), _MARK_PX, rect.height()), _FLAGS, mark)
        is_plain = line.kind in {LineKind.SKIPPED, LineKind.SAME}
        painter.setPen(QColor(tokens.text_muted if is_plain else tokens.text))
        place = QRect(text_left, rect.top(), rect.right() - text_left, rect.height())
        painter.drawText(place, _FLAGS, line.text.translate(_VISIBLE))

    def _width_px(self, text: str) -> float:
        """Return how wide a text is painted: Chinese, for example, has characters of another width."""
        if text.isascii():
            return len(text) * self._char_px
        return QFontMetricsF(font(FontRole.CODE)).horizontalAdvance(text.translate(_VISIBLE))


def _change_color(tokens: Tokens, change: Change) -> QColor | None:
    colors = {Change.ADDED: tokens.ok, Change.REMOVED: tokens.warning, Change.CHANGED: tokens.accent}
    return QColor(colors[change]) if change in colors else None


def _line_color(tokens: Tokens, kind: LineKind) -> QColor | None:
    colors = {LineKind.ADDED: tokens.ok, LineKind.REMOVED: tokens.warning}
    return QColor(colors[kind]) if kind in colors else None


def _faded(color: QColor, alpha: float) -> QColor:
    faded = QColor(color)
    faded.setAlphaF(alpha)
    return faded


def _rect_of(option: QStyleOptionViewItem) -> QRect:
    return QRect(option.rect)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType] - the stubs lack the members of QStyleOption


def _is_selected(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType] - as above
