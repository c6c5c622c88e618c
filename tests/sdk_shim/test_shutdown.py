"""The end of a process."""

from __future__ import annotations

import sys
import types

import pytest

import spanglass
from spanglass import recorder, shutdown
from spanglass_store.journal.liveness import has_writer


@pytest.fixture
def merged(monkeypatch):
    """What `finish` asked to be merged."""
    calls = []
    module = types.ModuleType("spanglass_store.database.exit_merge")
    module.merge_at_exit = lambda *args: calls.append(args)
    monkeypatch.setitem(sys.modules, "spanglass_store.database.exit_merge", module)
    return calls


def test_the_segment_is_left_before_the_merge(logger, store_path, merged):
    logger.log(input=1)
    (segment,) = (store_path / "journal").iterdir()
    assert has_writer(segment)
    shutdown.finish()
    assert not has_writer(segment)
    ((path, timeout_secs),) = merged
    assert path == store_path
    assert 0 < timeout_secs <= shutdown.MAX_EXIT_SECS


def test_a_program_that_logged_nothing_merges_nothing(logger, merged):
    assert logger
    shutdown.finish()
    assert merged == []


def test_the_merge_can_be_turned_off(monkeypatch, store_path, merged):
    monkeypatch.setenv("SPANGLASS_MERGE_AT_EXIT", "0")
    spanglass.init_logger("demo", store=store_path).log(input=1)
    shutdown.finish()
    assert merged == []


def test_workers_do_not_merge(monkeypatch, logger, merged):
    logger.log(input=1)
    monkeypatch.setattr(shutdown, "_is_forked", True)
    shutdown.finish()
    monkeypatch.setattr(shutdown, "_is_forked", False)
    monkeypatch.setattr("multiprocessing.process.parent_process", object)
    shutdown.finish()
    assert merged == []


def test_a_merge_that_fails_does_not_fail_the_exit(monkeypatch, logger, capsys):
    def broken(*_args):
        raise RuntimeError("a bug")

    module = types.ModuleType("spanglass_store.database.exit_merge")
    module.merge_at_exit = broken
    monkeypatch.setitem(sys.modules, "spanglass_store.database.exit_merge", module)
    monkeypatch.setattr("spanglass.failures.raises_internal_faults", False)
    logger.log(input=1)
    shutdown.finish()
    assert "a bug" in capsys.readouterr().err


def test_what_was_lost_is_said_with_its_count(tmp_path, merged, capsys):
    (tmp_path / "file").write_text("")
    logger = spanglass.init_logger("demo", store=tmp_path / "file")
    for _ in range(3):
        logger.log(input=1)
    shutdown.finish()
    assert "3 rows could not be written and are lost" in capsys.readouterr().err
    assert merged == []


def test_rows_left_out_for_want_of_stack_are_said(monkeypatch, capsys):
    monkeypatch.setattr("spanglass.failures.rows_left_out", 7)
    shutdown.finish()
    assert "7 rows were left out" in capsys.readouterr().err


def test_logging_goes_on_after_the_end(logger, store_path, merged):
    logger.log(input=1)
    shutdown.finish()
    logger.log(input=2)
    assert len(list((store_path / "journal").iterdir())) == 2
    assert recorder.list_recorders()
    assert merged
