from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QToolButton

from spanglass_store.search.expression import EVERYTHING, HasError, Match
from spanglass_viewer.panes.filter_box import FilterBox
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractItemView
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance

# the offscreen platform says so of every popup
pytestmark = pytest.mark.qt_log_ignore("does not support (raise|grabbing the keyboard)", extend=True)


@pytest.fixture
def box(qtbot: QtBot, appearance: Appearance) -> FilterBox:  # noqa: ARG001 - the box is dressed
    made = FilterBox()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.take_focus()
    made.set_vocabulary({"name": ("chat",), "type": ("llm", "tool"), "model": (), "project": (), "tag": ()})
    return made


def edit_of(box: FilterBox) -> QLineEdit:
    return box.findChild(QLineEdit)


def popup_of(box: FilterBox) -> QAbstractItemView:
    return box.findChild(QCompleter).popup()


def test_what_is_typed_is_read_after_a_pause(box: FilterBox, qtbot: QtBot) -> None:
    with qtbot.waitSignal(box.expression_changed) as changed:
        qtbot.keyClicks(edit_of(box), "error")
    assert changed.args == [HasError()]


def test_a_fault_is_said_in_place_and_changes_nothing(box: FilterBox, qtbot: QtBot) -> None:
    box.set_text("error")
    problem = box.findChild(PlainLabel)
    with qtbot.assertNotEmitted(box.expression_changed):
        box.set_text("error dur>soon")
    assert problem.isVisible()
    assert problem.text().startswith("At character 11: expected a number such as 2s")
    assert edit_of(box).property("invalid") == "true"
    assert box.expression == HasError()
    box.set_text("error")
    assert not problem.isVisible()
    assert edit_of(box).property("invalid") is None


def test_a_completion_is_taken_by_keys(box: FilterBox, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit_of(box), "ty")
    qtbot.waitUntil(popup_of(box).isVisible)
    with qtbot.assertNotEmitted(box.left):
        qtbot.keyClick(popup_of(box), Qt.Key.Key_Down)
        qtbot.keyClick(popup_of(box), Qt.Key.Key_Return)
        assert box.text == "type:"
        qtbot.waitUntil(lambda: popup_of(box).isVisible() and popup_of(box).model().rowCount() == 2)
        qtbot.keyClick(popup_of(box), Qt.Key.Key_Down)
        with qtbot.waitSignal(box.expression_changed) as changed:
            qtbot.keyClick(popup_of(box), Qt.Key.Key_Return)
    assert changed.args == [Match("type", "llm")]
    assert box.text == "type:llm "


def test_enter_leaves_a_text_whose_completions_nobody_took(box: FilterBox, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit_of(box), "err")
    qtbot.waitUntil(popup_of(box).isVisible)
    with qtbot.waitSignal(box.left):
        qtbot.keyClick(popup_of(box), Qt.Key.Key_Return)
    assert not popup_of(box).isVisible()
    assert box.text == "err"


def test_half_a_term_is_a_fault_once_its_completions_are_closed(box: FilterBox, qtbot: QtBot) -> None:
    qtbot.keyClicks(edit_of(box), "type:")
    qtbot.waitUntil(lambda: popup_of(box).isVisible() and not box._typing.isActive())
    qtbot.keyClick(popup_of(box), Qt.Key.Key_Escape)
    qtbot.waitUntil(box.findChild(PlainLabel).isVisible)


def test_a_long_sentence_about_a_fault_is_no_wider_than_the_box(box: FilterBox) -> None:
    box.resize(300, 40)
    box.set_text("nosuch:x")
    problem = box.findChild(PlainLabel)
    assert problem.width() <= box.width()
    assert problem.height() >= 3 * problem.fontMetrics().height()
    assert "score.NAME" in problem.text()


def test_ctrl_space_offers_every_field_and_esc_empties(box: FilterBox, qtbot: QtBot) -> None:
    qtbot.keyClick(edit_of(box), Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(popup_of(box).isVisible)
    qtbot.keyClick(popup_of(box), Qt.Key.Key_Escape)
    assert not popup_of(box).isVisible()
    box.set_text("error")
    qtbot.keyClick(edit_of(box), Qt.Key.Key_Escape)
    assert box.text == ""
    assert box.expression == EVERYTHING


def test_enter_leaves_only_a_filter_that_can_be_read(box: FilterBox, qtbot: QtBot) -> None:
    box.set_text("dur>")
    with qtbot.assertNotEmitted(box.left):
        qtbot.keyClick(edit_of(box), Qt.Key.Key_Return)
    box.set_text("error")
    with qtbot.waitSignal(box.left):
        qtbot.keyClick(edit_of(box), Qt.Key.Key_Return)


def test_entering_the_box_asks_for_the_words_of_the_store(box: FilterBox, qtbot: QtBot) -> None:
    edit_of(box).clearFocus()
    with qtbot.waitSignal(box.words_wanted):
        box.take_focus()


def test_what_empties_the_box_comes_with_the_first_text(qtbot: QtBot, appearance: Appearance) -> None:
    box = FilterBox(appearance=appearance)
    qtbot.addWidget(box)

    def named() -> list[str]:
        return [button.accessibleName() for button in box.findChildren(QToolButton)]

    assert named() == ["Filter"]
    box.set_text("error")
    assert sorted(named()) == ["Empty the filter", "Filter"]
    box.clear()
    box.set_text("error")
    assert sorted(named()) == ["Empty the filter", "Filter"]
