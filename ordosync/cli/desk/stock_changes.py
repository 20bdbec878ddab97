"""Old and new quantities of a count, shown when it is saved."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ordosync.cli.output import render
from ordosync.cli.output.tables import table
from ordosync.embedded.desk import Desk
from ordosync.text import plural

_Quantities = Mapping[tuple[str, str], Decimal | None]
_FEW = 20


def quantities(opened: Desk, skus: Sequence[str]) -> _Quantities:
    """Return the on-hand quantities of products, by SKU and warehouse; None if uncounted."""
    products = opened.stock_levels(skus) if skus else ()
    return {
        (level.sku, level.warehouse): level.physical
        for _, levels, _ in products
        for level in levels
    }


def show(before: _Quantities, after: _Quantities) -> None:
    """Show which quantities a count has changed, the largest changes first."""
    changes = [
        (sku, warehouse, old, new)
        for (sku, warehouse), new in after.items()
        if (old := before.get((sku, warehouse))) != new
    ]
    changes.sort(key=lambda change: -abs(Decimal(change[3] or 0) - Decimal(change[2] or 0)))
    if not changes:
        return
    rows = [
        (sku, warehouse, *("not counted" if each is None else f"{each:f}" for each in (old, new)))
        for sku, warehouse, old, new in changes[:_FEW]
    ]
    table(("sku", "warehouse", "before", "counted"), rows)
    if more := len(changes) - _FEW if len(changes) > _FEW else 0:
        words = plural(more, "1 smaller change", f"{more} smaller changes")
        render.message(f"and {words}")
