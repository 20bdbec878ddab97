"""A shop's orders as they stand, in whatever status, to compare two accounts by.

At the Merchant each fulfillment order, those of other locations, too: which of them were this
one's once is not told. What a cancelled parcel has left behind is closed and was never sent, and
a new one is in its place: it counts as split into that one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from msgspec import structs

from ordosync.accounts.account import Role
from ordosync.accounts.shopify.foreign_parcels import less, parcels_before, units_in
from ordosync.accounts.shopify.fulfillment_orders import texts
from ordosync.accounts.shopify.ids import line_id, number
from ordosync.accounts.shopify.merchant import MerchantSide
from ordosync.accounts.shopify.merchant_orders import ASKED, is_cancelled
from ordosync.accounts.shopify.order_units import (
    SentPiece,
    piece_id,
    pieces_of,
    shipments_of,
    units_of,
)
from ordosync.accounts.shopify.pagination import Changes, quoted
from ordosync.accounts.shopify.queries.fulfillment import ALL_REQUESTED
from ordosync.accounts.shopify.queries.orders import ALL_RECEIVED
from ordosync.accounts.shopify.schema import (
    At,
    Connection,
    FulfillmentShape,
    OrderedLine,
    OrderOf,
    OrderStanding,
    Part,
    SentOrder,
    Valued,
)
from ordosync.accounts.shopify.split_history import Lineage
from ordosync.accounts.shopify.supplier_orders import status_of
from ordosync.accounts.shopify.supplier_shipments import SentShipments
from ordosync.models import Address, Line, Order, Page, Shipment, Standing

_DOING = "read all orders"
_LINES = 10
_NOWHERE = Address()
_NEVER = datetime.min.replace(tzinfo=UTC)


class _Of(OrderOf, frozen=True, rename="camel", kw_only=True):
    void: Valued | None = None


class _Requested(Part, frozen=True, rename="camel", kw_only=True):
    order_name: str = ""
    order: _Of = _Of()


class _Received(SentOrder, frozen=True, rename="camel", kw_only=True):
    name: str = ""
    source_identifier: str | None = None
    display_fulfillment_status: str = ""
    cancelled_at: At | None = None


class StandingOrders(MerchantSide, SentShipments):
    """A shop in either role."""

    def left_out(self, role: Role) -> str:  # noqa: ARG002 - in both
        """Say that old orders cannot be seen, if the token may not."""
        if "read_all_orders" in self.shop().scopes:
            return ""
        return "orders of more than 60 days ago, since the token lacks the scope read_all_orders"

    def all_orders(
        self,
        role: Role,
        *,
        now: datetime,  # noqa: ARG002 - it is always as of now
    ) -> Iterator[Page[Standing]]:
        """Read all fulfillment orders, or the portal's orders in the Supplier's shop."""
        return self._requested_ever() if role == "merchant" else self._received_ever()

    def _requested_ever(self) -> Iterator[Page[Standing]]:
        kept = self.kept_as
        changes = Changes(
            self.shopify,
            ALL_REQUESTED,
            action=_DOING,
            first=15,
            lines=_LINES,
            sent=kept["sent"],
            split=kept["split"],
            void=kept["void"],
        )
        for page in changes.since(None):
            found = [self.read(raw, _Requested, action=_DOING) for _, raw in page]
            yield Page(items=tuple(map(self._as_requested, self._without_others(found))))

    def _received_ever(self) -> Iterator[Page[Standing]]:
        changes = Changes(
            self.shopify,
            ALL_RECEIVED,
            action=_DOING,
            first=8,
        )
        for page in changes.since(None, [f"tag:{quoted(self.tag)}"]):
            found = (self.read(raw, _Received, action=_DOING) for _, raw in page)
            families = (self._as_received(self.with_all_parts(order)) for order in found)
            yield Page(items=tuple(one for family in families for one in family))

    def _without_others(self, found: Sequence[_Requested]) -> Iterator[_Requested]:
        """Yield orders without the parcels that others have sent before the Supplier had them."""
        before = {one.id: _sent_before(one) for one in found}
        units = units_in(self, [parcel for some in before.values() for parcel in some])
        for one in found:
            if not before[one.id]:
                yield one
                continue
            ids = {parcel.id for parcel in before[one.id]}
            others = sum((units[id_] for id_ in ids if id_ in units), Counter[str]())
            ours = [parcel for parcel in one.fulfillments.nodes if parcel.id not in ids]
            yield structs.replace(
                one,
                fulfillments=Connection(nodes=ours),
                line_items=Connection(nodes=less(self.lines(one), others)),
            )

    def _as_requested(self, found: _Requested) -> Standing:
        lineage = Lineage.of(found.order.sent, found.order.split)
        id_ = lineage.order_id(number(found.id))
        lines = self._all_lines(found)
        if found.is_open and found.sent:
            # What others have sent of it was not sent to the Supplier: this is the rest.
            lines = [structs.replace(one, total_quantity=one.remaining_quantity) for one in lines]
            lines = [one for one in lines if one.total_quantity]
        ancestors = lineage.ancestors(id_, lines)
        status = self._status(found)
        order = Order(
            id=id_,
            number=found.order_name.removeprefix("#"),
            # Of what is cancelled nothing is left in some lines and all in others.
            lines=() if status == "cancelled" else _lines(lines, of=id_),
            ship_to=_NOWHERE,
            status=status,
            ancestors=ancestors,
            is_split=_is_replaced(found),
            reference=lineage.splits.get(ancestors[0], {}).get(id_, "") if ancestors else "",
        )
        # The Supplier's parcel is of all units, so one beside open units was sent by others.
        shipments = tuple(one for one in _told(found, id_) if one.voided or not found.is_open)
        return Standing(order=order, shipments=shipments, is_ours=self.is_here(found.location))

    def _status(self, found: _Requested) -> str:
        if is_cancelled(found):
            return "cancelled"
        if not found.is_open:
            return "shipped" if found.sent else "awaiting_fulfillment"
        is_asked = not self.is_service or found.request_status in ASKED
        return "dropshipment_requested" if is_asked else "awaiting_fulfillment"

    def _as_received(self, found: _Received) -> Iterator[Standing]:
        """Yield an order and its pieces, the whole first."""
        id_, pieces = number(found.id), pieces_of(found)
        shipments = list(shipments_of(found))
        is_split = len(pieces) > 1  # one piece is the order itself
        status = status_of(
            OrderStanding(
                id=found.id,
                display_fulfillment_status=found.display_fulfillment_status,
                cancelled_at=found.cancelled_at,
            )
        )
        whole = Order(
            id=id_,
            number=found.name.removeprefix("#"),
            lines=_lines(self._units(found, *pieces)),
            ship_to=_NOWHERE,
            status=status,
            is_split=is_split,
            reference=found.source_identifier or "",
        )
        yield Standing(order=whole, shipments=() if is_split else tuple(shipments))
        for piece in pieces if is_split else ():
            of = piece_id(id_, piece.id)
            mine = tuple(one for one in shipments if one.order_id == of)
            is_sent = any(not one.voided for one in mine)
            is_gone = found.cancelled_at is not None
            order = Order(
                id=of,
                number=whole.number,
                lines=_lines(self._units(found, piece), of=of),
                ship_to=_NOWHERE,
                status="shipped" if is_sent else "cancelled" if is_gone else "awaiting_fulfillment",
                ancestors=(id_,),
            )
            yield Standing(order=order, shipments=mine)

    def _units(self, order: SentOrder, *pieces: SentPiece) -> list[OrderedLine]:
        """Return the lines of pieces, each with the units that were sent or are to be sent."""
        return _summed(
            [
                structs.replace(line, total_quantity=units)
                for piece in pieces
                for part in piece.parts
                for line in self.lines(part)
                if (units := units_of(line, part, order))
            ]
        )

    def _all_lines(self, part: Part) -> list[OrderedLine]:
        """Return the lines of a fulfillment order in the order in which they were bought."""
        return sorted(self.lines(part), key=lambda line: int(number(line.line_item.id)))


def _lines(shapes: Sequence[OrderedLine], *, of: str = "") -> tuple[Line, ...]:
    return tuple(
        Line(
            id=line_id(of, one.line_item.id) if of else number(one.line_item.id),
            sku=one.sku or "",
            name="",
            quantity=one.total_quantity,
        )
        for one in shapes
    )


def _summed(shapes: Sequence[OrderedLine]) -> list[OrderedLine]:
    """Return the lines of a whole order, of which there is a part in each of its pieces."""
    found: dict[str, OrderedLine] = {}
    for one in shapes:
        before = found.get(one.line_item.id)
        total = one.total_quantity + (before.total_quantity if before else 0)
        found[one.line_item.id] = structs.replace(one, total_quantity=total)
    return sorted(found.values(), key=lambda line: int(number(line.line_item.id)))


def _sent_before(found: _Requested) -> list[FulfillmentShape]:
    """Return the parcels of others; while an order is open, its remaining units tell the same."""
    if found.is_open:
        return []
    lineage = Lineage.of(found.order.sent, found.order.split)
    id_ = lineage.order_id(number(found.id))
    sent_at = lineage.sent_at(id_, found.line_items.nodes)
    return parcels_before(found.fulfillments.nodes, sent_at)


def _is_replaced(found: _Requested) -> bool:
    """Return whether it is closed and nothing of it is sent: another one has its units.

    All that was sent of it was taken back, or it was merged, moved, or closed by its service.
    """
    return found.status == "CLOSED" and not found.sent and not is_cancelled(found)


def _told(found: _Requested, id_: str) -> Iterator[Shipment]:
    void = texts(found.order.void)
    for parcel in sorted(found.fulfillments.nodes, key=lambda one: one.created_at or _NEVER):
        for told in parcel.tracking_info:
            if told.number:
                yield Shipment(
                    id="",
                    order_id=id_,
                    tracking_number=told.number,
                    carrier=told.company or "",
                    shipped_at=parcel.created_at or _NEVER,
                    voided=not parcel.holds or told.number in void,
                )
