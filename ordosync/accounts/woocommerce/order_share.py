"""Share of this portal's Supplier in the shop's orders: its lines that are not refunded or sent.

An order may have lines of several Suppliers; each of them has its own share. Uses refunds and the
parcels that the shop shows, and keeps a record in the order itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from ordosync.accounts.woocommerce.client import Quantities, WooCommerceClient
from ordosync.accounts.woocommerce.foreign_parcels import foreign_units, sent_before, subtract
from ordosync.accounts.woocommerce.order_metadata import Record, record_of
from ordosync.accounts.woocommerce.order_statuses import OrderStatuses
from ordosync.accounts.woocommerce.parcels import Lines, ShownParcel
from ordosync.accounts.woocommerce.product_selection import ProductSelection
from ordosync.accounts.woocommerce.schema import LineShape, OrderShape, whole
from ordosync.accounts.woocommerce.shipping_needs import ShippingNeeds


@dataclass(frozen=True, kw_only=True)
class OrderShare:
    """An order as it is now, and the Supplier's share of it."""

    order: OrderShape
    record: Record
    remaining: Lines
    """This Supplier's lines, minus refunded units."""
    others: frozenset[int]
    """The lines of other suppliers."""

    @property
    def is_all(self) -> bool:
        """True if no line belongs to another supplier."""
        return not self.others

    @property
    def lines(self) -> Lines:
        """The lines that this Supplier sends, without units that others had sent before."""
        return subtract(self.remaining, self.record.before)

    def without_foreign(self, shown: Sequence[ShownParcel]) -> "OrderShare":
        """Return a copy whose record has the units that others have sent."""
        before = sent_before(self.record, self.remaining, shown)
        return replace(self, record=msgspec.structs.replace(self.record, before=before))

    def lines_of(self, target: str) -> Lines:
        """Return the lines of the order, or of one of its pieces."""
        part = self.record.part(target)
        return part.lines if part else self.lines

    def ordered_of(self, target: str) -> Lines:
        """Return the units of the order's lines, refunded ones included, or those of a piece.

        A refunded unit that is sent all the same counts as sent. A line may have been given to
        another supplier since.
        """
        part = self.record.part(target)
        if part:
            return part.lines
        return {line.id: whole(line.quantity) or 0 for line in self.order.line_items}

    def open_lines(self, target: str) -> Lines:
        """Return the units of the order, or of a piece, that are in no valid parcel of it."""
        if any(parcel.lines is None for parcel in self.record.parcels_of(target, voided=False)):
            return {}
        return subtract(self.lines_of(target), self.record.units(target))

    def is_complete(self, record: Record, not_awaited: frozenset[int] = frozenset()) -> bool:
        """True if all goods of all suppliers are in these parcels.

        `not_awaited` are the lines that no Supplier sends.
        """
        lines = {line: count for line, count in self.lines.items() if line not in not_awaited}
        return not (self.others - not_awaited or record.unshipped(str(self.order.id), lines))

    def is_shipped(self, target: str) -> bool:
        """True if parcels have all units of the order, or of a piece; void ones still count."""
        return self.record.is_shipped(target, self.lines_of(target))

    def has(self, target: str) -> bool:
        """True if this is the order, or it has this piece."""
        return target == str(self.order.id) or self.record.part(target) is not None


def below_sent(line: LineShape, sent: int) -> int:
    """Return the units of a line minus the sent ones, if these are more; otherwise 0."""
    return min((whole(line.quantity) or 0) - sent, 0)


