"""HTTP server: parses requests, applies faults, writes responses, byte by byte if needed.

The response is written byte by byte, since a damaged one is often not valid HTTP.
"""

import socket
import ssl
import struct
import sys
import threading
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from tests.fakes.faults import (
    BROKEN,
    UNANSWERED,
    UNHEARD,
    UNPROCESSED,
    Fault,
    FaultList,
    Wire,
    damaged,
)
from tests.fakes.service import Request, Service

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of 0: closing the socket sends a reset."""


class Server(ThreadingHTTPServer):
    """Serves on a local port until it is stopped."""

    daemon_threads = False  # all are joined when it is stopped
    request_queue_size = 128
    running: ClassVar[dict[int, "Server"]] = {}
    """The servers of this process, by port."""

    def __init__(
        self,
        service: Service,
        faults: FaultList,
        port: int,
        certificate: ssl.SSLContext | None,
    ) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.service, self.faults, self.certificate = service, faults, certificate
        self.errors: list[Exception] = []
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, name="fake")
        self._thread.start()
        self.running[self.server_port] = self

    def stop(self) -> None:
        """Close all connections, also those that are kept alive, and wait for the threads."""
        self.stopping.set()
        del self.running[self.server_port]
        # It ends the wait for the next connection at once.
        self.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        with self._lock:
            for connection in self._connections:
                _hang_up(connection)
        self.server_close()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            with suppress(OSError):
                self.process_request(*self.get_request())

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection; its own thread does the TLS handshake."""
        connection, address = super().get_request()
        if self.certificate is not None:
            connection = self.certificate.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Store the connection, to close it later."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close the connection; one that is to be reset must not shut down first."""
        with self._lock:
            self._connections.discard(request)
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET)) == _RESET:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect between requests; keep other errors, which are bugs."""
        del request, client_address
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, ConnectionError | ssl.SSLError):
            self.errors.append(error)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The client has closed it already.
        return


class Handler(BaseHTTPRequestHandler):
    """Serves one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in the base class
        """Log nothing."""

    def _serve(self) -> None:
        try:
            request = self._request()
            place = self.server.service.place(request)
            self._meet(request, self.server.faults.take(request.method, place))
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            # A client may disconnect at any time.
            self.close_connection = True
        except Exception as error:
            self.server.errors.append(error)
            self._send(self.server.service.broken(HTTPStatus.INTERNAL_SERVER_ERROR))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815 - asked for by name

    def _request(self) -> Request:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            # The client died while it was sending: an incomplete body is not a request.
            raise ConnectionResetError
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(
            method=self.command,
            path=path,
            query=query,
            headers=headers,
            body=body,
            secure=self.server.certificate is not None,
        )

    def _meet(self, request: Request, fault: Fault | None) -> None:
        service = self.server.service
        if fault is None:
            self._send(service.answer(request))
        elif fault.kind in UNPROCESSED:
            fault.do()
            self._send(service.refuse(request, fault))
        elif fault.kind in UNHEARD:
            service.count(request)
            self._fall_silent(fault)
        else:
            self._spoil(fault, self._process(request, fault))

    def _spoil(self, fault: Fault, answer: Wire) -> None:
        if fault.kind in UNANSWERED:
            self._fall_silent(fault)
        elif fault.kind in BROKEN:
            self._send(self.server.service.broken(BROKEN[fault.kind]))
        else:
            self._send(damaged(fault, answer))

    def _process(self, request: Request, fault: Fault) -> Wire:
        if fault.kind == "delay":
            self.server.stopping.wait(fault.seconds)
        if fault.kind == "callback":
            fault.do()
        if fault.kind == "twice":
            self.server.service.answer(request)
        return self.server.service.answer(request)

    def _fall_silent(self, fault: Fault) -> None:
        self.close_connection = True
        if fault.kind.endswith("reset"):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def _send(self, wire: Wire) -> None:
        headers = dict(wire.headers)
        if isinstance(wire.body, bytes):
            if wire.status != HTTPStatus.NO_CONTENT:
                headers["Content-Length"] = str(len(wire.body))
            self.wfile.write(_head(wire.status, headers) + wire.body)
            return
        self.close_connection = True
        self.wfile.write(_head(wire.status, {**headers, "Connection": "close"}))
        for part in wire.body:
            self.wfile.write(part)
            if self.server.stopping.wait(wire.pause_s):
                return


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
