"""A dot for the state of a trace: full or a ring, in the colour of what became of it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.theme.tokens import Tokens

_SIDE_PX = 10
_RADIUS_PX, _RING_RADIUS_PX, _RING_PX = 3.5, 3.2, 1.6


class TraceState(enum.Enum):
    """What became of a trace, in words."""

    FAILED = "Failed"
    RUNNING = "Running"
    INTERRUPTED = "Process died"
    ENDED = "Ended without an error"


def trace_state(*, has_errors: bool, is_running: bool, is_interrupted: bool) -> TraceState:
    """Return the state that matters most: a failure shows while a trace still runs."""
    if has_errors:
        return TraceState.FAILED
    if is_running:
        return TraceState.RUNNING
    return TraceState.INTERRUPTED if is_interrupted else TraceState.ENDED


def paint_state_dot(painter: QPainter, center: QPointF, state: TraceState, tokens: Tokens) -> None:
    """Paint the dot of a state; what runs is a ring."""
    if state is TraceState.RUNNING:
        painter.setPen(QPen(QColor(tokens.accent), _RING_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, _RING_RADIUS_PX, _RING_RADIUS_PX)
        return
    colors = {TraceState.FAILED: tokens.error, TraceState.INTERRUPTED: tokens.warning, TraceState.ENDED: tokens.ok}
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors[state]))
    painter.drawEllipse(center, _RADIUS_PX, _RADIUS_PX)


class StateDot(QWidget):
    """The dot beside a trace's name; hovering says what it means."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._state = TraceState.ENDED
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        appearance.changed.connect(self.update)

    def show_state(self, state: TraceState) -> None:
        """Show a state."""
        self._state = state
        self.setToolTip(state.value)
        self.setAccessibleName(state.value)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room that a dot takes."""
        return QSize(_SIDE_PX, _SIDE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_state_dot(painter, QPointF(_SIDE_PX / 2, _SIDE_PX / 2), self._state, self._appearance.tokens)
