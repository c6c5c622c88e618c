"""Answers of OpenAI's and Anthropic's APIs as they go over the wire."""

from __future__ import annotations

from typing import Any

USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 7,
    "total_tokens": 19,
    "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
USAGE_METRICS = {
    "prompt_tokens": 12,
    "completion_tokens": 7,
    "tokens": 19,
    "prompt_cached_tokens": 4,
    "prompt_audio_tokens": 0,
    "completion_reasoning_tokens": 2,
}


def chat_completion(message: dict[str, Any] | None = None, *, choices: Any = None, **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": "Four.", "refusal": None, **(message or {})}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795442531,
        "model": "gpt-4o-2024-08-06",
        "choices": choices or [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": USAGE,
        **more,
    }


def chat_chunk(delta: dict[str, Any] | None = None, *, index: int = 0, finish: str | None = None, **more: Any) -> Any:
    choice = {"index": index, "delta": delta or {}, "logprobs": None, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1795442531,
        "model": "gpt-4o-2024-08-06",
        "choices": [choice],
        **more,
    }


def chat_text_chunks(*texts: str, usage: bool = False) -> list[Any]:
    """Return the chunks of one answer, `[DONE]` at the end."""
    chunks: list[Any] = [chat_chunk({"role": "assistant", "content": ""})]
    chunks += [chat_chunk({"content": text}) for text in texts]
    chunks.append(chat_chunk(finish="stop"))
    if usage:
        chunks.append(chat_chunk() | {"choices": [], "usage": USAGE})
    return [*chunks, "[DONE]"]


def message_item(text: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": content}


def response(output: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1795442531,
        "status": "completed",
        "model": "gpt-4o-2024-08-06",
        "output": [message_item("Four.")] if output is None else output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 12,
            "output_tokens": 7,
            "total_tokens": 19,
            "input_tokens_details": {"cached_tokens": 4},
            "output_tokens_details": {"reasoning_tokens": 2},
        },
        **more,
    }


def response_events(*texts: str, final: dict[str, Any] | None = None) -> list[Any]:
    """Return the events of a response with one message."""
    item = message_item("".join(texts))
    place: dict[str, Any] = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    started = response([], status="in_progress", usage=None)
    begun = {**item, "status": "in_progress", "content": []}
    empty = {"type": "output_text", "text": "", "annotations": []}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": started},
        {"type": "response.in_progress", "response": started},
        {"type": "response.output_item.added", "output_index": 0, "item": begun},
        {"type": "response.content_part.added", **place, "part": empty},
        *({"type": "response.output_text.delta", **place, "delta": text, "logprobs": []} for text in texts),
        {"type": "response.output_text.done", **place, "text": "".join(texts), "logprobs": []},
        {"type": "response.content_part.done", **place, "part": item["content"][0]},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
    ]
    last = response([item]) if final is None else final
    events.append({"type": f"response.{last['status']}", "response": last})
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def anthropic_message(content: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-test",
        "content": [{"type": "text", "text": "Four."}] if content is None else content,
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 10,
            "output_tokens": 7,
            "cache_read_input_tokens": 4,
            "cache_creation_input_tokens": 2,
        },
        **more,
    }


def anthropic_events(*blocks: tuple[dict[str, Any], list[dict[str, Any]]]) -> list[Any]:
    """Return the events of a message; a block is what it starts as, and its deltas."""
    started = anthropic_message([], stop_reason=None) | {"usage": {"input_tokens": 10, "output_tokens": 1}}
    events: list[Any] = [{"type": "message_start", "message": started}, {"type": "ping"}]
    for index, (block, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": block})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    delta = {"stop_reason": "end_turn", "stop_sequence": None}
    usage = {"input_tokens": 10, "output_tokens": 7, "cache_read_input_tokens": 4}
    return [*events, {"type": "message_delta", "delta": delta, "usage": usage}, {"type": "message_stop"}]


def anthropic_text_events(*texts: str) -> list[Any]:
    return anthropic_events(({"type": "text", "text": ""}, [{"type": "text_delta", "text": text} for text in texts]))


def embedding(vector: Any) -> dict[str, Any]:
    return {
        "object": "list",
        "model": "text-embedding-3-small",
        "data": [{"object": "embedding", "index": 0, "embedding": vector}],
        "usage": {"prompt_tokens": 3, "total_tokens": 3},
    }


def moderation() -> dict[str, Any]:
    return {
        "id": "modr-1",
        "model": "omni-moderation-latest",
        "results": [{"flagged": False, "categories": {"violence": False}, "category_scores": {"violence": 0.01}}],
    }
