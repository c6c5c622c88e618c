from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_traces import EPOCH_US, MadeSpan, large_id, make_large_skeleton, make_skeleton, make_support_skeleton
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from spanglass_viewer.backend.flame_drawing import LANE_PX
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.panes.trace_pane import TracePane
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.views.flame_view import FlameView
from spanglass_viewer.views.span_table_view import SpanTableView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.models.time_axis import TimeAxis
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.snapshot import TraceSnapshot

# the offscreen platform says so of every window that is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

NOW_US = EPOCH_US + 20_000_000


class _Shown:
    """A pane with its flame view on the screen."""

    def __init__(self, qtbot: QtBot, appearance: Appearance, snapshot: TraceSnapshot) -> None:
        self.qtbot = qtbot
        self.snapshot = snapshot
        self.selection = Selection()
        self.pane = TracePane(self.selection, appearance, clock_us=lambda: NOW_US)
        qtbot.addWidget(self.pane)
        self.pane.resize(900, 480)
        self.pane.show()
        self.selection.select_trace(snapshot.root_span_id)
        self.pane.show_snapshot(snapshot, opened=True)
        self.pane.toggle_flame()
        self.view = self.pane.findChild(FlameView)
        self.axis: TimeAxis = self.view._axis  # pyright: ignore[reportPrivateUsage] - the pane shows it nowhere
        self.tree = self.pane.findChild(SpanTableView)
        self.wait()

    def wait(self) -> None:
        """Wait until what was asked for is drawn."""
        self.qtbot.waitUntil(lambda: self.view.is_idle)

    @property
    def selected(self) -> str | None:
        return None if self.selection.span is None else self.selection.span.span_id

    def point_of(self, span_id: str) -> QPoint:
        """Return the middle of a span's bar."""
        span = self.snapshot.find_span(span_id)
        assert span is not None
        place = self.view._place_of(self.snapshot, span)  # pyright: ignore[reportPrivateUsage] - as above
        return place.center().toPoint()

    def wheel(self, at: QPoint, turn: int, modifiers: Qt.KeyboardModifier) -> None:
        event = QWheelEvent(
            QPointF(at), QPointF(self.view.viewport().mapToGlobal(at)), QPoint(), QPoint(0, turn),
            Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.view.viewport(), event)

    def click(self, span_id: str) -> None:
        QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, pos=self.point_of(span_id))

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self.view, key)


@pytest.fixture
def shown(qtbot: QtBot, appearance: Appearance) -> Iterator[_Shown]:
    made = _Shown(qtbot, appearance, build_snapshot(make_support_skeleton(), 1, NOW_US))
    yield made
    made.pane.stop()


def test_a_click_selects_the_span_in_the_tree_too(shown: _Shown) -> None:
    shown.click("lookup")
    assert shown.selected == "lookup"
    assert shown.tree.current_span == shown.snapshot.find_span("lookup") == shown.view.current_span


def test_a_span_of_no_length_is_hit_where_a_longer_one_lies_over_it(qtbot: QtBot, appearance: Appearance) -> None:
    spans = [MadeSpan("root", (), 0, 10), MadeSpan("long", ("root",), 0, 9), MadeSpan("dot", ("root",), 2, 2)]
    shown = _Shown(qtbot, appearance, build_snapshot(make_skeleton(spans), 1, NOW_US))
    shown.click("dot")
    assert shown.selected == "dot"
    shown.click("long")
    assert shown.selected == "long"
    shown.pane.stop()


def test_what_is_selected_elsewhere_is_selected_here(shown: _Shown) -> None:
    span = shown.snapshot.find_span("plan-2")
    assert span is not None
    shown.selection.select_span(shown.snapshot.ref(span))
    assert shown.view.current_span == span
    assert "chat.completions" in shown.view.accessibleDescription()


def test_ctrl_and_wheel_zoom_at_the_cursor(shown: _Shown) -> None:
    at = shown.point_of("lookup")
    before = shown.axis.moment_at(at.x(), shown.view.viewport().width())
    for _ in range(5):
        shown.wheel(at, 120, Qt.KeyboardModifier.ControlModifier)
    assert shown.axis.is_zoomed
    assert shown.axis.moment_at(at.x(), shown.view.viewport().width()) == pytest.approx(before, abs=2)


def test_dragging_pans_and_selects_nothing(shown: _Shown) -> None:
    shown.axis.zoom_to(EPOCH_US + 4_000_000, EPOCH_US + 8_000_000)
    before, window = shown.selected, shown.axis.window
    viewport = shown.view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(400, 60))
    for x in (390, 300, 200):
        QTest.mouseMove(viewport, QPoint(x, 60))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(200, 60))
    assert shown.axis.window[0] > window[0]
    assert shown.axis.window[1] - shown.axis.window[0] == pytest.approx(window[1] - window[0])
    assert shown.selected == before


def test_a_double_click_fits_a_span_and_one_beside_everything(shown: _Shown) -> None:
    viewport = shown.view.viewport()
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=shown.point_of("planner"))
    first_us, last_us = shown.axis.window
    assert first_us < EPOCH_US + 2_050_000 < EPOCH_US + 8_440_000 < last_us
    assert last_us - first_us < 8_000_000
    shown.wait()
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(20, viewport.height() - 3))
    assert not shown.axis.is_zoomed


