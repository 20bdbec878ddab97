"""Lines of the Merchant in SKUs and units of the Supplier, by the map or by their links.

A line that was sent keeps the SKU and the pack of its link when the map changes. Any other
line gets those of the map, and without a row there it stays as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct
from msgspec.structs import replace

from ordosync.models import (
    Cancellation,
    InvalidRecord,
    Line,
    Order,
    OrderSnapshot,
    ParcelLine,
    Shipment,
)
from ordosync.store.links import Link
from ordosync.store.sku_map import MappedSku, SkuMap
from ordosync.tasks.known_links import KnownLinks
from ordosync.tasks.sku_maps.packs import MOST_UNITS, units_of

_Sold = tuple[str, str]
"""The Merchant's order and SKU of a line."""


class _Facts(Struct, frozen=True):
    """The links and rows of the lines of a page."""

    links: Mapping[str, Link]
    """Of the lines that were sent, by the Merchant's id."""
    of_ancestors: Mapping[_Sold, Link]
    """Of the orders from which orders of the page were split."""
    ancestors: AbstractSet[str]
    """Those of these orders that have links of lines."""
    rows: Mapping[str, MappedSku]
    """Of the other lines, by the Merchant's SKU."""


class SupplierLines:
    """Converts what the Merchant's account yields, a page at a time."""

    def __init__(
        self, links: KnownLinks, sku_map: SkuMap | None, *, includes_sent_units: bool
    ) -> None:
        self._links = links
        self._map = sku_map
        self._shows_open = not includes_sent_units

    def orders(self, items: Sequence[Order | InvalidRecord]) -> tuple[Order | InvalidRecord, ...]:
        """Return orders with the units that are open, as far as the account shows these."""
        orders = [item for item in items if isinstance(item, Order)]
        facts = self._facts(orders)
        return tuple(
            self._order(item, facts, are_open=self._shows_open) if isinstance(item, Order) else item
            for item in items
        )

    def snapshots(self, items: Sequence[OrderSnapshot]) -> tuple[OrderSnapshot, ...]:
        """Return orders with their sent and open units, and with the units of their parcels."""
        facts = self._facts([item.order for item in items])
        return tuple(self._snapshot(item, facts) for item in items)

    def cancellations(self, items: Sequence[Cancellation]) -> tuple[Cancellation, ...]:
        """Return the units that are still to be sent of each line."""
        parts = [part for item in items for part in item.lines or ()]
        links = self._sent([item.order_id for item in items], [part.line_id for part in parts])
        # The units of a line may be in a line that users added when they merged two orders.
        merged = {
            other: link
            for part in parts
            if (link := links.get(part.line_id))
            for other in part.other_lines
        }
        links = {**merged, **links}
        return tuple(
            item
            if item.lines is None
            else replace(item, lines=tuple(self._open_part(part, links) for part in item.lines))
            for item in items
        )

    def _facts(self, orders: Sequence[Order]) -> _Facts:
        lines = [line for order in orders for line in order.lines]
        ids = [order.id for order in orders]
        links = self._sent(ids, [line.id for line in lines])
        ancestors = sorted({id_ for order in orders for id_ in order.ancestors})
        families = self._links.lines_of(ancestors) if ancestors else {}
        of_ancestors = {
            (order_id, line.merchant_sku or ""): line
            for order_id, found in families.items()
            for line in found
        }
        skus = {line.sku for line in lines if line.id not in links}
        rows = self._map.of_merchant(skus) if self._map and skus else {}
        return _Facts(links, of_ancestors, families.keys(), rows)

    def _sent(self, order_ids: Sequence[str], line_ids: Sequence[str]) -> Mapping[str, Link]:
        """Return the links of these lines, but not of an order that is sent again."""
        links = self._links.of_merchant("line", line_ids)
        orders = self._links.of_merchant("order", order_ids) if links else {}
        again = {id_ for id_, link in orders.items() if link.state == "cancelled_by_task"}
        return {id_: link for id_, link in links.items() if link.order_id not in again}

    def _order(self, order: Order, facts: _Facts, *, are_open: bool) -> Order | InvalidRecord:
        lines = tuple(self._line(order, line, facts, are_open=are_open) for line in order.lines)
        for line in lines:
            if abs(line.quantity) > MOST_UNITS:
                return _too_many(order, line)
        return replace(order, lines=lines)

    def _line(self, order: Order, line: Line, facts: _Facts, *, are_open: bool) -> Line:
        link = facts.links.get(line.id)
        if link is None and facts.ancestors.isdisjoint(order.ancestors):
            return _by_row(line, facts.rows)
        if link is None:
            # The pieces of an order that was sent are compared with it, not with the map.
            return _by_link(line, _of_ancestor(order, line, facts), are_open=False)
        linked = _by_link(line, link, are_open=are_open)
        if link.merchant_sku and link.merchant_sku != line.sku:
            # Its SKU was edited.
            rows = self._map.of_merchant([line.sku]) if self._map else {}
            return replace(linked, sku=_by_row(line, rows).sku)
        return linked

    def _snapshot(self, item: OrderSnapshot, facts: _Facts) -> OrderSnapshot:
        order = item.order
        lines = tuple(self._line(order, line, facts, are_open=False) for line in order.lines)
        packs = {line.id: line for line in lines}
        return replace(
            item,
            order=replace(order, lines=lines),
            shipments=tuple(_parcel(parcel, packs) for parcel in item.shipments),
        )

    def _open_part(self, part: ParcelLine, links: Mapping[str, Link]) -> ParcelLine:
        link = links.get(part.line_id)
        if link is None or not link.merchant_sku:
            return part
        return replace(part, quantity=units_of(link, part.quantity, are_open=self._shows_open))