class OrderShares:
    """Shares of the shop's orders, and the records in these orders."""

    def __init__(
        self,
        client: WooCommerceClient,
        selection: ProductSelection,
        needs: ShippingNeeds,
        *,
        supplier: str,
    ) -> None:
        self._client = client
        self.selection = selection
        self.needs = needs
        self._key = f"_ordosync_{supplier}"
        """The field of an order that has the record."""

    def record(self, order: OrderShape) -> Record:
        """Return the record in an order."""
        return record_of(order, self._key)

    def save(self, order: OrderShape, record: Record, **fields: str) -> OrderShape:
        """Write the record of an order, with other fields, in one call; return the order."""
        meta = [{"key": self._key, "value": record.written()}]
        action = f"write the record of order {order.id}"
        return self._client.save(order, {**fields, "meta_data": meta}, action)

    def learn(self, orders: Sequence[OrderShape]) -> None:
        """Look up the products of the lines of these orders, many in a call."""
        self.selection.learn([line.product_id for order in orders for line in order.line_items])

    def read(self, target: str) -> OrderShare | None:
        """Return the share in an order or in the order of a piece; None if it does not exist."""
        order = self._client.order(target, f"read order {target}")
        if order is None:
            return None
        self.learn([order])
        quantities = self.remaining(order)
        lines = self.lines_of(order, quantities)
        share = OrderShare(
            order=order,
            record=self.record(order),
            remaining=lines,
            others=frozenset(
                line for line, quantity in quantities.items() if quantity > 0 and line not in lines
            ),
        )
        return share if share.has(target) else None

    def remaining(self, order: OrderShape, *, until: datetime | None = None) -> Quantities:
        """Return the sold units of each line, minus refunds; 0 for lines that repeat a bundle.

        Refunds made after `until` do not count.
        """
        repeated = self.selection.repeated(order.line_items)
        quantities = self._client.remaining(order, until=until)
        return {line: 0 if line in repeated else count for line, count in quantities.items()}

    def unsent(self, order: OrderShape) -> Quantities:
        """Return the units of each line that are neither refunded nor in a foreign parcel.

        Units in this Supplier's own parcels of the order are included.
        """
        return self._without_foreign_parcels(order, self.remaining(order))

    def taken_from_stock(self, order: OrderShape) -> Quantities:
        """Return the units that are in no parcel, repeated lines included: stock fell for them."""
        quantities = self._without_foreign_parcels(order, self._client.remaining(order))
        return self._without_own_parcels(order, quantities)

    def _without_own_parcels(self, order: OrderShape, quantities: Quantities) -> Quantities:
        units = self.record(order).units(str(order.id))
        return {line: max(count - units[line], 0) for line, count in quantities.items()}

    def has_own_units(self, order: OrderShape) -> bool:
        """True if valid parcels of ordosync have units of the order, which was not split before."""
        return bool(self.record(order).units(str(order.id)))

    def is_requested(self, order: OrderShape, unsent: Quantities) -> bool:
        """True if units of an order or of its pieces are not shipped; void parcels count.

        An order whose open units were refunded or removed is still read: the Supplier may be
        packing them.
        """
        record, target = self.record(order), str(order.id)
        if record.unshipped(target, self.lines_of(order, unsent)):
            return True
        units = record.units(target)
        if any(below_sent(line, units[line.id]) for line in order.line_items):
            return True
        sold = {line.id: line.quantity for line in order.line_items}
        return bool(order.refunds and record.unshipped(target, self.lines_of(order, sold)))

    def open_lines(self, order: OrderShape, ordered: Lines) -> Lines:
        """Return the open units of these lines, with 0 for a line without open units.

        They are negative if the quantity of a line was lowered below its sent units.
        """
        units = self.record(order).units(str(order.id))
        if not units and not order.refunds:
            return ordered
        repeated = self.selection.repeated(order.line_items)
        return {
            line.id: below_sent(line, units[line.id])
            or max(ordered.get(line.id, 0) - units[line.id], 0)
            for line in order.line_items
            if self.selection.has_line(line) and line.id not in repeated
        }

    def _without_foreign_parcels(self, order: OrderShape, quantities: Quantities) -> Quantities:
        units = foreign_units(self.record(order), self._client.shown_parcels(order))
        return {line: count - units.get(line, 0) for line, count in quantities.items()}

    def lines_of(self, order: OrderShape, quantities: Quantities) -> Lines:
        """Return the quantities of this Supplier's lines, in whole units."""
        return {
            line.id: whole(quantities[line.id]) or 0
            for line in order.line_items
            if quantities[line.id] > 0 and self.selection.has_line(line)
        }


class SharePart:
    """A part of the Merchant that works on this Supplier's share of the orders."""

    def __init__(
        self, client: WooCommerceClient, shares: OrderShares, statuses: OrderStatuses
    ) -> None:
        self._client = client
        self._shares = shares
        self._statuses = statuses
