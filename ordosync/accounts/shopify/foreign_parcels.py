"""Parcels that others have sent of an order before the Supplier had it.

The Merchant's staff send them, or another Supplier. Their units were never sent to this Supplier,
so they are no part of its order. Only a parcel itself shows which units it contains.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.pagination import whole
from ordosync.accounts.shopify.queries.fulfillment import MORE_PARCEL_UNITS, PARCEL_UNITS
from ordosync.accounts.shopify.schema import FulfillmentShape, OrderedLine, ParcelLine, ParcelUnits

_ACTION = "read what others have sent"
_NEVER = datetime.min.replace(tzinfo=UTC)


def parcels_before(
    parcels: Sequence[FulfillmentShape], sent_at: datetime | None
) -> list[FulfillmentShape]:
    """Return the parcels of an ended order that were sent before the Supplier had the order.

    The Supplier's parcel holds all open units. So it is the last one, even if two clocks differ.
    """
    if sent_at is None:
        return []
    others = sorted(parcels, key=lambda one: (one.created_at or _NEVER, int(number(one.id))))[:-1]
    return [one for one in others if one.holds and (one.created_at or sent_at) < sent_at]


def units_in(
    client: ShopifyClient, parcels: Sequence[FulfillmentShape]
) -> Mapping[str, Counter[str]]:
    """Return how many units of each line item these parcels contain, by the parcel's id."""
    ids = [one.id for one in parcels]
    found: dict[str, Counter[str]] = {}
    for one in client.by_id(PARCEL_UNITS, ParcelUnits, ids, action=_ACTION) if ids else ():
        units = found.setdefault(one.id, Counter())
        lines = one.fulfillment_line_items
        for line in whole(
            client.graphql, lines, MORE_PARCEL_UNITS, ParcelLine, of=one.id, action=_ACTION
        ):
            units[line.line_item.id] += line.quantity
    return found


def less(lines: Sequence[OrderedLine], units: Mapping[str, int]) -> list[OrderedLine]:
    """Return lines without these units; a line of which nothing is left is out."""
    left = [
        replace(one, total_quantity=one.total_quantity - units.get(one.line_item.id, 0))
        for one in lines
    ]
    return [one for one in left if one.total_quantity > 0]
