"""The window: constructs panes, models and backend, and connects what one says with what another shows."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from spanglass_viewer.app.actions import make_actions
from spanglass_viewer.app.annotating import SpanAnnotating
from spanglass_viewer.app.chosen_settings import ChosenSettings
from spanglass_viewer.app.comparing import TraceComparing
from spanglass_viewer.app.controller import WindowController
from spanglass_viewer.app.error_walk import ErrorWalk
from spanglass_viewer.app.experiments import ExperimentSummaries
from spanglass_viewer.app.exporting import TraceExporting
from spanglass_viewer.app.first_step import FirstStep
from spanglass_viewer.app.history import History, Place
from spanglass_viewer.app.link_follower import LinkFollower
from spanglass_viewer.app.preferences import Preferences
from spanglass_viewer.app.prompt_trying import PromptTrying
from spanglass_viewer.app.session import Session
from spanglass_viewer.app.span_clipboard import SpanClipboard
from spanglass_viewer.app.store_drop import count_files, find_dropped, is_no_bundle, open_in_new_window
from spanglass_viewer.app.text_sizing import TextSizing
from spanglass_viewer.app.trace_media import TraceMedia
from spanglass_viewer.app.window_memory import WindowMemory
from spanglass_viewer.backend.images import ImageLoader
from spanglass_viewer.backend.remote_images import RemoteImages
from spanglass_viewer.backend.thumbnail_cache import ThumbnailCache
from spanglass_viewer.format.quantities import format_bytes, format_many
from spanglass_viewer.format.text import one_line, span_name
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.models.trace_list import TraceListModel
from spanglass_viewer.panes.detail.detail_pane import DetailPane
from spanglass_viewer.panes.empty_pane import EmptyPane
from spanglass_viewer.panes.filmstrip import Filmstrip
from spanglass_viewer.panes.status_bar import StatusBar
from spanglass_viewer.panes.top_bar import TopBar
from spanglass_viewer.panes.trace_list_pane import TraceListPane
from spanglass_viewer.panes.trace_pane import TracePane
from spanglass_viewer.turns.picture_hold import paint_next_turn
from spanglass_viewer.widgets.banner import Banner
from spanglass_viewer.widgets.focus_frame import show_focus
from spanglass_viewer.widgets.key_hints import show_keys
from spanglass_viewer.widgets.pane_splitter import PaneSplitter
from spanglass_viewer.widgets.tab_order import step_focus

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent

    from spanglass_store.database.records import StoreTotals
    from spanglass_store.database.recovery import Recovery
    from spanglass_store.database.vocabulary import Vocabulary
    from spanglass_store.location import StoreInfo
    from spanglass_store.upkeep.automatic import UpkeepReport
    from spanglass_viewer.backend.requests import ContainersAnswer
    from spanglass_viewer.backend.threads import Backend
    from spanglass_viewer.instance.visit import Visit
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.references import SpanDetail, SpanRef

_SAVE_AFTER_MS = 10_000  # at most so often: whoever ends the window by force finds himself about where he was
_OUTER_WIDTHS = (288, 372)  # of the traces and the detail
_MENU = ("show_palette", None, "go_back", "go_forward", "toggle_live", "follow_newest", None, "annotate", "try_prompt",
         None, "copy_link", "copy_json", "copy_markdown", "copy_snippet", "export_trace", None, "next_error",
         "previous_error", "expand_all", "collapse_all", "toggle_flame", "toggle_filmstrip", "reset_zoom",
         "compare_previous", "compare_opened", None, "find", "filter_traces", "clear_filter", None, "turn_theme",
         "enlarge_text", "shrink_text", "reset_text", None, "show_keys", "show_settings", None, "quit")  # fmt: skip


class MainWindow(QMainWindow):
    """One store, three panes."""

    closing = Signal()

    def __init__(self, info: StoreInfo, backend: Backend, appearance: Appearance, settings: QSettings) -> None:
        super().__init__()
        self._info = info
        self._backend = backend
        self._appearance = appearance
        self._preferences = Preferences(settings)
        self._memory = WindowMemory(settings, info.id)
        self._history = History()
        self._saving = QTimer(self, singleShot=True, interval=_SAVE_AFTER_MS)
        self.setWindowTitle("Spanglass")
        self.selection = Selection(self)
        self.images = ImageLoader(self, ThumbnailCache())
        self._traces = TraceListModel(self)
        self.trace_list = TraceListPane(self._traces, self.selection, appearance)
        self.trace_pane = TracePane(self.selection, appearance)
        self.remote_images = RemoteImages(self._preferences.remote_hosts, self)
        self.detail_pane = DetailPane(self.selection, appearance, self.images, remote=self.remote_images)
        self.filmstrip = Filmstrip(self.selection, appearance, self.images)
        self.trace_media = TraceMedia(backend, self.selection, self.filmstrip, self._preferences, self)
        self.controller = WindowController(
            backend=backend,
            selection=self.selection,
            traces=self._traces,
            trace_pane=self.trace_pane,
            detail_pane=self.detail_pane,
            parent=self,
        )
        self._error_walk = ErrorWalk(
            controller=self.controller,
            selection=self.selection,
            traces=self._traces,
            trace_pane=self.trace_pane,
            parent=self,
        )
        self._make_tools(info)
        self._actions = make_actions(self, self._slots(), self._preferences.find_keys)
        self._first_step = self._make_first_step()
        self._top_bar = TopBar(self._make_menu(), self.trace_list.filter_box, appearance)
        self._banner, self._damage_banner = Banner(appearance), Banner(appearance)
        self.follower = LinkFollower(
            info,
            self._banner,
            backend=backend,
            controller=self.controller,
            selection=self.selection,
            trace_pane=self.trace_pane,
            detail_pane=self.detail_pane,
            parent=self,
        )
        self._empty = EmptyPane(info.path, appearance)
        self.status = StatusBar(info.path)
        self._lay_out()
        self._connect()
        self._show_keys()
        self._on_span_changed(None)
        self._memory.restore_layout(self, self._splitter, self.detail_pane)
        if (faults := self._preferences.say_faults(self._actions)) is not None:
            self._damage_banner.say(faults, is_warning=True)
        self._has_shown_span = self._has_asked_for_containers = False
        self.trace_list.show_loading()
        if not self._preferences.follows_newest:
            self.controller.stop_following()
        appearance.app.focusChanged.connect(self._on_focus_changed)

    @property
    def backend(self) -> Backend:
        """The threads beside the window."""
        return self._backend

    def _slots(self) -> dict[str, Callable[[], object]]:
        return {
            "next_error": self._error_walk.go_to_next,
            "previous_error": self._error_walk.go_to_previous,
            "next_trace": self._on_next_trace,
            "previous_trace": self._on_previous_trace,
            "expand_all": self.trace_pane.expand_all,
            "collapse_all": self.trace_pane.collapse_all,
            "toggle_flame": self.trace_pane.toggle_flame,
            "toggle_filmstrip": self.trace_media.toggle,
            "reset_zoom": self.trace_pane.reset_zoom,
            "compare_previous": self._on_compare_previous,
            "compare_opened": self.comparing.compare_with_opened,
            "find": self._on_find,
            "find_in_span": self.detail_pane.finder.open,
            "next_hit": self._on_next_hit,
            "previous_hit": self._on_previous_hit,
            "toggle_only_hits": self.trace_pane.finder.toggle_only_hits,
            "focus_subtree": self.trace_pane.finder.focus_subtree,
            "hide_types": self.trace_pane.open_types_menu,
            "show_all_spans": self.trace_pane.finder.show_all,
            "filter_traces": self.trace_list.show_filter_box,
            "clear_filter": self.trace_list.clear_filter,
            "show_palette": self._on_show_palette,
            "go_back": self._on_go_back,
            "go_forward": self._on_go_forward,
            "toggle_live": self._on_toggle_live,
            "follow_newest": self._on_follow_newest,
            "toggle_raw": self.detail_pane.toggle_raw,
            "try_prompt": self._trying.open,
            "annotate": self.detail_pane.annotate,
            "open_in_editor": self.detail_pane.open_in_editor,
            "pick_container": self.trace_list.picker.showMenu,
            "sort_traces": self.trace_list.sort.showMenu,
            "show_experiment": self._on_show_experiment,
            "copy_link": self._clipboard.copy_link,
            "copy_span_id": self._clipboard.copy_span_id,
            "copy_trace_id": self._clipboard.copy_trace_id,
            "copy_json": self._clipboard.copy_json,
            "copy_markdown": self._clipboard.copy_markdown,
            "copy_snippet": self._clipboard.copy_snippet,
            "copy_error": self.detail_pane.copy_error,
            "copy_error_markdown": self.detail_pane.copy_error_as_markdown,
            "export_trace": self._exporting.open,
            "turn_theme": self._chosen.turn_theme,
            "enlarge_text": self._text_sizing.enlarge,
            "shrink_text": self._text_sizing.shrink,
            "reset_text": self._text_sizing.reset,
            "show_keys": self._on_show_keys,
            "show_settings": self._on_show_settings,
            "quit": self.close,
        }

    def _make_first_step(self) -> FirstStep:
        follow = self._actions["follow_newest"]
        first_step = FirstStep((action for action in self._actions.values() if action is not follow), self)
        follow.triggered.connect(first_step.stop)  # from there on it is the user's wish
        first_step.taken.connect(self.controller.stop_following)
        return first_step

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        for name in _MENU:
            if name is None:
                menu.addSeparator()
            else:
                menu.addAction(self._actions[name])
        return menu

    def _make_tools(self, info: StoreInfo) -> None:
        """Make what acts on the spans that the panes show, and on the panes."""
        appearance = self._appearance
        self._clipboard = SpanClipboard(info, self.selection, self)
        self._exporting = TraceExporting(info.path, self.trace_pane, self)
        self._annotating = SpanAnnotating(info.path, self.detail_pane, self)
        self._trying = PromptTrying(info, self.detail_pane, self._preferences, appearance, self)
        self.comparing = TraceComparing(self._backend, appearance, self)
        self.experiments = ExperimentSummaries(self._backend, appearance, self)
        self._text_sizing = TextSizing(appearance, self._preferences, self)
        self._chosen = ChosenSettings(
            self._preferences,
            appearance,
            text_sizing=self._text_sizing,
            remote_images=self.remote_images,
            detail_pane=self.detail_pane,
            trying=self._trying,
            window=self,
        )

    def _lay_out(self) -> None:
        self._splitter = PaneSplitter()
        trace = QWidget()
        trace_column = QVBoxLayout(trace)
        trace_column.setContentsMargins(0, 0, 0, 0)
        trace_column.setSpacing(0)
        trace_column.addWidget(self.trace_pane, 1)
        trace_column.addWidget(self.filmstrip)
        self.trace_media.stand_in(trace)
        for pane, least in ((self.trace_list, 150), (trace, 240), (self.detail_pane, 240)):
            pane.setMinimumWidth(least)
            self._splitter.addWidget(pane)
        self._splitter.set_outer_widths(*_OUTER_WIDTHS)
        self._middle = QStackedWidget()
        self._middle.addWidget(self._splitter)
        self._middle.addWidget(self._empty)
        self._central = QWidget()
        column = QVBoxLayout(self._central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._top_bar, self._damage_banner, self._banner, self._middle, self.status):
            column.addWidget(widget, 1 if widget is self._middle else 0)
        self.setCentralWidget(self._central)
        self.setAcceptDrops(True)

    def _connect(self) -> None:
        for teller in (
            self._chosen,
            self._empty,
            self._error_walk,
            self._exporting,
            self.detail_pane,
            self._trying,
            self._clipboard,
            self._text_sizing,
            self.comparing,
        ):
            teller.notice_given.connect(self.status.show_notice)
        for part in (self.trace_pane, self.trace_list.view, self.controller):
            self._top_bar.paused_changed.connect(part.set_paused)
        self._top_bar.theme_turned.connect(self._chosen.turn_theme)
        self._chosen.theme_changed.connect(self._top_bar.show_mode)
        self._chosen.keys_changed.connect(self._show_keys)
        self.trace_list.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.trace_list.view.customContextMenuRequested.connect(self._on_list_menu_wanted)
        self._empty.sample_wanted.connect(self._on_sample_wanted)
        self.filmstrip.span_wanted.connect(self.trace_pane.select_span_id)
        self.filmstrip.opened.connect(self.detail_pane.open_items)
        self.trace_list.filter_changed.connect(self.controller.set_filter)
        self.controller.filter_answered.connect(self.trace_list.note_filter_answered)
        self.trace_list.order_changed.connect(self.controller.set_order)
        self.trace_list.picker.containers_wanted.connect(self._backend.read_containers)
        self.trace_list.sort.names_wanted.connect(self._backend.read_containers)
        self.trace_list.experiment_wanted.connect(self.experiments.show_experiment)
        self._backend.detail_worker.containers_read.connect(self._on_containers_read)
        self.trace_pane.finder.search_wanted.connect(self._backend.find_in_trace)
        self.trace_pane.finder.needle_changed.connect(self.detail_pane.mark_hits)
        self._backend.find_worker.trace_searched.connect(self.trace_pane.finder.show_hits)
        self.trace_list.filter_box.words_wanted.connect(self._backend.read_vocabulary)
        self._backend.detail_worker.vocabulary_read.connect(self._on_vocabulary_read)
        self.trace_pane.copy_link_requested.connect(self._clipboard.copy_link_to)
        self.trace_pane.export_requested.connect(self._exporting.open)
        self.trace_pane.error_wanted.connect(self._error_walk.go_to_next)
        self.detail_pane.copy_link_requested.connect(self._clipboard.copy_link_to)
        self.detail_pane.copy_field_link_requested.connect(self._clipboard.copy_link_to)
        self.detail_pane.step_requested.connect(self.trace_pane.step_span)
        self.detail_pane.span_wanted.connect(self.trace_pane.select_span_id)
        self.detail_pane.try_prompt_requested.connect(self._trying.open)
        self.detail_pane.action_wanted.connect(self._on_action_wanted)
        self._trying.set_up_wanted.connect(self._on_show_settings)
        self.controller.span_shown.connect(self._clipboard.show_span)
        self.follower.store_wanted.connect(self._on_store_wanted)
        self.follower.store_unknown.connect(self._on_store_unknown)
        self.selection.span_changed.connect(self._on_span_changed)
        self._saving.timeout.connect(self._save)
        self.selection.trace_changed.connect(self.comparing.note_opened)
        self.controller.totals_changed.connect(self._on_totals_changed)
        self.controller.span_shown.connect(self._on_span_shown)
        self._backend.store_worker.fault_raised.connect(self.status.show_fault)
        self._backend.compare_worker.fault_raised.connect(self.status.show_fault)
        self._backend.find_worker.fault_raised.connect(self.status.show_fault)
        self._backend.store_worker.fault_cleared.connect(self.status.clear_fault)
        self._backend.store_worker.upkeep_stepped.connect(self.status.show_work)
        self._backend.store_worker.pruned.connect(self._on_pruned)
        self._backend.store_worker.recovered.connect(self._on_recovered)

    def _show_keys(self) -> None:
        show_keys(self, self._find_key)

    def _find_key(self, name: str) -> str:
        return self._actions[name].shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def _on_action_wanted(self, name: str) -> None:
        self._actions[name].trigger()

    # errors, traces

    def _on_find(self) -> None:
        """Find where the keyboard is: in the span's values, else in the trace."""
        is_in_span = self.detail_pane.has_focus_inside and self.selection.span is not None
        (self.detail_pane.finder if is_in_span else self.trace_pane.finder).open()

    def _on_next_hit(self) -> None:
        self._step_hit(1)

    def _on_previous_hit(self) -> None:
        self._step_hit(-1)

    def _step_hit(self, direction: int) -> None:
        is_in_span = self.detail_pane.finder.is_open and self.detail_pane.has_focus_inside
        (self.detail_pane.finder if is_in_span else self.trace_pane.finder).step(direction)

    def _on_next_trace(self) -> None:
        self.trace_list.step(1)

    def _on_previous_trace(self) -> None:
        self.trace_list.step(-1)

    def _on_toggle_live(self) -> None:
        self._top_bar.toggle_live()

    def _on_follow_newest(self) -> None:
        if self.controller.is_following:
            self.controller.stop_following()
            self.status.show_notice("The open trace stays open")
        elif self.controller.follow_newest():
            self.status.show_notice("The newest trace opens by itself until you choose one")
        else:
            self.status.show_notice("Sort the traces by the newest first: then the newest opens by itself")

    def _on_span_shown(self, detail: SpanDetail | None) -> None:
        if detail is not None and not self._has_shown_span:
            self._has_shown_span = True
            self.trace_pane.setFocus()  # the first keys go to the tree, not to the first button of the window
            self._first_step.watch(self.windowHandle())  # what was done before, as to ask for the sample, chose none
        self.setWindowTitle("Spanglass" if detail is None else f"{span_name(detail.record.name, 80)} — Spanglass")

    # back and forward

    def _on_span_changed(self, ref: SpanRef | None) -> None:
        if ref is not None:
            if not self._saving.isActive():
                self._saving.start()
            self._history.visit(Place(ref.root_span_id, ref.span_id))
        self._actions["go_back"].setEnabled(self._history.can_go_back)
        self._actions["go_forward"].setEnabled(self._history.can_go_forward)

    def _on_go_back(self) -> None:
        self._go_to(self._history.go(-1))

    def _on_go_forward(self) -> None:
        self._go_to(self._history.go(1))

    def _go_to(self, place: Place | None) -> None:
        if place is not None:
            self.follower.stop()
            self.controller.open_trace(place.root_span_id, place.span_id)
        self._on_span_changed(None)

    # comparing

    def _on_compare_previous(self) -> None:
        is_there = self.trace_pane.snapshot is not None or self.controller.is_opening
        if self.selection.root_span_id is None or not is_there:
            self.status.show_notice("No trace is open. Nothing was compared")
        else:
            self.comparing.compare(self.selection.root_span_id)

    def _on_show_experiment(self) -> None:
        picked = self.trace_list.picker.current
        experiment_id = self._clipboard.experiment_id if picked is None else picked.experiment_id
        if experiment_id is None:
            self.status.show_notice("The span belongs to no experiment")
        else:
            self.experiments.show_experiment(experiment_id)

    def _on_containers_read(self, answer: ContainersAnswer) -> None:
        self.trace_list.show_containers(answer)
        self.experiments.set_containers(answer.containers)

    def _on_list_menu_wanted(self, at: QPoint) -> None:
        index = self.trace_list.view.indexAt(at)
        if index.isValid():
            root_span_id = self._traces.summary_at(index.row()).root_span_id
            menu = self.comparing.make_menu(root_span_id, self.selection.root_span_id)
            menu.popup(self.trace_list.view.viewport().mapToGlobal(at))

    # the store

    def _on_totals_changed(self, totals: StoreTotals, query_secs: float) -> None:
        if totals.traces and not self._has_asked_for_containers:
            self._has_asked_for_containers = True
            self._backend.read_containers()
        self._restore_session()
        self.trace_list.show_total(totals.traces)
        self.status.show_totals(totals, query_secs)
        self._middle.setCurrentWidget(self._splitter if totals.spans else self._empty)

    def _on_vocabulary_read(self, vocabulary: Vocabulary) -> None:
        self.trace_list.filter_box.set_vocabulary(vocabulary)

    def _on_pruned(self, report: UpkeepReport) -> None:
        traces, freed = format_many(report.trace_count, "old trace"), format_bytes(report.freed_bytes)
        self.status.show_notice(f"Pruned {traces} by the store's settings, {freed} free")

    def _on_recovered(self, recovery: Recovery) -> None:
        self._damage_banner.say(recovery.sentence, is_warning=True)

    def _on_sample_wanted(self) -> None:
        arguments = ["-m", "spanglass_assets.demo", "--store", str(self._info.path)]
        if not QProcess.startDetached(sys.executable, arguments)[0]:
            self.status.show_notice("The sample agent could not be started")

    def _on_store_wanted(self, target: Path, link: str | None = None, left_out: int = 0) -> None:
        name = one_line(target.name, 60)
        if is_no_bundle(target):
            self.status.show_notice(f"{name} is no bundle of traces. Nothing was opened")
            return
        is_started = open_in_new_window(target, link)
        opens = f"{name} opens in a window of its own" + (f"; {left_out} more did not" if left_out else "")
        self.status.show_notice(opens if is_started else "No window could be started")

    def _on_store_unknown(self, link: str) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Open the store of the link")
        if folder:
            self._on_store_wanted(Path(folder), link)

    # the window itself

    def visit(self, visit: Visit) -> None:
        """Come to the front, and go where a later start wants to go."""
        if visit.activation is not None:
            os.environ["XDG_ACTIVATION_TOKEN"] = visit.activation  # where Qt looks for Wayland's permission
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)  # where the desktop lets no window come to the front, it can at least be seen
        self.follower.follow(visit)

    def _on_show_palette(self) -> None:
        from spanglass_viewer.panes.command_palette import CommandPalette  # noqa: PLC0415 - after the first paint

        commands = (action for name, action in self._actions.items() if name != "show_palette")
        CommandPalette(commands, self).open()

    def _on_show_settings(self) -> None:
        self._chosen.open(self._actions)

    def _on_show_keys(self) -> None:
        from spanglass_viewer.panes.keys_dialog import KeysDialog  # noqa: PLC0415 - as above

        KeysDialog(self._actions.values(), self).open()

    def _restore_session(self) -> None:
        """Go back to where the user was, unless newer traces have come, which are followed."""
        if not self._traces.rowCount():
            return
        session = self._memory.take_session()
        if session is None or self.selection.root_span_id is not None:
            return
        has_newer = self.controller.newest_root != session.newest
        if not (has_newer and self._preferences.follows_newest):
            self.controller.open_trace(session.root_span_id, session.span_id)

    def _save(self) -> None:
        """Keep where the user is, and how all is laid out."""
        root_span_id, span = self.selection.root_span_id, self.selection.span
        if root_span_id is not None:
            self._memory.save_session(
                Session(root_span_id, None if span is None else span.span_id, self.controller.newest_root)
            )
        self._memory.save_layout(self, self._splitter, self.detail_pane)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the paint to the next turn: with all that is laid out in this one it would be too long."""
        super().resizeEvent(event)
        if self.isVisible():
            paint_next_turn(self)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's name
        """Go on with Tab as one reads, whenever things were made."""
        current = QApplication.focusWidget()
        if current is not None and not current.isVisible():  # Qt asks as it hides it: perhaps for a moment only
            QTimer.singleShot(0, self, self._keep_focus)
            return True
        reached = step_focus(self._central, is_forward=next)
        show_focus(reached, self._appearance)
        return reached is not None

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None and self.isActiveWindow():
            QTimer.singleShot(0, self, self._keep_focus)

    def _keep_focus(self) -> None:
        """Let keys go to the tree where what had them went away, as a card does when another span is shown."""
        current = QApplication.focusWidget()
        if self.isActiveWindow() and (current is None or not current.isVisible()):
            self.trace_pane.setFocus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a store's folder, a bundle, an export."""
        if find_dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open it in a window of its own."""
        target = find_dropped(event.mimeData())
        if target is not None:
            event.acceptProposedAction()
            self._on_store_wanted(target, left_out=count_files(event.mimeData()) - 1)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the sizes and end the threads."""
        self.closing.emit()
        self._saving.stop()
        self._save()
        self._backend.stop()
        self.trace_pane.stop()
        self.detail_pane.stop()
        self.remote_images.stop()
        self._trying.stop()
        self._exporting.stop()
        self.images.stop()
        super().closeEvent(event)
