"""The spans above a span, from its root down to its parent, in one line: a click goes there, or arrows and Enter."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.widgets.labels import plain_tooltip

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.references import PathStep

_BETWEEN, _LEFT_OUT = " › ", "…"  # noqa: RUF001 - the sign that such paths have
_MOST_NAME_PX = 150
_LEAST_NAME_PX = 24


class Breadcrumb(QWidget):
    """Painted, for it changes with every span. Where room is short, the root and the nearest steps are shown."""

    span_wanted = Signal(str)  # its id

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._steps: tuple[PathStep, ...] = ()
        self._placed: list[tuple[PathStep, str, QRect]] = []
        self._hovered: PathStep | None = None
        wear(self, FontRole.SMALL)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        appearance.changed.connect(self._on_appearance_changed)

    def show_steps(self, steps: tuple[PathStep, ...]) -> None:
        """Show these spans, the root first."""
        if steps != self._steps:
            self._steps = steps
            path = _BETWEEN.join(step.name for step in steps)
            self.setToolTip(plain_tooltip(path))
            self.setAccessibleName(f"Below {path}" if steps else "")
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus if steps else Qt.FocusPolicy.NoFocus)
            self._place()

    def sizeHint(self) -> QSize:
        """Return one line's height; the width is the pane's to give."""
        return QSize(0, self._metrics().height())

    def minimumSizeHint(self) -> QSize:
        """Let the line shrink to nothing."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many steps as there is room for."""
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the names, and what stands between them."""
        tokens, painter = self._appearance.tokens, QPainter(self)
        painter.setFont(font(FontRole.SMALL))
        for step, text, place in self._placed:
            painter.setPen(QColor(tokens.accent if step is self._hovered else tokens.text_muted))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), text)
            if step is self._hovered and self.hasFocus():
                painter.drawLine(place.bottomLeft(), place.bottomRight())
        painter.setPen(QColor(tokens.text_faint))
        for (_, _, place), (_, _, following) in pairwise(self._placed):
            gap = QRect(QPoint(place.right() + 1, 0), QPoint(following.left() - 1, self.height() - 1))
            painter.drawText(gap, int(Qt.AlignmentFlag.AlignCenter), _BETWEEN.strip())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark what a click would go to."""
        self._hover(self._step_at(event.position().toPoint()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Mark the nearest step, where Enter goes."""
        super().focusInEvent(event)
        self._hover(self._placed[-1][0] if self._placed else None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Mark nothing."""
        super().focusOutEvent(event)
        self._hover(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """← → choose a step, Enter and the space bar go there."""
        steps = [step for step, _, _ in self._placed]
        at = steps.index(self._hovered) if self._hovered in steps else -1
        key = event.key()
        if at >= 0 and key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self._hover(steps[min(max(at + (1 if key == Qt.Key.Key_Right else -1), 0), len(steps) - 1)])
        elif at >= 0 and key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.span_wanted.emit(steps[at].ref.span_id)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Mark nothing."""
        super().leaveEvent(event)
        self._hover(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        step = self._step_at(event.position().toPoint())
        if step is not None and event.button() is Qt.MouseButton.LeftButton:
            self.span_wanted.emit(step.ref.span_id)

    def _hover(self, step: PathStep | None) -> None:
        if step is not self._hovered:
            self._hovered = step
            self.setCursor(Qt.CursorShape.ArrowCursor if step is None else Qt.CursorShape.PointingHandCursor)
            self.update()

    def _step_at(self, point: QPoint) -> PathStep | None:
        return next((step for step, _, place in self._placed if place.contains(point)), None)

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(font(FontRole.SMALL))

    def _place(self) -> None:
        """Place names from left to right; what is left out is one step, which goes to the lowest of it."""
        metrics = self._metrics()
        between = metrics.horizontalAdvance(_BETWEEN)
        elide = Qt.TextElideMode.ElideMiddle
        shown = [(step, metrics.elidedText(step.name, elide, _MOST_NAME_PX)) for step in self._steps]
        kept = self._keep(shown, metrics, between)
        self._placed, left = [], 0
        for step, text in kept:
            width = metrics.horizontalAdvance(text)
            if left + width > self.width():
                text = metrics.elidedText(text, elide, max(self.width() - left, _LEAST_NAME_PX))  # noqa: PLW2901 - cut
                width = metrics.horizontalAdvance(text)
            self._placed.append((step, text, QRect(left, 0, width, self.height())))
            left += width + between
        self._hovered = self._placed[-1][0] if self._placed and self.hasFocus() else None
        self.update()

    def _keep(
        self, shown: list[tuple[PathStep, str]], metrics: QFontMetrics, between: int
    ) -> list[tuple[PathStep, str]]:
        kept = shown
        for cut in range(2, len(shown)):  # the steps from the second to this one are left out
            if sum(metrics.horizontalAdvance(text) + between for _, text in kept) - between <= self.width():
                break
            kept = [shown[0], (shown[cut - 1][0], _LEFT_OUT), *shown[cut:]]
        return kept

    def _on_appearance_changed(self) -> None:
        self.updateGeometry()
        self._place()
