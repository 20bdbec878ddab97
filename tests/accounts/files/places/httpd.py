"""An HTTP server on a loopback port with one file, as cut, unmarked or moved as a test asks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ordosync.accounts.files.places.options import PlaceOptions

AT = 1_700_000_000


class Httpd(ThreadingHTTPServer):
    """Serves `content` under each path, and notes the requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = b"text"
        self.etag = '"v1"'
        self.changed = AT
        self.has_length = True
        self.sent: int | None = None
        """The bytes after which the connection ends; None for the whole file."""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []

    def options(self, **options: Any) -> PlaceOptions:
        url = f"http://127.0.0.1:{self.server_address[1]}/exports"
        return PlaceOptions(url=url, **options)


@contextmanager
def httpd() -> Iterator[Httpd]:
    """Run a server."""
    with Httpd() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Httpd
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        server.requests.append((self.path, dict(self.headers)))
        is_known = bool(server.etag) and self.headers.get("If-None-Match") == server.etag
        self.send_response(304 if is_known else server.status)
        if server.etag:
            self.send_header("ETag", server.etag)
        if server.changed:
            self.send_header("Last-Modified", formatdate(server.changed, usegmt=True))
        for name, value in server.headers.items():
            self.send_header(name, value)
        if server.has_length and not is_known:
            self.send_header("Content-Length", str(len(server.content)))
        self.end_headers()
        if not is_known:
            self.wfile.write(server.content[: server.sent])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""
