"""What the piece of a filter before the cursor can become: a field, then a word that stands in the store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from spanglass_store.search.expression import Field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAX_CANDIDATES = 50

_FIELDS = get_args(Field)
_STARTS = (
    "error", "running", "name:", "type:", "model:", "project:", "experiment:", "tag:", "dur>", "tokens>", "cost>",
    "score.", "meta.", "since:", "has:attachment",
)  # fmt: skip
_PIECE = re.compile(r'(?:[^\s()"]|"(?:[^"\\]|\\.)*(?:"|$))*$')
_FIELD_VALUE = re.compile(r"(?P<field>[A-Za-z]+)(?P<operator>[:=])(?P<value>.*)", re.DOTALL)
_PLAIN_WORD = re.compile(r'[^\s()"]+')
_NAMED = re.compile(r"(?P<field>score|meta)\.(?P<typed>[^:=<>]*)", re.IGNORECASE | re.DOTALL)
_PLAIN_KEY = re.compile(r'[^\s()":=<>.]+(?:\.[^\s()":=<>.]+)*')
_SIGNS = {"score": ">", "meta": ":"}


@dataclass(frozen=True, slots=True)
class Completion:
    """The candidates for `text[start:end]`, each as the text to stand there."""

    start: int
    end: int
    candidates: tuple[str, ...] = ()


def complete_filter(text: str, cursor: int, vocabulary: Mapping[str, Sequence[str]]) -> Completion:
    """Return what the piece that ends at the cursor (in characters) can become; words that begin so come first."""
    start = _start_of_piece(text, cursor)
    piece = text[start:cursor]
    start += len(piece) - len(piece.lstrip("-"))
    piece = piece.lstrip("-")
    found = list(_candidates(piece, vocabulary))
    return Completion(start, cursor, tuple(dict.fromkeys(found))[:MAX_CANDIDATES] if found != [piece] else ())


def _start_of_piece(text: str, cursor: int) -> int:
    match = _PIECE.search(text, 0, cursor)
    start = match.start() if match else cursor
    if text.count('"', 0, start) % 2:
        return text.rindex('"', 0, start)  # an open quote: what stands in it is one piece
    return start


def _candidates(piece: str, vocabulary: Mapping[str, Sequence[str]]) -> Iterator[str]:
    named = _NAMED.fullmatch(piece)
    if named is not None:
        field = named["field"].lower()
        for word in _fitting(vocabulary.get(field, ()), named["typed"]):
            yield f"{field}.{_quoted_key(word)}{_SIGNS[field]}"
        return
    value = _FIELD_VALUE.fullmatch(piece)
    if value is None:
        yield from (start for start in _STARTS if start.startswith(piece.lower()))
        return
    field = next((field for field in _FIELDS if field == value["field"].lower()), None)
    if field is None:
        return
    for word in _fitting(vocabulary.get(field, ()), value["value"]):
        yield f"{field}{value['operator']}{quoted(word)}"


def _fitting(words: Sequence[str], typed: str) -> list[str]:
    """Return the words that hold what was typed, those that begin with it first; else the most frequent first."""
    typed = typed.strip('"').lower()
    return sorted(
        (word for word in words if typed in word.lower()), key=lambda word: not word.lower().startswith(typed)
    )


def quoted(word: str) -> str:
    """Return a word as it is written in a filter."""
    return word if _PLAIN_WORD.fullmatch(word) else _in_quotes(word)


def _quoted_key(word: str) -> str:
    """Return the name of a score, or a key of metadata, as it is written before an operator."""
    return word if _PLAIN_KEY.fullmatch(word) else _in_quotes(word)


def _in_quotes(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
