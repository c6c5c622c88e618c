# ruff: noqa: INP001, T201 - a script stands on its own, its folder is no package, and it prints
"""Build the wheel, check it, and install it with each extra into clean environments of every Python that is found.

python scripts/check_packages.py [--work FOLDER] [--python pythonX.Y …] [--only base|viewer]

`base`: the SDK and the command line work without the window, `spanglass open` says what to install, and all of it takes
less than 80 MB. `viewer`: the window is painted offscreen into a PNG. Needs the extra `package`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("python3.11", "python3.12", "python3.13")
MAX_BASE_BYTES = 80 * 1000 * 1000
TOP_LEVEL = {"spanglass", "spanglass_pytest", "spanglass_store", "spanglass_viewer", "spanglass_assets"}
_INSTALLERS = {"pip", "setuptools", "wheel"}
PROGRAM = """
import sys
import spanglass

spanglass.init_logger("packages", store=sys.argv[1])

@spanglass.traced
def answer(question):
    return "42"

answer("What do you get if you multiply six by nine?")
"""
TEST = """
import spanglass

def test_it(spans):
    spanglass.start_span(name="x").end()
    spans.named("x").one()
"""


class PackageFault(Exception):  # noqa: N818 - as our faults are called
    """What is wrong with the package, in a sentence."""


def main() -> int:
    """Check everything that was asked for; 0 where all is well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="keep the environments in this folder")
    parser.add_argument("--python", nargs="+", help="default: python3.11 to 3.13, those that are found")
    parser.add_argument("--only", choices=("base", "viewer"), help="only this kind of environment")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spanglass-packages-") as scratch:
        work = (options.work or Path(scratch)).absolute()
        work.mkdir(parents=True, exist_ok=True)
        try:
            wheel = build(work)
            for python in options.python or find_pythons():
                for kind in ("base", "viewer") if options.only is None else (options.only,):
                    check_environment(python, kind, wheel, work)
        except PackageFault as fault:
            print(f"packages: {fault}", file=sys.stderr)
            return 1
    return 0


def find_pythons() -> list[str]:
    """Return the supported interpreters of this machine, the one that runs this among them."""
    found = {f"{major}.{minor}": sys.executable for major, minor in [sys.version_info[:2]]}
    for name in PYTHONS:
        if (path := shutil.which(name)) is not None and _works(path):
            found.setdefault(name.removeprefix("python"), path)
    return [found[version] for version in sorted(found)]


def build(work: Path) -> Path:
    """Build sdist and wheel twice, check that both are the same, and what is in them; return the wheel."""
    wheels: list[Path] = []
    for number in range(2):
        target = work / f"dist-{number}"
        shutil.rmtree(target, ignore_errors=True)
        run(sys.executable, "-m", "build", "--outdir", str(target), str(ROOT))
        wheels.append(next(target.glob("*.whl")))
    if wheels[0].read_bytes() != wheels[1].read_bytes():
        raise PackageFault("two builds of the same sources differ")
    wheel = wheels[0]
    tool = Path(sys.executable).parent
    run(str(tool / "twine"), "check", "--strict", *map(str, (work / "dist-0").iterdir()))
    # W002: the same `__init__` or `py.typed` in several packages; W009: several top-level packages, as we mean it
    run(str(tool / "check-wheel-contents"), "--ignore", "W002,W009", str(wheel))
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    strays = {name for name in names if not name.endswith(".dist-info")} - TOP_LEVEL
    if strays:
        raise PackageFault(f"the wheel has stray top-level names: {sorted(strays)}")
    print(f"wheel     {wheel.name}  {wheel.stat().st_size / 1e6:.1f} MB, built twice alike, checked", flush=True)
    return wheel


def check_environment(python: str, kind: str, wheel: Path, work: Path) -> None:
    """Install the wheel into a new environment, and try what it promises."""
    version = run(python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
    folder = work / f"{kind}-{version}"
    shutil.rmtree(folder, ignore_errors=True)
    run(python, "-m", "venv", str(folder))
    own = str(folder / "bin" / "python")
    began = time.monotonic()
    extra = "" if kind == "base" else f"[{kind}]"
    run(own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{wheel}{extra}")
    install_secs = time.monotonic() - began
    size = measure_packages(folder)
    spanglass = str(folder / "bin" / "spanglass")
    store = folder / "store"
    (folder / "program.py").write_text(PROGRAM)
    run(own, str(folder / "program.py"), str(store))
    if "answer" not in run(spanglass, "show", "latest", "--store", str(store)):
        raise PackageFault(f"{kind} on {version}: the program's span is not shown")
    run(spanglass, "doctor", "--store", str(store))
    check = check_base if kind == "base" else check_viewer
    note = check(folder, store, size)
    print(f"{kind:9} Python {version}  {size / 1e6:.0f} MB  installed in {install_secs:.0f} s  {note}", flush=True)


def check_base(folder: Path, store: Path, size: int) -> str:
    """Check what holds without the window; return what is worth printing."""
    if size > MAX_BASE_BYTES:
        raise PackageFault(f"the base installation takes {size / 1e6:.0f} MB, {MAX_BASE_BYTES / 1e6:.0f} are allowed")
    opened = subprocess.run(
        [folder / "bin" / "spanglass", "open", "--store", store, "--screenshot", folder / "a.png"],
        capture_output=True, text=True, check=False, env=_environment(), cwd=folder,
    )  # fmt: skip
    if opened.returncode != 3 or "pip install 'spanglass[viewer]'" not in opened.stderr:  # noqa: PLR2004 - a fault's exit code
        raise PackageFault(f"without the viewer, `spanglass open` says: {opened.stderr or opened.stdout}")
    own = str(folder / "bin" / "python")
    run(own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pytest")
    (folder / "test_it.py").write_text(TEST)
    run(own, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder / "test_it.py"), "--rootdir", str(folder))
    return "SDK, command line and pytest plugin work; open says what to install"


def check_viewer(folder: Path, store: Path, size: int) -> str:
    """Paint the window; return what is worth printing."""
    del size
    picture = folder / "window.png"
    run(str(folder / "bin" / "spanglass"), "open", "--store", str(store), "--screenshot", str(picture))
    if not picture.read_bytes().startswith(b"\x89PNG"):
        raise PackageFault("the picture of the window is none")
    qt = run(str(folder / "bin" / "python"), "-c", "import PySide6; print(PySide6.__version__)").strip()
    return f"the window is painted, by PySide6 {qt}"


def measure_packages(folder: Path) -> int:
    """Return the bytes that were installed: everything but what installs, and what Python compiles at the first use."""
    (packages,) = (folder / "lib").glob("python*/site-packages")
    files = (path for path in packages.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sum(
        path.stat().st_size for path in files if path.relative_to(packages).parts[0].split("-")[0] not in _INSTALLERS
    )


def run(*command: str) -> str:
    """Run a command away from the sources, and return what it prints. Raises PackageFault with all of it."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=_environment(), cwd=tempfile.gettempdir()
    )
    if done.returncode != 0:
        raise PackageFault(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SPANGLASS"))}
    return {**kept, "SOURCE_DATE_EPOCH": "1577836800"}


def _works(python: str) -> bool:
    """Tell whether a name on PATH is an interpreter that starts; pyenv's names are there for versions that are not."""
    return subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
