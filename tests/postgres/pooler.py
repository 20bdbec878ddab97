"""A pooler between clients and a server, such as PgBouncer: two sessions for all clients.

It speaks just enough of the protocol: no TLS, no passwords, no cancelling. With `transaction`
pooling, each transaction gets the session that has been free for the longest time; else a client
keeps its session. It ignores the options of clients, as poolers do.
"""

import queue
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import urlsplit

_SESSIONS = 2
_PROTOCOL = 196608
_ENDS_A_REQUEST = (b"Q", b"S")
_TERMINATE, _READY, _KEY, _STATUS = b"X", b"Z", b"K", b"S"
_ACCEPTED = b"R" + struct.pack("!II", 8, 0)
_OWN_KEY = b"K" + struct.pack("!III", 12, 4711, 0)
_Message = tuple[bytes, bytes]


class _Session(NamedTuple):
    """A session at the server, and what the server said about itself at its beginning."""

    server: socket.socket
    statuses: bytes


class _Pooler:
    def __init__(self, url: str, *, of_transactions: bool) -> None:
        self._of_transactions = of_transactions
        self._free: queue.Queue[_Session] = queue.Queue()
        self._sessions = [_begun(url) for _ in range(_SESSIONS)]
        for session in self._sessions:
            self._free.put(session)

    def serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._client, args=(client,), daemon=True).start()

    def close(self) -> None:
        for session in self._sessions:
            session.server.close()

    def _client(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            while _startup(client) != _PROTOCOL:
                client.sendall(b"N")
            session = self._free.get()
            client.sendall(_ACCEPTED + session.statuses + _OWN_KEY + _ready(b"I"))
            try:
                self._talk(client, session)
            finally:
                if not self._of_transactions:
                    self._free.put(session)

    def _talk(self, client: socket.socket, session: _Session) -> None:
        if self._of_transactions:
            self._free.put(session)
        while (message := _message(client))[0] != _TERMINATE:
            if self._of_transactions:
                session = self._free.get()
            _transaction(client, session.server, message)
            if self._of_transactions:
                self._free.put(session)


def _transaction(client: socket.socket, server: socket.socket, message: _Message) -> None:
    """Pass a transaction on, which begins with this message."""
    while message[0] != _TERMINATE:
        server.sendall(_packed(*message))
        if message[0] in _ENDS_A_REQUEST and _answered(client, server) == b"I":
            return
        message = _message(client)
    server.sendall(_packed(b"Q", b"rollback\0"))
    while _message(server)[0] != _READY:
        pass


def _answered(client: socket.socket, server: socket.socket) -> bytes:
    """Pass an answer back; return the state of the transaction after it."""
    while True:
        kind, content = _message(server)
        client.sendall(_packed(kind, content))
        if kind == _READY:
            return content


def _begun(url: str) -> _Session:
    parts = urlsplit(url)
    server = socket.create_connection((parts.hostname, parts.port))
    words = f"user\0{parts.username}\0database\0{parts.path[1:]}\0\0".encode()
    server.sendall(struct.pack("!II", len(words) + 8, _PROTOCOL) + words)
    statuses = b""
    while (message := _message(server))[0] != _READY:
        if message[0] == _STATUS:
            statuses += _packed(*message)
    return _Session(server, statuses)


def _startup(client: socket.socket) -> int:
    """Read the first message of a client; return its kind."""
    length, kind = struct.unpack("!II", _bytes(client, 8))
    _bytes(client, length - 8)
    return int(kind)


def _message(peer: socket.socket) -> _Message:
    kind, length = struct.unpack("!cI", _bytes(peer, 5))
    return kind, _bytes(peer, length - 4)


def _packed(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!I", len(content) + 4) + content


def _ready(state: bytes) -> bytes:
    return _packed(_READY, state)


def _bytes(peer: socket.socket, count: int) -> bytes:
    content = b""
    while len(content) < count:
        part = peer.recv(count - len(content))
        if not part:
            raise ConnectionError
        content += part
    return content


@contextmanager
def pooler(url: str, *, of_transactions: bool) -> Iterator[str]:
    """Return the URL of a pooler for this server."""
    place = _Pooler(url, of_transactions=of_transactions)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=place.serve, args=(listener,), daemon=True).start()
        parts = urlsplit(url)
        port = listener.getsockname()[1]
        yield f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}"
        # A thread in `accept` would wait for a last client.
        listener.shutdown(socket.SHUT_RDWR)
    place.close()
