"""Opening, scrolling and growing a large trace, beside Qt's own tree view over standard items.

The tree shows the same names, durations and token counts as text alone: no icons, no bars. Figures are milliseconds
of CPU of the UI thread unless said otherwise; 1,000 spans are appended under one parent, or all over the trace.
Run by hand, from the folder: `PYTHONPATH=../factories python bench_viewer.py --spans 100000`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from made_traces import make_large_skeleton
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QApplication, QTreeView

from spanglass_viewer.models.selection import Selection
from spanglass_viewer.panes.trace_pane import TracePane
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.theme.fonts import load_fonts
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot
from spanglass_viewer.views.flame_view import FlameView
from spanglass_viewer.views.span_table_view import SpanTableView

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from spanglass_store.database.records import TraceSkeleton

SIZES = (1_000, 100_000, 1_000_000)
TREE_SIZE = 100_000  # beyond it the tree takes minutes
SCROLL_STEPS = 200
STEP_PX = 84
FLAME_STEPS = 15
WIDTH, HEIGHT = 1400, 900
APPENDED = 1000


@dataclass(slots=True)
class Row:
    """One subject at one size, in ms; `build_ms` is spent in a worker thread (for the tree: in the UI thread).

    So is `flame_draw_ms`, from a wish to its picture; `flame_zoom_ms` is what a step of the wheel keeps the UI busy.
    """

    subject: str
    spans: int
    build_ms: float
    open_ms: float
    scroll_ms: float
    scroll_p95_ms: float
    append_ms: float
    fold_ms: float
    append_anywhere_ms: float | None = None
    flame_draw_ms: float | None = None
    flame_zoom_ms: float | None = None


def run(sizes: tuple[int, ...] = SIZES) -> list[Row]:
    """Return one row for the trace pane at each size, and one for Qt's tree at 100,000 spans."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setStyle("Fusion")
    load_fonts()
    appearance = Appearance(app, ThemeMode.DARK)
    measure_pane(appearance, 1_000)  # warms up fonts, pixmaps, imports
    rows = [measure_pane(appearance, count) for count in sizes]
    if TREE_SIZE in sizes:
        rows.append(measure_tree(TREE_SIZE))
    return rows


