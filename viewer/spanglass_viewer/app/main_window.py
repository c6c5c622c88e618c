"""The window: constructs panes, models and backend, and connects what one says with what another shows."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QProcess, QSettings, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QMainWindow, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from spanglass_store.links.addresses import SpanAddress, format_address
from spanglass_viewer.app.actions import make_actions
from spanglass_viewer.app.controller import WindowController
from spanglass_viewer.backend.images import ImageLoader
from spanglass_viewer.format.text import one_line
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.models.trace_list import TraceListModel
from spanglass_viewer.panes.detail.detail_pane import DetailPane
from spanglass_viewer.panes.detail.view_state import DetailViewState
from spanglass_viewer.panes.empty_pane import EmptyPane
from spanglass_viewer.panes.keys_dialog import KeysDialog
from spanglass_viewer.panes.status_bar import StatusBar
from spanglass_viewer.panes.top_bar import TopBar
from spanglass_viewer.panes.trace_list_pane import TraceListPane
from spanglass_viewer.panes.trace_pane import TracePane

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_store.database.records import StoreTotals
    from spanglass_store.database.vocabulary import Vocabulary
    from spanglass_store.location import StoreInfo
    from spanglass_viewer.backend.threads import Backend
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.references import SpanDetail, SpanRef

_USER_EVENTS = (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.Wheel)
_WIDTHS = (288, 780, 372)  # of 1440: traces, trace, detail
_MENU = ("copy_link", None, "next_error", "previous_error", "expand_all", "collapse_all", "toggle_flame",
         "reset_zoom", None, "filter_traces", "clear_filter", "turn_theme", "show_keys", None, "quit")  # fmt: skip


class MainWindow(QMainWindow):
    """One store, three panes."""

    def __init__(self, info: StoreInfo, backend: Backend, appearance: Appearance, settings: QSettings) -> None:
        super().__init__()
        self._info = info
        self._backend = backend
        self._appearance = appearance
        self._settings = settings
        self.setWindowTitle("Spanglass")
        self.selection = Selection(self)
        self.images = ImageLoader(self)
        self._traces = TraceListModel(self)
        self.trace_list = TraceListPane(self._traces, self.selection, appearance)
        self.trace_pane = TracePane(self.selection, appearance)
        self.detail_pane = DetailPane(self.selection, appearance, self.images)
        self.controller = WindowController(
            backend=backend,
            selection=self.selection,
            traces=self._traces,
            trace_pane=self.trace_pane,
            detail_pane=self.detail_pane,
            parent=self,
        )
        self._actions = make_actions(self, self._slots())
        self._top_bar = TopBar(self._make_menu(), appearance)
        self._empty = EmptyPane(info.path, appearance)
        self.status = StatusBar(info.path)
        self._lay_out()
        self._connect()
        self._restore()
        self._has_shown_span = False
        appearance.app.installEventFilter(self)

    @property
    def backend(self) -> Backend:
        """The threads beside the window."""
        return self._backend

    @property
    def is_empty(self) -> bool:
        """Tell whether the store has no trace to show yet."""
        return self._middle.currentWidget() is self._empty

    def _slots(self) -> dict[str, Callable[[], object]]:
        return {
            "next_error": self._on_next_error,
            "previous_error": self._on_previous_error,
            "next_trace": self._on_next_trace,
            "previous_trace": self._on_previous_trace,
            "expand_all": self.trace_pane.expand_all,
            "collapse_all": self.trace_pane.collapse_all,
            "toggle_flame": self.trace_pane.toggle_flame,
            "reset_zoom": self.trace_pane.reset_zoom,
            "filter_traces": self.trace_list.show_filter_box,
            "clear_filter": self.trace_list.clear_filter,
            "copy_link": self._on_copy_link,
            "turn_theme": self._on_turn_theme,
            "show_keys": self._on_show_keys,
            "quit": self.close,
        }

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        for name in _MENU:
            if name is None:
                menu.addSeparator()
            else:
                menu.addAction(self._actions[name])
        return menu

    def _lay_out(self) -> None:
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        for number, (pane, least) in enumerate(
            ((self.trace_list, 200), (self.trace_pane, 320), (self.detail_pane, 280))
        ):
            pane.setMinimumWidth(least)
            self._splitter.addWidget(pane)
            self._splitter.setStretchFactor(number, 1 if number == 1 else 0)
        self._splitter.setSizes(list(_WIDTHS))
        self._middle = QStackedWidget()
        self._middle.addWidget(self._splitter)
        self._middle.addWidget(self._empty)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._top_bar, self._middle, self.status):
            column.addWidget(widget, 1 if widget is self._middle else 0)
        self.setCentralWidget(central)

    def _connect(self) -> None:
        self._top_bar.paused_changed.connect(self.controller.set_paused)
        self._top_bar.theme_turned.connect(self._on_turn_theme)
        self._empty.sample_wanted.connect(self._on_sample_wanted)
        self.trace_list.filter_changed.connect(self.controller.set_filter)
        self.trace_list.filter_box.words_wanted.connect(self._backend.read_vocabulary)
        self._backend.detail_worker.vocabulary_read.connect(self._on_vocabulary_read)
        self.trace_pane.copy_link_requested.connect(self._copy_link_to)
        self.trace_pane.error_wanted.connect(self._go_to_error)
        self.detail_pane.copy_link_requested.connect(self._copy_link_to)
        self.detail_pane.step_requested.connect(self.trace_pane.step_span)
        self.detail_pane.notice_given.connect(self.status.show_notice)
        self.controller.totals_changed.connect(self._on_totals_changed)
        self.controller.trace_missing.connect(self._on_trace_missing)
        self.controller.span_shown.connect(self._on_span_shown)
        self._backend.store_worker.fault_raised.connect(self.status.show_fault)
        self._backend.store_worker.fault_cleared.connect(self.status.clear_fault)

    # errors, traces

    def _on_next_error(self) -> None:
        self._go_to_error(1)

    def _on_previous_error(self) -> None:
        self._go_to_error(-1)

    def _go_to_error(self, direction: int) -> None:
        if self.controller.is_opening:
            return  # a key pressed twice must not skip the trace that is just opening
        if self.trace_pane.next_error(direction) or self.trace_list.step_to_error(direction):
            return
        if self.trace_list.wrap_to_error(direction):
            self.status.show_notice("Past the last trace with an error. Going on with the other end of the list")
        else:
            self.status.show_notice("No further error")

    def _on_next_trace(self) -> None:
        self.trace_list.step(1)

    def _on_previous_trace(self) -> None:
        self.trace_list.step(-1)

    def _on_span_shown(self, detail: SpanDetail | None) -> None:
        if detail is not None and not self._has_shown_span:
            self._has_shown_span = True
            self.trace_pane.setFocus()  # the first keys go to the tree, not to the first button of the window
        self.setWindowTitle("Spanglass" if detail is None else f"{one_line(detail.record.name, 80)} — Spanglass")

    # links

    def _on_copy_link(self) -> None:
        self._copy_link_to(self.selection.span)

    def _copy_link_to(self, span: SpanRef | None) -> None:
        root_span_id = span.root_span_id if span is not None else self.selection.root_span_id
        if root_span_id is None:
            return
        address = SpanAddress(root_span_id, span.span_id if span is not None else None, self._info.id)
        QGuiApplication.clipboard().setText(format_address(address))
        self.status.show_notice("Link copied")

    def _on_trace_missing(self, root_span_id: str) -> None:
        self.status.show_notice(f"Trace {root_span_id[:8]}… is not in this store")

    # the store

    def _on_totals_changed(self, totals: StoreTotals, query_secs: float) -> None:
        self.trace_list.show_total(totals.traces)
        self.status.show_totals(totals, query_secs)
        self._middle.setCurrentWidget(self._splitter if totals.spans else self._empty)

    def _on_vocabulary_read(self, vocabulary: Vocabulary) -> None:
        self.trace_list.filter_box.set_vocabulary(vocabulary)

    def _on_sample_wanted(self) -> None:
        QProcess.startDetached(sys.executable, ["-m", "spanglass_assets.demo", "--store", str(self._info.path)])

    # the window itself

    def _on_turn_theme(self) -> None:
        self._appearance.next_mode()
        self._settings.setValue("theme", self._appearance.mode.value)
        self._top_bar.show_mode()
        self.status.show_notice(f"Theme is {self._appearance.mode.value}")

    def _on_show_keys(self) -> None:
        KeysDialog(self._actions.values(), self).open()

    def _restore(self) -> None:
        geometry, splitter = self._settings.value("geometry"), self._settings.value("splitter")
        if geometry is not None:
            self.restoreGeometry(geometry)
        else:
            self.resize(1440, 900)
        if splitter is not None:
            self._splitter.restoreState(splitter)
        with contextlib.suppress(ValueError):  # settings of another version, or edited by hand
            self.detail_pane.set_view_state(DetailViewState.from_plain(json.loads(self._text_setting("detail"))))

    def _text_setting(self, name: str) -> str:
        value = self._settings.value(name)
        return value if isinstance(value, str) else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note the user's first own step: from there on the window does not change the trace by itself."""
        if event.type() in _USER_EVENTS and isinstance(watched, QWidget) and watched.window() is self:
            self.controller.stop_following()
            self._appearance.app.removeEventFilter(self)
        return super().eventFilter(watched, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the sizes and end the threads."""
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("splitter", self._splitter.saveState())
        self._settings.setValue("detail", json.dumps(self.detail_pane.view_state.to_plain()))
        self._settings.sync()
        self._backend.stop()
        self.trace_pane.stop()
        self.detail_pane.stop()
        self.images.stop()
        super().closeEvent(event)
