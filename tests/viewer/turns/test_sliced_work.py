"""Pieces of work are done in order, several a turn while there is time, and newer work takes the place of older."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from spanglass_viewer.turns.sliced_work import SlicedWork

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


def _iter_noting(done: list[str], *names: str) -> Iterator[None]:
    for name in names:
        done.append(name)
        yield


def test_all_pieces_are_done_in_their_order_and_none_at_once(qtbot: QtBot) -> None:
    owner, done = QObject(), list[str]()
    work = SlicedWork(owner)
    assert not work.is_active
    work.start(_iter_noting(done, "a", "b", "c"))
    assert (done, work.is_active) == ([], True)
    qtbot.waitUntil(lambda: not work.is_active)
    assert done == ["a", "b", "c"]


def test_newer_work_takes_the_place_of_older(qtbot: QtBot) -> None:
    owner, done = QObject(), list[str]()
    work = SlicedWork(owner)
    work.start(_iter_noting(done, "old"))
    work.start(_iter_noting(done, "new"))
    qtbot.waitUntil(lambda: not work.is_active)
    work.start(_iter_noting(done, "again"))
    qtbot.waitUntil(lambda: not work.is_active)
    assert done == ["new", "again"]
