"""Sockets with a deadline for the whole request, and the urllib3 connections that use them.

The timeouts of requests and urllib3 apply to each wait of a socket. A server that sends one byte
at a time could hold a request open forever, in the headers as in the body. Each wait is therefore
limited to the time left. The sockets also note whether a part of the request was sent. If it was,
the request may have arrived; the exceptions do not say so.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from socket import socket
from typing import Any

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from ordosync.clock import Clock


class Exchange:
    """One request and its response: its deadline, and whether a part of it was sent."""

    def __init__(self, clock: Clock, *, read_s: float, total_s: float) -> None:
        self._clock = clock
        self._read_s = read_s
        self._ends = clock.monotonic() + total_s
        self.sent = False

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        return self._ends - self._clock.monotonic()

    def wait_s(self) -> float:
        """Return how long the socket may wait now. Raises `TimeoutError` after the deadline."""
        if self.left_s <= 0:
            raise TimeoutError
        return min(self.left_s, self._read_s)


# urllib3 creates the connections and reuses them for many exchanges. A socket finds its exchange
# by the thread, which has one at a time.
_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


@contextmanager
def exchanging(exchange: Exchange) -> Iterator[Exchange]:
    """Apply the deadline of this exchange to the sockets of this thread."""
    token = _current.set(exchange)
    try:
        yield exchange
    finally:
        _current.reset(token)


class _TimedSocket(socket):
    """A socket on which no wait outlasts the exchange."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._limit_wait()
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any) -> int:
        self._limit_wait(sends=True)
        return super().send(*args)

    def sendall(self, *args: Any) -> None:
        self._limit_wait(sends=True)
        super().sendall(*args)

    def _limit_wait(self, *, sends: bool = False) -> None:
        exchange = _current.get()
        if exchange is not None:
            self.settimeout(exchange.wait_s())
            exchange.sent |= sends


class _TimedTlsSocket(_TimedSocket, ssl.SSLSocket):
    """The same over TLS. The connect timeout includes the handshake."""


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket:
        plain = super()._new_conn()
        timed = _TimedSocket(fileno=plain.detach())
        timed.settimeout(self.timeout if isinstance(self.timeout, int | float) else None)
        return timed

    def _tunnel(self) -> None:
        try:
            super()._tunnel()
        finally:
            exchange = _current.get()
            if exchange is not None:
                # Only the CONNECT request to the proxy was sent so far.
                exchange.sent = False


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class Adapter(HTTPAdapter):
    """Creates connections with these sockets. Verification of certificates cannot be disabled."""

    def __init__(self, context: ssl.SSLContext | None, *, connections: int) -> None:
        self._context = context
        super().__init__(pool_maxsize=connections)

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        """Return the key of a pool that uses this context for TLS."""
        host, _ = super().build_connection_pool_key_attributes(*args, **kwargs)
        return host, {"ssl_context": self._context}

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the context verifies. The original would add the public authorities."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return a pool that creates connections with these sockets."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        is_tls = isinstance(pool, HTTPSConnectionPool)
        pool.ConnectionCls = _TlsConnection if is_tls else _Connection
        return pool


@cache
def verifying(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that trusts the public authorities, or only those of `ca_file`.

    Cached, since loading the authorities takes longer than most requests.
    """
    context = ssl.create_default_context(cafile=str(ca_file or DEFAULT_CA_BUNDLE_PATH))
    context.sslsocket_class = _TimedTlsSocket
    return context
