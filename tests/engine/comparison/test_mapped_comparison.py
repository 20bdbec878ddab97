"""`--adopt`, `rebuild-state`, `reconcile` and `why` with a SKU map that changes in between."""

from pathlib import Path

import pytest

from ordosync.models import ParcelLine
from tests.support.command import Done, ordosync
from tests.tasks.portal import line, order, quantities, succeeded
from tests.tasks.sku_maps.mapped import MappedPair

PORTAL = "shop-northwind"


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> MappedPair:
    return MappedPair(tmp_path)


def _run(pair: MappedPair, *words: str) -> Done:
    return ordosync(pair.folder, *words)


def _differences(pair: MappedPair) -> list[str]:
    result = _run(pair, "reconcile", PORTAL, "--json")
    return [difference["kind"] for difference in result.json["differences"]]


def _lose(pair: MappedPair) -> None:
    for path in pair.folder.glob("ordosync.db*"):
        path.unlink()


def test_order_of_another_tool_is_adopted_by_the_map(pair: MappedPair) -> None:
    pair.request("1001", line("MUG-6", 2), line("CUP"))
    pair.request("1002", line("MUG-6", 2))
    succeeded(pair.northwind.add_order(order("1001", line("NW-MUG", 12), line("CUP"))))
    succeeded(pair.northwind.add_order(order("1002", line("NW-MUG", 2))))

    result = _run(pair, "import-orders", PORTAL, "--adopt", "--json")

    assert {found["merchant"]: found["by"] for found in result.json["adoptions"]} == {
        "1001": "number",
        "1002": None,
    }
    mug, _ = pair.merchant("1001").lines
    link = pair.link(mug.id, "line")
    assert (link.merchant_sku, link.supplier_sku, link.pack) == ("MUG-6", "NW-MUG", 6)


def test_adopted_order_keeps_its_pack_when_the_map_changes(pair: MappedPair) -> None:
    pair.request("1001", line("MUG-6", 2))
    succeeded(pair.northwind.add_order(order("1001", line("NW-MUG", 12))))
    assert _run(pair, "import-orders", PORTAL, "--adopt").code == 0
    pair.map("MUG-6,NW-MUG,4")

    pair.run("import-orders")
    pair.send("1001", "1Z1")
    pair.run("update-tracking")

    [parcel] = pair.shop.shipments_of("1001")
    assert [part.quantity for part in parcel.lines or ()] == [2]
    assert pair.merchant("1001").status == "shipped"


@pytest.mark.of_files
def test_rebuilt_links_have_the_packs_of_the_map(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2), line("MUG"))
    lines = pair.supplied("1001").lines
    pair.send("1001", "1Z1", lines=(ParcelLine(line_id=lines[0].id, quantity=8),))
    pair.run("update-tracking")
    _lose(pair)

    assert _run(pair, "rebuild-state", PORTAL).code == 0

    mug, _ = pair.merchant("1001").lines
    link = pair.link(mug.id, "line")
    assert (link.merchant_sku, link.supplier_sku, link.pack) == ("MUG-6", "NW-MUG", 6)
    assert pair.units(mug.id) == (12, 8, 0)
    assert pair.run("import-orders").count("done") == 0
    pair.send("1001", "1Z2")
    pair.run("update-tracking")
    assert pair.merchant("1001").status == "shipped"


@pytest.mark.of_files
def test_rebuilt_links_have_a_larger_pack_if_the_supplier_shows_it(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))
    _lose(pair)
    pair.map("MUG-6,NW-MUG,4")

    assert _run(pair, "rebuild-state", PORTAL).code == 0

    [mug] = pair.merchant("1001").lines
    assert pair.link(mug.id, "line").pack == 6
    assert pair.units(mug.id) == (12, 0, 0)
    pair.send("1001", "1Z1")
    pair.run("update-tracking")
    assert pair.merchant("1001").status == "shipped"


def test_both_sides_agree_while_a_pack_is_begun_and_after_the_map_changed(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2), line("MUG"))
    lines = pair.supplied("1001").lines
    pair.send("1001", "1Z1", lines=(ParcelLine(line_id=lines[0].id, quantity=8),))
    pair.run("update-tracking")
    pair.map("MUG-6,NW-CUP,4")

    assert "units-differ" not in _differences(pair)
    assert "sum-broken" not in _differences(pair)


def test_split_orders_agree(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 3))
    pair.split("1001", (6,), (12,))
    pair.run("split-order")
    pair.map("MUG-6,NW-MUG,4")

    assert "sum-broken" not in _differences(pair)
    assert "split-on-one-side" not in _differences(pair)


def test_other_units_at_the_supplier_differ(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))
    pair.sql("northwind", "update order_lines set quantity = 11")

    assert "sum-broken" in _differences(pair)


def test_why_names_both_skus_of_an_order_and_its_packs(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))
    [of_supplier] = pair.supplied("1001").lines
    pair.send("1001", "1Z1", lines=(ParcelLine(line_id=of_supplier.id, quantity=8),))
    pair.run("update-tracking")

    shown = _run(pair, "why", "1001").out

    assert "MUG-6 (6 x NW-MUG): 12 ordered, 8 sent, 4 open" in shown
    assert "parcel 1Z1: 8 NW-MUG" in shown


def test_why_of_either_sku_names_both_and_the_arithmetic(pair: MappedPair) -> None:
    for sku in ("MUG-6", "MUG"):
        _run(pair, "products", "add", sku, "--account", "shop")
    pair.run("import-products")
    succeeded(pair.northwind.set_stock("NW-MUG", "main", 13))
    pair.run("write-inventory-back")

    by_merchant = _run(pair, "why", "MUG-6", "--portal", PORTAL).out
    by_supplier = _run(pair, "why", "NW-MUG", "--portal", PORTAL).out

    assert "by the SKU map: MUG-6 (6 x NW-MUG)" in by_merchant
    assert "13 at the Supplier, 6 to a case, 2 shown" in by_merchant
    assert "MUG-6 (6 x NW-MUG)" in by_supplier
    assert "by the SKU map: MUG (NW-MUG)" in by_supplier


def test_c3_product_without_a_row_is_in_attention_with_its_command(pair: MappedPair) -> None:
    _run(pair, "products", "add", "MUG-6", "--account", "shop")
    pair.run("import-products")
    succeeded(pair.northwind.set_stock("NW-MUG", "main", 13))
    pair.run("write-inventory-back")
    pair.map("MUG,NW-MUG,1")
    pair.run("write-inventory-back")

    shown = _run(pair, "attention", "--json").json

    [entry] = [entry for entry in shown["attention"] if entry["code"] == "unmapped"]
    assert entry["merchant"] == "MUG-6"
    assert "ordosync sku set shop-northwind MUG-6" in entry["reason"]


def test_dry_run_uses_the_new_map_and_writes_nothing(pair: MappedPair) -> None:
    pair.request("1001", line("MUG-6", 2))
    pair.run("import-products")
    pair.map("MUG-6,NW-MUG,4")

    result = _run(pair, "import-orders", PORTAL, "--dry-run")

    assert "create order 1001: 1 line, 8 units" in result.out
    assert pair.run("import-orders").count("done") == 1
    assert quantities(pair.supplied("1001")) == [("NW-MUG", 8)]
