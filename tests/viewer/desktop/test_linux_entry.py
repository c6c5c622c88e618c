"""What the desktop is told, and that it can be taken back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spanglass_viewer.cli.command import ExitCode
from spanglass_viewer.cli.main import main
from spanglass_viewer.desktop.linux_entry import install_entry, quote_argument, remove_entry
from spanglass_viewer.desktop.own_command import own_command

HANDLER = "x-scheme-handler/spanglass=spanglass.desktop"


def mime_list() -> Path:
    return Path(os.environ["XDG_CONFIG_HOME"], "mimeapps.list")


def everything() -> dict[str, bytes]:
    folders = [Path(os.environ[name]) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files if path.name != "mimeinfo.cache"}


def test_installing_twice_is_installing_once(tmp_path: Path) -> None:
    install_entry(["/a b/spanglass"])
    once = everything()
    install_entry(["/a b/spanglass"])
    assert everything() == once
    names = sorted(Path(path).name for path in once)
    assert names.count("spanglass.png") == 6
    assert {"spanglass.desktop", "spanglass.svg", "mimeapps.list"} <= set(names)
    assert remove_entry()
    assert remove_entry() == []
    assert everything() == {str(mime_list()): b"[Default Applications]\n"}
    assert list(tmp_path.iterdir()) == []


def test_lines_of_other_applications_stay() -> None:
    before = "[Added Associations]\ntext/html=a.desktop;\n\n[Default Applications]\ntext/html=firefox.desktop\n"
    mime_list().write_text(before)
    install_entry(["spanglass"])
    assert mime_list().read_text() == before.replace("Applications]\n", f"Applications]\n{HANDLER}\n")
    remove_entry()
    assert mime_list().read_text() == before


@pytest.mark.parametrize(
    ("argument", "quoted"),
    [("/usr/bin/x", '"/usr/bin/x"'), ("/a b", '"/a b"'), ('a"b$c', r'"a\\"b\\$c"'), ("100%", '"100%%"')],
)
def test_the_command_is_quoted_as_entries_want_it(argument: str, quoted: str) -> None:
    assert quote_argument(argument) == quoted


def test_our_own_command_starts_us() -> None:
    shown = subprocess.check_output([*own_command(), "--version"], text=True)
    assert shown.startswith("spanglass ")


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils are not installed")
def test_the_entry_is_valid() -> None:
    (entry, *_) = install_entry(["/a b/spanglass"])
    checked = subprocess.run(["desktop-file-validate", entry], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("gio") is None, reason="libglib2.0-bin is not installed")
def test_the_desktop_opens_a_link_with_what_was_installed(tmp_path: Path) -> None:
    got = tmp_path / "got"
    script = tmp_path / "a $b 100%.py"
    script.write_text(f"import pathlib, sys\npathlib.Path({str(got)!r}).write_text(' '.join(sys.argv[1:]))\n")
    install_entry([sys.executable, str(script)])
    link = "spanglass://trace/a?span=b&store=c"
    subprocess.run(["gio", "open", link], check=True, timeout=20)
    deadline = time.monotonic() + 20
    while not (got.is_file() and got.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert got.read_text() == f"open {link}"
    remove_entry()
    assert subprocess.run(["gio", "open", link], check=False, capture_output=True, timeout=20).returncode != 0


def test_the_commands_say_what_they_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install"]) == ExitCode.OK
    assert "open here now" in capsys.readouterr().out
    assert main(["uninstall"]) == ExitCode.OK
    assert "Taken back" in capsys.readouterr().out
    assert main(["uninstall"]) == ExitCode.OK
    assert "Nothing was installed" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert main(["install"]) == ExitCode.FAULT
    assert "cannot be written" in capsys.readouterr().err
