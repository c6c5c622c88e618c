"""A screen for the real window, and hands to drive it: Xvfb, whose screen is read from its memory, and xdotool."""

from __future__ import annotations

import os
import shutil
import signal
import struct
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
WIDTH, HEIGHT = 1440, 900
_XWD_HEADER = struct.Struct(">25I")  # XWDFile.h: whatever the byte order of the pixels is
_XWD_COLOR_BYTES = 12


def read_frame_buffer(path: Path) -> Image.Image:
    """Return what Xvfb shows, from the file in which it keeps its screen (`-fbdir`).

    Reading it takes a few milliseconds; a client that asks the server for its screen, and packs a PNG, takes 0.3 s.
    """
    data = path.read_bytes()
    header = _XWD_HEADER.unpack_from(data)
    header_bytes, width, height, line_bytes, colors = header[0], header[4], header[5], header[12], header[19]
    pixels = memoryview(data)[header_bytes + colors * _XWD_COLOR_BYTES :]
    return Image.frombytes("RGB", (width, height), pixels, "raw", "BGRX", line_bytes)


@dataclass
class Screen:
    """An X server of our own, with whatever runs on it."""

    display: str
    folder: Path
    frame_buffer: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list["subprocess.Popen[bytes]"])
    extra_environment: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program on this screen."""
        own = {
            "DISPLAY": self.display,
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONWARNINGS": "error",
            "PYTHONFAULTHANDLER": "1",  # for `_end_with_stacks`
        }
        return os.environ | own | self.extra_environment

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
        found = self.list_windows(name)
        return found[-1] if found else None

    def list_windows(self, name: str = "Spanglass") -> list[str]:
        """Return the ids of the windows with this in their titles."""
        return self._run("xdotool", "search", "--onlyvisible", "--name", name, check=False).split()

    def focus_window(self, name: str = "Spanglass") -> None:
        """Give a window the keyboard: no window manager does it here."""
        self._run("xdotool", "windowfocus", "--sync", self.find_window(name) or "", check=False)

    def focus_id(self, window: str) -> None:
        """Give the window of this id the keyboard."""
        self._run("xdotool", "windowfocus", "--sync", window)

    def title(self) -> str:
        """Return what stands in the title bar: the selected span."""
        window = self.find_window()
        return "" if window is None else self.title_of(window)

    def title_of(self, window: str) -> str:
        """Return what stands in the title bar of the window of this id."""
        return self._run("xdotool", "getwindowname", window, check=False).strip()

    def wait_until(self, what: str, is_so: Callable[[], object], timeout_secs: float = WAIT_SECS) -> None:
        """Wait for a condition; fail with its name, and a picture, where it does not come about."""
        deadline = time.monotonic() + timeout_secs
        while not is_so():
            if time.monotonic() > deadline:
                picture = self.picture("in-vain")
                self._end_with_stacks()
                logs = "\n".join(self.log(process) for process in self.processes)
                pytest.fail(f"waited {timeout_secs:.0f} s in vain: {what}. {picture}\n{logs}")
            time.sleep(0.05)

    def wait_for_title(self, name: str) -> None:
        """Wait until a span of this name is selected."""
        self.wait_until(f"{name} is selected", lambda: self.title().startswith(name))

    def wait_for_other_title(self, name: str) -> None:
        """Wait until a span of another name is selected."""
        no_span = ("Spanglass", "")  # on the way from one trace to another
        self.wait_until(
            f"something else than {name} is selected",
            lambda: (title := self.title()) not in no_span and not title.startswith(name),
        )

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
        press = ("mousemove", str(from_x), str(from_y), "mousedown", "1")
        half = ("mousemove", str((from_x + to_x) // 2), str(to_y))
        self._run("xdotool", *press, *half, "mousemove", str(to_x), str(to_y), "mouseup", "1")

    def drag_slowly(self, from_x: int, from_y: int, to_x: int, to_y: int) -> None:
        """Drag as from one program to another, which have to agree on it before the button is let go."""
        self._run("xdotool", "mousemove", str(from_x), str(from_y), "mousedown", "1")
        for step in range(1, 11):
            x, y = (start + (end - start) * step // 10 for start, end in ((from_x, to_x), (from_y, to_y)))
            self._run("xdotool", "mousemove", str(x), str(y), "sleep", "0.05")
        self._run("xdotool", "sleep", "0.3", "mouseup", "1")

    def picture(self, name: str) -> Path:
        """Save a picture of the whole screen."""
        target = self.folder / f"{name}.png"
        self.read().save(target, compress_level=1)
        return target

    def read(self) -> Image.Image:
        """Return what the screen shows."""
        return read_frame_buffer(self.frame_buffer)

    def color_at(self, x: int, y: int) -> tuple[int, int, int]:
        """Return the colour of a point of the screen, each part from 0 to 255."""
        red, green, blue = self.read().getpixel((x, y))
        return red, green, blue

    def _run(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=check, timeout=30)
        return done.stdout

    def _end_with_stacks(self) -> None:
        """End what still runs, so that it leaves in its log where each of its threads was."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGABRT)
                process.wait(timeout=10)

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
    missing = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
    assert not missing, f"missing on this machine: {', '.join(missing)} (see `make setup`)"
    folder = tmp_path / "screen"
    folder.mkdir()
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        # an X server that has lost its last client starts afresh, and turns away who comes meanwhile: -noreset
        [
            "Xvfb",
            "-displayfd",
            str(write_end),
            "-screen",
            "0",
            f"{WIDTH}x{HEIGHT}x24",
            "-fbdir",
            str(folder),
            "-noreset",
            "-nocursor",  # its pixels would stand in the screen's memory
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
    made = Screen(f":{number}", folder, folder / "Xvfb_screen0")
    try:
        made.wait_until("the screen answers", made.answers)
        yield made
    finally:
        made.close()
        server.terminate()
        server.wait(timeout=10)
