"""Palette, keys, back and forward, copies, drops: the window driven by keys, on a real store."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id
from PySide6.QtCore import QMimeData, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QComboBox, QKeySequenceEdit, QLineEdit, QMenu, QTreeWidget

from spanglass_store.database.records import TraceOrder
from spanglass_store.location import ensure_store
from spanglass_viewer.app import main_window
from spanglass_viewer.app.actions import ACTIONS
from spanglass_viewer.app.history import Place
from spanglass_viewer.app.session import find_session
from spanglass_viewer.app.store_drop import find_dropped, find_dropped_store
from spanglass_viewer.panes.command_palette import CommandPalette
from spanglass_viewer.panes.settings_dialog import SettingsDialog
from spanglass_viewer.theme.appearance import ThemeMode
from spanglass_viewer.views.span_table_view import SpanTableView
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow
    from spanglass_viewer.theme.appearance import Appearance

CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def journal(store_path: Path) -> Iterator[JournalWriter]:
    writer = JournalWriter(store_path)
    writer.span(5, trace=2, at=-20, name="older", type="tool", output={"found": 3})
    writer.span(1, name="agent", type="task", after=4.0)
    writer.span(2, parents=(1,), at=0.1, name="plan")
    yield writer
    writer.die()


@pytest.fixture
def open_window(open_window: Callable[..., MainWindow], qtbot: QtBot) -> Callable[..., MainWindow]:
    """Opens the window, and waits for the span that it opens with."""

    def open_it(**set_before: str) -> MainWindow:
        window = open_window(**set_before)
        qtbot.waitUntil(lambda: window.controller.is_settled and window.selection.span is not None, timeout=10_000)
        return window

    return open_it


def selected(window: MainWindow) -> int:
    return 0 if window.selection.span is None else int(window.selection.span.span_id, 16)


@pytest.mark.usefixtures("journal")
def test_the_palette_calls_a_command(open_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = open_window()
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    palette = window.findChild(CommandPalette)
    names = palette.findChild(QTreeWidget)
    assert names.topLevelItemCount() >= 15
    edit = palette.findChild(QLineEdit)
    qtbot.keyClicks(edit, "copy trace")
    assert names.topLevelItem(0).text(0) == "Copy trace id"
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == root_id()
    assert not palette.isVisible()


@pytest.mark.usefixtures("journal")
def test_the_palette_has_every_action_but_itself(open_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = open_window()
    window.trace_pane.step_span(1)
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)  # now there is a way back, and one forward
    window.trace_pane.step_span(1)
    window.trace_pane.step_span(-1)
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    names = window.findChild(CommandPalette).findChild(QTreeWidget)
    listed = {names.topLevelItem(row).text(0) for row in range(names.topLevelItemCount())}
    assert listed == {spec.text for spec in ACTIONS if spec.name != "show_palette"}


@pytest.mark.usefixtures("journal")
def test_the_palette_is_moved_through_by_arrows_and_left_by_esc(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    palette = window.findChild(CommandPalette)
    names, edit = palette.findChild(QTreeWidget), palette.findChild(QLineEdit)
    qtbot.keyClicks(edit, "error")
    first = names.currentItem().text(0)
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    assert names.currentItem().text(0) != first
    for _ in range(2):  # from the second to the first, and on to the last
        qtbot.keyClick(edit, Qt.Key.Key_Up)
    assert names.indexOfTopLevelItem(names.currentItem()) == names.topLevelItemCount() - 1 > 1
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    assert names.currentItem().text(0) == first
    qtbot.keyClicks(edit, "qqqq")
    assert not names.isVisible()
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert not palette.isVisible()


@pytest.mark.usefixtures("journal")
def test_the_palette_stays_inside_a_small_window(open_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = open_window()
    window.resize(640, 360)
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    palette = window.findChild(CommandPalette)
    assert window.frameGeometry().contains(palette.geometry())


@pytest.mark.usefixtures("journal")
def test_back_and_forward_lead_over_spans_and_traces(open_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = open_window()
    assert selected(window) == 1
    window.trace_pane.step_span(1)
    qtbot.keyClick(window, Qt.Key.Key_J)
    qtbot.waitUntil(lambda: selected(window) == 5)
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    qtbot.waitUntil(lambda: selected(window) == 2)
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    assert selected(window) == 1
    qtbot.keyClick(window, Qt.Key.Key_Right, ALT)
    qtbot.keyClick(window, Qt.Key.Key_Right, ALT)
    qtbot.waitUntil(lambda: selected(window) == 5)


@pytest.mark.usefixtures("journal")
def test_the_way_back_to_a_trace_that_was_deleted_says_so(open_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = open_window()
    notices: list[str] = []
    window.status.show_notice = notices.append  # pyright: ignore[reportAttributeAccessIssue] - what it would say
    window._history.visit(Place(root_id(77), f"{77:016x}"))
    window.trace_pane.step_span(1)
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    said = window.trace_pane._notice
    qtbot.waitUntil(lambda: said.isVisible() and said.text() == "This trace is no longer in the store")
    qtbot.keyClick(window, Qt.Key.Key_D)
    assert notices == ["No trace is open. Nothing was compared"]
    assert window.comparing.dialog is None


@pytest.mark.usefixtures("journal")
def test_the_window_comes_back_where_it_was_unless_newer_traces_came(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    window = open_window()
    window.controller.open_trace(root_id(2))
    qtbot.waitUntil(lambda: selected(window) == 5)
    window = open_window()
    assert selected(window) == 5
    journal.span(9, trace=3, at=60, name="newest")
    window.close()
    window = open_window()
    qtbot.waitUntil(lambda: selected(window) == 9, timeout=10_000)


@pytest.mark.usefixtures("journal")
def test_a_window_that_is_killed_comes_back_about_where_it_was(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main_window, "_SAVE_AFTER_MS", 50)
    window = open_window()
    window.controller.open_trace(root_id(2))
    qtbot.waitUntil(lambda: selected(window) == 5)
    qtbot.waitUntil(lambda: not window._saving.isActive())
    kept = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    session = find_session(kept, window._info.id)
    assert session is not None
    assert (session.root_span_id, session.span_id) == (root_id(2), f"{5:016x}")
    assert kept.contains("panes")


@pytest.mark.usefixtures("journal")
def test_settings_that_are_not_understood_are_named(open_window: Callable[..., MainWindow]) -> None:
    window = open_window(**{"theme": "purple", "keys/nxt_error": "F8"})
    assert window._damage_banner.isVisible()
    assert "theme=purple, nxt_error=F8" in window._damage_banner.text
    window._preferences.set_theme(ThemeMode.DARK)
    window._preferences.set_keys("nxt_error", None)
    assert not open_window()._damage_banner.isVisible()


@pytest.mark.usefixtures("journal")
def test_the_window_comes_back_where_it_was_though_a_filter_hid_the_newest_trace(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    window.controller.open_trace(root_id(2))
    qtbot.waitUntil(lambda: selected(window) == 5)
    window.trace_list.filter_box.set_text("name:older")
    qtbot.waitUntil(lambda: window.trace_list.view.model().rowCount() == 1 and window.controller.is_settled)
    window = open_window()
    assert selected(window) == 5


@pytest.mark.usefixtures("journal")
def test_a_key_pauses_and_goes_on(open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot) -> None:
    window = open_window()
    window.controller.stop_following()
    qtbot.keyClick(window, Qt.Key.Key_L)
    journal.span(9, trace=3, at=60, name="late")
    qtbot.waitUntil(lambda: window.controller._is_list_stale, timeout=10_000)
    traces = window.trace_list.view.model()
    assert traces.rowCount() == 2
    clocks = (window.trace_pane._clock, window.trace_list.view._clock)
    assert [clock.is_held for clock in clocks] == [True, True]
    qtbot.keyClick(window, Qt.Key.Key_L)
    assert [clock.is_held for clock in clocks] == [False, False]
    qtbot.waitUntil(lambda: traces.rowCount() == 3, timeout=10_000)


@pytest.mark.usefixtures("journal")
def test_the_newest_is_followed_again_when_it_is_asked_for(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    window = open_window()
    notices: list[str] = []
    window.status.show_notice = notices.append  # pyright: ignore[reportAttributeAccessIssue] - what it would say
    window.controller.open_trace(root_id(2))
    qtbot.waitUntil(lambda: selected(window) == 5)
    qtbot.keyClick(window, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: selected(window) == 1)
    journal.span(9, trace=3, at=60, name="next")
    qtbot.waitUntil(lambda: selected(window) == 9, timeout=10_000)
    qtbot.keyClick(window, Qt.Key.Key_N)
    journal.span(10, trace=4, at=90, name="after it")
    traces = window.trace_list.view.model()
    qtbot.waitUntil(lambda: traces.rowCount() == 4 and window.controller.is_settled, timeout=10_000)
    assert selected(window) == 9
    window.controller.set_order(TraceOrder("duration"))
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert selected(window) == 9, "what comes first is not the newest"
    assert [notice.split()[0] for notice in notices] == ["The", "The", "Sort"]


@pytest.mark.usefixtures("journal")
def test_the_key_that_ends_following_does_so_as_the_first_step_too(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    assert window.controller.is_following
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert not window.controller.is_following
    qtbot.keyClick(window, Qt.Key.Key_N)
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_Control)
    assert window.controller.is_following, "a step that chooses nothing takes back no wish"


@pytest.mark.usefixtures("journal")
def test_the_window_comes_back_with_its_panes_and_cards(open_window: Callable[[], MainWindow]) -> None:
    window = open_window()
    window.resize(1300, 800)
    window._splitter.set_outer_widths(330, 410)
    (metrics,) = (card for card in window.detail_pane._cards if card.title == "Metrics")
    metrics._title.click()
    window = open_window()
    assert window._splitter.outer_widths == (330, 410)
    (metrics,) = (card for card in window.detail_pane._cards if card.title == "Metrics")
    assert metrics.is_folded


@pytest.mark.usefixtures("journal")
def test_what_is_copied_can_be_used(open_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = open_window()
    window.controller.open_trace(root_id(2))
    qtbot.waitUntil(lambda: selected(window) == 5 and window.controller.is_settled)
    qtbot.keyClick(window, Qt.Key.Key_J, CTRL | SHIFT)
    assert json.loads(QGuiApplication.clipboard().text())["output"] == {"found": 3}
    qtbot.keyClick(window, Qt.Key.Key_M, CTRL | SHIFT)
    assert QGuiApplication.clipboard().text().startswith("# Span `older`")
    action = next(action for action in window.actions() if action.objectName() == "copy_snippet")
    action.trigger()
    snippet = QGuiApplication.clipboard().text()
    window.close()
    done = subprocess.run([sys.executable, "-c", snippet], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "{'found': 3}"


@pytest.mark.usefixtures("journal")
def test_what_the_span_s_menu_copies_is_said(open_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = open_window()
    qtbot.waitUntil(lambda: window.detail_pane.is_idle)
    copies = [action for menu in window.detail_pane.findChildren(QMenu) for action in menu.actions()
              if str(action.data()).startswith("copy_")]  # fmt: skip
    notices: list[str] = []
    window._clipboard.notice_given.connect(notices.append)
    copied: list[str] = []
    for copy in copies:
        copy.trigger()
        copied.append(QGuiApplication.clipboard().text())
    assert notices == [
        "Span id copied", "Trace id copied", "Span copied as JSON", "Span copied as Markdown", "Python snippet copied",
    ]  # fmt: skip
    assert copied[:2] == [f"{1:016x}", root_id()]
    assert len(set(copied)) == len(copies)


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("is_saved", [True, False])
def test_settings_that_cannot_be_saved_are_said_to_be(
    open_window: Callable[[], MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, *, is_saved: bool
) -> None:
    window = open_window()
    monkeypatch.setattr(window._preferences, "save", lambda: is_saved)
    notices: list[str] = []
    window._chosen.notice_given.connect(notices.append)
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    window.findChild(SettingsDialog).reject()
    assert len(notices) == (0 if is_saved else 1)


@pytest.mark.usefixtures("journal")
def test_a_key_can_be_given_to_another_action(
    open_window: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window()
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    dialog = window.findChild(SettingsDialog)
    edit = next(edit for edit in dialog.findChildren(QKeySequenceEdit) if edit.objectName() == "copy_trace_id")
    edit.setKeySequence(QKeySequence("F8"))
    edit.editingFinished.emit()
    assert edit.keySequence().isEmpty(), "F8 is taken"
    edit.setKeySequence(QKeySequence("F9"))
    edit.editingFinished.emit()
    flame = window.trace_pane._header._flame
    assert flame.toolTip() == "Show the flame view (F)"
    flame_key = next(edit for edit in dialog.findChildren(QKeySequenceEdit) if edit.objectName() == "toggle_flame")
    flame_key.setKeySequence(QKeySequence("F7"))
    flame_key.editingFinished.emit()
    assert flame.toolTip() == "Show the flame view (F7)", "what hints at a key follows"
    remover = next(button for button in dialog.findChildren(IconButton) if button.objectName() == "next_trace")
    remover.click()
    dialog.accept()
    qtbot.keyClick(window, Qt.Key.Key_J)
    assert selected(window) == 1, "J calls nothing any more"
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert QGuiApplication.clipboard().text() == root_id()
    window.close()
    assert "copy_trace_id=F9" in (tmp_path / "window.ini").read_text()
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(open_window(), Qt.Key.Key_F9)
    assert QGuiApplication.clipboard().text() == root_id()


@pytest.mark.usefixtures("journal")
def test_keys_that_move_are_not_given_away_and_escape_leaves_all_as_it_was(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    dialog = window.findChild(SettingsDialog)
    edit = next(edit for edit in dialog.findChildren(QKeySequenceEdit) if edit.objectName() == "toggle_flame")
    for key, said in (("Esc", False), ("Up", True), ("Return", True), ("Shift+Left", True)):
        edit.setKeySequence(QKeySequence(key))
        edit.editingFinished.emit()
        assert edit.keySequence() == QKeySequence("F"), key
        assert dialog._clash.isVisible() == said, key
    assert dialog._clash.text() == "Shift+Left moves in trees, lists and texts. Nothing was changed"
    assert window._actions["toggle_flame"].shortcuts() == [QKeySequence("F")]


@pytest.mark.usefixtures("journal")
def test_one_action_gets_its_usual_keys_again(open_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = open_window()
    next_error = window._actions["next_error"]
    usual = next_error.shortcuts()
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    dialog = window.findChild(SettingsDialog)
    button = next(button for button in dialog.findChildren(IconButton) if button.objectName() == "next_error")
    assert button.accessibleName() == "Take the keys of Next error away"
    button.click()
    assert next_error.shortcuts() == []
    assert button.accessibleName() == "Give Next error its usual keys again"
    edits = {edit.objectName(): edit for edit in dialog.findChildren(QKeySequenceEdit)}
    edits["toggle_flame"].setKeySequence(QKeySequence("E"))
    edits["toggle_flame"].editingFinished.emit()
    button.click()
    assert next_error.shortcuts() == [], "E is another one's now"
    assert dialog._clash.text() == "E calls “Tree or flame view” already. Nothing was changed"
    edits["toggle_flame"].setKeySequence(QKeySequence("F"))
    edits["toggle_flame"].editingFinished.emit()
    button.click()
    assert next_error.shortcuts() == usual
    assert window._preferences.find_keys("next_error") is None


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("percent", [100, 200])
def test_no_key_is_cut_in_the_settings(
    open_window: Callable[[], MainWindow], appearance: Appearance, qtbot: QtBot, percent: int
) -> None:
    window = open_window()
    appearance.set_text_percent(percent)
    qtbot.waitUntil(lambda: appearance.is_settled)
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    edits = window.findChild(SettingsDialog).findChildren(QKeySequenceEdit)
    assert len(edits) == len(ACTIONS)
    for edit in edits:
        (line,) = edit.findChildren(QLineEdit)
        assert line.fontMetrics().horizontalAdvance(line.text()) + 16 <= line.width(), line.text()
    appearance.set_text_percent(100)


@pytest.mark.usefixtures("journal")
def test_ctrl_f_finds_in_values_and_f3_goes_on(
    open_window: Callable[[], MainWindow], journal: JournalWriter, qtbot: QtBot
) -> None:
    journal.span(11, trace=4, at=30, name="root", input="ask for a refund")
    journal.span(12, trace=4, at=31, parents=(11,), name="other")
    journal.span(13, trace=4, at=32, parents=(11,), name="pay", output={"status": "REFUND done"})
    window = open_window()
    qtbot.waitUntil(lambda: window.selection.root_span_id == root_id(4), timeout=10_000)
    qtbot.keyClick(window, Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(QApplication.focusWidget(), "refund")
    counted = window.trace_pane.finder.bar.findChild(PlainLabel)
    qtbot.waitUntil(lambda: counted.text() == "1 of 2")
    qtbot.keyClick(window, Qt.Key.Key_F3)
    assert selected(window) == 13
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not window.trace_pane.finder.bar.isVisible()


def test_a_store_is_known_among_what_is_dropped(store_path: Path, tmp_path: Path) -> None:
    ensure_store(store_path)

    def drop(*paths: Path) -> Path | None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        return find_dropped_store(data)

    assert drop(tmp_path, store_path) == store_path
    assert drop(store_path / "traces.duckdb") == store_path
    assert drop(tmp_path) is None
    assert find_dropped_store(QMimeData()) is None


def test_a_bundle_and_json_lines_are_known_among_what_is_dropped(store_path: Path, tmp_path: Path) -> None:
    ensure_store(store_path)
    export, other = tmp_path / "traces.JSONL", tmp_path / "notes.txt"
    for path in (export, other):
        path.write_text("{}")
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.zip"), QUrl.fromLocalFile(str(other)), QUrl.fromLocalFile(str(export))])
    assert find_dropped(data) == export
    data.setUrls([*data.urls(), QUrl.fromLocalFile(str(store_path))])
    assert find_dropped(data) == store_path


@pytest.mark.usefixtures("journal")
def test_a_dropped_zip_file_that_is_no_bundle_is_said_to_be_none(
    open_window: Callable[[], MainWindow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    started: list[Path] = []
    monkeypatch.setattr(main_window, "open_in_new_window", lambda target, _link: started.append(target) or True)
    notices: list[str] = []
    window.status.show_notice = notices.append  # pyright: ignore[reportAttributeAccessIssue] - what it would say
    photos, export = tmp_path / "photos.zip", tmp_path / "traces.jsonl"
    photos.write_bytes(b"PK\x03\x04 and more")
    export.write_text("{}")
    for target in (photos, tmp_path / "gone.zip", export):
        window._on_store_wanted(target)
    assert started == [export]
    assert notices[0] == "photos.zip is no bundle of traces. Nothing was opened"


@pytest.mark.usefixtures("journal")
def test_no_line_of_the_window_takes_a_dropped_file_as_text(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    for key, modifier in ((Qt.Key.Key_F, CTRL), (Qt.Key.Key_F, CTRL | ALT), (Qt.Key.Key_A, Qt.KeyboardModifier(0))):
        qtbot.keyClick(window.trace_pane.findChild(SpanTableView), key, modifier)
    files, text = QMimeData(), QMimeData()
    files.setUrls([QUrl.fromLocalFile("/somewhere/traces.zip")])
    text.setText("error")
    lines = window.findChildren(QLineEdit)
    assert len(lines) >= 4

    def takes(line: QLineEdit, data: QMimeData) -> bool:
        buttons, action = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
        event = QDragEnterEvent(line.rect().center(), action, data, buttons, Qt.KeyboardModifier.NoModifier)
        line.dragEnterEvent(event)
        return event.isAccepted()

    assert [line.accessibleName() for line in lines if takes(line, files)] == []
    assert all(takes(line, text) for line in lines)


@pytest.mark.usefixtures("journal")
def test_of_several_dropped_files_one_opens_and_that_is_said(
    open_window: Callable[[], MainWindow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    started: list[Path] = []
    monkeypatch.setattr(main_window, "open_in_new_window", lambda target, _link: started.append(target) or True)
    notices: list[str] = []
    window.status.show_notice = notices.append  # pyright: ignore[reportAttributeAccessIssue] - what it would say
    paths = [tmp_path / name for name in ("notes.txt", "one.jsonl", "two.jsonl")]
    for path in paths:
        path.write_text("{}")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, action = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    window.dropEvent(QDropEvent(QPointF(9, 9), action, data, buttons, Qt.KeyboardModifier.NoModifier))
    assert started == [paths[1]]
    assert notices == ["one.jsonl opens in a window of its own; 2 more did not"]


@pytest.mark.usefixtures("journal")
def test_text_grows_by_keys_in_every_pane_and_stays_so(
    open_window: Callable[[], MainWindow], appearance: Appearance, qtbot: QtBot
) -> None:
    window = open_window()
    table, traces = window.trace_pane.findChild(SpanTableView), window.trace_list.view
    names = [widget for widget in window.findChildren(PlainLabel) if widget.isVisible() and widget.text()]
    before = [label.font().pixelSize() for label in names]
    heights = table.rowHeight(0), traces.visualRect(traces.model().index(0, 0)).height()
    for _ in range(4):
        qtbot.keyClick(window, Qt.Key.Key_Plus, CTRL)
    assert appearance.text_percent == 175
    qtbot.waitUntil(lambda: appearance.is_settled)
    qtbot.waitUntil(lambda: traces.visualRect(traces.model().index(0, 0)).height() == round(heights[1] * 1.75))
    qtbot.waitUntil(lambda: table.rowHeight(0) == round(heights[0] * 1.75))
    alive = [label for label in window.findChildren(PlainLabel) if label in names]
    assert alive
    assert all(after.font().pixelSize() > size for after, size in zip(names, before, strict=True) if after in alive)
    qtbot.keyClick(window, Qt.Key.Key_Minus, CTRL)
    assert appearance.text_percent == 150
    again = open_window()
    assert again._preferences.text_percent == 150
    qtbot.keyClick(again, Qt.Key.Key_0, CTRL)
    assert appearance.text_percent == 100
    qtbot.waitUntil(lambda: appearance.is_settled)
    table = again.trace_pane.findChild(SpanTableView)
    qtbot.waitUntil(lambda: table.rowHeight(0) == heights[0])


@pytest.mark.usefixtures("journal")
def test_text_grows_by_the_settings_at_once(
    open_window: Callable[[], MainWindow], appearance: Appearance, qtbot: QtBot
) -> None:
    window = open_window()
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    dialog = window.findChild(SettingsDialog)
    box = next(box for box in dialog.findChildren(QComboBox) if box.accessibleName() == "Text size")
    title = next(label for label in dialog.findChildren(PlainLabel) if label.text() == "Settings")
    before = title.font().pixelSize()
    box.setCurrentIndex(box.findData(125))
    assert appearance.text_percent == 125
    qtbot.waitUntil(lambda: appearance.is_settled)
    assert title.font().pixelSize() > before
    dialog.accept()
