"""Sockets with a deadline for the whole request, and the urllib3 connections that use them.

The timeouts of requests and urllib3 apply to each wait of a socket. A server that sends one byte
at a time could hold a request open forever, in the headers as in the body. Each wait is therefore
limited to the time left. It also consists of short slices, because a signal must end it. The
sockets also note whether a part of the request was sent. If it was, the request may have arrived;
the exceptions do not say so.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from socket import socket
from typing import Any, TypeVar

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from ordosync.clock import SLICE_S, Clock, StoppedError

T = TypeVar("T")


class Exchange:
    """One request and its response: its deadline, and whether a part of it was sent.

    `grace_s` is the time for the response after a signal, if the request was sent already.
    """

    def __init__(self, clock: Clock, *, read_s: float, total_s: float, grace_s: float = 0) -> None:
        self._clock = clock
        self._read_s = read_s
        self._ends = clock.monotonic() + total_s
        self._grace_s = grace_s
        self.sent = False

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        return self._ends - self._clock.monotonic()

    def slices(self, limit_s: float | None = None) -> Iterator[float]:
        """Yield the timeouts of the parts of one wait. Raises `StoppedError` after a signal.

        `limit_s` replaces the read timeout.
        """
        left_s = min(self.left_s, self._read_s if limit_s is None else limit_s)
        while left_s > 0:
            self._clock.check(grace_s=self._grace_s if self.sent else 0)
            yield min(left_s, SLICE_S)
            left_s -= SLICE_S


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
        return self._in_slices(lambda: super(_TimedSocket, self).recv_into(*args, **kwargs))

    def send(self, *args: Any) -> int:
        return self._in_slices(lambda: super(_TimedSocket, self).send(*args), sends=True)

    def sendall(self, data: Any, *args: Any) -> None:
        # An interrupted `sendall` does not say how much it has sent; `send` does.
        with memoryview(data).cast("B") as left:
            sent = 0
            while sent < len(left):
                sent += self.send(left[sent:], *args)

    def _in_slices(
        self, wait: Callable[[], T], *, sends: bool = False, limit_s: float | None = None
    ) -> T:
        exchange = _current.get()
        if exchange is None:
            return wait()
        for slice_s in exchange.slices(limit_s):
            exchange.sent |= sends
            self.settimeout(slice_s)
            try:
                return wait()
            except TimeoutError as error:
                if error.errno:
                    # The connection has timed out, not the slice.
                    raise
        raise TimeoutError


class _TimedTlsSocket(_TimedSocket, ssl.SSLSocket):
    """The same over TLS. The connect timeout includes the handshake."""

    def do_handshake(self, block: bool = False) -> None:
        limit_s = self.gettimeout()
        try:
            self._in_slices(
                lambda: super(_TimedTlsSocket, self).do_handshake(block), limit_s=limit_s
            )
        except StoppedError:
            # The caller closes the socket only after an `OSError`.
            self.close()
            raise


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
