"""Sockets with a deadline for the whole request, and the urllib3 connections that use them.

The timeouts of requests and urllib3 apply to each wait of a socket. A server that sends one byte
at a time could hold a request open forever, in the headers as in the body. Each wait is therefore
limited to the time left. It also consists of short slices, because a signal must end it. That
includes the name look-up, the connect and the TLS handshake. The sockets also record if a part of
the request was sent. If it was, the request may have arrived; the exceptions do not show this.
"""

import errno
import os
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
)
from urllib3.util.connection import allowed_gai_family
from urllib3.util.wait import wait_for_write

from ordosync.clock import SLICE_S, Clock, StoppedError
from ordosync.http.interruptible import interruptible
from ordosync.secret import Secret

T = TypeVar("T")
AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
"""Family, type, protocol, canonical name and address, as `getaddrinfo` returns them."""


class Exchange:
    """One request and its response: its deadline, and whether a part of it was sent.

    `grace_s` is the time for the response after a signal, if the request was sent already.
    `query` is appended to the query of the request. `before_send` can refuse to send it.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        read_s: float,
        total_s: float,
        grace_s: float = 0,
        query: Secret | None = None,
        before_send: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._read_s = read_s
        self._ends = clock.monotonic() + total_s
        self._grace_s = grace_s
        self._query = query
        self._before_send = before_send
        self.sent = False
        self.is_tunneling = False
        """True while a proxy is asked to connect. Nothing of the request is sent then."""

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        return self._ends - self._clock.monotonic()

    def begin_sending(self) -> None:
        """Record that a part of the request is sent now, right before it is."""
        if not self.is_tunneling:
            self._before_send()
            self.sent = True

    def target(self, url: str) -> str:
        """Return the path and the query that are sent."""
        if self._query is None:
            return url
        return f"{url}{'&' if '?' in url else '?'}{self._query.reveal()}"

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
_current: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def exchanging(exchange: Exchange) -> Iterator[Exchange]:
    """Apply the deadline of this exchange to the sockets of this thread."""
    token = _current.set(exchange)
    try:
        yield exchange
    finally:
        _current.reset(token)


class _TimedSocket(socket.socket):
    """A socket on which no wait outlasts the exchange."""

    def connect(self, address: Any) -> None:
        limit_s = self.gettimeout()
        self.setblocking(False)
        code = self.connect_ex(address)
        if code == errno.EINPROGRESS:
            self._in_slices(self._wait_until_connected, limit_s=limit_s)
            code = self.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        self.settimeout(limit_s)

    def _wait_until_connected(self) -> None:
        if not wait_for_write(self, self.gettimeout()):
            raise TimeoutError

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        return self._in_slices(lambda: super(_TimedSocket, self).recv_into(*args, **kwargs))

    def send(self, *args: Any) -> int:
        return self._in_slices(lambda: super(_TimedSocket, self).send(*args), sends=True)

    def sendall(self, data: Any, *args: Any) -> None:
        # An interrupted `sendall` does not return the number of bytes sent; `send` does.
        with memoryview(data).cast("B") as left:
            sent = 0
            while sent < len(left):
                sent += self.send(left[sent:], *args)

    def _in_slices(
        self, wait: Callable[[], T], *, sends: bool = False, limit_s: float | None = None
    ) -> T:
        exchange = _current.get()
        for slice_s in exchange.slices(limit_s):
            self.settimeout(slice_s)
            if sends:
                exchange.begin_sending()
            try:
                return wait()
            except TimeoutError as error:
                if error.errno:
                    # The connection has timed out, not the slice.
                    raise
        raise TimeoutError


class _TimedTlsSocket(_TimedSocket, ssl.SSLSocket):
    """A `DeadlineSocket` over TLS. The connect timeout includes the handshake."""

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
    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        """Begin a request. urllib3 logs and quotes only the URL without the secret query."""
        super().putrequest(method, _current.get().target(url), *args, **kwargs)

    def _new_conn(self) -> socket.socket:
        """Connect, and raise the same exceptions as urllib3. Only `StoppedError` is added."""
        try:
            return self._connected()
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            why = f"Connection to {self.host} timed out. (connect timeout={self.timeout})"
            raise ConnectTimeoutError(self, why) from error
        except OSError as error:
            why = f"Failed to establish a new connection: {error}"
            raise NewConnectionError(self, why) from error

    def _connected(self) -> socket.socket:
        """Return a socket that is connected to the first address that accepts."""
        last_error = OSError("getaddrinfo returns an empty list")
        for info in self._addresses():
            try:
                return self._connected_to(info)
            except OSError as error:
                last_error = error
        raise last_error

    def _addresses(self) -> Sequence[AddressInfo]:
        host = self._dns_host.strip("[]")
        try:
            host.encode("idna")
        except UnicodeError:
            raise LocationParseError(f"'{host}', label empty or too long") from None
        look_up = partial(
            socket.getaddrinfo, host, self.port, allowed_gai_family(), socket.SOCK_STREAM
        )
        if _is_address(host):
            # It needs no thread, since no server is asked.
            return look_up()
        exchange = _current.get()
        # Resolvers have their own timeout.
        return interruptible(look_up, exchange.slices(exchange.left_s))

    def _connected_to(self, info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        sock = _TimedSocket(family, kind, protocol)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(self.timeout if isinstance(self.timeout, int | float) else None)
            sock.connect(address)
        except BaseException:
            sock.close()
            raise
        return sock

    def _tunnel(self) -> None:
        exchange = _current.get()
        exchange.is_tunneling = True
        try:
            super()._tunnel()
        finally:
            exchange.is_tunneling = False


def _is_address(host: str) -> bool:
    """True if this is an IP address and not a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return True
    return False


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
