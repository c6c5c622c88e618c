"""Ids."""

from __future__ import annotations

import os
import random
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from spanglass.identifiers import LegacyIds, TraceContextIds, forget_pool, new_row_id, project_id_of


def test_row_ids_are_uuids():
    ids = [new_row_id() for _ in range(5000)]
    assert len(set(ids)) == 5000
    for text in ids[:100]:
        parsed = uuid.UUID(text)
        assert str(parsed) == text
        assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)


def test_span_ids_are_hex_of_the_lengths_of_trace_context():
    ids = TraceContextIds()
    span_ids = {ids.draw_ids()[0] for _ in range(5000)}
    assert len(span_ids) == 5000
    assert {len(span_id) for span_id in span_ids} == {16}
    assert len(ids.new_root_span_id("x")) == 32


def test_legacy_ids_name_the_trace_after_its_root():
    assert LegacyIds().new_root_span_id("x") == "x"
    for text in LegacyIds().draw_ids():
        uuid.UUID(text)


def test_threads_never_share_an_id():
    ids = TraceContextIds()
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: [ids.draw_ids() for _ in range(2000)], range(8)))
    for kind in range(2):
        assert len({ids[kind] for batch in batches for ids in batch}) == 16_000


def test_ids_are_none_that_the_program_seeds():
    draws = []
    for _ in range(2):
        forget_pool()
        random.seed(1)
        draws.append(_draw_three())
    assert not set(draws[0]) & set(draws[1])


def test_drawing_gives_the_interpreters_lock_to_nobody(monkeypatch):
    ids = TraceContextIds()
    ids.draw_ids()
    monkeypatch.setattr(os, "urandom", lambda _: pytest.fail("it gives the lock away"))
    for _ in range(2000):
        ids.draw_ids()
        ids.new_root_span_id("")


def test_a_forked_child_draws_ids_of_its_own():
    new_row_id()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, "".join(_draw_three()).encode())
        os._exit(0)
    os.close(writer)
    mine = _draw_three()
    childs = os.read(reader, 100).decode()
    os.close(reader)
    os.waitpid(pid, 0)
    span_id, row_id, root_span_id = childs[:16], childs[16:52], childs[52:]
    assert span_id != mine[0]
    assert row_id[:18] != mine[1][:18]
    assert root_span_id != mine[2]


def _draw_three():
    ids = TraceContextIds()
    return (*ids.draw_ids(), ids.new_root_span_id(""))


def test_a_project_id_hangs_on_store_and_name_alone():
    store_id = str(uuid.UUID(int=1))
    assert project_id_of(store_id, "a") == project_id_of(store_id, "a")
    assert project_id_of(store_id, "a") != project_id_of(store_id, "b")
    assert project_id_of(store_id, "a") != project_id_of(str(uuid.UUID(int=2)), "a")
