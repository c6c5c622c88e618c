"""`import` and `export` from the command line."""

from __future__ import annotations

import fcntl
import io
import json
import re
import signal
import subprocess
import sys
import termios
import threading
import time
import zipfile
from typing import IO, TYPE_CHECKING, Any

import pytest
from journal_rows import JournalWriter, root_id

from spanglass_store.database.merge import Merger
from spanglass_store.database.reader import open_store
from spanglass_store.transfer.bundle import write_bundle
from spanglass_store.transfer.export_lines import iter_flat_lines
from spanglass_store.transfer.import_spans import import_spans
from spanglass_viewer.cli import progress as progress_module
from spanglass_viewer.cli.command import ExitCode
from spanglass_viewer.cli.commands import open_window
from spanglass_viewer.cli.main import main
from spanglass_viewer.cli.progress import ProgressLine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from spanglass_store.database.records import ChangeSet

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A store with two traces, the second one with an error and an attachment."""
    path = tmp_path / "filled"
    writer = JournalWriter(path)
    writer.span(1, trace=1, name="quick", input="hello")
    reference = writer.attach("key-1", b"bytes", "a.bin", "application/x-a")
    writer.span(2, trace=2, at=5, name="slow", after=3, error="it broke", input=reference)
    writer.die()
    return path


def export(filled: Path, capfdbinary: pytest.CaptureFixture[bytes], *options: str) -> bytes:
    assert main(["export", "--store", str(filled), *options]) == ExitCode.OK
    printed = capfdbinary.readouterr()
    assert printed.err == b""
    return printed.out


def test_lines_go_through_a_pipe(
    filled: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = export(filled, capfdbinary)
    assert lines.count(b"\n") == 2
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert main(["import", "-", "--store", str(tmp_path / "new")]) == ExitCode.OK
    assert capfdbinary.readouterr().out == f"Read 2 lines: 2 spans added. {tmp_path / 'new'}\n".encode()
    assert export(tmp_path / "new", capfdbinary) == lines


@pytest.mark.parametrize(
    ("options", "holds", "lacks"),
    [
        ([root_id(1)], b'"quick"', b'"slow"'),
        (["latest"], b'"slow"', b'"quick"'),
        (["--filter", "error"], b'"slow"', b'"quick"'),
        (["latest", "--filter", "-error"], b"", b'"name"'),
        (["--format", "nested", "latest"], b'"slow"', b'"quick"'),
        (["--format", "csv", "--filter", "name:quick"], b",quick,", b",slow,"),
        (["--format", "markdown", "latest"], b"# slow\n", b"quick"),
    ],
)
def test_what_is_exported(
    filled: Path, capfdbinary: pytest.CaptureFixture[bytes], options: list[str], holds: bytes, lacks: bytes
) -> None:
    written = export(filled, capfdbinary, *options)
    assert holds in written
    assert lacks not in written


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("spans.csv", b"root_span_id,"),
        ("spans.PARQUET", b"PAR1"),
        ("trace.md", b"# "),
        ("trace.zip", b"PK"),
        ("spans.jsonl", b"{"),
        ("spans", b"{"),
    ],
)
def test_the_file_says_by_its_ending_what_it_holds(filled: Path, tmp_path: Path, name: str, head: bytes) -> None:
    assert main(["export", "--store", str(filled), "latest", "-o", str(tmp_path / name)]) == ExitCode.OK
    assert (tmp_path / name).read_bytes().startswith(head)


def test_markdown_holds_nothing_that_a_terminal_obeys(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    writer = JournalWriter(tmp_path / "hostile")
    writer.span(1, name="a \x1b[2Jname", input="x\x1b]8;;http://x\x07y\u202e", error="bad\x1b[31m\r\n\tindented")
    writer.die()
    written = export(tmp_path / "hostile", capfdbinary, "--format", "markdown", "latest").decode()
    assert written.startswith("# a ")
    assert "indented" in written
    assert not {"\x1b", "\x07", "\u202e", "\r"} & set(written)


def test_a_bundle_brings_its_attachments_along(filled: Path, tmp_path: Path, capsys: Printed) -> None:
    bundle = str(tmp_path / "traces.zip")
    assert main(["export", "--store", str(filled), "--bundle", "latest", "-o", bundle]) == ExitCode.OK
    assert main(["import", bundle, "--store", str(tmp_path / "new")]) == ExitCode.OK
    assert capsys.readouterr().out == f"Read 2 lines: 1 span added, 1 attachment added. {tmp_path / 'new'}\n"
    saved = tmp_path / "a.bin"
    assert main(["attachment", "key-1", "--store", str(tmp_path / "new"), "-o", str(saved)]) == ExitCode.OK
    assert saved.read_bytes() == b"bytes"


def test_a_bundle_is_opened_as_a_store_of_its_own(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(open_window, "show_window", lambda store, **_: opened.append(store) or ExitCode.OK)
    bundle = str(tmp_path / "traces.zip")
    assert main(["export", "--store", str(filled), "--bundle", "-o", bundle]) == ExitCode.OK
    for _ in range(2):
        assert main(["open", bundle, "--store", str(filled)]) == ExitCode.OK
    assert opened[0] == opened[1] != filled
    with open_store(opened[0]) as store:
        assert [trace.name for trace in store.list_traces()] == ["slow", "quick"]


def test_json_lines_are_opened_as_a_store_of_their_own(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(open_window, "show_window", lambda store, **_: opened.append(store) or ExitCode.OK)
    export = str(tmp_path / "traces.jsonl")
    assert main(["export", "--store", str(filled), "--format", "jsonl", "-o", export]) == ExitCode.OK
    assert main(["open", export, "--store", str(filled)]) == ExitCode.OK
    with open_store(opened[0]) as store:
        assert [trace.name for trace in store.list_traces()] == ["slow", "quick"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--format", "parquet"], "needs a file"),
        (["--bundle"], "needs a file"),
        (["--format", "markdown"], "for one trace"),
        (["--filter", "nmae:x"], "At character 1 of the filter: expected one of the fields"),
    ],
)
def test_arguments_that_do_not_fit(filled: Path, capsys: Printed, options: list[str], sentence: str) -> None:
    assert main(["export", "--store", str(filled), *options]) == ExitCode.USAGE
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet", "bundle"])
def test_a_place_that_cannot_be_written_is_a_fault(filled: Path, capsys: Printed, kind: str) -> None:
    options = ["--format", kind, "-o", "/no/such/folder/x"]
    assert main(["export", "--store", str(filled), *options]) == ExitCode.FAULT
    assert capsys.readouterr().err.startswith("spanglass: The export could not be written")


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet", "bundle"])
def test_an_export_to_a_full_disk_leaves_what_was_there(
    filled: Path, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    output = tmp_path / "out"
    output.write_text("of yesterday")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    assert main(["export", "-o", str(output), "--format", kind, "--store", str(filled)]) == ExitCode.FAULT
    assert capsys.readouterr().err == f"spanglass: The export could not be written: no space left on device. {output}\n"
    assert output.read_text() == "of yesterday"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_bad_lines_are_named(tmp_path: Path, capsys: Printed) -> None:
    source = tmp_path / "mixed.jsonl"
    source.write_text('{"input": 1}\nnonsense\n')
    assert main(["import", str(source), "--store", str(tmp_path / "new")]) == ExitCode.OK
    printed = capsys.readouterr()
    assert "mixed.jsonl:2: the line is not JSON" in printed.err
    assert "1 line could not be read; the rest went in." in printed.err
    assert printed.out == f"Read 2 lines: 1 span added. {tmp_path / 'new'}\n"


def test_nothing_but_bad_lines_is_a_fault(tmp_path: Path, capsys: Printed) -> None:
    source = tmp_path / "picture.png"
    source.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert main(["import", str(source), "--json", "--store", str(tmp_path / "new")]) == ExitCode.FAULT
    fields = json.loads(capsys.readouterr().out)
    assert (fields["spans_added"], fields["rejected"], fields["is_merged"]) == (0, 2, True)
    assert fields["store"] == str(tmp_path / "new")
    assert fields["rejected_lines"][0]["number"] == 1


def test_a_line_of_which_a_field_is_too_deep_is_named_and_goes_in(tmp_path: Path, capsys: Printed) -> None:
    source = tmp_path / "deep.jsonl"
    source.write_text('{"id":"a","output":1,"input":' + '{"a":' * 3000 + "1" + "}" * 3000 + "}\n")
    assert main(["import", str(source), "--store", str(tmp_path / "new")]) == ExitCode.OK
    printed = capsys.readouterr()
    assert printed.out == f"Read 1 line: 1 span added. {tmp_path / 'new'}\n"
    assert "deep.jsonl:1: input: nested too deeply; the rest went in" in printed.err
    assert "1 line could not be read; the rest went in." in printed.err


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "_QUICK_SECS", 0.0)
    screen, pipe = Screen(), io.StringIO()
    for stream in (screen, pipe):
        progress = ProgressLine("Importing", stream)
        progress.show(50_000_000, 200_000_000)
        progress.clear()
    assert pipe.getvalue() == ""
    assert "\rImporting  [######..................]  25%  50 MB" in screen.getvalue()
    assert screen.getvalue().endswith(" \r")


def test_work_that_tells_no_bytes_tells_what_it_does_and_how_long_already() -> None:
    screen = Screen()
    progress = ProgressLine("Looking", screen)
    with progress.ticking():
        wait_until(lambda: re.search(r"\rLooking  [1-9]\d* s", screen.getvalue()))
        progress.say("Compacting")
        wait_until(lambda: re.search(r"\rCompacting  \d+ s", screen.getvalue()))
    assert screen.getvalue().endswith(" \r")


def test_quick_work_and_a_pipe_show_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "_QUICK_SECS", 60.0)  # however long it takes here
    screen, pipe = Screen(), io.StringIO()
    ProgressLine("Importing", screen).show(3_000_000, None)
    assert screen.getvalue() == ""
    for stream in (screen, pipe):
        with ProgressLine("Looking", stream).ticking():
            assert ("progress" in {thread.name for thread in threading.enumerate()}) == stream.isatty()
        assert stream.getvalue() == ""


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_bundle_tells_how_many_bytes_are_in_it(filled: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with open_store(filled) as store:
        write_bundle(store, tmp_path / "a.zip", on_progress=lambda *at: told.append(at))
        line_bytes = sum(len(span.text) + 1 for span in store.iter_wire_spans())
    assert told[-1] == (line_bytes + len(b"bytes"), None)
    assert len(told) == 3


def test_progress_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "_QUICK_SECS", 0.0)
    screen = Screen()
    ProgressLine("Importing", screen).show(3_000_000, None)
    assert screen.getvalue() == "\rImporting  3 MB"


def test_nothing_to_import_makes_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(tmp_path / "typo.jsonl"), "--store", str(tmp_path / "new")]) == ExitCode.NOT_FOUND
    assert "no such file or folder" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PAR1\x15\x04", "a Parquet table"),
        (b"PK\x03\x04", "a zip file that is no bundle"),
        (b"\x1f\x8b\x08", "a compressed file"),
        (b"\x28\xb5\x2f\xfd", "a compressed file"),
        (b"\xff\xfe{\0", "text in UTF-16, not in UTF-8"),
        (b"\x7fELF\0\0", "a binary file"),
    ],
)
def test_what_holds_no_lines_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], head: bytes, kind: str
) -> None:
    (tmp_path / "file").write_bytes(head + b"\n" * 100)
    assert main(["import", str(tmp_path / "file"), "--store", str(tmp_path / "store")]) == ExitCode.FAULT
    assert f"This is {kind}; JSON lines, bundles and stores can be imported." in capsys.readouterr().err


def test_what_an_import_says_of_bad_lines_and_of_nothing_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lines.jsonl").write_bytes(b'{"input": 1}\n\xff\n{"a" 1}\n')
    importing = ["import", str(tmp_path / "lines.jsonl"), "--store", str(tmp_path / "store")]
    assert main(importing) == ExitCode.OK
    said = capsys.readouterr()
    assert said.out == f"Read 3 lines: 1 span added. {tmp_path / 'store'}\n"
    assert said.err.splitlines()[:2] == [
        "spanglass: lines.jsonl:2: the line is not text in UTF-8",
        "spanglass: lines.jsonl:3: the line is not JSON: unexpected character, expected ':' after key, at character 6",
    ]
    assert "2 lines could not be read; the rest went in. They are kept in" in said.err
    assert main(importing) == ExitCode.OK
    assert capsys.readouterr().out == f"Read 3 lines: nothing new. {tmp_path / 'store'}\n"
    (tmp_path / "lines.jsonl").write_bytes(b"a,b\n1,2\n")
    assert main(importing) == ExitCode.FAULT
    assert "2 lines could not be read; no span was among them." in capsys.readouterr().err


@pytest.mark.integration
def test_ctrl_c_ends_an_import_which_says_what_went_in_and_goes_on_later(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "source")
    for number in range(400):
        writer.span(number, trace=number, input="x" * 1000)
    writer.die()
    with open_store(tmp_path / "source") as store:
        lines = b"".join(iter_flat_lines(store))
    new = tmp_path / "new"
    command = [sys.executable, "-m", "spanglass_viewer", "import", "-", "--json", "--store", str(new)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as importing:
        assert importing.stdin is not None
        importing.stdin.write(lines)  # more than a pipe holds: it is being read
        importing.stdin.flush()
        wait_until(lambda: unread_bytes(importing.stdin) == 0)
        importing.send_signal(signal.SIGINT)
        told, complaints = importing.communicate()
        assert (importing.returncode, complaints) == (ExitCode.INTERRUPTED, b"")
    report = json.loads(told)
    assert (report["is_stopped"], report["lines_read"]) == (True, report["spans_added"])
    with open_store(new) as store:
        assert store.totals().spans == report["spans_added"] > 0
    assert import_spans(new, lines_file(tmp_path, lines)).spans_added == 400 - report["spans_added"]
    with open_store(new) as store:
        assert b"".join(iter_flat_lines(store)) == lines


def unread_bytes(pipe: IO[bytes]) -> int:
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def lines_file(tmp_path: Path, lines: bytes) -> Path:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(lines)
    return path


def test_ctrl_c_waits_for_what_is_just_being_merged(
    filled: Path, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["export", "--store", str(filled), "-o", str(tmp_path / "lines.jsonl")]) == ExitCode.OK
    merge_once, waiting = Merger.merge_once, [False, True]

    def interrupted(merger: Merger, *, budget_secs: float) -> ChangeSet:
        changes = merge_once(merger, budget_secs=budget_secs)
        if waiting and waiting.pop(0):
            signal.raise_signal(signal.SIGINT)
        return changes

    monkeypatch.setattr(Merger, "merge_once", interrupted)
    importing = ["import", str(tmp_path / "lines.jsonl"), "--store", str(tmp_path / "new")]
    assert main(importing) == ExitCode.INTERRUPTED
    told = capsys.readouterr()
    assert told.out.startswith("Stopped by Ctrl+C after 2 lines: 2 spans added. The same command again")
    assert told.err == ""


def test_a_second_ctrl_c_ends_an_import_at_once(
    filled: Path, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["export", "--store", str(filled), "-o", str(tmp_path / "lines.jsonl")]) == ExitCode.OK

    def endless(_merger: Merger, *, budget_secs: float) -> ChangeSet:
        for _ in range(2):
            signal.raise_signal(signal.SIGINT)
        raise AssertionError(budget_secs)

    monkeypatch.setattr(Merger, "merge_once", endless)
    assert main(["import", str(tmp_path / "lines.jsonl"), "--store", str(tmp_path / "new")]) == ExitCode.INTERRUPTED
    assert "What was read waits in the journal" in capsys.readouterr().err
    monkeypatch.undo()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_who_types_lines_is_told_how_to_end_them(
    tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = io.TextIOWrapper(io.BytesIO(b""))
    monkeypatch.setattr(typed, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", typed)
    assert main(["import", "-", "--store", str(tmp_path / "new")]) == ExitCode.OK
    assert "Ctrl+D" in capsys.readouterr().err


def test_a_bundle_with_a_turned_byte_brings_in_what_stands_before_it(tmp_path: Path, capsys: Printed) -> None:
    writer = JournalWriter(tmp_path / "source")
    for number in range(200):
        writer.span(number, trace=number, input=f"{number * 7919}" * 400)
    writer.die()
    bundle = tmp_path / "a.zip"
    with open_store(tmp_path / "source") as store:
        write_bundle(store, bundle)
    data = bytearray(bundle.read_bytes())
    with zipfile.ZipFile(bundle) as archive:
        part = archive.getinfo("spans.jsonl")
    data[part.header_offset + part.compress_size - 2000] ^= 0xFF
    bundle.write_bytes(data)
    new = tmp_path / "new"
    assert main(["import", str(bundle), "--store", str(new)]) == ExitCode.FAULT
    found = re.search(
        r"cannot be read to its end: .*The lines before that \((\d+)\) went in\.", capsys.readouterr().err
    )
    assert found is not None
    with open_store(new) as store:
        # what the turned byte made of a line or two may be a row still, and have the id of another
        assert 100 < store.totals().spans <= int(found[1]) < 200
    bundle.write_bytes(bundle.read_bytes()[:100])
    assert main(["import", str(bundle), "--store", str(new)]) == ExitCode.FAULT


@pytest.mark.parametrize("kind", ["encrypted", "of an unknown compression"])
def test_a_bundle_that_cannot_be_read_at_all(filled: Path, tmp_path: Path, capsys: Printed, kind: str) -> None:
    bundle = tmp_path / "a.zip"
    with open_store(filled) as store:
        write_bundle(store, bundle)
    data = bytearray(bundle.read_bytes())
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        first = data.find(magic)
        if kind == "encrypted":
            data[first + flags] |= 1
        else:
            data[first + flags + 2] = 99
    bundle.write_bytes(data)
    assert main(["import", str(bundle), "--store", str(tmp_path / "new")]) == ExitCode.FAULT
    assert "This bundle is damaged or encrypted" in capsys.readouterr().err


def told_json(capsys: Printed, *arguments: str) -> dict[str, Any]:
    assert main(list(arguments)) == ExitCode.OK
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.zip", "a.md"])
def test_an_export_tells_a_program_what_it_wrote(filled: Path, tmp_path: Path, capsys: Printed, name: str) -> None:
    path = tmp_path / name
    named = ["latest"] if name == "a.md" else []
    told = told_json(capsys, "export", *named, "-o", str(path), "--json", "--store", str(filled))
    count = 1 if named else 2
    kind = {".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet", ".zip": "bundle", ".md": "markdown"}[path.suffix]
    assert told == {
        "path": str(path),
        "format": kind,
        "traces": count,
        "spans": count,
        "size_bytes": path.stat().st_size,
        "store": str(filled),
    }


def test_a_saved_attachment_is_told_to_a_program(filled: Path, tmp_path: Path, capsys: Printed) -> None:
    told = told_json(capsys, "attachment", "key-1", "-o", str(tmp_path / "a.bin"), "--json", "--store", str(filled))
    assert told["path"] == str(tmp_path / "a.bin")
    assert (told["filename"], told["content_type"], told["size_bytes"]) == ("a.bin", "application/x-a", 5)


@pytest.mark.parametrize("command", [["export"], ["attachment", "key-1"], ["export", "-o", "-"]])
def test_what_goes_to_the_standard_output_is_not_mixed_with_json(
    filled: Path, command: list[str], capsys: Printed
) -> None:
    assert main([*command, "--json", "--store", str(filled)]) == ExitCode.USAGE
    assert "-o FILE" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1"])
def test_a_pipe_by_its_name(filled: Path, tmp_path: Path, name: str) -> None:
    command = [sys.executable, "-m", "spanglass_viewer", "export", "--store", str(filled), "-o"]
    lines = subprocess.run([*command, name], capture_output=True, check=True, cwd=tmp_path).stdout
    assert lines.count(b"\n") == 2
    assert {path.name for path in tmp_path.iterdir()} == {"filled"}


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("command", ["list", "export", "show no-such-trace"])
def test_closed_streams_are_taken_for_empty_ones(filled: Path, closed: str, command: str) -> None:
    spanglass = f"{sys.executable} -m spanglass_viewer {command} --store {filled} {closed}"
    done = subprocess.run(["/bin/sh", "-c", spanglass], capture_output=True, check=False, text=True)
    assert done.returncode == (ExitCode.NOT_FOUND if "show" in command else ExitCode.OK)
    assert "Traceback" not in done.stderr
