from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from journal_rows import JournalWriter

from spanglass_store import open_store
from spanglass_store.blobs.files import blob_path, list_blobs, put_bytes
from spanglass_store.database.batch import merge_batch
from spanglass_store.faults import NotAStore, UnknownFormat
from spanglass_store.journal.kept import list_kept
from spanglass_store.known_stores import note_store
from spanglass_store.location import read_store_info
from spanglass_store.settings import StoreSettings, write_settings
from spanglass_store.upkeep.blob_sweep import MIN_AGE_SECS
from spanglass_store.upkeep.doctor import examine
from spanglass_store.upkeep.session import hold_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from spanglass_store.database.batch import Batch, Outcome
    from spanglass_store.database.connection import Cursor


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


def kill_a_merger(store: Path) -> None:
    """Let a process merge something more and die at once: what it committed is in the log alone."""
    writer = JournalWriter(store, process="44" * 16)
    for number in range(70, 80):
        writer.span(number, trace=7, at=number, input="y" * 500)
    writer.die()
    merging = (
        "import os, sys; from pathlib import Path; from spanglass_store.database.connection import Database;"
        "from spanglass_store.upkeep.session import merge_all;"
        "merge_all(Database(Path(sys.argv[1]))); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", merging, str(store)], check=False).returncode == 9
    assert (store / "traces.duckdb.wal").stat().st_size > 1000


def cut_the_log(store: Path) -> None:
    """DuckDB reads a log up to where it was cut, and says nothing."""
    kill_a_merger(store)
    os.truncate(store / "traces.duckdb.wal", 100)


def overwrite_the_log(store: Path) -> None:
    kill_a_merger(store)
    with (store / "traces.duckdb.wal").open("r+b") as log:
        log.seek(log.seek(0, os.SEEK_END) // 2)
        log.write(b"\0" * 20)


def lose_rows(store: Path) -> None:
    with hold_store(store) as database, database.cursor() as cursor:
        cursor.rows("DELETE FROM spans WHERE id = 'row-30'")
        cursor.rows("DELETE FROM comments WHERE id = 'note-3'")
        cursor.rows("DELETE FROM attachments WHERE key = 'own'")


def double_rows(store: Path) -> None:
    with hold_store(store) as database, database.cursor() as cursor:
        cursor.rows("INSERT INTO spans SELECT * REPLACE (NULL AS end_ts) FROM spans WHERE id = 'row-10'")
        cursor.rows("INSERT INTO spans SELECT * FROM spans WHERE id = 'row-11'")


def leave_drafts(store: Path) -> None:
    for name in ("blobs/.draft-0011223344556677", "traces.compacting.duckdb", "merged/a.gz.draft", "journal/a.draft"):
        (store / name).write_bytes(b"half of it")
        age(store / name)


def delete_the_store_file(store: Path) -> None:
    (store / "store.json").unlink()


def cut_the_store_file(store: Path) -> None:
    os.truncate(store / "store.json", 10)


def cut_the_settings(store: Path) -> None:
    write_settings(store, StoreSettings(prune_keep_last=3))
    os.truncate(store / "settings.json", 20)


FAULTS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "overwritten tables": ("damaged-tables", overwrite_tables),
    "truncated tables": ("damaged-tables", lambda store: os.truncate(store / "traces.duckdb", 100_000)),
    "emptied tables": ("damaged-tables", lambda store: os.truncate(store / "traces.duckdb", 0)),
    "a cut log": ("lost-rows", cut_the_log),
    "an overwritten log": ("damaged-log", overwrite_the_log),
    "lost rows": ("lost-rows", lose_rows),
    "doubled rows": ("doubled-spans", double_rows),
    "a deleted blob": ("missing-blob", delete_a_blob),
    "a damaged blob": ("damaged-blob", damage_a_blob),
    "a cut kept segment": ("damaged-kept-segment", cut_a_kept_segment),
    "a store that others may read": ("permissions", open_to_others),
    "a deleted journal": ("missing-folder", delete_the_journal),
    "a foreign file": ("foreign-file", put_a_foreign_file_into_the_journal),
    "left drafts": ("left-draft", leave_drafts),
    "a deleted store.json": ("store-file", delete_the_store_file),
    "a cut store.json": ("store-file", cut_the_store_file),
    "cut settings": ("settings", cut_the_settings),
}


