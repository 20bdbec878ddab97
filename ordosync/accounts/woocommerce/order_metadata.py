"""What a shop has no place for, kept as a field of its order: pieces, and what parcels are like.

A WooCommerce order cannot be split. Its pieces are groups of lines with an id of their own,
`<order>/<n>`, and a piece of a piece is `<order>/<n>/<m>`. A parcel is of the order or of a
piece. Each Supplier has a field of its own, so two portals never overwrite each other.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.models import Piece, PieceLine, Shipment, Split


class Parcel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parcel, and what it was of."""

    of: str
    number: str
    carrier: str = ""
    method: str = ""
    cost: Decimal | None = None
    currency: str = ""
    warehouse: str = ""
    shipped_at: datetime
    shown: str = ""
    """What the shop calls it, where it is shown by more than a note."""
    voided: bool = False


class Part(Struct, frozen=True, kw_only=True):
    """A piece: so many of which line."""

    id: str
    reference: str
    lines: dict[int, int]


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of it, of one order and Supplier."""

    parts: list[Part] = []
    parcels: list[Parcel] = []
    before: dict[int, int] = {}
    """How many units of which line others had sent when the rest was sent or split."""

    def part(self, target: str) -> Part | None:
        """Return a piece by its id."""
        return next((part for part in self.parts if part.id == target), None)

    def parts_of(self, target: str) -> list[Part]:
        """Return what an order or piece was split into, in that order."""
        return [part for part in self.parts if part.id.rpartition("/")[0] == target]

    def leaves(self, target: str) -> Iterator[str]:
        """Yield what an order or piece is now: itself, or what its pieces are."""
        parts = self.parts_of(target)
        if not parts:
            yield target
        for part in parts:
            yield from self.leaves(part.id)

    def parcel(self, target: str) -> Parcel | None:
        """Return the newest parcel of an order or piece."""
        return next((one for one in reversed(self.parcels) if one.of == target), None)

    def unshipped(self, target: str) -> list[str]:
        """Return the leaves that nothing was sent of; what was voided is sent all the same."""
        return [leaf for leaf in self.leaves(target) if self.parcel(leaf) is None]

    def with_parcel(self, parcel: Parcel) -> "Record":
        """Return it with one more parcel, or with this one as it is now."""
        same = (parcel.of, parcel.number)
        kept = [one for one in self.parcels if (one.of, one.number) != same]
        return msgspec.structs.replace(self, parcels=[*kept, parcel])

    def with_parts(self, parts: Sequence[Part]) -> "Record":
        """Return it with more pieces."""
        return msgspec.structs.replace(self, parts=[*self.parts, *parts])

    def written(self) -> str:
        """Return it as it is kept: as text, since PHP makes lists of mappings."""
        return msgspec.json.encode(self).decode()


def order_of(target: str) -> str:
    """Return the id of the order that this is, or is a piece of."""
    return target.partition("/")[0]


def record_of(order: OrderShape, key: str) -> Record:
    """Read what was kept; what nobody can read is as good as nothing."""
    kept: Any = order.meta(key)
    try:
        return msgspec.json.decode(kept if isinstance(kept, str) else b"{}", type=Record)
    except msgspec.MsgspecError:
        return Record()


def parcel_of(shipment: Shipment, target: str) -> Parcel:
    """Return a parcel as it is kept."""
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


def misfit(split: Split, lines: Mapping[int, int]) -> str | None:
    """Say why these pieces are not the whole, each at least one unit of it."""
    if len(split.pieces) < 2:  # noqa: PLR2004 - as few as make a split
        return "one piece is no split"
    left = dict(lines)
    for piece in split.pieces:
        if not any(part.quantity for part in piece.lines):
            return "a piece would be empty"
        for part in piece.lines:
            line = line_of(split.order_id, part.of_line)
            left[line] = left.get(line, 0) - part.quantity
    return "the pieces do not add up to its lines" if any(left.values()) else None


def parts_for(split: Split) -> list[Part]:
    """Return the pieces as they are kept, numbered in the order given."""
    return [
        Part(
            id=f"{split.order_id}/{place}",
            reference=piece.reference,
            lines={
                line_of(split.order_id, part.of_line): part.quantity
                for part in piece.lines
                if part.quantity
            },
        )
        for place, piece in enumerate(split.pieces, 1)
    ]


def matched(split: Split, parts: Sequence[Part]) -> tuple[Piece, ...] | None:
    """Return the pieces as they are kept, in the order given; None where they are other ones."""
    kept = {part.reference: part for part in parts}
    if kept.keys() != {piece.reference for piece in split.pieces} or len(kept) != len(parts):
        return None
    found = []
    for piece, wanted in zip(split.pieces, parts_for(split), strict=True):
        part = kept[piece.reference]
        if part.lines != wanted.lines:
            return None
        lines = tuple(
            PieceLine(
                of_line=one.of_line,
                quantity=one.quantity,
                id=f"{part.id}:{line_of(split.order_id, one.of_line)}",
            )
            for one in piece.lines
            if one.quantity
        )
        found.append(Piece(id=part.id, reference=piece.reference, lines=lines))
    return tuple(found)


def line_of(target: str, line_id: str) -> int:
    """Return the number of a line of an order, `<line>`, or of a piece, `<piece>:<line>`.

    0, which no line has, where it is a line of another one.
    """
    of, _, line = line_id.rpartition(":")
    is_here = of == target if "/" in target else not of
    return int(line) if is_here and line.isdecimal() else 0
