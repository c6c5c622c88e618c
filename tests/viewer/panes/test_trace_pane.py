from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_traces import (
    EPOCH_US,
    MadeSpan,
    make_large_skeleton,
    make_skeleton,
    make_support_skeleton,
)
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from spanglass_viewer.models.selection import Selection
from spanglass_viewer.models.span_table import Column, SpanTableModel
from spanglass_viewer.panes.trace_pane import TracePane
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot
from spanglass_viewer.views.minimap import Minimap
from spanglass_viewer.views.row_style import ROW_HEIGHT
from spanglass_viewer.views.span_cell import lay_out_cell
from spanglass_viewer.views.span_table_view import SpanTableView
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# the offscreen platform says so of every window that is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

_NOW_US = EPOCH_US + 20_000_000


class _Shown:
    """A pane on the screen with the parts that the tests look at."""

    def __init__(self, qtbot: QtBot, appearance: Appearance) -> None:
        self.selection = Selection()
        self.now_us = _NOW_US
        self.pane = TracePane(self.selection, appearance, clock_us=lambda: self.now_us)
        qtbot.addWidget(self.pane)
        self.pane.resize(900, 480)
        self.pane.show()
        qtbot.waitExposed(self.pane)
        self.view = self.pane.findChild(SpanTableView)
        self.minimap = self.pane.findChild(Minimap)
        self.pill = self.view.findChild(QPushButton)
        self.qtbot = qtbot

    @property
    def model(self) -> SpanTableModel:
        model = self.view.model()
        assert isinstance(model, SpanTableModel)
        return model

    @property
    def selected(self) -> str | None:
        return None if self.selection.span is None else self.selection.span.span_id

    @property
    def current(self) -> str:
        return self.id_at(self.view.currentIndex().row())

    @property
    def ids(self) -> list[str]:
        return [self.id_at(row) for row in range(self.model.rowCount())]

    def id_at(self, row: int) -> str:
        snapshot = self.model.snapshot
        assert snapshot is not None
        return str(snapshot.skeleton.span_id[self.model.row_at(row).span])

    def open(self, snapshot: TraceSnapshot) -> None:
        self.selection.select_trace(snapshot.root_span_id)
        self.pane.show_snapshot(snapshot, opened=True)

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.qtbot.keyClick(self.view, key)

    def click(self, row: int, at: QPoint | None = None) -> None:
        place = self.view.visualRect(self.model.index(row, Column.SPAN))
        self.qtbot.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, pos=at or place.center())

    def top(self) -> tuple[str, int]:
        row = self.view.rowAt(0)
        return self.id_at(row), self.view.rowViewportPosition(row)


@pytest.fixture
def shown(qtbot: QtBot, appearance: Appearance) -> _Shown:
    return _Shown(qtbot, appearance)


@pytest.fixture
def support(shown: _Shown) -> _Shown:
    shown.open(build_snapshot(make_support_skeleton(), 1, _NOW_US))
    return shown


def _wide(count: int, *more: MadeSpan, end: float | None = 100.0) -> TraceSnapshot:
    children = [MadeSpan(f"s{number:03}", ("root",), 1.0 + number) for number in range(count)]
    return build_snapshot(make_skeleton([MadeSpan("root", (), 0, end), *children, *more]), 1, _NOW_US)


def test_a_failed_trace_opens_on_its_first_error(support: _Shown) -> None:
    assert support.selected == support.current == "post-1"
    row = support.view.currentIndex().row()
    assert 0 < support.view.rowViewportPosition(row) < support.view.viewport().height()


def test_a_trace_without_errors_opens_on_its_root(shown: _Shown) -> None:
    shown.open(_wide(3))
    assert shown.selected == "root"


def test_errors_are_stepped_through_in_order_until_there_is_none_further(support: _Shown) -> None:
    assert support.pane.next_error(1)
    assert support.selected == "post-2"
    assert not support.pane.next_error(1)
    assert support.selected == "post-2"
    assert support.pane.next_error(-1)
    assert support.selected == "post-1"
    assert not support.pane.next_error(-1)


