"""A tried prompt and its answer → the row of its span, in a project of its own."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

    JsonObject = dict[str, JsonValue]

PROJECT_NAME = "Tried prompts"
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the zone is written by hand, it is UTC
_OWN = frozenset({"messages", "stream", "stream_options"})


@dataclass(frozen=True, slots=True)
class PromptAnswer:
    """What came back: the message's text and calls, why it ended, what it used; `problem` where it did not end well."""

    text: str = ""
    calls: tuple[JsonValue, ...] = ()
    finish_reason: str | None = None
    usage: JsonValue = None
    model: str | None = None
    problem: str | None = None
    first_piece_secs: float | None = None


def make_prompt_row(
    store_id: str, body: JsonObject, answer: PromptAnswer, times_us: tuple[int, int], tried_from: tuple[str, str]
) -> JsonObject:
    """Return the full row of a tried prompt; `times_us` is its start and end, `tried_from` a root span and a span."""
    start_us, end_us = times_us
    message: JsonObject = {"role": "assistant", "content": answer.text or None}
    if answer.calls:
        message["tool_calls"] = list(answer.calls)
    has_answer = bool(answer.text or answer.calls or answer.problem is None)
    row: JsonObject = {
        "id": str(uuid.uuid4()),
        "_is_merge": False,
        "created": f"{(_EPOCH + timedelta(microseconds=start_us)).isoformat(timespec='microseconds')}+00:00",
        "project_id": str(uuid.uuid5(uuid.UUID(store_id), f"project:{PROJECT_NAME}")),
        "project_name": PROJECT_NAME,
        "log_id": "g",
        "span_id": secrets.token_hex(8),
        "root_span_id": secrets.token_hex(16),
        "span_parents": None,
        "span_attributes": {"name": f"Try {body.get('model')}", "type": "llm"},
        "input": body.get("messages"),
        "metadata": {
            **{name: value for name, value in body.items() if name not in _OWN},
            "tried_from": {"root_span_id": tried_from[0], "span_id": tried_from[1]},
        },
        "metrics": {"start": start_us / 1e6, "end": end_us / 1e6, **_token_metrics(answer)},
    }
    if has_answer:
        row["output"] = [{"index": 0, "finish_reason": answer.finish_reason, "message": message}]
    if answer.problem is not None:
        row["error"] = answer.problem
    return row


def _token_metrics(answer: PromptAnswer) -> JsonObject:
    metrics: JsonObject = {}
    usage = answer.usage if isinstance(answer.usage, dict) else {}
    for name, key in (("prompt_tokens", "prompt_tokens"), ("completion_tokens", "completion_tokens"),
                      ("tokens", "total_tokens")):  # fmt: skip
        if isinstance(count := usage.get(key), int):
            metrics[name] = count
    for kind in ("prompt", "completion"):
        details = usage.get(f"{kind}_tokens_details")
        if isinstance(details, dict):
            metrics |= {f"{kind}_{name}": count for name, count in details.items() if isinstance(count, int)}
    if answer.first_piece_secs is not None:
        metrics["time_to_first_token"] = round(answer.first_piece_secs, 4)
    return metrics
