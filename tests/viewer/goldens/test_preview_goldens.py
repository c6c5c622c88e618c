"""Attachments as they look large, and the strip below the trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import media_files as files
import pytest
from PySide6.QtWidgets import QWidget

from spanglass_viewer.backend.images import ImageLoader
from spanglass_viewer.backend.requests import StripEntry
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.panes.filmstrip import Filmstrip
from spanglass_viewer.panes.lightbox import Lightbox
from spanglass_viewer.trace.references import SpanRef
from spanglass_viewer.values.media import MediaItem, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance

FILES = {
    "pages": ("policy.pdf", files.encode_pdf(["Refund policy", "Second page"])),
    "sound": ("tone.wav", files.encode_wav(3.0)),
    "table": ("lines.csv", files.CSV),
    "hex": ("weights.bin", bytes(range(256))),
}


def _item(folder: Path, name: str, data: bytes) -> MediaItem:
    path = folder / name
    path.write_bytes(data)
    return MediaItem(name, name, "", kind_of("", name), path=path)


@pytest.mark.parametrize("kind", FILES)
def test_large(
    kind: str,
    each_appearance: Appearance,
    qtbot: QtBot,
    tmp_path: Path,
    check_golden: Callable[[QWidget, str], None],
) -> None:
    owner = QWidget()
    owner.resize(760, 420)
    qtbot.addWidget(owner)
    owner.show()
    images = ImageLoader()
    box = Lightbox(owner, each_appearance, images)
    box.open_items([_item(tmp_path, *FILES[kind])], 0)
    qtbot.waitUntil(lambda: box.is_idle, timeout=20_000)
    check_golden(box, f"large-{kind}-{each_appearance.mode.value}")
    box.stop()
    images.stop()


def test_filmstrip(
    each_appearance: Appearance, qtbot: QtBot, tmp_path: Path, check_golden: Callable[[QWidget, str], None]
) -> None:
    images, selection = ImageLoader(), Selection()
    strip = Filmstrip(selection, each_appearance, images)
    qtbot.addWidget(strip)
    strip.resize(760, strip.height())
    strip.show()
    items = [_item(tmp_path, *FILES[kind]) for kind in FILES]
    items += [_item(tmp_path, "photo.png", files.encode_picture("PNG")), _item(tmp_path, "drawing.svg", files.SVG)]
    items.append(MediaItem("late", "late.png", "image/png", kind_of("image/png", ""), problem="Still being written"))
    refs = [SpanRef("root", f"s{number}", number) for number in range(len(items))]
    strip.show_entries(tuple(StripEntry(ref, "span", item) for ref, item in zip(refs, items, strict=True)))
    selection.select_span(refs[4])
    strip.grab()
    qtbot.waitUntil(lambda: images.is_idle and sum(map(bool, strip._pixmaps.values())) == 4, timeout=20_000)
    check_golden(strip, f"filmstrip-{each_appearance.mode.value}")
    images.stop()
