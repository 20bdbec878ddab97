"""A portal with the order 1001, two CUP and three MUG, whose units the Supplier is short of."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ordosync.embedded.shortages import Shortages, ShortUnits
from ordosync.models import ParcelLine
from ordosync.shortages import ShortageReason
from tests.tasks.portal import CONFIG, Pair, line, remarks, succeeded

TASK = "report-shortages"
LATER = date(2026, 12, 10)


def with_order(pair: Pair) -> Pair:
    pair.imported("1001", line("CUP", 2), line("MUG", 3))
    return pair


def with_options(folder: Path, options: str) -> Pair:
    """Return the portal with these `shortages:`."""
    option = f"    manage_inventory: true\n    shortages: {options}\n  outlet-northwind"
    config = CONFIG.replace("    manage_inventory: true\n  outlet-northwind", option)
    return with_order(Pair(folder, config))


def shorten(
    pair: Pair,
    units: int,
    sku: str = "MUG",
    *,
    reason: ShortageReason = "out-of-stock",
    later: date | None = None,
    note: str = "",
) -> None:
    """Enter short units of the order at the Supplier's desk."""
    [of_sku] = [each for each in pair.supplied("1001").lines if each.sku == sku]
    request = ShortUnits(
        number="1001",
        parts=(ParcelLine(line_id=of_sku.id, quantity=units, sku=sku),),
        reason=reason,
        is_later=later is not None,
        expected=later,
        note=note,
    )
    succeeded(Shortages(pair.northwind.file).shorten(request))


def reports(pair: Pair, number: str = "1001") -> Sequence[str]:
    """Return the comments on the Merchant's order that report something."""
    return [text for text in remarks(pair.shop, number) if text.startswith("The Supplier")]


def ledger(pair: Pair, sku: str = "MUG") -> tuple[int | None, int | None, int | None]:
    """Return the ordered, sent and cancelled units of a line."""
    [of_sku] = [each for each in pair.merchant("1001").lines if each.sku == sku]
    link = pair.link(of_sku.id, "line")
    return link.ordered, link.sent, link.cancelled
