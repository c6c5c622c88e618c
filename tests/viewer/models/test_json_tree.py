from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QModelIndex, Qt

from spanglass_viewer.models.json_tree import GROUP_SIZE, Inside, JsonRole, JsonTreeModel, NodeKind

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

VALUE: Any = {
    "text": "a\nb",
    "number": 42.9,
    "word": None,
    "list": [1, {"deep": True}],
    "file": {"type": "braintrust_attachment", "filename": "a.png", "content_type": "image/png", "key": "k"},
    "inline": "data:image/png;base64,iVBORw0KGgo=",
    "empty": {},
}


def _rows(model: JsonTreeModel, parent: QModelIndex | None = None) -> list[str]:
    parent = parent or QModelIndex()
    return [str(model.index(row, 0, parent).data()) for row in range(model.rowCount(parent))]


def test_it_is_a_sound_model(qtmodeltester: ModelTester) -> None:
    for value in (VALUE, list(range(2500)), "alone", [], {}):
        qtmodeltester.check(JsonTreeModel(value), force_py=True)


def test_rows_say_key_and_value() -> None:
    assert _rows(JsonTreeModel(VALUE)) == [
        'text: "a b"',
        "number: 42.9",
        "word: null",
        "list: 2 items",
        "file: a.png · image/png",
        "inline: image/png · 8 B",
        "empty: {}",
    ]


def test_kinds_and_paths() -> None:
    model = JsonTreeModel(VALUE)
    kinds = [model.index(row, 0).data(JsonRole.KIND) for row in range(7)]
    assert kinds == [
        NodeKind.TEXT, NodeKind.NUMBER, NodeKind.WORD, NodeKind.CONTAINER, NodeKind.MEDIA, NodeKind.MEDIA,
        NodeKind.CONTAINER,
    ]  # fmt: skip
    deep = model.find_path(("list", 1, "deep"))
    assert deep.data(JsonRole.PATH) == ("list", 1, "deep")
    assert deep.data(JsonRole.VALUE) is True
    assert not model.find_path(("list", 9)).isValid()
    assert not model.find_path(("text", "x")).isValid()


def test_nothing_is_built_before_it_is_unfolded() -> None:
    model = JsonTreeModel({"a": [{"b": [1, 2]}] * 3})
    assert model.hasChildren(model.index(0, 0))
    root = model._root
    assert root.children is not None
    assert root.children[0].children is None


@pytest.mark.parametrize(
    ("count", "rows", "first"), [(1000, 1000, "0: 0"), (2500, 3, "[0 … 999]: 1,000 items"), (1_000_001, 2, None)]
)
def test_large_lists_stand_in_ranges(count: int, rows: int, first: str | None) -> None:
    model = JsonTreeModel(list(range(count)))
    assert model.rowCount() == rows
    if first is not None:
        assert model.index(0, 0).data() == first
    last = model.find_path((count - 1,))
    assert last.data(JsonRole.VALUE) == count - 1
    assert last.data(JsonRole.PATH) == (count - 1,)


def test_large_objects_stand_in_ranges() -> None:
    model = JsonTreeModel({f"k{number}": number for number in range(GROUP_SIZE + 1)})
    assert _rows(model) == ["[0 … 999]: 1,000 items", "[1000 … 1000]: 1 item"]
    assert model.find_path((f"k{GROUP_SIZE}",)).data(JsonRole.VALUE) == GROUP_SIZE


def test_the_accessible_text_is_that_of_the_row() -> None:
    model = JsonTreeModel({"<b>": "\x1b[31m"})
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == '<b>: "�[31m"'


def test_json_in_a_text_unfolds_on_demand(qtmodeltester: ModelTester) -> None:
    model = JsonTreeModel({"arguments": '{"city": "Paris", "at": [1]}', "bad": "{no json}", "plain": "x"})
    arguments, bad, plain = (model.index(row, 0) for row in range(3))
    assert [model.hasChildren(index) for index in (arguments, bad, plain)] == [True, True, False]
    assert model.rowCount(arguments) == 2
    assert model.data(arguments, JsonRole.KIND) is NodeKind.TEXT
    city = model.index(0, 0, arguments)
    assert model.data(city, JsonRole.PREVIEW) == '"Paris"'
    path = model.data(city, JsonRole.PATH)
    assert path == ("arguments", Inside.TEXT, "city")
    assert model.find_path(path) == city
    assert model.rowCount(bad) == 0
    assert not model.hasChildren(bad)
    qtmodeltester.check(model)
