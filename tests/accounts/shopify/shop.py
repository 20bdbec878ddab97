"""A Shopify shop in front of a fake service, and conversions between its values and ours."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.order_mapping import details
from ordosync.accounts.shopify.schema import Attribute
from ordosync.clock import Clock
from ordosync.models import Address, Line
from tests.accounts.contract.over_http import OverHttp, RequestSort, Write
from tests.fakes.faults import Kind
from tests.fakes.shopify import FakeShopify, Fault, Switches
from tests.fakes.shopify import orders as kept_orders
from tests.fakes.shopify.state import FulfillmentOrder as Part
from tests.fakes.shopify.state import LineItem
from tests.fakes.shopify.state import Order as Kept
from tests.fakes.shopify_contract import Contract
from tests.support.clock import VirtualClock

_CURRENCY = "GBP"
_REQUESTS: Mapping[RequestSort, str] = {
    "create-order": "#CreateOrder$",
    "cancel-order": "#CancelOrder$",
    "add-tracking": "#AddTracking$",
    "void-tracking": "#Remark$",
    "split-order": "#Split$",
    "write-stock": "#SetStock$",
    "create-product": "#CreateProduct$",
    "comment": "#Remark$",
    "edit-order": "#ChangeOrder$",
    "add-line": "#CommitEdit$",
    "read-orders": "#RequestedOrders$",
    "read-order": "#RequestedOrdersById$",
    "read-products": "#Products$",
    "anything": "",
}
"""The request that makes the change, if there are several; `test_shopify` has the others."""
_EFFECTS: Mapping[Write, tuple[str, str]] = {
    "create-order": ("order created", ""),
    "cancel-order": ("order cancelled", ""),
    "add-tracking": ("fulfillment created", ""),
    "void-tracking": ("metafield set", "void_"),
    "split-order": ("fulfillment order split", ""),
    "write-stock": ("stock set", ""),
    "create-product": ("product set", ""),
    "comment": ("metafield set", "remark_"),
    "edit-order": ("order updated", ""),
    "add-line": ("order edited", ""),
}
"""Kind of the effect in the ledger, and the prefix of the metafield's key."""
_SET = frozenset[Write]({"void-tracking", "write-stock", "comment", "edit-order"})
"""Effects that count once, however often they are done."""
_POINTS = 10
"""Cost of a call at most: a shop does not count calls."""


class AtShopify(OverHttp):
    """Actions on the shop's own pages in both roles. Each query is checked in each version."""

    fake: FakeShopify
    doubles: ClassVar[frozenset[Write]] = frozenset({"create-order", "create-product"})

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        self.fake = FakeShopify(
            clock=clock, currency=_CURRENCY, location="main", switches=Switches()
        )
        # Without this scope the listing is incomplete.
        self.fake.shop.scopes.add("read_all_orders")
        self.contract = Contract()
        self.fake.on_exchange = self.contract.watch
        self.fake.start()

    @property
    def options(self) -> Mapping[str, object]:
        return {
            "kind": "shopify",
            "shop": "fake",
            "base_url": f"{self.fake.url}/admin",
            "token": self.fake.token,
            **self.more_options,
        }

    def close(self) -> None:
        super().close()
        assert self.contract.violations == []

    def meet(self, kind: Kind, request: RequestSort, **how: Any) -> None:
        self.fake.faults.add(Fault(kind=kind, path=_REQUESTS[request], **how))

    def lag(
        self,
        *,
        index_s: float = 0,
        arrival_s: float = 0,
        split_s: float = 0,  # noqa: ARG002 - its pieces are there at once
    ) -> None:
        self.fake.switches.index_lag_s = max(index_s, arrival_s)

    def limit(self, calls: int, *, per_s: float, clock: Clock) -> None:
        """Leave points for this number of calls, used up and restored."""
        self.fake.shop.now = clock.now
        self.fake.switches.points = calls * _POINTS
        self.fake.switches.points_per_s = calls * _POINTS / per_s

    def elsewhere(self, url: str) -> Mapping[str, object]:
        return {"base_url": f"{url}/admin"}

    def signed_in_with(self, secret: str) -> Mapping[str, object]:
        return {"token": secret}

    def effects(self, write: Write) -> int:
        kind, key = _EFFECTS[write]
        effects = [
            effect
            for effect in self.fake.effects(kind)
            if not key or effect.detail[1].startswith(key)
        ]
        if write in _SET:
            return len({(effect.about, str(effect.detail)) for effect in effects})
        return len(effects)

    @property
    def tries(self) -> int:
        return self.fake.requests["CreateOrder"]

    @property
    def secret(self) -> str:
        return self.fake.token

    def remarks(self, order: Kept) -> Sequence[str]:
        """Return the comments on an order, the newest last."""
        return [
            metafield.value for metafield in order.metafields if metafield.key.startswith("remark_")
        ]

    def kept(self, order: Kept, key: str) -> Any:
        """Return the value that ordosync stored with an order."""
        values = [metafield.value for metafield in order.metafields if metafield.key == key]
        return json.loads(values[0]) if values else None

    def part(self, id_: str) -> Part:
        """Return a fulfillment order."""
        return self.fake.shop.sure(Part, id_)


def some(shares: Any) -> dict[str, int]:
    return {sku: quantity for sku, quantity in shares if quantity}


def as_sold(line: Line) -> dict[str, Any]:
    written: dict[str, Any] = {
        "sku": line.sku,
        "title": line.name,
        "quantity": line.quantity,
        "price": line.unit_price,
        "discount": line.discount or Decimal(0),
    }
    if line.details:
        written["custom_attributes"] = [{"key": "Details", "value": line.details}]
    return written


def as_bought(line: LineItem, quantity: int) -> Line:
    attributes = [
        Attribute(key=attribute["key"], value=attribute["value"])
        for attribute in line.custom_attributes
    ]
    return Line(
        id=number(line.id),
        sku=line.sku or "",
        name=line.title,
        quantity=quantity,
        unit_price=line.price,
        details=details(attributes),
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
    fields = {theirs: getattr(address, ours) for theirs, ours in _NAMES.items()}
    fields |= {"firstName": first, "lastName": last}
    return {name: text for name, text in fields.items() if text}


def as_kept(fake: FakeShopify, address: Address | None) -> Any:
    return kept_orders.address(fake.shop, as_written(address)) if address else None


def as_read(kept: Any, *, email: str = "") -> Address:
    stored = kept or {}
    fields = {ours: stored.get(theirs) or "" for theirs, ours in _NAMES.items()}
    fields["country"] = stored.get("countryCodeV2") or ""
    return Address(name=stored.get("name") or "", email=email, **fields)
