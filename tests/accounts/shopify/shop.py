"""A shop at Shopify, in front of a fake of it, and its values as ours."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.orders import details
from ordosync.accounts.shopify.shapes import Attribute
from ordosync.models import Address, Line
from tests.accounts.contract.people import People
from tests.fakes.shopify import FakeShopify, Switches
from tests.fakes.shopify import orders as kept_orders
from tests.fakes.shopify.state import FulfillmentOrder as Part
from tests.fakes.shopify.state import LineItem
from tests.fakes.shopify.state import Order as Kept
from tests.virtual import VirtualClock

_CURRENCY = "GBP"


class AtShopify(People):
    """What both do in the shop's own pages."""

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        self.fake = FakeShopify(
            clock=clock, currency=_CURRENCY, location="main", switches=Switches()
        )
        self.fake.start()

    @property
    def options(self) -> Mapping[str, object]:
        return {
            "kind": "shopify",
            "shop": "fake",
            "base_url": f"{self.fake.url}/admin",
            "token": self.fake.token,
        }

    def close(self) -> None:
        super().close()
        self.fake.stop()
        if self.fake.errors:
            raise self.fake.errors[0]

    def everything(self) -> object:
        return list(self.fake.ledger)

    def remarks(self, order: Kept) -> Sequence[str]:
        """Read the remarks on an order, the newest last."""
        return [one.value for one in order.metafields if one.key.startswith("remark_")]

    def kept(self, order: Kept, key: str) -> Any:
        """Read what ordosync keeps with an order."""
        found = [one.value for one in order.metafields if one.key == key]
        return json.loads(found[0]) if found else None

    def part(self, id_: str) -> Part:
        """Find a fulfillment order."""
        return self.fake.shop.sure(Part, id_)


def some(shares: Any) -> dict[str, int]:
    return {sku: quantity for sku, quantity in shares if quantity}


def as_sold(one: Line) -> dict[str, Any]:
    written: dict[str, Any] = {
        "sku": one.sku,
        "title": one.name,
        "quantity": one.quantity,
        "price": one.unit_price,
        "discount": one.discount or Decimal(0),
    }
    if one.details:
        written["custom_attributes"] = [{"key": "Details", "value": one.details}]
    return written


def as_bought(line: LineItem, quantity: int) -> Line:
    given = [Attribute(key=one["key"], value=one["value"]) for one in line.custom_attributes]
    return Line(
        id=number(line.id),
        sku=line.sku or "",
        name=line.title,
        quantity=quantity,
        unit_price=line.price,
        details=details(given),
    )


_NAMES = {
    "company": "company",
    "address1": "street1",
    "address2": "street2",
    "city": "city",
    "provinceCode": "state",
    "zip": "zip",
    "countryCode": "country",
    "phone": "phone",
}


def as_written(address: Address) -> dict[str, str]:
    first, _, last = address.name.rpartition(" ")
    given = {there: getattr(address, here) for there, here in _NAMES.items()}
    given |= {"firstName": first, "lastName": last}
    return {name: text for name, text in given.items() if text}


def as_kept(fake: FakeShopify, address: Address | None) -> Any:
    return kept_orders.address(fake.shop, as_written(address)) if address else None


def as_read(kept: Any, *, email: str = "") -> Address:
    given = kept or {}
    fields = {here: given.get(there) or "" for there, here in _NAMES.items()}
    fields["country"] = given.get("countryCodeV2") or ""
    return Address(name=given.get("name") or "", email=email, **fields)
