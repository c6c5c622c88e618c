"""Tokens → an expression.

filter = [any]          any = all {"or" all}          all = part {["and"] part}
part   = "-" part | "(" any ")" | word | "quoted text" | field operator value
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.search.expression import EVERYTHING, And, Expression, HasError, IsRunning, Not, Or, Text
from spanglass_store.search.terms import read_term
from spanglass_store.search.tokens import FilterError, Token, TokenKind, iter_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_DEPTH = 50  # of brackets and minuses; people need three

_WORDS: dict[str, Expression] = {"error": HasError(), "running": IsRunning()}


def parse_filter(text: str) -> Expression:
    """Return what a filter means; an empty one lets everything through. Raises FilterError, and nothing else."""
    tokens = list(iter_tokens(text))
    if not tokens:
        return EVERYTHING
    parser = _Parser(tokens, end=len(text))
    expression = parser.read_any(0)
    if parser.next is not None:
        raise FilterError(parser.next.offset, "no bracket here; none is open")
    return expression


class _Parser:
    def __init__(self, tokens: Sequence[Token], end: int) -> None:
        self._tokens = tokens
        self._end = end
        self._at = 0

    @property
    def next(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def read_any(self, depth: int) -> Expression:
        parts = [self._read_all(depth)]
        while self._takes_word("or"):
            parts.append(self._read_all(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _read_all(self, depth: int) -> Expression:
        parts = [self._read_part(depth)]
        while True:
            is_joined = self._takes_word("and")
            token = self.next
            if not is_joined and (token is None or token.kind is TokenKind.CLOSE or _is_word(token, "or")):
                return parts[0] if len(parts) == 1 else And(tuple(parts))
            parts.append(self._read_part(depth))

    def _read_part(self, depth: int) -> Expression:
        token = self.next
        if token is None or token.kind is TokenKind.CLOSE or _is_word(token, "or") or _is_word(token, "and"):
            raise FilterError(self._end if token is None else token.offset, "a term, such as error or name:checkout")
        if depth >= MAX_DEPTH:
            raise FilterError(token.offset, f"at most {MAX_DEPTH} brackets and minuses in each other")
        self._at += 1
        if token.kind is TokenKind.MINUS:
            return Not(self._read_part(depth + 1))
        if token.kind is TokenKind.OPEN:
            return self._read_bracket(depth + 1)
        if token.kind is TokenKind.TERM:
            return read_term(token)
        return (_WORDS.get(token.text.lower()) if token.kind is TokenKind.WORD else None) or Text(token.text)

    def _read_bracket(self, depth: int) -> Expression:
        inner = self.read_any(depth)
        token = self.next
        if token is None:
            raise FilterError(self._end, "a closing bracket")
        self._at += 1
        return inner

    def _takes_word(self, word: str) -> bool:
        token = self.next
        if token is None or not _is_word(token, word):
            return False
        self._at += 1
        return True


def _is_word(token: Token, word: str) -> bool:
    return token.kind is TokenKind.WORD and token.text.lower() == word