def test_a_step_to_an_error_unfolds_what_hides_it(support: _Shown) -> None:
    support.pane.collapse_all()
    assert support.current == "executor"
    assert support.pane.next_error(1)
    assert support.current == "post-1"


def test_the_selected_row_stays_in_sight_when_everything_unfolds(shown: _Shown) -> None:
    leaves = [MadeSpan(f"leaf{number}", (f"s{number:03}",), 2.0 + number) for number in range(60)]
    shown.open(_wide(60, *leaves))
    shown.pane.collapse_all()
    shown.pane.select_span_id("s055")
    shown.pane.expand_all()
    assert shown.model.rowCount() == 121
    assert shown.current == "s055"
    assert 0 <= shown.view.rowViewportPosition(shown.view.currentIndex().row()) < shown.view.viewport().height()
    shown.pane.collapse_all()
    assert 0 <= shown.view.rowViewportPosition(shown.view.currentIndex().row()) < shown.view.viewport().height()


def test_an_error_is_gone_to_at_its_own_row_not_at_a_ghost(shown: _Shown) -> None:
    spans = [MadeSpan("r"), MadeSpan("a", ("r",), 0.1), MadeSpan("b", ("r",), 0.2)]
    shown.open(build_snapshot(make_skeleton([*spans, MadeSpan("c", ("a", "b"), 0.3, error="E: 1")]), 1, _NOW_US))
    shown.click(4)
    assert shown.model.row_at(shown.view.currentIndex().row()).is_ghost
    shown.pane.select_span_id("c")
    assert shown.view.currentIndex().row() == 2


def test_keys_move_fold_and_unfold(support: _Shown) -> None:
    support.press(Qt.Key.Key_Home)
    assert support.selected == "run"
    support.press(Qt.Key.Key_Down)
    assert support.selected == "classify"
    support.press(Qt.Key.Key_Right)
    assert support.selected == "classify-llm"
    support.press(Qt.Key.Key_Left)
    assert support.selected == "classify"
    support.press(Qt.Key.Key_Left)
    assert "classify-llm" not in support.ids
    support.press(Qt.Key.Key_Right)
    assert "classify-llm" in support.ids
    support.press(Qt.Key.Key_Left, Qt.Key.Key_Left)
    assert support.selected == "run"
    support.press(Qt.Key.Key_End)
    assert support.selected == "lost"
    support.pane.collapse_all()
    assert support.model.rowCount() == 9
    support.pane.expand_all()
    assert support.model.rowCount() == 29


def test_letters_are_left_to_the_window(support: _Shown) -> None:
    before, rows = support.selected, support.model.rowCount()
    support.press(Qt.Key.Key_C, Qt.Key.Key_J, Qt.Key.Key_BracketLeft)  # whose keys can be taken away
    assert support.selected == before
    assert support.model.rowCount() == rows


def test_a_click_on_the_chevron_folds_and_selects_nothing(support: _Shown) -> None:
    support.press(Qt.Key.Key_Home)
    row = support.ids.index("search")
    chevron = lay_out_cell(support.model.row_at(row), support.view.visualRect(support.model.index(row, 0))).chevron
    support.click(row, chevron.center())
    assert "embed" not in support.ids
    assert support.selected == "run"


