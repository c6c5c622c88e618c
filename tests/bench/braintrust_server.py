"""A server on the loopback that answers Braintrust's SDK as the real one does, so that it runs its real way.

It runs in a process of its own, so that what it costs is nobody's figure; rows are read and thrown away.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
_ID = "00000000-0000-4000-8000-000000000001"


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """Run the server, and yield its address."""
    with subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer({"version": "1.0.0", "logs3_payload_max_bytes": MAX_PAYLOAD_BYTES})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.endswith("apikey/login"):
            url = f"http://{self.headers['Host']}"
            organization = {"id": _ID, "name": "bench", "api_url": url, "proxy_url": url, "is_universal_api": True}
            self._answer({"org_info": [organization]})
        elif self.path.endswith("logs3"):
            self._answer({"ids": [row.get("id") for row in json.loads(body)["rows"]]})
        else:
            project = {"id": _ID, "name": "bench", "org_id": _ID}
            self._answer({**project, "project": project})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def _answer(self, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # the SDK's threads connect all at once

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a subject that ends in the middle of a request."""


def main() -> None:
    """Serve until the bench ends this process."""
    server = _Server(("127.0.0.1", 0), _Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
