"""What goes out of a store comes into an empty one as the same spans."""

from __future__ import annotations

import csv
import itertools
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journal_rows import JournalWriter, root_id

from spanglass_store.database.reader import Store, open_store
from spanglass_store.faults import StoreFault, UnknownFormat
from spanglass_store.location import ensure_store
from spanglass_store.transfer.bundle import is_bundle, write_bundle
from spanglass_store.transfer.export_lines import iter_flat_lines, iter_nested_lines
from spanglass_store.transfer.import_spans import import_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spanglass_store.database.records import SpanRecord

    SpansOf = Callable[[Path], list[SpanRecord]]

_TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
_REFERENCE = {"type": "braintrust_attachment", "filename": "a", "content_type": "b", "key": "k"}
_SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
_VALUES = st.recursive(
    _SCALARS | _TEXTS | st.just(_REFERENCE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "input": _VALUES,
        "output": _VALUES,
        "error": _VALUES,
        "expected": _VALUES,
        "metadata": st.dictionaries(st.sampled_from(["a", "b", "model"]), _VALUES, max_size=3),
        "scores": st.dictionaries(st.sampled_from(["x", "y"]), st.floats(0, 1) | st.none(), max_size=2),
        "tags": st.lists(st.sampled_from(["t1", "t2", "t3"]), unique=True, max_size=3),
        "experiment_name": st.just("e"),
        "my_own_key": _VALUES,
    },
)


@st.composite
def _histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw rows of a few spans, in two traces: full rows and updates in any order, with one parent, several or none."""
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 5))):
        parents = draw(st.lists(st.integers(0, 5), max_size=2, unique=True))
        whole = {
            "id": f"row-{number}",
            "_is_merge": draw(st.sampled_from([False, False, False, True])),
            "project_id": "p",
            "span_id": f"{number:016x}",
            "root_span_id": root_id(draw(st.sampled_from([1, 2]))),
            "span_parents": [f"{parent:016x}" for parent in parents] or None,
            "created": f"2026-11-23T00:00:0{number}Z",
            "metrics": {"start": 1_795_442_531.25 + number},
            **draw(_FIELDS),
        }
        rows.append(whole)
        for _ in range(draw(st.integers(0, 2))):
            rows.append({"id": f"row-{number}", "_is_merge": True, "project_id": "p", **draw(_FIELDS)})  # noqa: PERF401 - each is a draw of its own
    return draw(st.permutations(rows))


class Transfer:
    """Two stores in a folder: one that programs have logged to, and an empty one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source, self.target = folder / "source", folder / "target"
        ensure_store(self.target)

    def log(self, rows: list[dict[str, Any]]) -> None:
        writer = JournalWriter(self.source)
        writer.write(*rows)
        writer.die()

    def spans(self, store: Path) -> list[SpanRecord]:
        with open_store(store) as opened:
            return sorted(opened.iter_spans(), key=lambda span: span.id)

    def carry_lines(self, iter_lines: Callable[[Store], Iterator[bytes]]) -> None:
        path = self.folder / "spans.jsonl"
        with open_store(self.source) as opened:
            path.write_bytes(b"".join(iter_lines(opened)))
        assert import_spans(self.target, path).rejected == []


