# ruff: noqa: INP001 - a script stands on its own, its folder is no package
"""Write the references in docs/ anew: commands, keys, environment variables.

python scripts/reference.py [--check]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from spanglass_viewer.app.actions import ACTIONS
from spanglass_viewer.cli.main import build_parsers
from spanglass_viewer.values.media_formats import FORMATS

if TYPE_CHECKING:
    import argparse

DOCS = Path(__file__).resolve().parent.parent / "docs"
BEGIN, END = "<!-- reference: scripts/reference.py -->", "<!-- end of the reference -->"


def list_commands() -> list[str]:
    """Return each command as Markdown: what it does, a row an argument, its examples.

    Not argparse's own help: its layout differs between versions of Python.
    """
    _, parsers = build_parsers()
    lines: list[str] = []
    for name, parser in parsers.items():
        arguments = [action for action in parser._actions if action.dest not in {"help", "store"}]  # noqa: SLF001 - argparse has no other way
        lines += [f"### {name}", "", parser.description, ""]
        if arguments:
            lines += ["| | |", "|---|---|", *map(argument_row, arguments), ""]
        if parser.epilog:
            lines += ["```", *(line.strip() for line in parser.epilog.splitlines()[1:]), "```", ""]
    return lines


def argument_row(action: argparse.Action) -> str:
    """Return an argument as a row: how it is written, what it means."""
    value = action.metavar or ("{" + ",".join(map(str, action.choices)) + "}" if action.choices else "")
    if isinstance(value, tuple):
        value = " ".join(value)
    written = " ".join([*action.option_strings[-1:], value if action.nargs != 0 else ""]).strip() or action.dest
    meaning = (action.help or "").replace("%%", "%").replace("|", r"\|")
    return f"| `{written}` | {meaning} |"


def list_keys() -> list[str]:
    """Return the window's actions as rows: what it is called, its keys."""
    rows = [f"| {spec.text.rstrip('…')} | {' '.join(f'`{key}`' for key in spec.keys)} |" for spec in ACTIONS]
    return ["| action | keys |", "|---|---|", *rows, ""]


def list_variables() -> list[str]:
    """Return the README's table of environment variables, as rows."""
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `[A-Z_]+` \|.*$", readme, re.MULTILINE)
    return ["| variable | what it does |", "|---|---|", *rows, ""]


def list_formats() -> list[str]:
    """Return the table of attachments' formats as rows."""
    rows = [
        (known.name, known.recognised_by, known.thumbnail, known.preview, known.metadata, known.limits)
        for known in FORMATS
    ]
    return [
        "| format | known by | thumbnail | preview | metadata | limits |",
        "|---|---|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]


DOCUMENTS = {
    DOCS / "attachments.md": list_formats,
    DOCS / "command-line.md": list_commands,
    DOCS / "window.md": list_keys,
    DOCS / "tracing" / "tuning.md": list_variables,
}


def render(document: str, lines: list[str]) -> str:
    """Return the document with its reference made anew. Raises ValueError where the marks are missing."""
    head, rest = document.split(BEGIN)
    tail = rest.split(END)[1]
    return f"{head}{BEGIN}\n\n" + "\n".join(lines) + f"\n{END}{tail}"


def main() -> int:
    """Rewrite the references, or with --check only tell (by the exit code) whether they are true."""
    stale = 0
    for path, list_lines in DOCUMENTS.items():
        document = path.read_text(encoding="utf-8")
        rendered = render(document, list_lines())
        stale += document != rendered
        if "--check" not in sys.argv[1:]:
            path.write_text(rendered, encoding="utf-8")
    return int("--check" in sys.argv[1:] and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
