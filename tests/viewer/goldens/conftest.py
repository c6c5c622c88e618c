"""Pictures that panes must go on to look like. `pytest --update-goldens` makes them anew: look at what changed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

PICTURES = Path(__file__).parent
NOTICEABLE = 24  # of 255: below it no eye sees the difference
MAX_DIFFERING_SHARE = 0.002
LOOKS_AT_REST = 3


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Show times of day as they are in UTC, wherever the test runs."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def check_golden(request: pytest.FixtureRequest, tmp_path: Path, qtbot: QtBot) -> Callable[[QWidget, str], None]:
    """Compare a widget with its picture."""

    def check(widget: QWidget, name: str) -> None:
        golden = PICTURES / f"{name}.png"
        painted = tmp_path / f"{name}.png"
        image = settled_picture(widget, qtbot)
        assert image.save(str(painted))
        if request.config.getoption("--update-goldens"):
            with Image.open(painted) as made:
                made.convert("RGB").save(golden, optimize=True)
            return
        assert golden.exists(), f"no golden yet; {painted} is what is painted"
        share = differing_share(painted, golden)
        assert share <= MAX_DIFFERING_SHARE, f"{share:.2%} of {painted} differs from {golden}"

    return check


def settled_picture(widget: QWidget, qtbot: QtBot) -> QImage:
    """Return what a widget looks like once its layout has come to rest.

    A size that changed travels up a pane as a chain of posted events and timers of no time. On a busy machine one look
    may follow another without a link of it between them, so each look waits until the event loop has gone round.
    """
    images = [QImage()] * LOOKS_AT_REST

    def is_at_rest() -> bool:
        go_round(qtbot)
        images.append(widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32))
        return all(image == images[-1] for image in images[-LOOKS_AT_REST:])

    qtbot.waitUntil(is_at_rest)
    return images[-1]


def go_round(qtbot: QtBot) -> None:
    """Let everything come about that was posted or due before, the timers of no time among it."""
    for _ in range(2):  # a timer's slot may post, and what is posted may start a timer
        last = QTimer(singleShot=True, interval=0)
        with qtbot.waitSignal(last.timeout):
            last.start()
        QCoreApplication.sendPostedEvents()


def differing_share(one: Path, other: Path) -> float:
    """Return the share of pixels that an eye would see differ; 1 where the sizes do."""
    with Image.open(one) as first, Image.open(other) as second:
        if first.size != second.size:
            return 1.0
        difference = ImageChops.difference(first.convert("RGB"), second.convert("RGB")).convert("L")
    changed = sum(difference.histogram()[NOTICEABLE:])
    return changed / (difference.width * difference.height)
