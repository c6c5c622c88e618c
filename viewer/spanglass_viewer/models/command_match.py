"""How well what is typed into the palette fits a command: letters in their order, best at the beginnings of words."""

from __future__ import annotations

_AT_WORD_START, _IN_A_ROW, _ELSEWHERE = 10, 6, 1
_GAP = 1  # less for each letter between two that fit, up to
_MOST_GAP = 5


def match_command(typed: str, text: str) -> int | None:
    """Return how well `typed` fits a command's text, the higher the better; None where its letters do not stand in it.

    Case and spaces in `typed` do not matter; an empty one fits everything alike.
    """
    wanted = "".join(typed.lower().split())
    if not wanted:
        return 0
    words = text.lower()
    ways = [
        _score_from(wanted, words, at, by_words=by_words)
        for at, letter in enumerate(words)
        for by_words in (True, False)
        if letter == wanted[0]
    ]
    return max((score for score in ways if score is not None), default=None)


def _score_from(wanted: str, text: str, first: int, *, by_words: bool) -> int | None:
    """Return the score of the way that begins at `first`; `by_words` skips to the next word where a letter fails."""
    score, previous = -min(first, _MOST_GAP), first
    for number, letter in enumerate(wanted):
        at = first if number == 0 else _next_place(text, letter, previous + 1, by_words=by_words)
        if at < 0:
            return None
        if at == 0 or not text[at - 1].isalnum():
            score += _AT_WORD_START
        elif number and at == previous + 1:
            score += _IN_A_ROW
        else:
            score += _ELSEWHERE
        score -= min(max(at - previous - 1, 0) * _GAP, _MOST_GAP)
        previous = at
    return score


def _next_place(text: str, letter: str, start: int, *, by_words: bool) -> int:
    """Return where a letter goes on: right here, else at the next word that begins with it, else anywhere; or -1."""
    here = text.find(letter, start)
    if here == start or here < 0 or not by_words:
        return here
    at = here
    while at >= 0:
        if not text[at - 1].isalnum():
            return at
        at = text.find(letter, at + 1)
    return here
