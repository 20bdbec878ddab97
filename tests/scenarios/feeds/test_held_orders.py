"""An order whose status can still change waits, and a newer export decides about it."""

from pathlib import Path

import pytest

from .exports import EXPORTS, Export, Item, Rows, Sold
from .shop import Shop

SOLD = Sold(number="111-0000001", items=(Item(sku="A", quantity=1), Item(sku="B", quantity=2)))
HELD = {
    "shopify-export": ("Financial Status", "authorized", "voided"),
    "ebay-orders": ("Paid On Date", "", None),
    "etsy-sold-order-items": ("Date Paid", "", None),
    "woocommerce-order-export": ("Order Status", "On hold", "Cancelled"),
}
"""The column of a status, a word with which an order waits, and one after which it is over."""
WAITING = [export for export in EXPORTS if export.preset in HELD]
ENDING = [export for export in WAITING if HELD[export.preset][2]]


def with_word(export: Export, word: str | None) -> Rows:
    """Return the rows of the order with a word in its status."""
    rows, column = export.rows(SOLD), HELD[export.preset][0]
    return [{**row, column: word or ""} if row.get(column) else row for row in rows]


@pytest.mark.parametrize("export", WAITING, ids=lambda export: export.preset)
@pytest.mark.parametrize("name", ["export.csv", "newer.csv"])
def test_an_order_that_waits_is_sent_once_a_newer_export_lets_it(
    export: Export, name: str, tmp_path: Path
) -> None:
    shop = Shop(tmp_path, export)
    shop.drop(export.of_rows(with_word(export, HELD[export.preset][1])))
    assert shop.run().code == 0
    assert shop.orders() == {}

    shop.drop(export.text(SOLD), name)
    shop.run()

    assert shop.orders() == {SOLD.number: SOLD.units}
    assert shop.attention() == []


@pytest.mark.parametrize("export", ENDING, ids=lambda export: export.preset)
def test_an_order_that_waits_and_is_over_is_not_sent(export: Export, tmp_path: Path) -> None:
    shop = Shop(tmp_path, export)
    shop.drop(export.of_rows(with_word(export, HELD[export.preset][1])))
    shop.run()

    shop.drop(export.of_rows(with_word(export, HELD[export.preset][2])), "newer.csv")
    shop.run()

    assert shop.orders() == {}
    assert shop.attention() == []
