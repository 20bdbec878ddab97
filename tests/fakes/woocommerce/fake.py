"""The fake for tests: a shop with its users, behind a server."""

import ssl
from typing import Literal

from ordosync.clock import Clock
from tests.fakes.fake import Fake, Watch
from tests.fakes.service import Request
from tests.fakes.woocommerce.people import People
from tests.fakes.woocommerce.site import Site
from tests.fakes.woocommerce.state import Key, Shop
from tests.fakes.woocommerce.switches import Switches


class FakeWooCommerce(People, Fake):
    """A shop behind a real HTTP server; with a certificate it serves https.

    with FakeWooCommerce(clock=clock) as fake:
        requests.get(f"{fake.url}/wp-json/")
    """

    def __init__(
        self,
        *,
        clock: Watch | None = None,
        switches: Switches | None = None,
        key: str = "ck_fake",
        secret: str = "cs_fake",  # noqa: S107 - guards nothing
        port: int = 0,
        certificate: ssl.SSLContext | None = None,
    ) -> None:
        self.switches = switches or Switches()
        self.shop = Shop((clock or Clock()).now, self.switches)
        self.key, self.secret = key, secret
        self._site = Site(self.shop, lambda: self.host)
        super().__init__(self._site, port=port, certificate=certificate)
        self.add_key(key, secret)

    @property
    def host(self) -> str:
        """Return the URL of the host, without the path to the shop."""
        return super().url

    @property
    def url(self) -> str:
        """Return the URL of the shop, without a slash at its end; its API is at `/wp-json`."""
        return self.host + self.switches.path

    def add_key(
        self,
        key: str,
        secret: str,
        *,
        permissions: Literal["read", "write", "read_write"] = "read_write",
        capable: bool = True,
    ) -> None:
        """Create an API key; the key of a user who is not `capable` has no access."""
        with self.shop.lock:
            self.shop.keys[key] = Key(
                key=key, secret=secret, permissions=permissions, capable=capable
            )

    def send(self, method: str, target: str, body: bytes = b"") -> int:
        """Process a request with a valid key, without the network; return the status."""
        path, _, query = target.partition("?")
        pair = f"consumer_key={self.key}&consumer_secret={self.secret}"
        return self._site.answer(
            Request(
                method=method,
                path=path,
                query=f"{query}&{pair}" if query else pair,
                headers={"content-type": "application/json"},
                body=body,
                secure=True,
            )
        ).status
