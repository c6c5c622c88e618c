"""The guide's own example of importing spans, unchanged, in depth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spanglass_store.journal.lines import LineKind, decode_line, kind_of

GUIDE = Path(__file__).parent / "guide"

pytestmark = pytest.mark.integration


@pytest.fixture
def run(store_path):
    """Run the script as the guide says, and return what it printed and the spans in the journal, folded."""
    trees = (GUIDE / "spans.jsonl").read_bytes()
    environment = {**os.environ, "SPANGLASS_STORE": str(store_path), "SPANGLASS_MERGE_AT_EXIT": "0"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "spanglass", "run", str(GUIDE / "import_spans.py")],
        input=trees,
        capture_output=True,
        check=True,
        env=environment,
        timeout=60,
    )
    assert done.stderr == b""
    spans: dict[str, dict] = {}
    for path in sorted((store_path / "journal").iterdir()):
        for text in path.read_bytes().splitlines():
            line = decode_line(text)
            if kind_of(line) is LineKind.ROW:
                span = spans.setdefault(line["id"], {})
                for key, value in line.items():
                    span[key] = {**span[key], **value} if isinstance(span.get(key), dict) else value
    return done.stdout.decode(), list(spans.values())


def test_every_node_of_the_trees_is_a_span_in_its_place(run):
    _, spans = run
    trees = [json.loads(line) for line in (GUIDE / "spans.jsonl").read_text().splitlines()]
    roots = [span for span in spans if span["span_parents"] is None]
    assert [root["span_attributes"]["name"] for root in roots] == ["task", "task"]
    for root, tree in zip(roots, trees, strict=True):
        assert root["span_attributes"]["type"] == "eval"
        assert (root["input"], root["output"], root["expected"]) == (tree["input"], tree["output"], tree["expected"])
        below = [span for span in spans if span["span_parents"] == [root["span_id"]]]
        names = [span["span_attributes"]["name"] for span in below]
        assert names == ["OpenAI Chat Completion", "Factuality"]
        (node,) = tree["children"]
        completion = below[0]
        for field in ("input", "output", "metadata"):
            assert completion[field] == node[field]


def test_the_logged_times_and_tokens_are_kept(run):
    _, spans = run
    completions = [span for span in spans if span["span_attributes"]["name"] == "OpenAI Chat Completion"]
    assert [span["metrics"] for span in completions] == [
        {
            "start": 1704916642.978631,
            "end": 1704916643.450115,
            "tokens": 30,
            "prompt_tokens": 19,
            "completion_tokens": 11,
        },
        {
            "start": 1704916643.450675,
            "end": 1704916643.839096,
            "tokens": 30,
            "prompt_tokens": 22,
            "completion_tokens": 8,
        },
    ]
    for span in spans:
        if span not in completions:
            assert span["metrics"]["end"] >= span["metrics"]["start"] > 1.7e9


def test_scores_and_metadata_are_added_and_summed_up(run):
    printed, spans = run
    roots = [span for span in spans if span["span_parents"] is None]
    assert [root["scores"] for root in roots] == [{"factuality": 1.0}, {"factuality": 0.0}]
    for root in roots:
        assert root["metadata"]["template"] == "Answer the following question: %s"
        assert "looked for" in root["metadata"]["factuality"]["rationale"]
    assert "My Support App" in printed
    assert "50.00%  factuality" in printed


def test_all_spans_are_of_one_experiment(run):
    _, spans = run
    assert len({span["experiment_id"] for span in spans}) == 1
    assert {span["project_name"] for span in spans} == {"My Support App"}
