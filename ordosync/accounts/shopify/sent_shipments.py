"""A shop as the Supplier: what was sent, and what was split to be sent in parts.

An order never splits at Shopify, but its fulfillment orders do, and it is born with several where
it is sent from several locations. So an order of which there are several at once is one that was
split, and they are its pieces: `<order>/<fulfillment order>`. What they were split from in their
turn is not told, so an order is split once, into all that there are then.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from ordosync.accounts.base import Finding
from ordosync.accounts.lists import since_cursor
from ordosync.accounts.shopify.documents.orders import (
    MORE_SENT,
    SENT_BY_ID,
    SENT_ORDERS,
    SPLIT_BY_ID,
)
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.lists import Changes, at_of, quoted, whole
from ordosync.accounts.shopify.made_orders import MadeOrders
from ordosync.accounts.shopify.shapes import (
    Connection,
    Part,
    SentFulfillment,
    SentOrder,
    SentParcel,
)
from ordosync.accounts.shopify.side import NO_TIMELINE
from ordosync.models import Page, Piece, PieceLine, Shipment, Split, Unusable

Sent = TypeVar("Sent", bound=SentOrder)
_ENDED = ("CLOSED", "CANCELLED")


class SentShipments(MadeOrders):
    """Who ships."""

    def shipments(
        self,
        cursor: str | None,
        *,
        now: datetime,
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Shipment | Unusable]]:
        """Read the parcels of the portal's orders that changed since `cursor`."""
        for orders, after in self._changed_orders(cursor, now=now, doing="read shipments"):
            sent = (shipment for order in orders for shipment in shipments_of(order))
            yield Page(items=tuple(sent), cursor=after)

    def shipments_by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | Unusable]]:
        """Read these parcels as they are now."""
        doing = "read shipments again"
        known, wanted = frozenset(ids), [gid("Fulfillment", _parcel(id_)) for id_ in ids]
        for page in self.raw_by_id(SENT_BY_ID, wanted, doing=doing):
            found = [self.read(raw, SentFulfillment, doing=doing) for raw in page]
            items = (
                shipment
                for one in found
                for shipment in shipments_of(self.with_all_parts(one.order))
                if shipment.id in known and _parcel(shipment.id) == number(one.id)
            )
            yield Page(items=tuple(items))

    def splits(self, cursor: str | None, *, now: datetime) -> Iterator[Page[Split]]:
        """Read the orders of which there are several parts and which changed since `cursor`."""
        for orders, after in self._changed_orders(cursor, now=now, doing="read splits"):
            splits = (split for order in orders if (split := self._split_there(order)))
            yield Page(items=tuple(splits), cursor=after)

    def splits_by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        """Read how these orders are split now."""
        wanted = [gid("Order", id_) for id_ in ids]
        read = self.by_id(SPLIT_BY_ID, SentOrder, wanted, doing="read splits again")
        found = (self.with_all_parts(order) for order in read)
        yield Page(items=tuple(split for order in found if (split := self._split_there(order))))

    def check_supplier(self) -> Iterator[Finding]:
        """Look whether the location is there, and what may be done."""
        yield from self.check_shop(
            "read_orders",
            "write_orders",
            "read_products",
            "write_products",
            "read_inventory",
            "read_locations",
            "read_merchant_managed_fulfillment_orders",
        )
        wanted = str(self.channel.location)
        if wanted not in {number(one.id) for one in self.locations()}:
            yield Finding(text=f"there is no location {wanted}", is_problem=True)
        yield Finding(text=NO_TIMELINE)
        yield Finding(text="cannot tell a parcel's cost and method")
        yield Finding(text="tells of an order that is sent in several parcels only the first one")
        yield Finding(text="tells of an order that is split only how it is when that is first seen")
        yield Finding(text="cannot cancel a part of an order, nor what is shipped")
        yield Finding(text="cannot hold the total and the discount of a line")

    def _changed_orders(
        self, cursor: str | None, *, now: datetime, doing: str
    ) -> Iterator[tuple[list[SentOrder], str | None]]:
        changes = Changes(self.shopify, SENT_ORDERS, doing=doing, first=8)
        read = partial(changes.since, where=[f"tag:{quoted(self.tag)}"])
        for page, after in since_cursor(cursor, read, at_of, now=now):
            found = (self.read(raw, SentOrder, doing=doing) for _, raw in page)
            yield [self.with_all_parts(order) for order in found], after

    def with_all_parts(self, order: Sent) -> Sent:
        """Return an order with all parts it has, also where these are more than came with it."""
        begun, doing = order.fulfillment_orders, f"read the parts of order {number(order.id)}"
        parts = whole(self.shopify, begun, MORE_SENT, Part, of=order.id, doing=doing)
        return replace(order, fulfillment_orders=Connection(nodes=[*parts]))

    def _split_there(self, order: SentOrder) -> Split | None:
        live = live_parts(order)
        if len(live) < 2:  # noqa: PLR2004 - one part is the order itself
            return None
        order_id = number(order.id)
        return Split(
            order_id=order_id,
            pieces=tuple(
                Piece(
                    id=piece_id(order_id, part.id),
                    lines=tuple(
                        PieceLine(
                            of_line=number(line.line_item.id),
                            quantity=line.total_quantity,
                            id=f"{piece_id(order_id, part.id)}:{number(line.line_item.id)}",
                        )
                        for line in self.lines(part)
                        if line.total_quantity
                    ),
                )
                for part in live
            ),
        )


def piece_id(order_id: str, part: str) -> str:
    """Return the id of a part of an order that was split."""
    return f"{order_id}/{number(part)}"


def _parcel(shipment: str) -> str:
    return shipment.partition("/")[0]


def live_parts(order: SentOrder) -> list[Part]:
    """Return what is to be sent or was; what a cancelled parcel left behind is neither."""
    sent = {
        part.id
        for parcel in order.fulfillments
        if parcel.holds
        for part in parcel.fulfillment_orders.nodes
    }
    live = [
        part
        for part in order.fulfillment_orders.nodes
        if part.status not in _ENDED or part.id in sent
    ]
    return sorted(live, key=lambda part: int(number(part.id)))


def shipments_of(order: SentOrder) -> Iterator[Shipment]:
    """Yield the parcels of an order, the oldest first; one with several pieces for each of them."""
    order_id, is_split = number(order.id), len(live_parts(order)) > 1
    for parcel in sorted(order.fulfillments, key=lambda one: one.created_at):
        whole_order = _shipment(parcel, order_id)
        parts = parcel.fulfillment_orders.nodes if is_split else []
        if not parts:
            yield whole_order
        for part in parts:
            id_ = whole_order.id if len(parts) == 1 else f"{whole_order.id}/{number(part.id)}"
            piece = piece_id(order_id, part.id)
            yield replace(whole_order, id=id_, order_id=piece, ancestors=(order_id,))


def _shipment(parcel: SentParcel, order_id: str) -> Shipment:
    told = next((one for one in parcel.tracking_info if one.number), None)
    return Shipment(
        id=number(parcel.id),
        order_id=order_id,
        tracking_number=(told and told.number) or "",
        carrier=(told and told.company) or "",
        shipped_at=parcel.created_at,
        warehouse=parcel.location.name if parcel.location else "",
        voided=not parcel.holds,
    )
