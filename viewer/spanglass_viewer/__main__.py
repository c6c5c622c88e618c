"""`python -m spanglass_viewer` is `spanglass`."""

from __future__ import annotations

import sys

from spanglass_viewer.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
