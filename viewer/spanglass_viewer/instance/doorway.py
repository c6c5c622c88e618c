"""The doorway of a window: a socket in a private folder, and the lock that decides which window owns it.

Unix sockets are what this needs, so it is there on Linux and macOS. On Windows each start opens a window of its own: a
named pipe with its owner's access list would take the socket's place, in `claim_doorway` and `connect` alone.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from spanglass_store.faults import StoreFault

_MAX_PATH_BYTES = 100  # the kernel takes 107, macOS 103
_NAME_CHARS = 16
_BACKLOG = 16
_PEER_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid
HAS_DOORWAYS = sys.platform != "win32" and hasattr(socket, "AF_UNIX")


@dataclass(slots=True)
class Doorway:
    """What a window owns: the listening socket, None where there can be none, and the lock, which ends with it."""

    listener: socket.socket | None = None
    path: Path | None = None
    lock_fd: int = -1

    def close(self) -> None:
        """Give the name free for the next window."""
        if self.listener is None or self.path is None:
            return
        # the name goes before the lock, so that it is never the next owner's that goes
        self.path.unlink(missing_ok=True)
        self.listener.close()
        os.close(self.lock_fd)
        self.listener = None


def claim_doorway(store_id: str) -> Doorway | None:
    """Return the doorway of the window of a store, now owned and open; None where another window owns it.

    Where there can be none (Windows, no private folder), it is a doorway that nobody can come through.
    """
    folder = _find_private_folder() if HAS_DOORWAYS else None
    if folder is None:
        return Doorway()
    import fcntl  # noqa: PLC0415 - Windows has none

    path = _socket_path(folder, store_id)
    try:
        lock_fd = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return Doorway()
    try:
        fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock_fd)
        return None
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)  # of a window that was killed: its lock is free, so nobody listens there
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        os.close(lock_fd)
        return Doorway()
    return Doorway(listener, path, lock_fd)


def connect(store_id: str, timeout_secs: float) -> socket.socket:
    """Return a connection to the window of a store. Raises OSError where none listens."""
    folder = _find_private_folder() if HAS_DOORWAYS else None
    if folder is None:
        raise FileNotFoundError("no window can be reached here")
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout_secs)
    try:
        connection.connect(str(_socket_path(folder, store_id)))
    except OSError:
        connection.close()
        raise
    return connection


def list_doorways() -> list[str]:
    """Return the names of the doorways that seem open, the newest first; each does for `connect`."""
    folder = _find_private_folder() if HAS_DOORWAYS else None
    sockets = [] if folder is None else list(folder.glob("*.sock"))
    with contextlib.suppress(OSError):
        sockets.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [path.stem for path in sockets]


def is_own_peer(connection: socket.socket) -> bool:
    """Tell whether the other end runs as this very user. The folder's mode says so already; this does not trust it."""
    if sys.platform == "linux":
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER_CREDENTIALS.size)
        return _PEER_CREDENTIALS.unpack(credentials)[1] == os.getuid()
    return True  # macOS: the folder alone


def _socket_path(folder: Path, store_id: str) -> Path:
    return folder / f"{store_id.replace('-', '')[:_NAME_CHARS]}.sock"


def _find_private_folder() -> Path | None:
    """Return a folder that nobody else can enter, made where it is missing; None where there is none to trust."""
    candidates = [Path("/tmp", f"spanglass-{os.getuid()}")]  # noqa: S108 - checked below, by owner and mode
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if Path(runtime).is_absolute():
        candidates.insert(0, Path(runtime, "spanglass"))
    for folder in candidates:
        if len(os.fsencode(folder)) + 1 + _NAME_CHARS + len(".sock") <= _MAX_PATH_BYTES and _is_private(folder):
            return folder
    return None


def _is_private(folder: Path) -> bool:
    try:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


class WindowSilent(StoreFault):
    """A window owns the store's doorway and does not answer."""
