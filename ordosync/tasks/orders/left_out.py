"""Lines of the Merchant's orders that no Supplier sends: they need no shipping, or are ignored.

An order is imported without them. So no link, parcel or split has them, and adding or removing such
a line is no edit. Shops also mark real goods as not shipped by mistake, so a line is sent all the
same if its product is linked to one of the Supplier, unless it is not owed any more. A line that
was sent stays sent.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.left_out import NOT_OWED, ORDINARY, LeftOut
from ordosync.models import InvalidRecord, Line, Order
from ordosync.store.links import Link
from ordosync.tasks.base import Portal


class Requested(Struct, frozen=True, kw_only=True):
    """Orders without the lines that are left out."""

    items: tuple[Order | InvalidRecord, ...]
    left_out: Mapping[str, LeftOut] = {}
    """By order; without the orders whose lines are all sent."""

    def lines_of(self, order: Order) -> tuple[Line, ...]:
        """Return the lines of an order that are sent."""
        found = (item for item in self.items if item.id == order.id and isinstance(item, Order))
        return next(found, order).lines

    def of(self, order_id: str) -> LeftOut:
        """Return what is left out of an order."""
        return self.left_out.get(order_id, ORDINARY)


def without_left_out(
    portal: Portal,
    items: Sequence[Order | InvalidRecord],
    ledger: Mapping[str, Sequence[Link]],
) -> Requested:
    """Return these orders without the lines that no Supplier sends.

    `ledger` has the links of the lines that were sent, by order.
    """
    orders = [item for item in items if isinstance(item, Order)]
    if not portal.config.ignore_skus and not any(order.not_shipped for order in orders):
        return Requested(items=tuple(items))
    product_ids = sorted({id_ for order in orders for id_ in order.not_shipped.values() if id_})
    products = portal.links.of_merchant("product", product_ids) if product_ids else {}
    sorter = _Sorter(
        portal,
        products=frozenset(id_ for id_, link in products.items() if link.state == "live"),
        sent=frozenset(line.merchant_id for lines in ledger.values() for line in lines),
    )
    found = {order.id: sorter.left_out(order) for order in orders}
    return Requested(
        items=tuple(sorter.kept(item) if isinstance(item, Order) else item for item in items),
        left_out={id_: left_out for id_, left_out in found.items() if left_out != ORDINARY},
    )


class _Sorter:
    """Decides about each line."""

    def __init__(self, portal: Portal, *, products: frozenset[str], sent: frozenset[str]) -> None:
        self._config = portal.config
        self._products = products
        self._sent = sent

    def kept(self, order: Order) -> Order:
        """Return an order with the lines that are sent.

        If the Merchant marks all its lines as not shipped, those that are sent need an address.
        """
        lines = tuple(line for line in order.lines if not self._is_out(order, line))
        is_marked = bool(lines) and all(line.id in order.not_shipped for line in order.lines)
        if len(lines) == len(order.lines) and not is_marked:
            return order
        return replace(order, lines=lines, needs_shipping=order.needs_shipping or is_marked)

    def left_out(self, order: Order) -> LeftOut:
        """Return the SKUs of its lines with units that are not ordinary."""
        lines = [
            line
            for line in order.lines
            if line.quantity
            and line.id not in self._sent
            and self._config.products.has(line.own_sku)
            if order.not_shipped.get(line.id) != NOT_OWED
        ]
        ignored = [line for line in lines if self._config.ignores(line.own_sku)]
        marked = [line for line in lines if line.id in order.not_shipped and line not in ignored]
        return LeftOut(
            unshipped=_names(line for line in marked if self._is_out(order, line)),
            ignored=_names(ignored),
            sent_anyway=_names(line for line in marked if not self._is_out(order, line)),
        )

    def _is_out(self, order: Order, line: Line) -> bool:
        if line.id in self._sent:
            return False
        if self._config.ignores(line.own_sku):
            return True
        product = order.not_shipped.get(line.id)
        return product is not None and product not in self._products


def _names(lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the SKUs of lines, each once; a line without a SKU has its id."""
    return tuple(dict.fromkeys(line.own_sku or f"line {line.id}" for line in lines))
