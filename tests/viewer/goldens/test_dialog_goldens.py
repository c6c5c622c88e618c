"""Dialogs, bars and popups in the states that few see: waiting, nothing there, a fault, no match, a filter in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_traces import EPOCH_US, make_support_skeleton
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QListView, QMenu, QMessageBox, QWidget
from span_details import make_detail
from trace_summaries import make_summary

from spanglass_store.database.records import AttachmentRecord, StoreTotals
from spanglass_store.faults import StoreBusy
from spanglass_viewer.backend.images import ImageLoader
from spanglass_viewer.backend.requests import FindAnswer
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.models.trace_list import TraceListModel
from spanglass_viewer.panes.command_palette import CommandPalette
from spanglass_viewer.panes.detail.detail_pane import DetailPane
from spanglass_viewer.panes.experiment_dialog import ExperimentDialog
from spanglass_viewer.panes.lightbox import Lightbox
from spanglass_viewer.panes.status_bar import StatusBar
from spanglass_viewer.panes.trace_list_pane import TraceListPane
from spanglass_viewer.panes.trace_pane import TracePane
from spanglass_viewer.panes.try_prompt_dialog import TryPromptDialog
from spanglass_viewer.panes.types_menu import TypesMenu, count_types
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.values.chat.prompt_draft import DraftMessage, Endpoint, PromptDraft
from spanglass_viewer.values.chat.prompt_rows import PromptAnswer
from spanglass_viewer.values.media import MediaItem, MediaKind
from spanglass_viewer.views.flame_view import FlameView
from spanglass_viewer.widgets.banner import Banner
from spanglass_viewer.widgets.problem_box import say_problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    Check = Callable[[QWidget, str], None]

NOW_US = EPOCH_US + 20_000_000
FAULT = "The store is in use by another program. Nothing is lost. Close it, or wait:"

pytestmark = pytest.mark.parametrize("theme", ["dark", "light"])


@pytest.fixture
def dressed(qapp: QApplication, _fonts: None, theme: str) -> Appearance:
    """The theme of the test."""
    return Appearance(qapp, ThemeMode(theme))


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """What dialogs belong to."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(640, 520)
    return made


@pytest.mark.usefixtures("dressed")
def test_a_problem_that_is_said_in_a_box(window: QWidget, theme: str, check_golden: Check) -> None:
    say_problem(window, f"The trace was not exported, as the program that writes it did not start.\n\n{FAULT} /data")
    box = window.findChild(QMessageBox)
    box.setFocus()
    check_golden(box, f"problem-{theme}")
    box.close()


@pytest.mark.usefixtures("dressed")
def test_a_palette_without_a_match(qtbot: QtBot, window: QWidget, theme: str, check_golden: Check) -> None:
    palette = CommandPalette([QAction("Next error", window)], window)
    qtbot.addWidget(palette)
    palette.show()
    palette.findChild(QLineEdit).setText("zebra")
    palette.setFocus()  # away from the cursor, which blinks
    check_golden(palette, f"command-palette-no-match-{theme}")


def test_an_experiment_that_is_being_added_up(
    qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check
) -> None:
    dialog = ExperimentDialog(dressed)
    qtbot.addWidget(dialog)
    dialog.resize(QSize(560, 240))
    dialog.show_bases((), None)
    dialog.show_notice("Adding up…")
    dialog.show()
    dialog.setFocus()
    check_golden(dialog, f"experiment-loading-{theme}")


