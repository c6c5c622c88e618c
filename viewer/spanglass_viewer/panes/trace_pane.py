"""The middle of the window: a trace's header, minimap, and tree with waterfall or flame view."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from spanglass_viewer.format.quantities import format_count
from spanglass_viewer.format.text import span_name
from spanglass_viewer.models.pane_clock import PaneClock
from spanglass_viewer.models.span_table import SpanTableModel
from spanglass_viewer.models.time_axis import TimeAxis
from spanglass_viewer.panes.trace_finder import TraceFinder
from spanglass_viewer.panes.trace_header import TraceHeader
from spanglass_viewer.panes.types_menu import count_types
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.trace.arrays import np
from spanglass_viewer.trace.references import PathStep
from spanglass_viewer.turns.paint_order import put_paint_off
from spanglass_viewer.turns.painted_parts import PaintedParts
from spanglass_viewer.views.flame_view import FlameView
from spanglass_viewer.views.minimap import Minimap
from spanglass_viewer.views.span_table_view import SpanTableView
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QFocusEvent, QHideEvent, QResizeEvent, QShowEvent

    from spanglass_viewer.models.selection import Selection
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.references import SpanRef
    from spanglass_viewer.trace.snapshot import TraceSnapshot

_TICK_MS, _SLOW_TICK_MS = 100, 1000
_LOADING_AFTER_MS = 200  # what comes sooner would only flicker
_PILL_BOTTOM_PX = 14
_NOTICE_MARGIN_PX = 24
_MAX_NAME_CHARS = 300
_MOST_STEPS = 30
_ALL_HIDDEN = "Every span of the trace is hidden\nA click on “{} hidden” above shows them again"


class TracePane(QWidget):
    """Shows the open trace, sets the selected span, and follows the selection when others set it."""

    copy_link_requested = Signal(object)  # SpanRef | None: None means the trace as a whole
    export_requested = Signal()
    error_wanted = Signal()  # the next one

    def __init__(
        self,
        selection: Selection,
        appearance: Appearance,
        parent: QWidget | None = None,
        *,
        clock_us: Callable[[], int] | None = None,
    ) -> None:
        super().__init__(parent)
        self._selection = selection
        self._appearance = appearance
        self._clock = PaneClock() if clock_us is None else PaneClock(clock_us)
        self._model = SpanTableModel(self._clock.now_us, self)
        self._axis = TimeAxis(self)
        self._header = TraceHeader(appearance)
        self._minimap = Minimap(self._axis, appearance)
        self._view = SpanTableView(self._model, self._axis, appearance)
        self._flame = FlameView(self._axis, appearance, self._model.now_us)
        self.finder = TraceFinder(
            self._model, self._view, self._minimap, self._flame,
            appearance=appearance, choose=self._choose, parent=self,
        )  # fmt: skip
        self._bodies = QStackedWidget()
        self._all_hidden = PlainLabel(tone="faint")
        self._notice = PlainLabel(tone="faint")
        self._pill = _make_pill(self._view)
        self._new_below = 0
        self._appearance = appearance
        self._tick = QTimer(self, interval=_SLOW_TICK_MS if appearance.reduces_motion else _TICK_MS)
        self._expects_last_error = False
        self._loading = QTimer(self, interval=_LOADING_AFTER_MS, singleShot=True)
        self._painted_parts = PaintedParts(self)
        self._lay_out()
        self._connect()
        self.show_nothing()

    def _lay_out(self) -> None:
        trace = QWidget()
        column = QVBoxLayout(trace)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        strip = QVBoxLayout()
        strip.setContentsMargins(14, 0, 14, 6)
        strip.addWidget(self._minimap)
        column.addWidget(self._header)
        column.addLayout(strip)
        column.addWidget(self.finder.bar)
        self._bodies.addWidget(self._view)
        self._bodies.addWidget(self._flame)
        body = QGridLayout()
        body.addWidget(self._bodies, 0, 0)
        body.addWidget(self._all_hidden, 0, 0, Qt.AlignmentFlag.AlignCenter)  # over it
        column.addLayout(body, 1)
        self._all_hidden.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._all_hidden.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._all_hidden.hide()
        self._notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._notice.setWordWrap(True)
        self._notice.setMargin(_NOTICE_MARGIN_PX)
        self._stack = QStackedWidget()
        self._stack.addWidget(trace)
        self._stack.addWidget(self._notice)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        stops = [*self._header.list_tab_stops(), *self.finder.bar.list_tab_stops(), self._view, self._flame]
        for one, following in itertools.pairwise(stops):
            QWidget.setTabOrder(one, following)

    def _connect(self) -> None:
        self._header.copy_link_clicked.connect(self._on_copy_link_clicked)
        self._header.export_clicked.connect(self.export_requested)
        self._header.errors_clicked.connect(self._on_errors_clicked)
        self._header.view_toggled.connect(self.toggle_flame)
        self._header.show_all_clicked.connect(self.finder.show_all)
        self._header.types_menu.aboutToShow.connect(self._on_types_menu_opens)
        self._header.types_menu.hidden_types_chosen.connect(self.finder.hide_types)
        self.finder.narrowed.connect(self._on_narrowed)
        self._view.span_selected.connect(self._on_span_selected)
        self._flame.span_selected.connect(self._on_span_selected)
        self._view.rows_added_below.connect(self._on_rows_added_below)
        self._view.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._pill.clicked.connect(self._on_pill_clicked)
        self._selection.span_changed.connect(self._on_selection_changed)
        self._tick.timeout.connect(self._on_tick)
        self._appearance.motion_changed.connect(self._on_motion_changed)
        self._loading.timeout.connect(self._on_loading_lasts)

    # what is shown

    def show_snapshot(self, snapshot: TraceSnapshot, *, opened: bool) -> None:
        """Show a trace. `opened`: it was opened just now, and goes to its first error; else it is updated in place."""
        self._loading.stop()
        put_paint_off(self.window())
        if opened:
            self._painted_parts.start((self._bodies,))
            self._clock.catch_up()  # but an update that was on its way is of the moment of the pause, as the list is
            self._clear_pill()
            self._axis.reset()
            self._model.set_snapshot(None)
        self._minimap.set_snapshot(snapshot)
        self._header.show_snapshot(snapshot)
        self._view.show_snapshot(snapshot)
        self._flame.show_snapshot(snapshot, self._model.kept_spans())
        self._show_time(snapshot)
        self._stack.setCurrentIndex(0)
        self._set_ticking()
        self.finder.show_snapshot(opened=opened)
        if opened:
            expects_last_error, self._expects_last_error = self._expects_last_error, False
            if not (expects_last_error and self.go_to_outer_error(-1)):
                self.go_to_start()

    def show_price_list(self, price_list: str) -> None:
        """Say by which price list costs are estimated from here on."""
        self._header.price_list = price_list

    def show_loading(self, root_span_id: str) -> None:
        """Wait for a trace; what was shown stays for a moment, so that a quick answer does not flicker."""
        self._expects_last_error = False
        if self._model.snapshot is None:
            self._notice.setText("")  # it said that no trace is open
        if self._model.snapshot is None or self._model.snapshot.root_span_id != root_span_id:
            self._loading.start()

    def show_blank(self) -> None:
        """Show nothing until it is known whether there is a trace."""
        self._show_notice("")

    def show_nothing(self) -> None:
        """Show that no trace is open."""
        self._show_notice("No trace is open")

    def show_deleted(self) -> None:
        """Show that the open trace is gone."""
        self._show_notice("This trace is no longer in the store")

    def show_fault(self, sentence: str) -> None:
        """Say why there is no trace."""
        self._show_notice(sentence)

    def _show_notice(self, text: str) -> None:
        self._loading.stop()
        self._notice.setText(text)
        self._stack.setCurrentIndex(1)
        self._minimap.set_snapshot(None)
        self._view.show_snapshot(None)
        self._flame.show_snapshot(None)
        self._clear_pill()
        self._set_ticking()

    # the selected span

    def name_of(self, ref: SpanRef) -> str:
        """Return the name of a span of the trace that is shown, "" where it is not in it."""
        snapshot = self._model.snapshot
        if snapshot is None or snapshot.root_span_id != ref.root_span_id:
            return ""
        span = snapshot.find_span(ref.span_id)
        return "" if span is None else span_name(snapshot.name_of(span), _MAX_NAME_CHARS)

    def path_to(self, ref: SpanRef) -> tuple[PathStep, ...]:
        """Return the spans above a span from its root down; of very many the root and the nearest."""
        snapshot = self._model.snapshot
        if snapshot is None or snapshot.root_span_id != ref.root_span_id:
            return ()
        span = snapshot.find_span(ref.span_id)
        above = [] if span is None else snapshot.spans_above(span, _MOST_STEPS)
        return tuple(PathStep(snapshot.ref(one), span_name(snapshot.name_of(one), _MAX_NAME_CHARS)) for one in above)

    def select_span_id(self, span_id: str) -> bool:
        """Select a span of the trace, and tell whether it is there."""
        snapshot = self._model.snapshot
        span = None if snapshot is None else snapshot.find_span(span_id)
        if span is None:
            return False
        self._choose(span)
        return True

    def go_to_start(self) -> None:
        """Select the first error that is not hidden, else the root, else the first row."""
        snapshot = self._model.snapshot
        if snapshot is None:
            return
        own: list[int] = snapshot.errors.own_spans.tolist()
        first = next((span for span in (*own, snapshot.root_span) if self._model.lets_through(span)), None)
        if first is not None:
            self._choose(first)
        elif self._model.rowCount():
            self._choose(self._model.row_at(0).span)

    @property
    def snapshot(self) -> TraceSnapshot | None:
        """The trace that is shown."""
        return self._model.snapshot

    def mark_span(self) -> None:
        """Mark the row of the selected span for a moment: a link has led there."""
        self._view.mark_current(self._appearance)

    def step_span(self, step: int) -> bool:
        """Select the next (1) or previous (-1) visible row, and tell whether there is one."""
        row = self._view.currentIndex().row() + step
        if not 0 <= row < self._model.rowCount():
            return False
        self._view.setCurrentIndex(self._model.index(row, 0))
        return True

    def next_error(self, step: int) -> bool:
        """Select the next (1) or previous (-1) span where an error began; False where there is none further."""
        snapshot = self._model.snapshot
        if snapshot is None:
            return False
        own = snapshot.errors.own_spans
        places = snapshot.errors.own_rows
        current = self._view.current_span
        here = -1 if current is None else int(snapshot.layout.row_of_span[current])
        at = int(np.searchsorted(places, here, "right")) if step > 0 else int(np.searchsorted(places, here)) - 1
        if not 0 <= at < len(own):
            return False
        self._choose(int(own[at]))
        return True

    def go_to_outer_error(self, direction: int) -> bool:
        """Select the first (1) or last (-1) span where an error began; False where there is none but the selected."""
        snapshot = self._model.snapshot
        if snapshot is None or not len(snapshot.errors.own_spans):
            return False
        wanted = int(snapshot.errors.own_spans[0 if direction > 0 else -1])
        is_elsewhere = wanted != self._view.current_span
        self._choose(wanted)
        return is_elsewhere

    def expect_last_error(self) -> None:
        """Have the trace that is being opened go to its last error instead of its first."""
        self._expects_last_error = True

    def _choose(self, span: int) -> None:
        """Select a span and bring it into sight."""
        snapshot = self._model.snapshot
        if snapshot is not None:
            self._view.select_span(span, centred=True)
            self._flame.select_span(span)
            self._selection.select_span(snapshot.ref(span))

    def _on_span_selected(self, span: int) -> None:
        if self._model.snapshot is not None:
            self._selection.select_span(self._model.snapshot.ref(span))

    def _on_selection_changed(self, ref: SpanRef | None) -> None:
        snapshot = self._model.snapshot
        if ref is None or snapshot is None or ref.root_span_id != snapshot.root_span_id:
            return
        span = snapshot.find_span(ref.span_id)
        if span is None:
            return
        if span != self._view.current_span:
            self._view.select_span(span)
        if span != self._flame.current_span:
            self._flame.select_span(span)

    # tree or flame view

    @property
    def is_flame(self) -> bool:
        """Tell whether the flame view is shown instead of the tree."""
        return self._bodies.currentWidget() is self._flame

    def toggle_flame(self) -> None:
        """Change between the tree and the flame view; the selected span is the same in both."""
        shown = self._view if self.is_flame else self._flame
        had_focus = (self._flame if self.is_flame else self._view).hasFocus()
        self._bodies.setCurrentWidget(shown)
        self._header.show_view(is_flame=self.is_flame)
        if had_focus:
            shown.setFocus()
        self._place_pill()

    def stop(self) -> None:
        """End the thread that draws the flame view."""
        self._flame.stop()

    # what is hidden

    def open_types_menu(self) -> None:
        """Offer the span types, to hide some."""
        self._header.open_types_menu()

    def _on_types_menu_opens(self) -> None:
        counts = {} if self._model.snapshot is None else count_types(self._model.snapshot)
        self._header.types_menu.show_types(counts, self.finder.hidden_types)

    def _on_narrowed(self) -> None:
        hidden = self._model.narrowed_out
        self._header.show_hidden(hidden, self.finder.describe_narrowing())
        self._all_hidden.setText(_ALL_HIDDEN.format(format_count(hidden)))
        self._all_hidden.setVisible(hidden > 0 and not self._model.rowCount())
        self._all_hidden.raise_()
        self._flame.narrow(self._model.kept_spans())

    # folding, zooming

    def collapse_all(self) -> None:
        """Fold everything below the roots' children."""
        self._view.fold_all()

    def expand_all(self) -> None:
        """Show every row."""
        self._view.unfold_all()

    def reset_zoom(self) -> None:
        """Show the whole time."""
        self._axis.reset()

    # time

    def _show_time(self, snapshot: TraceSnapshot) -> None:
        last_us = max(snapshot.last_us, self._model.now_us()) if snapshot.has_running else snapshot.last_us
        self._axis.set_extent(snapshot.first_us, last_us)
        whole_us = last_us - snapshot.first_us
        self._header.show_duration(snapshot.root_took_us(last_us) / 1e6, whole_us / 1e6)

    def set_paused(self, paused: bool) -> None:
        """Hold still what runs, or let it catch up."""
        self._clock.hold(held=paused)
        self._on_tick()
        self._set_ticking()

    def _set_ticking(self) -> None:
        """Tick only while something that runs can be seen."""
        snapshot = self._model.snapshot
        is_running = snapshot is not None and snapshot.has_running and not self._clock.is_held
        if is_running and self.isVisible():
            self._tick.start()
        else:
            self._tick.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """Go on ticking."""
        super().showEvent(event)
        self._view.prepare()
        self._set_ticking()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop ticking."""
        super().hideEvent(event)
        self._set_ticking()

    def _on_motion_changed(self) -> None:
        self._tick.setInterval(_SLOW_TICK_MS if self._appearance.reduces_motion else _TICK_MS)

    def _on_tick(self) -> None:
        if self._model.snapshot is not None:
            self._show_time(self._model.snapshot)
            self._view.show_time()

    def _on_loading_lasts(self) -> None:
        self._show_notice("Loading the trace…")

    # new rows out of sight

    def _on_rows_added_below(self, count: int) -> None:
        self._new_below += count
        self._pill.setText(f"↓ {format_count(self._new_below)} new")
        self._pill.adjustSize()
        self._place_pill()
        self._pill.show()

    def _on_scrolled(self, value: int) -> None:
        if value == self._view.verticalScrollBar().maximum():
            self._clear_pill()

    def _on_pill_clicked(self) -> None:
        self._view.scrollToBottom()
        self._clear_pill()

    def _clear_pill(self) -> None:
        self._new_below = 0
        self._pill.hide()

    def _place_pill(self) -> None:
        viewport = self._view.viewport()
        corner = QPoint((viewport.width() - self._pill.width()) // 2, viewport.height() - self._pill.height())
        self._pill.move(viewport.mapTo(self._view, corner) - QPoint(0, _PILL_BOTTOM_PX))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the keyboard on: by a focus proxy the Tab key would skip the header."""
        shown = self._flame if self.is_flame else self._view
        shown.setFocus(event.reason())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the pill in its place."""
        super().resizeEvent(event)
        self._place_pill()

    # what others do

    def _on_copy_link_clicked(self) -> None:
        self.copy_link_requested.emit(self._selection.span)

    def _on_errors_clicked(self) -> None:
        self.error_wanted.emit()


def _make_pill(parent: QWidget) -> QPushButton:
    pill = QPushButton(parent)
    pill.setProperty("kind", "pill")
    pill.setAccessibleName("Go to the new spans below")
    wear(pill, FontRole.SMALL_STRONG)
    pill.setCursor(Qt.CursorShape.PointingHandCursor)
    pill.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    pill.hide()
    return pill
