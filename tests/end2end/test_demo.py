"""The sample agent as a program: whole, stopped, killed, and watched without a display."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from spanglass_assets.demo import HOLDING_LINE
from spanglass_store import open_store

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from spanglass_store.database.records import SpanRecord

pytestmark = pytest.mark.end2end

AGENT = (sys.executable, "-m", "spanglass_assets.demo")
TIMEOUT_SECS = 60


@contextmanager
def running_agent(store: Path, *options: str) -> Generator[subprocess.Popen[str]]:
    command = [*AGENT, "--store", str(store), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as agent:
        try:
            yield agent
        finally:
            agent.kill()


def wait_for_line(agent: subprocess.Popen[str], wanted: str) -> None:
    assert agent.stdout is not None
    assert any(line.rstrip() == wanted for line in agent.stdout), f"the agent ended before it said {wanted!r}"


def spanglass(*arguments: str, store: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spanglass_viewer.cli.main", *arguments, "--store", store],
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT_SECS,
        env={name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}},
    )


def read_traces(store: Path) -> list[tuple[dict[str, Any], list[SpanRecord]]]:
    """Return all traces, newest first, each with its spans."""
    listed = json.loads(spanglass("list", "--json", "--limit", "100", store=store).stdout)
    with open_store(store) as opened:
        return [(trace, opened.get_trace(trace["root_span_id"])) for trace in listed]


@pytest.fixture(scope="module")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store in which the agent ran to its end."""
    store = tmp_path_factory.mktemp("demo") / "store"
    subprocess.run([*AGENT, "--store", store, "--speed", "20"], check=True, timeout=TIMEOUT_SECS)
    return store


@pytest.fixture
def main_run(demo_store: Path) -> list[SpanRecord]:
    """Return the spans of the run in which the third attempt goes through."""
    return read_traces(demo_store)[0][1]


def test_the_list_looks_alive(demo_store: Path) -> None:
    traces = [trace for trace, _ in read_traces(demo_store)]
    assert [(trace["name"], trace["errors"] > 0) for trace in traces] == [
        ("support_agent.run", True),
        ("support_agent.run", True),
        ("voicemail.handle", False),
        ("extract_invoice", True),
        ("eval.case", False),
        ("code_review.agent", False),
        ("router.dispatch", False),
        ("eval.case", False),
    ]
    assert not any(trace["is_running"] or trace["is_interrupted"] for trace in traces)
    assert traces[0]["tokens"] > 10_000
    assert traces[0]["cost"] > 0.01


def test_the_main_run_has_every_kind_of_span(main_run: list[SpanRecord]) -> None:
    names = [span.name for span in main_run]
    assert names.count("payments.refund") == 3
    assert {span.type for span in main_run} >= {"task", "llm", "tool", "function", "classifier", "score"}
    attempts = sorted((span for span in main_run if span.name == "payments.refund"), key=lambda span: span.created_us)
    assert [span.is_error for span in attempts] == [True, True, False]
    assert "GatewayTimeout: 504 POST /refunds" in (attempts[0].error or "")
    chat = next(span for span in main_run if span.name == "chat.completions" and span.model == "claude-sonnet-5")
    assert [message["role"] for message in json.loads(chat.input or "")] == ["system", "user"]
    assert json.loads(chat.output or "")[0]["message"]["tool_calls"]
    assert json.loads(chat.metrics or "")["time_to_first_token"] > 0
    score = next(span for span in main_run if span.type == "score")
    assert json.loads(score.scores or "") == {"resolution_quality": 0.92, "is_polite": 1}


def test_the_join_has_two_parents(main_run: list[SpanRecord]) -> None:
    by_id = {span.span_id: span for span in main_run}
    join = next(span for span in main_run if span.name == "reply.assemble")
    assert [by_id[parent].name for parent in join.span_parents] == ["email.draft", "guardrails"]


def test_parallel_branches_hang_where_they_were_started(main_run: list[SpanRecord]) -> None:
    by_id = {span.span_id: span for span in main_run}

    def parent_of(name: str) -> str:
        return next(by_id[span.span_parents[0]].name for span in main_run if span.name == name)

    assert {parent_of(name) for name in ("pii_scan", "tone_check", "policy_check")} == {"guardrails"}
    assert {parent_of(name) for name in ("vector.search", "fulltext.search")} == {"kb.search"}
    assert parent_of("duckdb.vss") == "vector.search"
    assert parent_of("guardrails") == "support_agent.run"


def test_every_kind_of_attachment_is_there_and_stored(demo_store: Path, main_run: list[SpanRecord]) -> None:
    logged = "".join((span.input or "") + (span.output or "") for span in main_run)
    references = [
        json.loads(text) for text in re.findall(r'\{"type":"(?:braintrust|external)_attachment"[^{}]*\}', logged)
    ]
    kinds = {reference["content_type"] for reference in references}
    assert kinds >= {"image/jpeg", "audio/mpeg", "video/mp4", "application/pdf", "application/json", "image/png"}
    keys = [reference["key"] for reference in references if "key" in reference]
    with open_store(demo_store) as store:
        records = store.list_attachments(keys)
        assert {record.state for record in records} == {"done"}
        assert len({record.key for record in records}) == len(set(keys))
        assert all(store.blob_path(record).stat().st_size == record.size_bytes for record in records)
    assert "data:image/png;base64," in logged
    assert "https://images.corner-store.example/" in logged


