"""The fake for tests: a shop with its users, behind a server."""

import json
from typing import Any

from ordosync.clock import Clock
from tests.fakes.fake import Fake, Watch
from tests.fakes.service import Request
from tests.fakes.shopify import schemas
from tests.fakes.shopify.account import Account, Operation
from tests.fakes.shopify.people import People
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import Json
from tests.fakes.shopify.switches import Switches
from tests.fakes.shopify.tokens import Tokens


class FakeShopify(People, Fake):
    """A Shopify shop behind a real HTTP server.

    with FakeShopify(clock=clock) as fake:
        url = f"{fake.url}/admin/api/{fake.version}/graphql.json"
        headers = {"X-Shopify-Access-Token": fake.token}
        requests.post(url, headers=headers, json={"query": "{ shop { name } }"})
    """

    version = schemas.VERSIONS[-1]
    """The latest version that it serves."""

    def __init__(
        self,
        *,
        clock: Watch | None = None,
        switches: Switches | None = None,
        name: str = "Acme",
        currency: str = "USD",
        location: str = "Main",
        token: str = "shpat_fake",  # noqa: S107 - guards nothing
        client_id: str = "fake-client-id",
        client_secret: str = "fake-client-secret",  # noqa: S107 - guards nothing
        refresh_token: str = "shprt_fake",  # noqa: S107 - guards nothing
        port: int = 0,
        full_schema: bool = True,
    ) -> None:
        """Create it; with `full_schema` it uses the service's own schema if available."""
        self.switches = switches or Switches()
        self.shop = Shop((clock or Clock()).now, self.switches, name=name, currency=currency)
        self._tokens = Tokens(
            shop=self.shop,
            fixed=token,
            client_id=client_id,
            client_secret=client_secret,
            refresh=refresh_token,
        )
        self._account = Account(self.shop, self._tokens, full_schema=full_schema)
        super().__init__(self._account, port=port)
        self.location_id = self.add_location(location)

    @property
    def token(self) -> str:
        """Return the token that does not expire."""
        return self._tokens.fixed

    @token.setter
    def token(self, token: str) -> None:
        self._tokens.fixed = token

    @property
    def client(self) -> tuple[str, str]:
        """Return client id and secret, which short-lived tokens are granted for."""
        return self._tokens.client_id, self._tokens.client_secret

    @property
    def refresh_token(self) -> str | None:
        """Return the refresh token that is valid now."""
        return self._tokens.refresh

    @property
    def operations(self) -> list[Operation]:
        """Return a copy of all operations that were received, in their sequence."""
        with self.shop.lock:
            return list(self._account.operations)

    def revoke(self) -> None:
        """Revoke all tokens that were granted for client id and secret."""
        with self.shop.lock:
            self._tokens.revoke()

    def drain(self, points: float = 0) -> None:
        """Leave this number of points in the bucket."""
        with self.shop.lock:
            self._account.bucket.drain(points, self.shop.now())

    def send(self, query: str, /, **variables: Any) -> Json:
        """Process an operation with a valid token, without the network; return the response."""
        request = Request(
            method="POST",
            path=f"/admin/api/{self.version}/graphql.json",
            query="",
            headers={
                "content-type": "application/json",
                "x-shopify-access-token": self.token,
            },
            body=json.dumps({"query": query, "variables": variables}).encode(),
        )
        wire = self._account.answer(request)
        assert isinstance(wire.body, bytes)
        answer: Json = json.loads(wire.body)
        return answer
