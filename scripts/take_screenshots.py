# ruff: noqa: INP001, T201 - a script stands on its own, and prints
"""Take the pictures of README and docs anew: the sample agent runs at its own pace, and the window is drawn offscreen.

python scripts/take_screenshots.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
# picture → theme, and the span of the sample trace that is selected
PICTURES = {"window-dark": ("dark", "POST /refunds"), "window-light": ("light", "receipt.ocr")}


def spanglass(store: str, command: str, *arguments: str) -> str:
    """Run a command of Spanglass on the store and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "spanglass_viewer", command, "--store", store, *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def link_to(spans: list[dict[str, Any]], name: str) -> str:
    """Return the link to the first span of a name."""
    span = next(span for span in spans if span["span_attributes"]["name"] == name)
    return f"spanglass://trace/{span['root_span_id']}?span={span['span_id']}"


def main() -> int:
    """Run the agent once and take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder  # the status bar shows paths from there
        store = str(Path(folder) / "traces")
        subprocess.run([sys.executable, "-m", "spanglass_assets.demo", "--store", store], check=True)
        spans = json.loads(spanglass(store, "show", "latest", "--json"))
        for name, (theme, span_name) in PICTURES.items():
            picture = FOLDER / f"{name}.png"
            link = link_to(spans, span_name)
            spanglass(
                store, "open", "--theme", theme, "--size", "1440x900", "--link", link, "--screenshot", str(picture)
            )
            with Image.open(picture) as drawn:
                drawn.convert("RGB").save(picture, optimize=True)
            print(f"{picture.name} {picture.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
