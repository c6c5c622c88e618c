"""The words that stand in a store's fields, for whoever completes a filter that is being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from spanglass_store.database.containers import list_score_names
from spanglass_store.database.statements import query
from spanglass_store.search.expression import Field

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor

MAX_WORDS = 500  # of a field
MAX_WORD_CHARS = 200

Vocabulary = dict[str, tuple[str, ...]]


def read_vocabulary(cursor: Cursor) -> Vocabulary:
    """Return, for each field of the filter's language, the words in use, the most frequent first.

    Of "score" these are the names of scores, of "meta" the keys at the top of metadata, both as logged lately.
    """
    found: dict[str, list[str]] = {field: [] for field in get_args(Field)}
    for field, word in cursor.rows(query("list_words"), {"limit": MAX_WORDS, "max_chars": MAX_WORD_CHARS}):
        found[field].append(word)
    keys = [key for key, _uses in cursor.rows(query("list_metadata_keys"), {"limit": MAX_WORDS})]
    named = {"score": tuple(list_score_names(cursor)), "meta": tuple(keys)}
    return {field: tuple(found[field]) for field in get_args(Field)} | named
