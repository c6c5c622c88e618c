"""The rows of a trace as a flat table: what is folded is not there; numpy columns, read a page at a time."""

from __future__ import annotations

import contextlib
import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from spanglass_viewer.models.pane_clock import system_clock_us
from spanglass_viewer.models.span_row import ErrorKind, SpanRow, read_rows
from spanglass_viewer.trace.arrays import NOTHING, np
from spanglass_viewer.trace.succession import Succession, find_succession
from spanglass_viewer.trace.visible import Folding, Narrowing, visible_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from spanglass_viewer.trace.layout import Bools, Ints
    from spanglass_viewer.trace.snapshot import TraceSnapshot

_PAGE_ROWS = 64
_MAX_PAGES = 16
# each insertion moves all rows below it, here and in Qt's header, and where rows are hidden all others are compared:
# beyond that a reset costs less, which paints no more than insertions do
_MAX_MOVED_ROWS = 300_000
_NOWHERE = QModelIndex()
AnyIndex = QModelIndex | QPersistentModelIndex


class Column(enum.IntEnum):
    """The columns, from left to right."""

    SPAN = 0
    DURATION = 1
    TOKENS = 2
    COST = 3
    TIMELINE = 4


_TITLES = ("Span", "Duration", "Tokens", "Cost", "Timeline")


