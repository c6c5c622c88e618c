from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import duckdb
import pytest
from journal_rows import JournalWriter

from spanglass_store import open_store
from spanglass_store.blobs.files import blob_path, list_blobs, put_bytes
from spanglass_store.journal.kept import list_kept
from spanglass_store.upkeep.blob_sweep import MIN_AGE_SECS
from spanglass_store.upkeep.doctor import examine
from spanglass_store.upkeep.session import hold_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def kinds(store: Path) -> list[str]:
    return [finding.kind for finding in examine(store)]


def age(path: Path) -> None:
    long_ago = time.time() - 2 * MIN_AGE_SECS
    os.utime(path, (long_ago, long_ago))


def count_spans(store: Path) -> int:
    with open_store(store) as opened:
        return opened.totals().spans


def overwrite_tables(store: Path) -> None:
    (store / "traces.duckdb").write_bytes(b"nothing of a database" * 1000)


def overwrite_a_block(store: Path) -> None:
    """Damage a block of the spans' inputs: the file opens, but not all of it can be read."""
    file = store / "traces.duckdb"
    with duckdb.connect(str(file)) as connection:
        blocks = connection.execute(
            "SELECT block_id FROM pragma_storage_info('spans') WHERE column_name = 'input' AND block_id >= 0 ORDER BY 1"
        ).fetchall()
    with file.open("r+b") as raw:
        raw.seek(12288 + blocks[len(blocks) // 2][0] * 262144 + 1000)
        raw.write(os.urandom(4000))


def delete_a_blob(store: Path) -> None:
    next((store / "blobs").glob("??/*")).unlink()


def damage_a_blob(store: Path) -> None:
    path = next((store / "blobs").glob("??/*"))
    path.write_bytes(b"X" * path.stat().st_size)


def cut_a_kept_segment(store: Path) -> None:
    [path] = list_kept(store / "merged")
    path.write_bytes(path.read_bytes()[:-20])


def take_permission_away(store: Path) -> None:
    (store / "traces.duckdb").chmod(0o400)


def open_to_others(store: Path) -> None:
    store.chmod(0o755)


def delete_the_journal(store: Path) -> None:
    (store / "journal").rmdir()


def put_a_foreign_file_into_the_journal(store: Path) -> None:
    (store / "journal" / "notes.txt").write_text("not a segment")


def leave_a_draft(store: Path) -> None:
    path = store / "blobs" / ".draft-0011223344556677"
    path.write_bytes(b"half a blo")
    age(path)


FAULTS: dict[str, Callable[[Path], None]] = {
    "damaged-tables": overwrite_tables,
    "missing-blob": delete_a_blob,
    "damaged-blob": damage_a_blob,
    "damaged-kept-segment": cut_a_kept_segment,
    "permissions": open_to_others,
    "missing-folder": delete_the_journal,
    "foreign-file": put_a_foreign_file_into_the_journal,
    "left-draft": leave_a_draft,
}


def test_a_sound_store_has_no_findings(filled: Path) -> None:
    assert examine(filled) == []


@pytest.mark.parametrize(("kind", "harm"), FAULTS.items(), ids=FAULTS)
def test_each_fault_is_found_and_mended(filled: Path, kind: str, harm: Callable[[Path], None]) -> None:
    harm(filled)
    assert kind in kinds(filled)
    assert kind in kinds(filled), "looking alone mends nothing"
    assert all(finding.is_mended for finding in examine(filled, is_fixing=True) if finding.is_fault)
    assert [finding for finding in examine(filled) if finding.is_fault] == []
    assert count_spans(filled) == 10


def test_a_file_that_its_owner_may_not_write_is_a_fault(filled: Path) -> None:
    take_permission_away(filled)
    assert "permissions" in {finding.kind for finding in examine(filled, is_fixing=True)}
    assert (filled / "traces.duckdb").stat().st_mode & 0o777 == 0o600


def test_what_can_be_read_of_damaged_tables_is_saved_without_any_journal(store: Path) -> None:
    writer = JournalWriter(store)
    for number in range(5000):
        writer.span(number, at=number, input=os.urandom(600).hex())
    writer.die()
    with hold_store(store):
        pass
    for path in list_kept(store / "merged"):
        path.unlink()
    overwrite_a_block(store)
    assert kinds(store) == ["damaged-tables"]
    examine(store, is_fixing=True)
    assert [finding.kind for finding in examine(store)] == ["set-aside"]
    assert 2000 < count_spans(store) < 5000


def test_a_damaged_block_costs_nothing_while_the_journal_is_kept(store: Path) -> None:
    writer = JournalWriter(store)
    for number in range(500):
        writer.span(number, at=number, input=os.urandom(600).hex())
    writer.die()
    with hold_store(store):
        pass
    overwrite_a_block(store)
    examine(store, is_fixing=True)
    assert count_spans(store) == 500
    with open_store(store) as opened:
        assert opened.sql("SELECT count(*) FROM spans WHERE length(input) > 1000 AND end_ts IS NOT NULL").rows == [
            (500,)
        ]


def test_a_row_says_that_its_blob_is_gone(filled: Path) -> None:
    blob_path(filled, next(blob.digest for blob in list_blobs(filled) if blob.size_bytes == 9)).unlink()
    examine(filled, is_fixing=True)
    with open_store(filled) as opened:
        record = opened.get_attachment("own")
    assert (record.state, record.error) == ("error", "The stored file is missing.")


def test_unnamed_blobs_are_only_noted(filled: Path) -> None:
    blob = put_bytes(filled, b"nobody names me")
    age(blob_path(filled, blob.digest))
    [finding] = examine(filled, is_fixing=True)
    assert (finding.kind, finding.is_fault, finding.is_mended) == ("unnamed-blobs", False, False)
    assert blob_path(filled, blob.digest).exists()


def test_a_segment_that_was_cut_is_merged_anew(filled: Path) -> None:
    writer = JournalWriter(filled, process="22" * 16)
    writer.span(90, trace=9)
    with hold_store(filled):
        pass
    segment = next((filled / "journal").iterdir())
    os.truncate(segment, segment.stat().st_size // 2)
    assert "cut-segment" in kinds(filled)
    examine(filled, is_fixing=True)
    assert "cut-segment" not in kinds(filled)
    writer.die()
    assert count_spans(filled) == 11


def test_doubled_spans_are_found(filled: Path) -> None:
    with hold_store(filled) as database, database.cursor() as cursor:
        cursor.rows("INSERT INTO spans SELECT * FROM spans WHERE id = 'row-10'")
    assert kinds(filled) == ["doubled-spans"]
