"""Links of lines and parcels with their units, computed from both accounts.

If one account shows more units of a line than the other, all of them count as ordered. A parcel is
linked if the Merchant shows it, so the units of a parcel that is not reported yet are open.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.engine.comparison.line_units import (
    numbers_of,
    paired_lines,
    units_of_parcels,
    valid_parcels,
)
from ordosync.engine.comparison.order_matching import Match
from ordosync.engine.comparison.order_trees import valid_numbers
from ordosync.models import OWN, Line, OrderSnapshot, Shipment
from ordosync.store.links import Link, parcel_link
from ordosync.tasks.base import Portal
from ordosync.tasks.sku_maps.packs import with_pack


def takes_numbers(portal: Portal) -> bool:
    """True if an order of the Merchant can have several tracking numbers."""
    tracking = portal.merchant.tracking
    return tracking is not None and tracking.takes in ("lines", "numbers")


class LinePairs(Struct, frozen=True, kw_only=True):
    """The paired lines of one order, or of one piece."""

    match: Match
    pairs: tuple[tuple[Line, Line], ...]
    generation: int = 1
    split_orders: Mapping[str, str] = {}
    """The Merchant's order for each of the Supplier's orders that this piece was split from."""

    @classmethod
    def of(
        cls,
        match: Match,
        at_merchant: Sequence[Line],
        at_supplier: Sequence[Line],
        *,
        known: Mapping[str, str] | None = None,
        generation: int = 1,
        split_orders: Mapping[str, str] | None = None,
    ) -> "LinePairs":
        """Pair the lines. `known` has the Supplier's line of each linked line."""
        pairs = paired_lines(at_merchant, at_supplier, known or {})
        return cls(
            match=match,
            pairs=tuple(pairs),
            generation=generation,
            split_orders=split_orders or {},
        )

    def lines(self, *, is_piece: bool) -> Iterator[Link]:
        """Yield the links of the lines. A piece for a parcel has its own units."""
        for merchant_line, supplier_line in self.pairs:
            link = Link(
                kind="line",
                merchant_id=merchant_line.id,
                supplier_id=supplier_line.id,
                generation=self.generation,
                order_id=self.match.merchant_id,
                ordered=merchant_line.quantity
                if is_piece
                else max(merchant_line.quantity, supplier_line.quantity),
                state="sent" if self.match.how == "parcel" else "live",
            )
            yield with_pack(link, _as_sent(merchant_line, supplier_line))

    def sent_lines(self, parcels: Iterable[Link]) -> Iterator[Link]:
        """Yield the links of the lines with units in these parcels; other units are in pieces."""
        sent: Counter[str] = Counter()
        for parcel in parcels:
            sent.update(parcel.units or {})
        for merchant_line, supplier_line in self.pairs:
            if units := sent[merchant_line.id]:
                link = Link(
                    kind="line",
                    merchant_id=merchant_line.id,
                    supplier_id=supplier_line.id,
                    generation=self.generation,
                    order_id=self.match.merchant_id,
                    ordered=units,
                    state="sent",
                )
                yield with_pack(link, _as_sent(merchant_line, supplier_line))

    def units(self, at_supplier: Mapping[str, int]) -> dict[str, int]:
        """Return units of the Supplier's lines as units of the Merchant's."""
        return {
            merchant_line.id: units
            for merchant_line, supplier_line in self.pairs
            if (units := at_supplier.get(supplier_line.id))
        }

    def all_units(self) -> dict[str, int]:
        """Return all units of the Merchant's lines."""
        return {
            merchant_line.id: merchant_line.quantity
            for merchant_line, _ in self.pairs
            if merchant_line.quantity
        }

    def parcels(
        self, shown: Sequence[OrderSnapshot], at_supplier: OrderSnapshot, *, takes_numbers: bool
    ) -> Iterator[Link]:
        """Yield the links of the parcels that the Merchant shows, so that they can be voided."""
        reported = {number for order in shown for number in valid_numbers(order)}
        units = units_of_parcels(at_supplier)
        found: set[str] = set()
        for parcel in valid_parcels(at_supplier):
            numbers = [number for number in numbers_of(parcel) if number in reported]
            if numbers:
                found.update(numbers)
                further = numbers[1:] if takes_numbers else numbers_of(parcel)
                in_it = self.units(units[f"{parcel.id}:{parcel.tracking_number}"])
                yield from self._numbers(parcel, numbers[0], further, in_it)
        for parcel in (*_void(shown, at_supplier), *_unlisted(shown, at_supplier)):
            if parcel.tracking_number in reported - found:
                found.add(parcel.tracking_number)
                yield from self._numbers(parcel, parcel.tracking_number, (), {})

    def _numbers(
        self, parcel: Shipment, first: str, further: Iterable[str], units: Mapping[str, int]
    ) -> Iterator[Link]:
        order_id = self.split_orders.get(parcel.order_id, self.match.merchant_id)
        in_it = self.all_units() if self.match.how == "parcel" else units
        yield parcel_link(order_id, parcel.id, first, units=in_it)
        for number in further:
            if number != first:
                yield parcel_link(order_id, parcel.id, number, further=True, units={})


def _as_sent(merchant_line: Line, supplier_line: Line) -> Line:
    """Return a line with the pack with which it was sent, as far as both accounts show it.

    The map may have had another one. But fewer units may also be units that were cancelled.
    """
    more, packs = supplier_line.quantity, merchant_line.quantity // merchant_line.pack
    if not packs or more <= merchant_line.quantity or more % packs:
        return merchant_line
    return replace(merchant_line, pack=more // packs)


def _void(shown: Sequence[OrderSnapshot], at_supplier: OrderSnapshot) -> Iterator[Shipment]:
    """Yield the void labels of an order, with the number that the Merchant has for each."""
    for parcel in at_supplier.shipments:
        if parcel.tracking_number and parcel.voided:
            yield parcel
    unnumbered = [parcel for parcel in at_supplier.shipments if not parcel.tracking_number]
    if valid_parcels(at_supplier) or not unnumbered or not unnumbered[-1].voided:
        return
    yield from _forgotten(shown, unnumbered[-1])


def _forgotten(shown: Sequence[OrderSnapshot], void: Shipment) -> Iterator[Shipment]:
    """Yield the labels that the Supplier's account forgot, by the numbers that the Merchant has.

    `void` is one parcel, or all parcels of the order. If several numbers lack the Supplier's id,
    some may be the Merchant's own.
    """
    is_order = void.id == void.order_id
    numbers = {
        shipment.tracking_number: shipment
        for order in shown
        for shipment in order.shipments
        if not shipment.voided
        and (shipment.id in ("", void.id) or (is_order and shipment.id != OWN))
    }
    known = [shipment for shipment in numbers.values() if shipment.id]
    for shipment in known or ([*numbers.values()] if len(numbers) == 1 else ()):
        yield Shipment(
            id=shipment.id or void.id,
            order_id=void.order_id,
            tracking_number=shipment.tracking_number,
            carrier="",
            shipped_at=shipment.shipped_at,
            voided=True,
        )


def _unlisted(shown: Sequence[OrderSnapshot], at_supplier: OrderSnapshot) -> Iterator[Shipment]:
    """Yield the numbers of parcels that the Supplier does not list any more, beside others.

    A number without the Supplier's id may be the Merchant's own.
    """
    ids = {parcel.id for parcel in at_supplier.shipments}
    for order in shown if valid_parcels(at_supplier) else ():
        for shipment in order.shipments:
            if not shipment.voided and shipment.id not in ("", OWN) and shipment.id not in ids:
                yield shipment
