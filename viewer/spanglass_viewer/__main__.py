"""Where `spanglass` and `python -m spanglass_viewer` start."""

from __future__ import annotations

import contextlib
import os
import sys


def run() -> int:
    """Run the command line and return its exit code, that of Ctrl+C too while modules are only being loaded."""
    _open_closed_streams()
    try:
        from spanglass_viewer.cli.main import main  # noqa: PLC0415 - inside what listens to Ctrl+C

        return main()
    except KeyboardInterrupt:
        return 130


def _open_closed_streams() -> None:
    """Give a process that was started without its standard streams empty ones, before a file gets their numbers."""
    with contextlib.suppress(OSError):
        while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004 - the standard error stream
            os.set_inheritable(fd, True)
        os.close(fd)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it lasts
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - it lasts
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - it lasts


if __name__ == "__main__":
    sys.exit(run())
