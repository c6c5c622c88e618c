"""Whoever cannot see the window, or has no mouse: names, roles, the Tab key, a visible focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter
from PySide6.QtCore import QAbstractItemModel, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QWidget,
)

from spanglass_viewer.panes.command_palette import CommandPalette
from spanglass_viewer.panes.compare_dialog import CompareDialog
from spanglass_viewer.panes.detail.breadcrumb import Breadcrumb
from spanglass_viewer.panes.experiment_dialog import ExperimentDialog
from spanglass_viewer.panes.keys_dialog import KeysDialog
from spanglass_viewer.panes.settings_dialog import SettingsDialog
from spanglass_viewer.panes.try_prompt_dialog import TryPromptDialog
from spanglass_viewer.views.flame_view import FlameView
from spanglass_viewer.views.minimap import Minimap
from spanglass_viewer.views.span_table_view import SpanTableView
from spanglass_viewer.views.trace_list_view import TraceListView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow


# the offscreen platform says so of every window that is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints|does not support raise", extend=True)

INTERACTIVE = (
    QAbstractButton,
    QLineEdit,
    QComboBox,
    QAbstractSpinBox,
    QKeySequenceEdit,
    QAbstractItemView,
    QPlainTextEdit,
    FlameView,
    Minimap,
)
NO_ROLES = (QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Whitespace)
# Qt gives these the role of any widget, and Qt for Python no safe way to another one: their name must do
PAINTED = (FlameView, Minimap, QHeaderView, QKeySequenceEdit)
TRACEBACK = 'Traceback (most recent call last):\n  File "/a.py", line 1, in f\n    g()\nValueError: no'


@pytest.fixture
def window(open_window: Callable[..., MainWindow], qtbot: QtBot, store_path: Path) -> Iterator[MainWindow]:
    """A window on a failed trace with everything that a card can hold."""
    journal = JournalWriter(store_path)
    picture = journal.attach("key", b"\x89PNG", "receipt.png", "image/png")
    chat = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]
    journal.span(1, name="agent", type="task", experiment_id="e", experiment_name="new prompt", scores={"tone": 0.5})
    journal.span(
        2, parents=(1,), at=0.1, name="chat", type="llm", input=chat, output={"text": "x" * 50, "file": picture},
        expected=[1], scores={"tone": 0.5}, metadata={"model": "gpt-5"}, error=TRACEBACK, tags=["a tag"],
        experiment_id="e",
    )  # fmt: skip
    window = open_window()
    qtbot.waitUntil(lambda: window.detail_pane.is_idle, timeout=10_000)
    yield window
    journal.die()


def nameless(root: QWidget) -> list[str]:
    """Return what can be used but has no name or no role, by its class and the way down to it."""
    found: list[str] = []
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, INTERACTIVE) or widget.objectName().startswith("qt_"):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        name = "" if interface is None else interface.text(QAccessible.Text.Name)
        role = QAccessible.Role.NoRole if interface is None else interface.role()
        lacks_role = role in NO_ROLES and not isinstance(widget, PAINTED)
        if not name.strip() or lacks_role:
            found.append(f"{way_to(widget)}: name {name!r}, {role}")
    return found


def way_to(widget: QWidget) -> str:
    names: list[str] = []
    at: QWidget | None = widget
    while at is not None and len(names) < 4:
        names.insert(0, type(at).__name__)
        at = at.parentWidget()
    return " > ".join(names)


def test_everything_that_can_be_used_has_a_name_and_a_role(window: MainWindow) -> None:
    window.trace_pane.finder.open()
    window.detail_pane.finder.open()
    window.detail_pane.annotate()
    assert not (lacking := nameless(window)), "\n".join(lacking)


def test_what_is_shown_large_has_names(window: MainWindow, qtbot: QtBot) -> None:
    (item,) = window.detail_pane.list_media()
    window.detail_pane.open_media(item)
    qtbot.waitUntil(lambda: window.detail_pane.lightbox.is_idle, timeout=20_000)
    assert not (lacking := nameless(window.detail_pane.lightbox)), "\n".join(lacking)


def test_dialogs_have_names_throughout(window: MainWindow, qtbot: QtBot) -> None:
    for action, kind in (("show_settings", SettingsDialog), ("show_palette", CommandPalette), ("show_keys", KeysDialog),
                         ("compare_previous", CompareDialog), ("show_experiment", ExperimentDialog),
                         ("try_prompt", TryPromptDialog)):  # fmt: skip
        next(known for known in window.actions() if known.objectName() == action).trigger()
        dialog = window.findChild(kind)
        qtbot.waitUntil(dialog.isVisible)
        assert dialog.windowTitle() or dialog.accessibleName()
        assert not (lacking := nameless(dialog)), "\n".join([action, *lacking])
        dialog.close()


def test_menus_offer_words(window: MainWindow) -> None:
    for menu in window.findChildren(QMenu):
        menu.aboutToShow.emit()
        assert all(
            action.text() or action.isSeparator() or hasattr(action, "defaultWidget") for action in menu.actions()
        )


def test_rows_say_what_they_show(window: MainWindow) -> None:
    tree, traces = window.findChild(SpanTableView).model(), window.findChild(TraceListView).model()
    assert spoken(tree) == [
        "level 1, expanded, task span agent, 1.00 s, tone 0.5",
        "level 2, llm span chat, 1.00 s, error, tone 0.5",
    ]
    (trace,) = spoken(traces)
    assert trace.startswith("agent, ")
    assert trace.endswith("1 error")


def spoken(model: QAbstractItemModel) -> list[str]:
    rows = range(model.rowCount())
    return [str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)) for row in rows]


def test_the_tab_key_goes_round_every_pane_and_back(window: MainWindow, qtbot: QtBot) -> None:
    window.trace_pane.setFocus()
    reached: list[QWidget] = []
    while (widget := QApplication.focusWidget()) is not None and widget not in reached and len(reached) < 200:
        reached.append(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is reached[0], f"Tab stays in {way_to(reached[-1])}"
    panes = (window.trace_list, window.trace_pane, window.detail_pane)
    assert all(any(pane.isAncestorOf(widget) for widget in reached) for pane in panes)
    usable = [
        widget
        for widget in window.findChildren(QAbstractButton)
        if widget.isVisible() and widget.isEnabled() and not widget.objectName().startswith("qt_")
    ]
    hidden_from_tab = [way_to(widget) for widget in usable if widget not in reached and not is_inside_box(widget)]
    assert not hidden_from_tab, "\n".join(hidden_from_tab)


def is_inside_box(widget: QWidget) -> bool:
    """Whether a button belongs to an edit, such as the one that empties it: the keyboard has other ways."""
    return isinstance(widget.parentWidget(), QLineEdit)


def test_the_tab_key_goes_through_a_card_before_the_next_one(window: MainWindow, qtbot: QtBot) -> None:
    names = [widget.accessibleName() for widget in walk(window, qtbot)]
    titles = [name.split(",")[0] for name in names if name.endswith(("folded", "unfolded"))]
    cards = ["Error", "Input", "Output", "Expected", "Scores", "Metadata"]
    assert [title for title in titles if title in cards] == cards
    error, following = names.index("Error, unfolded"), names.index("Input, unfolded")
    assert "f, /a.py line 1" in names[error:following]
    assert "User, unfolded" in names[following : names.index("Output, unfolded")]


def test_what_has_the_focus_looks_so(window: MainWindow, qtbot: QtBot) -> None:
    unchanged: list[str] = []
    for widget in walk(window, qtbot):
        place = QRect(widget.mapTo(window, QPoint()), widget.size()).adjusted(-5, -5, 5, 5)
        focused = look(window, place)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
        if look(window, place) == focused:
            unchanged.append(f"{way_to(widget)} {widget.accessibleName()}")
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert not unchanged, "\n".join(unchanged)


def test_keys_go_to_the_tree_where_what_had_them_went_away(window: MainWindow, qtbot: QtBot) -> None:
    window.trace_list.filter_box.setFocus()
    QApplication.focusWidget().clearFocus()
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), SpanTableView))


def test_the_keyboard_stays_on_the_path_while_the_next_span_is_read(window: MainWindow, qtbot: QtBot) -> None:
    window.trace_pane.step_span(1)
    path = window.detail_pane.findChild(Breadcrumb)
    qtbot.waitUntil(path.isVisible)
    path.setFocus(Qt.FocusReason.TabFocusReason)
    window.detail_pane.show_loading("agent")
    window.detail_pane._on_loading_lasts()
    assert path.hasFocus()
    path.hide()
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), SpanTableView))


def walk(window: MainWindow, qtbot: QtBot) -> Iterator[QWidget]:
    """Go on by Tab from the tree, once round."""
    window.trace_pane.setFocus()
    first = QApplication.focusWidget()
    qtbot.waitUntil(lambda: window.detail_pane.is_idle)
    for _ in range(200):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached = QApplication.focusWidget()
        qtbot.waitUntil(lambda reached=reached: _is_in_sight(reached))
        yield reached
        if QApplication.focusWidget() is first:
            return
    pytest.fail("Tab does not come back")


def _is_in_sight(widget: QWidget) -> bool:
    shown = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget  # which may cover it, opaque
    return not shown.visibleRegion().isEmpty()


def look(window: MainWindow, place: QRect) -> QImage:
    return window.grab(place & window.rect()).toImage().convertToFormat(QImage.Format.Format_RGB32)
