# ruff: noqa: INP001 - a script stands on its own, its folder is no package
"""Where the bundle starts: `spanglass`, or one of our own modules by `-m`, as we start helpers of ours."""

from __future__ import annotations

import runpy
import sys

from spanglass_viewer.cli.main import main

_MODULES = ("spanglass", "spanglass_assets", "spanglass_viewer")
_LEAST_ARGUMENTS = 3

if __name__ == "__main__":
    if len(sys.argv) >= _LEAST_ARGUMENTS and sys.argv[1] == "-m" and sys.argv[2].split(".")[0] in _MODULES:
        module = sys.argv[2]
        del sys.argv[1:3]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        sys.exit(main())
