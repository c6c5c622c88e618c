"""The Python blocks of each page of docs/ run, as one program a page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from llm_server import Events, LlmServer, Reply
from llm_wire import anthropic_message, chat_completion, chat_text_chunks

DOCS = Path(__file__).parents[2] / "docs"
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted(page for page in DOCS.rglob("*.md") if PYTHON_BLOCK.search(page.read_text()))

# What the APIs answer to a page's program, in the order of its calls.
REPLIES = {
    "tracing/llm-clients.md": (
        Reply(chat_completion({"content": "2"})),
        Events(chat_text_chunks("2", ".", usage=True)),
        Reply(anthropic_message()),
    ),
}


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


@pytest.mark.integration
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_python_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    script = tmp_path / "page.py"
    script.write_text("\n".join(PYTHON_BLOCK.findall(page.read_text())))
    with LlmServer() as server:
        server.reply(*REPLIES.get(name_of(page), ()))
        done = subprocess.run(
            [sys.executable, "-W", "error", str(script)],
            cwd=tmp_path,
            env={
                **os.environ,
                "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"],
                "SPANGLASS_STORE": str(tmp_path / "store"),
                "OPENAI_API_KEY": "none",
                "OPENAI_BASE_URL": f"{server.url}/v1",
                "ANTHROPIC_API_KEY": "none",
                "ANTHROPIC_BASE_URL": server.url,
            },
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert not done.stderr, "a page's program has nothing to complain of"
        assert not server.replies, "the program made fewer calls than it was to"
