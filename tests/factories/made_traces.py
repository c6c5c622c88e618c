"""Made-up traces for tests, benches and looks: skeletons of any size and shape, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from spanglass_store.database.one_value import keep_in_few_bits
from spanglass_store.database.records import TraceSkeleton
from spanglass_store.database.span_ids import SpanIds

EPOCH_US = 1_795_442_531_000_000  # 2026-11-23
_ERROR_SHARE, _ATTACHMENT_SHARE = 0.002, 0.01
_TYPES = ("llm", "tool", "function", "task", "score", "")
_NAMES = ("chat.completions", "orders.lookup", "classify_intent", "planner", "relevance", "handle")


@dataclass(slots=True)
class MadeSpan:
    """One span of a trace written by hand; times in seconds after the trace's start, `end` None while it runs."""

    span_id: str
    parents: tuple[str, ...] = ()
    start: float = 0.0
    end: float | None = 1.0
    name: str = "span"
    type: str = ""
    model: str = ""
    error: str | None = None
    tokens: int = -1
    prompt_tokens: int = -1
    completion_tokens: int = -1
    cached_tokens: int = -1
    reasoning_tokens: int = -1
    cost: float = float("nan")
    ttft: float | None = None
    attachments: int = 0
    scores: int = 0
    score_text: str = ""  # JSON
    is_interrupted: bool = False


@dataclass(slots=True)
class _Codes:
    """Texts by number, in the order of their first use."""

    texts: list[str] = field(default_factory=list[str])
    by_text: dict[str, int] = field(default_factory=dict[str, int])

    def code(self, text: str) -> int:
        if text not in self.by_text:
            self.by_text[text] = len(self.texts)
            self.texts.append(text)
        return self.by_text[text]


def make_skeleton(spans: list[MadeSpan], root_span_id: str = "root") -> TraceSkeleton:
    """Return the skeleton that the store would give for these spans."""
    spans = sorted(spans, key=lambda span: (span.start, span.span_id))
    rows = {span.span_id: row for row, span in enumerate(spans)}
    names, types, models = _Codes(), _Codes(), _Codes()
    further = [(row, rows[other]) for row, span in enumerate(spans) for other in span.parents[1:] if other in rows]
    return TraceSkeleton(
        root_span_id=root_span_id,
        span_id=SpanIds.of_texts([span.span_id for span in spans]),
        parent=np.array([rows.get(span.parents[0], -2) if span.parents else -1 for span in spans], np.int32),
        extra_child=np.array([child for child, _ in further], np.int32),
        extra_parent=np.array([other for _, other in further], np.int32),
        start_us=np.array([_moment(span.start) for span in spans], np.int64),
        end_us=np.array([_moment(span.end) for span in spans], np.int64),
        created_us=np.array([_moment(span.start) for span in spans], np.int64),
        name_code=np.array([names.code(span.name) for span in spans], np.int8),
        names=names.texts,
        type_code=np.array([types.code(span.type) for span in spans], np.int8),
        types=types.texts,
        model_code=np.array([models.code(span.model) for span in spans], np.int8),
        models=models.texts,
        is_error=np.array([span.error is not None for span in spans], np.bool_),
        is_interrupted=np.array([span.is_interrupted for span in spans], np.bool_),
        tokens=keep_in_few_bits(np.array([span.tokens for span in spans], np.int64)),
        prompt_tokens=keep_in_few_bits(np.array([span.prompt_tokens for span in spans], np.int64)),
        completion_tokens=keep_in_few_bits(np.array([span.completion_tokens for span in spans], np.int64)),
        cached_tokens=keep_in_few_bits(np.array([span.cached_tokens for span in spans], np.int64)),
        reasoning_tokens=keep_in_few_bits(np.array([span.reasoning_tokens for span in spans], np.int64)),
        cost=np.array([span.cost for span in spans], np.float64),
        ttft_us=np.array([-1 if span.ttft is None else round(span.ttft * 1e6) for span in spans], np.int64),
        attachment_count=keep_in_few_bits(np.array([span.attachments for span in spans], np.int64)),
        score_count=keep_in_few_bits(np.array([span.scores for span in spans], np.int64)),
        scores={row: span.score_text for row, span in enumerate(spans) if span.score_text},
        errors={row: span.error for row, span in enumerate(spans) if span.error is not None},
    )


def _moment(secs: float | None) -> int:
    return -1 if secs is None else EPOCH_US + round(secs * 1e6)


def large_id(number: int) -> str:
    """Return the id of a span of `make_large_skeleton`, counted from its root on."""
    return f"{number:016x}"


