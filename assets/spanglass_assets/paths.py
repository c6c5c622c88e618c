"""Where the bundled files lie.

The package is always installed as a folder (Qt and Pillow open files by path), so these are plain paths.
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def list_font_paths() -> list[Path]:
    """Return every bundled font file (Inter and JetBrains Mono), in a stable order."""
    return sorted(path for path in (_FOLDER / "fonts").iterdir() if path.suffix in {".otf", ".ttf"})


def list_icon_names() -> list[str]:
    """Return the names that `get_icon_path` knows, sorted."""
    return sorted(path.stem for path in (_FOLDER / "icons").glob("*.svg"))


def get_icon_path(name: str) -> Path:
    """Return the SVG file of the icon `name`, such as "chevron-right" or "llm".

    A monoline icon is 16 by 16 and drawn in `currentColor`. Raises KeyError for an unknown name.
    """
    path = _FOLDER / "icons" / f"{name}.svg"
    if not path.is_file():
        raise KeyError(name)
    return path


def get_app_icons() -> dict[int | None, Path]:
    """Return the application's icon as files: by its size in pixels as a PNG, and as an SVG for None."""
    sizes = (16, 32, 48, 64, 128, 256)
    return {None: get_icon_path("spanglass")} | {
        size: _FOLDER / "app_icons" / f"spanglass-{size}.png" for size in sizes
    }


def get_media_path(name: str) -> Path:
    """Return a sample file of the demo, such as "receipt.jpg". Raises KeyError for an unknown name."""
    path = _FOLDER / "demo" / "media" / name
    if not path.is_file():
        raise KeyError(name)
    return path