def test_a_double_click_folds(support: _Shown) -> None:
    support.press(Qt.Key.Key_Home)
    place = support.view.visualRect(support.model.index(support.ids.index("search"), Column.DURATION))
    support.qtbot.mouseDClick(support.view.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    assert "embed" not in support.ids


def test_the_mark_of_a_bubbled_error_leads_to_its_origin(support: _Shown) -> None:
    row = support.ids.index("refund-1")
    support.pane.select_span_id("refund-1")
    link = lay_out_cell(support.model.row_at(row), support.view.visualRect(support.model.index(row, 0))).origin_link
    assert link is not None
    support.click(row, link.center())
    assert support.selected == "post-1"


def test_the_mark_of_a_folded_row_leads_to_the_first_error_below(shown: _Shown) -> None:
    spans = [MadeSpan("r"), MadeSpan("a", ("r",), 0.1), MadeSpan("b", ("a",), 0.2, error="E: 1")]
    shown.open(build_snapshot(make_skeleton(spans), 1, _NOW_US))
    shown.model.toggle(1)
    link = lay_out_cell(shown.model.row_at(1), shown.view.visualRect(shown.model.index(1, 0))).origin_link
    assert link is not None
    shown.click(1, link.center())
    assert shown.selected == shown.current == "b"


def test_folding_over_the_selected_span_selects_what_hides_it(support: _Shown) -> None:
    told: list[str] = []
    support.selection.span_changed.connect(lambda ref: told.append(ref.span_id))
    support.model.toggle(support.ids.index("executor"))
    assert support.selected == support.current == "executor"
    assert told == ["executor"]


def test_a_ghost_is_the_span_itself(support: _Shown) -> None:
    own, ghost = (row for row, span_id in enumerate(support.ids) if span_id == "join")
    support.press(Qt.Key.Key_End)
    support.click(ghost)
    assert support.selected == "join"
    assert support.view.currentIndex().row() == ghost
    support.click(own)
    assert support.view.currentIndex().row() == own


@pytest.mark.parametrize("leave", ["return", "enter", "double click"])
def test_from_a_ghost_one_goes_to_the_spans_own_row_though_it_is_folded_away(support: _Shown, leave: str) -> None:
    own, ghost = (row for row, span_id in enumerate(support.ids) if span_id == "join")
    support.model.toggle(support.model.parent_of(own))
    ghost = support.ids.index("join")
    support.click(ghost)
    assert support.model.row_at(ghost).is_ghost
    if leave == "double click":
        place = support.view.visualRect(support.model.index(ghost, Column.DURATION))
        support.qtbot.mouseDClick(support.view.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    else:
        support.press(Qt.Key.Key_Return if leave == "return" else Qt.Key.Key_Enter)
    assert support.view.currentIndex().row() == own
    assert not support.model.row_at(own).is_ghost
    assert support.selected == "join"


def test_a_span_that_others_select_stays_selected_though_the_tree_has_to_unfold_for_it(support: _Shown) -> None:
    support.pane.collapse_all()
    assert support.pane.select_span_id("classify")
    snapshot = support.model.snapshot
    assert snapshot is not None
    told: list[str] = []
    support.selection.span_changed.connect(lambda ref: told.append(ref.span_id))
    for span_id in ("vision", "embed"):  # as a click in the flame view or in the strip of attachments does
        span = snapshot.find_span(span_id)
        assert span is not None
        assert span_id not in support.ids
        support.selection.select_span(snapshot.ref(span))
        assert support.selected == support.current == span_id
    assert told == ["vision", "embed"]


def test_a_span_is_selected_by_its_id(support: _Shown) -> None:
    assert support.pane.select_span_id("vision")
    assert support.selected == support.current == "vision"
    assert not support.pane.select_span_id("nowhere")
    assert support.selected == "vision"


def test_the_view_follows_a_selection_made_elsewhere(support: _Shown) -> None:
    snapshot = support.model.snapshot
    assert snapshot is not None
    span = snapshot.find_span("embed")
    assert span is not None
    support.selection.select_span(snapshot.ref(span))
    assert support.current == "embed"


def test_stepping_over_spans_ends_at_the_ends(support: _Shown) -> None:
    assert support.pane.step_span(1)
    assert support.selected == "refund-2"
    support.press(Qt.Key.Key_Home)
    assert not support.pane.step_span(-1)


def test_an_insertion_above_leaves_what_is_in_sight_where_it_is(shown: _Shown) -> None:
    shown.open(_wide(80))
    shown.pane.select_span_id("s050")
    shown.view.verticalScrollBar().setValue(shown.view.verticalScrollBar().value() + 11)
    before, value = shown.top(), shown.view.verticalScrollBar().value()
    shown.pane.show_snapshot(_wide(80, MadeSpan("new", ("root",), 0.5), MadeSpan("new2", ("new",), 0.6)), opened=False)
    assert shown.top() == before
    assert shown.view.verticalScrollBar().value() == value + 2 * ROW_HEIGHT
    assert shown.selected == shown.current == "s050"


def test_a_reset_leaves_what_is_in_sight_where_it_is(shown: _Shown) -> None:
    lost = MadeSpan("lost", ("late",), 40.0)
    shown.open(_wide(80, lost))
    shown.pane.select_span_id("s050")
    before = shown.top()
    shown.pane.show_snapshot(_wide(80, lost, MadeSpan("late", ("root",), 0.5)), opened=False)
    assert shown.top() == before
    assert shown.current == "s050"


def test_rows_that_come_in_below_are_told_by_a_pill(shown: _Shown) -> None:
    shown.open(_wide(40))
    assert not shown.pill.isVisible()
    shown.pane.show_snapshot(_wide(54), opened=False)
    assert shown.pill.isVisible()
    assert shown.pill.text() == "↓ 14 new"
    assert shown.view.verticalScrollBar().value() == 0
    shown.pane.show_snapshot(_wide(55), opened=False)
    assert shown.pill.text() == "↓ 15 new"
    shown.pane.show_snapshot(_wide(1300), opened=False)
    assert shown.pill.text() == "↓ 1,260 new"
    shown.pill.click()
    assert shown.view.is_at_bottom()
    assert not shown.pill.isVisible()


def test_the_view_follows_at_the_bottom_only(shown: _Shown) -> None:
    shown.open(_wide(40))
    shown.view.scrollToBottom()
    shown.pane.show_snapshot(_wide(60), opened=False)
    assert shown.view.is_at_bottom()
    assert not shown.pill.isVisible()


def test_folds_outlive_an_update(support: _Shown) -> None:
    support.model.toggle(support.ids.index("search"))
    support.pane.show_snapshot(build_snapshot(make_support_skeleton(), 2, _NOW_US), opened=False)
    assert "embed" not in support.ids


def test_what_runs_ticks_only_while_it_can_be_seen(support: _Shown, qtbot: QtBot) -> None:
    support.now_us = _NOW_US + 3_000_000
    qtbot.waitUntil(lambda: support.view._axis.extent[1] == _NOW_US + 3_000_000)
    assert support.pane._tick.isActive()
    support.pane.hide()
    assert not support.pane._tick.isActive()
    support.pane.show()
    assert support.pane._tick.isActive()
    support.pane.show_snapshot(_wide(3), opened=True)
    assert not support.pane._tick.isActive()


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([MadeSpan("root", (), 0.0, 4.0), MadeSpan("call", ("root",), 1.0, 2.0)], "4.00 s"),
        ([MadeSpan("root", (), 0.0, 4.0), MadeSpan("left behind", ("root",), 1.0, 9.0)], "4.00 s · 9.00 s in all"),
        ([MadeSpan("root", (), 2.0, 4.0), MadeSpan("early", ("root",), 1.0, 3.0)], "2.00 s · 3.00 s in all"),
        ([MadeSpan("root", (), 0.0, 4.0), MadeSpan("runs", ("root",), 1.0, None)], "20.0 s"),
        ([MadeSpan("root", (), 0.0, None, is_interrupted=True), MadeSpan("call", ("root",), 1.0, 3.0)], "3.00 s"),
    ],
)
def test_the_header_says_of_a_trace_what_the_list_says(shown: _Shown, spans: list[MadeSpan], said: str) -> None:
    shown.open(build_snapshot(make_skeleton(spans), 1, _NOW_US))
    assert shown.pane._header._duration.text() == said