def make_large_skeleton(count: int, *, seed: int = 7, is_chain: bool = False) -> TraceSkeleton:
    """Return a trace of `count` spans: a random tree about 20 deep, or one chain; one span in 500 has an error."""
    random = np.random.default_rng(seed)
    index = np.arange(count)
    if is_chain:
        parent = index - 1
        start = index.astype(np.int64)
        length = 2 * (count - index) + 1
    else:
        parent = np.maximum((random.random(count) ** 0.5 * index).astype(np.int64), 0)
        parent[0] = -1
        start = np.sort(random.integers(0, 60_000_000, count))
        start[0] = 0
        length = random.integers(1_000, 2_000_000, count)
        length[0] = 62_000_000
    kinds = random.integers(0, len(_TYPES), count).astype(np.int8)
    is_error = random.random(count) < _ERROR_SHARE
    return TraceSkeleton(
        root_span_id=large_id(0),
        span_id=SpanIds(index.astype(np.uint64), np.empty(0, np.int64), np.empty(0, object)),
        parent=parent.astype(np.int32),
        extra_child=np.empty(0, np.int32),
        extra_parent=np.empty(0, np.int32),
        start_us=EPOCH_US + start,
        end_us=EPOCH_US + start + length,
        created_us=EPOCH_US + start,
        name_code=kinds,
        names=list(_NAMES),
        type_code=kinds,
        types=list(_TYPES),
        model_code=np.where(kinds == 0, 1, 0).astype(np.int8),
        models=["", "gpt-5-mini"],
        is_error=is_error,
        is_interrupted=np.zeros(count, np.bool_),
        tokens=np.where(kinds == 0, random.integers(1, 4000, count), -1),
        prompt_tokens=np.where(kinds == 0, 900, -1).astype(np.int32),
        completion_tokens=np.where(kinds == 0, 100, -1).astype(np.int32),
        cached_tokens=np.full(count, -1, np.int32),
        reasoning_tokens=np.full(count, -1, np.int32),
        cost=np.where(kinds == 0, 0.0004, np.nan),
        ttft_us=np.where(kinds == 0, length // 4, -1),
        attachment_count=(random.random(count) < _ATTACHMENT_SHARE).astype(np.int32),
        score_count=(kinds == _TYPES.index("score")).astype(np.int32),
        errors={int(row): f"ValueError: no such order {row}" for row in np.flatnonzero(is_error)},
    )


def make_support_skeleton() -> TraceSkeleton:
    """Return a support agent's trace with all that a tree can show: errors, a ghost, an orphan, what runs or died."""
    return make_skeleton([*_answering(), *_paying(), *_finishing()], "9f2c41d0a7b34e41a")


def _chat(span_id: str, parent: str, start: float, end: float | None, *, model: str, tokens: int = -1) -> MadeSpan:
    return MadeSpan(
        span_id,
        (parent,),
        start,
        end,
        "chat.completions",
        "llm",
        model,
        tokens=tokens,
        cost=max(tokens, 0) * 6e-6,
        ttft=0.4,
    )


def _answering() -> list[MadeSpan]:
    vision = MadeSpan("vision", ("ocr",), 5.75, 7.31, "vision.extract", "llm", "gpt-5-vision", tokens=1810)
    vision.attachments = 1
    return [
        MadeSpan("run", (), 0, None, "support_agent.run", "task"),
        MadeSpan("classify", ("run",), 0.02, 1.33, "classify_intent", "function"),
        _chat("classify-llm", "classify", 0.06, 1.28, model="gpt-5-mini", tokens=612),
        MadeSpan("search", ("run",), 1.36, 2.0, "kb.search", "tool"),
        MadeSpan("embed", ("search",), 1.38, 1.59, "POST /embeddings", "llm", "text-embedding-4", tokens=88),
        MadeSpan("vss", ("search",), 1.6, 1.97, "duckdb.vss", "function"),
        MadeSpan("planner", ("run",), 2.05, 8.44, "planner", "task"),
        _chat("plan", "planner", 2.08, 4.82, model="claude-sonnet-5", tokens=3310),
        MadeSpan("lookup", ("planner",), 4.86, 5.68, "orders.lookup", "tool"),
        MadeSpan("lookup-get", ("lookup",), 4.9, 5.65, "GET /v2/orders/A-10422", "function"),
        MadeSpan("ocr", ("planner",), 5.7, 7.39, "receipt.ocr", "tool", attachments=2),
        vision,
        _chat("plan-2", "planner", 7.44, 8.4, model="claude-sonnet-5", tokens=900),
    ]


def _paying() -> list[MadeSpan]:
    timeout = "GatewayTimeout: POST /refunds did not answer within 1 300 ms"
    raised = f'Traceback (most recent call last):\n  File "payments.py", line 41, in refund\n    post()\n{timeout}'
    gave_up = (
        f"{raised}\n\nThe above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "agent.py", line 9, in run\n    pay()\nRefundFailed: gave up'
    )
    return [
        MadeSpan("executor", ("run",), 8.46, 16.58, "executor", "task", error=gave_up),
        MadeSpan("refund-1", ("executor",), 8.5, 9.88, "payments.refund", "tool", error=raised),
        MadeSpan("post-1", ("refund-1",), 8.53, 9.85, "POST /refunds", "function", error=raised),
        MadeSpan("refund-2", ("executor",), 10.0, 11.38, "payments.refund", "tool", error=raised),
        MadeSpan("post-2", ("refund-2",), 10.03, 11.35, "POST /refunds", "function", error=raised),
        MadeSpan("refund-3", ("executor",), 11.5, 12.88, "payments.refund", "tool"),
        MadeSpan("post-3", ("refund-3",), 11.53, 12.85, "POST /refunds", "function"),
        _chat("explain", "executor", 13.0, 15.31, model="claude-sonnet-5", tokens=4120),
    ]


_TONE = '{"politeness": 0.92, "clarity": 0.5}'


def _finishing() -> list[MadeSpan]:
    return [
        MadeSpan("guards", ("run",), 16.6, 17.58, "guardrails", "task"),
        MadeSpan("tone", ("guards",), 16.62, 17.4, "check_tone", "classifier", scores=2, score_text=_TONE),
        MadeSpan("policy", ("guards",), 16.63, 17.52, "check_policy", "score", scores=1),
        MadeSpan("join", ("tone", "policy"), 17.53, 17.56, "merge_verdicts", "function"),
        _chat("stream", "run", 17.6, None, model="gpt-5-mini"),
        MadeSpan("lost", ("gone",), 12.0, 12.4, "webhook.deliver", "automation"),
        MadeSpan("dead", ("run",), 14.0, None, "audit.write", "review", is_interrupted=True),
    ]
