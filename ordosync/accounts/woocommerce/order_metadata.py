"""Record of pieces and parcels in a meta field of an order: the shop has no fields for them.

A WooCommerce order cannot be split. Its pieces are groups of lines with an id of their own,
`<order>/<n>`, and a piece of a piece is `<order>/<n>/<m>`. A parcel belongs to the order or to a
piece. Each Supplier has its own field, so two portals never overwrite each other's record.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.models import Shipment


class Parcel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parcel of an order or a piece."""

    of: str
    number: str
    carrier: str = ""
    method: str = ""
    cost: Decimal | None = None
    currency: str = ""
    warehouse: str = ""
    shipped_at: datetime
    shown: str = ""
    """The shop's id of it; empty if a note shows it."""
    voided: bool = False


class Part(Struct, frozen=True, kw_only=True):
    """A piece of an order: quantities of its lines."""

    id: str
    reference: str
    lines: dict[int, int]


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Pieces and parcels of one order and Supplier."""

    parts: list[Part] = []
    parcels: list[Parcel] = []
    before: dict[int, int] = {}
    """Units of each line that others had sent before the remaining units were sent or split."""

    def part(self, target: str) -> Part | None:
        """Return a piece by its id."""
        return next((part for part in self.parts if part.id == target), None)

    def parts_of(self, target: str) -> list[Part]:
        """Return the pieces that an order or piece was split into, in order."""
        return [part for part in self.parts if part.id.rpartition("/")[0] == target]

    def leaves(self, target: str) -> Iterator[str]:
        """Yield the order or piece if it was not split, otherwise the leaves of its pieces."""
        parts = self.parts_of(target)
        if not parts:
            yield target
        for part in parts:
            yield from self.leaves(part.id)

    def parcel(self, target: str) -> Parcel | None:
        """Return the newest parcel of an order or piece."""
        return next((parcel for parcel in reversed(self.parcels) if parcel.of == target), None)

    def unshipped(self, target: str) -> list[str]:
        """Return the leaves without a parcel; a parcel with a voided number still counts."""
        return [leaf for leaf in self.leaves(target) if self.parcel(leaf) is None]

    def with_parcel(self, parcel: Parcel) -> "Record":
        """Return a copy with this parcel, in place of an older one with the same number."""
        key = (parcel.of, parcel.number)
        others = [item for item in self.parcels if (item.of, item.number) != key]
        return msgspec.structs.replace(self, parcels=[*others, parcel])

    def with_parts(self, parts: Sequence[Part]) -> "Record":
        """Return a copy with more pieces."""
        return msgspec.structs.replace(self, parts=[*self.parts, *parts])

    def written(self) -> str:
        """Return the text to store: PHP would turn mappings into lists."""
        return msgspec.json.encode(self).decode()


def order_id_of(target: str) -> str:
    """Return the id of an order, or of the order of a piece."""
    return target.partition("/")[0]


def record_of(order: OrderShape, key: str) -> Record:
    """Parse the stored record. An unreadable record counts as empty."""
    text: Any = order.meta(key)
    try:
        return msgspec.json.decode(text if isinstance(text, str) else b"{}", type=Record)
    except msgspec.MsgspecError:
        return Record()


def parcel_of(shipment: Shipment, target: str) -> Parcel:
    """Return the parcel of a shipment, to be stored."""
    return Parcel(
        of=target,
        number=shipment.tracking_number,
        carrier=shipment.carrier,
        method=shipment.method,
        cost=shipment.cost,
        currency=shipment.currency,
        warehouse=shipment.warehouse,
        shipped_at=shipment.shipped_at,
    )
