"""The doorway of a window: who owns it, who may come in."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from spanglass_viewer.instance import doorway as doorway_module
from spanglass_viewer.instance.doorway import WindowSilent, claim_doorway, connect, is_own_peer, list_doorways
from spanglass_viewer.instance.hand_over import REFUSED, TAKEN, activation_token, enter, hand_over, hand_to_any
from spanglass_viewer.instance.visit import Visit, decode_visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_viewer.instance.doorway import Doorway

STORE, OTHER = "6dc42f11-a877-4916-a52a-c39ab9d77c7f", "00000000-a877-4916-a52a-c39ab9d77c7f"


@pytest.fixture
def doorway() -> Iterator[Doorway]:
    claimed = claim_doorway(STORE)
    assert claimed is not None
    assert claimed.listener is not None
    claimed.listener.setblocking(True)
    yield claimed
    claimed.close()


def answer_one(doorway: Doorway, answer: bytes) -> threading.Thread:
    def serve() -> None:
        assert doorway.listener is not None
        connection, _ = doorway.listener.accept()
        with connection:
            assert is_own_peer(connection)
            decode_visit(connection.makefile("rb").readline())
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_one_window_a_store(doorway: Doorway) -> None:
    assert doorway.path is not None
    assert claim_doorway(STORE) is None
    other = claim_doorway(OTHER)
    assert other is not None
    assert list_doorways() == [other.path.stem, doorway.path.stem] if other.path else False
    other.close()
    assert list_doorways() == [doorway.path.stem]
    doorway.close()
    again = claim_doorway(STORE)
    assert again is not None
    again.close()


def test_the_folder_and_the_socket_are_the_user_s_alone(doorway: Doorway) -> None:
    assert doorway.path is not None
    assert stat.S_IMODE(doorway.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(doorway.path.stat().st_mode) == 0o600


def test_a_visit_is_taken_or_refused(doorway: Doorway) -> None:
    for answer in (TAKEN, REFUSED):
        thread = answer_one(doorway, answer)
        if answer == TAKEN:
            assert enter(STORE, Visit()) is None
        else:
            with pytest.raises(WindowSilent, match="another version"):
                hand_over(STORE, Visit())
        thread.join()
    thread = answer_one(doorway, TAKEN)
    assert hand_to_any(Visit(name="a"))
    thread.join()


def test_a_window_that_hangs_is_said(doorway: Doorway) -> None:
    assert doorway.path is not None
    with pytest.raises(WindowSilent, match="does not answer"):
        hand_over(STORE, Visit(), timeout_secs=0.05)


def test_a_window_that_was_killed_leaves_nothing_in_the_way() -> None:
    code = (
        "import sys; from spanglass_viewer.instance.doorway import claim_doorway;"
        "doorway = claim_doorway(sys.argv[1]); print(doorway.path, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, STORE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        path = Path(process.stdout.readline().strip())
        assert claim_doorway(STORE) is None
        process.kill()
    assert path.exists()
    assert not hand_over(STORE, Visit())
    claimed = enter(STORE, Visit())
    assert claimed is not None
    claimed.close()


def test_a_folder_that_others_can_enter_is_not_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    (runtime / "spanglass").mkdir(parents=True)
    (runtime / "spanglass").chmod(0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    claimed = claim_doorway(STORE)
    assert claimed is not None
    assert claimed.path is None or claimed.path.parent != runtime / "spanglass"
    claimed.close()


def test_a_link_in_the_folder_s_place_is_not_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o700)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "spanglass").symlink_to(tmp_path / "mine")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    claimed = claim_doorway(STORE)
    assert claimed is not None
    claimed.close()
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_path_that_is_too_long_for_a_socket_is_avoided(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    runtime = tmp_path / ("x" * 90)
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    claimed = claim_doorway(STORE)
    assert claimed is not None
    assert claimed.path is not None
    assert claimed.path.parent == Path("/tmp", f"spanglass-{os.getuid()}")  # noqa: S108 - the fallback, checked by owner and mode
    claimed.close()


def test_where_there_are_no_doorways_every_start_is_a_window_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorway_module, "HAS_DOORWAYS", False)
    for _ in range(2):
        claimed = enter(STORE, Visit())
        assert claimed is not None
        claimed.close()
    assert list_doorways() == []


def test_another_user_is_known_by_the_socket(doorway: Doorway, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doorway.listener is not None
    with connect(STORE, 1):
        connection, _ = doorway.listener.accept()
        with connection:
            assert is_own_peer(connection)
            monkeypatch.setattr(os, "getuid", lambda: 12345)
            assert not is_own_peer(connection)


@pytest.mark.parametrize(
    ("name", "token", "taken"),
    [
        ("XDG_ACTIVATION_TOKEN", "abc", "abc"),
        ("DESKTOP_STARTUP_ID", "gnome_TIME12", "gnome_TIME12"),
        ("XDG_ACTIVATION_TOKEN", "a b", None),
        ("XDG_ACTIVATION_TOKEN", "x" * 257, None),
        ("NO_SUCH", "x", None),
    ],
)
def test_the_desktop_s_permission(monkeypatch: pytest.MonkeyPatch, name: str, token: str, taken: str | None) -> None:
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    monkeypatch.delenv("DESKTOP_STARTUP_ID", raising=False)
    monkeypatch.setenv(name, token)
    assert activation_token() == taken


def test_a_socket_of_a_closed_window_is_nobody_s() -> None:
    assert not hand_over(STORE, Visit())
    with pytest.raises(OSError, match="No such file"):
        connect(STORE, 1)
    assert socket.AF_UNIX