def test_a_prompt_that_cannot_be_sent_and_one_that_failed(
    dressed: Appearance, window: QWidget, theme: str, check_golden: Check
) -> None:
    messages = [DraftMessage("system", "Be brief."), DraftMessage("user", "Where is my refund?")]
    dialog = TryPromptDialog(PromptDraft("gpt-5-mini", messages), "It is on its way.", dressed, window)
    dialog.resize(760, 460)
    dialog.show_endpoint(Endpoint("", ""), has_key=False)
    dialog.show()
    dialog.setFocus()
    check_golden(dialog, f"try-prompt-no-endpoint-{theme}")
    dialog.show_endpoint(Endpoint("http://localhost:8080/v1", "LLM_KEY"), has_key=True)
    dialog.show_sending()
    dialog.add_piece("It was sent on Tue")
    dialog.show_answer(PromptAnswer("It was sent on Tue", problem="The connection was lost in the middle"), 1.5)
    dialog.setFocus()
    check_golden(dialog, f"try-prompt-failed-{theme}")
    dialog.close()


def test_a_filtered_list(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check,
                         monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    start_us = make_summary(0).start_us
    monkeypatch.setattr("time.time_ns", lambda: (start_us + 100_000_000) * 1000)
    model = TraceListModel()
    pane = TraceListPane(model, Selection(), dressed)
    pane.filter_box.hide()  # the window has it in its top bar
    qtbot.addWidget(pane)
    pane.resize(200, 300)  # as narrow as a small window makes it
    pane.show()
    pane.filter_box.set_text("error dur>=5s")
    failed = {"error_count": 2, "own_error_count": 2, "duration_secs": 8.1, "tokens": 18_096, "cost": 0.0247}
    model.show_first_page([make_summary(number, **failed) for number in (60, 30)], has_more=False)
    pane.show_total(12_480)
    check_golden(pane, f"trace-list-filtered-{theme}")


def test_a_flame_view_with_hidden_types_and_hits(
    qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check
) -> None:
    pane = TracePane(Selection(), dressed, clock_us=lambda: NOW_US)
    qtbot.addWidget(pane)
    pane.resize(780, 420)
    pane.show()
    pane.toggle_flame()
    snapshot = build_snapshot(make_support_skeleton(), 1, NOW_US)
    hits = tuple(snapshot.skeleton.span_id.texts(range(3, 30, 7)))
    pane.finder.search_wanted.connect(lambda asked: pane.finder.show_hits(FindAnswer(asked, hits)))
    pane.show_snapshot(snapshot, opened=True)
    pane.finder.hide_types(frozenset({"function"}))
    pane.finder.open()
    pane.finder.bar.set_text("refund")
    pane.setFocus()
    qtbot.waitUntil(lambda: pane.findChild(FlameView).is_idle)
    check_golden(pane, f"flame-narrowed-{theme}")
    pane.stop()


def test_attachments_whose_bytes_are_elsewhere(
    qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check
) -> None:
    states = {
        "clip.mp4": AttachmentRecord("1", "clip.mp4", "video/mp4", "uploading", None, None, None),
        "gone.png": AttachmentRecord("2", "gone.png", "image/png", "error", None, None, "[Errno 2] No such file"),
        "lost.pdf": AttachmentRecord("3", "lost.pdf", "application/pdf", "done", "0" * 64, 12_400, None),
    }
    value: dict[str, object] = {
        record.key: {"type": "braintrust_attachment", "key": record.key, "filename": name,
                     "content_type": record.content_type} for name, record in states.items()
    } | {"logo": {"image_url": {"url": "https://example.org/logo.png"}}}  # fmt: skip
    images = ImageLoader()
    pane = DetailPane(Selection(), dressed, images)
    qtbot.addWidget(pane)
    pane.resize(380, 620)
    pane.show()
    pane.show_span(make_detail(input=value, attachments={record.key: record for record in states.values()}))
    qtbot.waitUntil(lambda: pane.is_idle and images.is_idle)
    pane.setFocus()
    check_golden(pane, f"detail-attachments-{theme}")
    pane.stop()
    images.stop()


def test_the_form_for_annotations(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    images = ImageLoader()
    pane = DetailPane(Selection(), dressed, images)
    qtbot.addWidget(pane)
    pane.resize(380, 440)
    pane.show()
    pane.show_span(make_detail(output="42", scores={"helpfulness": 0.6}))
    pane.annotate()
    pane.show_annotation_problem("A score is a number from 0 to 1")
    pane.setFocus()
    check_golden(pane, f"detail-annotate-{theme}")
    pane.stop()
    images.stop()


@pytest.fixture
def broken_picture(tmp_path: Path) -> MediaItem:
    """A file that is no picture, whatever it says."""
    path = tmp_path / "broken.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n and nothing more")
    return MediaItem("key", "broken.png", "image/png", MediaKind.IMAGE, path=path)


@pytest.mark.usefixtures("theme")
def test_a_damaged_picture_large(
    qtbot: QtBot, dressed: Appearance, window: QWidget, broken_picture: MediaItem, check_golden: Check
) -> None:
    window.show()
    images = ImageLoader()
    box = Lightbox(window, dressed, images)
    box.open_items([broken_picture], 0)
    qtbot.waitUntil(lambda: box.is_idle, timeout=20_000)
    check_golden(box, f"large-damaged-{dressed.mode.value}")
    box.stop()
    images.stop()


class _PatientLoader(ImageLoader):
    """Has nothing yet, and never will."""

    def request(self, item: MediaItem, max_px: int) -> None:
        """Take note of it."""


@pytest.mark.usefixtures("theme")
def test_a_picture_that_is_still_being_read(
    dressed: Appearance, window: QWidget, broken_picture: MediaItem, check_golden: Check
) -> None:
    window.show()
    images = _PatientLoader()
    box = Lightbox(window, dressed, images)
    box.open_items([broken_picture], 0)
    check_golden(box, f"large-loading-{dressed.mode.value}")
    box.stop()
    images.stop()


def test_a_status_bar_at_rest_and_with_a_fault(
    qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check, tmp_path: Path
) -> None:
    assert dressed.mode.value == theme
    bar = StatusBar(tmp_path.relative_to(tmp_path) / "traces")
    qtbot.addWidget(bar)
    bar.resize(560, bar.height())
    bar.show()
    bar.show_totals(StoreTotals(12_480, 3_100_000, 2_400_000_000), 0.012)
    check_golden(bar, f"status-bar-{theme}")
    bar.show_fault(StoreBusy(f"{FAULT} the window goes on with what it has, and tries again by itself"))
    check_golden(bar, f"status-bar-fault-{theme}")


def test_banners(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    banner = Banner(dressed)
    qtbot.addWidget(banner)
    banner.resize(640, 60)
    banner.say("Waiting for span 0a1b2c3d…, whose trace is still running. It opens as it comes.", is_warning=False)
    check_golden(banner, f"banner-news-{theme}")
    banner.say("The link leads into a store that is not known here.", is_warning=True, action="Open a store…")
    check_golden(banner, f"banner-warning-{theme}")


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_popups(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    menu = TypesMenu()
    qtbot.addWidget(menu)
    menu.show_types(count_types(build_snapshot(make_support_skeleton(), 1, NOW_US)), frozenset({"llm"}))
    menu.adjustSize()
    check_golden(menu, f"types-{theme}")
    pane = TraceListPane(TraceListModel(), Selection(), dressed)
    qtbot.addWidget(pane)
    pane.filter_box.resize(300, 40)
    pane.filter_box.show()
    pane.filter_box.findChild(QLineEdit).setText("t")
    pane.filter_box._on_edited()
    words = pane.filter_box._popup
    assert isinstance(words, QListView)
    check_golden(words, f"filter-words-{theme}")
    words.hide()


def test_an_order_of_the_list(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    pane = TraceListPane(TraceListModel(), Selection(), dressed)
    qtbot.addWidget(pane)
    pane.sort.set_score_names(["accuracy"])
    menu = pane.sort.menu()
    assert isinstance(menu, QMenu)
    menu.adjustSize()
    check_golden(menu, f"orders-{theme}")
