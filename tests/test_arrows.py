"""The arrows between packages: each contract of `lint-imports` is broken once, to see that it holds."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ("sdk_shim", "store", "viewer", "assets")

# contract → the module that breaks it, and the line that does
BREACHES = {
    "sdk-is-light": ("sdk_shim/spanglass/breach.py", "import duckdb"),
    "plugin-is-light": ("sdk_shim/spanglass_pytest/breach.py", "import spanglass_store.database.reader"),
    "nothing-needs-the-plugin": ("sdk_shim/spanglass/breach.py", "import spanglass_pytest.span_list"),
    "light-half": ("store/spanglass_store/journal/breach.py", "import spanglass_store.database.records"),
    "tables-below-upkeep": ("store/spanglass_store/database/breach.py", "import spanglass_store.upkeep"),
    "store-stands-alone": ("store/spanglass_store/database/breach.py", "import spanglass_viewer"),
    "assets-are-users": ("assets/spanglass_assets/demo/breach.py", "import spanglass_store.location"),
    "viewer-reads-the-store": ("viewer/spanglass_viewer/app/breach.py", "import spanglass"),
    "viewer-layers": ("viewer/spanglass_viewer/models/breach.py", "import spanglass_viewer.panes"),
    "qt-at-the-edge": ("viewer/spanglass_viewer/trace/breach.py", "import PySide6.QtCore"),
    "models-without-widgets": ("viewer/spanglass_viewer/models/breach.py", "import spanglass_viewer.widgets"),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the sources to break."""
    copy = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for source in SOURCES:
        shutil.copytree(ROOT / source, copy / source, ignore=shutil.ignore_patterns("__pycache__", "media", "fonts"))
    return copy


def lint_imports(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(tree / source) for source in SOURCES)
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_every_contract_has_a_breach() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert {contract["id"] for contract in contracts} == set(BREACHES)


def test_the_tree_keeps_its_contracts(tree: Path) -> None:
    result = lint_imports(tree)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("contract", BREACHES)
def test_a_broken_arrow_is_seen(tree: Path, contract: str) -> None:
    path, line = BREACHES[contract]
    breach = tree / path
    breach.write_text(line + "\n")
    try:
        result = lint_imports(tree, "--contract", contract)
    finally:
        breach.unlink()
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout
    assert "breach" in result.stdout


def test_models_and_backend_know_no_widgets() -> None:
    # import-linter sees PySide6 as one module, so its parts are looked at here
    for folder in ("models", "backend"):
        for module in (ROOT / "viewer" / "spanglass_viewer" / folder).rglob("*.py"):
            assert "PySide6.QtWidgets" not in imported_modules(module), module


def imported_modules(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
