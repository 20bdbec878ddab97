"""Lists every order of a shop as it is now, in any status, to compare two accounts.

Uses the list of all orders. Reads refunds and parcels only of orders that have some and no complete
record. Units that were refunded before the first parcel are not part of the order. Units that were
refunded later were sent.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

import msgspec

from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.foreign_parcels import sent_before
from ordosync.accounts.woocommerce.order_input import NUMBER, REFERENCE, lines_as_sent
from ordosync.accounts.woocommerce.order_mapping import address_of
from ordosync.accounts.woocommerce.order_metadata import Record, line_number
from ordosync.accounts.woocommerce.order_parcels import OrderParcels, SentParcels
from ordosync.accounts.woocommerce.order_share import SharePart
from ordosync.accounts.woocommerce.order_statuses import REFUNDED
from ordosync.accounts.woocommerce.order_tree import OrderTree
from ordosync.accounts.woocommerce.parcels import Lines, ShownParcel
from ordosync.accounts.woocommerce.schema import LineShape, OrderShape, parse_time, whole
from ordosync.accounts.woocommerce.tracking_providers import Fulfillments
from ordosync.models import Address, Line, Order, OrderSnapshot, Page, Shipment

_NOWHERE = Address()


class SupplierListing:
    """The orders of a shop that ordosync has created."""

    is_complete = True
    includes_foreign = False

    def __init__(self, client: WooCommerceClient, parcels: OrderParcels) -> None:
        self._client = client
        self._parcels = parcels

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:
        """Yield every order that is not in the trash."""
        for orders in _pages(self._client, now=now):
            created = [order for order in orders if isinstance(order.meta(REFERENCE), str)]
            yield Page(items=tuple(self._client.service.map_concurrently(created, self._snapshot)))

    def missing(self) -> str:
        """Return nothing: the shop lists all of its orders."""
        return ""

    def _snapshot(self, order: OrderShape) -> OrderSnapshot:
        sent = self._parcels.sent(order)
        shipments = self._parcels.shipments_of(order, sent)
        number = order.meta(NUMBER)
        return OrderSnapshot(
            order=Order(
                id=str(order.id),
                number=number if isinstance(number, str) else order.number,
                lines=_lines(lines_as_sent(order), self._quantities(order, sent)),
                ship_to=address_of(order.shipping),
                status=self._parcels.status_of(order, sent),
                reference=order.meta(REFERENCE),
            ),
            shipments=tuple(shipment for shipment in shipments if not shipment.cancelled),
        )

    def _quantities(self, order: OrderShape, sent: SentParcels) -> Lines:
        """Return the sent and the open units of each line. Units refunded later were sent."""
        remaining = self._client.remaining(order, until=parse_time(order.date_completed_gmt))
        return {
            line: max(whole(count) or 0, sent.units.get(line, 0))
            for line, count in remaining.items()
        }


class MerchantListing(SharePart):
    """All orders of a shop, with this Supplier's lines, and their pieces.

    An order without a line of this Supplier is listed, too, without lines. It may have been this
    Supplier's before its products were given to another supplier.
    """

    is_complete = True
    includes_foreign = False

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:
        """Yield every order that is not in the trash."""
        for orders in _pages(self._client, now=now):
            self._shares.learn(orders)
            self._shares.needs.learn([line for order in orders for line in order.line_items])
            lists = self._client.service.map_concurrently(orders, self._snapshots)
            yield Page(items=tuple(chain.from_iterable(lists)))

    def missing(self) -> str:
        """Return nothing: the shop lists all of its orders."""
        return ""

    def _snapshots(self, order: OrderShape) -> list[OrderSnapshot]:
        """Return an order and its pieces, the whole order first."""
        record = self._shares.record(order)
        has_line = any(map(self._shares.selection.has_line, order.line_items))
        if not has_line and not record.parts and not record.parcels:
            bare = _order(order, str(order.id), status=self._status_of(order))
            return [OrderSnapshot(order=bare, is_ours=False)]
        tree = self._tree(order, record)
        return [self._snapshot(tree, target) for target in tree.targets]

    def _tree(self, order: OrderShape, record: Record) -> OrderTree:
        until = None if record.units(str(order.id)) else _first_sent_at(order, record)
        quantities = self._shares.remaining(order, until=until)
        lines = {
            line.id: max(whole(quantities[line.id]) or 0, 0)
            for line in order.line_items
            if self._shares.selection.has_line(line)
        }
        shown = self._shown(order, record)
        before = record.before or sent_before(record, lines, shown)
        sent = record.units(str(order.id), voided=True)
        # Nothing is open of an order that was cancelled after a part of it was sent.
        is_ended = self._statuses.is_dead(order) and bool(sent) and not record.parts
        return OrderTree(
            order=order,
            record=msgspec.structs.replace(record, before=before),
            lines={
                line: sent[line] if is_ended else max(count - before.get(line, 0), sent[line])
                for line, count in lines.items()
            },
            shown=shown,
            not_awaited=self._shares.needs.not_awaited(order),
            is_all=all(line in lines for line, quantity in quantities.items() if quantity > 0),
        )

    def _snapshot(self, tree: OrderTree, target: str) -> OrderSnapshot:
        shipments = tree.shipments(target)
        part = tree.record.part(target)
        return OrderSnapshot(
            order=_order(
                tree.order,
                target,
                status=self._status(tree, target, shipments),
                lines=tree.lines_of(target),
                reference=part.reference if part else "",
                is_split=tree.is_split(target),
                unshipped=self._shares.needs.unshipped(tree.order),
            ),
            shipments=shipments,
        )

    def _shown(self, order: OrderShape, record: Record) -> Sequence[ShownParcel]:
        """Return the parcels that the shop shows and that are not valid in the record."""
        parcels = [record.parcels_of(leaf)[-1:] for leaf in record.leaves(str(order.id))]
        if all(last and last[0].lines is None and not last[0].voided for last in parcels):
            return ()
        if isinstance(self._client.tracking, Fulfillments):
            return self._client.fulfillments(order)
        return self._client.tracking.parcels(order)

    def _status(self, tree: OrderTree, target: str, shipments: Sequence[Shipment]) -> str:
        """Return the status of an order or piece. A number without units sends no unit."""
        order, sending = tree.order, [item for item in shipments if item.lines != ()]
        has_ended = order.status in self._statuses.shipped or self._statuses.is_dead(order)
        if tree.is_sent_in_part(target) and not has_ended:
            return "partially_shipped" if tree.record.units(target) else "dropshipment_requested"
        return self._status_of(order, sending, is_void=tree.is_void)

    def _status_of(
        self, order: OrderShape, shipments: Sequence[Shipment] = (), *, is_void: bool = False
    ) -> str:
        """Return the status of an order; `is_void` if all units were refunded and none was sent."""
        if any(not shipment.voided for shipment in shipments):
            return "shipped"
        if order.status in self._statuses.shipped:
            return "shipped"
        if order.status == REFUNDED and order.date_completed_gmt:
            return "shipped"
        if self._statuses.is_dead(order):
            return "cancelled"
        if shipments:
            return "shipped"
        if is_void and not order.date_completed_gmt:
            return "cancelled"
        is_open = order.status in self._statuses.to_ship
        return "dropshipment_requested" if is_open else "awaiting_fulfillment"


def _pages(client: WooCommerceClient, *, now: datetime) -> Iterator[list[OrderShape]]:
    """Yield pages of all orders that can be read."""
    for items, _ in client.changed({"status": "any"}, None, now=now, action="read all orders"):
        yield [item for item in items if isinstance(item, OrderShape)]


def _order(
    order: OrderShape,
    target: str,
    *,
    status: str,
    lines: Lines | None = None,
    reference: str = "",
    is_split: bool = False,
    unshipped: frozenset[int] = frozenset(),
) -> Order:
    of_order = _lines(order.line_items, lines or {}, of=target)
    return Order(
        id=target,
        number=order.number,
        lines=of_order,
        not_shipped={
            line.id: line.sku for line in of_order if line_number(target, line.id) in unshipped
        },
        ship_to=_NOWHERE,
        status=status,
        placed_at=parse_time(order.date_created_gmt),
        ancestors=tuple(_ancestors(target)),
        is_split=is_split,
        reference=reference,
    )


def _lines(shapes: Sequence[LineShape], quantities: Lines, *, of: str = "") -> tuple[Line, ...]:
    """Return the lines of an order or a piece; nothing if the product of a line was deleted.

    The line of a deleted product has no SKU.
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


def _ancestors(target: str) -> Iterator[str]:
    """Yield the ids of the orders that a piece was split from, nearest first."""
    while ancestor := target.rpartition("/")[0]:
        yield ancestor
        target = ancestor


def _first_sent_at(order: OrderShape, record: Record) -> datetime | None:
    completed_at = parse_time(order.date_completed_gmt)
    times = [
        *(parcel.shipped_at for parcel in record.parcels),
        *([completed_at] if completed_at else []),
    ]
    return min(times, default=None)
