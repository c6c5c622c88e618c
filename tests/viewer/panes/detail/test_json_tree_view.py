from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

from spanglass_viewer.models.json_tree import Inside
from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView, path_text
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.models.json_tree import JsonPath
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.values.decode import JsonValue


@pytest.fixture
def make_tree(qtbot: QtBot, appearance: Appearance):
    def make(value: JsonValue) -> JsonTreeView:
        tree = JsonTreeView(value, appearance)
        qtbot.addWidget(tree)
        tree.resize(340, tree.height())
        tree.show()
        return tree

    return make


def test_it_is_as_tall_as_what_is_unfolded_up_to_a_limit(make_tree) -> None:
    tree = make_tree({"a": {f"k{number}": number for number in range(15)}})
    folded = tree.height()
    tree.expand(tree.model().index(0, 0))
    assert tree.height() == folded + 15 * 22
    assert make_tree(list(range(500))).height() < 490


def test_small_levels_are_unfolded_at_once(make_tree) -> None:
    assert make_tree({"a": {"b": 1}, "c": [1, 2]}).list_unfolded_paths() == [("a",), ("c",)]
    assert make_tree({"a": list(range(50))}).list_unfolded_paths() == []


def test_copy_takes_the_value(make_tree) -> None:
    tree = make_tree({"text": "a\nb", "deep": {"x": 1}})
    for row, copied in ((0, "a\nb"), (1, '{\n  "x": 1\n}')):
        tree.setCurrentIndex(tree.model().index(row, 0))
        tree._on_copy()
        assert QGuiApplication.clipboard().text() == copied


def test_a_double_click_shows_a_text_whole(make_tree) -> None:
    tree = make_tree({"text": "word " * 500})
    tree.doubleClicked.emit(tree.model().index(0, 0))
    dialog = tree.findChild(QDialog)
    assert isinstance(dialog, QDialog)
    view = dialog.findChild(TextView)
    assert isinstance(view, TextView)
    assert view.whole_text == "word " * 500
    dialog.close()


@pytest.mark.parametrize(
    ("path", "text"),
    [(("messages", 0, "content"), "messages[0].content"), ((3,), "[3]"), (("odd key", "a\"b"), '["odd key"]["a\\"b"]'),
     (("calls", 0, Inside.TEXT, "city"), "calls[0] | fromjson | city")],
)  # fmt: skip
def test_paths_read_as_people_write_them(path: JsonPath, text: str) -> None:
    assert path_text(path) == text
