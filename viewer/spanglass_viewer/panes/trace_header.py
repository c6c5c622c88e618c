"""The trace's header: its state, its name, its id, its figures, when it began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from spanglass_viewer.format.durations import NO_VALUE, format_duration
from spanglass_viewer.format.moments import format_absolute, format_moment
from spanglass_viewer.format.quantities import format_compact, format_cost, format_count, format_many
from spanglass_viewer.format.text import elide_middle, span_name
from spanglass_viewer.panes.types_menu import TypesMenu
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.buttons import IconButton, StatButton
from spanglass_viewer.widgets.key_hints import hint_at
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel, plain_tooltip
from spanglass_viewer.widgets.state_dot import StateDot, trace_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QResizeEvent

    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.rollups import Rollups
    from spanglass_viewer.trace.snapshot import TraceSnapshot

_ID_CHARS = 9
_LOGGED_COST, _NO_COST = "Cost as it was logged", f"cost {NO_VALUE}"
_MARGINS_PX = 28
_FIGURE_GAP_PX = 8
_TITLE_GAP_PX = 10


class TraceHeader(QWidget):
    """State, name, short id, what can be done with it; below them duration, spans, tokens, cost, errors, start."""

    copy_link_clicked = Signal()
    export_clicked = Signal()
    errors_clicked = Signal()
    view_toggled = Signal()
    show_all_clicked = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = StateDot(appearance)
        self._name = ElidedLabel(role=FontRole.TITLE)
        self._trace_id = PlainLabel(role=FontRole.CODE, tone="faint")
        self._live = PlainLabel("● Live", role=FontRole.SMALL, tone="ok")
        self._copy = IconButton("link", "Copy link", appearance)
        self._copy.clicked.connect(self.copy_link_clicked)
        self._export = IconButton("save", "Export the trace", appearance)
        hint_at(self._export, "export_trace", "Export the trace")
        self._export.clicked.connect(self.export_clicked)
        self._flame = IconButton("flame", "", appearance)
        self._flame.clicked.connect(self.view_toggled)
        self.types_menu = TypesMenu(self)
        self._types = IconButton("filter", "Hide span types", appearance)
        hint_at(self._types, "hide_types", "Hide span types")
        self._types.setMenu(self.types_menu)
        self._types.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.show_view(is_flame=False)
        self._duration, self._spans, self._tokens, self._cost = (PlainLabel(role=FontRole.SMALL) for _ in range(4))
        for figure in self._figures():
            figure.setProperty("kind", "stat")
        self._started = PlainLabel(role=FontRole.SMALL, tone="muted")
        self._errors = StatButton()
        self._errors.set_tone("error")
        self._errors.setCursor(Qt.CursorShape.PointingHandCursor)
        self._errors.clicked.connect(self.errors_clicked)
        self._hidden = StatButton()
        self._hidden.set_tone("warning")
        self._hidden.setAccessibleName("Show everything")  # until it is known how much is hidden
        self._hidden.setCursor(Qt.CursorShape.PointingHandCursor)
        self._hidden.clicked.connect(self.show_all_clicked)
        self._absent: set[QWidget] = {self._hidden}
        self.price_list = ""  # until it was read
        self._token_texts: tuple[str, ...] = ("",)
        # narrower than its figures: those that matter less go first
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._lay_out()
        appearance.text_resized.connect(self._fit_figures)

    def _figures(self) -> tuple[PlainLabel, ...]:
        return self._duration, self._spans, self._tokens, self._cost

    def _lay_out(self) -> None:
        title = QHBoxLayout()
        title.setSpacing(_TITLE_GAP_PX)
        title.addWidget(self._state)
        title.addWidget(self._name, 1)
        title.addWidget(self._trace_id)
        title.addWidget(self._live)
        title.addWidget(self._types)
        title.addWidget(self._flame)
        title.addWidget(self._export)
        title.addWidget(self._copy)
        figures = QHBoxLayout()
        figures.setSpacing(_FIGURE_GAP_PX)
        for widget in (*self._figures(), self._errors, self._hidden):
            figures.addWidget(widget)
        figures.addStretch(1)
        figures.addWidget(self._started)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 10)
        column.setSpacing(8)
        column.addLayout(title)
        column.addLayout(figures)

    def list_tab_stops(self) -> list[QWidget]:
        """Return what the Tab key goes through, in this order."""
        return [self._types, self._flame, self._export, self._copy, self._errors, self._hidden]

    def show_snapshot(self, snapshot: TraceSnapshot) -> None:
        """Show a trace's figures."""
        rollups = snapshot.rollups
        self._name.setText(span_name(snapshot.name_of(snapshot.root_span)))
        self._trace_id.setText(elide_middle(snapshot.root_span_id, _ID_CHARS))
        self._trace_id.setToolTip(plain_tooltip(snapshot.root_span_id))
        self._state.show_state(
            trace_state(
                has_errors=snapshot.failed_count > 0,
                is_running=snapshot.has_running,
                is_interrupted=snapshot.has_interrupted,
            )
        )
        self._live.setVisible(snapshot.has_running)
        self._spans.setText(format_many(len(snapshot), "span"))
        started = f"Started {format_absolute(snapshot.first_us)}"
        self._started.setText(format_moment(snapshot.first_us))
        self._started.setToolTip(started)
        self._token_texts = tuple(_token_texts(rollups))
        self._tokens.setToolTip(_about_tokens(rollups))
        is_estimate = rollups.has_estimate
        self._cost.setText(format_cost(rollups.cost, is_estimate=is_estimate) if rollups.cost is not None else _NO_COST)
        self._cost.setToolTip(
            f"Estimate by the list prices of {self.price_list or 'genai-prices'}"
            if is_estimate
            else _LOGGED_COST
            if rollups.cost is not None
            else f"No cost was logged, and {self.price_list} has no price of these models"
        )
        errors = len(snapshot.errors.own_spans)
        failed = format_many(snapshot.failed_count, "span")
        self._errors.setText(format_many(errors, "error"))
        began = f"{failed} failed; {format_many(errors, 'error')} began there. Go to the next one"
        hint_at(self._errors, "next_error", began)
        has_tokens = rollups.tokens_total is not None
        has_cost = rollups.cost is not None or (has_tokens and bool(self.price_list))
        known = ((self._tokens, has_tokens), (self._cost, has_cost), (self._errors, errors > 0))
        hidden = self._absent & {self._hidden}
        self._absent = {figure for figure, is_known in known if not is_known} | hidden
        self._fit_figures()

    def show_view(self, *, is_flame: bool) -> None:
        """Say which view a click changes to."""
        self._flame.set_icon("collapse-all" if is_flame else "flame")
        what = "Show the tree" if is_flame else "Show the flame view"
        self._flame.set_what(what)
        hint_at(self._flame, "toggle_flame", what)

    def show_hidden(self, count: int, what: str) -> None:
        """Say how many spans are hidden, and why."""
        if not count and self._hidden in self._absent:
            return  # as it was: a trace that grows says so each time
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

    def show_duration(self, root_secs: float, whole_secs: float) -> None:
        """Show how long the trace took, or takes so far, as the list says it; and from end to end, where that differs.

        What a root leaves behind may go on after it, as a task in the background does.
        """
        took, whole = format_duration(root_secs), format_duration(whole_secs)
        text, about = took, self._started.toolTip()
        if took != whole and root_secs >= 0:
            text = f"{took} · {whole} in all"
            about = f"The root span took {took}; from the first start to the last end it is {whole}\n{about}"
        before = self._duration.text()
        self._duration.setText(text)
        self._duration.setToolTip(about)
        if len(text) != len(before):
            self._fit_figures()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many figures as there is room for."""
        super().resizeEvent(event)
        self._fit_figures()

    def _fit_title(self) -> None:
        """Show export, which the menu has too, and the id only where the name has room beside them."""
        always = [self._state, self._types, self._flame, self._copy]
        always += [self._live] if self._live.isVisibleTo(self) else []
        room = self.contentsRect().width() - _MARGINS_PX
        room -= self._name.fontMetrics().horizontalAdvance(self._name.text())
        room -= sum(widget.sizeHint().width() + _TITLE_GAP_PX for widget in always)
        for widget in (self._export, self._trace_id):
            room -= widget.sizeHint().width() + _TITLE_GAP_PX
            widget.setVisible(room >= 0)

    def _fit_figures(self) -> None:
        self._fit_title()
        room = self.contentsRect().width() - _MARGINS_PX
        self._tokens.setText(self._token_texts[-1])
        by_weight = (self._hidden, self._duration, self._errors, self._tokens, self._spans, self._cost, self._started)
        for figure in by_weight:
            is_wanted = figure not in self._absent
            room -= figure.sizeHint().width() + _FIGURE_GAP_PX if is_wanted else 0
            figure.setVisible(is_wanted and room >= 0)
        short = self._tokens.sizeHint().width()
        for text in self._token_texts if self._tokens.isVisibleTo(self) else ():
            self._tokens.setText(text)
            if self._tokens.sizeHint().width() - short <= room:
                break


def _token_texts(rollups: Rollups) -> Iterator[str]:
    """Return the tokens of a trace as texts, the longest first."""
    total = f"{format_compact(rollups.tokens_total)} tokens"
    known = {kind: count for kind, count in rollups.token_kinds.items() if count or kind in {"in", "out"}}
    for kinds in (("in", "out", "cached"), ("in", "out")):
        parts = [f"{format_compact(known[kind])} {kind}" for kind in kinds if kind in known]
        if parts:
            yield " · ".join([total, *parts])
    yield total


def _about_tokens(rollups: Rollups) -> str:
    known = [f"{format_count(count)} {kind}" for kind, count in rollups.token_kinds.items()]
    return " · ".join([f"{format_count(rollups.tokens_total)} tokens", *known])
