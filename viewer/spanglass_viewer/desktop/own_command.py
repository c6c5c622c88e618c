"""The command that starts this very installation, whatever it was installed with."""

from __future__ import annotations

import sys
from pathlib import Path

_SCRIPTS = ("spanglass", "spanglass.exe")


def own_command() -> tuple[str, ...]:
    """Return the absolute command of `spanglass`: the bundle, the script of the environment, else the module."""
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    for name in _SCRIPTS:
        script = Path(sys.executable).with_name(name)
        if script.is_file():
            return (str(script),)
    return (sys.executable, "-m", "spanglass_viewer")
