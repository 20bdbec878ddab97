"""Exports that cannot be imported, since they lack what an order needs."""

from collections.abc import Iterable

_MAGENTO = {"Purchase Point", "Grand Total (Purchased)"}


def why_unusable(header: Iterable[str]) -> str:
    """Return why the export with this header cannot be imported; empty if it is not known."""
    names = set(header)
    if names >= _MAGENTO and not any("sku" in name.casefold() for name in names):
        return (
            "Magento's grid of orders has neither SKUs nor quantities, so it cannot be imported;"
            " export the items of the orders"
        )
    return ""