def test_the_keyboard_goes_everywhere(shown: _Shown) -> None:
    shown.click("planner")
    shown.press(Qt.Key.Key_Down)
    assert shown.selected == "plan"
    shown.press(Qt.Key.Key_Right)
    assert shown.selected == "lookup"
    shown.press(Qt.Key.Key_Left, Qt.Key.Key_Up)
    assert shown.selected == "planner"
    shown.press(Qt.Key.Key_Up, Qt.Key.Key_Up)
    assert shown.selected == "run"
    shown.press(Qt.Key.Key_Plus)
    assert shown.axis.is_zoomed
    shown.press(Qt.Key.Key_Minus, Qt.Key.Key_Minus)
    assert not shown.axis.is_zoomed


def test_the_span_stays_selected_when_the_trace_grows(shown: _Shown) -> None:
    shown.click("lookup")
    later = build_snapshot(make_support_skeleton(), 2, NOW_US)
    shown.pane.show_snapshot(later, opened=False)
    shown.wait()
    assert shown.view.current_span == later.find_span("lookup")
    assert shown.view.span_at(QPointF(shown.point_of("planner"))) == later.find_span("planner")


def test_the_view_changes_and_comes_back(shown: _Shown) -> None:
    assert shown.pane.is_flame
    shown.pane.toggle_flame()
    assert shown.tree.isVisible()
    assert not shown.view.isVisible()


def test_a_deep_trace_scrolls_to_what_is_selected(qtbot: QtBot, appearance: Appearance) -> None:
    shown = _Shown(qtbot, appearance, build_snapshot(make_large_skeleton(5_000, is_chain=True), 1, NOW_US))
    shown.selection.select_span(shown.snapshot.ref(4_000))
    shown.wait()
    assert shown.view.span_at(QPointF(shown.point_of(large_id(4_000)))) == 4_000
    shown.pane.stop()


def test_what_the_tree_hides_the_flame_hides_too(qtbot: QtBot, appearance: Appearance) -> None:
    shown = _Shown(qtbot, appearance, build_snapshot(make_support_skeleton(), 1, NOW_US))
    at = {name: QPointF(shown.point_of(name)) for name in ("classify", "classify-llm", "search")}

    def seen() -> list[str | None]:
        shown.wait()
        spans = {name: shown.view.span_at(at[name]) for name in at}
        return [None if span is None else shown.snapshot.skeleton.span_id[span] for span in spans.values()]

    assert seen() == ["classify", "classify-llm", "search"]
    shown.pane.finder.hide_types(frozenset({"llm"}))
    assert seen() == ["classify", None, "search"]
    shown.pane.show_snapshot(build_snapshot(make_support_skeleton(), 2, NOW_US), opened=False)
    shown.snapshot = shown.pane.snapshot or shown.snapshot
    assert seen() == ["classify", None, "search"], "as it does in a later state of the trace"
    shown.pane.finder.show_all()
    shown.pane.select_span_id("search")
    shown.pane.finder.focus_subtree()
    shown.wait()
    assert shown.view.span_at(QPointF(shown.point_of("search"))) == shown.snapshot.find_span("search")
    assert shown.view.span_at(QPointF(shown.point_of("classify"))) is None
    shown.press(Qt.Key.Key_Up)
    assert shown.selected == "search", "its parent is out of sight"
    shown.pane.finder.show_all()
    assert seen() == ["classify", "classify-llm", "search"]


def test_what_is_selected_is_described_only_while_it_is_looked_at(
    shown: _Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.pane.toggle_flame()
    read: list[int] = []
    row_of = FlameView._row_of
    monkeypatch.setattr(FlameView, "_row_of", lambda view, span: read.append(span) or row_of(view, span))
    for span_id in shown.snapshot.skeleton.span_id.texts([3, 4]):
        shown.pane.select_span_id(span_id)
    assert read == []
    shown.pane.toggle_flame()
    assert read == [4]
    assert shown.snapshot.name_of(4) in shown.view.accessibleDescription()


def test_what_is_left_of_calls_side_by_side_stands_below_its_parent(qtbot: QtBot, appearance: Appearance) -> None:
    calls = [MadeSpan(f"s{number}", ("root",), 1 + number / 100, 9, type=f"kind {number}") for number in range(40)]
    snapshot = build_snapshot(make_skeleton([MadeSpan("root", (), 0, 10), *calls]), 1, NOW_US)
    shown = _Shown(qtbot, appearance, snapshot)
    far = shown.point_of("s30").y()
    shown.pane.finder.hide_types(frozenset(f"kind {number}" for number in range(40) if number not in {7, 30}))
    shown.wait()
    assert [shown.point_of(span).y() - shown.point_of("root").y() for span in ("s7", "s30")] == [LANE_PX, 2 * LANE_PX]
    assert shown.view.verticalScrollBar().maximum() == 0
    for span in ("s30", "s7"):
        shown.click(span)
        assert shown.selected == span
    shown.pane.finder.hide_types(frozenset())
    shown.wait()
    assert shown.point_of("s30").y() + shown.view.verticalScrollBar().value() == far
