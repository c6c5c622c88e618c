"""A filter's text → its tokens, each with the place where it stands."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARS = 10_000

_QUOTED = r'"(?:[^"\\]|\\.)*"'
# possessive: a long word without an operator must not be tried in all its cuts
_PIECE = rf'(?:[^\s()":=<>]++|{_QUOTED})'
_TOKEN = re.compile(
    rf"""
    (?P<open>\() | (?P<close>\)) | (?P<minus>-(?=[^\s)])) |
    (?P<quoted>{_QUOTED}) |
    (?P<key>{_PIECE}++)(?P<operator><=|>=|[:=<>])(?P<value>{_QUOTED}|[^\s()"]*) |
    (?P<word>[^\s()":=<>]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"\s*")
_KEY_PART = re.compile(rf'\.?((?:[^."]++|{_QUOTED})++)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


class FilterError(ValueError):
    """A filter that cannot be read: at `offset` (in characters, from 0) something else was `expected`."""

    def __init__(self, offset: int, expected: str) -> None:
        """Keep the place and what was expected apart from the sentence, so that a face can point at it."""
        super().__init__(f"At character {offset + 1} of the filter: expected {expected}.")
        self.offset = offset
        self.expected = expected


class TokenKind(enum.Enum):
    """What a token is."""

    OPEN = "open"
    CLOSE = "close"
    MINUS = "minus"
    WORD = "word"
    QUOTED = "quoted"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `keys`, `operator` and `value_offset` are those of a `TERM` such as `score.quality<0.5`.

    `text` is the word, the quoted text without its quotes, or the term's value; `offset` and `end` are where all of the
    token begins and ends.
    """

    kind: TokenKind
    offset: int
    end: int
    text: str = ""
    keys: tuple[str, ...] = ()
    operator: str = ""
    value_offset: int = 0


def iter_tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a filter. Raises FilterError."""
    if len(text) > MAX_CHARS:
        raise FilterError(MAX_CHARS, f"at most {MAX_CHARS:,} characters")
    if surrogate := _SURROGATE.search(text):
        raise FilterError(surrogate.start(), "a character, not half of one")
    at = _skip_space(text, 0)
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FilterError(at, _missing(text[at]))
        yield _token(match)
        at = _skip_space(text, match.end())


def _token(match: re.Match[str]) -> Token:
    offset = match.start()
    if match["operator"]:
        keys = tuple(_unquote(part[1]) for part in _KEY_PART.finditer(match["key"]))
        value = match["value"]
        if value.startswith('"') or not match.string.startswith('"', match.end()):
            return Token(
                TokenKind.TERM, offset, match.end(), _unquote(value), keys, match["operator"], match.start("value")
            )
        raise FilterError(match.end(), 'a closing "')  # name:a"b is half quoted
    kind = TokenKind(match.lastgroup)
    return Token(kind, offset, match.end(), _unquote(match[0]))


def _unquote(text: str) -> str:
    """Return a text with the quotes of its quoted parts taken away."""
    if '"' not in text:
        return text
    return re.sub(_QUOTED, lambda quoted: _ESCAPED.sub(r"\1", quoted[0][1:-1]), text, flags=re.DOTALL)


def _missing(char: str) -> str:
    if char == '"':
        return 'a closing " for this one'
    return f'a field before "{char}"; put text that holds it into quotes'


def _skip_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at