def test_what_runs_holds_still_while_it_is_paused(shown: _Shown) -> None:
    spans = [MadeSpan("root", (), 0.0, None), MadeSpan("call", ("root",), 1.0, None)]
    shown.open(build_snapshot(make_skeleton(spans), 1, _NOW_US))

    def durations() -> list[str]:
        shown.pane._on_tick()
        rows = [shown.model.row_at(row).duration_text(shown.model.now_us()) for row in (0, 1)]
        return [*rows, shown.pane._header._duration.text()]

    shown.pane.set_paused(True)
    shown.now_us += 5_000_000
    shown.pane.show_snapshot(build_snapshot(make_skeleton(spans), 2, shown.now_us), opened=False)
    assert durations() == ["20.0 s", "19.0 s", "20.0 s"]
    assert not shown.pane._tick.isActive()
    shown.open(build_snapshot(make_skeleton([*spans, MadeSpan("later", ("root",), 24.0, None)]), 2, shown.now_us))
    assert durations() == ["25.0 s", "24.0 s", "25.0 s"], "what was read since is shown as it was then"
    shown.now_us += 5_000_000
    shown.pane.set_paused(False)
    assert durations() == ["30.0 s", "29.0 s", "30.0 s"]
    assert shown.pane._tick.isActive()


def test_narrow_widths_hide_costs_then_tokens_then_durations(support: _Shown) -> None:
    hidden = []
    for width in (900, 600, 540, 400):
        support.pane.resize(width, 480)
        QApplication.processEvents()
        hidden.append([column for column in Column if support.view.isColumnHidden(column)])
    costs, tokens = Column.COST, Column.TOKENS
    assert hidden == [[], [costs], [tokens, costs], [Column.DURATION, tokens, costs]]


