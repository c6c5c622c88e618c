"""The list of traces as it is painted: two lines a trace, a dot for its state, errors in red at the right."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_relative
from spanglass_viewer.format.quantities import format_compact, format_cost_short, format_many
from spanglass_viewer.format.text import span_name
from spanglass_viewer.models.trace_list import SCORE_ROLE, SUMMARY_ROLE
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.widgets.state_dot import paint_state_dot, trace_state

if TYPE_CHECKING:
    from spanglass_store.database.records import TraceSummary
    from spanglass_viewer.theme.appearance import Appearance

ROW_HEIGHT = 56  # where text is 100 %
_EDGE = 8  # around the rounded ground of a row
_PAD = 12  # from that ground's edge to the dot
_TEXT_LEFT = 28
_TICK_MS = 1000
_BETWEEN, _CLOSER = "  ·  ", " · "
_LEAST_NAME_PX = 140  # of a name that is cut: before that, the time beside it goes


class TraceListView(QListView):
    """One selection, uniform rows; what is running ticks once a second, and only while it can be seen."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Traces")
        self.setItemDelegate(TraceDelegate(appearance, self))
        appearance.changed.connect(self._on_look_changed)
        self._ticker = QTimer(self, interval=_TICK_MS)
        self._ticker.timeout.connect(self._on_tick)
        self._ticker.start()

    def _on_look_changed(self) -> None:
        self.scheduleDelayedItemsLayout()  # rows are as high as their text
        self.viewport().update()

    def _on_tick(self) -> None:
        if self.isVisible():
            self.viewport().update()


class TraceDelegate(QStyledItemDelegate):
    """Paints one trace."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._measure()
        appearance.changed.connect(self._measure)

    def _measure(self) -> None:
        self._name_metrics = QFontMetrics(font(FontRole.BODY_STRONG))
        self._small_metrics = QFontMetrics(font(FontRole.SMALL))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002 - Qt's signature
        """Return one height for all rows."""
        return QSize(0, text_px(ROW_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint ground, dot, name and time, then the figures."""
        summary: TraceSummary = index.data(SUMMARY_ROLE)
        rect = QRect(option.rect)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType] - the stubs lack the members of QStyleOption
        state = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] - as above
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(
            painter,
            rect.adjusted(_EDGE, 1, -_EDGE, -1),
            is_selected=bool(state & QStyle.StateFlag.State_Selected),
            is_hovered=bool(state & QStyle.StateFlag.State_MouseOver),
            has_focus=bool(state & QStyle.StateFlag.State_HasFocus),
        )
        self._paint_dot(painter, rect, summary)
        inner = rect.adjusted(_EDGE + _TEXT_LEFT, text_px(8), -(_EDGE + _PAD), -text_px(8))
        self._paint_first_line(painter, QRect(inner.left(), inner.top(), inner.width(), text_px(20)), summary)
        below = QRect(inner.left(), inner.top() + text_px(21), inner.width(), text_px(18))
        self._paint_second_line(painter, below, summary, str(index.data(SCORE_ROLE) or ""))
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, rect: QRect, *, is_selected: bool, is_hovered: bool, has_focus: bool
    ) -> None:
        tokens = self._appearance.tokens
        if is_selected or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.selection if is_selected else tokens.hover))
            painter.drawRoundedRect(rect, 6, 6)
        if has_focus and is_selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.drawRoundedRect(rect, 6, 6)

    def _paint_dot(self, painter: QPainter, rect: QRect, summary: TraceSummary) -> None:
        center = QPointF(rect.left() + _EDGE + _PAD + 2, rect.top() + text_px(18))
        state = trace_state(
            has_errors=summary.error_count > 0,
            is_running=summary.is_running,
            is_interrupted=summary.is_interrupted,
        )
        paint_state_dot(painter, center, state, self._appearance.tokens)

    def _paint_first_line(self, painter: QPainter, rect: QRect, summary: TraceSummary) -> None:
        tokens = self._appearance.tokens
        when, color = format_relative(summary.start_us, time.time_ns() // 1000), tokens.text_faint
        if summary.is_running:
            when, color = "live", tokens.accent
        name = span_name(summary.name)
        room = rect.width() - self._small_metrics.horizontalAdvance(when) - 10
        if room < min(self._name_metrics.horizontalAdvance(name), text_px(_LEAST_NAME_PX)):
            when, room = "", rect.width()
        painter.setFont(font(FontRole.SMALL))
        painter.setPen(QColor(color))
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, when)
        painter.setFont(font(FontRole.BODY_STRONG))
        painter.setPen(QColor(tokens.text))
        name = self._name_metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_second_line(self, painter: QPainter, rect: QRect, summary: TraceSummary, score: str) -> None:
        tokens = self._appearance.tokens
        painter.setFont(font(FontRole.SMALL))
        right = ""
        if summary.error_count:
            right = format_many(summary.own_error_count, "error")
            painter.setPen(QColor(tokens.error))
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)
        room = rect.width() - self._small_metrics.horizontalAdvance(right) - 10
        painter.setPen(QColor(tokens.text_muted))
        text = self._fitting([*([score] if score else []), *_figures(summary)], room)
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _fitting(self, parts: list[str], room: int) -> str:
        """Return figures side by side: closer to each other, then fewer of them, where there is little room."""
        for count in range(len(parts), 1, -1):  # half a figure misleads: the last ones go whole
            for between in (_BETWEEN, _CLOSER):
                text = between.join(parts[:count])
                if self._small_metrics.horizontalAdvance(text) <= room:
                    return text
        return parts[0] if self._small_metrics.horizontalAdvance(parts[0]) <= room else ""


def _figures(summary: TraceSummary) -> list[str]:
    secs = summary.duration_secs
    if summary.is_running:
        secs = max(0.0, time.time() - summary.start_us / 1e6)
    parts = ["interrupted" if secs is None and summary.is_interrupted else format_duration(secs)]
    if summary.tokens:
        parts.append(f"{format_compact(summary.tokens)} tok")
    if summary.cost is not None:
        parts.append(format_cost_short(summary.cost, is_estimate=summary.has_estimate))
    if len(parts) == 1:
        parts.append(format_many(summary.span_count, "span"))
    return parts
