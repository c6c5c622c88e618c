"""The window under one's hands: keys and clicks on a real screen, each step waited for, and pictured if wanted."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from PIL import ImageChops

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PIL import Image

MOST_SAME_PIXELS = 400  # a caret blinks, a relative time ticks
MOST_CARET_PIXELS = 60
REST_SECS, MOST_REST_SECS = 0.25, 2.0  # longer than a pause in typing; a running trace never rests


class Tour:
    """A window on a screen (`conftest.Screen`); with `pictures` each step leaves a picture there."""

    def __init__(self, screen: Any, store: Path, *, pictures: Path | None = None, theme: str = "dark") -> None:
        self.screen = screen
        self._pictures = pictures
        self._taken = 0
        self.window = screen.start_window(store, "--theme", theme)

    def look(self, what: str) -> None:
        """Keep a picture of the screen, once it is at rest, under what can be seen on it."""
        if self._pictures is None:
            return
        self._taken += 1
        name = re.sub(r"[^a-z0-9]+", "-", what.lower()).strip("-")
        self.rest().save(self._pictures / f"{self._taken:03}-{name}.png", compress_level=1)

    def does(self, what: str, act: Callable[[], None]) -> None:
        """Do something and wait until it shows."""
        before = self.screen.read()
        act()
        self.screen.wait_until(what, lambda: changed_pixels(before, self.screen.read()) > MOST_SAME_PIXELS)
        self.look(what)

    def keys(self, what: str, *keys: str) -> None:
        """Press keys and wait until it shows."""
        self.does(what, lambda: self.screen.key(*keys))

    def selects(self, name: str, *keys: str) -> None:
        """Press keys that select a span of this name."""
        self.screen.key(*keys)
        self.screen.wait_for_title(name)
        self.look(f"{name} is selected")

    def opens(self, title: str, *keys: str) -> None:
        """Open a dialog by keys, and give it the keyboard."""
        self.screen.key(*keys)
        self.screen.wait_until(f"{title} opens", lambda: self.screen.find_window(title))
        self.screen.focus_window(title)
        self.rest()
        self.look(f"{title} is open")

    def leaves(self, title: str) -> None:
        """Leave a dialog by Esc."""
        self.screen.key("Escape")
        self.screen.wait_until(f"{title} closes", lambda: not self.screen.find_window(title))
        self.screen.focus_window()

    def quits(self) -> None:
        """Leave the window by its key, and see that it ended well."""
        self.screen.focus_window()
        self.screen.key("ctrl+q")
        self.screen.wait_until("the window closes", lambda: self.window.poll() is not None)
        assert self.window.returncode == 0, self.screen.log(self.window)

    def rest(self) -> Image.Image:
        """Wait until the screen changes no more, and return what it shows."""
        deadline = time.monotonic() + MOST_REST_SECS
        shown = self.screen.read()
        while time.monotonic() < deadline:
            time.sleep(REST_SECS)
            before, shown = shown, self.screen.read()
            if changed_pixels(before, shown) <= MOST_CARET_PIXELS:
                break
        return shown


def changed_pixels(before: Image.Image, after: Image.Image) -> int:
    """Return how many pixels are others than they were."""
    return sum(ImageChops.difference(before, after).convert("L").histogram()[24:])


def run_demo(store: Path, speed: int) -> None:
    """Let the sample agent run to its end."""
    command = [sys.executable, "-m", "spanglass_assets.demo", "--store", str(store), "--speed", str(speed)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
