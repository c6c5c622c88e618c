"""A store as people have them: some thousands of spans in one trace, many small traces, and a span of every kind.

`python tests/factories/everyday_store.py live STORE SECS` logs rows into one of its traces, 1,000 a second.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from journal_rows import JournalWriter, root_id
from large_store import make_large_store

SPANS, TRACES = 5000, 200
KINDS_TRACE, LIVE_TRACE = 1, 2
CHAT_MESSAGES = 200
JSON_CHARS = 100_000
LIVE_ROWS_PER_SEC = 1000
_FOLDER = Path(__file__).parent
_PROSE = (
    "The parcel came on Tuesday with both mugs broken. The courier took a photo of the box, and the customer sent "
    "another one of what was in it; they agree. "
)
_MARKDOWN = (
    "# What was found\n\nThe order **A-10422** is refundable:\n\n- both mugs are broken\n- the receipt is valid\n\n"
    "```python\nrefund(order, amount=34.80)\n```\n\n| item | price |\n|---|---|\n| mug | 17.40 |\n"
)
_TRACEBACK = """Traceback (most recent call last):
  File "{here}", line 12, in <module>
    import sys
  File "/x/site-packages/httpx/_client.py", line 914, in send
    response = self._send_handling_auth(request)
  File "/x/site-packages/httpx/_client.py", line 942, in _send_handling_auth
    response = self._send_handling_redirects(request)
  File "/x/site-packages/httpx/_transports/default.py", line 118, in map_httpcore_exceptions
    raise mapped_exc(message) from exc
httpx.ConnectError: [Errno 111] Connection refused

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
{frames}  File "{here}", line 14, in refund
    from pathlib import Path
payments.errors.PaymentFailed: the provider could not be reached after 3 attempts
"""


def make_everyday_store(path: Path, *, spans: int = SPANS, traces: int = TRACES, with_demo: bool = True) -> Path:
    """Make the store. The newest trace is the sample agent's last one, or with `with_demo` off the large one."""
    make_large_store(path, spans=spans, traces=traces)
    _log_kinds(path)
    scripts = [[str(_FOLDER / "media_trace.py"), str(path)]]
    if with_demo:
        scripts.append(["-m", "spanglass_assets.demo", "--store", str(path), "--speed", "1000"])
    for script in scripts:
        subprocess.run([sys.executable, *script], check=True, capture_output=True)
    return path


