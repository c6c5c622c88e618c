"""The pages of docs/: what they link to is there, and their tables are true."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from spanglass_store.database.reader import open_store
from spanglass_store.location import ensure_store
from spanglass_viewer.cli.filters import with_filter_apart
from spanglass_viewer.cli.main import build_parsers

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


def test_every_page_is_in_the_navigation() -> None:
    listed = set(re.findall(r"^ +- (?:.*: )?(\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))
    assert listed == {name_of(page) for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_commands_of_a_page_are_commands(page: Path) -> None:
    _, parsers = build_parsers()
    for block in re.findall(r"^```\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
        for line in re.findall(r"^(?:.*\| )?spanglass (.+)", block, re.MULTILINE):
            words = shlex.split(line, comments=True)
            name, *given = itertools.takewhile(lambda word: word not in {"|", "<", ">"}, words)
            parsers[name].parse_args(with_filter_apart(parsers[name], given))


@pytest.mark.parametrize("view", ["v_traces", "v_errors", "v_llm_calls"])
def test_the_columns_of_a_view_are_described(view: str, tmp_path: Path) -> None:
    ensure_store(tmp_path)
    with open_store(tmp_path) as store:
        columns = [(name, kind) for name, kind, *_ in store.sql(f"DESCRIBE {view}").rows]
    _, _, rest = (DOCS / "sql.md").read_text().partition(f"\n`{view}`:\n")
    table = rest.strip().split("\n\n")[0]
    rows = re.findall(r"^\| (.+?) \| `(\w+)` \| .+ \|$", table, re.MULTILINE)
    assert [(name, kind) for names, kind in rows for name in re.findall(r"`(\w+)`", names)] == columns


def test_the_references_are_true() -> None:
    checked = subprocess.run([sys.executable, ROOT / "scripts" / "reference.py", "--check"], check=False)
    assert checked.returncode == 0, "run `python scripts/reference.py`"


def test_each_chapter_of_the_guide_names_tests_and_pages_that_exist() -> None:
    rows = [line for line in (DOCS / "parity.md").read_text().splitlines() if re.match(r"\| [✓+≠] \|", line)]
    assert len(rows) >= 20
    for row in rows:
        named = re.findall(r"`([\w/]+\.py)::(\w+|\*)`", row)
        assert named, row
        for file, test in named:
            source = (ROOT / "tests" / file).read_text()
            assert re.search(rf"^(async )?def {'test_' if test == '*' else test + '[(]'}", source, re.MULTILINE), row
        assert re.search(r"\]\(tracing/[\w-]+\.md", row), row
