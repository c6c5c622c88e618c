"""A session by the keyboard alone, on a real screen: no step of it touches the mouse."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from window_tour import Tour, changed_pixels, run_demo

if TYPE_CHECKING:
    from conftest import Screen

pytestmark = [pytest.mark.end2end, pytest.mark.timeout(180)]

PICTURES = os.environ.get("KEYBOARD_PICTURES")  # a folder, to look at each step
LIST_TO_TREE = 6  # stops of Tab: four buttons of the trace's header, its errors, the tree
TREE_TO_CARD = 7  # the strip of attachments, four buttons of the span's header, the path, the first card's title
THEME_TO_MOTION = 3  # in the settings: size, size of text, motion
MOST_SAME_SMALL = 20  # of a button, of a sentence in the status bar


def test_a_session_without_a_mouse(screen: Screen, store_path: Path) -> None:
    run_demo(store_path, 20)
    tour = Tour(screen, store_path, pictures=None if PICTURES is None else Path(PICTURES))
    screen.wait_for_title("POST /refunds")
    tour.rest()
    _filter_with_completion_and_choose(tour)
    _walk_and_fold(tour)
    _go_through_errors_and_hits(tour)
    _use_the_cards(tour)
    _look_at_attachments(tour)
    _open_what_opens(tour)
    _change_a_setting(tour)


def _filter_with_completion_and_choose(tour: Tour) -> None:
    screen = tour.screen
    screen.key("slash")
    tour.does("fields are offered", lambda: screen.type_text("mod"))
    screen.key("Down")
    tour.keys("the field is taken, its words are offered", "Return")
    tour.does("a word is offered", lambda: screen.type_text("gpt-5-tr"))
    screen.key("Down")
    tour.keys("the word is taken", "Return")
    tour.keys("the list has the keyboard", "Return")
    screen.key("Down", "Down")
    screen.wait_for_title("voicemail.handle")
    tour.look("the trace with such a model is open")
    screen.key("ctrl+shift+f")
    tour.rest()


def _walk_and_fold(tour: Tour) -> None:
    screen = tour.screen
    screen.key("k", "k")
    screen.wait_for_title("POST /refunds")
    _go_to_the_tree(tour)
    tour.look("the tree has the keyboard")
    tour.selects("support_agent.run", "Home")
    tour.keys("the root is folded", "Left")
    tour.keys("the root is unfolded", "Right")
    tour.selects("voice.transcribe", "Right")
    tour.keys("the time is zoomed", "plus")
    tour.keys("the time is moved", "shift+Right")
    tour.keys("the whole time", "0")


def _go_to_the_tree(tour: Tour) -> None:
    """Go to the filter, down to the list, and on by Tab."""
    tour.screen.key("slash", "Escape", "Down", *["Tab"] * LIST_TO_TREE)


def _go_through_errors_and_hits(tour: Tour) -> None:
    screen = tour.screen
    tour.selects("POST /refunds", "F8")
    tour.selects("voice.transcribe", "alt+Left")
    tour.selects("POST /refunds", "alt+Right")
    screen.key("ctrl+f")
    tour.does("hits are marked", lambda: screen.type_text("vector.search"))
    screen.key("Return")  # whether the search has begun or not: there is one hit
    screen.wait_for_title("vector.search")
    tour.keys("the bar closes", "Escape")


def _use_the_cards(tour: Tour) -> None:
    screen = tour.screen
    screen.key(*["Tab"] * TREE_TO_CARD)
    tour.keys("the first card is folded", "space")
    tour.keys("the first card is unfolded", "space")
    screen.key("Tab")
    tour.keys("formats are offered", "space")
    screen.key("Down")
    tour.keys("another format", "Return")
    before = screen.read()
    screen.key("Tab", "space")
    screen.wait_until("it says so", lambda: changed_pixels(before, screen.read()) > MOST_SAME_SMALL)
    tour.look("the input is copied")
    screen.key(*["shift+Tab"] * 3)
    tour.selects("kb.search", "Return")  # the path, at the span's parent
    _go_to_the_tree(tour)
    tour.selects("support_agent.run", "Home")


def _look_at_attachments(tour: Tour) -> None:
    screen = tour.screen
    screen.key("Tab", "Home")
    screen.key("Right", "Right")
    screen.wait_for_title("chat.completions")
    tour.keys("the receipt is large", "Return")
    tour.keys("the next attachment is large", "Right")
    tour.keys("the receipt again", "Left")
    screen.key("Tab")
    tour.look("a button of the bar has the keyboard")
    tour.keys("the window is back", "Escape")


def _open_what_opens(tour: Tour) -> None:
    screen = tour.screen
    for title, key in (("Keyboard shortcuts", "question"), ("Compare traces", "d")):
        tour.opens(title, key)
        tour.leaves(title)
    tour.opens("Commands", "ctrl+k")
    tour.does("commands that fit", lambda: screen.type_text("flame"))
    screen.key("Return")
    screen.wait_until("the palette closes", lambda: not screen.find_window("Commands"))
    screen.focus_window()
    tour.look("the flame view")
    tour.keys("the tree", "f")


def _change_a_setting(tour: Tour) -> None:
    screen = tour.screen
    tour.opens("Settings", "ctrl+comma")
    screen.key(*["Tab"] * THEME_TO_MOTION, "space")
    settings = Path(os.environ["XDG_CONFIG_HOME"]) / "spanglass" / "window.ini"
    tour.leaves("Settings")
    tour.quits()
    assert "reduced_motion=true" in settings.read_text()
