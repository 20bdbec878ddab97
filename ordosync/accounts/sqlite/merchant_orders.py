"""The Merchant's orders that are assigned to this portal's Supplier."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.sqlite.client import AssignedPart
from ordosync.database import sqlite3
from ordosync.embedded import ancestry, change_feed, orders, units
from ordosync.embedded.units import LineUnits
from ordosync.hold_facts import HoldFacts
from ordosync.models import InvalidRecord, Order, Page

_REQUESTED = ("dropshipment_requested", "partially_shipped")


class MerchantOrders(AssignedPart):
    """Orders that this portal's Supplier must ship."""

    requires_address = False
    reports_reassigned = True

    def changed(self, request: ReadRequest) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield the orders assigned to this Supplier that changed since the cursor."""
        self._client.check_exists(request.cursor, "read orders")
        with self._file.reading("read orders") as db:
            for numbers, after in change_feed.since(db, "order", request.cursor):
                yield Page(items=self._requested(db, numbers), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield these orders as they are now, also partially sent ones without open units."""
        with self._file.reading("read orders again") as db:
            lowered = orders.cancelled_in_part(db, ids)
            yield Page(items=self._requested(db, ids, also_shipped=lowered))

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Do nothing: the account does not record it."""

    def ancestors(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the ancestors of each of these orders, nearest first."""
        with self._file.reading("read the ancestors of orders") as db:
            ancestors_by_id = {id_: ancestry.ancestors(db, id_) for id_ in ids}
        return {id_: ancestors for id_, ancestors in ancestors_by_id.items() if ancestors}

    def line_claims(self, order: Order) -> Sequence[str]:
        """Return the ids of the lines."""
        return [line.id for line in order.lines]

    def is_beside(self, order_id: str, other_id: str) -> bool:  # noqa: ARG002
        """Return False: an order has one supplier."""
        return False

    def _requested(
        self,
        db: sqlite3.Connection,
        numbers: Sequence[str],
        *,
        also_shipped: frozenset[str] = frozenset(),
    ) -> tuple[Order | InvalidRecord, ...]:
        requested = orders.requested_from(db, self._supplier, numbers)
        split = orders.split_among(db, numbers)
        items: list[Order | InvalidRecord] = []
        read = orders.read_many(db, [number for number in numbers if number in requested])
        lines = units.of_orders(db, requested)
        for order in read:
            is_lowered = order.status == "shipped" and order.number in also_shipped
            if order.number in split or not (order.status in _REQUESTED or is_lowered):
                continue
            open_order = _with_open_units(order, lines[order.number])
            facts = HoldFacts(since=order.placed_at, tags=order.tags)
            usable = replace(open_order, hold_facts=facts)
            items.append(usable if requested[order.number] else _reassigned(order))
        return tuple(items)


def _with_open_units(order: Order, lines: Sequence[LineUnits]) -> Order:
    open_units = {line.line_id: line.open for line in lines}
    if all(line.quantity == open_units[line.id] for line in order.lines):
        return order
    parts = [replace(line, quantity=open_units[line.id]) for line in order.lines]
    return replace(order, lines=tuple(parts))


def _reassigned(order: Order) -> InvalidRecord:
    return InvalidRecord(
        id=order.id,
        code="reassigned",
        reason="was given to another supplier",
        content=order.content,
        is_skipped=True,
    )
