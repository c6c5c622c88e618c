# ruff: noqa: INP001, T201 - a script stands on its own, and prints
"""Take the pictures of README and docs anew: the sample agent runs at its own pace, and the window is drawn offscreen.

python scripts/take_screenshots.py [--speed X]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from spanglass_viewer.app.main_window import MainWindow

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
# picture → theme, and the span of the sample trace that is selected
PICTURES = {"window-dark": ("dark", "POST /refunds"), "window-light": ("light", "receipt.ocr")}
_QUIET_SECS = 0.5  # nothing under way for so long: the last answers are painted
_GIVE_UP_SECS = 60.0


def main() -> int:
    """Run the agent once and take every picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", default="1", help="run the sample agent so many times as fast")
    speed = parser.parse_args().speed
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder  # the status bar shows paths from there
        store = Path(folder) / "traces"
        agent = [sys.executable, "-m", "spanglass_assets.demo", "--store", str(store), "--speed", speed]
        subprocess.run(agent, check=True)
        take_whole_windows(store)
        take_parts(store)
    return 0


def take_whole_windows(store: Path) -> None:
    """Take the pictures that `spanglass open --screenshot` takes."""
    spans = json.loads(spanglass(store, "show", "latest", "--json"))
    for name, (theme, span_name) in PICTURES.items():
        picture = FOLDER / f"{name}.png"
        link = link_to(spans, span_name)
        spanglass(store, "open", "--theme", theme, "--size", "1440x900", "--link", link, "--screenshot", str(picture))
        shrink(picture)


def take_parts(store: Path) -> None:
    """Take the pictures of what opens by a key: the flame view, an attachment, a comparison."""
    from PySide6.QtCore import QSettings  # noqa: PLC0415 - the platform is chosen first

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from spanglass_store.location import ensure_store  # noqa: PLC0415 - as above
    from spanglass_viewer.app.main_window import MainWindow  # noqa: PLC0415 - as above
    from spanglass_viewer.app.run import make_application  # noqa: PLC0415 - as above
    from spanglass_viewer.backend.threads import Backend  # noqa: PLC0415 - as above
    from spanglass_viewer.theme.appearance import Appearance, ThemeMode  # noqa: PLC0415 - as above

    app = make_application(100)
    appearance = Appearance(app, ThemeMode.DARK)
    settings = QSettings(str(store / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(ensure_store(store), Backend(store), appearance, settings)
    window.resize(1440, 900)
    window.show()
    window.backend.start()
    window.controller.start()
    root_span_id = json.loads(spanglass(store, "list", "--json"))[0]["root_span_id"]
    window.controller.open_trace(root_span_id)
    wait_until(lambda: is_settled(window) and bool(window.filmstrip.entries))

    window.resize(1440, 620)
    window.trace_pane.toggle_flame()
    take("flame-dark", window, window)
    window.trace_pane.toggle_flame()

    window.comparing.compare(root_span_id)
    if (dialog := window.comparing.dialog) is not None:
        dialog.resize(1200, 700)
        wait_until(lambda: dialog.model.rowCount() > 0 and dialog.lines.rowCount() > 0)
        take("compare-dark", dialog, window)
        dialog.close()

    appearance.set_mode(ThemeMode.LIGHT)
    wait_until(lambda: appearance.is_settled)
    items = [entry.item for entry in window.filmstrip.entries]
    document = next(number for number, item in enumerate(items) if item.content_type == "application/pdf")
    window.detail_pane.lightbox.open_items(items, document)
    take("attachment-light", window, window)
    window.close()


def take(name: str, widget: QWidget, window: MainWindow) -> None:
    """Take a picture of a widget once nothing is under way in its window."""
    wait_until(lambda: is_settled(window))
    picture = FOLDER / f"{name}.png"
    widget.grab().save(str(picture), "PNG")
    shrink(picture)


def is_settled(window: MainWindow) -> bool:
    """Tell whether nothing is under way."""
    parts = (window.detail_pane, window.images, window.trace_media)
    return window.controller.is_settled and all(part.is_idle for part in parts)


def wait_until(holds: Callable[[], bool]) -> None:
    """Let the window work until something holds for a while. Raises TimeoutError where it does not come to that."""
    from PySide6.QtCore import QCoreApplication  # noqa: PLC0415 - as above

    began = since = time.monotonic()
    while (now := time.monotonic()) - since < _QUIET_SECS:
        if now - began > _GIVE_UP_SECS:
            raise TimeoutError("the window does not come to rest")
        QCoreApplication.processEvents()
        time.sleep(0.01)
        if not holds():
            since = now


def spanglass(store: Path, command: str, *arguments: str) -> str:
    """Run a command of Spanglass on the store and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "spanglass_viewer", command, "--store", str(store), *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def link_to(spans: list[dict[str, Any]], name: str) -> str:
    """Return the link to the first span of a name."""
    span = next(span for span in spans if span["span_attributes"]["name"] == name)
    return f"spanglass://trace/{span['root_span_id']}?span={span['span_id']}"


def shrink(picture: Path) -> None:
    """Write a picture anew, without transparency and as small as it gets."""
    with Image.open(picture) as drawn:
        drawn.convert("RGB").save(picture, optimize=True)
    print(f"{picture.name} {picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
