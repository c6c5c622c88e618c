"""A tour of everything that hands can do in the window, on a real screen; each step waits for what it brings about."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Screen

pytestmark = pytest.mark.end2end

MINIMAP_Y, MINIMAP_FROM, MINIMAP_TO = 148, 500, 700
MOST_SAME_PIXELS = 400  # a caret blinks, a relative time ticks


class Tour:
    """The window under one's hands; `does` presses keys and waits until the screen looks otherwise."""

    def __init__(self, screen: Screen, store: Path) -> None:
        self.screen = screen
        command = [sys.executable, "-m", "spanglass_assets.demo", "--store", str(store), "--speed", "20"]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        self.window = screen.start_window(store, "--theme", "dark")
        screen.wait_for_title("POST /refunds")

    def changed_pixels(self, before: Path) -> int:
        """Return how many pixels of the screen are others than in a picture."""
        with Image.open(before) as one, Image.open(self.screen.picture("now")) as other:
            difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).convert("L")
        return sum(difference.histogram()[24:])

    def does(self, what: str, act: Callable[[], None]) -> None:
        """Do something and wait until it shows."""
        before = self.screen.picture("before")
        act()
        self.screen.wait_until(what, lambda: self.changed_pixels(before) > MOST_SAME_PIXELS)

    def keys(self, what: str, *keys: str) -> None:
        """Press keys and wait until it shows."""
        self.does(what, lambda: self.screen.key(*keys))

    def opens(self, title: str, key: str) -> None:
        """Open a dialog by a key, see it, and leave it by Esc."""
        self.screen.key(key)
        self.screen.wait_until(f"{title} opens", lambda: self.screen.find_window(title))
        self.screen.focus_window(title)
        self.screen.key("Escape")
        self.screen.wait_until(f"{title} closes", lambda: not self.screen.find_window(title))
        self.screen.focus_window()


def test_a_tour_by_keys_and_mouse(screen: Screen, store_path: Path) -> None:
    tour = Tour(screen, store_path)
    _walk_errors_and_folds(tour)
    _find_and_narrow(tour)
    _look_at_the_time(tour)
    _list_filter_and_sort(tour)
    _open_dialogs(tour)
    screen.focus_window()
    screen.key("ctrl+q")
    screen.wait_until("the window closes", lambda: tour.window.poll() is not None)
    assert tour.window.returncode == 0, screen.log(tour.window)


def _walk_errors_and_folds(tour: Tour) -> None:
    screen = tour.screen
    screen.key("Up")
    screen.wait_for_title("payments.refund")
    screen.key("F8")
    screen.wait_for_title("POST /refunds")
    tour.keys("everything is folded", "bracketleft")
    tour.keys("everything is unfolded", "bracketright")
    screen.key("Home")
    screen.wait_for_title("support_agent.run")
    screen.key("alt+Left")
    screen.wait_for_other_title("support_agent.run")
    screen.key("alt+Right")
    screen.wait_for_title("support_agent.run")


def _find_and_narrow(tour: Tour) -> None:
    screen = tour.screen
    screen.key("ctrl+f")
    tour.does("hits are marked", lambda: screen.type_text("vector.search"))
    screen.key("Return")  # before or after the pause in typing that starts the search: there is one hit
    screen.wait_for_title("vector.search")
    tour.keys("the bar closes", "Escape")
    screen.key("Home")
    screen.wait_for_title("support_agent.run")
    screen.key("Right", "Down")
    tour.keys("a subtree is alone", "period")
    tour.keys("everything is back", "period")
    tour.keys("the types are offered", "t")
    tour.keys("the menu closes", "Escape")


def _look_at_the_time(tour: Tour) -> None:
    screen = tour.screen
    tour.does("a part of the time is shown", lambda: screen.drag(MINIMAP_FROM, MINIMAP_Y, MINIMAP_TO, MINIMAP_Y))
    tour.keys("the whole time is shown", "0")
    tour.keys("the flame view", "f")
    tour.keys("the tree", "f")


def _list_filter_and_sort(tour: Tour) -> None:
    screen = tour.screen
    screen.key("slash")
    tour.does("the list is filtered", lambda: screen.type_text("name:invoice"))
    screen.key("Return")
    screen.key("Down")
    screen.wait_until("a trace that fits is open", lambda: screen.title()[:7] in {"extract", "parse_t"})
    tour.keys("everything is listed", "ctrl+shift+f")
    screen.key("s")
    tour.keys("the longest come first", "Down", "Down", "Return")
    tour.keys("projects are offered", "p")
    tour.keys("the menu is closed", "Escape")
    screen.key("j")
    screen.key("ctrl+l")
    tour.keys("the light theme", "ctrl+t")


def _open_dialogs(tour: Tour) -> None:
    for title, key in (
        ("Keyboard shortcuts", "question"),
        ("Settings", "ctrl+comma"),
        ("Compare traces", "d"),
    ):
        tour.opens(title, key)
    tour.screen.key("ctrl+k")
    tour.screen.type_text("first")
    tour.keys("the palette closes", "Escape")
