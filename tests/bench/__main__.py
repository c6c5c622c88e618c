"""`make bench`: every measurement in one run, each in a process of its own so that none warms up the next."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the benches whose names contain one of `names`, or all. Returns 1 where one failed."""
    scripts = [
        script
        for script in sorted(FOLDER.glob("bench_*.py"))
        if not names or any(name in script.stem for name in names)
    ]
    failed: list[str] = []
    for script in scripts:
        print(f"\n== {script.stem.removeprefix('bench_')} ==", flush=True)
        environment = os.environ | {"PYTHONPATH": str(FOLDER.parent / "factories")}
        if subprocess.run([sys.executable, script], env=environment, check=False).returncode != 0:
            failed.append(script.stem)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed or not scripts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
