from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QImage, QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from trace_summaries import make_summary

from spanglass_viewer.models.trace_list import TraceListModel
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.views import trace_list_view
from spanglass_viewer.views.trace_list_view import ROW_HEIGHT, TraceDelegate, TraceListView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

# the offscreen platform says so of every window that is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

_TRACES = 12
_MANY_TRACES = 100


class _Paints(QObject):
    """What was painted of a widget."""

    def __init__(self) -> None:
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002, N802 - Qt's name
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return False


@pytest.fixture
def view(qtbot: QtBot, appearance: Appearance) -> Iterator[TraceListView]:
    """The list of twelve traces, of which eight are in sight; all are hours old but the second, which is 58 s old."""
    view = TraceListView(appearance)
    qtbot.addWidget(view)
    model = TraceListModel(view)
    newest = make_summary(0)
    now_us = newest.start_us + 3 * 3_600_000_000
    traces = [make_summary(-number) for number in range(_TRACES)]
    traces[1] = make_summary(-1, start_us=now_us - 58_000_000, error_count=1, own_error_count=1)
    model.show_first_page(traces, has_more=False)
    view.setModel(model)
    view.resize(280, 8 * ROW_HEIGHT)
    view._ticker.stop()
    view.show()
    qtbot.waitExposed(view)
    yield view
    appearance.set_mode(ThemeMode.DARK)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The present moment, which a test can change."""
    now_us = [make_summary(0).start_us + 3 * 3_600_000_000]
    monkeypatch.setattr(trace_list_view.time, "time_ns", lambda: now_us[0] * 1000)
    return now_us


def _screen(view: TraceListView) -> QImage:
    """Return what stands on the screen, as it was painted bit by bit."""
    QApplication.processEvents()
    return view.screen().grabWindow(view.winId()).toImage()


def _painted_anew(view: TraceListView) -> QImage:
    """Return what a list without any pictures paints."""
    delegate = view.itemDelegate()
    assert isinstance(delegate, TraceDelegate)
    delegate._pictures.clear()
    return view.grab().toImage()


def _rows_painted_by_tick(view: TraceListView, clock: list[int], *, after_secs: int) -> set[int]:
    QApplication.processEvents()
    paints = _Paints()
    view.viewport().installEventFilter(paints)
    clock[0] += after_secs * 1_000_000
    view._on_tick()
    QApplication.processEvents()
    view.viewport().removeEventFilter(paints)
    model = view.model()
    return {row for row in range(_TRACES) if paints.region.intersects(view.visualRect(model.index(row, 0)))}


def test_other_traces_are_painted_once_where_a_scroll_bar_comes_with_them(
    qtbot: QtBot, appearance: Appearance, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    view = TraceListView(appearance)
    qtbot.addWidget(view)
    model = TraceListModel(view)
    view.setModel(model)
    view.resize(280, 8 * ROW_HEIGHT)
    view.show()
    qtbot.waitExposed(view)
    QApplication.processEvents()
    paint_row = TraceDelegate.paint
    monkeypatch.setattr(TraceDelegate, "paint", lambda *given: (painted.append(given[3].row()), paint_row(*given))[1])
    model.show_first_page([make_summary(-number) for number in range(_TRACES)], has_more=False)
    qtbot.waitUntil(lambda: view.verticalScrollBar().isVisible() and len(painted) >= 8)
    for _ in range(5):
        QApplication.processEvents()
    assert sorted(painted) == list(range(8))


def test_a_second_paints_only_the_rows_that_say_something_else(view: TraceListView, clock: list[int]) -> None:
    _rows_painted_by_tick(view, clock, after_secs=0)
    assert _rows_painted_by_tick(view, clock, after_secs=1) == {1}
    assert _rows_painted_by_tick(view, clock, after_secs=2) == {1}
    assert _screen(view) == _painted_anew(view)
    assert _rows_painted_by_tick(view, clock, after_secs=1) == set()


def test_a_running_trace_is_painted_every_second(view: TraceListView, clock: list[int]) -> None:
    model = view.model()
    assert isinstance(model, TraceListModel)
    model.update_newest([make_summary(0, is_running=True, end_us=None)], has_more=True)
    _rows_painted_by_tick(view, clock, after_secs=60)
    assert _rows_painted_by_tick(view, clock, after_secs=1) == {0}


def test_how_long_a_trace_runs_holds_still_while_it_is_paused(view: TraceListView, clock: list[int]) -> None:
    model = view.model()
    assert isinstance(model, TraceListModel)
    began_us = clock[0] - 90_000_000
    model.update_newest([make_summary(0, start_us=began_us, is_running=True, end_us=None)], has_more=True)
    _rows_painted_by_tick(view, clock, after_secs=0)
    view.set_paused(True)
    before = _screen(view)
    assert _rows_painted_by_tick(view, clock, after_secs=2) == set()
    assert _painted_anew(view) == before
    assert 0 in _rows_painted_by_tick(view, clock, after_secs=60), "how long ago it began is as true as ever"
    view.set_paused(False)
    assert _rows_painted_by_tick(view, clock, after_secs=1) == {0}


def test_no_picture_of_a_row_is_stale(view: TraceListView, appearance: Appearance, qtbot: QtBot) -> None:
    model = view.model()
    assert isinstance(model, TraceListModel)
    seen: list[QImage] = []

    def look() -> None:
        qtbot.waitUntil(lambda: _screen(view) not in seen)
        seen.append(_screen(view))
        assert seen[-1] == _painted_anew(view)
        for _ in range(2):  # from the second paint on a row is a picture
            view.viewport().repaint()
        assert _screen(view) == seen[-1]

    look()
    view.setCurrentIndex(model.index(2, 0))
    look()
    QTest.mouseMove(view.viewport(), QPoint(40, 4 * ROW_HEIGHT + 20))
    look()
    view.verticalScrollBar().setValue(ROW_HEIGHT // 2)
    look()
    changed = [model.summary_at(row) for row in range(_TRACES)]
    changed[3] = make_summary(-3, name="another_name", tokens=7)
    model.update_newest(changed, has_more=False)
    look()
    changed[5] = make_summary(-5, cost=None)
    model.update_newest(changed, has_more=False)
    look()
    model.set_knows_prices(knows_prices=True)
    look()
    model.set_scores({changed[4].root_span_id: "accuracy 0.5"})
    view.viewport().update()
    look()
    view.resize(240, 8 * ROW_HEIGHT)
    look()
    appearance.set_mode(ThemeMode.LIGHT)
    look()


def test_scrolling_paints_only_the_rows_that_come_into_sight(view: TraceListView) -> None:
    QApplication.processEvents()
    paints = _Paints()
    view.viewport().installEventFilter(paints)
    view.verticalScrollBar().setValue(ROW_HEIGHT)
    QApplication.processEvents()
    view.viewport().removeEventFilter(paints)
    painted = sum(rect.height() for rect in paints.region)
    assert painted <= 2 * ROW_HEIGHT, "the one that comes into sight, and the one that the mouse lies on by now"
    assert _screen(view) == _painted_anew(view)


@pytest.fixture
def long_view(qtbot: QtBot, appearance: Appearance) -> TraceListView:
    model = TraceListModel()
    model.show_first_page([make_summary(number) for number in range(_MANY_TRACES)], has_more=False)
    made = TraceListView(appearance)
    made.setModel(model)
    qtbot.addWidget(made)
    made.resize(280, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_trace_that_comes_costs_hardly_more_where_fifty_thousand_are_there(
    qtbot: QtBot, appearance: Appearance
) -> None:
    least: list[float] = []
    for count in (500, 50_000):
        model = TraceListModel()
        model.show_first_page([make_summary(-number) for number in range(count)], has_more=False)
        made = TraceListView(appearance)
        made.setModel(model)
        qtbot.addWidget(made)
        made.show()
        qtbot.waitExposed(made)
        took: list[float] = []
        for number in range(1, 8):
            began = time.thread_time()
            model.update_newest([make_summary(number), make_summary(number - 1)], has_more=True)
            QApplication.processEvents()
            took.append(time.thread_time() - began)
        assert model.rowCount() == count + len(took)
        least.append(min(took))
    few, many = least
    assert many - few < 0.03, least


@pytest.mark.parametrize("scrolled_px", [0, 30, 1000])
def test_traces_that_come_in_above_leave_those_in_sight_where_they_are(
    long_view: TraceListView, scrolled_px: int
) -> None:
    model = long_view.model()
    assert isinstance(model, TraceListModel)
    traces = [make_summary(number) for number in range(_MANY_TRACES + 2, -1, -1)]
    model.show_first_page(traces[3:], has_more=False)
    long_view.verticalScrollBar().setValue(scrolled_px)
    QApplication.processEvents()

    def in_sight() -> tuple[str, int]:
        first = long_view.indexAt(long_view.viewport().rect().topLeft())
        return model.summary_at(first.row()).root_span_id, long_view.visualRect(first).top()

    before = in_sight()
    model.update_newest([*traces[:2], *traces[3:]], has_more=False)
    model.update_newest(traces, has_more=False)
    QApplication.processEvents()
    assert in_sight() == (before if scrolled_px else (traces[0].root_span_id, 0))


@pytest.mark.parametrize(("key", "row"), [(Qt.Key.Key_End, _MANY_TRACES - 1), (Qt.Key.Key_Home, 0)])
def test_home_and_end_go_to_the_first_and_the_last_trace(
    long_view: TraceListView, qtbot: QtBot, key: Qt.Key, row: int
) -> None:
    long_view.setCurrentIndex(long_view.model().index(40, 0))
    qtbot.keyClick(long_view, key)
    assert long_view.currentIndex().row() == row
    assert long_view.viewport().rect().contains(long_view.visualRect(long_view.currentIndex()).center())


@pytest.fixture
def resize_text(qtbot: QtBot, appearance: Appearance) -> Callable[[int], None]:
    def resize(percent: int) -> None:
        appearance.set_text_percent(percent)
        qtbot.waitUntil(lambda: appearance.is_settled)

    return resize


@pytest.mark.parametrize("is_last_in_sight", [True, False])
def test_the_selected_row_stays_in_sight_as_text_grows_and_all_is_as_it_was_when_it_shrinks(
    long_view: TraceListView, resize_text: Callable[[int], None], *, is_last_in_sight: bool
) -> None:
    long_view.verticalScrollBar().setValue(1000)
    row = long_view.indexAt(
        long_view.viewport().rect().bottomLeft() if is_last_in_sight else long_view.viewport().rect().center()
    )
    long_view.setCurrentIndex(row)
    before = long_view.verticalScrollBar().value()
    resize_text(200)
    place, room = long_view.visualRect(row), long_view.viewport().rect()
    resize_text(80)
    resize_text(100)
    assert room.contains(place)
    assert abs(long_view.verticalScrollBar().value() - before) <= 1


def test_without_a_selection_in_sight_the_first_row_stays_the_first(
    long_view: TraceListView, resize_text: Callable[[int], None]
) -> None:
    long_view.setCurrentIndex(long_view.model().index(90, 0))
    long_view.verticalScrollBar().setValue(1000)
    first = long_view.indexAt(long_view.viewport().rect().topLeft()).row()
    resize_text(150)
    larger = long_view.indexAt(long_view.viewport().rect().topLeft()).row()
    resize_text(100)
    assert larger == first
    assert long_view.verticalScrollBar().value() == 1000