@settings(max_examples=15)
@given(_histories(), st.sampled_from([iter_flat_lines, iter_nested_lines]))
def test_lines_out_and_in_are_the_same_spans(rows: list[dict[str, Any]], iter_lines: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        transfer = Transfer(Path(folder))
        transfer.log(rows)
        transfer.carry_lines(iter_lines)
        assert transfer.spans(transfer.target) == transfer.spans(transfer.source)


@pytest.fixture
def transfer(tmp_path: Path) -> Transfer:
    return Transfer(tmp_path)


def test_the_text_goes_through_as_it_was_logged(transfer: Transfer) -> None:
    writer = JournalWriter(transfer.source)
    writer.write({"id": "a"})
    writer.die()
    logged = '{"f":1e5, "big":123456789012345678901234567890,"s":"\\ud800"}'
    odd = f'{{"id":"b","created":"2026-11-23T00:00:00Z","input":{logged},"x":{{"y":1.50}}}}\n'
    path = transfer.folder / "odd.jsonl"
    path.write_text(odd)
    import_spans(transfer.source, path)
    transfer.carry_lines(iter_flat_lines)
    [_, span] = transfer.spans(transfer.target)
    assert span.input == logged
    assert span.extra == '{"x":{"y":1.50}}'


def test_an_export_into_the_same_store_changes_nothing(transfer: Transfer) -> None:
    transfer.log(
        [
            {"id": "a", "_is_merge": False, "created": "2026-11-23T00:00:00Z"},
            {"id": "a", "_is_merge": True, "output": 1},
        ]
    )
    before = transfer.spans(transfer.source)
    transfer.target = transfer.source
    transfer.carry_lines(iter_flat_lines)
    assert transfer.spans(transfer.source) == before


def test_a_later_export_replaces_an_earlier_one_and_not_the_other_way_round(transfer: Transfer) -> None:
    lines: list[bytes] = []
    for rows in ([{"id": "a", "_is_merge": False, "input": 1}], [{"id": "a", "_is_merge": True, "output": 2}]):
        transfer.log(rows)
        with open_store(transfer.source) as opened:
            lines += iter_flat_lines(opened)
    for order in itertools.permutations(lines):
        transfer.target = transfer.folder / f"target-{lines.index(order[0])}"
        ensure_store(transfer.target)
        for number, line in enumerate(order):
            (transfer.folder / f"{number}.jsonl").write_bytes(line)
            import_spans(transfer.target, transfer.folder / f"{number}.jsonl")
        assert [span.output for span in transfer.spans(transfer.target)] == ["2"]


def test_nested_lines_keep_the_tree_and_all_parents(transfer: Transfer) -> None:
    writer = JournalWriter(transfer.source)
    writer.span(1, name="root")
    writer.span(2, parents=(1,), at=1, name="left")
    writer.span(3, parents=(1,), at=2, name="right")
    writer.span(4, parents=(2, 3), at=3, name="join")
    writer.span(5, parents=(99,), at=4, name="orphan")
    writer.span(6, parents=(7,), at=5, name="hen")
    writer.span(7, parents=(6,), at=6, name="egg")
    writer.die()
    with open_store(transfer.source) as opened:
        root, orphan, hen = map(json.loads, iter_nested_lines(opened))
    assert [child["span_attributes"]["name"] for child in root["children"]] == ["left", "right"]
    assert len(root["children"][0]["children"][0]["span_parents"]) == 2
    assert "children" not in orphan
    assert hen["children"][0]["span_attributes"]["name"] == "egg"


def test_a_chain_of_a_thousand_spans_can_be_written(transfer: Transfer) -> None:
    writer = JournalWriter(transfer.source)
    for number in range(1, 1001):
        writer.start(number, parents=(number - 1,) if number > 1 else (), at=number / 1000)
    writer.die()
    with open_store(transfer.source) as opened:
        [line] = iter_nested_lines(opened)
    assert line.count(b'"children"') == 999


def log_two_traces(store: Path) -> None:
    writer = JournalWriter(store)
    for trace in (1, 2):
        reference = writer.attach(f"key-{trace}", f"bytes {trace}".encode(), "a.bin", "application/x-a")
        writer.span(trace, trace=trace, at=trace, input={"file": reference}, tags=["x"])
        writer.write({"id": f"c{trace}", "origin": {"id": f"row-{trace}"}, "comment": {"text": f"note {trace}"}})
    writer.die()


@pytest.mark.parametrize("roots", [None, [root_id(2)]])
def test_a_bundle_is_opened_elsewhere(transfer: Transfer, roots: list[str] | None) -> None:
    log_two_traces(transfer.source)
    path = transfer.folder / "traces.zip"
    with open_store(transfer.source) as opened:
        write_bundle(opened, path, roots)
    assert is_bundle(path)
    report = import_spans(transfer.target, path)
    wanted = {root_id(1), root_id(2)} if roots is None else set(roots)
    assert transfer.spans(transfer.target) == [
        span for span in transfer.spans(transfer.source) if span.root_span_id in wanted
    ]
    assert report.blobs_read == len(wanted)
    with open_store(transfer.target) as opened:
        blob = opened.find_blob(opened.get_attachment("key-2"))
        assert blob is not None
        assert blob.read_bytes() == b"bytes 2"
        assert [comment.text for comment in opened.list_comments("row-2")] == ["note 2"]
        assert len(opened.list_attachments(["key-1", "key-2"])) == len(wanted)


@settings(max_examples=5)
@given(
    _histories(),
    st.dictionaries(st.sampled_from(["k", "k2", "k3"]), st.binary(max_size=8), max_size=3),
    st.lists(st.tuples(st.integers(0, 4), _TEXTS), max_size=3),
    st.booleans(),
)
def test_a_bundle_and_a_store_bring_everything_along(
    rows: list[dict[str, Any]], files: dict[str, bytes], notes: list[tuple[int, str]], is_bundled: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        transfer = Transfer(Path(folder))
        writer = JournalWriter(transfer.source)
        references = [writer.attach(key, data, f"{key}.bin", "a/b") for key, data in files.items()]
        writer.write(*rows, {"id": "row-files", "created": "2026-11-23T00:00:09Z", "input": references})
        for number, (span, text) in enumerate(notes):
            writer.write({"id": f"c{number}", "origin": {"id": f"row-{span}"}, "comment": {"text": text}})
        writer.die()
        path = transfer.source
        if is_bundled:
            path = transfer.folder / "traces.zip"
            with open_store(transfer.source) as opened:
                write_bundle(opened, path)
        import_spans(transfer.target, path)
        assert transfer.spans(transfer.target) == transfer.spans(transfer.source)
        with open_store(transfer.source) as source, open_store(transfer.target) as target:
            for span in source.iter_spans():
                assert target.list_comments(span.id) == source.list_comments(span.id)
            assert target.list_attachments(list(files)) == source.list_attachments(list(files))
            blobs = [target.find_blob(record) for record in target.list_attachments(list(files))]
            assert [blob and blob.read_bytes() for blob in blobs] == list(files.values())


@pytest.mark.parametrize("is_bundled", [True, False])
def test_experiments_come_along(transfer: Transfer, *, is_bundled: bool) -> None:
    writer = JournalWriter(transfer.source)
    for number in (1, 2):
        named = {"experiment_id": f"e{number}", "experiment_name": f"try {number}", "project_id": "p"}
        about = {"description": f"d{number}", "metadata": {"n": number}, "tags": ["t"]}
        writer.write({"_line": "experiment", "created": "2026-11-23T10:00:00Z", **named, **about})
        writer.span(number, trace=number, at=number, **named)
    writer.die()
    path = transfer.source
    if is_bundled:
        path = transfer.folder / "traces.zip"
        with open_store(transfer.source) as opened:
            write_bundle(opened, path, [root_id(2)])
    for _ in range(2):
        import_spans(transfer.target, path)
    with open_store(transfer.source) as source, open_store(transfer.target) as target:
        wanted = source.list_experiment_lines([root_id(2)] if is_bundled else None)
        assert target.list_experiment_lines() == wanted
        assert len(wanted) == (1 if is_bundled else 2)
        assert b'"description":"d2"' in wanted[-1]


def test_a_bundle_is_written_whole_or_not_at_all(transfer: Transfer, monkeypatch: pytest.MonkeyPatch) -> None:
    log_two_traces(transfer.source)
    path = transfer.folder / "traces.zip"
    path.write_text("as it was")
    with open_store(transfer.source) as opened:
        monkeypatch.setattr(opened, "list_comment_lines", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write_bundle(opened, path)
    assert path.read_text() == "as it was"
    assert {entry.name for entry in transfer.folder.iterdir()} == {"source", "target", "traces.zip"}


def test_a_bundle_that_lies_about_its_blobs(transfer: Transfer) -> None:
    path = transfer.folder / "traces.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bundle.json", '{"spanglass_bundle": 1}')
        archive.writestr("spans.jsonl", '{"id":"a"}\n')
        archive.writestr(f"blobs/{'0' * 64}", b"something else")
        archive.writestr("blobs/../../outside", b"never written")
    report = import_spans(transfer.target, path)
    assert [line.file for line in report.rejected] == [f"blobs/{'0' * 64}"]
    assert report.spans_added == 1
    assert not (transfer.folder / "outside").exists()


@pytest.mark.parametrize(
    ("head", "fault"), [('{"spanglass_bundle": 2}', UnknownFormat), ("{}", StoreFault), ("?", StoreFault)]
)
def test_a_bundle_that_cannot_be_read(transfer: Transfer, head: str, fault: type[StoreFault]) -> None:
    path = transfer.folder / "traces.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bundle.json", head)
    with pytest.raises(fault):
        import_spans(transfer.target, path)


def test_tables_for_other_tools(transfer: Transfer) -> None:
    log_two_traces(transfer.source)
    with open_store(transfer.source) as opened:
        opened.write_parquet(transfer.folder / "spans.parquet")
        opened.write_csv(transfer.folder / "spans.csv", [root_id(2)])
        found = duckdb.read_parquet(str(transfer.folder / "spans.parquet")).project("id, input").fetchall()
        assert found == [(span.id, span.input) for span in opened.iter_spans()]
        with pytest.raises(OSError, match="nowhere"):
            opened.write_csv(transfer.folder / "nowhere" / "spans.csv")
        assert len(opened.list_trace_ids()) == 2, "the store is as usable as before"
    with (transfer.folder / "spans.csv").open() as file:
        [row] = csv.DictReader(file)
    assert (row["name"], row["root_span_id"], row["tags"], row["start"]) == (
        "span 2", root_id(2), "x", "2026-11-23T14:02:13.000000Z",
    )  # fmt: skip
    assert "input" not in row
