"""Markdown → blocks of styled runs, in plain data. Nothing is left out: tags, references and images stay as they stand.

A line break is a line break. Links are shown with where they lead, and lead nowhere.
"""

from __future__ import annotations

import enum
import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MAX_NESTING = 20
# what would swallow text: tags, `<https://…>`, `&amp;`, and `[name]: address`
_LEFT_OUT = ["html_block", "html_inline", "autolink", "entity", "reference"]


class BlockKind(enum.Enum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CODE = "code"
    RULE = "rule"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one style."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_struck: bool = False
    is_code: bool = False
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class MarkdownBlock:
    """A block: `level` of a heading (1 to 6), `indent` by lists, `quotes` around it, `marker` before it.

    Code is one run and has a `language` ("" where none is named); a table has `rows` of cells, the first its head.
    """

    kind: BlockKind
    runs: tuple[Run, ...] = ()
    level: int = 0
    indent: int = 0
    quotes: int = 0
    marker: str = ""
    language: str = ""
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()


def read_markdown(text: str) -> tuple[MarkdownBlock, ...]:
    """Return the blocks of a Markdown text."""
    return tuple(_BlockReader().read(_parser().parse(text)))


@functools.cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 30 ms that only those pay who ask for Markdown

    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": _MAX_NESTING})
    return parser.enable(["table", "strikethrough"]).disable(_LEFT_OUT)


class _BlockReader:
    """Walks the tokens; knows in which lists and quotes it stands."""

    def __init__(self) -> None:
        self._lists: list[int | None] = []  # the number of the next item, None for bullets
        self._quotes = 0
        self._marker = ""
        self._heading = 0

    def read(self, tokens: list[Token]) -> Iterator[MarkdownBlock]:
        waiting = iter(tokens)
        for token in waiting:
            if token.type in {"bullet_list_open", "ordered_list_open"}:
                is_numbered = token.type == "ordered_list_open"
                self._lists.append(int(token.attrGet("start") or 1) if is_numbered else None)
            elif token.type in {"bullet_list_close", "ordered_list_close"}:
                self._lists.pop()
            elif token.type == "list_item_open":
                self._open_item()
            elif token.type in {"blockquote_open", "blockquote_close"}:
                self._quotes += token.nesting
            elif token.type == "heading_open":
                self._heading = int(token.tag[1:])
            elif token.type == "table_open":
                yield self._placed(MarkdownBlock(BlockKind.TABLE, rows=tuple(_read_rows(waiting))))
            else:
                yield from self._read_leaf(token)

    def _read_leaf(self, token: Token) -> Iterator[MarkdownBlock]:
        if token.type == "inline":
            kind = BlockKind.HEADING if self._heading else BlockKind.PARAGRAPH
            yield self._placed(MarkdownBlock(kind, tuple(_read_runs(token.children or ())), level=self._heading))
            self._heading = 0
        elif token.type in {"fence", "code_block"}:
            language = token.info.strip().partition(" ")[0]
            code = (Run(token.content.removesuffix("\n"), is_code=True),)
            yield self._placed(MarkdownBlock(BlockKind.CODE, code, language=language))
        elif token.type == "hr":
            yield self._placed(MarkdownBlock(BlockKind.RULE))

    def _open_item(self) -> None:
        number = self._lists[-1]
        self._marker = "•" if number is None else f"{number}."
        if number is not None:
            self._lists[-1] = number + 1

    def _placed(self, block: MarkdownBlock) -> MarkdownBlock:
        marker, self._marker = self._marker, ""
        return replace(block, indent=len(self._lists), quotes=self._quotes, marker=marker)


def _read_rows(tokens: Iterator[Token]) -> Iterator[tuple[tuple[Run, ...], ...]]:
    cells: list[tuple[Run, ...]] = []
    for token in tokens:
        if token.type == "table_close":
            return
        if token.type == "inline":
            cells.append(tuple(_read_runs(token.children or ())))
        elif token.type == "tr_close":
            yield tuple(cells)
            cells = []


def _read_runs(tokens: Iterable[Token]) -> Iterator[Run]:
    style = Run("")
    address = told = ""
    for token in tokens:
        if token.type in _STYLES:
            style = replace(style, **{_STYLES[token.type]: token.nesting > 0})
        elif token.type == "link_open":
            style, address, told = replace(style, is_link=True), str(token.attrGet("href") or ""), ""
        elif token.type == "link_close":
            style = replace(style, is_link=False)
            if address != told:
                yield replace(style, text=f" ({address})")
        elif text := _text_of(token):
            told += text
            yield replace(style, text=text, is_code=token.type == "code_inline")


_STYLES = {
    "strong_open": "is_bold", "strong_close": "is_bold", "em_open": "is_italic", "em_close": "is_italic",
    "s_open": "is_struck", "s_close": "is_struck",
}  # fmt: skip


def _text_of(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    return f"![{token.content}]({token.attrGet('src')})" if token.type == "image" else token.content
