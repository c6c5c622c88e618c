"""Images at addresses: fetched when the user asks, or has allowed their host; kept until the window closes."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Signal, Slot

from spanglass_viewer.values.media_formats import HEAD_BYTES, sniff_format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from spanglass_viewer.backend.remote_fetch import RemoteFetch
    from spanglass_viewer.values.media import MediaItem

_MAX_AT_ONCE = 4
_END_SECS = 2.0


def make_fetch(url: str) -> RemoteFetch:
    """Return a fetch by the network's own rules, loading what speaks HTTP: no start waits for that."""
    from spanglass_viewer.backend.remote_fetch import RemoteFetch  # noqa: PLC0415 - see above

    return RemoteFetch(url)


class RemoteImages(QObject):
    """What was fetched lies in a private folder, which goes with the window."""

    fetched = Signal(str, object)  # url, MediaItem with its bytes
    failed = Signal(str, str)  # url, a sentence without its full stop
    hosts_changed = Signal(object)  # tuple[str, ...]
    _told = Signal(str, object)

    def __init__(
        self,
        hosts: Iterable[str] = (),
        parent: QObject | None = None,
        *,
        make_fetch: Callable[[str], RemoteFetch] = make_fetch,
    ) -> None:
        super().__init__(parent)
        self._hosts = tuple(hosts)
        self._make_fetch = make_fetch
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._items: dict[str, MediaItem] = {}
        self._waiting: dict[str, MediaItem] = {}
        self._running: dict[str, tuple[RemoteFetch, threading.Thread]] = {}
        self._told.connect(self._on_told)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts from which images are fetched without being asked for."""
        return self._hosts

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is being fetched."""
        return not self._waiting

    def find(self, url: str) -> MediaItem | None:
        """Return an image that was fetched before."""
        return self._items.get(url)

    def is_fetching(self, url: str) -> bool:
        """Tell whether an image is on its way."""
        return url in self._waiting

    def is_allowed(self, url: str) -> bool:
        """Tell whether the user has allowed the address's host."""
        return host_of(url) in self._hosts

    def allow_host(self, url: str) -> None:
        """Fetch from this host without being asked from now on."""
        if (host := host_of(url)) and host not in self._hosts:
            self.set_hosts((*self._hosts, host))

    def set_hosts(self, hosts: Iterable[str]) -> None:
        """Allow these hosts and no others."""
        self._hosts = tuple(hosts)
        self.hosts_changed.emit(self._hosts)

    def fetch(self, item: MediaItem) -> None:
        """Fetch an image; `fetched` or `failed` follows."""
        if item.url is not None and item.url not in self._waiting:
            self._waiting[item.url] = item
            self._start_waiting()

    def stop(self) -> None:
        """Break what is on its way, and delete what was fetched."""
        self.blockSignals(True)
        self._waiting.clear()
        for fetch, thread in list(self._running.values()):
            fetch.cancel()
            thread.join(_END_SECS)
        self._running.clear()
        self._items.clear()
        if self._folder is not None:
            self._folder.cleanup()

    def _start_waiting(self) -> None:
        for url in self._waiting:
            if len(self._running) >= _MAX_AT_ONCE:
                return
            if url not in self._running:
                fetch = self._make_fetch(url)
                thread = threading.Thread(target=self._run, args=(url, fetch), name="spanglass fetch", daemon=True)
                self._running[url] = fetch, thread
                thread.start()

    def _run(self, url: str, fetch: RemoteFetch) -> None:
        from spanglass_viewer.backend.remote_fetch import RemoteFault  # noqa: PLC0415 - loaded with the fetch

        try:
            told: bytes | str = fetch.run()
        except RemoteFault as fault:
            told = str(fault)
        self._told.emit(url, told)

    @Slot(str, object)
    def _on_told(self, url: str, told: bytes | str) -> None:
        self._running.pop(url, None)
        item = self._waiting.pop(url, None)
        if item is None:
            return
        if isinstance(told, str):
            self.failed.emit(url, told)
        else:
            self._items[url] = self._keep(item, told)
            self.fetched.emit(url, self._items[url])
        self._start_waiting()

    def _keep(self, item: MediaItem, data: bytes) -> MediaItem:
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="spanglass-fetched-")
        path = Path(self._folder.name) / str(len(self._items))
        path.write_bytes(data)
        known = sniff_format(data[:HEAD_BYTES])
        return replace(
            item, path=path, size_bytes=len(data), kind=known.kind, content_type=known.content_types[0], problem=None
        )


def host_of(url: str) -> str:
    """Return the host of an address in lower case, nothing where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
