"""What the window asks of the threads beside it, and what it is answered; all frozen, all numbered.

A number rises with each question of its kind, so that an answer to an older question can be told and dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spanglass_store.database.records import BY_START, TraceOrder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass_store.database.records import ContainerRecord, ExperimentSummary, StoreTotals, TraceSummary
    from spanglass_store.links.addresses import SpanAddress
    from spanglass_store.search.expression import Expression
    from spanglass_viewer.trace.comparison import Comparison
    from spanglass_viewer.trace.references import SpanDetail, SpanRef
    from spanglass_viewer.trace.snapshot import TraceSnapshot
    from spanglass_viewer.values.media import MediaItem
    from spanglass_viewer.values.readings import Reading
    from spanglass_viewer.values.text_diff import DiffLine


@dataclass(frozen=True, slots=True)
class ListRequest:
    """List traces, newest first; `before` = (start_us, root_span_id) asks for those older than it.

    In any other order `offset` says how many traces come before those that are asked for.
    """

    number: int
    filter: Expression
    limit: int
    before: tuple[int, str] | None = None
    order: TraceOrder = BY_START
    offset: int = 0

    @property
    def is_first_page(self) -> bool:
        """Tell whether this asks for the beginning of the list."""
        return self.before is None and not self.offset


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """The traces of one page, and what the whole store holds.

    `lacks_prices`: some calls could be priced, but the price list is only being loaded.
    """

    request: ListRequest
    summaries: tuple[TraceSummary, ...]
    totals: StoreTotals
    query_secs: float
    lacks_prices: bool = False
    amounts: Mapping[str, float] = field(default_factory=dict[str, float])  # by root_span_id, what they are sorted by

    @property
    def has_more(self) -> bool:
        """Tell whether older traces may follow."""
        return len(self.summaries) >= self.request.limit


@dataclass(frozen=True, slots=True)
class TraceRequest:
    """Load one trace; `is_opening` tells a trace just chosen from one that is open and has grown."""

    number: int
    root_span_id: str
    is_opening: bool


@dataclass(frozen=True, slots=True)
class TraceAnswer:
    """The trace laid out, None where the store has no span of it; `lacks_prices` as in a list."""

    request: TraceRequest
    snapshot: TraceSnapshot | None
    query_secs: float
    lacks_prices: bool = False


@dataclass(frozen=True, slots=True)
class DetailRequest:
    """Read one span's payload."""

    number: int
    ref: SpanRef


@dataclass(frozen=True, slots=True)
class DetailAnswer:
    """The span's payload, None where it is gone; its fields are read already, by the titles of their cards."""

    request: DetailRequest
    detail: SpanDetail | None
    readings: dict[str, Reading] = field(default_factory=dict["str", "Reading"])


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """Compare a trace with an earlier one; without `before_root` with the previous run of the same name."""

    number: int
    root_span_id: str
    before_root: str | None = None


@dataclass(frozen=True, slots=True)
class CompareAnswer:
    """The two traces aligned, None where one of them is not there."""

    request: CompareRequest
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """Tell how the values of two spans differ; a span that is in one trace alone is None on the other side."""

    number: int
    before: SpanRef | None
    after: SpanRef | None


@dataclass(frozen=True, slots=True)
class DiffAnswer:
    """The lines that differ, under the title of each field; none where all are equal."""

    request: DiffRequest
    sections: tuple[tuple[str, list[DiffLine]], ...]


@dataclass(frozen=True, slots=True)
class FindRequest:
    """Find up to `limit` spans of a trace whose name or values hold a text."""

    number: int
    root_span_id: str
    text: str
    limit: int


@dataclass(frozen=True, slots=True)
class FindAnswer:
    """The span_ids that were found."""

    request: FindRequest
    span_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContainersAnswer:
    """What traces can be picked and sorted by: projects and experiments, and the names of scores."""

    containers: tuple[ContainerRecord, ...]
    score_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExperimentRequest:
    """Sum an experiment up, and hold it against another one where `base_id` names it."""

    number: int
    experiment_id: str
    base_id: str | None = None


@dataclass(frozen=True, slots=True)
class ExperimentAnswer:
    """The summary, None where the experiment is not in the store."""

    request: ExperimentRequest
    summary: ExperimentSummary | None


@dataclass(frozen=True, slots=True)
class MediaRequest:
    """List the attachments of a trace."""

    number: int
    root_span_id: str


@dataclass(frozen=True, slots=True)
class StripEntry:
    """An attachment, and the first span that names it."""

    ref: SpanRef
    span_name: str
    item: MediaItem


@dataclass(frozen=True, slots=True)
class MediaAnswer:
    """The attachments in the order of their spans' starts."""

    request: MediaRequest
    entries: tuple[StripEntry, ...]


@dataclass(frozen=True, slots=True)
class NameRequest:
    """Find what a name stands for: an id, the beginning of one, a row id."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class NameAnswer:
    """The address of what the name stands for, or None and the reason."""

    request: NameRequest
    address: SpanAddress | None
    reason: str = ""
