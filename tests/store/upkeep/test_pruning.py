from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from journal_rows import EPOCH_SECS, JournalWriter

from spanglass_store import open_store
from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.faults import Interrupted
from spanglass_store.journal.kept import iter_kept_lines, list_kept
from spanglass_store.upkeep.doctor import examine
from spanglass_store.upkeep.pruning import PruneRule, iter_prune, iter_prune_and_free, plan_prune
from spanglass_store.upkeep.session import hold_store
from spanglass_store.upkeep.steps import run_steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY_SECS = 86400.0
NOW_US = round((EPOCH_SECS + 6 * DAY_SECS) * 1e6)


def planned(database: Database, rule: PruneRule) -> list[int]:
    with database.cursor() as cursor:
        return [int(root, 16) for root in plan_prune(cursor, rule, NOW_US).root_span_ids]


@pytest.mark.parametrize(
    ("rule", "traces"),
    [
        (PruneRule(older_than_secs=3.5 * DAY_SECS), [1, 2]),
        (PruneRule(older_than_secs=30 * DAY_SECS), []),
        (PruneRule(keep_last=2), [1, 2, 3]),
        (PruneRule(keep_last=2, project_name="tests"), [1, 2]),
        (PruneRule(keep_last=4, older_than_secs=3.5 * DAY_SECS), [1, 2]),
        (PruneRule(project_name="other"), [5]),
        (PruneRule(project_name="nobody's"), []),
        (PruneRule(max_size_bytes=3500), [1, 2]),
        (PruneRule(max_size_bytes=0), [1, 2, 3, 4, 5]),
        (PruneRule(max_size_bytes=10**9), []),
    ],
)
def test_a_rule_excludes_traces(database: Database, rule: PruneRule, traces: list[int]) -> None:
    assert planned(database, rule) == traces


def test_a_running_trace_stays(filled: Path) -> None:
    writer = JournalWriter(filled, process="22" * 16)
    writer.start(90, trace=9)
    with hold_store(filled) as database:
        assert 9 not in planned(database, PruneRule(max_size_bytes=0))
    writer.die()
    with hold_store(filled) as database:
        assert 9 in planned(database, PruneRule(max_size_bytes=0)), "its process is gone"


def test_a_plan_says_what_goes(database: Database) -> None:
    with database.cursor() as cursor:
        plan = plan_prune(cursor, PruneRule(keep_last=4), NOW_US)
        assert (len(plan.root_span_ids), plan.span_count) == (1, 2)
        assert plan.attachment_bytes == len(b"own bytes"), "the other one is named elsewhere, too"
        assert 1000 < plan.text_bytes < 2000
        assert plan_prune(cursor, PruneRule(keep_last=3), NOW_US).attachment_bytes == len(b"own bytesshared bytes")


def test_what_is_pruned_is_gone_with_all_that_belongs_to_it(filled: Path, list_traces: Callable[[], list[int]]) -> None:
    with hold_store(filled) as database:
        with database.cursor() as cursor:
            plan = plan_prune(cursor, PruneRule(keep_last=4), NOW_US)
        run_steps(iter_prune(database, plan))
    assert list_traces() == [2, 3, 4, 5]
    with open_store(filled) as opened:
        assert opened.sql("SELECT key FROM attachments").rows == [("shared",)]
        assert opened.sql("SELECT id FROM comments").rows == [("note-3",)]


def test_a_rebuild_does_not_bring_back_what_was_pruned(filled: Path, list_traces: Callable[[], list[int]]) -> None:
    with hold_store(filled) as database:
        with database.cursor() as cursor:
            plan = plan_prune(cursor, PruneRule(keep_last=4), NOW_US)
        run_steps(iter_prune(database, plan))
    (filled / "traces.duckdb").unlink()
    assert list_traces() == [2, 3, 4, 5]
    with open_store(filled) as opened:
        assert opened.sql("SELECT key FROM attachments").rows == [("shared",)]
        assert opened.sql("SELECT id FROM comments").rows == [("note-3",)]


def test_what_a_living_program_logged_is_taken_out_when_its_segment_is_kept(
    filled: Path, list_traces: Callable[[], list[int]]
) -> None:
    writer = JournalWriter(filled, process="22" * 16)
    reference = writer.attach("late", b"late bytes", "c.txt", "text/plain")
    writer.span(90, trace=9, at=-DAY_SECS, input=["a secret", reference])
    writer.span(91, trace=10, at=10 * DAY_SECS)
    with hold_store(filled) as database:
        with database.cursor() as cursor:
            plan = plan_prune(cursor, PruneRule(keep_last=6), NOW_US)
        run_steps(iter_prune(database, plan))
    assert list_traces() == [1, 2, 3, 4, 5, 10]
    assert examine(filled) == []
    writer.die()
    assert list_traces() == [1, 2, 3, 4, 5, 10]
    assert [*(filled / "journal").iterdir()] == []
    kept = b"".join(line for path in list_kept(filled / "merged") for line in iter_kept_lines(path))
    assert b"a secret" not in kept
    assert b'"late"' not in kept
    assert b'"row-91"' in kept
    assert not list((filled / "merged").glob("*.pruned"))
    (filled / "traces.duckdb").unlink()
    assert list_traces() == [1, 2, 3, 4, 5, 10]
    assert [finding.kind for finding in examine(filled) if finding.is_fault] == []


