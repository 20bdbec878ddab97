"""Client of the fake Ordoro, and sample requests."""

from typing import Any

import requests

from tests.fakes.ordoro import FakeOrdoro

ADDRESS = {
    "name": "Ann Smith",
    "street1": "1 High Street",
    "city": "Leeds",
    "country": "GB",
    "email": "ann@example.org",
}
PARCEL = {"tracking_number": "1Z999", "ship_date": "2026-11-02T10:00:00Z", "carrier_name": "UPS"}


def body(order_id: str = "1001", **fields: Any) -> dict[str, Any]:
    product = {"sku": "MUG", "name": "Enamel mug", "weight": 2, "price": 9.9}
    line = {"quantity": 2, "item_price": 9.9, "product": product}
    addresses = {"shipping_address": ADDRESS, "billing_address": ADDRESS}
    return {"order_id": order_id, **addresses, "lines": [line], **fields}


class Api:
    """Sends requests to the fake as a client does."""

    def __init__(self, fake: FakeOrdoro, session: requests.Session) -> None:
        self.fake, self.session = fake, session
        session.auth = (fake.key, fake.secret)

    def ask(self, method: str, path: str, json: Any = None, **more: Any) -> requests.Response:
        return self.session.request(method, self.fake.url + path, json=json, timeout=5, **more)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.ask("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def numbers(self, **query: Any) -> list[str]:
        return [order["order_number"] for order in self.get("/v3/order", **query)["order"]]

    def write(self, method: str, path: str, json: Any = None) -> Any:
        answer = self.ask(method, path, json)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def refused(self, method: str, path: str, json: Any = None, **more: Any) -> int:
        """Return the status; assert the shape of the error."""
        answer = self.ask(method, path, json, **more)
        assert answer.status_code >= 400, answer.text
        assert set(answer.json()) == {"error_message", "param"}
        return answer.status_code
