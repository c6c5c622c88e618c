from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from growing_traces import growing_traces
from hypothesis import given, settings
from made_traces import EPOCH_US, MadeSpan, make_skeleton
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPaintEvent, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QStackedWidget, QVBoxLayout, QWidget

from spanglass_viewer.models.span_table import Column, SpanTableModel
from spanglass_viewer.models.time_axis import TimeAxis
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.trace.visible import Narrowing
from spanglass_viewer.turns.painted_parts import PaintedParts
from spanglass_viewer.turns.picture_hold import count_holders, hold_picture, let_picture_go, paint_next_turn
from spanglass_viewer.views import row_style
from spanglass_viewer.views.row_style import RowStyle, row_height
from spanglass_viewer.views.span_table_view import SpanTableView

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

# the offscreen platform says so of every window that is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

_SHARED = 5  # the row of a span with two parents; one more row stands for it below the second one


_SPANS = (
    MadeSpan("root", (), 0, 9, "root", "task"),
    *(
        MadeSpan(
            f"s{number}", ("root", "s8") if number == _SHARED else ("root",), number, number + 0.5, f"step {number}"
        )
        for number in range(1, 9)
    ),
)


class _Paints(QObject):
    """What was painted of a widget."""

    def __init__(self) -> None:
        super().__init__()
        self.region = QRegion()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002, N802 - Qt's name
        if isinstance(event, QPaintEvent):
            self.region += event.region()
            self.count += 1
        return False


def _rows_painted(view: SpanTableView, qtbot: QtBot, row: int) -> set[int]:
    """Return which rows are painted as another one is selected."""
    qtbot.waitUntil(lambda: view.viewport().isVisible())
    view.viewport().repaint()
    paints = _Paints()
    view.viewport().installEventFilter(paints)
    view.setCurrentIndex(view.model().index(row, 0))
    middle = view.rowViewportPosition(row) + row_height() // 2
    qtbot.waitUntil(lambda: paints.region.contains(QPoint(10, middle)))
    view.viewport().removeEventFilter(paints)
    return _rows_in(paints.region, view)


def _rows_in(region: QRegion, view: SpanTableView) -> set[int]:
    model = view.model()
    return {row for row in range(model.rowCount()) if region.intersects(view.visualRect(model.index(row, 0)))}


@pytest.fixture
def axis(qapp: object) -> TimeAxis:  # noqa: ARG001 - Qt's objects need it
    return TimeAxis()


@pytest.fixture
def view(qtbot: QtBot, appearance: Appearance, axis: TimeAxis) -> SpanTableView:
    """A tree of one root with eight children, the last of which is also the parent of the fifth."""
    model = SpanTableModel(lambda: EPOCH_US + 20_000_000)
    view = SpanTableView(model, axis, appearance)
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show_snapshot(build_snapshot(make_skeleton([*_SPANS]), 1, EPOCH_US + 20_000_000))
    view.show()
    qtbot.waitExposed(view)
    return view


def test_another_row_that_is_selected_has_two_rows_painted(view: SpanTableView, qtbot: QtBot) -> None:
    _rows_painted(view, qtbot, 1)
    assert _rows_painted(view, qtbot, 3) == {1, 3}


def test_a_span_with_several_parents_has_all_rows_painted(view: SpanTableView, qtbot: QtBot) -> None:
    everything = {*range(view.model().rowCount())}
    assert len(everything) == 10
    _rows_painted(view, qtbot, 1)
    assert _rows_painted(view, qtbot, _SHARED) == everything
    assert _rows_painted(view, qtbot, 2) == everything, "what it stood out by is gone"


def test_the_keyboard_comes_and_goes_without_a_paint(view: SpanTableView, qtbot: QtBot) -> None:
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.clearFocus()
    _rows_painted(view, qtbot, 1)
    paints = _Paints()
    view.viewport().installEventFilter(paints)
    for reason in (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason):
        view.setFocus(reason)
        qtbot.waitUntil(view.hasFocus)
        view.clearFocus()
        qtbot.waitUntil(lambda: not view.hasFocus())
    view.setCurrentIndex(view.model().index(3, 0))  # what is painted then is all that there was to paint
    qtbot.waitUntil(lambda: not paints.region.isEmpty())
    assert _rows_in(paints.region, view) == {1, 3}


