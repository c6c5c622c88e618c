from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Signal

from spanglass_viewer.app.run import spare_when_settled

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Controller(QObject):
    settled = Signal()


@pytest.fixture
def _thawed() -> Iterator[None]:
    """Give the collector back what a test took from it."""
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_thawed")
def test_what_is_there_when_the_window_is_settled_is_spared_the_collector_once() -> None:
    controller = _Controller()
    spare_when_settled(controller)  # pyright: ignore[reportArgumentType] - a stand-in
    there = [[]]
    assert any(found is there for found in gc.get_objects())
    controller.settled.emit()
    assert not any(found is there for found in gc.get_objects())
    later = [[]]
    controller.settled.emit()
    assert any(found is later for found in gc.get_objects())
