from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from spanglass_viewer.theme.dressing import Dressing
from spanglass_viewer.turns.picture_hold import hold_picture, let_picture_go

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

_SIDE = 400


class _Rows(QWidget):
    """Notes how high each part of it is that is painted, and whether that can be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[tuple[int, bool]] = []
        self.resize(_SIDE, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        self.painted.append((event.rect().height(), self.updatesEnabled()))
        painter.drawText(QPoint(5, 20), "row")


@pytest.fixture
def rows(qtbot: QtBot) -> _Rows:
    made = _Rows()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: len(made.painted) > 0)
    return made


@pytest.fixture
def dressing(qapp: QApplication) -> Iterator[Dressing]:
    made = Dressing(qapp)
    yield made
    made.deleteLater()


def test_a_window_is_painted_in_parts_that_are_not_shown_then_at_once(
    rows: _Rows, dressing: Dressing, qtbot: QtBot
) -> None:
    told: list[str] = []
    dressing.dressed.connect(lambda: told.append("dressed"))
    dressing.dressed.connect(rows.painted.clear)
    dressing.fitted.connect(lambda: told.append("fitted"))
    dressing.start()
    assert not dressing.is_done
    assert not rows.updatesEnabled()
    qtbot.waitUntil(lambda: dressing.is_done)
    assert told == ["dressed", "fitted"]
    *parts, (whole, is_shown) = rows.painted
    assert sum(height for height, _ in parts) == _SIDE
    assert len(parts) > 2
    assert not any(is_seen for _, is_seen in parts)
    assert (whole, is_shown) == (_SIDE, True)


def test_a_window_is_shown_when_nobody_else_holds_its_picture(rows: _Rows, dressing: Dressing, qtbot: QtBot) -> None:
    dressing.fitted.connect(lambda: hold_picture(rows))  # as a pane does that is made anew
    dressing.start()
    with qtbot.waitSignal(dressing.fitted):
        rows.painted.clear()
    for _ in range(20):
        QApplication.processEvents()
    assert not dressing.is_done
    assert rows.painted == []
    let_picture_go(rows)
    qtbot.waitUntil(lambda: dressing.is_done)
    assert rows.painted[-1] == (_SIDE, True)


def test_a_window_that_goes_meanwhile_is_waited_for_no_longer(rows: _Rows, dressing: Dressing, qtbot: QtBot) -> None:
    other = QWidget()
    other.show()
    qtbot.waitExposed(other)
    dressing.fitted.connect(other.deleteLater)
    dressing.start()
    qtbot.waitUntil(lambda: dressing.is_done)
    assert rows.updatesEnabled()


def test_what_nobody_looks_at_is_dressed_at_once(qtbot: QtBot, dressing: Dressing) -> None:
    hidden = QWidget()
    qtbot.addWidget(hidden)
    with qtbot.waitSignal(dressing.fitted, timeout=0, raising=False) as told:
        dressing.start()
    assert told.signal_triggered
    assert dressing.is_done
