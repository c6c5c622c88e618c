"""A detail pane with its loader, and pictures to show in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from spanglass_viewer.backend.images import ImageLoader
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.panes.detail.detail_pane import DetailPane

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


@pytest.fixture
def images(qtbot: QtBot) -> Iterator[ImageLoader]:  # noqa: ARG001 - Qt has to be there
    """A loader that is stopped afterwards."""
    loader = ImageLoader()
    yield loader
    loader.stop()


@pytest.fixture
def pane(qtbot: QtBot, appearance: Appearance, images: ImageLoader) -> Iterator[DetailPane]:
    """A pane as in the window, 380 wide."""
    made = DetailPane(Selection(), appearance, images)
    qtbot.addWidget(made)
    made.resize(380, 900)
    made.show()
    yield made
    made.stop()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A PNG of 400 by 200 pixels."""
    path = tmp_path / "receipt.png"
    Image.new("RGBA", (400, 200), "#a06030").save(path)
    return path
