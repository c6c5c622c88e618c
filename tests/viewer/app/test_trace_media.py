"""The strip of a trace's attachments in the real window."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import media_files as files
import pytest
from journal_rows import JournalWriter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from spanglass_viewer.backend.requests import MediaAnswer
from spanglass_viewer.panes.settings_dialog import SettingsDialog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow


@pytest.fixture
def journal(store_path: Path) -> Iterator[JournalWriter]:
    """Two traces, of which the newer one has attachments below its second and third span."""
    writer = JournalWriter(store_path)
    writer.span(5, trace=2, at=-20, name="older")
    writer.span(1, name="agent", after=4.0)
    photo = writer.attach("k1", files.encode_picture("PNG"), "photo.png", "image/png")
    table = writer.attach("k2", files.CSV, "lines.csv", "text/csv")
    writer.span(2, parents=(1,), at=0.1, name="look", input={"file": photo})
    writer.span(3, parents=(1,), at=0.2, name="read", input={"files": [table, photo]})
    yield writer
    writer.die()


@pytest.fixture
def window(
    open_window: Callable[..., MainWindow], qtbot: QtBot, store_path: Path, journal: JournalWriter
) -> MainWindow:
    """The window on that store, with the attachments listed."""
    assert journal.store == store_path
    window = open_window(remote_hosts="a.example")
    qtbot.waitUntil(lambda: len(window.filmstrip.entries) == 2, timeout=10_000)
    return window


def test_each_attachment_stands_once_below_the_trace_and_leads_to_its_span(window: MainWindow, qtbot: QtBot) -> None:
    strip = window.filmstrip
    assert strip.isVisible()
    assert [(entry.item.name, entry.span_name) for entry in strip.entries] == [
        ("photo.png", "look"),
        ("lines.csv", "read"),
    ]
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=strip.cell_rect(1).center())
    qtbot.waitUntil(lambda: window.windowTitle().startswith("read"), timeout=10_000)
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.detail_pane.lightbox.isVisible() and window.detail_pane.is_idle, timeout=10_000)
    assert window.detail_pane.lightbox._details.text().startswith("3 rows")


def test_the_strip_is_hidden_by_its_key_and_where_there_is_nothing(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_M)
    assert not window.filmstrip.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_M)
    assert window.filmstrip.isVisible()
    window.controller.open_trace(f"{2:032x}")
    qtbot.waitUntil(lambda: window.controller.is_settled and not window.filmstrip.isVisible(), timeout=10_000)


def test_the_strip_gives_way_in_a_low_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1440, 440)
    qtbot.waitUntil(lambda: not window.filmstrip.isVisible())
    window.resize(1440, 900)
    qtbot.waitUntil(window.filmstrip.isVisible)


def test_the_strip_comes_in_a_turn_of_its_own(window: MainWindow, qtbot: QtBot) -> None:
    strip, media = window.filmstrip, window.trace_media
    entries = strip.entries
    strip.show_entries(())
    strip.hide()
    media._ask()
    request = media._on_its_way
    assert request is not None
    media._on_media_listed(MediaAnswer(request, entries))
    assert not strip.isVisible()
    assert not media.is_idle
    qtbot.waitUntil(lambda: media.is_idle)
    assert strip.isVisible()
    assert strip.entries == entries


def test_of_a_trace_that_is_deleted_while_it_is_open_the_strip_goes_as_well(
    window: MainWindow, qtbot: QtBot, journal: JournalWriter
) -> None:
    window.controller.open_trace(f"{1:032x}")
    journal.span(9, trace=3, at=20, name="newer")
    qtbot.waitUntil(
        lambda: window.controller.newest_root == f"{3:032x}" and window.controller.is_settled, timeout=10_000
    )
    command = [sys.executable, "-m", "spanglass_viewer", "prune", "--yes", "--keep-last", "1"]
    subprocess.run([*command, "--store", str(journal.store)], check=True, capture_output=True)
    qtbot.waitUntil(lambda: not window.filmstrip.entries, timeout=10_000)
    assert not window.filmstrip.isVisible()


def test_hosts_of_images_are_taken_back_in_the_settings(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(SettingsDialog)
    assert isinstance(dialog, SettingsDialog)
    box = next(
        box
        for box in dialog.findChildren(QLineEdit)
        if box.accessibleName() == "Hosts whose images are fetched without asking"
    )
    assert box.text() == "a.example"
    box.setText("")
    box.editingFinished.emit()
    dialog.accept()
    assert window.remote_images.hosts == ()
    window.close()
    assert "a.example" not in (tmp_path / "window.ini").read_text()
