"""Compares the rows of the tables with the journal that they were merged from."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

import orjson

from spanglass_store.database.json_text import is_utf8
from spanglass_store.database.pruned_lines import read_pruned
from spanglass_store.database.segments import forget_segments, list_segments
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

_Name = tuple[str, str]  # a kind of line, an id

_NAMES_A_LOOK = 100_000  # of lines, whose ids are looked up together
_NAMED_BY = {LineKind.ROW: "id", LineKind.COMMENT: "id", LineKind.ATTACHMENT: "key"}


def check_merged(database: Database, cursor: Cursor) -> Iterator[Check]:
    """Yield each segment that was merged and of which something is not in the tables; mended, it is merged anew."""
    for path, names in _find_lost(cursor, _iter_merged_lines(cursor)).items():
        sentence = f"{len(names):,} of the spans and attachments merged from here are missing in the tables."
        is_kept = path.parent.name == MERGED_FOLDER
        mend = _giving_back(database, path) if is_kept else _merging_anew(database, cursor, path.name)
        yield Finding("lost-rows", sentence, path), mend


def _iter_merged_lines(cursor: Cursor) -> Iterator[tuple[Path, bytes]]:
    """Yield what the tables should hold: the kept segments, and those in the journal as far as they are merged."""
    for path in list_kept(cursor.store / MERGED_FOLDER):
        pruned = read_pruned(cursor.store, path.name)
        yield from ((path, line) for line in pruned.iter_others(iter_kept_lines(path)))
    journal = cursor.store / JOURNAL_FOLDER
    present = {segment.name for segment in list_segments(journal)}
    for name, merged_bytes, _ in cursor.rows(query("list_segments")):
        if name in present:
            pruned = read_pruned(cursor.store, name)
            lines = _iter_first_lines(journal / name, merged_bytes)
            yield from ((journal / name, line) for line in pruned.iter_others(lines))


def _iter_first_lines(segment: Path, end: int) -> Iterator[bytes]:
    """Yield the lines of a segment that begin before `end`."""
    with segment.open("rb") as file:
        while file.tell() < end and (line := file.readline()):
            yield line


def _giving_back(database: Database, path: Path) -> Callable[[], object]:
    def mend() -> None:
        KeptJournal(database.store, 0).give_back([path])
        merge_all(database)

    return mend


def _merging_anew(database: Database, cursor: Cursor, name: str) -> Callable[[], object]:
    def mend() -> None:
        forget_segments(cursor, [name])
        merge_all(database)

    return mend


def _find_lost(cursor: Cursor, lines: Iterable[tuple[Path, bytes]]) -> dict[Path, set[_Name]]:
    """Return which spans, comments and attachments these lines speak of that the tables do not know, by segment."""
    named = ((name, path, _hash(line)) for path, line in lines if (name := _name_of(line)) is not None)
    lost: dict[Path, set[_Name]] = defaultdict(set)
    refused: set[int] | None = None
    while some := list(itertools.islice(named, _NAMES_A_LOOK)):
        names = {name for name, _, _ in some}
        parameters = {"kinds": [kind for kind, _ in names], "ids": [name_id for _, name_id in names]}
        missing = set(cursor.rows(query("list_missing"), parameters))
        if missing and refused is None:
            refused = _list_refused(cursor.store)
        for name, path, line_hash in some:
            if name in missing and line_hash not in (refused or ()):
                lost[path].add(name)
    return lost


def _hash(line: bytes) -> int:
    """Return what stands for a line in memory, where a hundred thousand of them are held."""
    return hash(line.rstrip(b"\n"))


def _name_of(line: bytes) -> _Name | None:
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


def _list_refused(store: Path) -> set[int]:
    """Return the lines that were set aside: the tables could not take them, though they look like any other."""
    refused: set[int] = set()
    for path in (store / REJECTED_FOLDER).glob("*.ndjson"):
        for line in path.read_bytes().splitlines():
            try:
                refused.add(_hash(str(cast("dict[str, Any]", orjson.loads(line))["line"]).encode()))
            except (orjson.JSONDecodeError, KeyError, TypeError):
                continue
    return refused