@pytest.mark.parametrize("width", [320, 430, 700, 1400])
def test_columns_fill_the_width_and_no_more(support: _Shown, width: int) -> None:
    support.pane.resize(width, 480)
    QApplication.processEvents()
    assert sum(support.view.columnWidth(column) for column in Column) == support.view.viewport().width()
    support.view.horizontalHeader().resizeSection(Column.SPAN, 260)
    assert sum(support.view.columnWidth(column) for column in Column) == support.view.viewport().width()


def test_a_drag_on_the_minimap_zooms_and_a_double_click_shows_everything(support: _Shown) -> None:
    bar, axis = support.minimap, support.view._axis
    left = Qt.MouseButton.LeftButton
    support.qtbot.mousePress(bar, left, pos=QPoint(200, 20))
    support.qtbot.mouseMove(bar, QPoint(400, 20))
    support.qtbot.mouseRelease(bar, left, pos=QPoint(400, 20))
    first, last = axis.window
    extent = axis.extent[1] - axis.extent[0]
    assert axis.is_zoomed
    assert (last - first) / extent == pytest.approx(200 / (bar.width() - 10), rel=0.01)
    support.qtbot.mouseDClick(bar, left, pos=QPoint(300, 20))
    assert not axis.is_zoomed
    axis.zoom_to(axis.extent[0], axis.extent[0] + 1_000_000)
    support.pane.reset_zoom()
    assert not axis.is_zoomed


def test_ctrl_and_the_wheel_zoom_the_time(support: _Shown) -> None:
    at = QPointF(700, 100)
    event = QWheelEvent(
        at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(support.view.viewport(), event)
    assert support.view._axis.is_zoomed


def test_keys_zoom_around_the_selected_span_and_move_the_time(support: _Shown) -> None:
    view, axis = support.view, support.view._axis
    support.qtbot.keyClick(view, Qt.Key.Key_End)
    support.qtbot.keyClick(view, Qt.Key.Key_Plus)
    first, last = axis.window
    middle = (axis.extent[0] + axis.extent[1]) / 2
    assert axis.is_zoomed
    assert first > axis.extent[0]
    assert (first + last) / 2 > middle, "around the last span, not around the middle of the trace"
    support.qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert axis.window[0] < first
    for _ in range(3):
        support.qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert not axis.is_zoomed


def test_the_selected_row_stays_in_sight_as_text_grows(support: _Shown, appearance: Appearance) -> None:
    view = support.view
    last = view.rowAt(view.viewport().height() - 2 * ROW_HEIGHT)
    view.setCurrentIndex(support.model.index(last, 0))
    appearance.set_text_percent(150)
    support.qtbot.waitUntil(lambda: appearance.is_settled)
    QApplication.processEvents()  # the parts above the tree grow a turn later
    place = view.visualRect(view.currentIndex())
    room = view.viewport().rect()
    appearance.set_text_percent(100)
    support.qtbot.waitUntil(lambda: appearance.is_settled)
    assert room.contains(place)


def test_the_selected_row_stays_in_sight_as_the_pane_gets_lower(support: _Shown) -> None:
    view = support.view
    view.setCurrentIndex(support.model.index(view.rowAt(view.viewport().height() - 2 * ROW_HEIGHT), 0))
    support.pane.resize(900, 300)
    QApplication.processEvents()
    assert view.viewport().height() < 200
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()))


