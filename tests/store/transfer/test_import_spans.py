from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from journal_rows import JournalWriter

from spanglass_store.database.connection import Database
from spanglass_store.database.reader import open_store
from spanglass_store.faults import StoreFault
from spanglass_store.transfer import import_spans as import_module
from spanglass_store.transfer.import_spans import import_spans
from spanglass_store.transfer.open_source import PIPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_store.database.records import SpanRecord

    SpansOf = Callable[[Path], list[SpanRecord]]
    WriteFile = Callable[..., Path]

GUIDE_LINE = json.dumps(
    {
        "input": "What is 1+1?",
        "output": "2.",
        "expected": "2.",
        "metadata": {"template": "%s"},
        "children": [
            {
                "input": [{"role": "user", "content": "1+1?"}],
                "metadata": {"model": "gpt-3.5-turbo"},
                "metrics": {"start": 1704916642.978631, "end": 1704916643.450115, "tokens": 30},
                "name": "OpenAI Chat Completion",
                "type": "llm",
            }
        ],
        "name": "run_input",
    }
)
FLAT_ROW = {
    "id": "385052b6-50a2-43b4-b52d-9afaa34f0bff",
    "input": {"question": "?"},
    "scores": {"Factuality": 0.6},
    "metrics": {"end": 1704872988.726753, "start": 1704872988.725727},
    "project_id": "d709efc0-ac9f-410d-8387-345e1e5074dc",
    "experiment_id": "51047341-2cea-4a8a-a0ad-3000f4a94a96",
    "created": "2024-01-10T07:49:48.725731+00:00",
    "span_id": "70b04fd2-0177-47a9-a70b-e32ca43db131",
    "root_span_id": "68b4ef73-f898-4756-b806-3bdd2d1cf3a1",
    "span_parents": ["68b4ef73-f898-4756-b806-3bdd2d1cf3a1"],
    "span_attributes": {"name": "doc_included"},
}


def test_the_guides_nested_lines(store: Path, spans_of: SpansOf, write_file: WriteFile) -> None:
    report = import_spans(store, write_file(GUIDE_LINE))
    root, child = spans_of(store)
    assert (report.lines_read, report.spans_added, report.rejected) == (1, 2, [])
    assert (root.name, root.input, root.output, root.project_name) == ("run_input", '"What is 1+1?"', '"2."', "spans")
    assert (child.name, child.type, child.model, child.tokens) == ("OpenAI Chat Completion", "llm", "gpt-3.5-turbo", 30)
    assert (child.span_parents, child.root_span_id) == ((root.span_id,), root.root_span_id)
    assert root.start_us == child.start_us == 1_704_916_642_978_631
    assert root.end_us == child.end_us, "a span without times has those of the spans below it"


def test_a_flat_row_stays_as_it_is(store: Path, spans_of: SpansOf, write_file: WriteFile) -> None:
    import_spans(store, write_file(json.dumps(FLAT_ROW).replace("0.6", "6e-1")))
    [span] = spans_of(store)
    assert (span.id, span.span_id, span.experiment_id) == (
        FLAT_ROW["id"], FLAT_ROW["span_id"], FLAT_ROW["experiment_id"],
    )  # fmt: skip
    assert span.scores == '{"Factuality": 6e-1}'


def payload(*rows: dict[str, Any]) -> str:
    return json.dumps({"rows": rows, "api_version": 2})


def test_a_folder_of_payloads(store: Path, spans_of: SpansOf, tmp_path: Path) -> None:
    folder = tmp_path / "payloads"
    folder.mkdir()
    end = {"id": FLAT_ROW["id"], "_is_merge": True, "experiment_id": FLAT_ROW["experiment_id"], "output": "yes"}
    (folder / "payload_1.json").write_text(payload(FLAT_ROW))
    (folder / "payload_2.json").write_text(json.dumps(json.loads(payload(end)), indent=2))
    (folder / "notes.txt").write_text("not ours")
    assert import_spans(store, folder).rejected == []
    [span] = spans_of(store)
    assert (span.output, span.input) == ('"yes"', '{"question":"?"}')


@pytest.mark.parametrize(
    "text", [json.dumps([FLAT_ROW]), json.dumps(FLAT_ROW, indent=1), "\ufeff\n\n" + json.dumps(FLAT_ROW)]
)
def test_json_in_other_shapes(store: Path, spans_of: SpansOf, write_file: WriteFile, text: str) -> None:
    assert import_spans(store, write_file(text)).rejected == []
    assert [span.id for span in spans_of(store)] == [FLAT_ROW["id"]]


def test_a_pipe(store: Path, spans_of: SpansOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GUIDE_LINE.encode())))
    import_spans(store, PIPE)
    assert [span.project_name for span in spans_of(store)] == ["imported", "imported"]


