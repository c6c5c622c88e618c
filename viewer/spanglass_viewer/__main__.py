"""Where `spanglass` and `python -m spanglass_viewer` start."""

from __future__ import annotations

import sys


def run() -> int:
    """Run the command line and return its exit code, that of Ctrl+C too while modules are only being loaded."""
    try:
        from spanglass_viewer.cli.main import main  # noqa: PLC0415 - inside what listens to Ctrl+C

        return main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(run())