def test_a_row_out_of_sight_stays_there_as_the_pane_gets_lower(support: _Shown) -> None:
    view = support.view
    view.setCurrentIndex(support.model.index(0, 0))
    view.verticalScrollBar().setValue(3 * ROW_HEIGHT)
    support.pane.resize(900, 300)
    QApplication.processEvents()
    assert view.verticalScrollBar().value() == 3 * ROW_HEIGHT


@pytest.mark.parametrize("span", ["root", "last"])
def test_what_a_lower_or_higher_pane_shows_is_what_a_whole_paint_shows(support: _Shown, span: str) -> None:
    window = QWidget()  # a window's own resize would have all of it painted
    support.qtbot.addWidget(window)
    window.resize(900, 480)
    support.pane.setParent(window)
    support.pane.move(0, 0)
    window.show()
    support.pane.show()
    support.qtbot.waitExposed(window)
    support.qtbot.waitUntil(lambda: support.pane._painted_parts.is_idle)  # its parts are painted a turn each
    support.view.setCurrentIndex(support.model.index(0 if span == "root" else support.model.rowCount() - 1, 0))
    for height in (300, 420, 250, 480):
        support.pane.resize(900, height)
        QApplication.processEvents()
        on_screen = window.screen().grabWindow(window.winId(), 0, 0, 900, height).toImage()
        whole = support.pane.grab().toImage()
        assert on_screen == whole.convertToFormat(on_screen.format()), height
    support.pane.setParent(None)