def _of_ancestor(order: Order, line: Line, facts: _Facts) -> Link | None:
    """Return the link of the line that was split, for the line of a piece."""
    found = (facts.of_ancestors.get((id_, line.sku)) for id_ in order.ancestors)
    link = next((link for link in found if link), None)
    return replace(link, ordered=None, sent=None, cancelled=None, short=None) if link else None


def _by_link(line: Line, link: Link | None, *, are_open: bool) -> Line:
    """Return a line with the SKU and the units of its link; as it is if it was sent as it was."""
    if link is None or not link.merchant_sku:
        return line
    return replace(
        line,
        sku=link.supplier_sku or line.sku,
        quantity=units_of(link, line.quantity, are_open=are_open),
        supplier_sku="",
        merchant_sku=line.sku,
        pack=link.pack or 1,
    )


def _by_row(line: Line, rows: Mapping[str, MappedSku]) -> Line:
    """Return a line with the SKU and the units of its row in the map."""
    row = rows.get(line.sku)
    if row is None:
        return line
    return replace(
        line,
        sku=row.supplier_sku,
        quantity=line.quantity * row.pack,
        supplier_sku="",
        merchant_sku=line.sku,
        pack=row.pack,
    )


def _too_many(order: Order, line: Line) -> InvalidRecord:
    return InvalidRecord(
        id=order.id,
        code="too-many-units",
        reason=f"has a line of {line.own_sku} that is more than {MOST_UNITS} units at the Supplier",
        content=order.content,
        as_of=order.as_of,
    )


def _parcel(parcel: Shipment, lines: Mapping[str, Line]) -> Shipment:
    """Return a parcel of the Merchant with its units at the Supplier."""
    if parcel.lines is None:
        return parcel
    return replace(parcel, lines=tuple(_parts(parcel.lines, lines)))


def _parts(parts: Iterable[ParcelLine], lines: Mapping[str, Line]) -> Iterator[ParcelLine]:
    for part in parts:
        line = lines.get(part.line_id)
        yield replace(part, quantity=part.quantity * line.pack, sku=line.sku) if line else part
