"""Base of every fake: a server to start and stop, its faults, and its counters."""

import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from tests.fakes.books import Effect
from tests.fakes.faults import FaultList
from tests.fakes.server import Server
from tests.fakes.service import Exchange, Service


class Watch(Protocol):
    """A clock, such as `ordosync.clock.Clock`."""

    def now(self) -> datetime:
        """Return the present time with an offset."""


class Fake:
    """A service behind a real HTTP server on this machine, over TLS if it has a certificate."""

    def __init__(
        self, service: Service, *, port: int = 0, certificate: ssl.SSLContext | None = None
    ) -> None:
        self.faults = FaultList()
        self.errors: list[Exception] = []
        """Errors of the fake itself; the first one is raised at the end."""
        self._service = service
        self._port = port
        self._certificate = certificate
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """Return the address of the server, without a slash at the end."""
        return f"{'https' if self._certificate else 'http'}://127.0.0.1:{self._port}"

    @property
    def ledger(self) -> list[Effect]:
        """Return a copy of all changes over the API, in their sequence."""
        with self._service.books.lock:
            return list(self._service.books.ledger)

    def effects(self, kind: str, about: str | None = None) -> list[Effect]:
        """Return the effects of a kind, optionally of one order or product."""
        return [it for it in self.ledger if it.kind == kind and about in (None, it.about)]

    @property
    def requests(self) -> Counter[str]:
        """Return a copy of the counts by method and template: `GET /v3/order/{n}`."""
        with self._service.books.lock:
            return Counter(self._service.requests)

    @property
    def on_exchange(self) -> Callable[[Exchange], None] | None:
        """Return the function that is called with each request and its response."""
        return self._service.on_exchange

    @on_exchange.setter
    def on_exchange(self, hook: Callable[[Exchange], None] | None) -> None:
        self._service.on_exchange = hook

    def start(self) -> None:
        """Listen, on the same port as before a stop."""
        self._server = Server(self._service, self.faults, self._port, self._certificate)
        self._port = self._server.server_port

    def stop(self) -> None:
        """Close all connections and stop listening; keep the content of the account."""
        if self._server is not None:
            self._server.stop()
            self.errors += self._server.errors
            self._server = None

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuse connections within this context."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self.errors and error is None:
            raise self.errors[0]