def measure_pane(appearance: Appearance, count: int) -> Row:
    """Measure the trace pane."""
    skeleton = make_large_skeleton(count)
    build_ms = _millis(lambda: build_snapshot(skeleton, 1, 0))
    snapshot = build_snapshot(skeleton, 1, 0)
    later = build_snapshot(_with_more(skeleton, np.full(APPENDED, count // 2)), 2, 0, before=snapshot)
    anywhere = np.random.default_rng(5).integers(0, count, APPENDED)
    last = build_snapshot(_with_more(later.skeleton, anywhere), 3, 0, before=later)
    pane = TracePane(Selection(), appearance)
    pane.resize(WIDTH, HEIGHT)
    pane.show()
    view = pane.findChild(SpanTableView)
    _paint(view)

    def open_it() -> None:
        pane.show_snapshot(snapshot, opened=True)
        _paint(view)

    open_ms = _millis(open_it)
    steps = _scroll(view)
    row = Row(
        subject="spanglass",
        spans=count,
        build_ms=build_ms,
        open_ms=open_ms,
        scroll_ms=statistics.median(steps),
        scroll_p95_ms=_p95(steps),
        append_ms=_millis(lambda: _append(pane, later)),
        append_anywhere_ms=_millis(lambda: _append(pane, last)),
        fold_ms=_millis(lambda: _fold(view)),
        **_measure_flame(pane),
    )
    pane.stop()
    pane.close()
    pane.deleteLater()
    QApplication.processEvents()
    return row


def _measure_flame(pane: TracePane) -> dict[str, float]:
    flame = pane.findChild(FlameView)
    pane.toggle_flame()
    _settle(flame)  # the spans are put in order once a snapshot
    steps: list[tuple[float, float]] = []
    for _ in range(FLAME_STEPS):
        began = time.perf_counter()
        QTest.keyClick(flame, Qt.Key.Key_Plus)
        _paint(flame)
        zoomed = time.perf_counter()
        _settle(flame)
        steps.append(((time.perf_counter() - began) * 1000, (zoomed - began) * 1000))
    draw_ms, zoom_ms = (statistics.median(figures) for figures in zip(*steps, strict=True))
    return {"flame_draw_ms": draw_ms, "flame_zoom_ms": zoom_ms}


def _settle(flame: FlameView) -> None:
    while not flame.is_idle:
        QApplication.processEvents()


def _append(pane: TracePane, later: TraceSnapshot) -> None:
    pane.show_snapshot(later, opened=False)
    QApplication.processEvents()  # paints what has changed, once


def _fold(view: SpanTableView) -> None:
    view.model().toggle(0)  # pyright: ignore[reportAttributeAccessIssue] - it is a SpanTableModel
    _paint(view)


def _with_more(skeleton: TraceSkeleton, parents: npt.NDArray[np.int64]) -> TraceSkeleton:
    """Return the trace with spans more, later than all others, each under its parent; it lasts the longer for them."""
    count, more = len(skeleton), len(parents)
    columns = {
        name: np.append(getattr(skeleton, name), getattr(skeleton, name)[-more:])
        for name in skeleton.__slots__
        if isinstance(getattr(skeleton, name), np.ndarray) and not name.startswith("extra")
    }
    columns["span_id"] = replace(skeleton.span_id, keys=np.arange(count + more, dtype=np.uint64))
    columns["parent"][-more:] = parents
    columns["start_us"][-more:] = columns["start_us"].max() + np.arange(1, more + 1)
    columns["end_us"][-more:] = columns["end_us"].max() + np.arange(1, more + 1) * 1000
    return replace(skeleton, **columns)


def measure_tree(count: int) -> Row:
    """Measure a QTreeView over a QStandardItemModel, as kindly as it can be set up."""
    skeleton = make_large_skeleton(count)
    model = QStandardItemModel()
    build_ms = _millis(lambda: _fill(model, skeleton))
    view = QTreeView()
    view.setUniformRowHeights(True)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.resize(WIDTH, HEIGHT)
    view.show()
    _paint(view)

    def open_it() -> None:
        view.setModel(model)
        view.expandAll()
        _paint(view)

    open_ms = _millis(open_it)
    steps = _scroll(view)

    def append() -> None:
        item = model.item(0)
        for number in range(APPENDED):
            item.appendRow([QStandardItem(f"more {number}"), QStandardItem("1 ms"), QStandardItem("")])
        QApplication.processEvents()

    def fold() -> None:
        view.collapse(model.index(0, 0, QModelIndex()))
        _paint(view)

    row = Row(
        subject="QTreeView",
        spans=count,
        build_ms=build_ms,
        open_ms=open_ms,
        scroll_ms=statistics.median(steps),
        scroll_p95_ms=_p95(steps),
        append_ms=_millis(append),
        fold_ms=_millis(fold),
    )
    view.close()
    return row


def _fill(model: QStandardItemModel, skeleton: TraceSkeleton) -> None:
    items: list[QStandardItem] = []
    took = (skeleton.end_us - skeleton.start_us).tolist()
    for span, (parent, code) in enumerate(zip(skeleton.parent.tolist(), skeleton.name_code.tolist(), strict=True)):
        item = QStandardItem(skeleton.names[code])
        above = model.invisibleRootItem() if parent < 0 else items[parent]
        above.appendRow([item, QStandardItem(f"{took[span] / 1e6:.2f} s"), QStandardItem(str(skeleton.tokens[span]))])
        items.append(item)


def _scroll(view: QAbstractScrollArea) -> list[float]:
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 3)
    _paint(view)

    def step() -> None:
        bar.setValue(bar.value() + STEP_PX)
        _paint(view)

    return [_millis(step) for _ in range(SCROLL_STEPS)]


def _paint(view: QAbstractScrollArea) -> None:
    view.viewport().repaint()
    QApplication.processEvents()


def _p95(values: list[float]) -> float:
    return sorted(values)[round(0.95 * (len(values) - 1))]


def _millis(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return (time.thread_time() - began) * 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, nargs="*", default=list(SIZES))
    rows = run(tuple(parser.parse_args().spans))
    print("ms of CPU; build is a worker's for spanglass, the UI's for the tree; flame is wall time of a worker")
    titles = ("build", "open", "scroll", "scroll p95", "append", "fold", "anywhere", "flame", "flame zoom")
    print(f"{'subject':<12}{'spans':>10}" + "".join(f"{title:>12}" for title in titles))
    for row in rows:
        figures = (row.build_ms, row.open_ms, row.scroll_ms, row.scroll_p95_ms, row.append_ms, row.fold_ms)
        flame = [
            figure for figure in (row.append_anywhere_ms, row.flame_draw_ms, row.flame_zoom_ms) if figure is not None
        ]
        print(f"{row.subject:<12}{row.spans:>10,}" + "".join(f"{figure:>12.1f}" for figure in (*figures, *flame)))


if __name__ == "__main__":
    main()
