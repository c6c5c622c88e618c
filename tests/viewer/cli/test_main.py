from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from spanglass_store.faults import Interrupted, StoreFault
from spanglass_viewer.cli import main as main_module
from spanglass_viewer.cli.command import Command, ExitCode, NotFound
from spanglass_viewer.cli.commands import install_desktop, open_window, uninstall_desktop
from spanglass_viewer.cli.main import COMMANDS, load_command, main
from spanglass_viewer.instance.doorway import Doorway

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def use_stand_in(monkeypatch: pytest.MonkeyPatch, run: Callable[..., int], name: str = "stand-in") -> None:
    command = Command(name, "a stand-in", lambda _parser: None, run)
    monkeypatch.setattr(main_module, "COMMANDS", {name: "nowhere"})
    monkeypatch.setattr(main_module, "load_command", lambda _name: command)


def test_no_command_opens_the_window(monkeypatch: pytest.MonkeyPatch, store_path: Path) -> None:
    opened: list[tuple[Path, dict[str, object]]] = []
    monkeypatch.setattr(open_window, "show_window", lambda store, **options: opened.append((store, options)) or 0)
    assert main(["--store", str(store_path), "--theme", "light", "--size", "800x600"]) == ExitCode.OK
    assert main(["open", "--store", str(store_path), "--link", "spanglass://trace/abc?span=d"]) == ExitCode.OK
    monkeypatch.setenv("SPANGLASS_STORE", str(store_path))
    assert main([]) == ExitCode.OK
    assert [store for store, _ in opened] == [store_path] * 3
    assert isinstance(opened[0][1].pop("doorway"), Doorway)
    assert opened[0][1] == {"link": None, "theme": "light", "size": (800, 600), "screenshot": None}
    assert opened[1][1]["link"] == "spanglass://trace/abc?span=d"


def test_open_takes_a_store_as_its_target(monkeypatch: pytest.MonkeyPatch, store_path: Path) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(open_window, "show_window", lambda store, **_: opened.append(store) or 0)
    main(["open", "--store", str(store_path)])
    assert main(["open", str(store_path)]) == ExitCode.OK
    assert opened == [store_path] * 2


@pytest.mark.parametrize("link", ["https://evil.example/x", "spanglass://run/rm", "spanglass://trace/../../etc"])
def test_a_foreign_link_is_refused(link: str, store_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "--store", str(store_path), link]) == ExitCode.NOT_FOUND
    assert "The link cannot be opened" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["show"],
        ["open", "--size", "big"],
        ["list", "--limit", "0"],
        ["list", "--no-such"],
        ["show", "-x"],
    ],
)
def test_wrong_arguments_end_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main(arguments)
    assert ending.value.code == ExitCode.USAGE
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("lst", "There is no command 'lst'. Did you mean `list`? `spanglass --help` lists them."),
        ("zzz", "There is no command 'zzz'. `spanglass --help` lists them."),
        ("spanglass://trace/1", "What is to be opened stands behind `open`: spanglass open spanglass://trace/1"),
        ("/", "What is to be opened stands behind `open`: spanglass open /"),
    ],
)
def test_what_is_no_command_is_told_what_was_meant(
    name: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name]) == ExitCode.USAGE
    assert capsys.readouterr().err == f"spanglass: {sentence}\n"


@pytest.mark.parametrize("limit", ["0", "x", "-1", "1.5", ""])
def test_a_limit_is_a_number(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["list", "--limit", limit])
    assert f"argument --limit: {limit!r} is not a number from 1 on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "code", "sentence"),
    [
        (NotFound("There is no such trace."), ExitCode.NOT_FOUND, "spanglass: There is no such trace.\n"),
        (StoreFault("The disk is full.", "/s"), ExitCode.FAULT, "spanglass: The disk is full. /s\n"),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, ""),
    ],
)
def test_faults_are_sentences_and_exit_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raised: BaseException, code: int, sentence: str
) -> None:
    def run(_options: object) -> int:
        raise raised

    use_stand_in(monkeypatch, run)
    assert main(["stand-in"]) == code
    assert capsys.readouterr().err == sentence


def test_every_command_has_help_and_store(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        assert load_command(name).name == name
        with pytest.raises(SystemExit) as ending:
            main([name, "--help"])
        assert ending.value.code == 0
        assert "--store" in capsys.readouterr().out


def test_path_says_where(store_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["path", "--store", str(store_path)]) == ExitCode.OK
    assert capsys.readouterr().out == f"{store_path}\n"
    assert main(["path", "--store", str(store_path), "--json"]) == ExitCode.OK
    fields = json.loads(capsys.readouterr().out)
    assert (fields["path"], fields["exists"], fields["store_id"]) == (str(store_path), False, None)
    assert not store_path.exists()


def test_init_makes_a_store_that_git_ignores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path)]) == ExitCode.OK
    assert main(["init", str(tmp_path)]) == ExitCode.OK
    assert (tmp_path / ".spanglass" / ".gitignore").read_text().endswith("*\n")
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    main(["path"])
    assert capsys.readouterr().out == f"{tmp_path / '.spanglass'}\n"


def test_init_tells_a_program_whether_the_store_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for is_new in (True, False):
        assert main(["init", str(tmp_path), "--json"]) == ExitCode.OK
        told = json.loads(capsys.readouterr().out)
        assert (told["path"], told["is_new"]) == (str(tmp_path / ".spanglass"), is_new)


def test_a_program_is_told_what_the_desktop_was_given(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install_desktop, "_install", lambda: ["/a/entry"])
    monkeypatch.setattr(uninstall_desktop, "_uninstall", lambda: ["/a/entry"])
    assert main(["install", "--json"]) == main(["uninstall", "--json"]) == ExitCode.OK
    told = capsys.readouterr().out
    assert re.sub(r"\s", "", told) == '{"written":["/a/entry"]}{"removed":["/a/entry"]}'


@pytest.mark.parametrize("command", [["list"], ["show", "latest"], ["export"], ["attachment", "k"]])
def test_reading_makes_no_store(command: list[str], store_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--store", str(store_path)]) == ExitCode.NOT_FOUND
    assert capsys.readouterr().err.startswith("spanglass: There is no store yet")
    assert not store_path.exists()


def test_the_command_line_loads_neither_qt_nor_duckdb() -> None:
    code = (
        "import sys, spanglass_viewer.cli.main; print({'PySide6', 'duckdb', 'numpy', 'spanglass'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"


def test_a_reader_that_leaves_is_no_error(store_path: Path) -> None:
    command = [sys.executable, "-m", "spanglass_viewer.cli.main", "path", "--store", str(store_path)]
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        result = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
    assert (result.returncode, result.stderr) == (ExitCode.OK, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device here is always full")  # noqa: PTH110 - as short
def test_an_output_that_takes_nothing_is_a_fault(store_path: Path) -> None:
    command = [sys.executable, "-m", "spanglass_viewer", "path", "--store", str(store_path)]
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        found = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert found.returncode == ExitCode.FAULT
    assert found.stderr == "spanglass: The output could not be written: no space left on device.\n"


@pytest.mark.parametrize("ending", [KeyboardInterrupt, Interrupted])
def test_what_is_cancelled_ends_with_130(monkeypatch: pytest.MonkeyPatch, ending: type[BaseException]) -> None:
    def run(_options: object) -> int:
        raise ending

    use_stand_in(monkeypatch, run)
    assert main(["stand-in"]) == ExitCode.INTERRUPTED
