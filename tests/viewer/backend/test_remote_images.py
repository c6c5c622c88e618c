"""Fetching, against a server on this machine, with rules that let just that through."""

from __future__ import annotations

import http.server
import ssl
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import media_files as files
import pytest

from spanglass_viewer.backend.remote_fetch import RemoteFault, RemoteFetch, is_public
from spanglass_viewer.backend.remote_images import RemoteImages
from spanglass_viewer.values.media import MediaItem
from spanglass_viewer.values.media_formats import MediaKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

TLS = Path(__file__).parents[2] / "assets" / "tls"
PNG = files.encode_picture("PNG")


class _Answers(http.server.BaseHTTPRequestHandler):
    """`/mug` is an image, `/to?<url>` leads on, `/page` is none, `/large` never ends, `/slow` says nothing."""

    seen: list[tuple[str, dict[str, str]]]
    release: threading.Event

    def do_GET(self) -> None:
        self.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        path, _, rest = self.path.partition("?")
        if path == "/to":
            self.send_response(302)
            self.send_header("Location", rest)
            self.send_header("Set-Cookie", "id=1")
            self.end_headers()
        elif path == "/slow":
            self.release.wait(20)
        elif path in {"/mug", "/page", "/large"}:
            self.send_response(200)
            self.end_headers()
            body = {"/mug": PNG, "/page": b"<html>", "/large": PNG + bytes(3_000_000)}[path]
            self.wfile.write(body)
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    handler = type("Answers", (_Answers,), {"seen": [], "release": threading.Event()})
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    made.daemon_threads = True
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    handler.release.set()
    made.shutdown()
    thread.join()
    made.server_close()


def _seen(server: http.server.ThreadingHTTPServer) -> list[tuple[str, dict[str, str]]]:
    return server.RequestHandlerClass.seen  # pyright: ignore[reportAttributeAccessIssue] - the handler of these tests


def _fetch(server: http.server.ThreadingHTTPServer, path: str, **options: object) -> RemoteFetch:
    """Return a fetch for which this machine is `pictures.example`, on the internet."""
    rules = {"resolve": lambda host, port: ["127.0.0.1"], "may_connect": lambda address: True, **options}  # noqa: ARG005 - the rules' signatures
    return RemoteFetch(f"http://pictures.example:{server.server_port}{path}", **rules)  # pyright: ignore[reportArgumentType] - as above


def test_an_image_comes_without_cookies_and_without_a_word_on_who_asks(server: http.server.ThreadingHTTPServer) -> None:
    base = f"http://pictures.example:{server.server_port}"
    assert _fetch(server, f"/to?{base}/mug").run() == PNG
    assert [path for path, _ in _seen(server)] == [f"/to?{base}/mug", "/mug"]
    for _, headers in _seen(server):
        assert headers["host"] == f"pictures.example:{server.server_port}"
        assert headers.keys() == {"host", "user-agent", "accept", "accept-encoding", "connection"}


def _secure(server: http.server.ThreadingHTTPServer, certificate: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)


def _fetch_securely(server: http.server.ThreadingHTTPServer, path: str) -> RemoteFetch:
    fetch = _fetch(server, path)
    fetch.url = fetch.url.replace("http://", "https://", 1)
    return fetch


def test_an_image_comes_from_a_server_that_is_vouched_for(
    server: http.server.ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "authority.pem"))
    _secure(server, "good.pem")
    assert _fetch_securely(server, "/mug").run() == PNG


@pytest.mark.parametrize(
    ("certificate", "is_authority_known", "problem"),
    [
        ("good.pem", False, "unable to get local issuer certificate"),
        ("other-host.pem", True, "pictures.example"),
        ("expired.pem", True, "certificate has expired"),
    ],
)
def test_a_bad_certificate_is_refused_before_anything_is_asked(
    server: http.server.ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, certificate: str, problem: str, *,
    is_authority_known: bool,
) -> None:  # fmt: skip
    if is_authority_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "authority.pem"))
    _secure(server, certificate)
    with pytest.raises(RemoteFault, match=f"no certificate that can be trusted .*{problem}"):
        _fetch_securely(server, "/mug").run()
    assert _seen(server) == []


def test_encryption_is_not_given_up_on_the_way(
    server: http.server.ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "authority.pem"))
    _secure(server, "good.pem")
    with pytest.raises(RemoteFault, match="without encryption"):
        _fetch_securely(server, "/to?http://pictures.example/mug").run()


