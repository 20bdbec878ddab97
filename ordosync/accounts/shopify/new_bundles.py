"""Bundles of fulfillment orders that the Supplier does not have yet.

A bundle is sent as one line if its SKU is the Supplier's, and if all of its contents are to be
shipped together: a fulfillment order may have only some of them, or units may be removed. Otherwise
its contents are sent. The lines of the whole sale show what a bundle contains.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ordosync.accounts.account import PortalContext
from ordosync.accounts.shopify.bundle_lines import (
    Units,
    bundle_of,
    contents_of,
    remaining_units,
    rest_of,
    whole_bundles,
)
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.pagination import read_all
from ordosync.accounts.shopify.queries.bundles import GROUPED_ORDERS, MORE_GROUPED_LINES
from ordosync.accounts.shopify.schema import (
    GroupedLine,
    GroupedOrder,
    LineItemGroup,
    OrderedLine,
    RequestedOrder,
)
from ordosync.accounts.shopify.split_history import SplitHistory

_ACTION = "read the contents of bundles"


class SoldBundle(NamedTuple):
    """A bundle of a sale."""

    group: str
    sku: str
    contents: Mapping[str, int]
    """The units of each line item in one bundle; empty if it cannot be sent as one line."""


Sold = Mapping[str, Sequence[SoldBundle]]
"""The bundles of each sale, by its Shopify id."""


class NewBundles:
    """Reads the bundles of a portal's new orders."""

    def __init__(
        self, client: ShopifyClient, portal: PortalContext, *, sends_contents: bool
    ) -> None:
        self._client = client
        self._portal = portal
        self._sends_contents = sends_contents

    def sold(self, orders: Sequence[RequestedOrder]) -> Sold:
        """Return the bundles of the sales of these orders, as far as they may have some."""
        if self._sends_contents:
            return {}
        ids = [order.order_id for order in orders if _may_have_bundles(order)]
        sales = self._client.by_id(GROUPED_ORDERS, GroupedOrder, ids, action=_ACTION) if ids else ()
        return {sale.id: self._bundles(self._lines(sale)) for sale in sales}

    def _bundles(self, lines: Sequence[GroupedLine]) -> list[SoldBundle]:
        """Return the bundles that the Supplier may have as products."""
        by_group: dict[LineItemGroup, list[GroupedLine]] = {}
        for line in lines:
            if line.line_item_group:
                by_group.setdefault(line.line_item_group, []).append(line)
        return [
            SoldBundle(group.id, sku, _contents(group, of_group))
            for group, of_group in by_group.items()
            if (sku := group.variant_sku) and self._is_sent(sku)
        ]

    def _is_sent(self, sku: str) -> bool:
        return self._portal.selection.has(sku) and not self._portal.ignores(sku)

    def _lines(self, sale: GroupedOrder) -> list[GroupedLine]:
        graphql, more = self._client.graphql, MORE_GROUPED_LINES
        first = sale.line_items
        return [*read_all(graphql, first, more, GroupedLine, of=sale.id, action=_ACTION)]


class SentAs(NamedTuple):
    """The bundles of an order that are sent as lines."""

    bundles: Sequence[str] = ()
    remark: str = ""
    """The reason why contents are sent, or units are not."""
    units: Units | None = None
    """The open units of an imported order, if other fulfillment orders have some of them."""


def bundles_in(
    requested: RequestedOrder,
    history: SplitHistory,
    lines: Sequence[OrderedLine],
    units: Units | None,
    sold: Sold,
) -> SentAs:
    """Return the bundles among the open lines of an order; an imported order keeps its own."""
    id_ = history.order_id(number(requested.id))
    if history.items(id_, lines) is None:
        return _whole_in(lines, sold.get(requested.order_id, ()))
    bundles = history.bundles(id_, lines)
    contents = {item for bundle in bundles for item in contents_of(bundle)}
    rest = rest_of(remaining_units(lines) if units is None else units, bundles)
    left = [
        line.sku or ""
        for line in lines
        if rest[line.line_item.id] and number(line.line_item.id) in contents
    ]
    text = f"leaves out {', '.join(left)}: in no whole bundle now" if left else ""
    return SentAs(bundles, text, units)


def _whole_in(lines: Sequence[OrderedLine], sold: Sequence[SoldBundle]) -> SentAs:
    bundles, in_parts = [], []
    groups = {it.id for line in lines if (it := line.line_item.line_item_group)}
    for of_sale in sold:
        if of_sale.group not in groups:
            continue
        if _is_whole(of_sale.contents, remaining_units(lines)):
            bundles.append(bundle_of(of_sale.contents))
        else:
            in_parts.append(of_sale.sku)
    skus = ", ".join(in_parts)
    why = "not all are to be shipped together"
    return SentAs(bundles, f"sends the contents of {skus}: {why}" if in_parts else "")


def _is_whole(contents: Mapping[str, int], units: Units) -> bool:
    """True if units are those of whole bundles."""
    if not contents:
        return False
    count = whole_bundles(bundle_of(contents), units)
    return count > 0 and all(
        units[gid("LineItem", item)] == per_bundle * count for item, per_bundle in contents.items()
    )


def _may_have_bundles(order: RequestedOrder) -> bool:
    """True if an order that was not sent may have bundles."""
    lines, history = order.line_items, SplitHistory.of(order.order.sent, order.order.split)
    if history.items(history.order_id(number(order.id)), lines.nodes) is not None:
        return False
    return lines.page_info.has_next_page or any(it.line_item.line_item_group for it in lines.nodes)


def _contents(group: LineItemGroup, lines: Sequence[GroupedLine]) -> Mapping[str, int]:
    """Return the units of each line in one bundle.

    After units were removed, the number of bundles may be the one before or after that.
    """
    count = group.quantity
    is_whole = count > 0 and all(
        line.quantity == line.current_quantity and line.quantity and not line.quantity % count
        for line in lines
    )
    return {number(line.id): line.quantity // count for line in lines} if is_whole else {}
