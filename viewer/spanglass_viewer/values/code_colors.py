"""Source code → which stretches are keywords, strings, numbers, comments, names; by Pygments."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_CHARS = 50_000


class CodeKind(enum.Enum):
    """What a stretch of code is."""

    KEYWORD = "keyword"
    STRING = "string"
    NUMBER = "number"
    COMMENT = "comment"
    NAME = "name"  # of what is defined or built in


def color_code(code: str, language: str) -> Iterator[tuple[int, int, CodeKind]]:
    """Yield (start, length, kind) of what is worth a colour; nothing for a language nobody knows, and for long code."""
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415 # pyright: ignore[reportUnknownVariableType] - 60 ms that only code in Markdown costs; the stub leaves the options open
    from pygments.token import Comment, Keyword, Name, Number, Operator, String  # noqa: PLC0415 - as above
    from pygments.util import ClassNotFound  # noqa: PLC0415 - as above

    if not language or len(code) > _MAX_CHARS:
        return
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return
    kinds = (
        (Keyword, CodeKind.KEYWORD), (Operator.Word, CodeKind.KEYWORD), (Name.Tag, CodeKind.KEYWORD),
        (String, CodeKind.STRING), (Number, CodeKind.NUMBER), (Comment, CodeKind.COMMENT),
        (Name.Function, CodeKind.NAME), (Name.Class, CodeKind.NAME), (Name.Builtin, CodeKind.NAME),
        (Name.Attribute, CodeKind.NAME), (Name.Decorator, CodeKind.NAME),
    )  # fmt: skip
    for start, token, text in lexer.get_tokens_unprocessed(code):
        kind = next((kind for family, kind in kinds if token in family), None)
        if kind is not None and text:
            yield start, len(text), kind
