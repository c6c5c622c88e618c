"""Terms put into a filter's text and taken out of it, as a button does; the rest stays as it was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.search.expression import Or
from spanglass_store.search.parse import parse_filter
from spanglass_store.search.tokens import FilterError, Token, TokenKind, iter_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator


def has_term(text: str, term: str) -> bool:
    """Tell whether a filter asks for `term` beside whatever else it asks for; a faulty text asks for nothing."""
    try:
        parse_filter(text)
        return any(True for _ in _iter_places(text, term))
    except FilterError:
        return False


def with_term(text: str, term: str) -> str:
    """Return a filter that asks for `term` too; a faulty text only gets longer."""
    kept = text.strip()
    if not kept or has_term(text, term):
        return kept or term
    try:
        is_choice = isinstance(parse_filter(text), Or)
    except FilterError:
        is_choice = False
    return f"({kept}) {term}" if is_choice else f"{kept} {term}"


def without_term(text: str, term: str) -> str:
    """Return a filter that does not ask for `term`; a text that does not ask for it stays as it is."""
    if not has_term(text, term):
        return text
    kept_from = len(text)
    for start, end in reversed(list(_iter_places(text, term))):
        text = text[:start] + text[min(end, kept_from) :]  # two places may share the "and" between them
        kept_from = start
    return text.strip()


def _iter_places(text: str, term: str) -> Iterator[tuple[int, int]]:
    """Yield where `term` stands outside of all brackets, with the "and" that joined it; nowhere in a choice."""
    tokens = list(iter_tokens(text))
    wanted = parse_filter(term)
    depths = list(_iter_depths(tokens))
    outer = [token for token, depth in zip(tokens, depths, strict=True) if depth == 0]
    if any(_is_word(token, "or") for token in outer):
        return
    for at, (token, depth) in enumerate(zip(tokens, depths, strict=True)):
        is_joined = at > 0 and _is_word(tokens[at - 1], "and")
        is_negated = at > 0 and tokens[at - 1].kind is TokenKind.MINUS
        if depth or is_negated or parse_filter(_written(text, token)) != wanted:
            continue
        following = tokens[at + 1 : at + 3]
        takes_next = not is_joined and bool(following) and _is_word(following[0], "and")
        if takes_next:
            following = following[1:]
        start = tokens[at - 1].offset if is_joined else token.offset
        yield start, following[0].offset if following else len(text)


def _iter_depths(tokens: list[Token]) -> Iterator[int]:
    """Yield how many brackets each token stands in; a bracket stands in itself."""
    depth = 0
    for token in tokens:
        depth += token.kind is TokenKind.OPEN
        yield depth
        depth -= token.kind is TokenKind.CLOSE


def _written(text: str, token: Token) -> str:
    """Return a token as it was typed; "" for one that means nothing alone."""
    if token.kind not in {TokenKind.WORD, TokenKind.QUOTED, TokenKind.TERM} or _is_word(token, "and"):
        return ""
    return text[token.offset : token.end]


def _is_word(token: Token, word: str) -> bool:
    return token.kind is TokenKind.WORD and token.text.lower() == word
