"""Compares the rows of the tables with each other, and with the journal that they were merged from."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, cast

import orjson

from spanglass_store.database.connection import DATABASE_FILE
from spanglass_store.database.json_text import is_utf8
from spanglass_store.database.segments import list_segments
from spanglass_store.database.statements import query
from spanglass_store.journal.kept import MERGED_FOLDER, KeptJournal, iter_kept_lines, list_kept
from spanglass_store.journal.lines import MAX_LINE_BYTES, BadLine, LineKind, decode_line, kind_of
from spanglass_store.location import JOURNAL_FOLDER, REJECTED_FOLDER
from spanglass_store.upkeep.findings import Finding
from spanglass_store.upkeep.session import merge_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from spanglass_store.database.connection import Cursor, Database
    from spanglass_store.upkeep.findings import Check

_NAMES_A_LOOK = 100_000  # of lines, whose ids are looked up together
_NAMED_BY = {LineKind.ROW: "id", LineKind.COMMENT: "id", LineKind.ATTACHMENT: "key"}


def check_rows(cursor: Cursor) -> Iterator[Check]:
    """Yield spans that stand in the tables more than once; of each the one that ended stays."""
    [(doubled,)] = cursor.rows(query("count_doubled_spans"))
    if doubled:
        finding = Finding(
            "doubled-spans", f"{doubled} spans stand in the tables more than once.", cursor.store / DATABASE_FILE
        )
        yield finding, lambda: cursor.rows(query("delete_doubled_spans"))


def check_merged(database: Database, cursor: Cursor) -> Iterator[Check]:
    """Yield each segment that was merged and of which something is not in the tables; mended, it is merged anew."""
    store = cursor.store
    for path in list_kept(store / MERGED_FOLDER):
        if lost := _count_lost(cursor, iter_kept_lines(path)):
            yield _lost(lost, path), _giving_back(database, path)
    sizes = {segment.name for segment in list_segments(store / JOURNAL_FOLDER)}
    for name, merged_bytes, _ in cursor.rows(query("list_segments")):
        path = store / JOURNAL_FOLDER / name
        if name in sizes and (lost := _count_lost(cursor, _iter_lines(path, merged_bytes))):
            yield _lost(lost, path), _merging_anew(database, cursor, name)


def _lost(count: int, path: Path) -> Finding:
    sentence = f"{count:,} of what this part of the journal holds was merged, and is not in the tables."
    return Finding("lost-rows", sentence, path)


def _giving_back(database: Database, path: Path) -> Callable[[], object]:
    def mend() -> None:
        KeptJournal(database.store, 0).give_back([path])
        merge_all(database)

    return mend


def _merging_anew(database: Database, cursor: Cursor, name: str) -> Callable[[], object]:
    def mend() -> None:
        cursor.rows(query("delete_segments"), {"names": [name]})
        merge_all(database)

    return mend


def _iter_lines(path: Path, size_bytes: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        while file.tell() < size_bytes and (line := file.readline()):
            yield line


def _count_lost(cursor: Cursor, lines: Iterable[bytes]) -> int:
    """Return how many spans, comments and attachments these lines speak of that the tables do not know."""
    named = ((name, line) for line in lines if (name := _name_of(line)) is not None)
    lost: set[tuple[str, str]] = set()
    refused: set[bytes] | None = None
    while some := dict(itertools.islice(named, _NAMES_A_LOOK)):
        kinds, ids = [kind for kind, _ in some], [name for _, name in some]
        for missing in cursor.rows(query("list_missing"), {"kinds": kinds, "ids": ids}):
            refused = _list_refused(cursor.store) if refused is None else refused
            if some[missing].rstrip(b"\n") not in refused:
                lost.add(missing)
    return len(lost)


def _name_of(line: bytes) -> tuple[str, str] | None:
    """Return what a line speaks of: a kind and an id; None where a merge refuses it, or it says nothing by itself."""
    if len(line) > MAX_LINE_BYTES:
        return None
    try:
        fields = decode_line(line)
        kind = kind_of(fields)
    except BadLine:
        return None
    name = fields.get(_NAMED_BY.get(kind, ""))
    return (kind.value, name) if isinstance(name, str) and name and is_utf8(name) else None


def _list_refused(store: Path) -> set[bytes]:
    """Return the lines that were set aside: the tables could not take them, though they look like any other."""
    refused: set[bytes] = set()
    for path in (store / REJECTED_FOLDER).glob("*.ndjson"):
        for line in path.read_bytes().splitlines():
            try:
                refused.add(str(cast("dict[str, Any]", orjson.loads(line))["line"]).encode())
            except (orjson.JSONDecodeError, KeyError, TypeError):
                continue
    return refused
