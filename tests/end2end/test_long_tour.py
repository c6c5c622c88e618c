"""The three-minute tour: every line of what the window is to do, by mouse and keyboard on a real screen.

`make tour` runs it and leaves a picture of each step in `build/tour`; the suite runs `test_tour`, its short cut.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import drag_source
import pytest
from odd_traces import ODD, write_moved_trace, write_odd_store
from window_tour import Tour, run_demo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Screen

PICTURES = os.environ.get("TOUR_PICTURES")

pytestmark = [
    pytest.mark.end2end,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(PICTURES is None, reason="takes minutes: `make tour`"),
]

LIST_X, TREE_X, BARS_X, DETAIL_X = 140, 500, 980, 1250
ROW_Y, MINIMAP_Y = 330, 148
LIVE = (1320, 22)
SOURCE_AT = (1240, 840)
BACK_KEYS_AT = (845, 514)  # in the settings, where a dialog stands without a window manager
DESKTOP = "org.freedesktop.portal.Settings.SettingChanged"
LIGHT, DARK = 2, 1


@pytest.fixture
def desktop_bus(screen: Screen) -> Iterator[None]:
    """A session bus, on which a desktop such as GNOME tells whether it is light or dark."""
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert bus.stdout is not None
    address = bus.stdout.readline().decode().strip()
    screen.extra_environment = {"DBUS_SESSION_BUS_ADDRESS": address, "XDG_CURRENT_DESKTOP": "GNOME"}
    yield
    bus.terminate()
    bus.wait(timeout=10)
    bus.stdout.close()


@pytest.fixture
def tour(screen: Screen, store_path: Path, tmp_path: Path, desktop_bus: None) -> Tour:  # noqa: ARG001 - to be there
    """The window on a store with whatever can be odd."""
    pictures = Path(PICTURES or "")
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob("*.png"):
        old.unlink()
    write_odd_store(store_path)
    write_moved_trace(store_path, tmp_path / "refunds.py")
    return Tour(screen, store_path, pictures=pictures)


def test_a_tour_of_everything(tour: Tour, screen: Screen, store_path: Path, tmp_path: Path) -> None:
    _watch_the_newest_open_by_itself(tour, store_path)
    _walk_the_errors(tour)
    _look_at_a_line_that_has_moved(tour)
    _look_at_the_odd_trace(tour)
    _find(tour)
    _filter_the_list(tour)
    _look_at_a_large_trace(tour)
    _read_values(tour)
    _compare(tour)
    _weigh_experiments(tour)
    _pause_and_go_on(tour, store_path)
    _use_keys_alone(tour)
    _give_an_action_another_key(tour)
    _change_the_looks(tour)
    _follow_the_desktop(tour)
    _drop_a_store_and_an_export(tour, tmp_path)
    _come_back_later(tour, screen, store_path)


def _go_to(tour: Tour, text: str, title: str) -> None:
    """Filter the list, open its first trace, and put the keyboard into the tree."""
    screen = tour.screen
    screen.key("ctrl+shift+f", "slash")
    screen.type_text(text)
    screen.key("Return")
    tour.rest()
    screen.click(LIST_X, 185)
    screen.wait_for_title(title)
    tour.look(f"traces for {text}")
    screen.click(TREE_X, ROW_Y)


def _watch_the_newest_open_by_itself(tour: Tour, store: Path) -> None:
    tour.screen.wait_for_other_title("Spanglass")
    tour.look("the newest trace is open")
    run_demo(store, 20)
    screen = tour.screen
    screen.wait_until("the newest opens", lambda: screen.title().startswith(("POST /refunds", "support_agent.run")))
    tour.look("a newer trace opened by itself")
    screen.wait_until("its error is selected", lambda: screen.title().startswith("POST") or screen.key("F8"))
    tour.look("its first error is selected: at once where it had failed when it was opened")


def _walk_the_errors(tour: Tour) -> None:
    screen = tour.screen
    tour.selects("payments.refund", "Up")
    tour.selects("POST /refunds", "F8")
    for _ in range(16):  # over the demo's traces down to the odd one, whose errors are of three kinds
        if screen.title().startswith("parse.amount"):
            break
        tour.keys("the next error", "F8")
        screen.wait_until("it is there", lambda: not screen.title().startswith("Spanglass"))
    screen.wait_for_title("parse.amount")
    tour.look("a chain of exceptions in Python")
    tour.selects("render.page", "F8")
    tour.selects("shrug", "F8")
    tour.selects("nightly.check", "F8")  # a page of the list further down
    tour.selects("nightly.check", "F8")
    tour.selects("POST /refunds", "F8")  # round
    tour.selects("nightly.check", "shift+F8")
    tour.keys("a text for an LLM is copied", "ctrl+shift+m")


def _look_at_a_line_that_has_moved(tour: Tour) -> None:
    _go_to(tour, "name:moved.line", "moved.line")
    tour.look("the file has changed since")


def _look_at_the_odd_trace(tour: Tour) -> None:
    screen = tour.screen
    _go_to(tour, "name:odd.trace", "parse.amount")
    tour.selects("odd.trace", "Home")
    tour.keys("everything is folded", "bracketleft")
    tour.keys("everything is unfolded", "bracketright")
    tour.selects("fetch.pages", "Home", "Down")
    tour.selects("before.its.parent", "Down")
    tour.selects("join.results", "Down")
    tour.look("edges to both parents")
    for name in ("chat.completions", "after.its.parent"):
        tour.selects(name, "Down")
    tour.selects("second.root", "End", "Up")
    tour.does("only what is below a span", lambda: screen.key("Home", "Down", "period"))
    tour.keys("everything again", "period")


def _find(tour: Tour) -> None:
    screen = tour.screen
    screen.key("ctrl+f")
    tour.does("hits are marked", lambda: screen.type_text("needle"))
    tour.keys("the next hit", "F3")
    tour.keys("the hit before", "shift+F3")
    tour.keys("the bar closes", "Escape")
    screen.key("ctrl+f")
    tour.does("no hit", lambda: screen.type_text("nowhere at all"))
    screen.key("ctrl+a", "BackSpace")
    tour.keys("the bar closes again", "Escape")
    tour.keys("types are offered", "t")
    tour.keys("a type is hidden", "Down", "space")
    screen.key("Escape")
    tour.keys("all spans are shown again", "shift+t")


def _filter_the_list(tour: Tour) -> None:
    screen = tour.screen
    screen.key("ctrl+shift+f", "slash")
    tour.does("words are offered", lambda: screen.type_text("ty"))
    screen.key("Escape", "ctrl+a")
    tour.does("an error in place", lambda: screen.type_text("error dur>soon"))
    screen.key("ctrl+a")
    tour.does("nothing fits", lambda: screen.type_text("name:nowhere"))
    screen.key("Escape", "ctrl+shift+f")
    tour.does("failed traces alone", lambda: screen.click(84, 136))
    tour.does("every trace", lambda: screen.click(32, 136))
    screen.key("s")
    tour.keys("the dearest come first", *["Down"] * 4, "Return")
    screen.key("s")
    tour.keys("the newest come first again", "Down", "Return")


def _look_at_a_large_trace(tour: Tour) -> None:
    screen = tour.screen
    _go_to(tour, "name:wide.load", "wide.load")
    tour.selects("step", "End")
    tour.selects("wide.load", "Home")
    tour.does("the time is zoomed at the mouse", lambda: screen.wheel(BARS_X, ROW_Y, "up", times=4, modifier="ctrl"))
    tour.does("the time is moved", lambda: screen.wheel(BARS_X, ROW_Y, "down", times=2, modifier="shift"))
    tour.keys("the whole time", "0")
    tour.does("a stretch of the minimap", lambda: screen.drag(500, MINIMAP_Y, 640, MINIMAP_Y))
    tour.does("the whole again", lambda: screen.click(560, MINIMAP_Y, count=2))
    tour.keys("the flame view", "f")
    tour.does("the flame is zoomed", lambda: screen.wheel(TREE_X + 100, ROW_Y, "up", times=5, modifier="ctrl"))
    tour.does("the flame is dragged", lambda: screen.drag(700, 500, 560, 500))
    tour.does("a span is fitted", lambda: screen.click(650, 260, count=2))
    tour.keys("the tree", "f")


def _read_values(tour: Tour) -> None:
    screen = tour.screen
    _go_to(tour, "name:odd.trace", "parse.amount")
    screen.key("Home")
    screen.wait_for_title("odd.trace")
    tour.selects("chat.completions", "Down", "Down", "Down", "Down")
    tour.keys("raw values", "r")
    tour.keys("readable values", "r")
    screen.key("ctrl+alt+f")
    tour.does("found in the span", lambda: screen.type_text("brief"))
    tour.keys("the finder closes", "Escape")
    screen.click(TREE_X, ROW_Y)
    tour.keys("the form for an annotation", "a")
    tour.keys("the form closes", "Escape")


def _compare(tour: Tour) -> None:
    screen = tour.screen
    _go_to(tour, "name:summarize.run", "summarize.run")
    tour.opens("Compare traces", "d")
    tour.does("how the values differ", lambda: screen.key("Down"))
    tour.leaves("Compare traces")
    tour.opens("Compare traces", "shift+d")  # with the odd trace, which was open before
    tour.leaves("Compare traces")
    tour.does("what a trace can be compared with", lambda: screen.click(LIST_X, 245, button=3))
    tour.opens("Compare traces", "Down", "Down", "Return")  # with the open one
    tour.leaves("Compare traces")


def _weigh_experiments(tour: Tour) -> None:
    screen = tour.screen
    screen.key("ctrl+shift+f")
    screen.click(TREE_X, ROW_Y)
    tour.keys("projects and experiments are offered", "p")
    screen.key("Escape")
    _go_to(tour, "experiment:candidate", "eval")
    tour.keys("what traces can be sorted by", "s")
    tour.keys("the lowest accuracy comes first", *["Down"] * 6, "Return")
    screen.click(TREE_X, ROW_Y)
    tour.opens("Experiment", "x")
    tour.leaves("Experiment")
    screen.key("s")
    screen.key("Down", "Return")


def _pause_and_go_on(tour: Tour, store: Path) -> None:
    screen = tour.screen
    screen.key("ctrl+shift+f")
    tour.does("the window is paused", lambda: screen.click(*LIVE))
    before = screen.title()
    command = [sys.executable, "-m", "spanglass_assets.demo", "--store", str(store), "--speed", "2"]
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tour.does("it goes on", lambda: screen.click(*LIVE))
    tour.screen.wait_until("a running trace is listed", lambda: _opens_running(tour))
    assert before
    tour.look("a trace while it runs")
    screen.click(TREE_X, ROW_Y)
    screen.key("End")
    tour.look("following at its end")
    program.wait(timeout=120)
    tour.look("the trace has ended")


def _opens_running(tour: Tour) -> bool:
    tour.screen.click(LIST_X, 185)
    tour.screen.key("Home")
    return tour.screen.title().startswith(("support_agent.run", "POST", "classify", "voice", "chat"))


def _use_keys_alone(tour: Tour) -> None:
    screen = tour.screen
    screen.click(TREE_X, ROW_Y)
    tour.opens("Commands", "ctrl+k")
    tour.does("commands that fit", lambda: screen.type_text("copy"))
    tour.leaves("Commands")
    tour.opens("Keyboard shortcuts", "question")
    tour.leaves("Keyboard shortcuts")
    tour.opens("Settings", "ctrl+comma")
    tour.leaves("Settings")
    tour.keys("the trace before", "j")
    screen.key("alt+Left")
    tour.look("back")
    screen.key("alt+Right")
    tour.look("forward")
    screen.key("ctrl+l")
    tour.look("a link is copied")
    for number in range(6):
        screen.key("Tab")
        tour.look(f"the focus after Tab {number + 1}")


def _give_an_action_another_key(tour: Tour) -> None:
    screen = tour.screen
    screen.click(TREE_X, ROW_Y)
    tour.opens("Settings", "ctrl+comma")
    screen.click(*BACK_KEYS_AT)
    tour.keys("a key that calls something else already is refused", "F8", "Tab")
    screen.click(*BACK_KEYS_AT)
    tour.keys("another key goes back", "F7", "Tab")
    tour.leaves("Settings")
    name = screen.title()
    screen.key("j")
    screen.wait_for_other_title(name)
    screen.key("F7")
    screen.wait_for_title(name)
    tour.look("back by the new key")


def _follow_the_desktop(tour: Tour) -> None:
    """Follow the desktop's light and dark, in a window that was told to: the theme after light is the system's."""
    screen = tour.screen
    tour.keys("dark", "ctrl+t")
    screen.key("ctrl+t")
    for scheme, name in ((LIGHT, "light"), (DARK, "dark"), (LIGHT, "light")):
        tour.does(f"the desktop turns {name}", lambda scheme=scheme: _turn_desktop(screen, scheme))


def _turn_desktop(screen: Screen, scheme: int) -> None:
    path = ("--object-path", "/org/freedesktop/portal/desktop")
    said = ("org.freedesktop.appearance", "color-scheme", f"<uint32 {scheme}>")
    command = ["gdbus", "emit", "--session", *path, "--signal", DESKTOP, *said]
    subprocess.run(command, env=screen.environment, check=True, timeout=30)


def _drop_a_store_and_an_export(tour: Tour, folder: Path) -> None:
    store, export = folder / "other-store", folder / "export.jsonl"
    run_demo(store, 40)
    command = [sys.executable, "-m", "spanglass_viewer", "export", "--store", str(store), "-o", str(export)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    for dropped in (store, export):
        _drop(tour, dropped)


def _drop(tour: Tour, path: Path) -> None:
    screen = tour.screen
    before = screen.list_windows()
    x, y = SOURCE_AT
    source = screen.start(sys.executable, drag_source.__file__, str(x), str(y), str(path))
    screen.wait_until("the files are there", lambda: screen.find_window(drag_source.TITLE))
    screen.drag_slowly(x + 40, y + 20, TREE_X, ROW_Y)
    screen.wait_until(f"{path.name} opens", lambda: set(screen.list_windows()) - set(before))
    (opened,) = set(screen.list_windows()) - set(before)
    screen.wait_until("it shows a span", lambda: screen.title_of(opened).startswith("POST"))
    source.terminate()
    screen.focus_id(opened)
    tour.look(f"{path.name} in a window of its own")
    screen.key("ctrl+q")
    screen.wait_until("it closes", lambda: opened not in screen.list_windows())
    screen.focus_window()


def _change_the_looks(tour: Tour) -> None:
    screen = tour.screen
    screen.click(TREE_X, ROW_Y)
    tour.keys("larger text", "ctrl+plus", "ctrl+plus", "ctrl+plus")
    tour.keys("smaller text", *["ctrl+minus"] * 5)
    tour.keys("text as it was", "ctrl+0")
    tour.keys("the next theme", "ctrl+t")
    tour.keys("the theme after it", "ctrl+t")
    tour.does("a narrow window", lambda: screen.resize_window(900, 620))
    tour.does("a wide window", lambda: screen.resize_window(1440, 900))


def _come_back_later(tour: Tour, screen: Screen, store: Path) -> None:
    _go_to(tour, "name:odd.trace", "parse.amount")
    tour.selects("odd.trace", "Home")
    tour.selects("fetch.pages", "Down")
    tour.quits()
    again = Tour(screen, store, pictures=None)
    screen.wait_for_title("fetch.pages")
    again.quits()
    assert ODD
