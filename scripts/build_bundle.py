# ruff: noqa: INP001, T201 - a script stands on its own, its folder is no package, and it prints
"""Build the standalone application (PyInstaller, one folder), start it, and say how large it is and how fast it starts.

python scripts/build_bundle.py [--out FOLDER]

On macOS the folder is an application's bundle that registers `spanglass://` links. Needs the extras `viewer` and
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

ROOT = Path(__file__).resolve().parent.parent
OWN_PACKAGES = ("spanglass", "spanglass_store", "spanglass_viewer", "spanglass_assets")
WITH_DATA = ("genai_prices", "duckdb")
# modules of Qt and of what we depend on that nothing of ours imports; they are a third of the size
LEFT_OUT = (
    "PySide6.Qt3DCore", "PySide6.QtBluetooth", "PySide6.QtCharts", "PySide6.QtDataVisualization", "PySide6.QtDesigner",
    "PySide6.QtLocation", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtQuick3D", "PySide6.QtSql", "PySide6.QtTest",
    "PySide6.QtWebEngineCore", "pandas", "pytest", "tkinter", "IPython", "hypothesis",
)  # fmt: skip
_STARTS = 3


def main() -> int:
    """Build, start, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the folder goes (default: dist)")
    options = parser.parse_args()
    bundle = build(options.out.absolute())
    program = bundle / ("spanglass.exe" if sys.platform == "win32" else "spanglass")
    size = sum(path.lstat().st_size for path in bundle.rglob("*") if path.is_file())
    print(f"bundle    {bundle}  {size / 1e6:.0f} MB", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        try_out(program, Path(folder))
    return 0


def build(out: Path) -> Path:
    """Run PyInstaller and return the folder that it made."""
    icon = ROOT / "assets" / "spanglass_assets" / "app_icons" / "spanglass-256.png"
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN", "--onedir"]
    command += ["--name", "spanglass", "--icon", str(icon), "--distpath", str(out)]
    command += ["--workpath", str(out / "build"), "--specpath", str(out / "build")]
    if sys.platform != "linux":
        command.append("--windowed")
    for package in OWN_PACKAGES:
        command += ["--collect-submodules", package, "--collect-data", package]
    for package in WITH_DATA:
        command += ["--collect-data", package]
    for module in LEFT_OUT:
        command += ["--exclude-module", module]
    sources = [str(ROOT / name) for name in ("sdk_shim", "store", "viewer", "assets")]
    for source in sources:
        command += ["--paths", source]
    subprocess.run([*command, str(ROOT / "scripts" / "bundle_entry.py")], check=True)
    shutil.rmtree(out / "build", ignore_errors=True)
    return out / "spanglass"


def try_out(program: Path, folder: Path) -> None:
    """Start the bundle as its users do: the command line, the sample agent, a picture of the window."""
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


def measure(program: Path, *arguments: str) -> float:
    """Run the bundle away from every Python of ours, and return the seconds that it took."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    began = time.monotonic()
    subprocess.run([program, *arguments], check=True, cwd=program.parent, env=environment, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
