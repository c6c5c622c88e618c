"""Opens every span and every attachment of a store in the real window, and prints what that cost as JSON.

python tests/hostile/probe_window.py STORE
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QObject, QSettings, QTimer, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from spanglass_store import open_store
from spanglass_store.location import ensure_store
from spanglass_viewer.app.main_window import MainWindow
from spanglass_viewer.backend import images
from spanglass_viewer.backend.decoder_process import DecoderProcess
from spanglass_viewer.backend.threads import Backend
from spanglass_viewer.decoders.confinement import leave_the_network
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.theme.fonts import load_fonts

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE_SECS = 20.0
_DECODER_SECS = 0.7  # a bomb costs the suite no more than that
_NET = ("tcp", "tcp6", "udp", "udp6", "raw", "raw6")


class StallWatch(QObject):
    """Notes how long the event loop was away."""

    def __init__(self) -> None:
        super().__init__()
        self.stalls_ms: list[tuple[float, str]] = []
        self.doing = ""
        self._clock = QElapsedTimer()
        self._clock.start()
        self._last_ns = self._clock.nsecsElapsed()
        self.cpu_ms: list[tuple[float, str]] = []
        self._last_cpu = time.thread_time()
        self._timer = QTimer(self, interval=5)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    def _on_tick(self) -> None:
        now = self._clock.nsecsElapsed()
        self.stalls_ms.append(((now - self._last_ns) / 1e6 - 5, self.doing))
        self._last_ns = now
        cpu = time.thread_time()
        self.cpu_ms.append(((cpu - self._last_cpu) * 1000, self.doing))
        self._last_cpu = cpu


def main(store: Path) -> int:
    """Visit everything."""
    shared_network = _own_network()  # asked now: out of another user's namespace the parent's cannot be read
    leave_the_network()
    sockets: list[str] = []
    sys.addaudithook(lambda event, arguments: _note_socket(sockets, event, arguments))
    messages: list[str] = []
    qInstallMessageHandler(lambda kind, context, text: messages.append(text))  # noqa: ARG005 - Qt's signature
    images.THUMBNAIL_SECS = _DECODER_SECS
    DecoderProcess.ask.__defaults__ = (_DECODER_SECS,)
    with open_store(store) as reader:
        spans = [(trace.root_span_id, span.span_id, span.name) for trace in reader.list_traces()
                 for span in reader.get_trace(trace.root_span_id)]  # fmt: skip
    app = QApplication([])
    app.setStyle("Fusion")
    load_fonts()
    info = ensure_store(store)
    backend = Backend(info.path)
    settings = QSettings(str(info.path.with_name("window.ini")), QSettings.Format.IniFormat)
    window = MainWindow(info, backend, Appearance(app, ThemeMode.DARK), settings)
    window.resize(1280, 800)
    window.show()
    backend.start()
    window.controller.start()
    _wait_for(lambda: window.controller.is_settled)
    watch = StallWatch()
    shown = [_visit(window, watch, *span) for span in spans]
    open_sockets = _list_sockets(shared_network)
    window.close()
    worst = sorted(watch.stalls_ms, reverse=True)[:8]
    report = {
        "spans": len(spans),
        "shown": shown,
        "worst_cpu_ms": [(round(busy), doing) for busy, doing in sorted(watch.cpu_ms, reverse=True)[:8]],
        "worst_ms": [(round(stall), doing) for stall, doing in worst],
        "own_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "decoder_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "sockets": sockets + open_sockets,
        "messages": [text for text in messages if "propagateSizeHints" not in text],
    }
    print(json.dumps(report))
    return 0


def _visit(window: MainWindow, watch: StallWatch, root: str, span_id: str, name: str) -> dict[str, Any]:
    watch.doing = f"span {name[:40]}"
    window.controller.open_trace(root, span_id)
    pane = window.detail_pane

    def is_shown() -> bool:
        span = window.selection.span
        is_there = span is not None and span.span_id == span_id
        return is_there and window.controller.is_settled and pane.is_idle and window.images.is_idle

    is_whole = _wait_for(is_shown)
    pane.grab()
    opened: dict[str, bool] = {}
    for item in pane.list_media():
        if item.has_bytes:
            watch.doing = f"large {item.name[:40]}"
            pane.open_media(item)
            opened[item.name[:40]] = _wait_for(lambda: pane.is_idle and window.images.is_idle)
            pane.lightbox.grab()
            pane.lightbox.close_lightbox()
    return {"name": name[:40], "is_whole": is_whole, "opened": opened}


def _wait_for(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + _PATIENCE_SECS
    while not condition():
        if time.monotonic() > until:
            return False
        QCoreApplication.processEvents()
        time.sleep(0.002)
    return True


def _note_socket(sockets: list[str], event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind"}:
        sockets.append(f"{event} {arguments[1:]}")


def _own_network() -> Path:
    return Path("/proc/self/ns/net").readlink()


def _list_sockets(shared_network: Path) -> list[str]:
    """Return the sockets of this process's own network; nothing where it could not leave the `shared_network`."""
    if _own_network() == shared_network:
        return []
    found: list[str] = []
    for kind in _NET:
        found += [f"{kind} {line}" for line in Path(f"/proc/self/net/{kind}").read_text().splitlines()[1:]]
    return found


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
