# ruff: noqa: INP001, T201 - a script stands on its own, its folder is no package, and it prints
"""Build the standalone application (PyInstaller, one folder), start it, and say how large it is and how fast it starts.

It must paint the same window as this tree does, or this ends with 1.

python scripts/build_bundle.py [--out FOLDER] [--check]

On macOS there is an application besides the folder, which registers `spanglass://` links. Needs the extras `viewer` and
`package`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parent.parent
_STARTS = 3
_MAX_OTHER = 0.03  # ages and durations of queries


def main() -> int:
    """Build, start, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the folder goes (default: dist)")
    parser.add_argument("--check", action="store_true", help="only try what is built already")
    options = parser.parse_args()
    out = options.out.absolute()
    bundle = out / "spanglass" if options.check else build(out)
    program = bundle / ("spanglass.exe" if sys.platform == "win32" else "spanglass")
    size = sum(path.lstat().st_size for path in bundle.rglob("*") if path.is_file())
    print(f"bundle    {bundle}  {size / 1e6:.0f} MB", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        other = try_out(program, Path(folder))
    print(f"picture   {other:.1%} of it is other than this tree paints; {_MAX_OTHER:.0%} may be", flush=True)
    return 0 if other <= _MAX_OTHER else 1


def build(out: Path) -> Path:
    """Run PyInstaller and return the folder that it made."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN"]
    command += ["--distpath", str(out), "--workpath", str(out / "build"), str(ROOT / "scripts" / "bundle.spec")]
    subprocess.run(command, check=True)
    shutil.rmtree(out / "build", ignore_errors=True)
    return out / "spanglass"


def try_out(program: Path, folder: Path) -> float:
    """Start the bundle as its users do: the command line, the sample agent, a picture of the window.

    Return how much of the picture, from 0 to 1, is other than what this tree paints of the same store.
    """
    started = [measure(program, "--version") for _ in range(_STARTS)]
    print(f"start     {min(started):.2f} s to print the version", flush=True)
    store = folder / "store"
    measure(program, "demo", "--headless", "--speed", "20", "--store", str(store), "--picture", str(folder / "a.png"))
    painted = [
        measure(program, "open", "--store", str(store), "--screenshot", str(folder / "window.png"))
        for _ in range(_STARTS)
    ]
    print(f"window    {min(painted):.2f} s to paint it with a trace, offscreen", flush=True)
    shutil.copyfile(folder / "window.png", program.parent.parent / "bundle-window.png")
    subprocess.run(
        [sys.executable, "-m", "spanglass_viewer", "open", "--store", store, "--screenshot", folder / "tree.png"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return compare(folder / "window.png", folder / "tree.png")


def compare(one: Path, other: Path) -> float:
    """Return which part of two pictures differs, from 0 to 1; 1 where they are not of one size."""
    with Image.open(one) as first, Image.open(other) as second:
        if first.size != second.size:
            return 1.0
        difference = ImageChops.difference(first.convert("RGB"), second.convert("RGB")).convert("L")
    same = difference.histogram()[0]
    return 1 - same / (difference.width * difference.height)


def measure(program: Path, *arguments: str) -> float:
    """Run the bundle away from every Python of ours, and return the seconds that it took."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    began = time.monotonic()
    subprocess.run([program, *arguments], check=True, cwd=program.parent, env=environment, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
