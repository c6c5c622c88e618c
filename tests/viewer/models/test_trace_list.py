from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from trace_summaries import make_summary

from spanglass_viewer.models.trace_list import PAGE_LENGTH, SUMMARY_ROLE, TraceListModel

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot


@pytest.fixture
def model(qtmodeltester: ModelTester) -> TraceListModel:
    model = TraceListModel()
    qtmodeltester.check(model)
    return model


def names(model: TraceListModel) -> list[int]:
    return [int(model.index(row).data(SUMMARY_ROLE).root_span_id, 16) for row in range(model.rowCount())]


def test_new_traces_come_in_at_the_top_and_known_ones_change_in_place(model: TraceListModel, qtbot: QtBot) -> None:
    model.show_first_page([make_summary(2), make_summary(1)], has_more=False)
    with qtbot.waitSignal(model.rowsInserted), qtbot.waitSignal(model.dataChanged):
        model.update_newest([make_summary(3), make_summary(2, error_count=4), make_summary(1)], has_more=False)
    assert names(model) == [3, 2, 1]
    assert model.summary_at(1).error_count == 4
    assert model.find_row(f"{2:032x}") == 1


def test_a_trace_that_is_known_late_stands_where_its_start_puts_it(model: TraceListModel) -> None:
    model.show_first_page([make_summary(5), make_summary(1)], has_more=False)
    model.update_newest([make_summary(5), make_summary(3), make_summary(1)], has_more=False)
    assert names(model) == [5, 3, 1]


def test_a_start_that_changes_moves_the_row_and_its_persistent_index(model: TraceListModel) -> None:
    model.show_first_page([make_summary(5), make_summary(1)], has_more=False)
    held = QPersistentModelIndex(model.index(1))
    model.update_newest([make_summary(1, start_us=make_summary(9).start_us), make_summary(5)], has_more=False)
    assert names(model) == [1, 5]
    assert held.row() == 0


def test_pages_follow_downwards_without_repeats(qtbot: QtBot) -> None:
    model = TraceListModel()  # without the tester, which fetches by itself
    model.show_first_page([make_summary(4), make_summary(3)], has_more=True)
    assert model.canFetchMore(QModelIndex())
    with qtbot.waitSignal(model.more_wanted) as asked:
        model.fetchMore(QModelIndex())
    assert asked.args == [(make_summary(3).start_us, f"{3:032x}"), PAGE_LENGTH]
    assert not model.canFetchMore(QModelIndex()), "one page at a time"
    model.append_page([make_summary(3), make_summary(2)], has_more=False)
    assert names(model) == [4, 3, 2]
    assert not model.canFetchMore(QModelIndex())


def test_a_ranking_that_changes_keeps_what_is_selected(model: TraceListModel) -> None:
    model.show_first_page([make_summary(number) for number in (5, 9, 7, 1)], has_more=True)
    resets: list[bool] = []
    model.modelReset.connect(lambda: resets.append(True))
    left: list[tuple[int, int]] = []
    model.rows_leaving.connect(lambda first, last: left.append((first, last)))
    selected = QPersistentModelIndex(model.index(2))
    model.show_ranked([make_summary(number) for number in (7, 5, 3, 9)], has_more=True)
    assert names(model) == [7, 5, 3, 9]
    assert (selected.row(), left, resets) == (0, [(3, 3)], [])
    model.show_ranked([make_summary(number, name="later") for number in (7, 5, 3, 9)], has_more=False)
    assert (model.summary_at(2).name, model.has_more) == ("later", False)
    model.show_ranked([make_summary(number) for number in range(100, 200)], has_more=False)
    assert (model.rowCount(), len(resets)) == (100, 1), "another list altogether"
    model.show_ranked([], has_more=False)
    assert model.rowCount() == 0


def test_who_goes_far_down_gets_longer_pages(qtbot: QtBot) -> None:
    model = TraceListModel()
    for held, length in ((300, PAGE_LENGTH), (1000, 500), (9000, 2000)):
        model.show_first_page([make_summary(number) for number in range(held, 0, -1)], has_more=True)
        with qtbot.waitSignal(model.more_wanted) as asked:
            model.fetchMore(QModelIndex())
        assert asked.args[1] == length


def test_traces_that_a_fresh_reading_lacks_leave(model: TraceListModel, qtbot: QtBot) -> None:
    model.show_first_page([make_summary(number) for number in (9, 8, 7, 6, 5)], has_more=False)
    with qtbot.waitSignal(model.rows_leaving) as leaving:
        model.update_newest([make_summary(9), make_summary(6)], has_more=True)
    assert leaving.args == [1, 2]
    assert names(model) == [9, 6, 5], "below the page nothing is known"
    assert [model.find_row(f"{number:032x}") for number in (9, 8, 6, 5)] == [0, None, 1, 2]
    model.update_newest([make_summary(6)], has_more=False)
    assert names(model) == [6]
    model.update_newest([], has_more=False)
    assert names(model) == []


def test_many_new_traces_leave_no_hole_in_the_list() -> None:
    model = TraceListModel()  # without the tester, which fetches by itself
    model.show_first_page([make_summary(2), make_summary(1)], has_more=False)
    model.update_newest([make_summary(9), make_summary(8)], has_more=True)
    assert names(model) == [9, 8]
    assert model.has_more, "the others come with the next page"


@given(st.lists(st.tuples(st.sets(st.integers(1, 40), max_size=12), st.booleans(), st.booleans()), max_size=12))
def test_each_trace_is_found_where_it_stands_whatever_comes_and_goes(
    steps: list[tuple[set[int], bool, bool]],
) -> None:
    model = TraceListModel()
    held = {number: QPersistentModelIndex() for number in range(1, 41)}
    for numbers, has_more, is_older in steps:
        page = [make_summary(number) for number in sorted(numbers, reverse=True)]
        oldest = min(names(model), default=0)
        if is_older:
            model.append_page([each for each in page if int(each.root_span_id, 16) < oldest], has_more=has_more)
        else:
            model.update_newest(page, has_more=has_more and bool(page))
        present = names(model)
        assert present == sorted(present, reverse=True)
        assert len(set(present)) == len(present)
        for number, index in held.items():
            row = model.find_row(f"{number:032x}")
            assert row == (present.index(number) if number in present else None)
            assert not index.isValid() or index.row() == row
            held[number] = QPersistentModelIndex() if row is None else QPersistentModelIndex(model.index(row))


def test_a_screen_reader_hears_the_errors(model: TraceListModel) -> None:
    model.show_first_page([make_summary(1, error_count=5, own_error_count=2)], has_more=False)
    spoken = model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("support_agent.run, ")
    assert spoken.endswith("1.00 s, 1.2k tokens, 2 errors")


def test_a_trace_without_a_name_has_a_stand_in(model: TraceListModel) -> None:
    model.show_first_page([make_summary(1, name="")], has_more=False)
    assert model.index(0).data() == "(unnamed)"
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole).startswith("(unnamed), ")
