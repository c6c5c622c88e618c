"""`spanglass open` beside a window that is open: the link is handed over before anything large is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id

from spanglass_store import location
from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.known_stores import find_known_store, note_opened_store, note_store
from spanglass_store.links.addresses import SpanAddress
from spanglass_store.links.slugs import ObjectType, SpanSlug, encode_slug
from spanglass_store.location import StoreInfo, ensure_store
from spanglass_viewer.cli.command import ExitCode
from spanglass_viewer.cli.commands import open_window
from spanglass_viewer.cli.main import main
from spanglass_viewer.instance.doorway import claim_doorway
from spanglass_viewer.instance.hand_over import TAKEN
from spanglass_viewer.instance.visit import Visit, decode_visit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPAN = f"{7:016x}"
OTHER_STORE = "00000000-a877-4916-a52a-c39ab9d77c7f"


class OpenWindow:
    """Stands in for a window: takes every visit."""

    def __init__(self, info: StoreInfo) -> None:
        self.info = info
        self.visits: list[Visit] = []
        doorway = claim_doorway(info.id)
        assert doorway is not None
        assert doorway.listener is not None
        self._doorway = doorway
        self._listener = doorway.listener
        self._listener.setblocking(True)
        self._is_open = True
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while self._is_open:
            connection, _ = self._listener.accept()
            with connection, connection.makefile("rb") as lines:
                if line := lines.readline():
                    self.visits.append(decode_visit(line))
                    connection.sendall(TAKEN)

    def close(self) -> None:
        self._is_open = False
        self._listener.shutdown(2)
        self._thread.join()
        self._doorway.close()


@pytest.fixture
def window(store_path: Path) -> Iterator[OpenWindow]:
    opened = OpenWindow(ensure_store(store_path))
    yield opened
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "excepthook", lambda _: None)  # accept ends with an error when the listener does
        opened.close()


SECOND_START = """
import json, sys
from spanglass_viewer.cli.main import main
code = main({arguments!r})
print(json.dumps([code, sorted({{name.split(".")[0] for name in sys.modules}})]))
"""


def test_a_second_start_hands_its_link_over_before_anything_large_is_loaded(window: OpenWindow) -> None:
    link = f"spanglass://trace/{root_id()}?span={SPAN}&store={window.info.id}&field=output"
    note_store(window.info)
    program = SECOND_START.format(arguments=["open", link])
    code, loaded = json.loads(subprocess.check_output([sys.executable, "-c", program], text=True))
    assert code == ExitCode.OK
    assert window.visits[0].address == SpanAddress(root_id(), SPAN, window.info.id, "output")
    large = {"PySide6", "_duckdb", "numpy", "PIL", "spanglass", "spanglass_assets", "asyncio", "email", "zipfile"}
    assert not large & set(loaded)
    assert "spanglass_viewer" in loaded


def test_what_only_the_store_knows_is_left_to_the_window(window: OpenWindow, store_path: Path) -> None:
    slug = encode_slug(
        SpanSlug(ObjectType.PROJECT_LOGS, object_id="p", row_id="r", span_id=SPAN, root_span_id=root_id())
    )
    url = f"https://www.braintrust.dev/app/o/p/logs?r={root_id()}&s={SPAN}"
    for target in ("8b6089", slug, url):
        assert main(["open", "--store", str(store_path), target]) == ExitCode.OK
    assert main(["open", str(store_path)]) == ExitCode.OK
    named = Visit(SpanAddress(root_id(), SPAN))
    assert window.visits == [Visit(name="8b6089"), named, named, Visit()]


def test_a_link_finds_its_store_from_anywhere(
    window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANGLASS_STORE", str(tmp_path / "elsewhere"))
    note_store(window.info)
    assert main(["open", f"spanglass://trace/a?store={window.info.id}"]) == ExitCode.OK
    assert window.visits == [Visit(SpanAddress("a", None, window.info.id))]
    assert not (tmp_path / "elsewhere").exists()


def test_a_link_into_an_unknown_store_goes_to_whatever_window_is_open(window: OpenWindow) -> None:
    assert find_known_store(OTHER_STORE) is None
    assert main(["open", f"spanglass://trace/a?store={OTHER_STORE}"]) == ExitCode.OK
    assert window.visits == [Visit(SpanAddress("a", None, OTHER_STORE))]


def test_a_picture_is_taken_beside_the_window(
    window: OpenWindow, store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Path] = []
    monkeypatch.setattr(open_window, "show_window", lambda _store, *, screenshot, **_: taken.append(screenshot) or 0)
    assert main(["open", "--store", str(store_path), "--screenshot", str(tmp_path / "a.png")]) == ExitCode.OK
    assert taken == [tmp_path / "a.png"]
    assert window.visits == []


@pytest.mark.parametrize("name", ["notes.txt", "other.zip", "folder.d"])
def test_what_is_no_store_and_no_export_is_said_to_be_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    target = tmp_path / name
    if name == "folder.d":
        target.mkdir()
    else:
        target.write_bytes(b"PK\x03\x04 but no bundle")
    assert main(["open", str(target)]) == ExitCode.FAULT
    assert f"neither a store's folder, nor a bundle, nor JSON lines. {target}" in capsys.readouterr().err


def test_where_no_store_is_named_and_none_was_used_the_last_one_is_opened(
    store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(open_window, "show_window", lambda store, **_: shown.append(store) or 0)
    monkeypatch.delenv("SPANGLASS_STORE", raising=False)
    usual = tmp_path / "data" / "default"
    for module in (open_window, location):
        monkeypatch.setattr(module, "default_store_path", lambda: usual)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    assert main(["open"]) == ExitCode.OK
    assert shown.pop() == usual, "no window showed any store yet"
    database = Database(usual)
    Merger(database, usual).merge_once()  # as the window does
    database.close()
    note_opened_store(ensure_store(store_path))
    assert main([]) == ExitCode.OK
    assert shown.pop() == store_path

    monkeypatch.setenv("SPANGLASS_STORE", str(usual))
    assert main(["open"]) == ExitCode.OK
    assert shown.pop() == usual, "it is named"
    monkeypatch.delenv("SPANGLASS_STORE")
    journal = JournalWriter(usual)
    journal.span(7, name="run")
    journal.die()
    assert main(["open"]) == ExitCode.OK
    assert shown.pop() == usual, "something was logged there"


def test_a_program_is_told_which_window_shows_what(
    window: OpenWindow, store_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note_store(window.info)
    link = f"spanglass://trace/a?store={window.info.id}"
    assert main(["open", link, "--json"]) == ExitCode.OK
    told = {"window": "reached", "pid": None, "store": str(store_path), "store_id": window.info.id, "link": link}
    assert json.loads(capsys.readouterr().out) == told | {"picture": None}
    elsewhere = f"spanglass://trace/a?store={OTHER_STORE}"
    assert main(["open", elsewhere, "--json", "--store", str(tmp_path / "x")]) == ExitCode.OK
    told |= {"store": None, "store_id": None, "link": elsewhere}
    assert json.loads(capsys.readouterr().out) == told | {"picture": None}


def test_a_program_is_told_of_a_window_before_it_closes(
    store_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(open_window, "show_window", lambda *_, **__: said.append(capsys.readouterr().out) or 0)
    assert main(["open", "--json", "--store", str(store_path)]) == ExitCode.OK
    told = json.loads(said[0])
    assert (told["window"], told["pid"], told["store"]) == ("opened", os.getpid(), str(store_path))
    picture = tmp_path / "a.png"
    assert main(["open", "--json", "--store", str(store_path), "--screenshot", str(picture)]) == ExitCode.OK
    assert said[1] == ""
    told = json.loads(capsys.readouterr().out)
    assert (told["window"], told["pid"], told["picture"]) == ("none", None, str(picture))


def test_a_name_that_cannot_be_handed_over_is_looked_up_here(window: OpenWindow, store_path: Path) -> None:
    journal = JournalWriter(store_path)
    journal.span(7, name="run")
    journal.die()
    assert main(["open", "--store", str(store_path), "no such thing"]) == ExitCode.NOT_FOUND
    assert window.visits == []


def test_link_prints_what_open_takes(
    store_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = JournalWriter(store_path)
    journal.span(7, name="run")
    journal.die()
    info = ensure_store(store_path)
    assert main(["link", "--store", str(store_path), "latest"]) == ExitCode.OK
    assert capsys.readouterr().out == f"spanglass://trace/{root_id()}?store={info.id}\n"
    assert find_known_store(info.id) == store_path
    assert main(["link", "--store", str(store_path), "row", "--field", "input", "--json"]) == ExitCode.OK
    link = f"spanglass://trace/{root_id()}?span={SPAN}&store={info.id}&field=input"
    assert json.loads(capsys.readouterr().out) == {"link": link, "root_span_id": root_id(), "span_id": SPAN}
    assert main(["link", "--store", str(store_path), "latest", "--field", "../x"]) == ExitCode.USAGE
    assert main(["link", "--store", str(store_path), "nothing"]) == ExitCode.NOT_FOUND
    opened: list[str | None] = []
    monkeypatch.setattr(open_window, "show_window", lambda _store, *, link, **_: opened.append(link) or 0)
    assert main(["open", link]) == ExitCode.OK
    assert opened == [link]
