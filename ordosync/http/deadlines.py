"""Sockets that know the exchange they serve, and urllib3's connections with them.

The time limits of requests and urllib3 are for each wait of a socket, so a server that sends a
byte now and then holds them for ever, in the headers as in the body. Here each wait is shortened
to what is left of the exchange, and cut into slices so that a signal ends it. The sockets also
know whether any of a request has been sent, which decides if it may have arrived; the exceptions
do not tell.
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
    """One request and its answer: when they must be over, and whether any of it was sent.

    `grace_s` is how long after a signal an answer is waited for, once the request was sent.
    """

    def __init__(self, clock: Clock, *, read_s: float, total_s: float, grace_s: float = 0) -> None:
        self._clock = clock
        self._read_s = read_s
        self._ends = clock.monotonic() + total_s
        self._grace_s = grace_s
        self.sent = False

    @property
    def left_s(self) -> float:
        """How much of its time is left."""
        return self._ends - self._clock.monotonic()

    def slices(self, limit_s: float | None = None) -> Iterator[float]:
        """Yield how long its socket may wait, again and again until the wait must be over.

        Raises `StoppedError` where a signal ends it before.
        """
        left_s = min(self.left_s, self._read_s if limit_s is None else limit_s)
        while left_s > 0:
            self._clock.check(grace_s=self._grace_s if self.sent else 0)
            yield min(left_s, SLICE_S)
            left_s -= SLICE_S


# A connection serves many exchanges, and urllib3 makes it out of our sight: its socket finds the
# exchange by the thread, which makes one at a time.
_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


@contextmanager
def exchanging(exchange: Exchange) -> Iterator[Exchange]:
    """Let the sockets of this thread serve this exchange."""
    token = _current.set(exchange)
    try:
        yield exchange
    finally:
        _current.reset(token)


class _TimedSocket(socket):
    """A socket whose every wait ends with the exchange."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        return self._in_slices(lambda: super(_TimedSocket, self).recv_into(*args, **kwargs))

    def send(self, *args: Any) -> int:
        return self._in_slices(lambda: super(_TimedSocket, self).send(*args), sends=True)

    def sendall(self, data: Any, *args: Any) -> None:
        # By `send`, since nobody knows how much an interrupted `sendall` has sent.
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
                if error.errno:  # not the slice is over but the connection
                    raise
        raise TimeoutError


class _TimedTlsSocket(_TimedSocket, ssl.SSLSocket):
    """The same over TLS; its handshake is within the limit for connecting."""

    def do_handshake(self, block: bool = False) -> None:
        limit_s = self.gettimeout()
        try:
            self._in_slices(
                lambda: super(_TimedTlsSocket, self).do_handshake(block), limit_s=limit_s
            )
        except StoppedError:  # no error of a socket, so nobody else would close it
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
                exchange.sent = False  # only the proxy was asked so far


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class Adapter(HTTPAdapter):
    """Makes connections with our sockets; there is no way to have a certificate not verified."""

    def __init__(self, context: ssl.SSLContext | None, *, connections: int) -> None:
        self._context = context
        super().__init__(pool_maxsize=connections)

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        """Have TLS as our context says, and in no other way."""
        host, _ = super().build_connection_pool_key_attributes(*args, **kwargs)
        return host, {"ssl_context": self._context}

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Leave it to the context: this would add the public authorities to a private one."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Have connections with our sockets."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        is_tls = isinstance(pool, HTTPSConnectionPool)
        pool.ConnectionCls = _TlsConnection if is_tls else _Connection
        return pool


@cache
def verifying(ca_file: Path | None) -> ssl.SSLContext:
    """Return what verifies a server: by the public authorities, or by those of `ca_file` alone.

    Kept, since reading the authorities takes longer than most requests.
    """
    context = ssl.create_default_context(cafile=str(ca_file or DEFAULT_CA_BUNDLE_PATH))
    context.sslsocket_class = _TimedTlsSocket
    return context
