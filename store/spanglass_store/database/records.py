"""What the store hands out: frozen records, times in microseconds since the epoch (UTC)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass_store.database.span_ids import SpanIds


UNNAMED = "(unnamed)"  # what people are shown where a span has no name; `name` is "" then


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one merge changed. A gap in `sequence` means: something was missed, read everything anew."""

    sequence: int
    spans_added: int = 0
    spans_changed: int = 0  # by what was logged: not those that count as interrupted, as their process is gone
    root_span_ids: frozenset[str] = frozenset()
    attachment_keys: frozenset[str] = frozenset()
    experiment_ids: frozenset[str] = frozenset()  # what was said of them, apart from their spans
    lines_rejected: int = 0
    is_reset: bool = False  # another process has merged meanwhile: there is a gap before this one
    foreign_ids: frozenset[str] = frozenset()  # the row ids of changed spans that another process had begun

    def __bool__(self) -> bool:
        """Tell whether anything changed at all."""
        changed = self.root_span_ids or self.attachment_keys or self.experiment_ids
        return bool(changed or self.lines_rejected or self.is_reset)


Measure = Literal["start", "duration", "tokens", "cost", "errors", "score"]


@dataclass(frozen=True, slots=True)
class TraceOrder:
    """What traces are sorted by; `score` names the score. Where it is not known, a trace comes last, newest first."""

    measure: Measure = "start"
    score: str = ""
    is_descending: bool = True


BY_START = TraceOrder()


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """One line of the trace list: the root span and what is rolled up over its trace.

    `error_count` counts the spans with an error, `own_error_count` those where an error began. `cost` is in US dollars,
    as far as it was logged; `has_estimate` is set by those who add what unlogged calls cost by a price list.
    """

    root_span_id: str
    span_id: str
    name: str
    type: str | None
    project_name: str | None
    start_us: int
    end_us: int | None
    duration_secs: float | None
    span_count: int
    error_count: int
    own_error_count: int
    tokens: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int | None
    cost: float | None
    is_running: bool
    is_interrupted: bool
    is_error: bool
    has_estimate: bool = False


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """The tokens of those calls of a trace to one model that log no cost and have prompts of about one length.

    `cached_tokens` are among `prompt_tokens`. Prices may rise with the length of a prompt; hence the lengths apart.
    """

    root_span_id: str
    model: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    start_us: int = field(default=0, compare=False)  # of the first of these calls


@dataclass(frozen=True, slots=True)
class SpanRecord:
    """One span whole: the scalars as values, the logged fields as the JSON text that was logged."""

    id: str
    span_id: str
    root_span_id: str
    span_parents: tuple[str, ...]
    name: str
    type: str | None
    project_id: str | None
    project_name: str | None
    experiment_id: str | None
    created_us: int
    start_us: int | None
    end_us: int | None
    is_error: bool
    is_interrupted: bool
    model: str | None
    tokens: int | None
    cost: float | None
    input: str | None
    output: str | None
    expected: str | None
    error: str | None
    scores: str | None
    metadata: str | None
    metrics: str | None
    tags: tuple[str, ...]
    span_attributes: str | None
    context: str | None
    extra: str | None


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """An attachment's last known state; `digest` and `size_bytes` once its blob is there."""

    key: str
    filename: str | None
    content_type: str | None
    state: str
    digest: str | None
    size_bytes: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment on a span (`origin_id` is the span's row id)."""

    id: str
    origin_id: str
    created_us: int
    text: str | None
    source: str | None
    raw: str


@dataclass(frozen=True, slots=True)
class ContainerRecord:
    """A project, or an experiment, and how many traces were logged into it; `latest_us` is the last one's start."""

    project_id: str | None
    project_name: str | None
    experiment_id: str | None
    experiment_name: str | None
    traces: int
    latest_us: int


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """A score over the cases of an experiment, 0 to 1 as a rule; None for a mean of nothing.

    `base_mean` is that of the experiment it is held against; of the `shared` cases, `improved` score more here and
    `regressed` less.
    """

    name: str
    mean: float | None
    count: int
    base_mean: float | None = None
    improved: int = 0
    regressed: int = 0
    shared: int = 0


@dataclass(frozen=True, slots=True)
class ExperimentSummary:
    """An experiment as a whole. `metadata` is JSON text; tokens and cost (US dollars, where logged) are sums.

    `has_estimate`: the cost also holds what calls cost by list prices that logged none; the store adds no estimates.
    """

    id: str
    name: str | None
    project_name: str | None
    description: str | None
    metadata: str | None
    tags: tuple[str, ...]
    created_us: int | None
    traces: int
    failed_traces: int
    mean_duration_secs: float | None
    tokens: int | None
    cost: float | None
    scores: tuple[ScoreSummary, ...] = ()
    has_estimate: bool = False


@dataclass(frozen=True, slots=True)
class TraceSkeleton:
    """The columns that a tree and a waterfall need, one entry a span; numpy arrays, all of one length.

    Rows are ordered by (start, span_id). `parent` is the row of the first parent, -1 where the span has none,
    -2 where it names one that is not there. `extra_child` / `extra_parent` are the further edges of the DAG.
    A missing time is -1; a missing number is -1 (tokens) or NaN (cost). A column of one value throughout is a
    read-only view of that value. A column of counts has as few bits as the largest takes, so sums are made in more.
    """

    root_span_id: str
    span_id: SpanIds
    parent: Any  # int32
    extra_child: Any  # int32
    extra_parent: Any  # int32
    start_us: Any  # int64
    end_us: Any  # int64, -1 = none
    created_us: Any  # int64, with which a span's payload is found at once
    name_code: Any  # into names; as few bits as their number takes, signed
    names: list[str]
    type_code: Any  # as above, into types; types[code] is "" for a span without one
    types: list[str]
    model_code: Any  # as above, into models; "" where unknown
    models: list[str]
    is_error: Any  # bool
    is_interrupted: Any  # bool
    tokens: Any  # counts, as all up to `reasoning_tokens`
    prompt_tokens: Any  # the cached ones among them
    completion_tokens: Any  # the reasoning ones among them
    cached_tokens: Any
    reasoning_tokens: Any
    cost: Any  # float64
    ttft_us: Any  # int64, time to first token
    attachment_count: Any  # counts
    score_count: Any  # counts
    # by row: the error as text, the two ends of it where it is longer than 20,000 characters
    errors: Mapping[int, str] = field(default_factory=dict[int, str])
    # by row: the beginning of the scores' JSON text
    scores: Mapping[int, str] = field(default_factory=dict[int, str])

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self.start_us)


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a query of the user's own gave: the names of its columns, and its rows. JSON is text in the rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    json_columns: frozenset[int] = frozenset()  # the places of those that hold JSON


@dataclass(frozen=True, slots=True)
class StoreTotals:
    """What the status bar says of a store."""

    traces: int
    spans: int
    size_bytes: int