def test_a_pipe_that_has_a_name(store: Path, spans_of: SpansOf) -> None:
    """As a shell's `spanglass import <(command)` makes one: it can be read once."""
    read_end, write_end = os.pipe()
    os.write(write_end, GUIDE_LINE.encode())
    os.close(write_end)
    import_spans(store, Path(f"/dev/fd/{read_end}"))
    os.close(read_end)
    assert [span.project_name for span in spans_of(store)] == ["imported", "imported"]


def test_another_store_with_its_attachments(store: Path, other: Path, spans_of: SpansOf) -> None:
    writer = JournalWriter(other)
    reference = writer.attach("key-1", b"bytes", "a.bin", "application/x-a")
    writer.span(1, input=reference, tags=["b", "a"], output=1e5)
    writer.span(2, parents=(1,), error="it broke")
    writer.write(
        {"id": "c1", "origin": {"id": "row-1"}, "comment": {"text": "well done"}, "created": "2026-11-23T00:00:00Z"}
    )
    writer.die()
    report = import_spans(store, other)
    assert (report.spans_added, report.blobs_read) == (2, 1)
    assert spans_of(store) == spans_of(other)
    with open_store(store) as opened:
        blob = opened.find_blob(opened.get_attachment("key-1"))
        assert blob is not None
        assert blob.read_bytes() == b"bytes"
        assert [comment.text for comment in opened.list_comments("row-1")] == ["well done"]


@pytest.mark.parametrize(
    "lines",
    [
        [GUIDE_LINE],
        [json.dumps(FLAT_ROW)],
        [payload(FLAT_ROW, {"id": FLAT_ROW["id"], "_is_merge": True, "output": 1})],
        ['{"name":"timeless","children":[{"input":1}]}', '{"input":"also"}', '{"input":"also"}'],
        ['{"id":"own","input":"timeless"}'],
        ['{"origin":{"id":"own"},"comment":{"text":"hm"}}', '{"id":"own"}'],
        [
            '{"id":"own","metadata":{"k":{"a":1}}}',
            '{"id":"own","_is_merge":true,"metadata":{"k":{"b":1}},"_merge_paths":[["metadata","k"]]}',
        ],
        [
            '{"id":"own","input":[1,2]}',
            '{"id":"own","_is_merge":true,"_array_delete":[{"path":["input"],"delete":[1]}]}',
        ],
        [
            f'{{"id":"own","project_id":"{name}","_is_merge":{is_update},"input":1}}'
            for name in "pq"
            for is_update in ("false", "true")
        ],
        ['{"id":"own"}', '{"id":"gone","input":1}', '{"id":"gone","_object_delete":true}'],
    ],
)
def test_again_the_same_file_changes_nothing(
    store: Path, spans_of: SpansOf, write_file: WriteFile, lines: list[str]
) -> None:
    path = write_file(*lines)
    import_spans(store, path)
    before = spans_of(store)
    report = import_spans(store, path)
    assert before
    assert (report.spans_added, report.spans_changed) == (0, 0)
    assert spans_of(store) == before


def test_a_whole_row_that_is_there_already_is_not_written_again(store: Path, write_file: WriteFile) -> None:
    path = write_file(GUIDE_LINE, json.dumps(FLAT_ROW))
    import_spans(store, path)
    assert import_spans(store, path).spans_changed == 0


def test_updates_that_are_there_already_are_not_written_again(store: Path, write_file: WriteFile) -> None:
    update = {"id": FLAT_ROW["id"], "_is_merge": True, "metadata": {"step": 1}, "tags": ["x"], "_stamp": 2 * 10**18}
    rows = [FLAT_ROW, update, {**update, "metadata": {"other": 2}, "_stamp": 3 * 10**18}]
    path = write_file(*map(json.dumps, rows))
    import_spans(store, path)
    assert import_spans(store, path).spans_changed == 0
    late = {**update, "output": "between the two", "_stamp": 25 * 10**17}
    assert import_spans(store, write_file(json.dumps(late))).spans_changed == 1


def test_a_span_without_an_end_counts_once(store: Path, spans_of: SpansOf, write_file: WriteFile) -> None:
    rows = [{"id": f"s{number}", "span_id": f"s{number}", "root_span_id": "r", "input": 1} for number in range(2)]
    report = import_spans(store, write_file(*map(json.dumps, rows)))
    assert (report.spans_added, report.spans_changed) == (2, 0)
    assert len(spans_of(store)) == 2


