from __future__ import annotations

import dataclasses
import os
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from span_details import make_detail

from spanglass_viewer.panes.detail.detail_pane import DetailPane
from spanglass_viewer.panes.detail.editor import editor_command, is_local_source
from spanglass_viewer.panes.detail.frames_view import FrameRow, SourceExcerptView
from spanglass_viewer.panes.detail.source_lines import find_source
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.tracebacks.parsed import Frame, FrameKind
from spanglass_viewer.widgets.buttons import IconButton

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.trace.references import SpanDetail

SDK_FRAME = '  File "/x/site-packages/spanglass/traced.py", line 9, in wrapper\n    return call()\n'
LIBRARY_FRAMES = "".join(
    f'  File "/x/site-packages/httpx/_client.py", line {line}, in send\n    return self.send()\n' for line in (1, 2, 3)
)


@pytest.fixture
def pane(pane: DetailPane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> DetailPane:
    """The pane; what it is asked to show is there when it returns."""

    def show_span(detail: SpanDetail) -> None:
        DetailPane.show_span(pane, detail)
        qtbot.waitUntil(lambda: pane.is_idle)

    monkeypatch.setattr(pane, "show_span", show_span)
    return pane


def _fail() -> str:
    try:
        _refund(-1)
    except ValueError:
        return traceback.format_exc()
    raise AssertionError("nothing was raised")


def _refund(amount: int) -> None:
    if amount < 0:
        raise ValueError("the amount is negative")


def _with_frames(text: str, frames: str) -> str:
    header, rest = text.split("\n", 1)
    return f"{header}\n{frames}{rest}"


def _labels(pane: DetailPane) -> list[str]:
    return [label.text() for label in pane._error.findChildren(QLabel)]


def test_the_banner_and_the_source_of_the_users_last_frame(pane: DetailPane) -> None:
    text = _fail()
    pane.show_span(make_detail(error=text))
    assert "ValueError" in _labels(pane)
    (excerpt,) = pane._error.findChildren(SourceExcerptView)
    assert 'raise ValueError("the amount is negative")' in excerpt.accessibleName()
    pane.copy_error()
    assert QGuiApplication.clipboard().text() == text


def test_a_line_of_source_that_is_cut_is_shown_whole_under_the_mouse(
    pane: DetailPane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "agent.py"
    source.write_text("    short()\n    " + "very_" * 40 + "long()\n")
    pane.show_span(
        make_detail(error=f'Traceback (most recent call last):\n  File "{source}", line 2, in f\nValueError: no')
    )
    (excerpt,) = pane._error.findChildren(SourceExcerptView)
    told: list[str] = []
    monkeypatch.setattr(
        "spanglass_viewer.panes.detail.frames_view.QToolTip.showText", lambda _at, text, _widget: told.append(text)
    )
    for row in (0, 1):
        at = QPoint(60, 10 + row * excerpt._row_px)
        QApplication.sendEvent(excerpt, QHelpEvent(QEvent.Type.ToolTip, at, excerpt.mapToGlobal(at)))
    assert told == ["", "very_" * 40 + "long()"]


def test_library_frames_are_folded_and_those_of_the_sdk_left_out(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(error=_with_frames(_fail(), SDK_FRAME + LIBRARY_FRAMES)))
    QGuiApplication.processEvents()
    assert [row.frame.kind for row in pane._error.findChildren(FrameRow)] == [FrameKind.USER] * 2
    (button,) = [found for found in pane._error.findChildren(QPushButton) if found.text() == "3 library frames"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    rows = [row for row in pane._error.findChildren(FrameRow) if row.frame.kind is FrameKind.LIBRARY]
    assert [row.isHidden() for row in rows] == [False] * 3
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [row.isHidden() for row in rows] == [True] * 3


def test_many_frames_come_a_few_a_turn_in_their_order(pane: DetailPane) -> None:
    frames = "".join(f'  File "{__file__}", line {line}, in step_{line}\n    go()\n' for line in range(1, 61))
    turns: list[int] = []
    pane._context.making._slices.due.connect(lambda: turns.append(len(pane._error.findChildren(FrameRow))))
    pane.show_span(make_detail(error=_with_frames(_fail(), frames)))
    seen = sorted({*turns} - {0})
    assert len(seen) > 2, "some come before the others"
    assert turns == sorted(turns)
    assert [row.frame.line for row in pane._error.findChildren(FrameRow)][:60] == [*range(1, 61)]
    DetailPane.show_span(pane, make_detail(id="row-2", error=_with_frames(_fail(), frames)))
    pane.show_span(make_detail(id="row-3", input="no error"))  # while frames are still to be made
    assert not pane._error.isVisible()


def test_a_frame_offers_its_buttons_where_room_was_kept_for_them(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(error=_fail()))
    row = pane._error.findChildren(FrameRow)[-1]
    assert row.findChildren(IconButton) == []
    place = row.findChildren(QLabel)[1].geometry()
    row.setFocus()
    copy = row.findChildren(IconButton)[0]
    qtbot.waitUntil(copy.isVisible)
    QGuiApplication.processEvents()
    assert row.findChildren(QLabel)[1].geometry() == place
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == f"{row.frame.path}:{row.frame.line}"


def test_a_frame_folds_and_unfolds_by_the_keyboard(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(error=_fail()))
    _, row = pane._error.findChildren(FrameRow)
    (excerpt,) = row.findChildren(SourceExcerptView)
    qtbot.keyClick(row, Qt.Key.Key_Return)
    assert excerpt.isHidden()
    qtbot.keyClick(row, Qt.Key.Key_Space)
    assert not excerpt.isHidden()


def test_the_same_error_keeps_its_widgets(pane: DetailPane) -> None:
    text = _fail()
    pane.show_span(make_detail(error=text))
    rows = pane._error.findChildren(FrameRow)
    pane.show_span(make_detail(error=text, output="late"))
    assert pane._error.findChildren(FrameRow) == rows


def test_an_error_that_is_json(pane: DetailPane) -> None:
    pane.show_span(make_detail(error={"type": "GatewayTimeout", "message": "no answer", "code": 504}))
    assert {"GatewayTimeout", "504"} <= set(_labels(pane))


def test_a_changed_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("".join(f"line {number}\n" for number in range(1, 21)))
    found = find_source(Frame(str(path), 10, "f", "line 10", FrameKind.USER))
    assert found is not None
    assert (found.first_line, found.lines[0], found.lines[-1], found.is_changed) == (5, "line 5", "line 15", False)
    changed = find_source(Frame(str(path), 10, "f", "other", FrameKind.USER))
    assert changed is not None
    assert changed.is_changed
    assert find_source(Frame(str(path), 99, "f", "", FrameKind.USER)) is None


def test_a_file_that_was_written_after_the_span_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.js"
    path.write_text("fail()\n")
    frame = Frame(str(path), 1, "f", "", FrameKind.USER)  # JavaScript quotes no lines
    written_us = path.stat().st_mtime_ns // 1000
    found = [find_source(frame, logged_us) for logged_us in (0, written_us + 1, written_us - 1)]
    assert [excerpt is not None and excerpt.is_changed for excerpt in found] == [False, False, True]


def test_the_note_of_a_changed_file_names_the_commit(pane: DetailPane) -> None:
    detail = dataclasses.replace(make_detail(error=_fail()), git_commit="0123456789abcdef")
    detail = dataclasses.replace(detail, record=dataclasses.replace(detail.record, created_us=1))
    pane.show_span(detail)
    (excerpt,) = pane._error.findChildren(SourceExcerptView)
    assert "\nThe file has changed since commit 0123456789\n" in excerpt.accessibleName()


def test_a_line_that_has_moved_is_found_again(pane: DetailPane, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("# new\n" * 30 + "    fail(now)\n" + "# new\n" * 30 + "fail(now)\n")
    found = find_source(Frame(str(path), 26, "f", "fail(now)\n  ^^^^", FrameKind.USER))
    assert found is not None
    assert (found.line, found.lines[5], found.is_changed) == (31, "    fail(now)", True)
    error = f'Traceback (most recent call last):\n  File "{path}", line 26, in f\n    fail(now)\nValueError: no\n'
    pane.show_span(make_detail(error=error))
    (excerpt,) = pane._error.findChildren(SourceExcerptView)
    assert "The file has changed since\nThis was line 26\n" in excerpt.accessibleName()


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("code", ["code", "--goto", "/a.py:7"]),
        ("code --line={line} {path}", ["code", "--line=7", "/a.py"]),
        ("nano {path}", None),
        ("code '{path}", None),
        ("'open", ["code", "--goto", "/a.py:7"]),
    ],
)
def test_the_users_own_editor_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str, expected: list[str] | None
) -> None:
    for name in ("code", "cursor"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    command = editor_command(Path("/a.py"), 7, {"VISUAL": "cursor"} if expected else {}, chosen)
    assert (None if command is None else [Path(command[0]).name, *command[1:]]) == expected


def test_only_regular_files_of_this_machine_are_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in ("/dev/zero", str(pipe), "//host/share/a.py", r"\\host\share\a.py", "relative.py", "/a\0b", "<string>"):
        assert not is_local_source(Path(path)), path
    assert is_local_source(Path(__file__))


@pytest.mark.parametrize(
    ("visual", "expected"),
    [
        ("cursor --wait", ["cursor", "--wait", "--goto", "/a.py:7"]),
        ("vim", ["pycharm", "--line", "7", "/a.py"]),
        ("", ["pycharm", "--line", "7", "/a.py"]),
    ],
)
def test_the_editor_is_one_with_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visual: str, expected: list[str]
) -> None:
    for name in ("cursor", "vim", "pycharm"):
        if name != "cursor" or visual.startswith("cursor"):
            (tmp_path / name).write_text("#!/bin/sh\n")
            (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    command = editor_command(Path("/a.py"), 7, {"VISUAL": visual})
    assert command is not None
    assert [Path(command[0]).name, *command[1:]] == expected


@pytest.mark.parametrize(
    ("chosen", "said"), [("", "set VISUAL"), ("nowhere/edit {path}", "nowhere/edit {path} did not")]
)
def test_without_an_editor_it_says_so(
    pane: DetailPane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, chosen: str, said: str
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("VISUAL", raising=False)
    pane.set_editor(chosen)
    pane.show_span(make_detail(error=_fail()))
    _, row = pane._error.findChildren(FrameRow)
    with qtbot.waitSignal(pane.notice_given, check_params_cb=lambda sentence: said in sentence):
        row._on_open()


def test_the_failed_line_opens_in_the_editor(
    pane: DetailPane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[tuple[str, int]] = []
    opens = "spanglass_viewer.panes.detail.frames_view.open_in_editor"
    monkeypatch.setattr(opens, lambda path, line, _editor: asked.append((path.name, line)) or True)
    source = tmp_path / "a.py"
    source.write_text("# new\n" * 30 + "fail(now)\n")
    cause = f'Traceback (most recent call last):\n  File "{source}", line 26, in f\n    fail(now)\nOSError: no\n'
    between = "\nDuring handling of the above exception, another exception occurred:\n\n"
    last = 'Traceback (most recent call last):\n  File "/x/site-packages/httpx/a.py", line 9, in g\nValueError: no\n'
    pane.show_span(make_detail(error=cause + between + last))
    pane.open_in_editor()
    assert asked == [("a.py", 31)], "the user's own line, where it stands now"
    for number, (error, said) in enumerate(((last, "no file"), ("it failed", "no file"), (None, "no error"))):
        pane.show_span(make_detail(id=f"row {number}", error=error))
        with qtbot.waitSignal(pane.notice_given, check_params_cb=lambda sentence, said=said: said in sentence):
            pane.open_in_editor()
    assert len(asked) == 1


def test_an_error_is_copied_as_it_was_or_for_an_llm(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(error="ValueError: no"))
    pane.copy_error_as_markdown()
    assert QGuiApplication.clipboard().text() == "**ValueError: no**\n\n```text\nValueError: no\n```\n"
    pane.copy_error()
    assert QGuiApplication.clipboard().text() == "ValueError: no"
    pane.show_span(make_detail(id="row-2", input="no error"))
    with qtbot.waitSignal(pane.notice_given, check_params_cb=lambda sentence: "as it was" in sentence):
        pane.copy_error()
    assert QGuiApplication.clipboard().text() == "ValueError: no"


def _caught(error: Exception) -> Exception:
    """Return an error with a frame of its own."""
    try:
        raise error
    except type(error):
        return error


def _make_group(depth: int) -> Exception:
    leaf = _caught(ValueError(f"leaf {depth}"))
    return _caught(ExceptionGroup(f"depth {depth}", [leaf, _make_group(depth - 1)])) if depth else leaf


def test_a_group_thirty_deep_fits_a_narrow_pane(pane: DetailPane) -> None:
    group = traceback.TracebackException.from_exception(_make_group(30), max_group_depth=40)
    pane.resize(250, 600)
    pane.show_span(make_detail(error="".join(group.format())))
    QApplication.processEvents()
    rows = pane.findChildren(FrameRow)
    assert len(rows) > 20
    assert all(row.mapTo(pane, QPoint(row.width(), 0)).x() <= pane.width() for row in rows)


def test_what_of_a_line_failed_is_underlined(pane: DetailPane, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("def pay(order):\n\tif order:\n\t\treturn order.total / order.count  # each\n\treturn 0\n")
    head = f'Traceback (most recent call last):\n  File "{path}", line 3, in pay\n'
    head += "    return order.total / order.count  # each\n"
    carets = "           ~~~~~~~~~~~~^~~~~~~~~~~~~\n"
    pictures: list[QImage] = []
    for pointed in ("", carets):
        pane.show_span(make_detail(error=f"{head}{pointed}ZeroDivisionError: division by zero\n"))
        (excerpt,) = pane._error.findChildren(SourceExcerptView)
        pictures.append(excerpt.grab().toImage())
    plain, marked = pictures
    differs = [
        (x, y) for x in range(plain.width()) for y in range(plain.height()) if plain.pixel(x, y) != marked.pixel(x, y)
    ]
    columns, rows = ({at[axis] for at in differs} for axis in (0, 1))
    assert len(rows) == 2, "a line of two pixels"
    failed_px = QFontMetrics(font(FontRole.CODE)).horizontalAdvance("order.total / order.count")
    assert abs(len(columns) - failed_px) <= 2
    found = find_source(Frame(str(path), 3, "pay", "return 1", FrameKind.USER, columns=(7, 8)))
    assert found is not None
    assert found.columns is None, "the line reads otherwise now"
