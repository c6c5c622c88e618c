"""Takes old traces out of a store: their spans, comments and attachments, also out of the journal that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from spanglass_store.database.columns import EPOCH
from spanglass_store.database.connection import DATABASE_FILE
from spanglass_store.database.pruned_lines import WHOLE_SEGMENT, PrunedLines, PrunedNames, note_pruned
from spanglass_store.database.segments import list_segments
from spanglass_store.database.statements import query
from spanglass_store.faults import StoreBusy, StoreFault
from spanglass_store.journal.kept import MERGED_FOLDER, list_kept, rewrite_kept
from spanglass_store.location import JOURNAL_FOLDER
from spanglass_store.upkeep.blob_sweep import list_unnamed_blobs, sweep_blobs
from spanglass_store.upkeep.compaction import compact, free_bytes

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from spanglass_store.database.connection import Cursor, Database

_US_PER_SEC = 1_000_000
_SWEEP_COUNT = 1000  # files a step: some tens of ms


@dataclass(frozen=True, slots=True)
class PruneRule:
    """Which traces go: those that any of the limits excludes, newest first; of one project only, where it is named.

    Without a limit all traces go (of the project). A running trace never does.
    """

    older_than_secs: float | None = None
    keep_last: int | None = None
    max_size_bytes: int | None = None
    project_name: str | None = None


class PrunePlan(NamedTuple):
    """What a rule excludes now. `text_bytes` is what was logged in the traces, `attachment_bytes` their files."""

    root_span_ids: tuple[str, ...]
    span_count: int
    text_bytes: int
    attachment_bytes: int


def plan_prune(cursor: Cursor, rule: PruneRule, now_us: int) -> PrunePlan:
    """Return which traces a rule excludes; nothing is changed."""
    before = None
    if rule.older_than_secs is not None:
        before = EPOCH + timedelta(microseconds=max(0, now_us - round(rule.older_than_secs * _US_PER_SEC)))
    has_limit = before is not None or rule.keep_last is not None or rule.max_size_bytes is not None
    found = cursor.rows(
        query("list_prunable"),
        {
            "project_name": rule.project_name,
            "before": before,
            "keep_last": rule.keep_last,
            "max_bytes": rule.max_size_bytes,
            "has_limit": has_limit,
        },
    )
    roots = tuple(row[0] for row in found)
    attachment_bytes = _count_bytes(cursor, _list_own_keys(cursor, roots))
    return PrunePlan(roots, sum(row[1] for row in found), sum(row[2] for row in found), attachment_bytes)


def _count_bytes(cursor: Cursor, keys: set[str]) -> int:
    """Return how many bytes of files go with these attachments: those that no other one has, too."""
    digests: dict[str, str] = dict(cursor.rows(query("list_digests")))
    kept = {digest for key, digest in digests.items() if key not in keys}
    sizes = {digests[key]: size or 0 for key, size in cursor.rows(query("list_attachment_sizes")) if key in digests}
    going = {digests[key] for key in keys & digests.keys()} - kept
    return sum(sizes[digest] for digest in going)


def iter_prune(database: Database, plan: PrunePlan) -> Generator[str]:
    """Delete the traces of a plan, in steps: out of the kept journal, then all or none of them out of the tables.

    In this order, and with a note beside each segment that holds them still, a rebuild never brings back what was
    deleted, whenever this ends. Blobs are left to a sweep, the space in the file to a compaction.
    Raises StoreBusy and StoreFault.
    """
    if not plan.root_span_ids:
        return
    cleaned: set[Path] = set()
    with database.cursor() as cursor:
        names = _list_names(cursor, plan)
    yield from _clean_kept(database.store, names, cleaned)
    yield f"Deleting {len(plan.root_span_ids):,} {'trace' if len(plan.root_span_ids) == 1 else 'traces'}"
    names = _delete(database, plan, cleaned)
    yield from _clean_kept(database.store, names, cleaned)  # what was merged between the steps


def iter_prune_and_free(
    database: Database, plan: PrunePlan, least_dead_share: float = 0.0
) -> Generator[str, None, int]:
    """Prune, sweep the blobs that nothing names then, and give the space back; return how many bytes smaller all is.

    The tables are compacted where at least `least_dead_share` of them is dead, and nobody reads them.
    Raises StoreBusy, StoreFault, and Interrupted, after which a later prune goes on.
    """
    yield from iter_prune(database, plan)
    yield "Looking for files that nothing names"
    with database.cursor() as cursor:
        unnamed = list_unnamed_blobs(cursor)
        dead_bytes = free_bytes(cursor)
    freed_bytes = 0
    for first in range(0, len(unnamed), _SWEEP_COUNT):
        yield f"Deleting files that nothing names, {first:,} of {len(unnamed):,}"
        freed_bytes += sweep_blobs(database.store, unnamed[first : first + _SWEEP_COUNT])
    if dead_bytes < least_dead_share * (database.store / DATABASE_FILE).stat().st_size:
        return freed_bytes
    yield "Compacting the tables"
    try:
        sizes = compact(database)
    except StoreBusy:
        return freed_bytes  # the traces are gone all the same; new ones take the space
    return freed_bytes + max(0, sizes.before_bytes - sizes.after_bytes)


def _list_names(cursor: Cursor, plan: PrunePlan) -> PrunedNames:
    spans = {
        name
        for row_id, container in cursor.rows(query("list_row_ids_of"), {"roots": list(plan.root_span_ids)})
        for name in ((row_id, container), (row_id, ""))
    }  # an update need not name its container
    return PrunedNames(spans, _list_own_keys(cursor, plan.root_span_ids))


def _delete(database: Database, plan: PrunePlan, cleaned: set[Path]) -> PrunedNames:
    roots = {"roots": list(plan.root_span_ids)}
    with database.transaction() as cursor:
        names = _list_names(cursor, plan)
        _note_beside_segments(cursor, names, cleaned)
        cursor.rows(query("delete_attachments"), {"keys": list(names.keys)})
        cursor.rows(query("delete_comments_of"), roots)
        cursor.rows(query("delete_rootless"), roots)
        cursor.rows(query("delete_traces"), roots)
        cursor.rows(query("count_sequence_on"))  # a window that sees the gap reads everything anew
    return names


def _note_beside_segments(cursor: Cursor, names: PrunedNames, cleaned: set[Path]) -> None:
    """Note what is to be left out of what was merged: of segments of the journal, of kept ones that are not `cleaned`.

    Raises StoreFault.
    """
    store = cursor.store
    present = {segment.name for segment in list_segments(store / JOURNAL_FOLDER)}
    ends = {name: end for name, end, _ in cursor.rows(query("list_segments")) if name in present}
    ends |= {path.name: WHOLE_SEGMENT for path in list_kept(store / MERGED_FOLDER) if path not in cleaned}
    for name, end in ends.items():
        try:
            note_pruned(store, name, names, end)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreFault(f"What is to be deleted cannot be noted: {reason}.", store) from error


def _clean_kept(store: Path, names: PrunedNames, cleaned: set[Path]) -> Generator[str]:
    """Take their lines out of the kept segments that are not `cleaned` yet, one a step. Raises StoreFault."""
    paths = [path for path in list_kept(store / MERGED_FOLDER) if path not in cleaned]
    for number, path in enumerate(paths, 1):
        yield f"Cleaning the kept journal, {number:,} of {len(paths):,}"
        try:
            rewrite_kept(path, PrunedLines([(WHOLE_SEGMENT, names)]).iter_others)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreFault(f"A kept part of the journal cannot be written anew: {reason}.", path) from error
        cleaned.add(path)


def _list_own_keys(cursor: Cursor, roots: tuple[str, ...]) -> set[str]:
    """Return the attachments that these traces name and no other one does."""
    if not roots:
        return set()
    found = cursor.rows(query("list_named_keys"), {"roots": list(roots)})
    return {key for key, is_named_elsewhere in found if not is_named_elsewhere}