def test_a_span_counts_once_however_many_batches_write_it(
    store: Path, write_file: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spanglass_store.database.merge.MAX_BATCH_ROWS", 2)
    rows = [{"id": f"s{number}", "span_id": f"s{number}", "root_span_id": "r", "input": 1} for number in range(4)]
    updates = [{"id": row["id"], "_is_merge": True, key: 1} for key in ("output", "expected") for row in rows]
    report = import_spans(store, write_file(*map(json.dumps, rows + updates)))
    assert (report.spans_added, report.spans_changed) == (4, 0)
    more = [{**row, "_stamp": 4 * 10**18, "metadata": {"more": 1}} for row in updates if row["id"] != "s0"]
    report = import_spans(store, write_file(*map(json.dumps, more)))
    assert (report.spans_added, report.spans_changed) == (0, 3)


def test_what_was_logged_since_survives_another_import(store: Path, spans_of: SpansOf, write_file: WriteFile) -> None:
    path = write_file(json.dumps(FLAT_ROW))
    import_spans(store, path)
    writer = JournalWriter(store)
    writer.write({"id": FLAT_ROW["id"], "_is_merge": True, "scores": {"human": 1}})
    writer.die()
    import_spans(store, path)
    [span] = spans_of(store)
    assert json.loads(span.scores or "") == {"Factuality": 0.6, "human": 1}


def test_equal_lines_are_spans_of_their_own(store: Path, spans_of: SpansOf, write_file: WriteFile) -> None:
    import_spans(store, write_file(GUIDE_LINE, GUIDE_LINE))
    assert len({span.root_span_id for span in spans_of(store)}) == 2


def test_bad_lines_are_told_and_kept_and_the_rest_goes_in(
    store: Path, spans_of: SpansOf, write_file: WriteFile
) -> None:
    path = write_file('{"input": 1}', "", "{broken", '["no row"]', b"\xff\xfe\n", '{"children": "x"}', '{"input": 2')
    report = import_spans(store, path)
    assert len(spans_of(store)) == 1
    assert [(line.file, line.number) for line in report.rejected] == [("spans.jsonl", number) for number in range(3, 8)]
    assert report.rejected[0].reason.startswith("the line is not JSON")
    assert report.rejected_path is not None
    kept = [json.loads(line) for line in report.rejected_path.read_text().splitlines()]
    assert [line["line"] for line in kept[:2]] == ["{broken", '["no row"]']
    again = import_spans(store, path)
    assert again.rejected_path == report.rejected_path
    assert len(list(report.rejected_path.parent.iterdir())) == 1


def test_a_tree_that_is_too_deep_is_a_bad_line(store: Path, write_file: WriteFile) -> None:
    report = import_spans(store, write_file('{"children":[' * 3000 + "{}" + "]}" * 3000))
    assert [line.number for line in report.rejected] == [1]


def test_somebody_else_may_hold_the_tables(store: Path, spans_of: SpansOf, write_file: WriteFile) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(_hold_while_importing(store, write_file(GUIDE_LINE)))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(spans_of(store)) == 2, "the next reader merges them"


def _hold_while_importing(store: Path, path: Path) -> int:
    holder = Database(store)
    with holder.cursor():
        report = import_spans(store, path)
    return 0 if not report.is_merged and report.lines_read == 1 else 1


def test_progress_is_told_in_bytes(store: Path, write_file: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module, "_CHUNK_BYTES", 10)
    monkeypatch.setattr(import_module, "_MERGE_AFTER_BYTES", 10)
    path = write_file(GUIDE_LINE, json.dumps(FLAT_ROW))
    told: list[tuple[int, int | None]] = []
    import_spans(store, path, on_progress=lambda done, total: told.append((done, total)))
    size = path.stat().st_size
    assert told[0] == (len(GUIDE_LINE) + 1, size)
    assert told[-1] == (size, size)


def test_a_store_is_not_imported_into_itself(store: Path) -> None:
    with pytest.raises(StoreFault, match="the store itself"):
        import_spans(store, store)


def test_a_film_is_not_kept_as_bad_lines(store: Path, write_file: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module, "_MAX_KEPT_BYTES", 10)
    report = import_spans(store, write_file("bad 1", "bad 2"))
    assert report.rejected_count == len(report.rejected) == 2
    assert report.rejected_path is not None
    assert report.rejected_path.read_text().count("\n") == 1


def test_what_is_not_there_cannot_be_imported(store: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreFault, match="cannot be imported"):
        import_spans(store, tmp_path / "missing.jsonl")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreFault, match="nothing to import"):
        import_spans(store, tmp_path / "empty")


@pytest.mark.parametrize("layout", ["a list on one line", "a list on many lines", "values behind each other"])
def test_whatever_the_layout_of_the_json_the_same_spans_come_in(store: Path, tmp_path: Path, layout: str) -> None:
    rows = [{"id": f"row-{number}", "input": "x" * 30_000, "created": "2026-11-23T00:00:00Z"} for number in range(5)]
    texts = {
        "a list on one line": json.dumps(rows),
        "a list on many lines": json.dumps(rows, indent=2),
        "values behind each other": "\n".join(json.dumps(row, indent=2) for row in rows),  # as jq writes them
    }
    path = tmp_path / "rows.json"
    path.write_text("\n\n" + texts[layout])
    report = import_spans(store, path)
    assert (report.spans_added, report.rejected) == (5, [])