def test_another_width_has_the_rows_painted_once(view: SpanTableView, qtbot: QtBot) -> None:
    _rows_painted(view, qtbot, 1)
    paints = _Paints()
    view.viewport().installEventFilter(paints)
    view.resize(640, 400)  # the cost goes, and the other columns become narrower
    qtbot.waitUntil(lambda: paints.count > 0)
    for _ in range(5):  # a table's own timers have no time to wait
        QApplication.processEvents()
    view.setCurrentIndex(view.model().index(3, 0))
    painted = paints.count
    qtbot.waitUntil(lambda: paints.count > painted)
    assert paints.count == 2
    assert view.columnViewportPosition(Column.TIMELINE) + view.columnWidth(Column.TIMELINE) == view.viewport().width()


def _screen(view: QWidget) -> QImage:
    """Return what stands on the screen, as it was painted bit by bit."""
    return view.screen().grabWindow(view.winId()).toImage()


def test_scrolling_paints_only_the_rows_that_come_into_sight(view: SpanTableView, qtbot: QtBot) -> None:
    view.resize(700, 200)
    view.setCurrentIndex(view.model().index(2, 0))
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > 2 * row_height())
    QApplication.processEvents()
    paints = _Paints()
    view.viewport().installEventFilter(paints)
    view.verticalScrollBar().setValue(row_height())
    qtbot.waitUntil(lambda: paints.count > 0)
    view.viewport().removeEventFilter(paints)
    assert paints.region.boundingRect().height() == row_height()
    assert _screen(view) == view.grab().toImage()


def test_what_is_painted_bit_by_bit_is_what_a_whole_paint_gives(
    view: SpanTableView, appearance: Appearance, qtbot: QtBot
) -> None:
    view.resize(700, 240)
    view._axis.set_extent(EPOCH_US, EPOCH_US + 10_000_000)
    seen: list[QImage] = []

    def look() -> None:
        qtbot.waitUntil(lambda: _screen(view) not in seen and _screen(view) == view.grab().toImage())
        seen.append(_screen(view))

    look()
    for row in (1, 4):  # two rows change, and none between them
        QTest.mouseMove(view.viewport(), QPoint(40, row * row_height() + 9))
        look()
    view.setCurrentIndex(view.model().index(2, 0))
    look()
    view.setCurrentIndex(view.model().index(_SHARED, 0))  # with edges over the rows
    look()
    view.verticalScrollBar().setValue(row_height() + 9)
    look()
    view.set_hits(frozenset({3}))
    look()
    view._axis.zoom_by(0.4, EPOCH_US + 3_000_000)
    look()
    view.fold_all()
    view.setCurrentIndex(view.model().index(0, 0))
    look()
    appearance.set_mode(ThemeMode.LIGHT)
    look()
    appearance.set_mode(ThemeMode.DARK)


def _paints_of(view: SpanTableView, act: Callable[[], object]) -> QRegion:
    """Return what is painted because of an act, after what was to be painted before it."""
    QApplication.processEvents()
    paints = _Paints()
    view.viewport().installEventFilter(paints)
    act()
    for _ in range(5):  # a table's own timers have no time to wait
        QApplication.processEvents()
    view.viewport().removeEventFilter(paints)
    return paints.region


@pytest.mark.parametrize("selected", [-1, 2, _SHARED])
def test_whatever_comes_all_that_looks_different_is_painted(
    view: SpanTableView, qtbot: QtBot, axis: TimeAxis, selected: int
) -> None:
    view.resize(700, 30 + 4 * row_height() + 9)
    qtbot.waitUntil(lambda: view.viewport().height() < 5 * row_height())
    model: Any = view.model()

    @settings(max_examples=25)
    @given(growing_traces())
    def check(steps: list[tuple[list[MadeSpan], int]]) -> None:
        view.show_snapshot(None)
        for number, (spans, hand) in enumerate(steps):
            snapshot = build_snapshot(make_skeleton(spans), number, EPOCH_US)
            view.show_snapshot(snapshot)
            axis.set_extent(EPOCH_US, snapshot.last_us)
            if hand % 2:
                model.toggle(hand % model.rowCount())
            QApplication.processEvents()
            assert _screen(view) == view.grab().toImage()
            if selected >= 0:
                view.setCurrentIndex(model.index(min(selected, model.rowCount() - 1), 0))
            view.verticalScrollBar().setValue(hand * 7)
            view.viewport().update()  # what is moved looks a little different at its edges
            QApplication.processEvents()

    check()


