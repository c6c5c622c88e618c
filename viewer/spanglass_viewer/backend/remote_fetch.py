"""Fetches one image because the user asked for it: no cookies, no private addresses, bounded in size and time.

The address that is connected to is the one that was checked: a name that resolves twice cannot lead elsewhere.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from spanglass_viewer.values.media_formats import HEAD_BYTES, MediaKind, sniff_format

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 25_000_000
MAX_SECS = 20.0
_MAX_REDIRECTS = 4
_CHUNK_BYTES = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_HEADERS = {"User-Agent": "Spanglass", "Accept": "image/*", "Accept-Encoding": "identity", "Connection": "close"}
_PORTS = {"http": 80, "https": 443}


class RemoteFault(Exception):  # noqa: N818 - it names what is wrong with the address
    """An image cannot be fetched; its text is a sentence without its full stop."""


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the internet: none of this machine, of its network, or of a special use."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


@dataclass(slots=True)
class RemoteFetch:
    """One fetch. `resolve` and `may_connect` are the network's own rules; tests bring theirs."""

    url: str
    resolve: Callable[[str, int], list[str]] = resolve
    may_connect: Callable[[str], bool] = is_public
    max_bytes: int = MAX_BYTES
    max_secs: float = MAX_SECS
    _until: float = field(default=0.0, init=False)
    _socket: socket.socket | None = field(default=None, init=False)
    _is_cancelled: bool = field(default=False, init=False)

    def run(self) -> bytes:
        """Return the image's bytes. Raises RemoteFault."""
        self._until = time.monotonic() + self.max_secs
        url = self.url
        for _ in range(_MAX_REDIRECTS + 1):
            try:
                answer = self._get(url)
            except (OSError, http.client.HTTPException) as fault:
                raise RemoteFault(self._why(fault, url)) from None
            if isinstance(answer, bytes):
                return answer
            if urlsplit(url).scheme == "https" and urlsplit(answer).scheme != "https":
                raise RemoteFault("It is redirected to an address without encryption")
            url = answer
        raise RemoteFault("It is redirected too often")

    def cancel(self) -> None:
        """Break the connection; any thread may call this."""
        self._is_cancelled = True
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it may have ended by itself just now
                self._socket.shutdown(socket.SHUT_RDWR)  # a close from here would leave the reader waiting

    def _get(self, url: str) -> bytes | str:
        """Return the bytes, or where they are said to be instead."""
        parts = urlsplit(url)
        host = parts.hostname
        if parts.scheme not in _PORTS or not host:
            raise RemoteFault("Only http and https addresses are fetched")
        connection = self._connect(host, parts.port or _PORTS[parts.scheme], is_secure=parts.scheme == "https")
        try:
            path = parts.path or "/"
            connection.request("GET", f"{path}?{parts.query}" if parts.query else path, headers=_HEADERS)
            with connection.getresponse() as response:
                if response.status in _REDIRECTS and (target := response.headers.get("Location")):
                    return urljoin(url, target)
                if response.status != _OK:
                    raise RemoteFault(f"{host} answered {response.status} {response.reason[:60]}".rstrip())
                return self._read(response)
        finally:
            connection.close()

    def _connect(self, host: str, port: int, *, is_secure: bool) -> http.client.HTTPConnection:
        addresses = self.resolve(host, port)
        if not addresses:
            raise RemoteFault(f"{host} has no address")
        if not all(map(self.may_connect, addresses)):
            raise RemoteFault(f"{host} is an address of this machine or its own network, which is never fetched from")
        plain = socket.create_connection((addresses[0], port), timeout=self._left())
        self._socket = plain
        if is_secure:
            try:
                plain = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            except OSError:
                plain.close()
                raise
            self._socket = plain
        connection = http.client.HTTPConnection(host, port)
        connection.sock = plain
        return connection

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        data = bytearray()
        while chunk := response.read1(_CHUNK_BYTES):
            data += chunk
            if len(data) > self.max_bytes:
                raise RemoteFault(f"It is larger than {self.max_bytes / 1e6:g} MB")
            if self._socket is not None:
                self._socket.settimeout(self._left())
        if sniff_format(bytes(data[:HEAD_BYTES])).kind is not MediaKind.IMAGE:
            raise RemoteFault("What came is no image")
        return bytes(data)

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _why(self, fault: OSError | http.client.HTTPException, url: str) -> str:
        if self._is_cancelled:
            return "It was cancelled"
        if isinstance(fault, TimeoutError):
            return f"It takes longer than {self.max_secs:g} seconds"
        if isinstance(fault, ssl.SSLCertVerificationError):
            return f"{urlsplit(url).hostname} has no certificate that can be trusted ({fault.verify_message})"
        what = getattr(fault, "strerror", None) or type(fault).__name__
        return f"{urlsplit(url).hostname} cannot be reached ({what})"
