"""Whether a window can be shown: on Linux, whether a display answers."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_X11_SOCKETS = "/tmp/.X11-unix"  # noqa: S108 - X11 fixes this path
_X11_TCP_BASE = 6000
_TIMEOUT_SECS = 1.0


def has_display(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Tell whether a window could be shown now. A display that is named but does not answer does not count."""
    if platform in {"darwin", "win32"}:
        return True
    return any(_answers(family, address) for family, address in _iter_addresses(environment))


def _iter_addresses(environment: Mapping[str, str]) -> Iterator[tuple[int, str | tuple[str, int]]]:
    if wayland := environment.get("WAYLAND_DISPLAY"):
        yield socket.AF_UNIX, str(Path(environment.get("XDG_RUNTIME_DIR", "/")) / wayland)
    host, _, rest = environment.get("DISPLAY", "").rpartition(":")
    number = rest.split(".")[0]
    if not number.isdigit():
        return
    if host in {"", "unix"}:
        yield socket.AF_UNIX, f"{_X11_SOCKETS}/X{number}"
        yield socket.AF_UNIX, f"\0{_X11_SOCKETS}/X{number}"
    yield socket.AF_INET, (host if host not in {"", "unix"} else "localhost", _X11_TCP_BASE + int(number))


def _answers(family: int, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(_TIMEOUT_SECS)
        try:
            probe.connect(address)
        except OSError:
            return False
        return True
