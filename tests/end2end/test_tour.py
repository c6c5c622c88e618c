"""A tour of everything that hands can do in the window, on a real screen; each step waits for what it brings about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from window_tour import Tour, run_demo

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Screen

pytestmark = pytest.mark.end2end

MINIMAP_Y, MINIMAP_FROM, MINIMAP_TO = 148, 500, 700


def test_a_tour_by_keys_and_mouse(screen: Screen, store_path: Path) -> None:
    run_demo(store_path, 20)
    tour = Tour(screen, store_path)
    screen.wait_for_title("POST /refunds")
    _walk_errors_and_folds(tour)
    _find_and_narrow(tour)
    _look_at_the_time(tour)
    _list_filter_and_sort(tour)
    _open_dialogs(tour)
    tour.quits()


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
        tour.leaves(title)
    tour.screen.key("ctrl+k")
    tour.screen.type_text("first")
    tour.keys("the palette closes", "Escape")
