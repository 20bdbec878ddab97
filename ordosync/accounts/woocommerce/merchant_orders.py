"""Orders at the Merchant: this Supplier's lines of the shop's orders, minus refunded units.

Units in parcels of any sender are not counted either. A line without open units has 0 if units
of the order were refunded or sent by ordosync, so that it does not look like a removed line.

An order in the trash is skipped, and so is one without a line of this Supplier. It may have been
sent before.

Uses the list of orders by the time of their last change, and the products of lines.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.woocommerce.client import Quantities, WooCommerceClient
from ordosync.accounts.woocommerce.hold_facts import facts_of
from ordosync.accounts.woocommerce.order_mapping import is_test, order_of
from ordosync.accounts.woocommerce.order_share import OrderShares
from ordosync.accounts.woocommerce.order_statuses import ON_HOLD, TRASH, OrderStatuses
from ordosync.accounts.woocommerce.parcels import Lines
from ordosync.accounts.woocommerce.schema import OrderShape, digest
from ordosync.hold_facts import HoldFacts
from ordosync.models import InvalidRecord, Order, Page

_LARGEST_QUANTITY = 2**31 - 1


class MerchantOrders:
    """Orders in one of the statuses to ship that have lines of this Supplier."""

    requires_address = True
    reports_reassigned = False

    def __init__(
        self,
        client: WooCommerceClient,
        shares: OrderShares,
        statuses: OrderStatuses,
        *,
        tags_meta: str = "",
    ) -> None:
        self._client = client
        self._shares = shares
        self._statuses = statuses
        self._tags_meta = tags_meta

    def changed(self, request: ReadRequest) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield the orders to be shipped that changed since the cursor."""
        self._client.features.learn_timezone()
        for items, after in self._client.changed(
            {"status": ",".join(self._statuses.read)},
            request.cursor,
            now=request.now,
            action="read orders",
            ahead=request.ahead,
        ):
            found = self._unshipped([item for item in items if not _is_deleted(item)])
            yield Page(items=(*found, *map(_deleted, filter(_is_deleted, items))), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield these orders as they are now, also those that ordosync has set on hold."""
        self._client.features.learn_timezone()
        statuses = ",".join(dict.fromkeys((*self._statuses.to_ship, ON_HOLD)))
        items = self._client.orders_now(ids, "read orders again", status=statuses)
        yield Page(items=tuple(self._unshipped([it for it in items if self._is_to_ship(it)])))

    def _is_to_ship(self, item: OrderShape | InvalidRecord) -> bool:
        if isinstance(item, InvalidRecord):
            return True
        return item.status in self._statuses.to_ship or bool(self._shares.record(item).holds)

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Do nothing: the shop has no field for imported orders."""

    def ancestors(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:  # noqa: ARG002
        """Return nothing: the id of a piece begins with the id of its order."""
        return {}

    def line_claims(self, order: Order) -> Sequence[str]:
        """Return the ids of its lines."""
        return [line.id for line in order.lines]

    def is_beside(self, order_id: str, other_id: str) -> bool:  # noqa: ARG002
        """Return False: a line belongs to one supplier."""
        return False

    def _unshipped(
        self, items: Sequence[OrderShape | InvalidRecord]
    ) -> Iterator[Order | InvalidRecord]:
        shapes, needs = [item for item in items if isinstance(item, OrderShape)], self._shares.needs
        self._shares.learn(shapes)
        unsent = self._client.service.map_concurrently(shapes, self._shares.unsent)
        quantities = dict(zip([shape.id for shape in shapes], unsent, strict=True))
        orders: list[Order | InvalidRecord] = []
        for item in items:
            if isinstance(item, InvalidRecord):
                orders.append(item)
            elif self._shares.is_requested(item, quantities[item.id]):
                orders += self._requested(item, quantities[item.id])
        has_line = self._shares.selection.has_line
        needs.learn([line for it in shapes for line in it.line_items if has_line(line)])
        unshipped = {str(it.id): needs.unshipped(it) for it in shapes}
        yield from (
            _with_shipping_needs(order, unshipped[order.id]) if isinstance(order, Order) else order
            for order in orders
        )

    def _requested(
        self, order: OrderShape, quantities: Quantities
    ) -> Iterator[Order | InvalidRecord]:
        selection = self._shares.selection
        ordered = self._shares.lines_of(order, quantities)
        unsent = self._shares.open_lines(order, ordered)
        lines = [line for line in order.line_items if selection.has_line(line)]
        invalid = {line.id: line.quantity for line in lines if line.quantity <= 0}
        deleted = [line.id for line in order.line_items if not selection.knows_line(line)]
        if any(quantities[line] > 0 for line in deleted):
            yield _invalid_record(
                order,
                "product-gone",
                "has a line whose product was deleted, so its Supplier is unknown; remove the"
                " line from the order at the shop, or dismiss the order",
                # An order without other lines of this Supplier is probably not its order.
                skip=not unsent,
            )
        elif any(isinstance(quantities[line.id], float) for line in lines):
            yield _invalid_record(order, "invalid", "has a quantity that is not a whole number")
        elif is_test(order):
            yield _invalid_record(order, "test-order", "was placed as a test", skip=True)
        elif invalid or any(unsent.values()) or self._shares.has_own_units(order):
            facts = facts_of(order, self._tags_meta)
            yield _usable(order, {**unsent, **invalid}, ordered, facts)
        elif lines:
            yield _invalid_record(
                order, "nothing-to-ship", "has nothing left to send to the buyer", skip=True
            )
        else:
            yield _invalid_record(order, "no-lines", "has no line of this Supplier", skip=True)


def _with_shipping_needs(order: Order, unshipped: frozenset[int]) -> Order:
    """Return an order with the lines that need no shipping. Only those need no address."""
    not_shipped = {line.id: line.sku for line in order.lines if int(line.id) in unshipped}
    if not not_shipped:
        return order
    needs_shipping = order.needs_shipping and len(not_shipped) < len(order.lines)
    return replace(order, not_shipped=not_shipped, needs_shipping=needs_shipping)


def _usable(
    shape: OrderShape, lines: Quantities, ordered: Lines, facts: HoldFacts
) -> Order | InvalidRecord:
    amounts = (amount for line in shape.line_items for amount in (line.subtotal, line.total))
    of_order = [line.quantity for line in shape.line_items if line.id in lines]
    is_possible = all(0 <= quantity <= _LARGEST_QUANTITY for quantity in of_order)
    if all(amount.is_finite() for amount in amounts) and is_possible:
        quantities = {line: int(quantity) for line, quantity in lines.items()}
        return replace(order_of(shape, quantities, ordered), hold_facts=facts)
    return _invalid_record(shape, "invalid.quantity", "has an invalid quantity or amount")


def _is_deleted(item: OrderShape | InvalidRecord) -> TypeGuard[OrderShape]:
    return isinstance(item, OrderShape) and item.status == TRASH


def _deleted(shape: OrderShape) -> InvalidRecord:
    return _invalid_record(shape, "deleted", "is in the trash", skip=True)


def _invalid_record(
    shape: OrderShape, code: str, reason: str, *, skip: bool = False
) -> InvalidRecord:
    content = digest((code, shape.number))
    return InvalidRecord(
        id=str(shape.id), code=code, reason=reason, content=content, is_skipped=skip
    )