def test_what_comes_in_out_of_sight_has_the_row_painted_that_it_counts_for(view: SpanTableView, qtbot: QtBot) -> None:
    view.resize(700, 30 + 4 * row_height())
    qtbot.waitUntil(lambda: view.viewport().height() < 5 * row_height())
    spans = [*_SPANS, MadeSpan("late", ("s8",), 8.4, 8.45, "late step")]
    later = build_snapshot(make_skeleton(spans), 2, EPOCH_US + 20_000_000)
    assert _rows_in(_paints_of(view, lambda: view.show_snapshot(later)), view) == {0}
    assert view.model().rowCount() == 11
    spans = [*spans, MadeSpan("first", ("root",), 0.1, 0.2, "first step")]
    latest = build_snapshot(make_skeleton(spans), 3, EPOCH_US + 20_000_000)
    assert _rows_in(_paints_of(view, lambda: view.show_snapshot(latest)), view) >= {1, 2, 3}


def test_rows_that_come_in_above_leave_those_in_sight_as_they_are(view: SpanTableView, qtbot: QtBot) -> None:
    view.resize(700, 30 + 4 * row_height())
    qtbot.waitUntil(lambda: view.viewport().height() < 5 * row_height())
    view.verticalScrollBar().setValue(3 * row_height() + 5)
    # it begins last of all, so that no other span has another number for it
    later = build_snapshot(make_skeleton([*_SPANS, MadeSpan("late", ("s1",), 8.4, 8.45)]), 2, EPOCH_US + 20_000_000)
    assert _paints_of(view, lambda: view.show_snapshot(later)).isEmpty()
    assert view.verticalScrollBar().value() == 4 * row_height() + 5


def test_rows_that_move_leave_nothing_unpainted_that_was_still_to_be_laid_out(view: SpanTableView) -> None:
    same = build_snapshot(make_skeleton([*_SPANS]), 2, EPOCH_US + 20_000_000)
    assert _paints_of(view, lambda: view.show_snapshot(same)).isEmpty()

    def come_again() -> None:
        view.scheduleDelayedItemsLayout()
        view.show_snapshot(same)

    assert QRegion(view.viewport().rect()).subtracted(_paints_of(view, come_again)).isEmpty()


class _Window(QWidget):
    """A window that leaves the paint of a new size to the next turn, as the main one does."""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        paint_next_turn(self)


@pytest.mark.parametrize("waits", [True, False])
def test_whatever_size_it_gets_as_it_grows_all_is_painted(view: SpanTableView, qtbot: QtBot, *, waits: bool) -> None:
    window = _Window()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    above = QLabel("above")
    column.addWidget(above)
    column.addWidget(view)
    parts = PaintedParts(window)
    window.show()
    qtbot.waitExposed(window)
    model: Any = view.model()

    def take(spans: list[MadeSpan], number: int, hand: int) -> None:
        if hand % 3 == 0:
            parts.start((view,))
        if hand % 5 == 0:  # as the strip of attachments comes and goes
            above.setVisible(not above.isVisible())
        view.show_snapshot(build_snapshot(make_skeleton(spans), number, EPOCH_US))
        window.resize(300 + 20 * hand, 700 - 17 * hand)
        if waits:
            QApplication.processEvents()
        model.toggle(hand % model.rowCount())
        view.setCurrentIndex(model.index(hand % model.rowCount(), 0))
        window.resize(320 + 15 * hand, 200 + 11 * hand)

    @settings(max_examples=25)
    @given(growing_traces())
    def check(steps: list[tuple[list[MadeSpan], int]]) -> None:
        view.show_snapshot(None)
        for number, (spans, hand) in enumerate(steps):
            take(spans, number, hand)
            qtbot.waitUntil(lambda: parts.is_idle and not count_holders(window))
            QApplication.processEvents()
            assert _screen(window) == window.grab().toImage()

    check()


def test_the_time_axis_has_only_the_bars_painted(view: SpanTableView, axis: TimeAxis) -> None:
    painted = _paints_of(view, lambda: axis.set_extent(EPOCH_US, EPOCH_US + 30_000_000)).boundingRect()
    assert painted.left() == view.columnViewportPosition(Column.TIMELINE)
    assert painted.height() == view.viewport().height()


