"""Finding H4: quantities are not written before import-products has linked the products."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.command import ordosync

CONFIG = """
accounts:
  shop: {kind: sqlite, path: shop.db}
  depot: {kind: sqlite, path: depot.db}
portals:
  shop-depot: {merchant: shop, supplier: depot, manage_inventory: true}
"""
NOTE = "2 products skipped, not linked with a product of the Merchant"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Return a folder with two products that both accounts have; the Supplier counted them."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    for sku in ("MUG", "CUP"):
        for account in ("shop", "depot"):
            ordosync(tmp_path, "products", "add", sku, "--account", account)
        ordosync(tmp_path, "stock", "set", sku, "5", "--account", "depot")
    return tmp_path


def entries(folder: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = ordosync(folder, "attention", "--json").json["attention"]
    return listed


def test_h4_first_link_of_a_product_counts_as_done(folder: Path) -> None:
    linked = ordosync(folder, "import-products", "--json")
    again = ordosync(folder, "import-products", "--json")

    assert linked.counts == {"seen": 2, "done": 2}
    assert again.counts.get("done") is None
    shown = ordosync(folder, "show", str(linked.run["id"]), "--json").run
    assert [step["written"] for step in shown["steps"]] == [{"linked": "CUP"}, {"linked": "MUG"}]


def test_h4_run_says_how_many_products_are_not_linked(folder: Path) -> None:
    first = ordosync(folder, "write-inventory-back")
    second = ordosync(folder, "write-inventory-back", "--json")

    assert NOTE in first.err
    assert "`ordosync import-products shop-depot`" in first.err
    assert second.run["note"].startswith(NOTE)
    assert NOTE in ordosync(folder, "show", str(second.run["id"])).err


def test_h4_attention_lists_products_that_were_never_linked_in_one_line(folder: Path) -> None:
    assert entries(folder) == []
    ordosync(folder, "write-inventory-back")

    [entry] = entries(folder)

    assert entry["reason"].startswith("2 products have no quantity written")
    assert entry["settle"] == "ordosync import-products shop-depot"
    ordosync(folder, "import-products")
    assert entries(folder) == []


def test_h4_products_added_after_import_products_are_listed_while_it_is_off(folder: Path) -> None:
    ordosync(folder, "import-products")
    ordosync(folder, "write-inventory-back")
    assert entries(folder) == []
    ordosync(folder, "products", "add", "NEW", "--account", "depot")
    ordosync(folder, "stock", "set", "NEW", "5", "--account", "depot")

    ordosync(folder, "write-inventory-back")

    [entry] = entries(folder)
    assert entry["reason"].startswith("1 product has no quantity written")
    ordosync(folder, "import-products")
    assert entries(folder) == []
