"""The tree of a value that is elsewhere: what it asks for, and what it makes of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from spanglass_viewer.decoders.answers import Members
from spanglass_viewer.models.json_tree import Inside, JsonRole
from spanglass_viewer.models.large_tree import LargeTreeModel
from spanglass_viewer.values.json_nodes import NodeKind

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class _Elsewhere:
    """Answers by what was asked, when it is told to."""

    def __init__(self, *, is_list: bool, members: int) -> None:
        self.model = LargeTreeModel(is_list=is_list)
        self.asked: list[tuple[tuple[int, ...], int, int]] = []
        self.model.members_wanted.connect(lambda *wish: self.asked.append(wish))
        self.model.begin(members)

    def check(self) -> None:
        """Let Qt look whether the model is one; it asks for whatever can be asked for."""
        QAbstractItemModelTester(self.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        while self.asked:
            self.answer(("a", "number", "1", 0))

    def answer(self, *rows: tuple[str, str, str, int], total: int | None = None) -> None:
        keys, kinds, previews, counts = zip(*rows, strict=True) if rows else ((), (), (), ())
        places, start, stop = self.asked.pop(0)
        self.model.take_members(
            places, start, stop, Members(keys, kinds, previews, counts, len(rows) if total is None else total)
        )


def test_members_are_asked_for_when_their_parent_is_unfolded(qtbot: QtBot) -> None:  # noqa: ARG001 - Qt has to be there
    elsewhere = _Elsewhere(is_list=False, members=2)
    assert elsewhere.asked == [((), 0, 2)]
    elsewhere.answer(("a", "container", "{b}", 1), ("c", "number", "1", 0))
    model = elsewhere.model
    first = model.index(0, 0)
    assert [first.data(role) for role in (JsonRole.KEY, JsonRole.PREVIEW, JsonRole.KIND)] == [
        "a", "{b}", NodeKind.CONTAINER,
    ]  # fmt: skip
    assert model.hasChildren(first)
    assert not model.hasChildren(model.index(1, 0))
    assert elsewhere.asked == []
    model.fetchMore(first)
    model.fetchMore(first)
    assert elsewhere.asked == [((0,), 0, 1)], "once"
    elsewhere.answer(("b", "text", '"x"', 0))
    assert model.index(0, 0, first).data(JsonRole.PATH) == ("a", "b")
    elsewhere.check()


def test_many_members_stand_in_ranges(qtbot: QtBot) -> None:  # noqa: ARG001 - as above
    elsewhere = _Elsewhere(is_list=True, members=2500)
    model = elsewhere.model
    assert elsewhere.asked == []
    assert [model.index(row, 0).data(JsonRole.KEY) for row in range(model.rowCount())] == [
        "[0 … 999]", "[1000 … 1999]", "[2000 … 2499]",
    ]  # fmt: skip
    second = model.index(1, 0)
    model.fetchMore(second)
    assert elsewhere.asked == [((), 1000, 2000)]
    elsewhere.answer(*(("1000", "container", "2 items", 2) for _ in range(2)))
    inner = model.index(0, 0, second)
    assert model.places_of(inner) == (1000,)
    assert inner.data(JsonRole.PATH) == (1000,)
    assert model.find_next((1000,)) == (inner, True)
    assert model.find_next((1000, 1)) == (inner, False)
    assert model.find_next((2400,)) == (model.index(2, 0), False)
    elsewhere.check()


def test_a_text_that_seems_json_is_counted_when_it_is_unfolded(qtbot: QtBot) -> None:  # noqa: ARG001 - as above
    elsewhere = _Elsewhere(is_list=False, members=2)
    elsewhere.answer(("packed", "text", '"{…"', -1), ("no", "text", '"[x]"', -1))
    model = elsewhere.model
    packed, no = model.index(0, 0), model.index(1, 0)
    assert model.hasChildren(packed)
    model.fetchMore(packed)
    model.fetchMore(no)
    elsewhere.answer(("city", "text", '"Bonn"', 0))
    elsewhere.answer()
    assert model.index(0, 0, packed).data(JsonRole.PATH) == ("packed", Inside.TEXT, "city")
    assert not model.hasChildren(no)
    assert model.parent(model.index(0, 0, packed)) == packed
    assert model.parent(packed) == QModelIndex()
