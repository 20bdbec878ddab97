"""The fake as tests use it: a server, what it counted, its faults, and the people's hands."""

import base64
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from ordosync.clock import Clock
from tests.fakes.ordoro.account import Account, Exchange, Request
from tests.fakes.ordoro.faults import FaultList
from tests.fakes.ordoro.people import People
from tests.fakes.ordoro.server import Server
from tests.fakes.ordoro.state import Effect, Shop
from tests.fakes.ordoro.switches import Switches


class Watch(Protocol):
    """Anything that knows the time, such as `ordosync.clock.Clock`."""

    def now(self) -> datetime:
        """Return the time, aware."""


class FakeOrdoro(People):
    """An account of Ordoro behind a real HTTP server.

    with FakeOrdoro(clock=clock) as fake:
        requests.get(f"{fake.url}/authenticated/", auth=(fake.key, fake.secret))
    """

    def __init__(
        self,
        *,
        clock: Watch | None = None,
        switches: Switches | None = None,
        key: str = "fake-client-id",
        secret: str = "fake-client-secret",  # noqa: S107 - guards nothing
        port: int = 0,
        name: str = "Main",
    ) -> None:
        """Make it; `name` is that of its default warehouse."""
        self.switches = switches or Switches()
        if self.switches.product_list_key is None:
            self.switches.product_list_key = random.choice(("product", "products"))  # noqa: S311
        self.shop = Shop((clock or Clock()).now, self.switches)
        self.faults = FaultList()
        self.key, self.secret = key, secret
        self._account = Account(self.shop, key, secret)
        self._port = port
        self._server: Server | None = None
        self.errors: list[Exception] = []
        """What went wrong in the fake itself; the first one is raised at the end."""
        self.warehouse_id = self.add_warehouse(name)

    @property
    def url(self) -> str:
        """Return the base URL, without a slash at its end."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def ledger(self) -> list[Effect]:
        """Return a copy of what was changed over the API, in that order."""
        with self.shop.lock:
            return list(self.shop.ledger)

    def effects(self, kind: str, about: str | None = None) -> list[Effect]:
        """Return the effects of a kind, on one order or product if one is named."""
        return [it for it in self.ledger if it.kind == kind and about in (None, it.about)]

    @property
    def requests(self) -> Counter[str]:
        """Return a copy of the counts by method and template: `GET /v3/order/{n}`."""
        with self.shop.lock:
            return Counter(self._account.requests)

    @property
    def on_exchange(self) -> Callable[[Exchange], None] | None:
        """Return what is called with each request and its answer."""
        return self._account.on_exchange

    @on_exchange.setter
    def on_exchange(self, hook: Callable[[Exchange], None] | None) -> None:
        self._account.on_exchange = hook

    def send(self, method: str, target: str, body: bytes = b"") -> int:
        """Ask with the right credentials but without the network; return the status."""
        path, _, query = target.partition("?")
        pair = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        headers = {"authorization": f"Basic {pair}", "content-type": "application/json"}
        request = Request(method=method, path=path, query=query, headers=headers, body=body)
        return self._account.answer(request).status

    def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = Server(self._account, self.faults, self._port)
        self._port = self._server.server_port

    def stop(self) -> None:
        """Close all connections and listen no more; what the shop holds stays."""
        if self._server is not None:
            self._server.stop()
            self.errors += self._server.errors
            self._server = None

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuse connections for a while."""
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