def test_what_a_living_program_logged_stays_pruned_over_a_rebuild(
    filled: Path, list_traces: Callable[[], list[int]]
) -> None:
    writer = JournalWriter(filled, process="22" * 16)
    writer.span(90, trace=9, at=-DAY_SECS, input=["a secret", writer.attach("late", b"late", "c.txt", "text/plain")])
    writer.span(91, trace=10, at=10 * DAY_SECS)
    with hold_store(filled) as database:
        with database.cursor() as cursor:
            plan = plan_prune(cursor, PruneRule(keep_last=6), NOW_US)
        run_steps(iter_prune(database, plan))
    (filled / "traces.duckdb").write_bytes(b"no tables at all")
    assert list_traces() == [1, 2, 3, 4, 5, 10]
    with open_store(filled) as opened:
        assert opened.sql("SELECT key FROM attachments ORDER BY key").rows == [("own",), ("shared",)]
    writer.span(90, trace=9, at=-DAY_SECS, input="logged anew")
    assert list_traces() == [1, 2, 3, 4, 5, 9, 10], "what is logged later counts"
    for _ in range(2):  # out of the journal, then out of what was kept
        (filled / "traces.duckdb").unlink()
        assert list_traces() == [1, 2, 3, 4, 5, 9, 10]
        with open_store(filled) as opened:
            assert opened.sql("SELECT input FROM spans WHERE id = 'row-90'").rows == [('"logged anew"',)]
            assert opened.sql("SELECT count(*) FROM attachments WHERE key = 'late'").rows == [(0,)]
        assert [finding.kind for finding in examine(filled) if finding.is_fault] == []
        if any((filled / "journal").iterdir()):
            writer.die()
            list_traces()
    assert not list((filled / "merged").glob("*.pruned"))


def test_a_line_that_names_nothing_by_a_text_is_not_pruned(filled: Path, list_traces: Callable[[], list[int]]) -> None:
    writer = JournalWriter(filled, process="22" * 16)
    writer.span(90, trace=9, at=-DAY_SECS)
    writer.write({"_line": "attachment", "key": ["no key"], "state": "done"}, {"id": {"no": "id"}, "_is_merge": False})
    with hold_store(filled) as database:
        with database.cursor() as cursor:
            plan = plan_prune(cursor, PruneRule(keep_last=5), NOW_US)
        run_steps(iter_prune(database, plan))
    (filled / "traces.duckdb").unlink()
    assert list_traces() == [1, 2, 3, 4, 5]
    writer.die()


def test_a_window_notices(filled: Path) -> None:
    writer = JournalWriter(filled, process="22" * 16)
    writer.span(90, trace=9)  # beside its segment stands the number of the last change set
    window = Database(filled)
    merger = Merger(window, filled)
    merger.merge_once()
    window.let_go()
    with hold_store(filled) as database:
        with database.cursor() as cursor:
            plan = plan_prune(cursor, PruneRule(keep_last=4), NOW_US)
        run_steps(iter_prune(database, plan))
    assert merger.merge_once().is_reset
    window.close()
    writer.die()


def test_a_plan_of_nothing_changes_nothing(filled: Path, list_traces: Callable[[], list[int]]) -> None:
    with hold_store(filled) as database:
        with database.cursor() as cursor:
            plan = plan_prune(cursor, PruneRule(keep_last=100), NOW_US)
            before = cursor.rows("FROM meta")
        run_steps(iter_prune(database, plan))
        with database.cursor() as cursor:
            assert cursor.rows("FROM meta") == before
    assert list_traces() == [1, 2, 3, 4, 5]


def cancel_again_and_again(database: Database, after_secs: float, is_over: threading.Event) -> None:
    wait_secs = after_secs
    while not is_over.wait(wait_secs):
        database.interrupt()
        wait_secs = 0.001


def test_a_prune_that_is_cancelled_is_no_half_one(filled: Path, list_traces: Callable[[], list[int]]) -> None:
    """It is cancelled ever later, until one comes to its end first."""
    outcomes: list[str] = []
    while "done" not in outcomes:
        with hold_store(filled) as database:
            with database.cursor() as cursor:
                plan = plan_prune(cursor, PruneRule(keep_last=2), NOW_US)
            is_over = threading.Event()
            after_secs = 0.005 * 2 ** len(outcomes) if outcomes else 0.0
            other = threading.Thread(target=cancel_again_and_again, args=(database, after_secs, is_over))
            other.start()
            try:
                run_steps(iter_prune_and_free(database, plan))
                outcomes.append("done")
            except Interrupted:
                outcomes.append("cancelled")
            finally:
                is_over.set()
                other.join()
        assert list_traces() in ([1, 2, 3, 4, 5], [4, 5])
        assert [finding for finding in examine(filled) if finding.is_fault] == []
    assert outcomes[0] == "cancelled"
    assert list_traces() == [4, 5]


def test_an_age_beyond_all_time_prunes_nothing(database: Database) -> None:
    assert planned(database, PruneRule(older_than_secs=1e300)) == []


def test_a_file_that_other_attachments_have_too_is_not_said_to_go(store: Path) -> None:
    writer = JournalWriter(store)
    for number in (1, 2):
        reference = writer.attach(f"key-{number}", b"the same bytes", "a.txt", "text/plain")
        writer.span(number, trace=number, at=number, input=reference)
    writer.die()
    with hold_store(store) as database, database.cursor() as cursor:
        assert plan_prune(cursor, PruneRule(keep_last=1), NOW_US).attachment_bytes == 0
        everything = PruneRule(older_than_secs=0)
        assert plan_prune(cursor, everything, NOW_US).attachment_bytes == len(b"the same bytes"), "of both, and once"
