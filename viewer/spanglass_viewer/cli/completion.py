"""What Tab offers beside commands and options: traces, and pieces of a filter; what is heavy loads for these alone.

argcomplete asks by running the program with `_ARGCOMPLETE` set.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from spanglass_store.faults import StoreFault

if TYPE_CHECKING:
    from argparse import Action, ArgumentParser, Namespace
    from collections.abc import Generator, Mapping

    from spanglass_store.database.connection import Cursor

_TRACES = 50
_BUSY_TIMEOUT_SECS = 0.2  # a finger waits on the key
_DESCRIPTION_CHARS = 60
_EXAMPLES = {"dur>": "1s", "tokens>": "1k", "cost>": "0.1", "since:": "1d"}

Completer = Any  # argcomplete calls it with what it knows, by name, and takes candidates with their descriptions


def is_asked() -> bool:
    """Tell whether the shell asks by Tab."""
    return "_ARGCOMPLETE" in os.environ


def complete_if_asked(parser: ArgumentParser) -> None:
    """Answer the shell and end, where it asks by Tab."""
    if is_asked():
        import argcomplete  # noqa: PLC0415 - only a shell needs it

        argcomplete.autocomplete(parser, always_complete_options=False, validator=_fits)


def completes_with(action: Action, completer: Completer) -> None:
    """Let Tab offer what `completer` says for an argument."""
    action.completer = completer  # pyright: ignore[reportAttributeAccessIssue] - where argcomplete looks for it


def complete_trace(prefix: str, parsed_args: Namespace, **_: object) -> Mapping[str, str]:
    """Offer "latest" and the ids of the newest traces, with their names."""
    from spanglass_store.database.reader import StoreReader  # noqa: PLC0415 - DuckDB takes 60 to 100 ms to load
    from spanglass_viewer.cli.terminal import plain_name  # noqa: PLC0415 - as late as the rest

    found = {"latest": "the newest trace"}
    with contextlib.suppress(StoreFault), _reading(parsed_args) as cursor:
        for trace in StoreReader(cursor).list_traces(limit=_TRACES):
            found[trace.root_span_id] = plain_name(trace.name, _DESCRIPTION_CHARS)
    return {text: what for text, what in found.items() if text.startswith(prefix)}


def complete_filter_word(prefix: str, parsed_args: Namespace, **_: object) -> Mapping[str, str]:
    """Offer the fields of the language, and after a field and its sign the words that stand in the store."""
    from spanglass_store.database.vocabulary import read_vocabulary  # noqa: PLC0415 - DuckDB, as above
    from spanglass_viewer.models.filter_completion import complete_filter  # noqa: PLC0415 - as late as the rest

    found = complete_filter(prefix, len(prefix), {})
    if not found.candidates:
        with contextlib.suppress(StoreFault), _reading(parsed_args) as cursor:
            found = complete_filter(prefix, len(prefix), read_vocabulary(cursor))
    return {prefix[: found.start] + _whole(text): "" for text in found.candidates if not text.endswith(".")}


def _fits(candidate: str, prefix: str) -> bool:
    """Tell whether a candidate goes on as was typed; a word with spaces gets quotes around it, and may."""
    return candidate.startswith(prefix) or '"' in candidate


def _whole(text: str) -> str:
    """Return a candidate that means something as it is: a shell puts a space behind it."""
    return text + _EXAMPLES.get(text, "0.5" if text.startswith("score.") else "")


@contextlib.contextmanager
def _reading(parsed_args: Namespace) -> Generator[Cursor]:
    """Yield a cursor on what is merged already, where nobody else holds the file. Raises StoreFault."""
    from spanglass_store.database.connection import Database  # noqa: PLC0415 - DuckDB, as above
    from spanglass_store.location import locate_store  # noqa: PLC0415 - as late as the rest

    store = locate_store(getattr(parsed_args, "store", None))
    database = Database(store, is_read_only=True, timeout_secs=_BUSY_TIMEOUT_SECS)
    try:
        with database.cursor() as cursor:
            yield cursor
    finally:
        database.close()
