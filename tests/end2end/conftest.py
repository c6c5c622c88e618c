"""A screen for the real window, and hands to drive it: Xvfb, xdotool, ImageMagick."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAIT_SECS = 30.0


@dataclass
class Screen:
    """An X server of our own, with whatever runs on it."""

    display: str
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list["subprocess.Popen[bytes]"])

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program on this screen."""
        return os.environ | {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb", "PYTHONWARNINGS": "error"}

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program; it is ended with the test."""
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        log.close()
        self.processes.append(process)
        return process

    def start_window(self, store: Path, *options: str) -> subprocess.Popen[bytes]:
        """Start Spanglass on a store and wait for its window."""
        process = self.start(sys.executable, "-m", "spanglass_viewer", "open", "--store", str(store), *options)
        self.wait_until("the window", lambda: process.poll() is not None or self.find_window())
        assert process.poll() is None, self.log(process)
        self._run("xdotool", "windowfocus", "--sync", self.find_window() or "")
        return process

    def answers(self) -> bool:
        """Tell whether programs can come onto the screen."""
        return bool(self._run("xdotool", "getdisplaygeometry", check=False))

    def log(self, process: subprocess.Popen[bytes]) -> str:
        """Return what a program has printed."""
        return (self.folder / f"{self.processes.index(process)}.log").read_text()

    def find_window(self, name: str = "Spanglass") -> str | None:
        """Return the id of the window with this in its title, None where it is not there."""
        found = self._run("xdotool", "search", "--onlyvisible", "--name", name, check=False)
        return found.split()[-1] if found.split() else None

    def focus_window(self, name: str = "Spanglass") -> None:
        """Give a window the keyboard: no window manager does it here."""
        self._run("xdotool", "windowfocus", "--sync", self.find_window(name) or "", check=False)

    def title(self) -> str:
        """Return what stands in the title bar: the selected span."""
        window = self.find_window()
        return "" if window is None else self._run("xdotool", "getwindowname", window, check=False).strip()

    def wait_until(self, what: str, is_so: Callable[[], object], timeout_secs: float = WAIT_SECS) -> None:
        """Wait for a condition; fail with its name, and a picture, where it does not come about."""
        deadline = time.monotonic() + timeout_secs
        while not is_so():
            if time.monotonic() > deadline:
                logs = "\n".join(self.log(process) for process in self.processes)
                pytest.fail(f"waited {timeout_secs:.0f} s in vain: {what}. {self.picture('in-vain')}\n{logs}")
            time.sleep(0.05)

    def wait_for_title(self, name: str) -> None:
        """Wait until a span of this name is selected."""
        self.wait_until(f"{name} is selected", lambda: self.title().startswith(name))

    def wait_for_other_title(self, name: str) -> None:
        """Wait until a span of another name is selected."""
        self.wait_until(f"something else than {name} is selected", lambda: not self.title().startswith(name))

    def key(self, *keys: str) -> None:
        """Press keys."""
        self._run("xdotool", "key", "--delay", "60", *keys)

    def type_text(self, text: str) -> None:
        """Type text."""
        self._run("xdotool", "type", "--delay", "20", text)

    def click(self, x: int, y: int, *, count: int = 1, button: int = 1) -> None:
        """Click at a point of the screen."""
        clicks = ("click", "--repeat", str(count), "--delay", "80", str(button))
        self._run("xdotool", "mousemove", str(x), str(y), *clicks)

    def wheel(self, x: int, y: int, direction: str, *, times: int = 1, modifier: str) -> None:
        """Turn the wheel up or down over a point while a modifier key is held."""
        turns = ("click", "--repeat", str(times), "--delay", "60", "4" if direction == "up" else "5")
        self._run("xdotool", "mousemove", str(x), str(y), "keydown", modifier, *turns, "keyup", modifier)

    def resize_window(self, width: int, height: int) -> None:
        """Give the window a size, as its frame would."""
        self._run("xdotool", "windowsize", "--sync", self.find_window() or "", str(width), str(height))

    def drag(self, from_x: int, from_y: int, to_x: int, to_y: int) -> None:
        """Press at one point, move to another, let go."""
        steps = (
            "mousemove",
            str(from_x),
            str(from_y),
            "mousedown",
            "1",
            "mousemove",
            str((from_x + to_x) // 2),
            str(to_y),
        )
        self._run("xdotool", *steps, "mousemove", str(to_x), str(to_y), "mouseup", "1")

    def picture(self, name: str) -> Path:
        """Take a picture of the whole screen."""
        target = self.folder / f"{name}.png"
        self._run("import", "-window", "root", str(target))
        return target

    def color_at(self, x: int, y: int) -> tuple[int, int, int]:
        """Return the colour of a point of the screen, each part from 0 to 255."""
        with Image.open(self.picture("look")) as taken:
            red, green, blue = taken.convert("RGB").getpixel((x, y))
        return red, green, blue

    def _run(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=check, timeout=30)
        return done.stdout

    def close(self) -> None:
        """End what runs on the screen."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """A screen of 1440 by 900 pixels."""
    missing = [name for name in ("Xvfb", "xdotool", "import") if shutil.which(name) is None]
    assert not missing, f"missing on this machine: {', '.join(missing)} (see `make setup`)"
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        # an X server that has lost its last client starts afresh, and turns away who comes meanwhile: -noreset
        [
            "Xvfb",
            "-displayfd",
            str(write_end),
            "-screen",
            "0",
            "1440x900x24",
            "-noreset",
            "-nolisten",
            "tcp",
            "-dpi",
            "96",
        ],
        pass_fds=[write_end],
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    with os.fdopen(read_end) as numbers:
        number = numbers.readline().strip()  # one that no other server has: this one chose it
    assert number, "Xvfb did not start"
    folder = tmp_path / "screen"
    folder.mkdir()
    made = Screen(f":{number}", folder)
    try:
        made.wait_until("the screen answers", made.answers)
        yield made
    finally:
        made.close()
        server.terminate()
        server.wait(timeout=10)
