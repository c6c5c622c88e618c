"""The commands that read, on a store that a real program has logged to."""

from __future__ import annotations

import contextlib
import io
import json
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from spanglass_store.links.addresses import parse_address
from spanglass_store.location import read_store_info
from spanglass_viewer.cli.command import ExitCode
from spanglass_viewer.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROGRAM = r"""
import sys
import spanglass

spanglass.init_logger("shop", store=sys.argv[1])
with spanglass.start_span(name="quick", type="task") as span:
    span.log(input={"digits": 1e5, "big": 12345678901234567890}, tags=["a"], metadata={"user": "u1"})
try:
    with spanglass.start_span(name="bad \x1b[31mname", type="tool"):
        with spanglass.start_span(name="chat", type="llm", metadata={"model": "gpt-5-mini"}) as span:
            span.log(metrics={"prompt_tokens": 3, "completion_tokens": 2, "tokens": 5})
            span.log(input=spanglass.Attachment(data=b"bytes", filename="a.bin", content_type="application/x-a"))
            raise ValueError("it broke")
except ValueError:
    pass
spanglass.flush()
"""


@pytest.fixture(scope="module")
def filled_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with a good trace and, newer, a failed one."""
    folder = tmp_path_factory.mktemp("filled")
    (folder / "program.py").write_text(PROGRAM)
    subprocess.run([sys.executable, folder / "program.py", folder / "store"], check=True, timeout=60)
    return folder / "store"


@pytest.fixture
def run(filled_store: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return a runner of commands that succeed, which gives what they print."""

    def run_command(*arguments: str) -> str:
        assert main([*arguments, "--store", str(filled_store)]) == ExitCode.OK
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    return run_command


def test_list_as_a_table(run: Callable[..., str]) -> None:
    header, failed, quick = run("list").splitlines()
    assert header.split() == ["trace", "name", "started", "duration", "spans", "tokens", "cost"]
    assert "bad name" in failed
    assert failed.endswith("1 error"), "the second one is the first, raised through"
    assert "quick" in quick


def test_list_as_json_has_fixed_names(run: Callable[..., str]) -> None:
    failed, quick = json.loads(run("list", "--json"))
    assert failed["spans"] == failed["errors"] == 2
    assert failed["tokens"] == 5
    assert (quick["name"], quick["project_name"], quick["errors"]) == ("quick", "shop", 0)
    assert quick["start"].endswith("Z")
    assert 0 <= quick["duration"] < 60
    assert not quick["is_running"]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["error"], ["bad \x1b[31mname"]),
        (["-error"], ["quick"]),
        (["type=llm", "--limit", "5", "dur<60"], ["bad \x1b[31mname"]),
        (["name:QUICK"], ["quick"]),
        (["--limit", "1"], ["bad \x1b[31mname"]),
        (["project:other"], []),
        (["dur>60", "or", "running"], []),
    ],
)
def test_list_filters(run: Callable[..., str], options: list[str], names: list[str]) -> None:
    assert [trace["name"] for trace in json.loads(run("list", "--json", *options))] == names


def test_show_takes_any_id_of_the_trace(run: Callable[..., str]) -> None:
    rows: list[dict[str, Any]] = json.loads(run("show", "latest", "--json"))
    assert [(row["depth"], row["name"], row["is_error"]) for row in rows] == [
        (0, "bad \x1b[31mname", True),
        (1, "chat", True),
    ]
    for text in (rows[0]["root_span_id"], rows[0]["root_span_id"][:10], rows[1]["span_id"], rows[1]["id"]):
        assert json.loads(run("show", text, "--json")) == rows
    assert "ValueError: it broke" in rows[1]["error"]


def test_show_prints_what_a_person_needs(run: Callable[..., str]) -> None:
    shown = run("show", "latest")
    assert "✗ ValueError: it broke" in shown
    assert "First error, in chat" in shown
    assert "\x1b" not in shown


def test_show_of_nothing(filled_store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "no-such-id", "--store", str(filled_store)]) == ExitCode.NOT_FOUND
    assert "No trace is named 'no-such-id'" in capsys.readouterr().err


def test_export_writes_a_merged_span_a_line(run: Callable[..., str], tmp_path: Path) -> None:
    target = tmp_path / "spans.jsonl"
    assert run("export", "-o", str(target)) == ""
    lines = target.read_text().splitlines()
    quick, bad, chat = map(json.loads, lines)
    assert '"big":12345678901234567890' in lines[0]
    assert quick["input"]["digits"] == 1e5
    assert (quick["tags"], quick["metadata"], quick["span_parents"]) == (["a"], {"user": "u1"}, None)
    assert chat["span_parents"] == [bad["span_id"]]
    assert chat["root_span_id"] == bad["root_span_id"]
    assert chat["span_attributes"]["type"] == "llm"
    assert chat["metrics"]["end"] >= chat["metrics"]["start"]


