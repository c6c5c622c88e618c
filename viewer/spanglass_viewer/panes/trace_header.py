"""The trace's header: its name, its id, its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_absolute
from spanglass_viewer.format.quantities import format_compact, format_cost, format_count, format_many
from spanglass_viewer.format.text import elide_middle, span_name
from spanglass_viewer.panes.types_menu import TypesMenu
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.buttons import IconButton, StatButton
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel, plain_tooltip

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.rollups import Rollups
    from spanglass_viewer.trace.snapshot import TraceSnapshot

_ID_CHARS = 9
_LOGGED_COST = "Cost as it was logged"
_MARGINS_PX = 28
_FIGURE_GAP_PX = 8
_TITLE_GAP_PX = 10


class TraceHeader(QWidget):
    """Name, short id, copy link; below them duration, spans, tokens, cost, errors."""

    copy_link_clicked = Signal()
    errors_clicked = Signal()
    view_toggled = Signal()
    show_all_clicked = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ElidedLabel(role=FontRole.TITLE)
        self._trace_id = PlainLabel(role=FontRole.CODE, tone="faint")
        self._live = PlainLabel("● Live", role=FontRole.SMALL, tone="ok")
        self._copy = IconButton("link", "Copy link", appearance)
        self._copy.clicked.connect(self.copy_link_clicked)
        self._flame = IconButton("flame", "", appearance)
        self._flame.clicked.connect(self.view_toggled)
        self.types_menu = TypesMenu(self)
        self._types = IconButton("filter", "Hide span types (T)", appearance)
        self._types.setMenu(self.types_menu)
        self._types.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.show_view(is_flame=False)
        self._duration, self._spans, self._tokens, self._cost = (PlainLabel(role=FontRole.SMALL) for _ in range(4))
        for figure in self._figures():
            figure.setProperty("kind", "stat")
        self._errors = StatButton()
        self._errors.set_tone("error")
        self._errors.setCursor(Qt.CursorShape.PointingHandCursor)
        self._errors.clicked.connect(self.errors_clicked)
        self._hidden = StatButton()
        self._hidden.set_tone("warning")
        self._hidden.setCursor(Qt.CursorShape.PointingHandCursor)
        self._hidden.clicked.connect(self.show_all_clicked)
        self._absent: set[QWidget] = {self._hidden}
        self.price_list = "genai-prices"
        # narrower than its figures: those that matter less go first
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._lay_out()

    def _figures(self) -> tuple[PlainLabel, ...]:
        return self._duration, self._spans, self._tokens, self._cost

    def _lay_out(self) -> None:
        title = QHBoxLayout()
        title.setSpacing(_TITLE_GAP_PX)
        title.addWidget(self._name, 1)
        title.addWidget(self._trace_id)
        title.addWidget(self._live)
        title.addWidget(self._types)
        title.addWidget(self._flame)
        title.addWidget(self._copy)
        figures = QHBoxLayout()
        figures.setSpacing(_FIGURE_GAP_PX)
        for widget in (*self._figures(), self._errors, self._hidden):
            figures.addWidget(widget)
        figures.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 10)
        column.setSpacing(8)
        column.addLayout(title)
        column.addLayout(figures)

    def list_tab_stops(self) -> list[QWidget]:
        """Return what the Tab key goes through, in this order."""
        return [self._types, self._flame, self._copy, self._errors, self._hidden]

    def show_snapshot(self, snapshot: TraceSnapshot) -> None:
        """Show a trace's figures."""
        rollups = snapshot.rollups
        self._name.setText(span_name(snapshot.name_of(snapshot.root_span)))
        self._trace_id.setText(elide_middle(snapshot.root_span_id, _ID_CHARS))
        self._trace_id.setToolTip(plain_tooltip(snapshot.root_span_id))
        self._live.setVisible(snapshot.has_running)
        self._spans.setText(format_many(len(snapshot), "span"))
        self._duration.setToolTip(f"Started {format_absolute(snapshot.first_us)}")
        self._tokens.setText(f"{format_compact(rollups.tokens_total)} tokens")
        self._tokens.setToolTip(_about_tokens(rollups))
        is_estimate = rollups.has_estimate
        self._cost.setText(format_cost(rollups.cost, is_estimate=is_estimate))
        self._cost.setToolTip(f"Estimate by the list prices of {self.price_list}" if is_estimate else _LOGGED_COST)
        errors = len(snapshot.errors.own_spans)
        failed = format_many(snapshot.failed_count, "span")
        self._errors.setText(format_many(errors, "error"))
        self._errors.setToolTip(f"{failed} failed; {format_many(errors, 'error')} began there. Go to the next one (F8)")
        known = ((self._tokens, rollups.tokens_total is not None), (self._cost, rollups.cost is not None))
        hidden = self._absent & {self._hidden}
        self._absent = {figure for figure, is_known in (*known, (self._errors, errors > 0)) if not is_known} | hidden
        self._fit_figures()

    def show_view(self, *, is_flame: bool) -> None:
        """Say which view a click changes to."""
        self._flame.set_icon("collapse-all" if is_flame else "flame")
        self._flame.set_what("Show the tree (F)" if is_flame else "Show the flame view (F)")

    def show_hidden(self, count: int, what: str) -> None:
        """Say how many spans are hidden, and why."""
        self._absent.discard(self._hidden)
        if not count:
            self._absent.add(self._hidden)
        self._hidden.setText(f"{format_count(count)} hidden")
        self._hidden.setToolTip(plain_tooltip(f"Hidden: {what}. Show everything"))
        self._hidden.setAccessibleName(f"{format_many(count, 'span')} hidden. Show everything")
        self._fit_figures()

    def open_types_menu(self) -> None:
        """Offer the span types, to hide some."""
        self._types.showMenu()

    def show_duration(self, secs: float) -> None:
        """Show how long the trace took, or takes so far."""
        self._duration.setText(format_duration(secs))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many figures as there is room for."""
        super().resizeEvent(event)
        self._fit_figures()

    def _fit_title(self) -> None:
        """Show the id only where the name has room beside it."""
        buttons = (self._types, self._flame, self._copy)
        shown = [*buttons, *([self._live] if self._live.isVisibleTo(self) else [])]
        taken = sum(widget.sizeHint().width() + _TITLE_GAP_PX for widget in (*shown, self._trace_id))
        name = self._name.fontMetrics().horizontalAdvance(self._name.text())
        self._trace_id.setVisible(name + taken <= self.contentsRect().width() - _MARGINS_PX)

    def _fit_figures(self) -> None:
        self._fit_title()
        room = self.contentsRect().width() - _MARGINS_PX
        for figure in (self._hidden, self._duration, self._errors, self._tokens, self._spans, self._cost):
            is_wanted = figure not in self._absent
            room -= figure.sizeHint().width() + _FIGURE_GAP_PX if is_wanted else 0
            figure.setVisible(is_wanted and room >= 0)


def _about_tokens(rollups: Rollups) -> str:
    known = [f"{format_count(count)} {kind}" for kind, count in rollups.token_kinds.items()]
    return " · ".join([f"{format_count(rollups.tokens_total)} tokens", *known])
