"""Old and new quantities of a count, shown when it is saved."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ordosync.cli.desk import common
from ordosync.cli.output import render
from ordosync.cli.output.tables import table
from ordosync.config.settings import Config, PortalConfig
from ordosync.embedded.desk import Desk
from ordosync.embedded.search import Search
from ordosync.embedded.stock_counts import Count
from ordosync.engine.scheduling.timetable import can_run
from ordosync.models import Outcome
from ordosync.text import plural

_Quantities = Mapping[tuple[str, str], Decimal | None]
_FEW = 10


def text_of(quantity: Decimal | None) -> str:
    """Return a quantity as a count shows it."""
    return "not counted" if quantity is None else f"{quantity:f}"


def counted(opened: Desk, count: Count, old: Decimal | None, warehouses: Sequence[str]) -> str:
    """Return the on-hand quantity before and after the count, and its place."""
    new = "" if count.warehouse in warehouses else ", a new warehouse"
    [(_, levels, _)] = opened.stock_levels([count.sku])
    [physical] = [level.physical for level in levels if level.warehouse == count.warehouse]
    change = f"{text_of(old)} -> {text_of(physical)}"
    return f"{count.sku}: {change} in {count.warehouse} of account {opened.name}{new}"


def repeated(counts: Sequence[tuple[int, Count]]) -> list[str]:
    """Return a sentence for each product that rows of a file count more than once."""
    rows: dict[tuple[str, str], list[int]] = {}
    for row, count in counts:
        if not count.is_change:
            rows.setdefault((count.sku, count.warehouse), []).append(row)
    return [
        f"{sku} in {warehouse} is in rows {', '.join(map(str, of))}; the last one counts"
        for (sku, warehouse), of in rows.items()
        if len(of) > 1
    ]


def reason(opened: Desk, count: Count, outcome: Outcome) -> str:
    """Return why a count was refused; an unknown SKU with similar ones."""
    if outcome.code != "not-found":
        return outcome.reason
    near = Search(opened.file).similar_skus(count.sku)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"product {count.sku} {outcome.reason}{hint}"


def next_steps(config: Config, opened: Desk) -> list[str]:
    """Return how each Merchant of this account gets new quantities."""
    portals = [
        portal
        for portal in common.portals_from(config, opened)
        if can_run(portal, "write-inventory-back")
    ]
    return [_next_step(portal) for portal in portals]


def _next_step(portal: PortalConfig) -> str:
    merchant, interval = portal.merchant.account, portal.tasks.get("write-inventory-back", "off")
    if interval == "off":
        command = f"ordosync write-inventory-back {portal.name}"
        return f"{merchant} does not have it yet: `{command}` sends it, as --send does"
    return f"the next run-due sends it to {merchant}, and --send at once"


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
        (sku, warehouse, text_of(old), text_of(new)) for sku, warehouse, old, new in changes[:_FEW]
    ]
    table(("sku", "warehouse", "before", "counted"), rows)
    if more := len(changes) - _FEW if len(changes) > _FEW else 0:
        words = plural(more, "1 smaller change", f"{more} smaller changes")
        render.message(f"and {words}")