def _assert_screen_is_whole(shown: _Shown) -> None:
    """What stands on the screen, painted bit by bit, is what one paint of everything shows."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents()  # layouts and paints, but no timer: the tree still waits for its turn
    shown.qtbot.waitUntil(lambda: shown.pane._painted_parts.is_idle)
    QApplication.processEvents()
    on_screen = shown.pane.screen().grabWindow(shown.pane.winId()).toImage()
    assert on_screen == shown.pane.grab().toImage().convertToFormat(on_screen.format())


def test_each_trace_that_opens_is_on_the_screen_whole(shown: _Shown) -> None:
    for snapshot in (build_snapshot(make_support_skeleton(), 1, _NOW_US), _wide(3), _wide(40), _wide(0)):
        shown.open(snapshot)
        _assert_screen_is_whole(shown)


def test_a_trace_that_grows_as_it_opens_is_on_the_screen_whole(shown: _Shown) -> None:
    shown.open(_wide(3))
    shown.pane.show_snapshot(_wide(9), opened=False)
    _assert_screen_is_whole(shown)
    shown.pane.show_snapshot(_wide(12), opened=False)
    shown.open(_wide(5, MadeSpan("other", ("root",), 50.0)))
    _assert_screen_is_whole(shown)


def test_a_new_trace_is_shown_whole(support: _Shown) -> None:
    support.view._axis.zoom_to(EPOCH_US, EPOCH_US + 1_000_000)
    support.open(_wide(3))
    assert not support.view._axis.is_zoomed
    assert support.ids == ["root", "s000", "s001", "s002"]


def test_copy_link_means_the_selected_span(support: _Shown) -> None:
    with support.qtbot.waitSignal(support.pane.copy_link_requested) as asked:
        support.pane._header._copy.click()
    assert asked.args == [support.selection.span]


def test_the_errors_chip_asks_for_the_next_error(support: _Shown) -> None:
    with support.qtbot.waitSignal(support.pane.error_wanted):
        support.pane._header._errors.click()


def test_without_a_trace_there_is_nothing_to_step_to(shown: _Shown) -> None:
    shown.pane.show_nothing()
    assert not shown.pane.next_error(1)
    assert not shown.pane.step_span(1)
    assert not shown.pane.select_span_id("a")
    shown.press(Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_BracketLeft)
    assert shown.selected is None


def test_a_trace_that_ends_before_it_begins_says_so_in_its_header(shown: _Shown) -> None:
    shown.open(build_snapshot(make_skeleton([MadeSpan("root", (), 2, 0)]), 1, _NOW_US))
    stats = [label.text() for label in shown.pane.findChildren(PlainLabel) if label.property("kind") == "stat"]
    assert stats[0] == shown.model.row_at(0).duration_text(_NOW_US) == "\u22122.00 s"


def test_loading_is_said_only_when_it_lasts(support: _Shown, qtbot: QtBot) -> None:
    support.pane.show_loading("another")
    assert support.model.rowCount()
    qtbot.waitUntil(support.pane._notice.isVisible)
    assert support.pane._notice.text() == "Loading the trace…"
    support.open(_wide(3))
    assert not support.pane._notice.isVisible()


def test_the_pane_paints_everything_in_both_themes(support: _Shown, appearance: Appearance) -> None:
    support.pane.select_span_id("join")
    support.view._axis.zoom_to(EPOCH_US + 8_000_000, EPOCH_US + 9_000_000)
    dark = support.pane.grab().toImage()
    appearance.set_mode(ThemeMode.LIGHT)
    support.qtbot.waitUntil(lambda: appearance.is_settled)
    light = support.pane.grab().toImage()
    assert dark.pixelColor(450, 470).lightness() < 60
    assert light.pixelColor(450, 470).lightness() > 200


def test_a_large_trace_scrolls_to_its_end(shown: _Shown) -> None:
    shown.open(build_snapshot(make_large_skeleton(200_000), 1, 0))
    shown.view.scrollToBottom()
    shown.pane.grab()
    assert shown.view.rowAt(shown.view.viewport().height() - 1) == 199_999


def test_the_id_goes_before_the_name_is_cut(support: _Shown) -> None:
    header = support.pane._header
    seen = []
    for width in (900, 360):
        support.pane.resize(width, 480)
        QApplication.processEvents()
        seen.append(header._trace_id.isVisible())
        assert header._name.width() >= header._name.fontMetrics().horizontalAdvance("support_agent.run")
    assert seen == [True, False]


def test_score_chips_give_way_to_the_name(qtbot: QtBot, appearance: Appearance) -> None:
    spans = [MadeSpan("root", name="a.name.that.fits.alone", score_text='{"faithful": 0.92}', scores=1)]
    pane = TracePane(Selection(), appearance)
    qtbot.addWidget(pane)
    pane.show_snapshot(build_snapshot(make_skeleton(spans), 1, _NOW_US), opened=True)
    row = pane.findChild(SpanTableView).model().row_at(0)
    wide, narrow = (lay_out_cell(row, QRect(0, 0, width, 28)) for width in (400, 230))
    assert [tag.text for tag, _ in wide.tags] == ["faithful 0.92"]
    assert not narrow.tags
    assert narrow.name.width() == wide.name.width()


def test_costs_have_a_column_where_a_trace_has_any(support: _Shown) -> None:
    support.pane.resize(900, 480)
    QApplication.processEvents()
    seen = []
    for skeleton in (make_skeleton([MadeSpan("free")]), make_support_skeleton(), make_skeleton([MadeSpan("free")])):
        support.pane.show_snapshot(build_snapshot(skeleton, 1, _NOW_US), opened=True)
        seen.append(not support.view.isColumnHidden(Column.COST))
    assert seen == [False, True, False]


def test_a_long_fault_is_told_whole_in_a_narrow_pane(shown: _Shown) -> None:
    shown.pane.resize(260, 400)
    shown.pane.show_fault(
        "The store is not there any more: it was moved, or deleted, or the disk that it is on is away."
    )
    QApplication.processEvents()
    notice = shown.pane._notice
    assert notice.width() <= shown.pane.width() == 260
    assert notice.heightForWidth(notice.width()) > 2 * notice.fontMetrics().height() + 48
