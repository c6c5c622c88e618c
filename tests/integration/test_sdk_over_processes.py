"""One span, several processes: updates, feedback and children come from wherever, in any order."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import orjson
import pytest

from spanglass_store import open_store

pytestmark = pytest.mark.integration

BEGIN = """
import json, spanglass
spanglass.init_logger("p")
span = spanglass.start_span(name="begun", input=1, propagated_event={"metadata": {"run": 7}})
print(json.dumps([span.id, span.export(), span.inject()]))
"""
UPDATE = """
import sys, spanglass
spanglass.update_span(sys.argv[1], output={"from": "another process"}, tags=["late"], scores={"good": 0.5})
"""
FEEDBACK = """
import sys, spanglass
spanglass.init_logger("p").log_feedback(sys.argv[1], comment="well done", scores={"good": 1}, source="app")
"""
CHILD = """
import json, sys, spanglass
with spanglass.start_span(name="child", parent=json.loads(sys.argv[1])):
    pass
"""


@pytest.fixture
def run(tmp_path, store_path):
    environment = {**os.environ, "SPANGLASS_STORE": str(store_path), "SPANGLASS_MERGE_AT_EXIT": "0"}

    def run_program(text, *arguments):
        command = [sys.executable, "-W", "error", "-c", text, *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, check=True, text=True, timeout=60
        )
        assert done.stderr == ""
        return done.stdout

    return run_program


def text_of(value):
    return None if value is None else orjson.loads(value)


@pytest.mark.parametrize("is_merged_between", [False, True])
def test_what_other_processes_say_of_a_span_is_part_of_it(run, store_path, is_merged_between):
    row_id, slug, headers = json.loads(run(BEGIN))
    for text, argument in (
        (UPDATE, slug),
        (FEEDBACK, row_id),
        (CHILD, json.dumps(slug)),
        (CHILD, json.dumps(headers)),
    ):
        if is_merged_between:
            open_store(store_path).close()
        run(text, argument)
    with open_store(store_path) as store:
        begun = store.get_span(row_id)
        assert (text_of(begun.input), text_of(begun.output)) == (1, {"from": "another process"})
        assert text_of(begun.scores) == {"good": 1}
        assert [comment.text for comment in store.list_comments(row_id)] == ["well done"]
        children = [span for span in store.get_trace(begun.root_span_id) if span.name == "child"]
        assert [child.span_parents for child in children] == [(begun.span_id,)] * 2
        assert sum(text_of(child.metadata) == {"run": 7} for child in children) == 1  # headers carry no event
        assert len(store.get_trace(begun.root_span_id)) == 3
