"""The thread that compares: two traces aligned, the values of two spans, an experiment with another one."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from spanglass_viewer.backend.detail_worker import attachment_keys
from spanglass_viewer.backend.newest_question import NewestQuestion
from spanglass_viewer.backend.reading_worker import ReadingWorker
from spanglass_viewer.backend.requests import (
    CompareAnswer,
    CompareRequest,
    DiffAnswer,
    DiffRequest,
    ExperimentAnswer,
    ExperimentRequest,
)
from spanglass_viewer.values.data_urls import digest_data_urls
from spanglass_viewer.values.decode import NotJson, decode_json_in_steps
from spanglass_viewer.values.pretty import lined_json

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.records import ExperimentSummary, SpanRecord
    from spanglass_viewer.trace.comparison import Comparison
    from spanglass_viewer.trace.prices import PriceBook
    from spanglass_viewer.trace.references import SpanRef
    from spanglass_viewer.trace.snapshot import TraceSnapshot
    from spanglass_viewer.values.text_diff import DiffLine

_FIELDS = (("Input", "input"), ("Output", "output"), ("Error", "error"), ("Expected", "expected"), ("Scores", "scores"),
           ("Metadata", "metadata"))  # fmt: skip


class CompareWorker(ReadingWorker):
    """Lives in its own thread, as all reading workers do."""

    compared = Signal(object)  # CompareAnswer
    diffed = Signal(object)  # DiffAnswer
    summarized = Signal(object)  # ExperimentAnswer

    def __init__(self) -> None:
        super().__init__()
        self._prices: PriceBook | None = None
        self.newest_difference = NewestQuestion()

    @Slot(object)
    def compare(self, request: CompareRequest) -> None:
        """Answer with two traces aligned."""
        self.serve("compare", lambda cursor: self._compare(cursor, request))

    @Slot(object)
    def diff(self, request: DiffRequest) -> None:
        """Answer with what differs in the values of two spans."""
        self.serve("diff", lambda cursor: self._diff(cursor, request))

    @Slot(object)
    def summarize(self, request: ExperimentRequest) -> None:
        """Answer with what an experiment comes to."""
        self.serve("summarize", lambda cursor: self._summarize(cursor, request))

    def _summarize(self, cursor: Cursor, request: ExperimentRequest) -> None:
        from spanglass_store.database.experiment_summary import summarize_experiment  # noqa: PLC0415 - heavy half

        summary = summarize_experiment(cursor, request.experiment_id, request.base_id)
        if summary is not None and summary.tokens:
            summary = self._with_estimate(cursor, summary)
        self.summarized.emit(ExperimentAnswer(request, summary))

    def _with_estimate(self, cursor: Cursor, summary: ExperimentSummary) -> ExperimentSummary:
        """Add what calls cost by list prices that logged no cost."""
        from spanglass_store.database.model_usage import list_experiment_usage  # noqa: PLC0415 - heavy half
        from spanglass_viewer.trace.prices import PriceBook, price_usage  # noqa: PLC0415 - half a second

        book = self._prices = self._prices or PriceBook()
        usage = list_experiment_usage(cursor, summary.id)
        prices = [price for used in usage if (price := price_usage(used, book, used.start_us)) is not None]
        return replace(summary, cost=sum(prices, summary.cost or 0.0), has_estimate=True) if prices else summary

    def _compare(self, cursor: Cursor, request: CompareRequest) -> None:
        from spanglass_store.database.comparing import find_previous_run  # noqa: PLC0415 - heavy half

        before_root = request.before_root or find_previous_run(cursor, request.root_span_id)
        comparison = None if before_root is None else self._align(cursor, before_root, request)
        self.compared.emit(CompareAnswer(request, comparison))

    def _align(self, cursor: Cursor, before_root: str, request: CompareRequest) -> Comparison | None:
        from spanglass_store.database.comparing import list_payload_digests  # noqa: PLC0415 - heavy half
        from spanglass_viewer.trace.comparison import compare_traces  # noqa: PLC0415 - numpy loads beside the window

        before, after = self._load(cursor, before_root, request), self._load(cursor, request.root_span_id, request)
        if before is None or after is None:
            return None
        digests = [list_payload_digests(cursor, root) for root in (before_root, request.root_span_id)]
        return compare_traces(before, after, *digests)

    def _load(self, cursor: Cursor, root_span_id: str, request: CompareRequest) -> TraceSnapshot | None:
        from spanglass_store.database.skeleton import load_skeleton  # noqa: PLC0415 - heavy half
        from spanglass_viewer.trace.prices import PriceBook, estimate_span_costs  # noqa: PLC0415 - half a second
        from spanglass_viewer.trace.snapshot import build_snapshot  # noqa: PLC0415 - numpy loads beside the window

        self._prices = self._prices or PriceBook()
        skeleton = load_skeleton(cursor, root_span_id)
        if not len(skeleton):
            return None
        estimates = estimate_span_costs(skeleton, self._prices)
        return build_snapshot(skeleton, request.number, time.time_ns() // 1000, estimates)

    def _diff(self, cursor: Cursor, request: DiffRequest) -> None:
        if self.newest_difference.overtakes(request.number):
            return
        before, after = _find_record(cursor, request.before), _find_record(cursor, request.after)
        digests = _find_digests(cursor, before, after)
        sections = [(title, _diff_field(before, after, name, digests)) for title, name in _FIELDS]
        self.diffed.emit(DiffAnswer(request, tuple(section for section in sections if section[1])))


def _find_record(cursor: Cursor, ref: SpanRef | None) -> SpanRecord | None:
    from spanglass_store.database.reader import StoreReader  # noqa: PLC0415 - heavy half

    return None if ref is None else StoreReader(cursor).find_span_of(ref.root_span_id, ref.span_id, ref.created_us)


def _find_digests(cursor: Cursor, *records: SpanRecord | None) -> dict[str, str]:
    """Return the digests of the attachments that spans name, by their keys."""
    from spanglass_store.database.reader import StoreReader  # noqa: PLC0415 - heavy half

    keys = [key for record in records if record is not None for key in attachment_keys(record)]
    return {state.key: state.digest for state in StoreReader(cursor).list_attachments(keys) if state.digest}


def _diff_field(
    before: SpanRecord | None, after: SpanRecord | None, name: str, digests: dict[str, str]
) -> list[DiffLine]:
    """Return how a field differs. Attachments are named by their bytes: the keys are others with each run."""
    texts = [None if record is None else getattr(record, name) for record in (before, after)]
    for key, digest in digests.items():
        texts = [None if text is None else text.replace(f'"{key}"', f'"sha256 {digest}"') for text in texts]
    from spanglass_viewer.values.text_diff import diff_texts  # noqa: PLC0415 - loads beside the window

    if texts[0] == texts[1]:
        return []
    digested = ["" if text is None else digest_data_urls(text) for text in texts]
    # what is read alike, as "" and nothing, or what lies very deep, differs as it was logged
    return diff_texts(*(_readable(text) for text in digested)) or diff_texts(*digested)


def _readable(json_text: str) -> str:
    """Return a value as it is read: text as text, the rest as indented JSON whose texts have their line breaks."""
    try:
        return lined_json(decode_json_in_steps(json_text))
    except NotJson:
        return json_text
