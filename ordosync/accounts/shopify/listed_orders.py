"""Fulfillment orders of a Merchant's shop as they are now, to compare them with the Supplier's.

An order has the units that this Supplier sent, and those that are open. Foreign parcels were sent
before the Supplier had the order, and are left out. A fulfillment order that is closed without a
parcel is never shipped: it was merged, moved, or replaced by another one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import structs

from ordosync.accounts.shopify.bundle_lines import collapsed, collapsed_units
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.foreign_parcels import less, parcels_before, units_in
from ordosync.accounts.shopify.fulfillment_orders import is_cancelled
from ordosync.accounts.shopify.ids import line_id, number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.merchant_orders import REQUESTED
from ordosync.accounts.shopify.order_mapping import not_shipped
from ordosync.accounts.shopify.pagination import read_all
from ordosync.accounts.shopify.parcel_record import ParcelRecord
from ordosync.accounts.shopify.queries.fulfillment import MORE_LISTED_PARCELS
from ordosync.accounts.shopify.schema import (
    Connection,
    Fulfillment,
    FulfillmentOrder,
    Metafield,
    OrderedLine,
    ParentOrder,
    recorded,
)
from ordosync.accounts.shopify.split_history import SplitHistory
from ordosync.models import Address, Line, Order, OrderSnapshot, ParcelLine, Shipment

NO_ADDRESS = Address()
_NEVER = datetime.min.replace(tzinfo=UTC)
Units = Mapping[str, Counter[str]]
"""Units by line item, of each parcel whose units are needed."""


class _ParentOrder(ParentOrder, frozen=True, rename="camel", kw_only=True):
    void: Metafield | None = None


class ListedOrder(FulfillmentOrder, frozen=True, rename="camel", kw_only=True):
    """A fulfillment order with its lines and parcels, and the metafields of its order."""

    order_name: str = ""
    order: _ParentOrder = _ParentOrder()
    line_items: Connection[OrderedLine]

    @property
    def history(self) -> SplitHistory:
        """The history of its splits."""
        return SplitHistory.of(self.order.sent, self.order.split)

    @property
    def own_id(self) -> str:
        """The id of the order or piece."""
        return self.history.order_id(number(self.id))

    @property
    def record(self) -> ParcelRecord:
        """The record of its parcels."""
        return recorded(self.order.parcels, ParcelRecord)

    @property
    def foreign(self) -> list[Fulfillment]:
        """The live parcels that were sent before the Supplier had the order."""
        sent_at = self.history.sent_at(self.own_id, self.line_items.nodes)
        recorded = self.record.sent
        unknown = [p for p in self.fulfillments.nodes if number(p.id) not in recorded]
        if self.is_ended:
            return parcels_before(unknown, sent_at)
        live = [parcel for parcel in unknown if parcel.is_live]
        if sent_at is None:
            return live
        return [parcel for parcel in live if (parcel.created_at or sent_at) < sent_at]

    @property
    def own(self) -> list[Fulfillment]:
        """The live parcels of this Supplier."""
        foreign = {parcel.id for parcel in self.foreign}
        return [parcel for parcel in self.sent if parcel.id not in foreign]

    @property
    def is_counted(self) -> bool:
        """True if its units must be counted by its parcels: it has several, or open units."""
        return bool(self.own) and (not self.is_ended or len(self.fulfillments.nodes) > 1)


class ListedOrders:
    """Snapshots of fulfillment orders."""

    def __init__(
        self, client: ShopifyClient, location: SupplierLocation, ignores: Callable[[str], bool]
    ) -> None:
        self._client = client
        self._location = location
        self._ignores = ignores

    def snapshots(self, orders: Sequence[ListedOrder]) -> Iterator[OrderSnapshot]:
        """Yield the snapshots of these orders."""
        orders = [self._with_all_parcels(order) for order in orders]
        needed = [
            parcel
            for order in orders
            for parcel in (*order.foreign, *(order.own if order.is_counted else ()))
        ]
        units = units_in(self._client, needed)
        for order in orders:
            yield self._snapshot(order, units)

    def _with_all_parcels(self, order: ListedOrder) -> ListedOrder:
        first, more = order.fulfillments, MORE_LISTED_PARCELS
        if not first.page_info.has_next_page:
            return order
        action = f"read the parcels of fulfillment order {number(order.id)}"
        graphql = self._client.graphql
        parcels = read_all(graphql, first, more, Fulfillment, of=order.id, action=action)
        return structs.replace(order, fulfillments=Connection(nodes=[*parcels]))

    def _snapshot(self, listed: ListedOrder, units: Units) -> OrderSnapshot:
        history, id_ = listed.history, listed.own_id
        lines = self._lines(listed, units)
        ancestors, bundles = history.ancestors(id_, lines), history.bundles(id_, lines)
        status = self._status(listed, lines)
        shown = collapsed(lines, bundles, with_rest=True)
        order = Order(
            id=id_,
            number=listed.order_name.removeprefix("#"),
            # A cancelled order has lost all units of some lines, and no units of others.
            lines=() if status == "cancelled" else as_lines(shown, of=id_),
            ship_to=NO_ADDRESS,
            status=status,
            ancestors=ancestors,
            is_split=_is_replaced(listed),
            not_shipped=not_shipped(id_, shown),
            reference=history.splits.get(ancestors[0], {}).get(id_, "") if ancestors else "",
        )
        is_ours = self._location.is_at(listed.location)
        shipments = (*_numbers_without_units(listed), *_shipments(listed, units))
        return OrderSnapshot(order=order, shipments=shipments, is_ours=is_ours)

    def _lines(self, listed: ListedOrder, units: Units) -> list[OrderedLine]:
        """Return the lines with sent or open units, in the order of the sale."""
        lines = sorted(self._client.lines(listed), key=position)
        if not listed.is_counted and (listed.is_ended or not listed.foreign):
            foreign = [units[p.id] for p in listed.foreign if p.id in units]
            return less(lines, sum(foreign, Counter())) if foreign else lines
        sent = sum((units[p.id] for p in listed.own if p.id in units), Counter[str]())
        counted = [
            structs.replace(line, total_quantity=_units_of(line, sent, listed)) for line in lines
        ]
        return [line for line in counted if line.total_quantity]

    def _status(self, listed: ListedOrder, lines: Sequence[OrderedLine]) -> str:
        if _is_cancelled(listed):
            return "cancelled"
        if listed.own:
            awaited = [it for it in lines if it.is_shipped and not self._ignores(it.sku or "")]
            is_sent = listed.is_ended or not any(line.remaining_quantity for line in awaited)
            return "shipped" if is_sent else "partially_shipped"
        if not listed.is_open:
            return "awaiting_fulfillment"
        is_requested = not self._location.is_service or listed.request_status in REQUESTED
        return "dropshipment_requested" if is_requested else "awaiting_fulfillment"


def as_lines(lines: Sequence[OrderedLine], *, of: str = "") -> tuple[Line, ...]:
    """Return lines with the ids that they have in an order or piece."""
    return tuple(
        Line(
            id=line_id(of, line.line_item.id) if of else number(line.line_item.id),
            sku=line.sku or "",
            name="",
            quantity=line.total_quantity,
        )
        for line in lines
    )


def position(line: OrderedLine) -> int:
    """Return the position of a line in its sale."""
    return int(number(line.line_item.id))


def _units_of(line: OrderedLine, sent: Mapping[str, int], listed: ListedOrder) -> int:
    """Return the units of a line that were sent or are open.

    A parcel may hold units of several fulfillment orders, so at most the units that this one sent
    count.
    """
    own = min(sent.get(line.line_item.id, 0), line.total_quantity - line.remaining_quantity)
    return own + (0 if listed.is_ended else line.remaining_quantity)


def _is_replaced(listed: ListedOrder) -> bool:
    """True if an order is closed and unsent, because another order has its units.

    Its parcel was cancelled, or it was merged, moved, or closed by its service.
    """
    return listed.status == "CLOSED" and not listed.own and not _is_cancelled(listed)


def _is_cancelled(listed: ListedOrder) -> bool:
    """True if an order is cancelled; foreign parcels do not count."""
    return is_cancelled(structs.replace(listed, fulfillments=Connection(nodes=listed.own)))


def _shipments(listed: ListedOrder, units: Units) -> Iterator[Shipment]:
    """Yield a shipment for each number of the parcels; the first one of a parcel has its units."""
    void, record, id_ = recorded(listed.order.void, list[str]), listed.record, listed.own_id
    bundles = listed.history.bundles(id_, listed.line_items.nodes)
    foreign = {parcel.id for parcel in listed.foreign}
    parcels = [parcel for parcel in listed.fulfillments.nodes if parcel.id not in foreign]
    for parcel in sorted(parcels, key=lambda parcel: parcel.created_at or _NEVER):
        lines = _parcel_lines(units[parcel.id], id_, bundles) if parcel.id in units else None
        for tracking in parcel.tracking_info:
            if tracking.number:
                yield Shipment(
                    id=record.parcel_id(number(parcel.id)),
                    order_id=id_,
                    tracking_number=tracking.number,
                    carrier=tracking.company or "",
                    shipped_at=parcel.created_at or _NEVER,
                    voided=not parcel.is_live or tracking.number in void,
                    lines=lines,
                )
                lines = None if lines is None else ()


def _numbers_without_units(listed: ListedOrder) -> Iterator[Shipment]:
    """Yield the numbers with unknown units, until a parcel shows them."""
    shown = {number_ for parcel in listed.fulfillments.nodes for number_ in parcel.numbers}
    for number_, order_id in listed.record.numbers.items():
        if order_id == listed.own_id and number_ not in shown:
            yield Shipment(
                id="",
                order_id=order_id,
                tracking_number=number_,
                carrier="",
                shipped_at=_NEVER,
                lines=(),
            )


def _parcel_lines(
    units: Counter[str], order_id: str, bundles: Sequence[str]
) -> tuple[ParcelLine, ...]:
    return tuple(
        ParcelLine(line_id=line_id(order_id, item), quantity=count)
        for item, count in collapsed_units(units, bundles).items()
    )
