"""Foreign parcels: sent by the Merchant or another Supplier before this Supplier had the order.

Their units were never part of this Supplier's order. Only a parcel itself shows which units it
contains.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.pagination import read_all
from ordosync.accounts.shopify.queries.fulfillment import MORE_PARCEL_UNITS, PARCEL_UNITS
from ordosync.accounts.shopify.schema import Fulfillment, OrderedLine, ParcelLine, ParcelUnits

_ACTION = "read foreign parcels"
_NEVER = datetime.min.replace(tzinfo=UTC)


def parcels_before(parcels: Sequence[Fulfillment], sent_at: datetime | None) -> list[Fulfillment]:
    """Return the parcels of a closed order that were sent before the Supplier had the order.

    The Supplier's parcel has all open units. So it is the last parcel, even if two clocks differ.
    """
    if sent_at is None:
        return []
    earlier = sorted(parcels, key=_age)[:-1]
    live = [parcel for parcel in earlier if parcel.is_live]
    return [parcel for parcel in live if (parcel.created_at or sent_at) < sent_at]


def _age(parcel: Fulfillment) -> tuple[datetime, int]:
    return parcel.created_at or _NEVER, int(number(parcel.id))


def units_in(client: ShopifyClient, parcels: Sequence[Fulfillment]) -> Mapping[str, Counter[str]]:
    """Return the units of each line item in these parcels, by the parcel's id."""
    ids = [parcel.id for parcel in parcels]
    units: dict[str, Counter[str]] = {}
    for parcel in client.by_id(PARCEL_UNITS, ParcelUnits, ids, action=_ACTION) if ids else ():
        counts = units.setdefault(parcel.id, Counter())
        first, more = parcel.fulfillment_line_items, MORE_PARCEL_UNITS
        for line in read_all(client.graphql, first, more, ParcelLine, of=parcel.id, action=_ACTION):
            counts[line.line_item.id] += line.quantity
    return units


def less(lines: Sequence[OrderedLine], units: Mapping[str, int]) -> list[OrderedLine]:
    """Return lines without these units; a line without remaining units is omitted."""
    remaining = [
        replace(line, total_quantity=line.total_quantity - units.get(line.line_item.id, 0))
        for line in lines
    ]
    return [line for line in remaining if line.total_quantity > 0]
