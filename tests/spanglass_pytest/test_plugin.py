"""`pytest --spanglass`, as a project that tests its agent runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from spanglass_store import open_store
from spanglass_store.links.addresses import parse_address
from spanglass_store.location import read_store_info

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

PROJECT = """
import pytest
import spanglass

@spanglass.traced
def answer(question):
    with spanglass.start_span(name="chat", type="llm") as span:
        span.log(output="42", metrics={"tokens": 12, "cost": 0.001})
    return "42"

@pytest.fixture
def warm():
    with spanglass.start_span(name="warm-up"):
        yield

def test_answer(warm, spans):
    spanglass.init_logger("mine", store="elsewhere")
    assert answer("why?") == "42"
    assert spans.named("answer").one().input == {"question": "why?"}
    spans.of_type("llm").assert_within(tokens=12, cost=0.001, duration_secs=5, errors=0)
    assert [span.name for span in spans] == WARM_UP + ["answer", "chat"]

def test_picture():
    picture = spanglass.Attachment(data=b"pixels", filename="a.png", content_type="image/png")
    spanglass.start_span(name="draw", output=picture).end()

def test_wrong():
    answer("how?")
    assert answer("what?") == "43"

@pytest.mark.skip
def test_later():
    pass

def test_other_tests_are_not_seen(spans):
    spans.none()
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return pytester


def run(project: pytest.Pytester, *options: str, warm_up: list[str]) -> pytest.RunResult:
    project.makepyfile(PROJECT.replace("WARM_UP", repr(warm_up)))
    return project.runpytest_subprocess("-p", "no:cacheprovider", *options)


def test_without_the_flag_spans_are_captured_in_memory_and_nothing_is_kept(project: pytest.Pytester) -> None:
    result = run(project, warm_up=[])
    result.assert_outcomes(passed=3, failed=1, skipped=1)
    assert "spanglass://" not in result.stdout.str()
    assert not (project.path / "store").exists()
    assert not (project.path / "elsewhere").exists()


@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_each_test_is_a_trace_and_a_failed_one_has_a_link(project: pytest.Pytester, options: list[str]) -> None:
    store_path = project.path / "store"
    result = run(project, "--spanglass", "--spanglass-store", str(store_path), *options, warm_up=["warm-up"])
    result.assert_outcomes(passed=3, failed=1, skipped=1)
    assert not (project.path / "elsewhere").exists()
    links = re.findall(r"spanglass://\S+", result.stdout.str())
    result.stdout.fnmatch_lines(["*traces of the tests that failed*", "*::test_wrong", "*spanglass://trace/*"])
    (address,) = map(parse_address, links)
    with open_store(store_path) as store:
        traces = {trace.name: trace for trace in store.list_traces()}
        wrong = store.get_trace(address.root_span_id)
        answered = store.get_trace(traces["test_answer"].root_span_id)
        drawn = store.get_trace(traces["test_picture"].root_span_id)
        states = store.list_attachments([json.loads(drawn[1].output or "{}")["key"]])
    assert address.store_id == read_store_info(store_path).id
    assert traces.keys() == {
        "test_answer",
        "test_picture",
        "test_wrong",
        "test_later",
        "test_other_tests_are_not_seen",
    }
    assert [span.name for span in wrong] == ["test_wrong", "answer", "chat", "answer", "chat"]
    assert "assert '42' == '43'" in (wrong[0].error or "")
    assert json.loads(wrong[0].metadata or "{}")["outcome"] == "failed"
    assert [span.name for span in answered] == ["test_answer", "warm-up", "answer", "chat"]
    assert json.loads(answered[0].metadata or "{}")["test"].endswith("::test_answer")
    assert [state.state for state in states] == ["done"]


def test_the_plugin_loads_no_sdk_before_it_is_wanted(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import sys

        def test_it():
            assert not {"spanglass", "orjson", "duckdb", "spanglass_viewer"} & set(sys.modules)
            assert "spanglass_pytest.plugin" in sys.modules
        """
    )
    project.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:hypothesispytest").assert_outcomes(passed=1)


def test_the_sdk_loads_no_pytest(tmp_path: Path) -> None:
    code = "import sys, spanglass, spanglass.testing; print('pytest' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True, cwd=tmp_path) == "False\n"
