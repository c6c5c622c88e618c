"""Ids."""

from __future__ import annotations

import os
import uuid
from concurrent.futures import ThreadPoolExecutor

from spanglass.identifiers import LegacyIds, TraceContextIds, new_row_id, project_id_of


def test_row_ids_are_uuids():
    ids = [new_row_id() for _ in range(5000)]
    assert len(set(ids)) == 5000
    for text in ids[:100]:
        parsed = uuid.UUID(text)
        assert str(parsed) == text
        assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)


def test_span_ids_are_hex_of_the_lengths_of_trace_context():
    ids = TraceContextIds()
    span_ids = {ids.new_span_id() for _ in range(5000)}
    assert len(span_ids) == 5000
    assert {len(span_id) for span_id in span_ids} == {16}
    assert len(ids.new_root_span_id("x")) == 32


def test_legacy_ids_name_the_trace_after_its_root():
    assert LegacyIds().new_root_span_id("x") == "x"
    uuid.UUID(LegacyIds().new_span_id())


def test_threads_never_share_an_id():
    ids = TraceContextIds()
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: [ids.new_span_id() for _ in range(2000)], range(8)))
    assert len({span_id for batch in batches for span_id in batch}) == 16_000


def test_a_forked_child_draws_ids_of_its_own():
    new_row_id()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, (new_row_id() + TraceContextIds().new_span_id()).encode())
        os._exit(0)
    os.close(writer)
    mine = new_row_id(), TraceContextIds().new_span_id()
    childs = os.read(reader, 100).decode()
    os.close(reader)
    os.waitpid(pid, 0)
    assert childs[36:] != mine[1]
    assert childs[:18] != mine[0][:18]


def test_a_project_id_hangs_on_store_and_name_alone():
    store_id = str(uuid.UUID(int=1))
    assert project_id_of(store_id, "a") == project_id_of(store_id, "a")
    assert project_id_of(store_id, "a") != project_id_of(store_id, "b")
    assert project_id_of(store_id, "a") != project_id_of(str(uuid.UUID(int=2)), "a")
