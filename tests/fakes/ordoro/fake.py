"""The fake for tests: an account with its users, behind a server."""

import base64
import random

from ordosync.clock import Clock
from tests.fakes.fake import Fake, Watch
from tests.fakes.ordoro.account import Account
from tests.fakes.ordoro.people import People
from tests.fakes.ordoro.state import Shop
from tests.fakes.ordoro.switches import Switches
from tests.fakes.service import Request


class FakeOrdoro(People, Fake):
    """An Ordoro account behind a real HTTP server.

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
        """Create it; `name` is the name of its default warehouse."""
        self.switches = switches or Switches()
        if self.switches.product_list_key is None:
            self.switches.product_list_key = random.choice(("product", "products"))  # noqa: S311
        self.shop = Shop((clock or Clock()).now, self.switches)
        self.key, self.secret = key, secret
        self._account = Account(self.shop, key, secret)
        super().__init__(self._account, port=port)
        self.warehouse_id = self.add_warehouse(name)

    def send(self, method: str, target: str, body: bytes = b"") -> int:
        """Process a request with valid credentials, without the network; return the status."""
        path, _, query = target.partition("?")
        pair = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        headers = {"authorization": f"Basic {pair}", "content-type": "application/json"}
        request = Request(method=method, path=path, query=query, headers=headers, body=body)
        return self._account.answer(request).status
