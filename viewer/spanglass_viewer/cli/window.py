"""The one way from the command line into Qt: everything of it is loaded here, late."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreFault
from spanglass_viewer.cli.display import has_display
from spanglass_viewer.cli.terminal import standard_output

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.location import StoreInfo
    from spanglass_viewer.instance.doorway import Doorway

# What Qt's libraries and plugins need on Debian 12; scripts/setup.sh installs these.
DEBIAN_PACKAGES = (
    "libglib2.0-0 libgl1 libegl1 libfontconfig1 libxkbcommon0 libdbus-1-3 libbrotli1 libgssapi-krb5-2"
    " libxrandr2 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0"
)


def tell_window(window: str, info: StoreInfo | None, link: str | None = None, picture: Path | None = None) -> None:
    """Print as JSON which window shows what: one that is opened by this process, one that was reached, or "none".

    `info` is None where the window that was reached decides which store it opens.
    """
    fields = {
        "window": window,
        "pid": os.getpid() if window == "opened" else None,
        "store": None if info is None else str(info.path),
        "store_id": None if info is None else info.id,
        "link": link,
        "picture": None if picture is None else str(picture.absolute()),
    }
    standard_output().write_json(fields)
    sys.stdout.flush()  # who reads it does not wait for the window's end


def show_window(
    store: Path,
    *,
    link: str | None = None,
    theme: str | None = None,
    size: tuple[int, int] | None = None,
    screenshot: Path | None = None,
    doorway: Doorway | None = None,
) -> int:
    """Open the window on `store` and return its exit code; with `screenshot`, render it offscreen into that PNG.

    `doorway` is where later starts come in, and is closed with the window; None lets nobody in.

    Raises StoreFault where there is no display, no PySide6, or a system library of Qt is missing.
    """
    if screenshot is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    elif "QT_QPA_PLATFORM" not in os.environ and not has_display():
        raise StoreFault(
            "There is no display to show a window on. `spanglass list` and `spanglass show` print traces here,"
            " `spanglass open --screenshot FILE` makes a picture of the window."
        )
    try:
        from spanglass_viewer.app.run import run_window  # noqa: PLC0415 - Qt takes 200 ms to load

        return run_window(store, link=link, theme=theme, size=size, screenshot=screenshot, doorway=doorway)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in {"spanglass_viewer", "spanglass_store"}:
            raise
        raise StoreFault(
            f"The window needs {error.name}, which is not installed: pip install 'spanglass[viewer]'"
        ) from error
    except ImportError as error:
        if "cannot open shared object file" not in str(error):
            raise
        raise StoreFault(
            f"Qt cannot load a system library ({error}). On Debian and Ubuntu: apt-get install {DEBIAN_PACKAGES}"
        ) from error
