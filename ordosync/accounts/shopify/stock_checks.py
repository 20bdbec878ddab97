"""Settings of the shop's products that allow sales below 0, for `config check --online`."""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import CheckResult
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid
from ordosync.accounts.shopify.queries.stock import SELLING_POLICIES
from ordosync.accounts.shopify.schema import InventoryItem
from ordosync.accounts.validation import backorders_text


def check_backorders(client: ShopifyClient, ids: Sequence[str]) -> Iterator[CheckResult]:
    """Report which of these inventory items the shop sells although it has none."""
    items = client.by_id(
        SELLING_POLICIES,
        InventoryItem,
        [gid("InventoryItem", id_) for id_ in ids],
        action="check back-orders",
    )
    skus = [
        item.sku or ""
        for item in items
        if any(variant.inventory_policy == "CONTINUE" for variant in item.variants.nodes)
    ]
    if text := backorders_text(skus, len(ids)):
        yield CheckResult(text=text)
