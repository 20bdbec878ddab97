"""A shop's orders as they stand, in whatever status, to compare two accounts by.

What was given back before anything was sent was never to be sent; what is given back later was
sent all the same. An order without a line of this Supplier's is told, too, without its lines: it
may have been this one's before its products were given to another.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from ordosync.accounts.account import Role
from ordosync.accounts.woocommerce.foreign_parcels import sent_before, typed
from ordosync.accounts.woocommerce.merchant_cancellations import REFUNDED
from ordosync.accounts.woocommerce.merchant_tracking import DEAD, Parcels
from ordosync.accounts.woocommerce.order_mapping import address_of
from ordosync.accounts.woocommerce.order_metadata import Record
from ordosync.accounts.woocommerce.parcels import Lines, Seen
from ordosync.accounts.woocommerce.schema import LineShape, OrderShape, moment, whole
from ordosync.accounts.woocommerce.supplier_orders import NUMBER, REFERENCE, in_order
from ordosync.accounts.woocommerce.supplier_shipments import SupplierSide
from ordosync.accounts.woocommerce.tracking_providers import Fulfillments
from ordosync.models import OWN, Address, Line, Order, Page, Shipment, Standing

_NOWHERE = Address()


class StandingOrders(Parcels, SupplierSide):
    """A shop in either role."""

    def all_orders(self, role: Role, *, now: datetime) -> Iterator[Page[Standing]]:
        """Read all orders of the shop but those in the trash; at the Supplier, those made by us.

        More than the list is asked only of orders with refunds, or with parcels that are not kept.
        """
        pages = self.changed({"status": "any"}, None, now=now, action="read all orders")
        for items, _ in pages:
            found = [one for one in items if isinstance(one, OrderShape)]
            if role == "supplier":
                made = [one for one in found if isinstance(one.meta(REFERENCE), str)]
                yield Page(items=tuple(self.side_by_side(made, self._to_be_shipped)))
                continue
            self.learn_lines(found)
            families = self.side_by_side(found, self._requested_ever)
            yield Page(items=tuple(one for family in families for one in family))

    def _to_be_shipped(self, order: OrderShape) -> Standing:
        shipment = self.shipment(order)
        if shipment and shipment.cancelled:
            shipment = None
        has_parcel = bool(shipment and shipment.tracking_number)
        number = order.meta(NUMBER)
        lines = in_order(order)
        return Standing(
            order=Order(
                id=str(order.id),
                number=number if isinstance(number, str) else order.number,
                lines=_lines(lines, {one.id: whole(one.quantity) or 0 for one in lines}),
                ship_to=address_of(order.shipping),
                status=self.status_of(order, has_parcel=has_parcel),
                reference=order.meta(REFERENCE),
            ),
            shipments=(shipment,) if shipment else (),
        )

    def _requested_ever(self, order: OrderShape) -> list[Standing]:
        """Return an order and its pieces, the whole first."""
        record = self.record(order)
        is_ours = any(map(self.ours.has_line, order.line_items))
        if not is_ours and not record.parts and not record.parcels:
            return [_standing(order, str(order.id), self._status(order), is_ours=False)]
        left = self.left(order, until=_first_sent_at(order, record))
        lines = {
            line.id: max(whole(left[line.id]) or 0, 0)
            for line in order.line_items
            if self.ours.has_line(line)
        }
        is_all = all(line in lines for line, quantity in left.items() if quantity > 0)
        seen = self._shown(order, record)
        before = record.before or sent_before(record, lines, seen)
        record = msgspec.structs.replace(record, before=before)
        lines = {line: max(count - before.get(line, 0), 0) for line, count in lines.items()}
        is_void = bool(lines) and not any(lines.values())
        found = []
        for target in (str(order.id), *(part.id for part in record.parts)):
            part = record.part(target)
            is_split = bool(record.parts_of(target))
            there = part.lines if part else lines
            theirs = typed(record, there, seen, is_all=is_all)
            shipments = () if is_split else tuple(_shipments(order, record, target, theirs))
            found.append(
                _standing(
                    order,
                    target,
                    self._status(order, shipments, is_void=is_void),
                    lines=there,
                    shipments=shipments,
                    reference=part.reference if part else "",
                    is_split=is_split,
                )
            )
        return found

    def _shown(self, order: OrderShape, record: Record) -> Sequence[Seen]:
        """Return what the shop shows, where what is kept does not say all of it."""
        parcels = [record.parcel(leaf) for leaf in record.leaves(str(order.id))]
        if all(parcel and not parcel.voided for parcel in parcels):
            return ()
        if isinstance(self.tracking, Fulfillments):
            return self.fulfillments(order)
        return self.tracking.seen(order)

    def _status(
        self, order: OrderShape, shipments: Sequence[Shipment] = (), *, is_void: bool = False
    ) -> str:
        """Return where an order stands; `is_void` if all of it was refunded and nothing sent."""
        if any(not one.voided for one in shipments):
            return "shipped"
        if order.status in self.shipped_statuses:
            return "shipped"
        if order.status == REFUNDED and order.date_completed_gmt:
            return "shipped"
        if order.status in DEAD or order.status in self.cancelled_statuses:
            return "cancelled"
        if shipments:
            return "shipped"
        if is_void and not order.date_completed_gmt:
            return "cancelled"
        is_open = order.status in self.open_statuses
        return "dropshipment_requested" if is_open else "awaiting_fulfillment"


def _standing(
    order: OrderShape,
    target: str,
    status: str,
    *,
    lines: Lines | None = None,
    shipments: tuple[Shipment, ...] = (),
    reference: str = "",
    is_split: bool = False,
    is_ours: bool = True,
) -> Standing:
    return Standing(
        order=Order(
            id=target,
            number=order.number,
            lines=_lines(order.line_items, lines or {}, of=target),
            ship_to=_NOWHERE,
            status=status,
            placed_at=moment(order.date_created_gmt),
            ancestors=tuple(_above(target)),
            is_split=is_split,
            reference=reference,
        ),
        shipments=shipments,
        is_ours=is_ours,
    )


def _lines(shapes: Sequence[LineShape], quantities: Lines, *, of: str = "") -> tuple[Line, ...]:
    """Return the lines of an order or a piece; none where nobody can tell what one of them was.

    A product that was deleted has taken its SKU along.
    """
    if any(shape.sku is None for shape in shapes):
        return ()
    prefix = f"{of}:" if "/" in of else ""
    return tuple(
        Line(
            id=f"{prefix}{shape.id}",
            sku=shape.sku or "",
            name=shape.name or "",
            quantity=quantities[shape.id],
        )
        for shape in shapes
        if shape.id in quantities
    )


def _above(target: str) -> Iterator[str]:
    """Yield what a piece was split from, nearest first."""
    while above := target.rpartition("/")[0]:
        yield above
        target = above


def _first_sent_at(order: OrderShape, record: Record) -> datetime | None:
    completed_at = moment(order.date_completed_gmt)
    times = [*(one.shipped_at for one in record.parcels), *([completed_at] if completed_at else [])]
    return min(times, default=None)


def _shipments(
    order: OrderShape, record: Record, target: str, theirs: Sequence[Seen]
) -> Iterator[Shipment]:
    """Yield what was told of an order or piece, and what people have told of it by themselves."""
    for parcel in record.parcels:
        if parcel.of == target:
            yield Shipment(
                id="",
                order_id=target,
                tracking_number=parcel.number,
                carrier=parcel.carrier,
                shipped_at=parcel.shipped_at,
                voided=parcel.voided,
            )
    changed_at = moment(order.date_modified_gmt) or datetime.min.replace(tzinfo=UTC)
    for one in theirs:
        yield Shipment(
            id=OWN,
            order_id=target,
            tracking_number=one.number,
            carrier=one.carrier,
            shipped_at=one.shipped_at or changed_at,
        )