def test_a_sound_store_has_no_findings(filled: Path) -> None:
    assert examine(filled) == []


def read_rows(store: Path) -> list[tuple[object, ...]]:
    """Return what a reader sees of all spans, comments and attachments."""
    with open_store(store) as opened:
        spans = opened.sql("SELECT id, start_ts, end_ts, input, output, is_interrupted FROM spans ORDER BY id").rows
        comments = opened.sql("SELECT id, origin_id, text FROM comments ORDER BY id").rows
        return spans + comments + opened.sql("SELECT key, digest FROM attachments ORDER BY key").rows


@pytest.mark.parametrize(("kind", "harm"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_found_by_its_name_and_mended(filled: Path, kind: str, harm: Callable[[Path], None]) -> None:
    before = read_rows(filled)
    harm(filled)
    assert {finding.kind for finding in examine(filled) if finding.is_fault} == {kind}
    assert kind in kinds(filled), "looking alone mends nothing"
    found = examine(filled, is_fixing=True)
    assert [finding for finding in found if finding.is_fault and not finding.is_mended] == []
    assert [finding for finding in examine(filled) if finding.is_fault] == []
    assert set(before) <= set(read_rows(filled))


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
    assert finding.sentence.startswith("1 file that nothing names takes 15 bytes;")
    assert blob_path(filled, blob.digest).exists()


def test_a_segment_that_was_cut_is_merged_anew(filled: Path) -> None:
    writer = JournalWriter(filled, process="22" * 16)
    writer.span(90, trace=9)
    with hold_store(filled):
        pass
    segment = next((filled / "journal").iterdir())
    with open_store(filled) as opened:
        number = opened.sequence()
    os.truncate(segment, segment.stat().st_size // 2)
    assert "cut-segment" in kinds(filled)
    examine(filled, is_fixing=True)
    assert "cut-segment" not in kinds(filled)
    with open_store(filled) as opened:
        assert opened.sequence() >= number, "else a window that knows the number would miss a change"
    writer.die()
    assert count_spans(filled) == 11


def test_doubled_spans_become_one_with_what_each_row_says(filled: Path) -> None:
    double_rows(filled)
    update = """INSERT INTO spans SELECT * REPLACE (NULL AS input, '"late"' AS output, NULL AS metrics, NULL AS end_ts,
        created - INTERVAL 1 HOUR AS created, 'own' AS root_span_id, '{"ranks":{},"unsaid":["created","span_id",
        "root_span_id","span_parents","process"],"updates":[9],"said":[0,2,0,0,0,0,0,0,0,0]}' AS stamps)
        FROM spans WHERE id = 'row-20'"""
    with hold_store(filled) as database, database.cursor() as cursor:
        cursor.rows(update)
        cursor.append("rootless_traces", [("own",)])
    examine(filled, is_fixing=True)
    assert count_spans(filled) == 10
    with open_store(filled) as opened:
        assert opened.sql("SELECT count(*) FROM spans WHERE end_ts IS NULL").rows == [(0,)]
        joined = opened.sql(
            "SELECT input IS NOT NULL, output, root_span_id = 'own' FROM spans WHERE id = 'row-20'"
        ).rows
        assert joined == [(True, '"late"', False)]
        assert opened.sql("FROM rootless_traces").rows == []


def test_what_was_committed_to_a_cut_log_comes_back(filled: Path) -> None:
    cut_the_log(filled)
    assert count_spans(filled) == 10
    examine(filled, is_fixing=True)
    assert count_spans(filled) == 20


def test_what_was_committed_to_a_damaged_log_comes_back(filled: Path) -> None:
    overwrite_the_log(filled)
    with open_store(filled) as opened:
        assert opened.totals().spans == 20
        assert opened.recovery is not None
        assert "log" in opened.recovery.sentence
    assert [finding.kind for finding in examine(filled)] == ["set-aside"]


def test_a_store_file_is_made_by_the_id_that_links_know(filled: Path) -> None:
    info = read_store_info(filled)
    note_store(info)
    delete_the_store_file(filled)
    examine(filled, is_fixing=True)
    assert read_store_info(filled).id == info.id


def test_a_folder_that_is_no_store_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotAStore):
        examine(tmp_path, is_fixing=True)
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_the_tables_do_not_take_is_not_lost(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = JournalWriter(filled, process="22" * 16)
    writer.span(90, trace=9)
    writer.die()
    with monkeypatch.context() as patch:
        patch.setattr("spanglass_store.database.merge.merge_batch", refuse_row("row-90"))
        with hold_store(filled):
            pass
    assert [(finding.kind, finding.is_fault) for finding in examine(filled)] == [("rejected-lines", False)]


def refuse_row(row_id: str) -> Callable[..., Outcome]:
    def merge(cursor: Cursor, batch: Batch, *others: Any) -> Outcome:
        if row_id in batch.rows:
            raise ValueError("an odd one")
        return merge_batch(cursor, batch, *others)

    return merge


def test_a_deleted_segment_is_beyond_mending(filled: Path) -> None:
    writer = JournalWriter(filled, process="22" * 16)
    writer.start(90, trace=9)
    with hold_store(filled):
        pass
    next((filled / "journal").iterdir()).unlink()
    [finding] = examine(filled, is_fixing=True)
    assert (finding.kind, finding.is_fault, finding.is_mended) == ("deleted-segment", False, False)
    assert "cannot be mended" in finding.sentence
    writer.die()
    assert count_spans(filled) == 11


def test_while_another_program_holds_the_tables_it_says_which(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spanglass_store.upkeep.doctor.BUSY_TIMEOUT_SECS", 0.0)
    holding = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holding, str(filled / "traces.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        [finding] = examine(filled, is_fixing=True)
        holder.communicate()
    assert (finding.kind, finding.is_mended) == ("in-use", False)
    assert f"(process {holder.pid})" in finding.sentence
    assert examine(filled) == []


def test_of_a_newer_store_nothing_is_touched(filled: Path) -> None:
    path = filled / "store.json"
    path.write_bytes(path.read_bytes().replace(b'"format": 1', b'"format": 99'))
    with pytest.raises(UnknownFormat, match="99"):
        examine(filled, is_fixing=True)


def test_a_lost_file_that_several_attachments_name_is_one_fault(filled: Path) -> None:
    writer = JournalWriter(filled, process="77" * 16)
    for number, key in enumerate(("one", "two")):
        writer.span(90 + number, trace=9, input=writer.attach(key, b"the same bytes", "a.txt", "text/plain"))
    digest = hashlib.sha256(b"the same bytes").hexdigest()
    writer.die()
    (filled / "blobs" / digest[:2] / digest).unlink()
    [finding] = examine(filled, is_fixing=True)
    assert (finding.sentence, finding.is_mended) == (
        "The file of 2 attachments is missing: its bytes are lost. Mended, the rows say so.",
        True,
    )
    assert examine(filled) == []


def test_where_the_damaged_tables_lie_is_said_with_the_mending(filled: Path) -> None:
    overwrite_tables(filled)
    assert [finding.kind for finding in examine(filled, is_fixing=True)] == ["damaged-tables", "set-aside"]


def test_tables_that_were_deleted_are_made_anew_and_it_is_said(filled: Path) -> None:
    before = read_rows(filled)
    (filled / "traces.duckdb").unlink()
    assert [finding.kind for finding in examine(filled)] == ["rebuilt"]
    assert read_rows(filled) == before
    assert examine(filled) == []
