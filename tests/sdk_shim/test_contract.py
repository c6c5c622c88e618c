"""CONTRACT.md names tests that exist, and the surface has the contract's signatures."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from pathlib import Path

import pytest

import spanglass

TESTS = Path(__file__).parents[1]
CONTRACT = Path(__file__).with_name("CONTRACT.md").read_text()
ROW = re.compile(r"^\| (?P<mark>.) \| (?P<line>.+) \| (?P<tests>[^|]*) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")

EVENT = "input output expected error tags scores metadata metrics id"
FEEDBACK = "scores expected tags comment metadata source"
SPAN = "name type span_attributes start_time set_current parent propagated_event"
SIGNATURES = {
    "init_logger": "project project_id async_flush app_url api_key org_name force_login set_current environment store",
    "init": "project experiment description metadata tags set_current store",
    "start_span": f"{SPAN} parents event",
    "parent_context": "parent",
    "get_span_parent_object": "parent",
    "permalink": "slug org_name app_url",
    "update_span": "exported event",
    "set_masking_function": "masking_function",
    "inject_trace_context": "carrier span",
    "extract_trace_context": "headers",
    "log": "event",
    "summarize": "summarize_scores comparison_experiment_id",
    "current_span": "",
    "current_logger": "",
    "current_experiment": "",
    "flush": "",
    "wrap_openai": "client",
    "wrap_anthropic": "client",
    "Logger.log": f"{EVENT} allow_concurrent_with_spans",
    "Experiment.log": f"{EVENT} dataset_record_id allow_concurrent_with_spans",
    "Logger.log_feedback": f"id {FEEDBACK}",
    "Experiment.log_feedback": f"id {FEEDBACK}",
    "Logger.start_span": f"{SPAN} event",
    "Logger.update_span": "id event",
    "Logger.export": "",
    "Logger.flush": "",
    "Experiment.summarize": "summarize_scores comparison_experiment_id",
    "Experiment.close": "",
    "Span.log": "event",
    "Span.log_feedback": "feedback",
    "Span.start_span": f"{SPAN} event",
    "Span.end": "end_time",
    "Span.close": "end_time",
    "Span.export": "",
    "Span.inject": "carrier",
    "Span.link": "",
    "Span.permalink": "",
    "Span.set_attributes": "name type span_attributes",
    "Span.flush": "",
    "Span.set_current": "",
    "Span.unset_current": "",
    "Attachment": "data filename content_type",
    "JSONAttachment": "data filename pretty",
    "ExternalAttachment": "url filename content_type",
    "ReadonlyAttachment": "reference store",
}


@cache
def functions_of(path):
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def test_every_line_has_a_mark_and_a_test():
    rows = [line for line in CONTRACT.splitlines() if line.startswith("| ") and not line.startswith("| |")]
    assert len(rows) > 60
    for row in rows:
        match = ROW.match(row)
        assert match, row
        assert match["mark"] in "✓≠○", row
        assert TEST.search(match["tests"]), row


def test_the_named_tests_exist():
    missing = [f"{path}::{name}" for path, name in TEST.findall(CONTRACT) if name not in functions_of(TESTS / path)]
    assert missing == []


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_signatures_of_the_contract_are_there(name):
    target = spanglass
    for part in name.split("."):
        target = getattr(target, part)
    names = [parameter for parameter in inspect.signature(target).parameters if parameter != "self"]
    wanted = SIGNATURES[name].split()
    assert [parameter for parameter in names if parameter in wanted] == wanted
    if name != "init":  # it takes many more, which are not used
        assert names == wanted
