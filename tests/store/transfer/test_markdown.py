from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id

from spanglass_store.database.reader import open_store
from spanglass_store.transfer.markdown import trace_markdown

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.database.records import SpanRecord


def log_trace(store: Path) -> list[SpanRecord]:
    writer = JournalWriter(store)
    writer.start(1, name="answer *now*", type="task", input="What?\n```\ncode\n```")
    writer.span(
        2,
        parents=(1,),
        at=0.25,
        after=1.5,
        name="chat",
        type="llm",
        metadata={"model": "gpt-5"},
        output={"a": ["é"]},
        metrics={"tokens": 12},
    )
    writer.span(3, parents=(2, 1), at=0.5, after=0.002, name="tool", error="Traceback\nValueError: it broke")
    writer.end(1, after=2.0)
    writer.die()
    with open_store(store) as opened:
        return opened.get_trace(root_id())


def test_a_trace_as_a_person_reads_it(store: Path) -> None:
    text = trace_markdown(log_trace(store))
    assert text.startswith("# answer \\*now\\*\n")
    assert f"Trace `{root_id()}`: 3 spans, 1 with an error, 2.00 s, 2026-11-23T14:02:11+00:00, 12 tokens" in text
    assert "- answer \\*now\\* (task, 2.00 s)\n  - chat (llm, gpt-5, 1.50 s, 12 tokens)\n    - tool (" in text
    assert "- tool (function, 2 ms) **error**\n" in text
    assert "## 2. chat (llm, gpt-5, 1.50 s, 12 tokens)" in text
    assert '```json\n{\n "a": [\n  "é"\n ]\n}\n```' in text
    assert "````\nWhat?\n```\ncode\n```\n````" in text, "a fence in a value does not end its block"
    assert "```\nTraceback\nValueError: it broke\n```" in text


@pytest.mark.parametrize("max_chars", [2_000, 60_000, 200_000])
def test_its_size_is_bounded(store: Path, max_chars: int) -> None:
    writer = JournalWriter(store)
    for number in range(1, 60):
        writer.span(
            number, parents=(number - 1,) if number > 1 else (), at=number / 100, input="begin " + "x" * 5_000 + " end"
        )
    writer.die()
    with open_store(store) as opened:
        text = trace_markdown(opened.get_trace(root_id()), max_chars)
    assert max_chars / 4 < len(text) < max_chars * 1.1
    assert "begin xxx" in text
    assert "characters left out" in text
    assert ("more spans are left out" in text) == (max_chars == 2_000)


def test_spans_that_are_each_others_parents_are_all_there(store: Path) -> None:
    writer = JournalWriter(store)
    writer.span(1, parents=(2,), name="hen")
    writer.span(2, parents=(1,), name="egg")
    writer.die()
    with open_store(store) as opened:
        text = trace_markdown(opened.get_trace(root_id()))
    assert text.count("\n## ") == 2


def test_one_span_is_no_plural(store: Path) -> None:
    writer = JournalWriter(store)
    writer.span(1, after=1.0)
    writer.die()
    with open_store(store) as opened:
        assert f"Trace `{root_id()}`: 1 span, 1.00 s" in trace_markdown(opened.get_trace(root_id()))


def test_an_underscore_within_a_word_is_left_as_it_is(store: Path) -> None:
    writer = JournalWriter(store)
    writer.span(1, name="support_agent.run _now_ __x", type=None)
    writer.die()
    with open_store(store) as opened:
        text = trace_markdown(opened.get_trace(root_id()))
    assert text.startswith("# support_agent.run \\_now\\_ \\_\\_x\n")


def test_what_a_wrapper_logs_again_is_not_counted_twice_where_the_sum_is_known(store: Path) -> None:
    spans = log_trace(store)
    assert ", 12 tokens" in trace_markdown(spans).split("\n\n")[1]
    assert ", 7 tokens" in trace_markdown(spans, tokens=7).split("\n\n")[1]
    assert "tokens" not in trace_markdown(spans, tokens=0).split("\n\n")[1]
