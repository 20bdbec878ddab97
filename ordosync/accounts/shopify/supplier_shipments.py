"""A shop as the Supplier: what was sent, and what was split to be sent in parts.

An order never splits at Shopify, but its fulfillment orders do, and it is born with several where
it is sent from several locations. So an order of which there are several at once is one that was
split, and they are its pieces: `<order>/<fulfillment order>`. What they were split from in their
turn is not told, so an order is split once, into all that there are then.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from ordosync.accounts.account import Finding
from ordosync.accounts.pagination import since_cursor
from ordosync.accounts.shopify.client import NO_TIMELINE
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.order_units import (
    SentPiece,
    is_ended,
    parcel_of,
    piece_id,
    pieces_of,
    shipments_of,
    units_of,
)
from ordosync.accounts.shopify.pagination import Changes, at_of, quoted, whole
from ordosync.accounts.shopify.queries.orders import MORE_SENT, SENT_BY_ID, SENT_ORDERS, SPLIT_BY_ID
from ordosync.accounts.shopify.schema import Connection, Part, SentFulfillment, SentOrder
from ordosync.accounts.shopify.supplier_orders import MadeOrders
from ordosync.models import Page, Piece, PieceLine, Shipment, Split, Unusable

Sent = TypeVar("Sent", bound=SentOrder)


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
        for orders, after in self._changed_orders(cursor, now=now, action="read shipments"):
            sent = (one for order in orders for one in (*_sent(order), *_cancelled(order)))
            yield Page(items=tuple(sent), cursor=after)

    def shipments_by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | Unusable]]:
        """Read these parcels as they are now."""
        action = "read shipments again"
        known, wanted = frozenset(ids), [gid("Fulfillment", parcel_of(id_)) for id_ in ids]
        for page in self.raw_by_id(SENT_BY_ID, wanted, action=action):
            found = [self.read(raw, SentFulfillment, action=action) for raw in page]
            orders = {one.order.id: one.order for one in found}
            items = (
                shipment
                for order in orders.values()
                for shipment in _sent(self.with_all_parts(order))
                if not known.isdisjoint((shipment.id, *shipment.other_ids))
            )
            yield Page(items=tuple(items))

    def splits(self, cursor: str | None, *, now: datetime) -> Iterator[Page[Split]]:
        """Read the orders of which there are several parts and which changed since `cursor`."""
        for orders, after in self._changed_orders(cursor, now=now, action="read splits"):
            splits = (split for order in orders if (split := self._split_there(order)))
            yield Page(items=tuple(splits), cursor=after)

    def splits_by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        """Read how these orders are split now."""
        wanted = [gid("Order", id_) for id_ in ids]
        read = self.by_id(SPLIT_BY_ID, SentOrder, wanted, action="read splits again")
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
        yield Finding(text="tells of an order that is split only how it is when that is first seen")
        yield Finding(text="cannot cancel a part of an order, nor what is shipped")
        yield Finding(text="cannot hold the total and the discount of a line")

    def _changed_orders(
        self, cursor: str | None, *, now: datetime, action: str
    ) -> Iterator[tuple[list[SentOrder], str | None]]:
        changes = Changes(self.shopify, SENT_ORDERS, action=action, first=8)
        read = partial(changes.since, where=[f"tag:{quoted(self.tag)}"])
        for page, after in since_cursor(cursor, read, at_of, now=now):
            found = (self.read(raw, SentOrder, action=action) for _, raw in page)
            yield [self.with_all_parts(order) for order in found], after

    def with_all_parts(self, order: Sent) -> Sent:
        """Return an order with all parts it has, also where these are more than came with it."""
        begun, action = order.fulfillment_orders, f"read the parts of order {number(order.id)}"
        parts = [*whole(self.shopify, begun, MORE_SENT, Part, of=order.id, action=action)]
        if len(parts) > 1 or (order.fulfillments and not is_ended(parts[0])):
            parts = [self._with_lines(part) for part in parts]
        return replace(order, fulfillment_orders=Connection(nodes=parts))

    def _with_lines(self, part: Part) -> Part:
        """Return a part with all its lines."""
        if not part.line_items.page_info.has_next_page:
            return part
        return replace(part, line_items=Connection(nodes=self.lines(part)))

    def _split_there(self, order: SentOrder) -> Split | None:
        pieces = pieces_of(order)
        if len(pieces) < 2:  # noqa: PLR2004 - one piece is the order itself
            return None
        order_id = number(order.id)
        return Split(
            order_id=order_id,
            pieces=tuple(self._piece_there(order, one) for one in pieces),
        )

    def _piece_there(self, order: SentOrder, one: SentPiece) -> Piece:
        id_, units = piece_id(number(order.id), one.id), Counter[str]()
        for part in one.parts:
            for line in part.line_items.nodes:
                units[number(line.line_item.id)] += units_of(line, part, order)
        return Piece(
            id=id_,
            lines=tuple(
                PieceLine(of_line=line, quantity=count, id=f"{id_}:{line}")
                for line, count in units.items()
                if count
            ),
        )


def _sent(order: SentOrder) -> Iterator[Shipment]:
    for shipment in shipments_of(order):
        yield replace(shipment, reference=order.source_identifier or "")


def _cancelled(order: SentOrder) -> Iterator[Shipment]:
    """Yield an order that was cancelled before a parcel left, and its parts, as without a label."""
    if order.cancelled_at is None or any(parcel.holds for parcel in order.fulfillments):
        return
    order_id = number(order.id)
    parts = [piece_id(order_id, part.id) for part in order.fulfillment_orders.nodes]
    for id_ in (order_id, *parts):
        yield Shipment(
            id=id_,
            order_id=id_,
            tracking_number="",
            carrier="",
            shipped_at=order.cancelled_at,
            voided=True,
            cancelled=True,
        )