def test_an_exported_attachment_can_be_saved(run: Callable[..., str], tmp_path: Path) -> None:
    run("export", "-o", str(tmp_path / "spans.jsonl"))
    chat = json.loads((tmp_path / "spans.jsonl").read_text().splitlines()[-1])
    run("attachment", chat["input"]["key"], "-o", str(tmp_path / "a.bin"))
    assert (tmp_path / "a.bin").read_bytes() == b"bytes"


def test_an_unknown_attachment_is_not_there(filled_store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["attachment", "nope", "--store", str(filled_store)]) == ExitCode.NOT_FOUND
    assert capsys.readouterr().err == "spanglass: No attachment has the key 'nope'.\n"


def test_a_target_that_cannot_be_written_is_a_fault(filled_store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "-o", "/no/such/folder/x", "--store", str(filled_store)]) == ExitCode.FAULT
    assert capsys.readouterr().err.startswith("spanglass: The export could not be written")


def test_sql_as_a_table_and_as_json(run: Callable[..., str]) -> None:
    query = "select name, count(*) as n, min(start_ts) as first from spans where type = 'llm' group by all"
    assert run("sql", query).splitlines()[1].split()[:2] == ["chat", "1"]
    (row,) = json.loads(run("sql", query, "--json"))
    assert (row["name"], row["n"]) == ("chat", 1)


@pytest.mark.integration
def test_ctrl_c_ends_a_query_that_takes_forever(filled_store: Path) -> None:
    endless = "select count(*) from range(1_000_000_000_000) where sin(range) > 2"
    command = [sys.executable, "-m", "spanglass_viewer", "sql", endless, "--store", str(filled_store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as asking:
        while asking.poll() is None:  # whenever it comes, it is to end quietly
            with contextlib.suppress(subprocess.TimeoutExpired):
                asking.wait(timeout=1)
                break
            asking.send_signal(signal.SIGINT)
        assert asking.wait() == ExitCode.INTERRUPTED
        assert asking.communicate() == (b"", b"")


def test_a_file_that_a_query_names_in_vain_is_no_fault_of_the_store(
    filled_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", "from read_csv('no-such.csv')", "--store", str(filled_store)]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "no-such.csv" in told
    assert "tables cannot be used" not in told


def test_sql_as_csv_keeps_values_whole(run: Callable[..., str]) -> None:
    query = "select repeat('a,', 80) as long, null as nothing, 1.5 as n, E'two\nlines' as lines"
    assert run("sql", query, "--csv") == f'long,nothing,n,lines\n"{"a," * 80}",,1.5,"two\nlines"\n'


@pytest.mark.parametrize("query", ["select nonsense from spans", "drop table spans", "delete from spans"])
def test_sql_refuses_what_is_no_query(filled_store: Path, query: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", query, "--store", str(filled_store)]) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith("spanglass: ")


class Watched(io.StringIO):
    """A terminal that the commands write to."""

    encoding = "utf-8"  # pyright: ignore[reportAssignmentType] - a stream's encoding is read only

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("arguments", "linked"),
    [(["list"], r"[0-9a-f]{8}"), (["show", "latest"], "chat"), (["search", "type:llm"], r"[0-9a-f]{8}")],
)
def test_what_is_shown_is_a_link_in_a_terminal_and_none_in_a_pipe(
    filled_store: Path,
    run: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    linked: str,
) -> None:
    assert "\x1b]8" not in run(*arguments)
    screen = Watched()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    assert main([*arguments, "--store", str(filled_store)]) == ExitCode.OK
    found = re.search(rf"\x1b]8;;([^\x1b]*)\x1b\\{linked}\x1b]8;;\x1b\\", screen.getvalue())
    assert found is not None, screen.getvalue()
    assert parse_address(found[1]).store_id == read_store_info(filled_store).id
    monkeypatch.setenv("TERM", "dumb")
    screen.truncate(0)
    assert main([*arguments, "--store", str(filled_store)]) == ExitCode.OK
    assert "\x1b]8" not in screen.getvalue()


def test_sql_gives_json_as_a_part_of_its_json(run: Callable[..., str]) -> None:
    query = "SELECT input::JSON AS input, metadata->'$.user' AS \"user\" FROM spans WHERE name = 'quick'"
    [row] = json.loads(run("sql", query, "--json"), parse_float=str)
    assert row == {"input": {"digits": "100000.0", "big": 12345678901234567890}, "user": "u1"}
    assert run("sql", query, "--csv").endswith(',"""u1"""\n'), "text elsewhere"
