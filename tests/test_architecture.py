"""ARCHITECTURE.md has one sentence for each module, and none for modules that are not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "spanglass": ROOT / "sdk_shim" / "spanglass",
    "spanglass_store": ROOT / "store" / "spanglass_store",
    "spanglass_viewer": ROOT / "viewer" / "spanglass_viewer",
    "spanglass_assets": ROOT / "assets" / "spanglass_assets",
}
MAX_FILE_LINES = 600
DRAWERS = {"utils", "util", "misc", "common", "helpers", "manager"}


def modules_on_disk() -> set[str]:
    found: set[str] = set()
    for package, folder in PACKAGES.items():
        for path in folder.rglob("*.py"):
            parts = path.relative_to(folder).with_suffix("").parts
            if parts[-1] != "__init__":
                found.add(".".join((package, *parts)))
    return found


def modules_in_the_table() -> list[str]:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    listed: list[str] = []
    package = ""
    for line in text.splitlines():
        if heading := re.match(r"### `(spanglass\w*)(?:\.(\w+))?`", line):
            package = ".".join(part for part in heading.groups() if part)
        elif row := re.match(r"\| (`[^|]+`) \| \S", line):
            listed += [f"{package}.{name}" for name in re.findall(r"`([\w.]+)`", row.group(1))]
    return listed


def test_each_module_has_its_sentence_once() -> None:
    listed = modules_in_the_table()
    assert sorted(listed) == sorted(modules_on_disk())


@pytest.mark.parametrize("path", sorted(path for folder in PACKAGES.values() for path in folder.rglob("*.py")), ids=str)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert path.read_text().count("\n") <= MAX_FILE_LINES
    assert path.stem.strip("_") not in DRAWERS
