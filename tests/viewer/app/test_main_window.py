"""The window whole, on a real store: what a user sees after each step."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCompleter, QLineEdit, QPushButton

from spanglass_store import open_store
from spanglass_store.links.addresses import parse_address
from spanglass_store.settings import StoreSettings, write_settings
from spanglass_viewer.backend import store_worker
from spanglass_viewer.panes.detail.breadcrumb import Breadcrumb
from spanglass_viewer.panes.empty_pane import EmptyPane
from spanglass_viewer.views.span_table_view import SpanTableView
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow
    from spanglass_viewer.theme.appearance import Appearance


CTRL = Qt.KeyboardModifier.ControlModifier
TRACEBACK = 'Traceback (most recent call last):\n  File "agent.py", line 3, in refund\n    pay()\n'


@pytest.fixture
def journal(store_path: Path) -> JournalWriter:
    return JournalWriter(store_path)


def write_failing_trace(journal: JournalWriter) -> None:
    """A refund that fails: 1 → 2 → 3 raises, 2 re-raises it, 1 does not; 4 fails by itself."""
    timeout = f"{TRACEBACK}GatewayTimeout: no answer within 1300 ms\n"
    journal.start(1, name="support_agent.run", type="task", input={"question": "Where is my refund?"})
    journal.span(2, parents=(1,), at=0.1, name="payments.refund", type="tool", error=timeout)
    journal.span(3, parents=(2,), at=0.2, name="POST /refunds", error=timeout)
    journal.span(4, parents=(1,), at=0.5, name="email.draft", type="llm", error=f"{TRACEBACK}ValueError: no address\n")
    journal.end(1, after=4.0)


def selected_name(window: MainWindow) -> str:
    span = window.selection.span
    return "" if span is None else {1: "root", 2: "refund", 3: "post", 4: "email"}.get(int(span.span_id, 16), "?")


def test_an_empty_store_says_where_it_looks_and_the_first_span_opens(
    open_window: Callable[[], MainWindow], store_path: Path, qtbot: QtBot
) -> None:
    window = open_window()
    assert window.findChild(EmptyPane).isVisible()
    window.findChild(EmptyPane).findChild(IconButton).click()
    assert window.status._right.text() == "Snippet copied"
    assert QGuiApplication.clipboard().text().startswith("import spanglass\n")
    journal = JournalWriter(store_path)
    journal.start(1, name="support_agent.run")
    qtbot.waitUntil(lambda: window.selection.root_span_id == root_id(), timeout=10_000)
    assert not window.findChild(EmptyPane).isVisible()
    qtbot.waitUntil(lambda: window.selection.span is not None, timeout=10_000)
    journal.die()


def test_who_asked_for_the_sample_sees_its_newest_trace(
    open_window: Callable[[], MainWindow], journal: JournalWriter, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("spanglass_viewer.app.main_window.QProcess.startDetached", lambda *_: (True, 1))
    window = open_window()
    (sample,) = (
        button for button in window.findChild(EmptyPane).findChildren(QPushButton) if "sample" in button.text()
    )
    qtbot.mouseClick(sample, Qt.MouseButton.LeftButton)
    for trace in (1, 2):  # it begins with short ones
        journal.span(trace, trace=trace, at=trace, name="run")
        qtbot.waitUntil(lambda trace=trace: window.selection.root_span_id == root_id(trace), timeout=10_000)
    qtbot.waitUntil(lambda: window.detail_pane.shown_detail is not None, timeout=10_000)
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_End)  # as the system hands it over
    journal.span(3, trace=3, at=3, name="run")
    qtbot.waitUntil(lambda: window.trace_list.view.model().rowCount() == 3, timeout=10_000)
    assert window.selection.root_span_id == root_id(2), "the user's own step ends it"
    journal.die()


def test_a_sample_that_does_not_start_is_told(
    open_window: Callable[[], MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spanglass_viewer.app.main_window.QProcess.startDetached", lambda *_: (False, -1))
    window = open_window()
    window.findChild(EmptyPane).sample_wanted.emit()
    assert window.status._right.text() == "The sample agent could not be started"


def test_the_path_is_there_when_a_parent_comes_later_than_what_is_below_it(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    journal.span(3, parents=(2,), at=0.2, name="chat")
    window = open_window()
    path = window.detail_pane.findChild(Breadcrumb)
    qtbot.waitUntil(lambda: window.detail_pane.shown_detail is not None and window.controller.is_settled)
    assert not path.isVisible()
    journal.span(1, name="agent")
    journal.span(2, parents=(1,), at=0.1, name="step")
    qtbot.waitUntil(lambda: path.isVisible() and path.accessibleName() == "Below agent › step", timeout=10_000)
    journal.die()


def test_the_path_stays_while_a_span_is_read(open_window: Callable[[], MainWindow], journal: JournalWriter) -> None:
    journal.span(1, name="agent")
    journal.span(2, parents=(1,), at=0.1, name="step")
    window = open_window()
    window.trace_pane.step_span(1)
    window.detail_pane._on_loading_lasts()
    assert window.detail_pane.findChild(Breadcrumb).isVisible()
    journal.die()


def test_a_window_says_what_became_of_damaged_tables(
    open_window: Callable[[], MainWindow], journal: JournalWriter, store_path: Path, qtbot: QtBot
) -> None:
    journal.span(1)
    journal.die()
    with open_store(store_path):
        pass
    (store_path / "traces.duckdb").write_bytes(b"nothing of a database" * 1000)
    window = open_window()
    qtbot.waitUntil(window._damage_banner.isVisible, timeout=10_000)
    assert window._damage_banner.text.startswith(
        "The store's tables were damaged. They are rebuilt from the kept journal, 1 segment;"
    )
    [aside] = store_path.glob("*.damaged-*")
    assert window._damage_banner.text.endswith(str(aside))
    qtbot.waitUntil(lambda: window.selection.root_span_id == root_id(), timeout=10_000)


def test_a_failed_trace_opens_on_its_first_originating_error_and_f8_goes_on(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    write_failing_trace(journal)
    window = open_window()
    assert selected_name(window) == "post"
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert selected_name(window) == "email"
    qtbot.keyClick(window, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert selected_name(window) == "post"
    journal.die()


def test_f8_goes_on_in_the_next_trace_with_an_error(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    journal.span(5, trace=2, at=-20, name="older", error="ValueError: first")
    journal.span(6, trace=3, at=-10, name="fine")
    write_failing_trace(journal)
    window = open_window()
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: window.selection.root_span_id == root_id(2))
    journal.die()


def test_a_span_shows_when_it_starts_and_ends_in_place(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    journal.start(1, name="support_agent.run")
    window = open_window()
    rows = window.trace_pane.findChild(SpanTableView).model().rowCount
    assert rows() == 1
    journal.start(2, parents=(1,), at=0.5, name="chat.completions", type="llm")
    qtbot.waitUntil(lambda: rows() == 2, timeout=10_000)
    before = window.selection.span
    journal.end(2, at=0.5)
    journal.end(1)
    qtbot.waitUntil(
        lambda: not window.trace_list.view.model().index(0, 0).data(Qt.ItemDataRole.UserRole + 1).is_running
    )
    assert window.selection.span == before
    journal.die()


def test_what_a_dead_process_left_open_is_marked(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    journal.start(1, name="support_agent.run")
    window = open_window()
    summary = lambda: window.trace_list.view.model().index(0, 0).data(Qt.ItemDataRole.UserRole + 1)  # noqa: E731 - read anew
    assert summary().is_running
    journal.die()
    qtbot.waitUntil(lambda: summary().is_interrupted, timeout=10_000)
    assert not summary().is_running


def test_the_link_that_is_copied_opens_the_same_span(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    write_failing_trace(journal)
    window = open_window()
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    address = parse_address(QGuiApplication.clipboard().text())
    assert (address.root_span_id, address.span_id) == (root_id(), f"{3:016x}")
    window.controller.open_trace(address.root_span_id, f"{4:016x}")
    assert selected_name(window) == "email"
    journal.die()


def test_an_image_is_shown_where_it_stands(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (120, 80), "#336699").save(picture, "PNG")
    reference = journal.attach("a-key", picture.getvalue(), "receipt.png", "image/png")
    journal.span(1, name="receipt.ocr", type="tool", input={"image": reference})
    window = open_window()
    qtbot.waitUntil(lambda: window.images.is_idle and _has_color(window, "#336699"), timeout=10_000)
    journal.die()


def test_both_themes_are_legible_at_once(
    open_window: Callable[[], MainWindow], appearance: Appearance, journal: JournalWriter, qtbot: QtBot
) -> None:
    write_failing_trace(journal)
    window = open_window()
    grounds: set[str] = set()
    for _ in range(3):
        grounds.add(window.grab().toImage().pixelColor(700, 850).name())
        qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: appearance.is_settled)
    assert grounds >= {"#14171d", "#ffffff"}
    journal.die()


def test_the_file_is_let_go_when_nothing_happens(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    write_failing_trace(journal)
    window = open_window()
    backend = window.backend
    qtbot.waitUntil(lambda: not backend.is_holding_file, timeout=10_000)
    journal.span(7, trace=9, at=60, name="late")
    qtbot.waitUntil(lambda: window.trace_list.view.model().rowCount() == 2, timeout=10_000)
    journal.die()


def test_a_store_that_prunes_itself_does_so_when_the_window_is_quiet(
    open_window: Callable[[], MainWindow], journal: JournalWriter, store_path: Path, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    journal.span(5, trace=2, at=-20, name="older")
    write_failing_trace(journal)
    journal.die()
    write_settings(store_path, StoreSettings(prune_keep_last=1))
    idle_after_secs = store_worker.IDLE_AFTER_SECS
    monkeypatch.setattr(store_worker, "IDLE_AFTER_SECS", 1e9)  # not before what was there has been looked at
    window = open_window()
    done: list[str] = []
    window.backend.store_worker.upkeep_stepped.connect(done.append, Qt.ConnectionType.DirectConnection)
    rows = window.trace_list.view.model().rowCount
    assert rows() == 2
    monkeypatch.setattr(store_worker, "IDLE_AFTER_SECS", idle_after_secs)
    notices = window.status.findChildren(PlainLabel)
    qtbot.waitUntil(lambda: any(label.text().startswith("Pruned 1 old trace") for label in notices))
    qtbot.waitUntil(lambda: rows() == 1 and done[-1] == "")
    assert done[0] == "Looking for old traces"
    assert "Deleting 1 trace" in done


def test_what_another_process_prunes_leaves_the_sleeping_window(
    open_window: Callable[[], MainWindow], journal: JournalWriter, store_path: Path, qtbot: QtBot
) -> None:
    for trace in (2, 3, 4):
        journal.span(trace + 10, trace=trace, at=-100 * trace, name=f"older {trace}")
    write_failing_trace(journal)
    journal.die()
    window = open_window()
    model = window.trace_list.view.model()
    window.controller.open_trace(root_id(2))
    qtbot.waitUntil(lambda: window.controller.is_settled and not window.backend.is_holding_file, timeout=10_000)
    prune(store_path, keep_last=2)
    qtbot.waitUntil(lambda: model.rowCount() == 2, timeout=20_000)
    qtbot.waitUntil(lambda: window.controller.is_settled, timeout=10_000)
    assert window.selection.span is not None, "the open trace is still there"
    assert window.trace_list.view.currentIndex().row() == 1
    qtbot.waitUntil(lambda: not window.backend.is_holding_file, timeout=10_000)
    prune(store_path, keep_last=1)
    qtbot.waitUntil(lambda: model.rowCount() == 1, timeout=20_000)
    notice = "This trace is no longer in the store"
    qtbot.waitUntil(lambda: any(label.text() == notice for label in window.trace_pane.findChildren(PlainLabel)))
    assert window.selection.root_span_id == root_id(2)
    assert not window.trace_list.view.currentIndex().isValid()


def prune(store: Path, *, keep_last: int) -> None:
    """Prune in a process of its own."""
    command = [sys.executable, "-m", "spanglass_viewer", "prune", "--yes", "--keep-last", str(keep_last)]
    subprocess.run([*command, "--store", str(store)], check=True, capture_output=True)


@pytest.mark.qt_log_ignore("does not support (raise|grabbing the keyboard)", extend=True)
def test_the_filter_box_takes_the_language_and_completes_from_the_store(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    journal.span(5, trace=2, at=-20, name="older", type="tool")
    write_failing_trace(journal)
    window = open_window()
    qtbot.keyClick(window, Qt.Key.Key_Slash)
    edit = window.trace_list.filter_box.findChild(QLineEdit)
    popup = window.trace_list.filter_box.findChild(QCompleter).popup()
    edit.setText("type:t")
    qtbot.waitUntil(lambda: qtbot.keyClick(edit, Qt.Key.Key_Space, CTRL) or popup.isVisible())
    offered = {popup.model().index(row, 0).data() for row in range(popup.model().rowCount())}
    assert offered == {"type:function", "type:task", "type:tool"}
    popup.hide()
    rows = window.trace_list.view.model().rowCount
    window.trace_list.filter_box.set_text("name:refund error")
    qtbot.waitUntil(lambda: rows() == 1)
    window.trace_list.filter_box.set_text("type:tool -name:refund")
    qtbot.waitUntil(lambda: rows() == 1 and window.trace_list.view.model().index(0, 0).data() == "older")
    window.trace_list.clear_filter()
    qtbot.waitUntil(lambda: rows() == 2)
    journal.die()


def test_a_click_in_the_idle_window_does_not_keep_the_file(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    write_failing_trace(journal)
    window = open_window()
    qtbot.waitUntil(lambda: not window.backend.is_holding_file, timeout=10_000)
    with qtbot.waitSignal(window.controller.span_shown):
        qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: not window.backend.is_holding_file, timeout=10_000)
    journal.die()


def test_a_window_of_another_size_is_painted_in_a_turn_of_its_own(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    window.resize(window.width() - 100, window.height())
    assert not window.updatesEnabled()
    qtbot.waitUntil(window.updatesEnabled)


def _has_color(window: MainWindow, name: str) -> bool:
    image = window.detail_pane.grab().toImage()
    return any(
        image.pixelColor(x, y).name() == name for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)
    )
