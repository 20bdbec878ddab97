"""Record of the Supplier's parcels at a Merchant's order, as a metafield of the order.

Shopify keeps no id of another system with a fulfillment. So a fulfillment that holds a part of an
order is recorded with the id of the Supplier's parcel; one that holds a whole order needs no
record. A number with unknown units has no fulfillment yet, so the record keeps it.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

_OF = "@"
"""Separates the id of a parcel from the order, for its units from before a split."""


def share_id(parcel_id: str, order_id: str) -> str:
    """Return the id under which the units of a split order in a parcel are recorded."""
    return f"{parcel_id}{_OF}{order_id}"


class ParcelRecord(Struct, frozen=True, kw_only=True):
    """The parcels of one order at one location."""

    sent: dict[str, str] = {}
    """The id of the Supplier's parcel by the number of its fulfillment."""
    orders: dict[str, str] = {}
    """The order or piece that it was sent for, by the number of the fulfillment."""
    numbers: dict[str, str] = {}
    """The order or piece of each tracking number without units."""

    def parcel_id(self, fulfillment: str) -> str:
        """Return the id of the Supplier's parcel of a fulfillment; empty if it is not recorded."""
        return self.sent.get(fulfillment, "").partition(_OF)[0]

    def with_sent(
        self, parcel_id: str, order_id: str, fulfillments: Sequence[str]
    ) -> "ParcelRecord":
        """Return the record with these fulfillments as a parcel of an order or piece."""
        return replace(
            self,
            sent={**self.sent, **dict.fromkeys(fulfillments, parcel_id)},
            orders={**self.orders, **dict.fromkeys(fulfillments, order_id)},
        )

    def with_number(self, number: str, order_id: str) -> "ParcelRecord":
        """Return the record with a number without units."""
        return replace(self, numbers={**self.numbers, number: order_id})

    def without_number(self, number: str) -> "ParcelRecord":
        """Return the record without this number."""
        numbers = {other: id_ for other, id_ in self.numbers.items() if other != number}
        return replace(self, numbers=numbers)
