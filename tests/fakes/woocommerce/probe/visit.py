"""Connection to a shop, and the objects that later questions need."""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import requests

from tests.fakes.woocommerce.problems import Json

Pair = tuple[str, str]
Finding = tuple[str, str]
"""Name and result of a question."""


class Response(NamedTuple):
    """A response."""

    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        """Return the error's code and the errors of its parameters."""
        if not (isinstance(self.body, dict) and "code" in self.body):
            return "-"
        data = self.body.get("data")
        params = data.get("params") if isinstance(data, dict) else None
        return str({"code": self.body["code"], **({"params": params} if params else {})})

    def __str__(self) -> str:
        """Return the status and the error."""
        return f"{self.status} {self.code}"

    def summary(self, words: Callable[[Any], object]) -> str:
        """Return the status and selected content, or the error."""
        return str(self) if self.status >= 400 else f"{self.status} {words(self.body)}"


class Shop:
    """A shop that accepts `X-Forwarded-Proto: https` as https, as behind a proxy."""

    def __init__(self, url: str, pair: Pair, read_only: Pair) -> None:
        self.url, self.pair, self.read_only = f"{url}/wp-json/wc/v3", pair, read_only

    def ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        pair: Pair | None = None,
        secure: bool = True,
        query: Mapping[str, object] | None = None,
    ) -> Response:
        """Send a request as a client does, over a new connection."""
        answer = requests.request(
            method,
            self.url + path,
            json=body,
            params={name: str(value) for name, value in (query or {}).items()},
            auth=pair or self.pair if pair != ("", "") else None,
            headers={"X-Forwarded-Proto": "https"} if secure else {},
            timeout=60,
        )
        return Response(answer.status_code, answer.json(), answer.headers)

    def get(self, path: str, **query: object) -> Response:
        """Send a GET request."""
        return self.ask("GET", path, query=query)

    def post(self, path: str, **body: object) -> Response:
        """Send a POST request."""
        return self.ask("POST", path, body)

    def put(self, path: str, **body: object) -> Response:
        """Send a PUT request."""
        return self.ask("PUT", path, body)


@dataclass(kw_only=True)
class Visit:
    """One round of questions; `run` is in all names, so that a shop can be asked again."""

    shop: Shop
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:6])
    wait: Callable[[float], None] = time.sleep
    widget: Json = field(default_factory=dict)
    """The product that is bought."""
    small: int = 0
    """Id of a variation."""
    order: Json = field(default_factory=dict)
    """The first order."""

    def bought(self, units: object = 2, **more: object) -> Json:
        """Return an order of the product."""
        return {
            "status": "processing",
            "billing": {"first_name": "A", "email": "a@example.test"},
            "line_items": [{"product_id": self.widget["id"], "quantity": units}],
            **more,
        }

    def buy(self, units: object = 2, **more: object) -> Response:
        """Order the product."""
        return self.shop.post("/orders", **self.bought(units, **more))

    def units_left(self) -> int:
        """Return the stock of the product."""
        return int(self.shop.get(f"/products/{self.widget['id']}").body["stock_quantity"])


def of(body: Json, *names: str) -> Json:
    """Return some fields."""
    return {name: body.get(name) for name in names}


def quantities(order: Json) -> list[int]:
    """Return product and quantity of the lines of an order."""
    return [line["quantity"] for line in order["line_items"]]
