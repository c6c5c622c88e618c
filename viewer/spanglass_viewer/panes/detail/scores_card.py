"""Scores as names, bars and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.card import Card
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.theme.appearance import Appearance

_BAR_PX = 6


class ScoresCard(Card):
    """A bar from 0 to 1 for each score; one without a value says so."""

    def __init__(self, context: DetailContext, parent: QWidget | None = None) -> None:
        super().__init__("Scores", context.appearance, parent)
        self._context = context
        self._scores: list[tuple[str, float | None]] = []

    def show_scores(self, scores: list[tuple[str, float | None]]) -> None:
        """Show scores soon; the same ones again change nothing."""
        if scores == self._scores:
            return
        self._scores = scores
        self._context.making.add(self)

    def fill(self) -> None:
        """Make a row for each score."""
        self.clear_body()
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        for row, (name, score) in enumerate(self._scores):
            grid.addWidget(ElidedLabel(name, role=FontRole.SMALL, tone="muted"), row, 0)
            grid.addWidget(_ScoreBar(score, self._context.appearance), row, 1)
            value = PlainLabel("—" if score is None else f"{score:.4g}", role=FontRole.CODE)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(value, row, 2)
        self.body.addWidget(content)


class _ScoreBar(QWidget):
    def __init__(self, score: float | None, appearance: Appearance) -> None:
        super().__init__()
        self._score = score
        self._appearance = appearance
        self.setFixedHeight(_BAR_PX + 8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        appearance.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the track, and the bar on it."""
        tokens = self._appearance.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, (self.height() - _BAR_PX) / 2, self.width(), _BAR_PX)
        painter.setBrush(QColor(tokens.pressed))
        painter.drawRoundedRect(track, _BAR_PX / 2, _BAR_PX / 2)
        if self._score:
            track.setWidth(max(_BAR_PX, track.width() * min(1.0, max(0.0, self._score))))
            painter.setBrush(QColor(tokens.accent))
            painter.drawRoundedRect(track, _BAR_PX / 2, _BAR_PX / 2)