@pytest.mark.parametrize(
    ("path", "options", "problem"),
    [
        ("/page", {}, "no image"),
        ("/large", {"max_bytes": 1_000_000}, "larger than 1 MB"),
        ("/gone", {}, "answered 404"),
        ("/slow", {"max_secs": 0.3}, "longer than 0.3 seconds"),
        ("/to?ftp://x/y", {}, "Only http and https"),
    ],
)
def test_what_is_refused(
    server: http.server.ThreadingHTTPServer, path: str, options: dict[str, object], problem: str
) -> None:
    with pytest.raises(RemoteFault, match=problem):
        _fetch(server, path, **options).run()


def test_a_redirect_without_end_ends(server: http.server.ThreadingHTTPServer) -> None:
    fetch = _fetch(server, "/to?/round")
    loop = f"http://pictures.example:{server.server_port}/to?"
    fetch.url = loop * 6 + "/mug"
    with pytest.raises(RemoteFault, match="too often"):
        fetch.run()
    assert len(_seen(server)) == 5


def test_this_machine_is_never_asked(server: http.server.ThreadingHTTPServer) -> None:
    with pytest.raises(RemoteFault, match="this machine or its own network"):
        RemoteFetch(f"http://127.0.0.1:{server.server_port}/mug").run()
    assert _seen(server) == []


def test_a_redirect_to_this_machine_is_not_followed(server: http.server.ThreadingHTTPServer) -> None:
    public = "pictures.example"
    fetch = _fetch(server, f"/to?http://localhost:{server.server_port}/mug")
    fetch.resolve = lambda host, port: ["127.0.0.1"] if host == public else ["127.0.0.2"]  # noqa: ARG005 - the rule's signature
    fetch.may_connect = lambda address: address == "127.0.0.1"
    with pytest.raises(RemoteFault, match="localhost is an address of this machine"):
        fetch.run()
    assert len(_seen(server)) == 1


def test_one_private_address_among_several_refuses_the_host(server: http.server.ThreadingHTTPServer) -> None:
    fetch = _fetch(server, "/mug", resolve=lambda host, port: ["93.184.215.14", "10.0.0.1"], may_connect=is_public)  # noqa: ARG005 - the rule's signature
    with pytest.raises(RemoteFault, match="its own network"):
        fetch.run()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.1.2.3", "100.64.0.1", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::",
     "ff02::1"],
)  # fmt: skip
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def remote(qtbot: QtBot, server: http.server.ThreadingHTTPServer) -> Iterator[RemoteImages]:  # noqa: ARG001 - Qt has to be there
    made = RemoteImages(make_fetch=lambda url: _fetch(server, "/" + url.rpartition("/")[2]))
    yield made
    made.stop()


def _item(name: str) -> MediaItem:
    return MediaItem(f"url:{name}", name, "", MediaKind.IMAGE, url=f"https://pictures.example/{name}", problem="x")


def test_a_fetched_image_has_its_bytes_until_the_window_closes(qtbot: QtBot, remote: RemoteImages) -> None:
    item = _item("mug")
    with qtbot.waitSignal(remote.fetched) as fetched:
        remote.fetch(item)
        remote.fetch(item)
        assert not remote.is_idle
    assert fetched.args is not None
    found = fetched.args[1]
    assert (found.has_bytes, found.content_type, found.problem) == (True, "image/png", None)
    assert found.path.read_bytes() == PNG
    assert remote.find(item.url or "") == found
    remote.stop()
    assert not found.path.exists()


def test_what_fails_is_told_and_can_be_tried_again(
    qtbot: QtBot, remote: RemoteImages, server: http.server.ThreadingHTTPServer
) -> None:
    for _ in range(2):
        with qtbot.waitSignal(remote.failed) as failed:
            remote.fetch(_item("gone"))
        assert failed.args is not None
        assert "404" in failed.args[1]
    assert len(_seen(server)) == 2


def test_hosts_are_allowed_once(qtbot: QtBot, remote: RemoteImages) -> None:
    with qtbot.waitSignal(remote.hosts_changed):
        remote.allow_host("https://Pictures.example/a")
    with qtbot.assertNotEmitted(remote.hosts_changed):
        remote.allow_host("https://pictures.example/b")
    assert remote.is_allowed("http://pictures.example:8080/c")
    assert not remote.is_allowed("https://other.example/a")


def test_closing_does_not_wait_for_a_server_that_is_silent(qtbot: QtBot, remote: RemoteImages) -> None:
    remote.fetch(_item("slow"))
    qtbot.waitUntil(lambda: remote._running[_item("slow").url or ""][0]._socket is not None)
    remote.stop()
    assert remote.is_idle
    assert remote._running == {}
