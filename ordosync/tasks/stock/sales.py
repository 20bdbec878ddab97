"""Units that the Merchant has sold and the Supplier does not have yet."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ordosync.accounts.account import ReadRequest, required
from ordosync.models import Order
from ordosync.tasks.base import Portal


def unimported_sales(portal: Portal, *, now: datetime) -> Mapping[str, int]:
    """Return the units of each SKU that the Merchant has sold and the Supplier does not have.

    SKUs and units are those of the Merchant.
    """
    units: Counter[str] = Counter()
    for orders in _sold_orders(portal, now):
        links = portal.links.of_merchant("order", [order.id for order in orders])
        for order in orders:
            link = links.get(order.id)
            if link is None or link.state == "cancelled_by_task":
                for line in order.lines:
                    # A line that is never imported would count until the Merchant ships it.
                    if not portal.config.ignores(line.own_sku):
                        units[line.own_sku] += line.quantity // line.pack
    return units


def _sold_orders(portal: Portal, now: datetime) -> Iterator[Sequence[Order]]:
    stock = required(portal.merchant.stock)
    if stock.falls_with_sales or not portal.stock.pool:
        yield from (page.items for page in stock.unimported_sales())
        return
    # The quantity does not fall with a sale, so the account does not report these orders. But a
    # quota must cover them.
    for page in portal.merchant.orders.changed(ReadRequest(cursor=None, now=now)):
        yield [item for item in page.items if isinstance(item, Order)]
