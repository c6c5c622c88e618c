from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.values.code_colors import CodeKind, color_code
from spanglass_viewer.values.markdown import BlockKind, MarkdownBlock, Run, read_markdown


def _said(block: MarkdownBlock) -> str:
    return "".join(run.text for run in block.runs)


@pytest.mark.parametrize(
    "text",
    ["one\ntwo", "<b>bold</b> <img src='/dev/zero'>", "<div>\nblock\n</div>", "a &amp; b &lt;", "[name]: http://x",
     "<https://x.y>", "![alt](file:///etc/passwd)", "a < b > c", "<!-- note -->", "$HOME \\n"],
)  # fmt: skip
def test_nothing_is_swallowed(text: str) -> None:
    assert "\n".join(map(_said, read_markdown(text))) == text


def test_styles_and_links_that_say_where_they_lead() -> None:
    (block,) = read_markdown("a **b *c*** `d` ~~e~~ [f](http://x)")
    assert block.runs == (
        Run("a "), Run("b ", is_bold=True), Run("c", is_bold=True, is_italic=True), Run(" "), Run("d", is_code=True),
        Run(" "), Run("e", is_struck=True), Run(" "), Run("f", is_link=True), Run(" (http://x)"),
    )  # fmt: skip


def test_blocks_keep_their_places() -> None:
    blocks = read_markdown(
        "# T\n\n1. one\n2. two\n   - deep\n\n> said\n\n```py\nx = 1\n```\n\n---\n\n|a|b|\n|-|-|\n|1|2|\n"
    )
    assert [(block.kind, block.marker, block.indent, block.quotes, _said(block)) for block in blocks] == [
        (BlockKind.HEADING, "", 0, 0, "T"),
        (BlockKind.PARAGRAPH, "1.", 1, 0, "one"),
        (BlockKind.PARAGRAPH, "2.", 1, 0, "two"),
        (BlockKind.PARAGRAPH, "•", 2, 0, "deep"),
        (BlockKind.PARAGRAPH, "", 0, 1, "said"),
        (BlockKind.CODE, "", 0, 0, "x = 1"),
        (BlockKind.RULE, "", 0, 0, ""),
        (BlockKind.TABLE, "", 0, 0, ""),
    ]
    assert [[run.text for cell in row for run in cell] for row in blocks[-1].rows] == [["a", "b"], ["1", "2"]]


@given(st.text(alphabet="#*`~[]()<>!|-_>\n ab1.\\", max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    assert all(block.kind for block in read_markdown(text))


def test_code_is_coloured_by_its_language() -> None:
    code = "def f():\n    return 'x'  # no\n"
    found = {code[start : start + length]: kind for start, length, kind in color_code(code, "python")}
    assert found["def"] is CodeKind.KEYWORD
    assert found["f"] is CodeKind.NAME
    assert found["# no"] is CodeKind.COMMENT
    assert list(color_code(code, "no-such-language")) == []
    assert list(color_code(code, "")) == []