def test_the_refused_run_raises_its_error_anew(demo_store: Path) -> None:
    _, spans = read_traces(demo_store)[1]
    failed = [span.name for span in sorted(spans, key=lambda span: span.created_us) if span.is_error]
    assert failed == ["support_agent.run", "executor", *["payments.refund", "POST /refunds"] * 3]
    root = next(span for span in spans if not span.span_parents)
    assert "GatewayTimeout" in (root.error or "")
    assert "RefundFailed: order A-10422 was not refunded after 3 attempts" in (root.error or "")


def test_show_prints_the_tree_into_a_pipe(demo_store: Path) -> None:
    shown = spanglass("show", "latest", store=demo_store).stdout
    assert "\x1b" not in shown
    assert "├─ classify_intent" in shown
    assert "First error, in POST /refunds" in shown
    assert "also under guardrails" in shown
    assert "payments.py" in shown
    rows = json.loads(spanglass("show", "latest", "--json", store=demo_store).stdout)
    assert rows[0]["name"] == "support_agent.run"
    assert len({row["id"] for row in rows}) == len(rows)


def test_the_last_span_runs_until_the_agent_is_stopped(store_path: Path) -> None:
    with running_agent(store_path, "--speed", "40", "--hold", "inf") as agent:
        wait_for_line(agent, HOLDING_LINE)
        trace, spans = read_traces(store_path)[0]
        assert trace["is_running"]
        assert sorted(span.name for span in spans if span.end_us is None) == ["settlement.watch", "support_agent.run"]
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(TIMEOUT_SECS) == 0
    trace, spans = read_traces(store_path)[0]
    assert not trace["is_running"]
    assert not any(span.is_interrupted or span.end_us is None for span in spans)


def test_the_loop_goes_on_until_it_is_stopped(store_path: Path) -> None:
    with running_agent(store_path, "--speed", "200", "--loop") as agent:
        for _ in range(2):
            wait_for_line(agent, "support_agent.run")
        wait_for_line(agent, "router.dispatch")
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(TIMEOUT_SECS) == 0
    traces = [trace for trace, _ in read_traces(store_path)]
    assert len(traces) >= 18
    assert not any(trace["is_running"] or trace["is_interrupted"] for trace in traces)


def read_journal(store: Path) -> list[dict[str, Any]]:
    """Return the rows of spans that the journal holds, but for a last line that is not whole."""
    lines = [line for path in (store / "journal").glob("*.ndjson") for line in path.read_bytes().split(b"\n")[:-1]]
    return [row for row in map(json.loads, lines) if "span_id" in row]


def test_a_kill_in_the_middle_loses_no_span(store_path: Path) -> None:
    with running_agent(store_path, "--speed", "4") as agent:
        wait_for_line(agent, "support_agent.run")
        while '"name":"vision.extract"' not in json.dumps(main_run_rows(store_path), separators=(",", ":")):
            assert agent.poll() is None, "the agent ended before it was killed"
        agent.send_signal(signal.SIGKILL)
        agent.wait(TIMEOUT_SECS)
    rows = main_run_rows(store_path)
    started = sorted(row["id"] for row in rows if not row["_is_merge"])
    ended = {row["id"] for row in rows if "end" in row.get("metrics", {})}
    trace, spans = read_traces(store_path)[0]
    assert trace["is_interrupted"]
    assert sorted(span.id for span in spans) == started
    assert {span.id for span in spans if span.is_interrupted} == set(started) - ended
    # what else runs when it is killed depends on how soon that was seen
    assert "support_agent.run" in {span.name for span in spans if span.is_interrupted}
    assert all(span.input is not None for span in spans if span.type == "llm")
    assert read_traces(store_path)[0] == (trace, spans), "a second merge changes nothing"
    shown = spanglass("show", "latest", store=store_path).stdout
    assert shown.count("interrupted") == len(started) - len(ended)


def main_run_rows(store: Path) -> list[dict[str, Any]]:
    """Return the rows of the second run of the support agent, none before it has begun."""
    rows = read_journal(store)
    roots = [row for row in rows if row.get("span_attributes", {}).get("name") == "support_agent.run"]
    return [row for row in rows if row["root_span_id"] == roots[1]["root_span_id"]] if len(roots) > 1 else []


def test_without_a_display_the_demo_prints_the_tree_and_saves_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    done = spanglass("demo", "--speed", "20", "--picture", str(picture), store=tmp_path / "store")
    assert "└─ settlement.watch" in done.stdout
    assert "● running" in done.stdout
    assert str(picture) in done.stdout
    with Image.open(picture) as image:
        assert (image.format, image.size) == ("PNG", (1400, 900))
