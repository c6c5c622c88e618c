"""One trace as numpy columns: what a tree and a waterfall need, no payloads. Needs numpy, which base installs lack."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from spanglass_store.database.one_value import fold_one_value, keep_in_few_bits
from spanglass_store.database.records import TraceSkeleton
from spanglass_store.database.row_texts import RowTexts
from spanglass_store.database.span_ids import SpanIds
from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from collections.abc import Generator

    import numpy.typing as npt

    from spanglass_store.database.connection import Cursor

    Ints = npt.NDArray[np.int32]

ERROR_END_CHARS = 10_000  # of an error longer than two of these, both ends
MAX_SCORES_CHARS = 2000
NO_PARENT = -1
MISSING_PARENT = -2
_BY_NUMBER, _BY_TEXT = 1, 2  # `parent_kind` in `skeleton_spans.sql`


def load_skeleton(cursor: Cursor, root_span_id: str) -> TraceSkeleton:
    """Return the skeleton of a trace; one of length 0 where there is no such trace."""
    cursor.rows(query("skeleton_macros"))
    with _one_state(cursor):
        return _read_skeleton(cursor, root_span_id)


@contextlib.contextmanager
def _one_state(cursor: Cursor) -> Generator[None]:
    """Have all queries see the tables as they are now, whatever is merged meanwhile."""
    cursor.rows("BEGIN TRANSACTION READ ONLY")
    try:
        yield
    finally:
        cursor.rows("ROLLBACK")


def _read_skeleton(cursor: Cursor, root_span_id: str) -> TraceSkeleton:
    reading = _Reading(cursor, root_span_id)
    with ThreadPoolExecutor(1) as beside:  # numpy sorts without the interpreter's lock: 0.1 s less for a million spans
        finding = beside.submit(reading.find_parents)
        name_code, names = reading.encode_words("name")
        type_code, types = reading.encode_words("type")
        model_code, models = reading.encode_words("model")
        errors = reading.read_texts("skeleton_errors", "is_error", end_chars=ERROR_END_CHARS)
        scores = reading.read_texts("skeleton_scores", "score_count", most_chars=MAX_SCORES_CHARS)
    parent, extra_child, extra_parent = reading.add_edges(finding.result())
    start_us, created_us = reading.take("start_us"), reading.take("created_us")
    return TraceSkeleton(
        root_span_id=root_span_id,
        span_id=reading.span_id,
        parent=parent,
        extra_child=extra_child,
        extra_parent=extra_parent,
        start_us=start_us,
        end_us=reading.take("end_us"),
        created_us=start_us if np.array_equal(created_us, start_us) else created_us,  # nearly always
        name_code=name_code,
        names=names,
        type_code=type_code,
        types=types,
        model_code=model_code,
        models=models,
        is_error=reading.take("is_error"),
        is_interrupted=reading.take("is_interrupted"),
        tokens=reading.take_counts("tokens"),
        prompt_tokens=reading.take_counts("prompt_tokens"),
        completion_tokens=reading.take_counts("completion_tokens"),
        cached_tokens=reading.take_counts("cached_tokens"),
        reasoning_tokens=reading.take_counts("reasoning_tokens"),
        cost=reading.take("cost"),
        ttft_us=reading.take("ttft_us"),
        attachment_count=reading.take_counts("attachment_count"),
        score_count=reading.take_counts("score_count"),
        errors=errors,
        scores=scores,
    )


class _Reading:
    """What two scans of a trace's numbers gave, and the further queries where it says that there is more.

    Its columns are in the order of the file, and given out in that of the rows; each is let go of when it is not asked
    for again, else all would be held twice at the end.
    """

    def __init__(self, cursor: Cursor, root_span_id: str) -> None:
        self._cursor = cursor
        self._asked: dict[str, Any] = {"root_span_id": root_span_id}
        # half as long as in one query, which took 35 ms and more to hand over a million spans, and as quick
        self._spans = cursor.columns(query("skeleton_spans"), self._asked)
        self._spans |= cursor.columns(query("skeleton_numbers"), self._asked)
        self._source: npt.NDArray[np.int64] = self._spans["source"]  # rising, as a scan goes
        if len(self):
            created_us = self._spans["created_us"]
            self._asked |= {"first_us": int(created_us.min()), "last_us": int(created_us.max())}
        places, texts = self._read_other_ids()
        self._order: Any = _order_rows(self._spans["start_us"], self._spans["span_key"], places, texts)
        self._row_of_place = np.empty(len(self), np.int32)
        self._row_of_place[self._order] = np.arange(len(self), dtype=np.int32)
        self.span_id = SpanIds.of_numbers(
            self._spans.pop("span_key")[self._order], self._row_of_place[places].astype(np.int64), texts
        )

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self._source)

    def take(self, name: str) -> Any:
        """Return a column in the order of the rows."""
        return fold_one_value(self._spans.pop(name)[self._order])

    def take_counts(self, name: str) -> Any:
        """Return a column of counts in the order of the rows, in as few bits as they take."""
        return keep_in_few_bits(self._spans.pop(name)[self._order])

    def find_parents(self) -> Ints:
        """Return the row of each span's first parent, as far as numbers tell; asks the store for nothing."""
        kind, key = self._spans["parent_kind"][self._order], self._spans.pop("parent_key")[self._order]
        parent = np.full(len(self), NO_PARENT, np.int32)
        by_number = np.flatnonzero(kind == _BY_NUMBER)
        found = self.span_id.find_keys(key[by_number])
        parent[by_number] = np.where(found < 0, MISSING_PARENT, found)
        return parent

    def add_edges(self, parent: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the first parents, those told by texts too, and the further edges as rows of children and parents."""
        if not (self._spans["parent_kind"] == _BY_TEXT).any():
            return parent, np.zeros(0, np.int32), np.zeros(0, np.int32)
        child, upper, place = self._read_edges()
        is_first = place == 1
        parent[child[is_first]] = upper[is_first]
        is_further = ~is_first & (upper >= 0)
        return parent, child[is_further], upper[is_further]

    def _read_edges(self) -> tuple[Ints, Ints, Ints]:
        """Return child, parent (-2 for one that is not there) and place of the edges that are texts, in order.

        Of several spans with a parent's id the earliest is the parent.
        """
        sources = self._source[self._spans["parent_kind"] == _BY_TEXT].tolist()
        edges = self._cursor.columns(query("skeleton_edges"), {**self._asked, "sources": sources})
        child = self._rows_of(edges["child"])
        upper = np.full(len(child), MISSING_PARENT, np.int32)
        is_there = edges["parent"] >= 0
        upper[is_there] = self._rows_of(edges["parent"][is_there])
        order = np.lexsort((upper, edges["place"], child))
        child, upper, place = child[order], upper[order], edges["place"][order]
        is_new = np.append(True, (np.diff(child) != 0) | (np.diff(place) != 0))[: len(child)]
        return child[is_new], upper[is_new], place[is_new]

    def _read_other_ids(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
        """Return where in the file spans stand whose id is no number, and their ids."""
        if self._spans["span_key"].all():
            return np.zeros(0, np.int64), np.zeros(0, object)
        sources = self._source[self._spans["span_key"] == 0]
        bounds = {"first_source": int(sources[0]), "last_source": int(sources[-1])}
        root = {"root_span_id": self._asked["root_span_id"]}
        others = self._cursor.columns(query("skeleton_other_ids"), root | bounds)
        sources = np.asarray(others["source"], np.int64)
        places = np.searchsorted(self._source, sources).astype(np.int64)
        return places, np.asarray(others["span_id"], object)

    def _rows_of(self, sources: npt.NDArray[np.int64]) -> Ints:
        return self._row_of_place[np.searchsorted(self._source, sources)]

    def encode_words(self, name: str) -> tuple[npt.NDArray[np.integer[Any]], list[str]]:
        """Return a column of texts as places in the list of its different texts, and this list, sorted."""
        if not len(self):
            return np.zeros(0, np.int8), []
        words = self._cursor.columns(query("skeleton_words").format(column=name), self._asked)
        by_key = np.argsort(words["key"])
        code = by_key[np.searchsorted(words["key"][by_key], self._spans.pop(name))]
        smallest = np.min_scalar_type(-len(words["key"]))  # signed: some say -1 for none
        return code.astype(smallest)[self._order], words["word"].tolist()

    def read_texts(self, name: str, where: str, **bounds: int) -> RowTexts:
        """Return texts by row, of which a column tells whether there are any."""
        if not self._spans[where].any():
            return RowTexts(np.zeros(0, np.int32), np.zeros(0, object))
        texts = self._cursor.columns(query(name), {**self._asked, **bounds})
        return RowTexts(self._rows_of(texts["source"]), np.asarray(texts["text"], object))


def _order_rows(
    start_us: npt.NDArray[np.int64],
    span_key: npt.NDArray[np.uint64],
    other_places: npt.NDArray[np.int64],
    other_texts: npt.NDArray[np.object_],
) -> npt.NDArray[np.int64] | slice:
    """Return the order of (start, span_id); of spans that start at one time, ids that are numbers come first.

    Where the file has them in this order, that is a slice of everything.
    """
    if (start_us[1:] > start_us[:-1]).all():
        return slice(None)
    order = np.argsort(start_us, kind="stable")
    ordered_us = start_us[order]
    is_same = ordered_us[1:] == ordered_us[:-1]
    if not is_same.any():
        return order
    rank = span_key.copy()
    rank[other_places[np.argsort(other_texts, kind="stable")]] = np.arange(len(other_places))
    is_other = np.zeros(len(start_us), np.bool_)
    is_other[other_places] = True
    tied = np.flatnonzero(np.append(is_same, False) | np.append(False, is_same))
    spans = order[tied]
    order[tied] = spans[np.lexsort((rank[spans], is_other[spans], start_us[spans]))]
    return order
