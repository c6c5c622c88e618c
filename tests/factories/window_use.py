"""Normal use of the window, step by step: a bench measures what each step costs, a test holds it to a bound."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everyday_store import KINDS_ROOT, LIVE_ROOT, kind_span_id, kinds, live_spans, start_live
from large_store import LARGE_ROOT
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from spanglass_viewer.views.flame_view import FlameView
from spanglass_viewer.views.span_table_view import SpanTableView

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QWidget

    from spanglass_viewer.app.main_window import MainWindow


_OFFENCE_SECS = 0.1


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a user does; it has its whole effect when `is_done`."""

    name: str
    act: Callable[[], object]
    is_done: Callable[[], bool]


class WindowUse:
    """Uses a window on an everyday store (`everyday_store`). Each method yields the steps of one kind of use."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._pane = window.trace_pane
        self._view = self._pane.findChild(SpanTableView)
        self._flame = self._pane.findChild(FlameView)
        self._live: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """End what logs beside the window."""
        if self._live is not None:
            self._live.kill()
            self._live.wait()

    def open_store(self) -> Iterator[Step]:
        """The window is shown already; its threads start, and the newest trace opens."""

        def start() -> None:
            self._window.backend.start()
            self._window.controller.start()

        yield Step("open the store", start, lambda: self._rows() > 0 and self._is_idle())

    def click_kinds(self, what: str = "click") -> Iterator[Step]:
        """Click a span of every kind, one after the other."""
        yield self._open_trace(f"{what}: the trace", KINDS_ROOT)
        for kind in kinds():
            yield self._click(f"{what}: {kind}", kind_span_id(kind))

    def click_media(self) -> Iterator[Step]:
        """Click each span of the trace with an attachment of every kind, which the list has by its name."""
        root = next(root for root in self._roots() if self._name_of(root) == "collect.evidence")
        yield self._open_trace("attachments: the trace", root)
        for row in range(1, self._rows()):
            index = self._view.model().index(row, 0)
            name = str(index.data(Qt.ItemDataRole.DisplayRole))
            yield Step(f"attachments: {name}", lambda row=row: self._click_row(row), self._is_idle)

    def read_chat(self) -> Iterator[Step]:
        """Scroll through a long chat, and unfold it."""
        yield self._open_trace("chat: the trace", KINDS_ROOT)
        yield self._click("chat: open", kind_span_id("chat of 200"))
        bar = self._window.detail_pane._scroll.verticalScrollBar()
        down = Step("chat: page down", lambda: bar.setValue(bar.value() + 600), self._is_idle)
        yield down
        for what in ("earlier messages", "Unfold all messages", "Fold all messages"):
            yield Step("chat: to the top", lambda: bar.setValue(0), self._is_idle)
            yield Step(f"chat: {what}", lambda what=what: self._press_button(what), self._is_idle)
            yield from (down, down, down)

    def walk_tree(self) -> Iterator[Step]:
        """Move, fold and unfold in a large trace."""
        yield self._open_trace("large: the trace", LARGE_ROOT)
        everything = self._rows()
        for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_End, Qt.Key.Key_Home):
            yield Step(f"large: {key.name.removeprefix('Key_')}", self._key(key), self._is_idle)
        bar = self._view.verticalScrollBar()
        for at in range(5):
            place = bar.maximum() // 2 + 84 * at
            yield Step("large: scroll", lambda place=place: bar.setValue(place), self._is_idle)
        for turn in ("first", "again"):
            fold, unfold = self._act("collapse_all"), self._act("expand_all")
            yield Step(f"large: fold all, {turn}", fold, lambda: self._rows() < everything and self._is_idle())
            yield Step(f"large: unfold all, {turn}", unfold, lambda: self._rows() == everything and self._is_idle())
        yield Step("large: go up", self._key(Qt.Key.Key_Home), self._is_idle)
        yield Step("large: fold the root", self._key(Qt.Key.Key_Left), lambda: self._rows() == 1)
        yield Step("large: unfold the root", self._key(Qt.Key.Key_Right), lambda: self._rows() == everything)
        yield Step("large: next error", self._act("next_error"), self._is_idle)
        yield Step("large: flame view", self._act("toggle_flame"), lambda: self._pane.is_flame and self._flame.is_idle)
        for key in (Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Right):
            yield Step("large: move in the flame view", self._key(key, self._flame), lambda: self._flame.is_idle)
        yield Step("large: the tree again", self._act("toggle_flame"), self._is_idle)
        yield Step("large: whole time", self._act("reset_zoom"), self._is_idle)

    def find(self) -> Iterator[Step]:
        """Find what stands in every span of a large trace, and narrow the trace."""
        finder = self._pane.finder
        yield self._open_trace("find: the trace", LARGE_ROOT)
        yield Step("find: open", finder.open, self._is_idle)
        for text in ("order 7", "order"):
            yield Step(
                f"find: {text}",
                lambda text=text: finder.bar.set_text(text),
                lambda: finder._step_when_found is None and len(finder._spans) > 0 and self._is_idle(),
            )
        for _ in range(3):
            yield Step("find: next hit", self._act("next_hit"), self._is_idle)
        yield Step("find: close", finder.close, self._is_idle)
        everything = self._rows()
        subtree = self._act("focus_subtree")
        yield Step("find: a subtree", subtree, lambda: self._rows() < everything and self._is_idle())
        yield Step("find: everything", subtree, lambda: self._rows() == everything and self._is_idle())

    def filter_list(self) -> Iterator[Step]:
        """Type into the filter box, key by key."""
        box = self._window.trace_list.filter_box
        yield Step("filter: open", self._act("filter_traces"), self._is_idle)
        for text in ("e", "er", "error", "error dur>2s", "agent", ""):
            yield Step(f"filter: {text or 'nothing'}", lambda text=text: box.set_text(text), self._is_idle)

    def switch_traces(self) -> Iterator[Step]:
        """Go from trace to trace, and to a large one and back."""
        for _ in range(8):
            yield Step("traces: next", self._act("next_trace"), self._is_idle)
        for _ in range(2):
            yield Step("traces: previous", self._act("previous_trace"), self._is_idle)
        for _ in range(2):
            yield self._open_trace("traces: large", LARGE_ROOT)
            yield self._open_trace("traces: small", KINDS_ROOT)

    def resize(self) -> Iterator[Step]:
        """Make the window smaller and larger, with a long chat in sight."""
        yield self._open_trace("resize: the trace", KINDS_ROOT)
        yield self._click("resize: chat in sight", kind_span_id("chat of 200"))
        for width in (1380, 1340, 1200, 1000, 1400):
            yield Step(f"resize: {width}", lambda width=width: self._window.resize(width, 900), self._is_idle)

    def dress(self) -> Iterator[Step]:
        """Go through the themes, and enlarge the text."""
        for _ in range(3):
            yield Step("theme: turn", self._act("turn_theme"), self._is_idle)
        yield Step("text: larger", self._act("enlarge_text"), self._is_idle)
        yield Step("text: as it was", self._act("reset_text"), self._is_idle)

    def watch_live(self, secs: float) -> Iterator[Step]:
        """Open a trace that grows by 1,000 rows a second, and watch it to its end."""

        def log() -> None:
            self._live = start_live(self._window.backend.store, secs)

        yield Step("live: it begins", log, lambda: LIVE_ROOT in self._roots())
        controller = self._window.controller
        yield Step("live: open", lambda: controller.open_trace(LIVE_ROOT), lambda: self._shown_root() == LIVE_ROOT)
        wanted = live_spans(secs)
        yield Step("live: watch", lambda: None, lambda: self._rows() == wanted and self._is_idle())

    def offend(self) -> Iterator[Step]:
        """Keep the thread busy in a slot, as nothing should."""

        def work() -> None:
            ends = time.thread_time() + _OFFENCE_SECS
            while time.thread_time() < ends:
                pass

        yield Step("offence", work, self._is_idle)

    # what the window says

    def _is_idle(self) -> bool:
        window = self._window
        is_shown = window.controller.is_settled and window.detail_pane.is_idle and window.images.is_idle
        return is_shown and window._appearance.is_settled

    def _rows(self) -> int:
        return self._view.model().rowCount()

    def _roots(self) -> list[str]:
        traces = self._window._traces
        return [traces.summary_at(row).root_span_id for row in range(traces.rowCount())]

    def _name_of(self, root: str) -> str | None:
        traces = self._window._traces
        return next((traces.summary_at(row).name for row in range(traces.rowCount())
                     if traces.summary_at(row).root_span_id == root), None)  # fmt: skip

    def _shown_root(self) -> str | None:
        return None if self._pane.snapshot is None else self._pane.snapshot.root_span_id

    # what a user does

    def _act(self, name: str) -> Callable[[], object]:
        return self._window.findChild(QAction, name).trigger

    def _key(self, key: Qt.Key, on: QWidget | None = None) -> Callable[[], object]:
        return lambda: QTest.keyClick(on or self._view, key)

    def _open_trace(self, name: str, root: str) -> Step:
        return Step(
            name,
            lambda: self._window.controller.open_trace(root),
            lambda: self._shown_root() == root and self._is_idle(),
        )

    def _click(self, name: str, span_id: str) -> Step:
        def click() -> None:
            snapshot = self._pane.snapshot
            span = None if snapshot is None else snapshot.find_span(span_id)
            assert span is not None, f"{span_id} is not in the open trace"
            row = self._view.model().find_span(span)  # pyright: ignore[reportAttributeAccessIssue] - it is a SpanTableModel
            self._click_row(row)

        def is_done() -> bool:
            shown = self._window.detail_pane.shown_detail
            return shown is not None and shown.ref.span_id == span_id and self._is_idle()

        return Step(name, click, is_done)

    def _click_row(self, row: int) -> None:
        index = self._view.model().index(row, 0)
        self._view.scrollTo(index)
        place = self._view.visualRect(index)
        point = QPoint(place.left() + place.width() // 2, place.center().y())
        QTest.mouseClick(self._view.viewport(), Qt.MouseButton.LeftButton, pos=point)

    def _press_button(self, what: str) -> None:
        button = next(
            button
            for button in self._window.detail_pane.findChildren(QAbstractButton)
            if what in button.accessibleName() and button.isVisible()
        )
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
