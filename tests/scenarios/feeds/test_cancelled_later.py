"""An order that the shop cancels after it was sent: the export is read for cancellations, too."""

from pathlib import Path

import yaml

from .exports import EXPORTS, Item, Sold
from .shop import Shop

SHOPIFY = next(export for export in EXPORTS if export.preset == "shopify-export")
SOLD = Sold(number="#1001", items=(Item(sku="MUG-1", quantity=3), Item(sku="00501", quantity=1)))
OTHER = Sold(number="#1002", items=SOLD.items)
PAGE = Path(__file__).parents[3] / "ordosync" / "docs" / "feeds.md"


def documented() -> object:
    """Return the options of the page."""
    section = PAGE.read_text("utf-8").partition("### `shopify-export`")[2]
    text = section.partition("```yaml\n")[2].partition("```")[0]
    return yaml.safe_load(text)["cancellations"]


def test_an_order_that_is_cancelled_after_it_was_sent_is_cancelled(tmp_path: Path) -> None:
    shop = Shop(tmp_path, SHOPIFY)
    config = yaml.safe_load((tmp_path / "config.yaml").read_text())
    config["accounts"]["shop"]["cancellations"] = documented()
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    shop.drop(SHOPIFY.text(SOLD, OTHER))
    assert [step["state"] for step in shop.sync()] == ["done", "done"]

    rows = SHOPIFY.rows(SOLD)
    rows[0] |= {"Cancelled at": "2026-11-21 09:00:00 +0100", "Financial Status": "refunded"}
    shop.drop(SHOPIFY.of_rows([*rows, *SHOPIFY.rows(OTHER)]))
    steps = shop.sync()

    assert [(step["key"], step["state"]) for step in steps] == [("#1001#1", "done")]
    assert shop.status("#1001") == "cancelled"
    assert shop.status("#1002") != "cancelled"
    assert shop.attention() == []


def test_refunded_units_of_woocommerce_are_cancelled(tmp_path: Path) -> None:
    export = next(each for each in EXPORTS if each.preset == "woocommerce-order-export")
    shop = Shop(tmp_path, export)
    shop.drop(export.text(SOLD, OTHER))
    shop.sync()

    rows = export.rows(SOLD)
    rows[0]["Quantity (- Refund)"] = "1"
    shop.drop(export.of_rows([*rows, *export.rows(OTHER)]))
    steps = shop.sync()

    assert [(step["key"], step["state"]) for step in steps] == [("#1001#1:less", "done")]
    assert shop.order("#1002") == OTHER.units
    assert shop.attention() == []
