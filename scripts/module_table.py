# ruff: noqa: INP001 - a script stands on its own, its folder is no package
"""Write the table of modules in ARCHITECTURE.md anew: each module's own first sentence.

python scripts/module_table.py [--check]
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- module table: scripts/module_table.py -->", "<!-- end of the module table -->"
PACKAGES = (
    ROOT / "sdk_shim" / "spanglass",
    ROOT / "sdk_shim" / "spanglass_pytest",
    ROOT / "store" / "spanglass_store",
    ROOT / "viewer" / "spanglass_viewer",
    ROOT / "assets" / "spanglass_assets",
)


def first_paragraph(path: Path) -> str:
    """Return what a module says of itself, on one line; empty where it says nothing."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n", 1)[0].split()).replace("|", "\\|")


def list_sections(package: Path) -> list[str]:
    """Return a package's folders as Markdown: a heading, what the folder is, a row a module."""
    lines: list[str] = []
    folders = sorted({package, *(path.parent for path in package.rglob("*.py"))})
    for folder in folders:
        modules = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
        if not modules:
            continue
        name = ".".join((package.name, *folder.relative_to(package).parts))
        lines += [
            f"### `{name}`",
            "",
            first_paragraph(folder / "__init__.py"),
            "",
            "| module | what it does |",
            "|---|---|",
        ]
        lines += [f"| `{path.stem}` | {first_paragraph(path)} |" for path in modules]
        lines.append("")
    return lines


def render(document: str) -> str:
    """Return the document with its table made anew. Raises ValueError where the marks of the table are missing."""
    head, rest = document.split(BEGIN)
    tail = rest.split(END)[1]
    table = "\n".join(line for package in PACKAGES for line in list_sections(package))
    return f"{head}{BEGIN}\n\n{table}\n{END}{tail}"


def main() -> int:
    """Rewrite the table, or with --check only tell (by the exit code) whether it is true."""
    document = DOCUMENT.read_text(encoding="utf-8")
    rendered = render(document)
    if "--check" in sys.argv[1:]:
        return int(document != rendered)
    DOCUMENT.write_text(rendered, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
