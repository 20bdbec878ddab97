"""A small server on a real socket that follows a script and records its requests."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

Reaction = Callable[[socket.socket], None]
LASTS_S = 20
"""Seconds for which a server drips or hangs if the client stays."""


@dataclass(frozen=True)
class Seen:
    """A received request."""

    line: str
    headers: dict[str, str]
    body: bytes


def answer(
    body: bytes | str = b"{}", status: int = 200, *, length: bool = True, **headers: str
) -> bytes:
    """Return a response, of JSON by default; `Retry_After` means `Retry-After`."""
    body = body.encode() if isinstance(body, str) else body
    named = {"Content-Type": "application/json"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    if length:
        named.setdefault("Content-Length", str(len(body)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + body


def reset(sock: socket.socket) -> None:
    """Break the connection without an answer."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def drips(*pieces: bytes, every_s: float = 0.02) -> Reaction:
    """Send the pieces, then single bytes of the last one until the client goes away."""

    def drip(sock: socket.socket) -> None:
        for piece in pieces[:-1]:
            sock.sendall(piece)
        for _ in range(int(LASTS_S / every_s)):
            sock.sendall(pieces[-1])
            time.sleep(every_s)

    return drip


@contextmanager
def accepts_no_connection() -> Iterator[str]:
    """Yield the URL of a server whose queue is full, so that a connect hangs."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # more than wait in the queue
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def hangs(*pieces: bytes) -> Reaction:
    """Send the pieces and then nothing, with the connection open."""

    def hang(sock: socket.socket) -> None:
        for piece in pieces:
            sock.sendall(piece)
        sock.settimeout(LASTS_S)
        # Wait until the client goes away.
        sock.recv(1)

    return hang


class Server:
    """Answers each request from the script; repeats the last answer.

    Keeps a connection open when the answer has a length and does not say `close`.
    """

    def __init__(self, *script: bytes | Reaction, tls: ssl.SSLContext | None = None) -> None:
        self.script = list(script) or [answer()]
        self.seen: list[Seen] = []
        self.connections = 0
        self.closed = 0
        self.ends = threading.Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.ends.set()
        for sock in (self._listener, *self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _listen(self) -> None:
        while not self.ends.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        # The client may go away at any time.
        with suppress(OSError, ValueError):
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            with sock, sock.makefile("rb") as stream:
                while seen := _read(stream):
                    self.seen.append(seen)
                    reaction = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                    if not isinstance(reaction, bytes):
                        reaction(sock)
                        break
                    sock.sendall(reaction)
                    if b"Content-Length" not in reaction or b"close" in reaction:
                        break
        sock.close()
        self.closed += 1


def _read(stream: BinaryIO) -> Seen | None:
    line = stream.readline().decode().strip()
    if not line:
        return None
    headers = {}
    while header := stream.readline().decode("latin-1").strip():
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    return Seen(line, headers, stream.read(int(headers.get("content-length", 0))))
