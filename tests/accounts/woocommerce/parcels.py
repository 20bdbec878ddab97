"""Parcels of an order of this Supplier, in shops that show them in different ways."""

from collections.abc import Mapping
from typing import Any

from ordosync.models import Outcome, ParcelLine, Shipment
from tests.accounts.contract.examples import parcel
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.woocommerce.people import TAG
from tests.fakes.woocommerce import FakeWooCommerce, Switches

NATIVE = Switches(fulfillments=True)
EXTENDED = Switches(shipment_tracking=True)
RIVAL = Switches(advanced_shipment_tracking=True)
OLD = Switches(version="7.8.2")
FIRST = Switches(fulfillments=True, fulfillments_wrapped=True)
EARLY = Switches(version="10.5.0", fulfillments=True)
Shop = tuple[OpenMerchant, FakeWooCommerce]


def offered(fake: FakeWooCommerce) -> int:
    """Return an order of three MUG and two CUP of this Supplier."""
    for sku in ("MUG", "CUP"):
        fake.add_product(sku, tags=[TAG])
    return fake.place_order({"MUG": 3, "CUP": 2})


def lines_of(fake: FakeWooCommerce, order_id: int) -> Mapping[str, str]:
    return {line["sku"]: str(line["id"]) for line in fake.order(order_id)["line_items"]}


def part(fake: FakeWooCommerce, order_id: int, number: str, **fields: Any) -> Shipment:
    """Return a parcel with units by SKU; other fields have lower-case names."""
    ids = lines_of(fake, order_id)
    units = {name: count for name, count in fields.items() if name.isupper()}
    more = {name: value for name, value in fields.items() if not name.isupper()}
    lines = tuple(
        ParcelLine(line_id=ids[sku], quantity=count, sku=sku) for sku, count in units.items()
    )
    defaults = {"id": f"s-{number}", "lines": lines, "is_last": False}
    return parcel(str(order_id), number, **{**defaults, **more})


def add(account: OpenMerchant, shipment: Shipment) -> tuple[str, str]:
    [outcome] = account.tracking.add([shipment])
    return outcome.state, outcome.code


def void(account: OpenMerchant, shipment: Shipment) -> Outcome:
    [outcome] = account.tracking.void([shipment])
    return outcome
