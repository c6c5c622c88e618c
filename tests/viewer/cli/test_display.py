from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from spanglass_viewer.cli.display import has_display

if TYPE_CHECKING:
    from pathlib import Path


def test_a_wayland_socket_that_answers_is_a_display(tmp_path: Path) -> None:
    environment = {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert not has_display(environment, "linux")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        assert has_display(environment, "linux")


def test_an_x_server_that_answers_is_a_display() -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0/tmp/.X11-unix/X7312")
        server.listen()
        assert has_display({"DISPLAY": ":7312.0"}, "linux")


def test_names_without_a_server_are_no_display() -> None:
    assert not has_display({}, "linux")
    assert not has_display({"DISPLAY": ":7313"}, "linux")
    assert not has_display({"DISPLAY": "nonsense"}, "linux")


def test_other_systems_always_have_one() -> None:
    assert has_display({}, "darwin")
    assert has_display({}, "win32")
