"""The traces of the list, newest first; it grows by pages downwards and live at the top."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_absolute, format_relative
from spanglass_viewer.format.quantities import format_compact, format_many
from spanglass_viewer.format.text import span_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spanglass_store.database.records import TraceSummary

SUMMARY_ROLE = Qt.ItemDataRole.UserRole + 1
SCORE_ROLE = Qt.ItemDataRole.UserRole + 2  # the score that the list is sorted by, as text
PRICES_ROLE = Qt.ItemDataRole.UserRole + 3  # whether prices are known: what has no cost then is not known to have one
PAGE_LENGTH = 200
_LONGEST_PAGE = 2000
_MOST_MOVED = 50  # traces that come into a list or leave it one by one

_Index = QModelIndex | QPersistentModelIndex


class TraceListModel(QAbstractListModel):
    """Holds frozen summaries; `more_wanted` asks for the page before the oldest one."""

    more_wanted = Signal(object, int)  # (start_us, root_span_id) of the oldest trace held; how many
    rows_leaving = Signal(int, int)  # before they go: Qt would select a neighbour of the selected one
    page_appended = Signal()  # what `more_wanted` asked for has come, be it nothing

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._summaries: list[TraceSummary] = []
        self._knows_prices = False
        # row = _top - place: so a trace that comes in or goes above renumbers those above it alone
        self._place_by_id: dict[str, int] = {}
        self._top = 0
        self._has_more = False
        self._is_fetching = False
        self._scores: dict[str, str] = {}

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default, immutable
        """Return the number of traces held."""
        return 0 if parent.isValid() else len(self._summaries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a trace's name, its summary for the delegate, or what a screen reader says."""
        if not index.isValid():
            return None
        summary = self._summaries[index.row()]
        score = self._scores.get(summary.root_span_id, "")
        if role in {SUMMARY_ROLE, SCORE_ROLE, PRICES_ROLE}:
            return summary if role == SUMMARY_ROLE else score if role == SCORE_ROLE else self._knows_prices
        if role == Qt.ItemDataRole.DisplayRole:
            return span_name(summary.name)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"Started {format_absolute(summary.start_us)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join([spoken_summary(summary), *([score] if score else [])])
        return None

    @property
    def has_more(self) -> bool:
        """Tell whether older traces may follow those held."""
        return self._has_more

    def canFetchMore(self, parent: _Index) -> bool:
        """Tell whether older traces may be in the store."""
        return not parent.isValid() and self._has_more and not self._is_fetching

    def fetchMore(self, parent: _Index) -> None:
        """Ask for the next page; it comes by `append_page`."""
        if self.canFetchMore(parent):  # who goes far down gets there by fewer and larger steps
            self.fetch_page(min(max(PAGE_LENGTH, len(self._summaries) // 2), _LONGEST_PAGE))

    def fetch_page(self, length: int) -> None:
        """Ask for so many more traces, whatever else was asked for."""
        self._is_fetching = True
        oldest = self._summaries[-1]
        self.more_wanted.emit((oldest.start_us, oldest.root_span_id), length)

    def summary_at(self, row: int) -> TraceSummary:
        """Return the trace of a row."""
        return self._summaries[row]

    def find_row(self, root_span_id: str) -> int | None:
        """Return the row of a trace, None where it is not among those held."""
        place = self._place_by_id.get(root_span_id)
        return None if place is None else self._top - place

    def show_first_page(self, page: Sequence[TraceSummary], *, has_more: bool) -> None:
        """Hold these traces instead of the present ones (a new filter, another store)."""
        self.beginResetModel()
        self._summaries = list(page)
        self._has_more = has_more
        self._is_fetching = False
        self._number_all()
        self.endResetModel()

    def show_ranked(self, page: Sequence[TraceSummary], *, has_more: bool) -> None:
        """Hold a fresh reading of a list in another order than that of the starts."""
        present = {summary.root_span_id for summary in page}
        gone = [row for row, held in enumerate(self._summaries) if held.root_span_id not in present]
        fresh = [summary for summary in page if summary.root_span_id not in self._place_by_id]
        if len(gone) > _MOST_MOVED or len(fresh) > _MOST_MOVED:
            self.show_first_page(page, has_more=has_more)
            return
        self._remove_rows(gone)
        self._append(fresh)
        self._put_in_order(list(page))
        self._has_more = has_more
        if page:
            self.dataChanged.emit(self.index(0), self.index(len(page) - 1))

    def set_knows_prices(self, *, knows_prices: bool) -> None:
        """Say whether it was looked up what the traces cost: the price list comes after the first of them."""
        if knows_prices != self._knows_prices:
            self._knows_prices = knows_prices
            if self._summaries:
                self.dataChanged.emit(self.index(0), self.index(len(self._summaries) - 1))

    def set_scores(self, scores: Mapping[str, str]) -> None:
        """Say the scores of traces, by root_span_id; those of other traces stay."""
        self._scores.update(scores)

    def clear_scores(self) -> None:
        """Show no scores."""
        self._scores.clear()

    def append_page(self, page: Sequence[TraceSummary], *, has_more: bool) -> None:
        """Add older traces at the end."""
        self._is_fetching = False
        self._has_more = has_more
        self._append([summary for summary in page if summary.root_span_id not in self._place_by_id])
        self.page_appended.emit()

    def _append(self, fresh: list[TraceSummary]) -> None:
        if fresh:
            first = len(self._summaries)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._summaries.extend(fresh)
            self._number_rows(first, len(self._summaries))
            self.endInsertRows()

    def update_newest(self, page: Sequence[TraceSummary], *, has_more: bool) -> None:
        """Take in a fresh reading of the newest traces: known ones change in place, new ones find theirs, others go.

        `has_more`: older ones may follow those of the page. What is held of them stays.
        """
        self._is_fetching = False
        if has_more and not any(summary.root_span_id in self._place_by_id for summary in page):
            self.show_first_page(page, has_more=True)  # what lies between it and what is held is not known
            return
        for summary in page:
            row = self.find_row(summary.root_span_id)
            if row is None:
                self._insert(summary)
            elif self._summaries[row] != summary:
                moved = self._summaries[row].start_us != summary.start_us
                self._summaries[row] = summary
                index = self.index(row)
                self.dataChanged.emit(index, index)
                if moved:
                    self._put_in_order(sorted(self._summaries, key=_sort_key, reverse=True))
        self._remove_others(page, has_more=has_more)
        if not has_more or len(self._summaries) == len(page):
            self._has_more = has_more

    def _remove_others(self, page: Sequence[TraceSummary], *, has_more: bool) -> None:
        """Let go of the traces that a reading of the newest ones would hold, were they still there."""
        present = {summary.root_span_id for summary in page}
        oldest = _sort_key(page[-1]) if has_more else None
        gone = [
            row
            for row, held in enumerate(self._summaries)
            if held.root_span_id not in present and (oldest is None or _sort_key(held) > oldest)
        ]
        self._remove_rows(gone)

    def _remove_rows(self, gone: list[int]) -> None:
        """Take these rows out, which are sorted."""
        while gone:
            last = first = gone.pop()
            while gone and gone[-1] == first - 1:
                first = gone.pop()
            self.rows_leaving.emit(first, last)
            self.beginRemoveRows(QModelIndex(), first, last)
            for held in self._summaries[first : last + 1]:
                del self._place_by_id[held.root_span_id]
            del self._summaries[first : last + 1]
            self._top -= last + 1 - first
            self._number_rows(0, first)
            self.endRemoveRows()

    def _insert(self, summary: TraceSummary) -> None:
        key = _sort_key(summary)
        row = next((at for at, held in enumerate(self._summaries) if _sort_key(held) < key), len(self._summaries))
        self.beginInsertRows(QModelIndex(), row, row)
        self._summaries.insert(row, summary)
        self._top += 1
        self._number_rows(0, row + 1)
        self.endInsertRows()

    def _put_in_order(self, summaries: list[TraceSummary]) -> None:
        """Hold the same traces in this order; what is selected stays so, and what is scrolled to in its place."""
        if [one.root_span_id for one in summaries] == [held.root_span_id for held in self._summaries]:
            self._summaries = summaries
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        ids = [self._summaries[index.row()].root_span_id for index in before]
        self._summaries = summaries
        self._number_all()
        self.changePersistentIndexList(before, [self.index(self._top - self._place_by_id[held]) for held in ids])
        self.layoutChanged.emit()

    def _number_rows(self, first: int, end: int) -> None:
        for row in range(first, end):
            self._place_by_id[self._summaries[row].root_span_id] = self._top - row

    def _number_all(self) -> None:
        self._place_by_id.clear()
        self._number_rows(0, len(self._summaries))


def _sort_key(summary: TraceSummary) -> tuple[int, str]:
    return summary.start_us, summary.root_span_id


def spoken_summary(summary: TraceSummary) -> str:
    """Return a trace as a screen reader says it."""
    parts = [span_name(summary.name), format_relative(summary.start_us, time.time_ns() // 1000)]
    parts.append("running" if summary.is_running else format_duration(summary.duration_secs))
    if summary.tokens is not None:
        parts.append(f"{format_compact(summary.tokens)} tokens")
    if summary.error_count:
        parts.append(format_many(summary.own_error_count, "error"))
    return ", ".join(parts)