class SpanTableModel(QAbstractTableModel):
    """A trace's visible rows. `clock_us` gives the time up to which running spans last.

    `rows_about_to_move` and `rows_moved` stand around every change of which rows show, so that a view can keep its
    place; what happens between them is told by the model's usual signals too.
    """

    rows_about_to_move = Signal()
    rows_moved = Signal()
    narrowing_dropped = Signal()  # a span was gone to that it hides

    def __init__(self, clock_us: Callable[[], int] = system_clock_us, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock_us = clock_us
        self._snapshot: TraceSnapshot | None = None
        self._folding = Folding()
        self._is_folded: Bools = NOTHING
        self._visible: Ints = NOTHING
        self._pages: dict[int, list[SpanRow]] = {}
        self._narrowing: Narrowing | None = None
        self._kept: Bools | None = None

    # the trace

    @property
    def snapshot(self) -> TraceSnapshot | None:
        """What is shown."""
        return self._snapshot

    @property
    def has_costs(self) -> bool:
        """Whether anything in the trace has a cost, or tokens, whose cost may be unknown."""
        if self._snapshot is None:
            return False
        rollups = self._snapshot.rollups
        return rollups.cost is not None or bool(rollups.tokens_total)

    def now_us(self) -> int:
        """Return the time, in µs since the epoch."""
        return self._clock_us()

    def set_snapshot(self, snapshot: TraceSnapshot | None) -> None:
        """Show another trace, or a later state of the same: then what is folded stays so."""
        before = self._snapshot
        if before is None and snapshot is None:
            return
        with self._moving_rows():
            if before is not None and snapshot is not None and before.root_span_id == snapshot.root_span_id:
                self._update(before, snapshot)
            else:
                self.beginResetModel()
                self._folding = Folding()
                self._take(snapshot)
                self.endResetModel()

    @contextlib.contextmanager
    def _moving_rows(self) -> Generator[None]:
        self.rows_about_to_move.emit()
        try:
            yield
        finally:  # a view that waits for this would show nothing more
            self.rows_moved.emit()

    def _take(self, snapshot: TraceSnapshot | None) -> None:
        self._snapshot = snapshot
        self._pages.clear()
        if snapshot is None:
            self._is_folded, self._visible = NOTHING, NOTHING
            self._kept = None
        else:
            self._is_folded = self._folding.folded_rows(snapshot)
            self._kept = None if self._narrowing is None else self._narrowing.kept_rows(snapshot)
            self._visible = self._rows_that_show(snapshot, self._is_folded)

    def _update(self, before: TraceSnapshot, snapshot: TraceSnapshot) -> None:
        """Go over to a later state by insertions where rows only came in, else by a reset."""
        is_folded = self._folding.folded_rows(snapshot)
        self._kept = None if self._narrowing is None else self._narrowing.kept_rows(snapshot)
        after = self._rows_that_show(snapshot, is_folded)
        step = snapshot.succession
        if step is None or step.generation != before.generation:
            step = find_succession(before, snapshot)
        new = self._find_new(step, after)
        runs = [] if new is None else _runs(new)
        if new is None or (len(runs) > 1 and len(runs) * len(after) > _MAX_MOVED_ROWS):
            self.beginResetModel()
            self._go_over_to(snapshot, is_folded, after)
            self.endResetModel()
            return
        if len(runs) == 1:  # the usual one: its two states are there as they are
            (first, end) = runs[0]
            self.beginInsertRows(_NOWHERE, first, end - 1)
            self._go_over_to(snapshot, is_folded, after)
            self.endInsertRows()
        else:
            self._go_over_to(snapshot, is_folded, np.delete(after, new))
            self._insert(runs, after)
        if len(after):
            self.dataChanged.emit(self.index(0, 0), self.index(len(after) - 1, len(Column) - 1))

    def _go_over_to(self, snapshot: TraceSnapshot, is_folded: Bools, visible: Ints) -> None:
        self._snapshot, self._is_folded, self._visible = snapshot, is_folded, visible
        self._pages.clear()

    def _insert(self, runs: list[tuple[int, int]], after: Ints) -> None:
        for first, end in runs:
            self.beginInsertRows(_NOWHERE, first, end - 1)
            self._visible = np.concatenate([self._visible[:first], after[first:end], self._visible[first:]])
            self._pages.clear()
            self.endInsertRows()

    def _find_new(self, step: Succession, after: Ints) -> Ints | None:
        """Return which rows of `after` are new; None where those that show are not the others, in their order.

        Neither are they found among more rows than may move.
        """
        if not step.only_grew:
            return None
        if len(self._visible) == step.earlier_count and len(after) == step.later_count:
            return step.new_rows  # nothing is hidden: there is nothing to compare
        if len(after) > _MAX_MOVED_ROWS:
            return None
        came_in = step.find_new()
        is_new = came_in[after]
        is_same = np.array_equal(after[~is_new], np.flatnonzero(~came_in)[self._visible])
        return np.flatnonzero(is_new).astype(np.int32) if is_same else None

    def _rows_that_show(self, snapshot: TraceSnapshot, is_folded: Bools) -> Ints:
        rows = self._folding.visible_rows(snapshot, is_folded)
        return rows if self._kept is None else rows[self._kept[rows]]

    def set_narrowing(self, narrowing: Narrowing | None) -> None:
        """Show only what is let through; None shows everything."""
        if narrowing != self._narrowing:
            self._narrowing = narrowing
            self._kept = None
            self._show_again()

    def token_kinds_below(self, span: int) -> dict[str, int]:
        """Return how many tokens of each known kind a span and all below it used."""
        shown = self._snapshot
        return {} if shown is None else shown.rollups.token_kinds_below(span)

    @property
    def narrowed_out(self) -> int:
        """How many spans what is set by `set_narrowing` hides."""
        if self._kept is None or self._snapshot is None:
            return 0
        return int(np.count_nonzero(~self._kept & ~self._snapshot.layout.is_ghost))

    def kept_spans(self) -> Bools | None:
        """Return by span whether its own row is let through; None where all are."""
        if self._kept is None or self._snapshot is None:
            return None
        return self._kept[self._snapshot.layout.row_of_span]

    def lets_through(self, span: int) -> bool:
        """Tell whether a span's own row is let through by `set_narrowing`."""
        return self._kept is None or self._snapshot is None or bool(self._kept[self._snapshot.layout.row_of_span[span]])

    # rows

    def row_at(self, row: int) -> SpanRow:
        """Return a visible row. Raises IndexError where there is none."""
        if not 0 <= row < len(self._visible) or self._snapshot is None:
            raise IndexError(row)
        number, offset = divmod(row, _PAGE_ROWS)
        page = self._pages.get(number)
        if page is None:
            if len(self._pages) >= _MAX_PAGES:
                self._pages.clear()
            places = self._visible[number * _PAGE_ROWS : (number + 1) * _PAGE_ROWS]
            page = self._pages[number] = read_rows(self._snapshot, places, self._is_folded)
        return page[offset]

    def span_at(self, row: int) -> int | None:
        """Return the span of a visible row without reading its page; None where there is no such row."""
        if self._snapshot is None or not 0 <= row < len(self._visible):
            return None
        return int(self._snapshot.layout.span[self._visible[row]])

    def has_further_parents(self, row: int) -> bool:
        """Tell whether the span of a visible row has several parents; False where there is no such row."""
        span = self.span_at(row)
        return self._snapshot is not None and span is not None and bool(self._snapshot.layout.has_ghosts[span])

    def key_of(self, row: int) -> int | None:
        """Return what tells a visible row again in a later snapshot."""
        if self._snapshot is None or not 0 <= row < len(self._visible):
            return None
        return int(self._snapshot.keys_of(self._visible[row : row + 1])[0])

    def find_key(self, key: int) -> int | None:
        """Return the visible row of a key; of a hidden one, the row that hides it; None for one that is gone."""
        if self._snapshot is None:
            return None
        place = self._snapshot.find_row(key)
        return None if place is None else max(self._nearest(place), 0)

    def find_span(self, span: int) -> int | None:
        """Return the visible row of a span; of a hidden one, the row that hides it."""
        return None if self._snapshot is None else self._nearest(int(self._snapshot.layout.row_of_span[span]))

    def parent_of(self, row: int) -> int | None:
        """Return the visible row above which a row hangs, None for a root."""
        if self._snapshot is None:
            return None
        place = int(self._snapshot.layout.parent_row[self._visible[row]])
        return self._nearest(place) if place >= 0 else None

    def error_rows(self) -> Ints:
        """Return the visible rows of the own errors, or the rows that hide them; without doubles, from the top."""
        if self._snapshot is None:
            return NOTHING
        places = self._snapshot.errors.own_rows
        if len(self._visible) == len(self._snapshot.layout):
            return places
        if self._kept is not None:
            places = places[self._kept[places]]
        rows = np.searchsorted(self._visible, places, "right") - 1  # `unique` would load masked arrays
        return rows[np.diff(rows, prepend=-2) > 0].astype(np.int32)

    def origin_below(self, row: int) -> int:
        """Return the span where the error that a row marks began: that of its own, or the first one below it."""
        shown = self.row_at(row)
        snapshot = self._snapshot
        if snapshot is None or shown.error is not ErrorKind.NONE:
            return shown.span if snapshot is None else snapshot.errors.origin_of(shown.span)
        own = snapshot.errors.own_spans
        at = int(np.searchsorted(snapshot.errors.own_rows, shown.layout_row))
        return int(own[at]) if at < len(own) else shown.span

    def edges_of(self, span: int) -> list[tuple[int, int]]:
        """Return the visible rows of all parents of a span, each with that of the span below it."""
        if self._snapshot is None:
            return []
        layout = self._snapshot.layout
        places = np.flatnonzero(layout.span == span)
        edges = [(self._nearest(int(layout.parent_row[at])), self._nearest(int(at))) for at in places.tolist()]
        return [(upper, lower) for upper, lower in edges if 0 <= upper < lower]  # a root has none above it

    def _nearest(self, place: int) -> int:
        """Return the visible row at or before a place of the layout: what is hidden follows what hides it."""
        # a number of the array's own kind: for another numpy makes a copy of all rows
        return int(np.searchsorted(self._visible, np.int32(place), "right")) - 1

    # folding

    def toggle(self, row: int) -> None:
        """Fold or unfold what is below a row; a row with nothing below it stays as it is."""
        snapshot = self._snapshot
        shown = self.row_at(row)
        if snapshot is None or not shown.has_children:
            return
        if self._narrowing is not None:
            # what is below a row may be hidden all: no insertion, no removal
            self._folding.toggle(snapshot.skeleton.span_id[shown.span])
            self._show_again()
            return
        with self._moving_rows():
            self._folding.toggle(snapshot.skeleton.span_id[shown.span])
            self._is_folded[shown.layout_row] = not shown.is_folded
            self._hide_or_show_below(row, shown, snapshot)

    def _hide_or_show_below(self, row: int, shown: SpanRow, snapshot: TraceSnapshot) -> None:
        end_place = shown.layout_row + int(snapshot.layout.subtree_rows[shown.layout_row])
        if shown.is_folded:
            inner = visible_rows(snapshot.layout, self._is_folded, shown.layout_row + 1, end_place)
            self.beginInsertRows(_NOWHERE, row + 1, row + len(inner))
            self._visible = np.concatenate([self._visible[: row + 1], inner, self._visible[row + 1 :]])
            self._pages.clear()
            self.endInsertRows()
        else:
            end = int(np.searchsorted(self._visible, np.int32(end_place)))
            self.beginRemoveRows(_NOWHERE, row + 1, end - 1)
            self._visible = np.concatenate([self._visible[: row + 1], self._visible[end:]])
            self._pages.clear()
            self.endRemoveRows()
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))

    def fold_all(self) -> None:
        """Fold everything below the roots' children."""
        self._folding.fold_all()
        self._show_again()

    def unfold_all(self) -> None:
        """Show every row."""
        self._folding.unfold_all()
        self._show_again()

    def reveal(self, span: int) -> int:
        """Unfold what hides a span and return its row. Raises LookupError where no trace is shown."""
        snapshot = self._snapshot
        if snapshot is None:
            raise LookupError("no trace is shown")
        layout = snapshot.layout
        if self._kept is not None and not self._kept[layout.row_of_span[span]]:
            self.set_narrowing(None)
            self.narrowing_dropped.emit()
        place = int(layout.row_of_span[span])
        folded = np.flatnonzero(self._is_folded[:place])
        hiding = folded[folded + layout.subtree_rows[folded] > place]
        for hider in layout.span[hiding].tolist():
            self._folding.toggle(snapshot.skeleton.span_id[hider])
        if len(hiding):
            self._show_again()
        return self._nearest(place)

    def _show_again(self) -> None:
        with self._moving_rows():
            self.beginResetModel()
            self._take(self._snapshot)
            self.endResetModel()

    # Qt's questions

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return the number of visible rows."""
        return 0 if parent.isValid() else len(self._visible)

    def columnCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """Return a column's title."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return _TITLES[section] if 0 <= section < len(_TITLES) else None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Return a cell as text: what the delegates paint is read by `row_at`."""
        if not index.isValid() or index.row() >= len(self._visible):
            return None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.row_at(index.row()).accessible_text(self.now_us())
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        shown = self.row_at(index.row())
        texts = {
            Column.SPAN: shown.name,
            Column.DURATION: shown.duration_text(self.now_us()),
            Column.TOKENS: shown.tokens_text(),
            Column.COST: shown.cost_text(),
        }
        return texts.get(Column(index.column()), "")


def _runs(places: Ints) -> list[tuple[int, int]]:
    """Return the runs of neighbours among rising places, as (first, end)."""
    if not len(places):
        return []
    begins = np.flatnonzero(np.diff(places, prepend=places[0] - 2) > 1)
    ends = np.append(begins[1:], len(places)) - 1
    return list(zip(places[begins].tolist(), (places[ends] + 1).tolist(), strict=True))