def kinds() -> dict[str, dict[str, Any]]:
    """Return what the spans of the trace `KINDS_TRACE` hold, by what a reader would call them."""
    deep: Any = {"leaf": 1}
    for level in range(12):
        deep = {"level": level, "inner": deep, "beside": ["a", "b", level]}
    return {
        "nothing": {},
        "short text": {"input": {"order": "A-10422"}, "output": "refunded"},
        "chat of 200": {"type": "llm", "input": _make_chat(CHAT_MESSAGES), "output": _answer(), "metadata": _call()},
        "chat of 6": {"type": "llm", "input": _make_chat(6), "output": _answer(), "metadata": _call()},
        "long text": {"input": _PROSE * (JSON_CHARS // len(_PROSE)), "output": _PROSE},
        "JSON of 100 kB": {"input": _make_records(JSON_CHARS), "output": {"found": 3}},
        "deep JSON": {"input": deep, "output": deep, "metadata": {"tenant": "north", "user_id": 42}},
        "Markdown": {"input": "Say what was found", "output": _MARKDOWN * 5},
        "error": {"type": "tool", "input": {"order": "A-10422"}, "error": _make_traceback()},
        "everything": {
            "type": "llm", "input": _make_chat(12), "output": _answer(), "expected": "refunded", "metadata": _call(),
            "scores": {f"score {number}": number / 12 for number in range(12)}, "error": "ValueError: late",
            "metrics": {"prompt_tokens": 4000, "completion_tokens": 310, "tokens": 4310}, "tags": ["north", "slow"],
        },
    }  # fmt: skip


def kind_span_id(kind: str) -> str:
    """Return the id of the span that has a kind's name."""
    return f"{[*kinds()].index(kind) + 2:016x}"


def _log_kinds(store: Path) -> None:
    writer = JournalWriter(store)
    writer.start(1, trace=KINDS_TRACE, name="kinds", type="task", input={"wanted": "one of each"})
    for number, (name, fields) in enumerate(kinds().items(), 2):
        writer.span(number, parents=(1,), trace=KINDS_TRACE, at=number, name=name, **fields)
    writer.end(1, trace=KINDS_TRACE, after=60.0, output="done")
    writer.die()


def _make_chat(messages: int) -> list[dict[str, Any]]:
    """Return a conversation with instructions, and tool calls that are answered."""
    chat: list[dict[str, Any]] = [{"role": "system", "content": "You help customers of a pottery. " * 20}]
    while len(chat) < messages:
        at = len(chat)
        call = {"name": "orders.lookup", "arguments": json.dumps({"order": f"A-{at}", "with": ["items", "payments"]})}
        tool_calls = [{"id": f"call-{at}", "type": "function", "function": call}]
        chat += (
            {"role": "user", "content": f"{at}. {_PROSE * (1 + at % 4)}"},
            {"role": "assistant", "content": None, "tool_calls": tool_calls},
            {"role": "tool", "tool_call_id": f"call-{at}", "content": json.dumps({"items": ["mug", "mug"], "paid": 1})},
            {"role": "assistant", "content": _MARKDOWN if at % 3 else _PROSE},
        )
    return chat[:messages]


def _answer() -> list[dict[str, Any]]:
    return [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": _MARKDOWN}}]


def _call() -> dict[str, Any]:
    tools = [
        {"type": "function", "function": {"name": f"tool {number}", "parameters": {"type": "object"}}}
        for number in range(6)
    ]
    return {"model": "gpt-5", "provider": "openai", "temperature": 0.2, "max_tokens": 4000, "tools": tools}


def _make_records(chars: int) -> list[dict[str, Any]]:
    record = {"id": 12345, "name": "one of many", "score": 0.75, "tags": ["a", "b"], "note": "fine so far"}
    return [record] * (chars // len(json.dumps(record)))


def _make_traceback() -> str:
    frames = "".join(
        f'  File "{__file__}", line {line}, in attempt_{line}\n    return step()\n' for line in range(16, 40)
    )
    return _TRACEBACK.format(here=__file__, frames=frames)


def start_live(store: Path, secs: float) -> subprocess.Popen[bytes]:
    """Begin to log rows into the trace `LIVE_TRACE`, as a program beside the window does."""
    return subprocess.Popen([sys.executable, __file__, "live", str(store), str(secs)])


def live_spans(secs: float) -> int:
    """Return how many spans `start_live` logs in all."""
    return round(secs * LIVE_ROWS_PER_SEC / 2) + 1


def _log_live(store: Path, secs: float) -> None:
    """Log a start and an end for each span, ten spans at a time."""
    first = 1_000_000
    writer = JournalWriter(store, process="22" * 16)
    began = time.perf_counter()
    writer.start(first, trace=LIVE_TRACE, name="live", type="task")
    for number in range(1, live_spans(secs)):
        kind = "llm" if number % 5 == 0 else "tool"
        writer.span(
            first + number, parents=(first,), trace=LIVE_TRACE, at=number / 500, after=0.01, name=f"step {number % 40}",
            type=kind, input={"order": number}, output="done",
        )  # fmt: skip
        ahead = number * 2 / LIVE_ROWS_PER_SEC - (time.perf_counter() - began)
        if ahead > 0:
            time.sleep(ahead)
    writer.end(first, trace=LIVE_TRACE, after=secs)
    writer.die()


LIVE_ROOT, KINDS_ROOT = root_id(LIVE_TRACE), root_id(KINDS_TRACE)

if __name__ == "__main__":
    _log_live(Path(sys.argv[2]), float(sys.argv[3]))
