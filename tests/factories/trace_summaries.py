"""Trace summaries for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from spanglass_store.database.records import TraceSummary

_PLAIN = TraceSummary(
    root_span_id="00", span_id="00", name="support_agent.run", type="task", project_name="demo",
    start_us=1_795_419_724_000_000, end_us=1_795_419_725_000_000, duration_secs=1.0, span_count=3, error_count=0,
    own_error_count=0,
    tokens=1200, prompt_tokens=1000, completion_tokens=200, cached_tokens=0, cost=0.0123,
    is_running=False, is_interrupted=False, is_error=False,
)  # fmt: skip


def make_summary(number: int, **changes: Any) -> TraceSummary:
    """Return the trace that started `number` seconds after the first."""
    defaults: dict[str, Any] = {
        "root_span_id": f"{number:032x}",
        "span_id": f"{number:016x}",
        "start_us": _PLAIN.start_us + number * 1_000_000,
    }
    return replace(_PLAIN, **(defaults | changes))
