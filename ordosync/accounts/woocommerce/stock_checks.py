"""Settings of the shop's products that allow sales below 0, for `config check --online`."""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import CheckResult
from ordosync.accounts.validation import backorders_text
from ordosync.accounts.woocommerce.product_selection import ProductSelection


def check_backorders(selection: ProductSelection, ids: Sequence[str]) -> Iterator[CheckResult]:
    """Report which of these products, by SKU, the shop sells although it has none."""
    listed = selection.by_sku(ids, "check back-orders") if ids else {}
    skus = [sku for sku, products in listed.items() if products[0].backorders != "no"]
    if text := backorders_text(skus, len(ids)):
        yield CheckResult(text=text)
