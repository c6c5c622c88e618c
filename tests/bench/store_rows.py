"""Rows as the SDK writes them for an agent that chats: three rows a span, about a kilobyte each."""

from __future__ import annotations

import fcntl
import os
import random
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.names import segment_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRACE_SPANS = 10
_SEGMENT_BYTES = 8 * 1024 * 1024
_WORDS = """
    the order refund customer mug broken please we will send a new one within three days and thank you for waiting
    payment gateway status shipped agent tool call result naïve café
"""


class Texts:
    """Text of a length, cut from a long one: making it word by word would be most of the bench."""

    def __init__(self, seed: int = 7) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - text, no secret
        self._text = " ".join(self._chance.choices(_WORDS.split(), k=200_000))

    def of(self, chars: int) -> str:
        at = self._chance.randrange(len(self._text) - chars)
        return self._text[at : at + chars]

    def number(self, below: int) -> int:
        return self._chance.randrange(below)


def span_rows(texts: Texts, number: int, *, root: int, parent: int, at_secs: float) -> list[dict[str, Any]]:
    """Return the rows of a span: its start, what was logged, its end. `parent` counts from 1, 0 makes a root."""
    common = {
        "id": str(uuid.UUID(int=texts.number(2**128), version=4)),
        "created": datetime.fromtimestamp(at_secs, UTC).isoformat(timespec="microseconds"),
        "project_id": "bench",
        "project_name": "bench",
        "log_id": "g",
        "span_id": f"{root * 1_000_000 + (number if parent else 0):016x}",
        "root_span_id": f"{root:032x}",
    }
    is_llm = number % 2 == 0
    stamp = int(at_secs * 1e9)
    parents = [f"{root * 1_000_000 + (parent - 1 if parent > 1 else 0):016x}"] if parent else None
    start = {
        **common,
        "_is_merge": False,
        "span_parents": parents,
        "span_attributes": {"exec_counter": number, "name": f"step {number % 40}", "type": "llm" if is_llm else "tool"},
        "context": {"caller_functionname": "step", "caller_filename": "/home/me/agent/bench.py", "caller_lineno": 12},
        "metrics": {"start": at_secs},
        "_stamp": stamp,
        "input": [
            {"role": "system", "content": texts.of(500)},
            {"role": "user", "content": texts.of(300)},
        ],
    }
    logged = {
        **common,
        "_is_merge": True,
        "_stamp": stamp + 1000,
        "output": [{"index": 0, "message": {"role": "assistant", "content": texts.of(600)}, "finish_reason": "stop"}],
        "metadata": {"model": "gpt-5" if is_llm else "gpt-5-mini", "temperature": 0.7, "user_id": texts.number(1000)},
        "metrics": {"prompt_tokens": 812, "completion_tokens": 96, "tokens": 908, "time_to_first_token": 0.31},
    }
    if number % 50 == 0:
        logged["error"] = 'Traceback (most recent call last):\n  File "bench.py", line 12\nTimeoutError: too slow'
    end = {**common, "_is_merge": True, "_stamp": stamp + 2000, "metrics": {"end": at_secs + 0.1}}
    return [start, logged, end]


def write_spans(store: Path, lines: Iterator[bytes]) -> None:
    """Write lines into segments as a program does, sealed each when it is full."""
    chunk: list[bytes] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line)
        if size >= _SEGMENT_BYTES:
            _write_segment(store, chunk)
            chunk, size = [], 0
    if chunk:
        _write_segment(store, chunk)


def trace_lines(texts: Texts, spans: int, *, first_root: int, began_secs: float, step_secs: float) -> Iterator[bytes]:
    """Yield the lines of so many spans in traces of ten."""
    for number in range(spans):
        at = began_secs + number * step_secs
        root = first_root + number // TRACE_SPANS
        for row in span_rows(texts, number, root=root, parent=number % TRACE_SPANS, at_secs=at):
            yield encode_line(row)


def large_trace_lines(texts: Texts, spans: int, *, root: int, began_secs: float) -> Iterator[bytes]:
    """Yield the lines of one trace, a tree in which each span has three children."""
    for number in range(spans):
        parent = number // 3 + 1 if number else 0
        for row in span_rows(texts, number, root=root, parent=parent, at_secs=began_secs + number * 1e-4):
            yield encode_line(row)


def open_segment(store: Path) -> int:
    """Return the descriptor of a new segment whose writer lives, its note written."""
    name = segment_name(time.time_ns() // 1_000_000, os.getpid(), os.urandom(4).hex())
    fd = os.open(store / "journal" / name, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    os.write(fd, encode_line({"_line": "process", "process": uuid.uuid4().hex, "pid": os.getpid()}))
    return fd


def _write_segment(store: Path, lines: list[bytes]) -> None:
    fd = open_segment(store)
    with os.fdopen(fd, "ab") as file:
        file.writelines(lines)