def test_the_clock_has_only_the_rows_painted_that_run(view: SpanTableView) -> None:
    assert _paints_of(view, view.show_time).isEmpty()
    spans = [*_SPANS, MadeSpan("running", ("s3",), 3.1, None)]
    view.show_snapshot(build_snapshot(make_skeleton(spans), 2, EPOCH_US + 20_000_000))
    assert _rows_in(_paints_of(view, view.show_time), view) == {4}


def test_edges_that_lead_across_the_rows_in_sight_are_painted(view: SpanTableView, qtbot: QtBot) -> None:
    view.resize(700, 30 + 4 * row_height())
    qtbot.waitUntil(lambda: view.viewport().height() < 5 * row_height())
    view.setCurrentIndex(view.model().index(7, 0))
    view.verticalScrollBar().setValue(0)
    spans = [replace(span, parents=("root", "s8")) if span.span_id == "s7" else span for span in _SPANS]
    later = build_snapshot(make_skeleton(spans), 2, EPOCH_US + 20_000_000)
    assert _rows_in(_paints_of(view, lambda: view.show_snapshot(later)), view) >= {0, 1, 2, 3}


def test_a_row_is_painted_that_is_selected_in_place_of_a_hidden_one(view: SpanTableView, qtbot: QtBot) -> None:
    view.resize(700, 30 + 4 * row_height())
    qtbot.waitUntil(lambda: view.viewport().height() < 5 * row_height())
    spans = [replace(span, type="tool") if span.span_id > "s3" else span for span in _SPANS]
    view.show_snapshot(build_snapshot(make_skeleton(spans), 2, EPOCH_US + 20_000_000))
    view.setCurrentIndex(view.model().index(7, 0))
    view.verticalScrollBar().setValue(0)
    model: Any = view.model()
    painted = _paints_of(view, lambda: model.set_narrowing(Narrowing(hidden_types=frozenset({"tool"}))))
    assert view.currentIndex().row() == 3
    assert _rows_in(painted, view) == {0, 1, 2, 3}


def test_what_every_trace_is_painted_with_is_made_before_the_first_one_comes(
    appearance: Appearance, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = SpanTableView(SpanTableModel(), TimeAxis(), appearance)
    qtbot.addWidget(waiting)
    waiting.prepare()
    qtbot.waitUntil(lambda: waiting._style.is_prepared)
    made: list[str] = []
    monkeypatch.setattr(RowStyle, "_draw_badge", lambda *_, **__: made.append("badge"))
    monkeypatch.setattr(row_style, "icon_pixmap", lambda *_: made.append("mark"))
    for span_type in ("task", "llm", "tool"):
        waiting._style.badge(span_type)
    waiting._style.mark("chevron-down", waiting._style.muted, 14)
    assert made == []


def test_the_row_that_the_wheel_brings_under_the_mouse_is_lit(view: SpanTableView, qtbot: QtBot) -> None:
    view.resize(700, 200)
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > row_height())
    at = QPointF(50, row_height() * 2 + 5)
    down = QPoint(0, -120)
    wheel = QWheelEvent(
        at, at, QPoint(), down, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), wheel)
    assert view.verticalScrollBar().value() > 0
    assert view._state.hovered_row == view.rowAt(round(at.y())) > 2


def test_a_trace_that_came_while_the_picture_was_held_is_painted_whole(
    axis: TimeAxis, appearance: Appearance, qtbot: QtBot
) -> None:
    model = SpanTableModel(lambda: EPOCH_US)
    stack = QStackedWidget()
    qtbot.addWidget(stack)
    view = SpanTableView(model, axis, appearance)
    stack.addWidget(QLabel("No trace is open"))
    stack.addWidget(view)
    stack.resize(900, 500)
    stack.show()
    qtbot.waitExposed(stack)
    paints = _Paints()
    view.viewport().installEventFilter(paints)
    hold_picture(view)
    view.show_snapshot(build_snapshot(make_skeleton(list(_SPANS), "root"), 1, EPOCH_US))
    assert not view.viewport().updatesEnabled(), "it would be on before its pane is, and not be painted with it"
    stack.setCurrentWidget(view)
    QApplication.processEvents()
    assert paints.count == 0
    let_picture_go(view)
    qtbot.waitUntil(lambda: len(_rows_in(paints.region, view)) == model.rowCount() > 5)
