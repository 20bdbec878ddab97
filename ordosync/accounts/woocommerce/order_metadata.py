"""Record of pieces and parcels in a meta field of an order: the shop has no fields for them.

A WooCommerce order cannot be split. Its pieces are groups of lines, each with its own id,
`<order>/<n>`, and a piece of a piece is `<order>/<n>/<m>`. A parcel belongs to the order or to a
piece. Each Supplier has its own field, so two portals never overwrite each other's record.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.models import Shipment

_UNKNOWN_LINES: Mapping[int, int] = {0: 1}
"""A placeholder for lines that are not read: parcels with units never have all of them."""


class Parcel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parcel of an order or a piece."""

    of: str
    number: str
    id: str = ""
    """The parcel's id at the Supplier; empty if an earlier version wrote the record."""
    lines: dict[int, int] | None = None
    """Its units; None if it has all units of its order or piece. Empty if it is a further number,
    or if another parcel has replaced a void one."""
    carrier: str = ""
    method: str = ""
    cost: Decimal | None = None
    currency: str = ""
    warehouse: str = ""
    shipped_at: datetime
    shown: str = ""
    """The parcel's id in the shop; empty if a note shows it."""
    voided: bool = False

    def has(self, shipment: Shipment) -> bool:
        """True if it has the number and the units of a shipment, and is valid."""
        if not self.is_label_of(shipment):
            return False
        if self.lines is None or (shipment.lines is None and not shipment.is_last):
            return True
        wanted = units_of_shipment(shipment)
        enough = all(self.lines.get(line, 0) >= count for line, count in wanted.items())
        return bool(self.lines) and enough

    def is_label_of(self, shipment: Shipment) -> bool:
        """True if it has the number of a shipment and is valid.

        Two parcels may have the same number, each with its own units.
        """
        is_same = shipment.lines is None or self.id in ("", shipment.id)
        return is_same and self.number == shipment.tracking_number and not self.voided


class Part(Struct, frozen=True, kw_only=True):
    """A piece of an order: quantities of its lines."""

    id: str
    reference: str
    lines: dict[int, int]


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Pieces, parcels and holds of one order and Supplier."""

    parts: list[Part] = []
    parcels: list[Parcel] = []
    before: dict[int, int] = {}
    """Units of each line that others had sent before the remaining units were sent or split."""
    holds: list[str] = []
    """The marks of the shortages for which ordosync has set the order on hold."""

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

    def parcels_of(self, target: str, *, voided: bool = True) -> list[Parcel]:
        """Return the parcels of an order or piece, void ones included unless `voided` is False."""
        of_target = (parcel for parcel in self.parcels if parcel.of == target)
        return [parcel for parcel in of_target if voided or not parcel.voided]

    def label(self, target: str, shipment: Shipment) -> Parcel | None:
        """Return the valid parcel of an order or piece with the number of a shipment."""
        labels = (item for item in self.parcels_of(target) if item.is_label_of(shipment))
        return next(labels, None)

    def units(self, target: str, *, voided: bool = False) -> Counter[int]:
        """Return the units of each line in the parcels of an order or piece that name lines."""
        units: Counter[int] = Counter()
        for parcel in self.parcels_of(target, voided=voided):
            units.update(parcel.lines or {})
        return units

    def is_shipped(self, target: str, lines: Mapping[int, int]) -> bool:
        """True if parcels have all units of an order or piece; void ones still count."""
        if any(parcel.lines is None for parcel in self.parcels_of(target)):
            return True
        units = self.units(target, voided=True)
        return bool(units) and all(count <= units[line] for line, count in lines.items())

    def unshipped(self, target: str, lines: Mapping[int, int] | None = None) -> list[str]:
        """Return the leaves that are not shipped.

        `lines` are those of the order if it was not split. Without them, an order with only a part
        in parcels counts as not shipped.
        """
        parts = {part.id: part.lines for part in self.parts}
        unknown = _UNKNOWN_LINES if lines is None else lines
        leaves = self.leaves(target)
        return [leaf for leaf in leaves if not self.is_shipped(leaf, parts.get(leaf, unknown))]

    def with_parcel(self, parcel: Parcel) -> "Record":
        """Return a copy with this parcel, in place of an older one with the same number."""
        others = [item for item in self.parcels if not _is_replaced(item, parcel)]
        return msgspec.structs.replace(self, parcels=[*others, parcel])

    def with_parts(self, parts: Sequence[Part]) -> "Record":
        """Return a copy with more pieces."""
        return msgspec.structs.replace(self, parts=[*self.parts, *parts])

    def written(self) -> str:
        """Return the text to store: PHP would turn mappings into lists."""
        return msgspec.json.encode(self).decode()


def _is_replaced(item: Parcel, parcel: Parcel) -> bool:
    is_same = item.id in ("", parcel.id) or item.lines is None
    return is_same and (item.of, item.number) == (parcel.of, parcel.number)


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


def units_of_shipment(shipment: Shipment) -> dict[int, int]:
    """Return the units of each line in a shipment; line 0 is a line of another order or piece."""
    units: Counter[int] = Counter()
    for part in shipment.lines or ():
        units[line_number(shipment.order_id, part.line_id)] += part.quantity
    return dict(units)


def line_number(target: str, line_id: str) -> int:
    """Return the number of a line of an order, `<line>`, or of a piece, `<piece>:<line>`.

    Returns 0, which no line has, for a line of another order or piece.
    """
    owner, _, line = line_id.rpartition(":")
    is_own = owner == target if "/" in target else not owner
    return int(line) if is_own and line.isdecimal() else 0


def parcel_of(
    shipment: Shipment, target: str, number: str = "", *, lines: dict[int, int] | None = None
) -> Parcel:
    """Return the parcel of a shipment, or another `number` of it, to be stored."""
    return Parcel(
        of=target,
        number=number or shipment.tracking_number,
        id=shipment.id,
        lines=lines,
        carrier=shipment.carrier,
        method=shipment.method,
        cost=shipment.cost,
        currency=shipment.currency,
        warehouse=shipment.warehouse,
        shipped_at=shipment.shipped_at,
    )
