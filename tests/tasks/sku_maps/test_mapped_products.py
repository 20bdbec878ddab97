"""Import Products and Write Inventory Back with a SKU map."""

from ordosync.embedded.desk import Desk
from ordosync.models import Product
from tests.support.command import ordosync
from tests.tasks.portal import line, physical, succeeded
from tests.tasks.sku_maps.mapped import ROWS, WITH_MAP, MappedPair

WRITE, IMPORT = "write-inventory-back", "import-products"


def _add(desk: Desk, *skus: str) -> None:
    for sku in skus:
        succeeded(desk.add_product(Product(id="", sku=sku, name=f"A {sku}")))


def _skus(desk: Desk) -> list[str]:
    return sorted(product.sku for product, _, _ in desk.stock_levels())


def _shown(pair: MappedPair, *skus: str) -> list[int | None]:
    """Return what the Merchant has on hand of these SKUs."""
    return [physical(pair.shop, sku) for sku in skus]


def _with_two_packs(pair: MappedPair, available: int = 13) -> None:
    _add(pair.shop, "MUG-6", "MUG")
    _add(pair.northwind, "NW-MUG")
    assert pair.run(IMPORT).counts == {"done": 2}
    _count(pair, available)


def _count(pair: MappedPair, units: int, sku: str = "NW-MUG") -> None:
    succeeded(pair.northwind.set_stock(sku, "main", units))


def test_m6_several_packs_are_linked_to_one_product_that_is_there(pair: MappedPair) -> None:
    _with_two_packs(pair)

    assert _skus(pair.northwind) == ["NW-MUG"]
    assert pair.link("MUG-6", "product").supplier_id == "NW-MUG"
    assert pair.link("MUG", "product").supplier_id == "NW-MUG"
    assert pair.link("MUG-6", "product").pack == 6


def test_m6_product_that_is_not_there_is_made_once(pair: MappedPair) -> None:
    _add(pair.shop, "MUG-6", "MUG")

    assert pair.run(IMPORT).counts == {"done": 2}

    [(product, _, _)] = pair.northwind.stock_levels()
    assert (product.sku, product.name) == ("NW-MUG", "A MUG")


def test_m6_same_sku_without_a_row_is_claimed(pair: MappedPair) -> None:
    _add(pair.shop, "MUG-6", "NW-MUG")
    pair.map("MUG-6,NW-MUG,6")

    ran = pair.run(IMPORT)

    assert ran.counts == {"done": 1, "failed": 1}
    [failed] = pair.failed(IMPORT)
    assert (failed.key, failed.code) == ("NW-MUG", "sku-claimed")


def test_each_pack_gets_its_own_floor_of_the_same_units(pair: MappedPair) -> None:
    _with_two_packs(pair, 13)

    ran = pair.run(WRITE)

    assert ran.counts == {"done": 2}
    assert _shown(pair, "MUG-6", "MUG") == [2, 13]
    assert pair.run(WRITE).counts in ({}, {"unchanged": 2})


def test_orders_that_were_not_imported_come_off_in_packs(pair: MappedPair) -> None:
    _with_two_packs(pair, 13)
    pair.run(WRITE)
    pair.imported("1001", line("MUG-6"))
    pair.run(WRITE)

    assert _shown(pair, "MUG-6", "MUG") == [1, 7]


def test_c2_row_to_another_product_links_it_anew(pair: MappedPair) -> None:
    _with_two_packs(pair, 13)
    pair.run(WRITE)
    _add(pair.northwind, "NW-CUP")
    _count(pair, 30, "NW-CUP")
    pair.map("MUG-6,NW-CUP,6", "MUG,NW-MUG,1")

    stale = pair.run(WRITE)
    [failed] = pair.failed(WRITE)
    relinked = pair.run(IMPORT)
    written = pair.run(WRITE)

    assert stale.count("failed") == 1
    assert failed.code == "remapped"
    assert "import-products" in (failed.reason or "")
    assert relinked.count("done") == 1
    link = pair.link("MUG-6", "product")
    assert (link.supplier_id, link.generation) == ("NW-CUP", 2)
    assert written.count("done") == 1
    assert _shown(pair, "MUG-6", "MUG") == [5, 13]
    assert pair.failed(WRITE) == []


def test_c2_safety_limit_counts_what_falls_to_0_by_the_map(pair: MappedPair) -> None:
    rows = [f"MUG-{at},NW-MUG,1" for at in range(25)]
    pair.map(*rows)
    _add(pair.shop, *(f"MUG-{at}" for at in range(25)))
    _add(pair.northwind, "NW-MUG", "NW-CUP")
    pair.run(IMPORT)
    _count(pair, 5)
    pair.run(WRITE)
    _count(pair, 0, "NW-CUP")
    pair.map(*(row.replace("NW-MUG", "NW-CUP") for row in rows))
    pair.run(IMPORT)

    ran = pair.run(WRITE, may_fail=True)

    assert ran.run.error
    assert ran.run.error.code == "brake"
    assert _shown(pair, "MUG-3") == [5]


def test_c2_product_that_was_linked_without_a_map_follows_it(pair: MappedPair) -> None:
    pair.map("OTHER,OTHER,1")
    _add(pair.shop, "MUG")
    _add(pair.northwind, "MUG", "NW-MUG")
    pair.run(IMPORT)
    _count(pair, 7, "MUG")
    _count(pair, 9)
    pair.run(WRITE)
    pair.map("MUG,NW-MUG,2")

    pair.run(IMPORT)
    pair.run(WRITE)

    assert pair.link("MUG", "product").supplier_id == "NW-MUG"
    assert _shown(pair, "MUG") == [4]


def test_c2_product_that_was_read_long_ago_follows_the_map(pair: MappedPair) -> None:
    _add(pair.shop, "MUG-6")
    pair.run(IMPORT)
    _add(pair.shop, *(f"SKU-{at:03}" for at in range(300)))
    pair.run(IMPORT)
    pair.run(IMPORT)
    pair.map("MUG-6,NW-CUP,6")

    pair.run(WRITE)
    pair.run(IMPORT)

    assert pair.link("MUG-6", "product").supplier_id == "NW-CUP"
    assert pair.run(IMPORT).counts == {}


def test_c3_removed_row_leaves_the_number_and_fails(pair: MappedPair) -> None:
    _with_two_packs(pair, 13)
    pair.run(WRITE)
    pair.map("MUG,NW-MUG,1")
    _count(pair, 30)

    ran = pair.run(WRITE)
    again = pair.run(WRITE)

    assert ran.counts == {"done": 1, "failed": 1}
    [failed] = pair.failed(WRITE)
    assert (failed.code, failed.merchant_id) == ("unmapped", "MUG-6")
    assert "ordosync sku set shop-northwind MUG-6" in (failed.reason or "")
    assert _shown(pair, "MUG-6", "MUG") == [2, 30]
    assert again.count("done") == 0

    # The first file as it was could be that of a host that is behind.
    pair.map(*reversed(ROWS))
    pair.run(WRITE)

    assert _shown(pair, "MUG-6") == [5]
    assert pair.failed(WRITE) == []


def test_c3_map_that_is_removed_leaves_all_numbers(pair: MappedPair) -> None:
    _with_two_packs(pair, 13)
    pair.run(WRITE)
    pair.without_map()
    _count(pair, 30)

    ran = pair.run(WRITE)

    assert ran.counts == {"failed": 2}
    assert _shown(pair, "MUG-6", "MUG") == [2, 13]


def test_c4_other_pack_is_said_once_in_the_run(pair: MappedPair) -> None:
    pair.map("MUG-6,NW-MUG,1", "MUG,NW-MUG,1")
    _with_two_packs(pair, 13)
    pair.run(WRITE)
    pair.map()

    ran = pair.run(WRITE)
    again = pair.run(WRITE)

    assert "the units in a pack changed for 1 SKU, such as MUG-6 (1 → 6)" in ran.run.note
    assert _shown(pair, "MUG-6", "MUG") == [2, 13]
    assert "pack" not in again.run.note


def test_c7_each_portal_has_its_own_map(pair: MappedPair) -> None:
    (pair.folder / "other.csv").write_text("merchant_sku,supplier_sku,units\nMUG-6,NW-MUG,2\n")
    config = WITH_MAP.replace("merchant: outlet\n", "merchant: outlet\n    sku_map: other.csv\n")
    pair.path.write_text(config)
    _with_two_packs(pair, 13)
    _add(pair.outlet, "MUG-6")
    pair.run(IMPORT, "outlet-northwind")

    pair.run(WRITE)
    pair.run(WRITE, "outlet-northwind")

    assert _shown(pair, "MUG-6") == [2]
    [(_, levels, _)] = pair.outlet.stock_levels()
    assert [int(level.physical or 0) for level in levels] == [6]


def test_dry_run_says_how_many_are_in_a_pack(pair: MappedPair) -> None:
    _with_two_packs(pair, 13)

    summaries = [step.summary for step in pair.would(WRITE)]

    assert "set MUG-6 from not counted to 2 (13 at the Supplier, 6 to a case, 2 shown)" in summaries
    assert "set MUG from not counted to 13" in summaries


def test_failed_step_of_a_product_ends_once_the_map_has_it(pair: MappedPair) -> None:
    pair.map("OTHER,OTHER,1")
    _add(pair.shop, "MUG")
    _add(pair.northwind, "MUG")
    pair.run(IMPORT)
    _count(pair, 7, "MUG")
    pair.run(WRITE)
    pair.of_store("update steps set state = 'failed' where task = 'write-inventory-back'")
    pair.map("MUG,MUG,2")

    pair.run(WRITE)
    pair.run(WRITE)

    assert _shown(pair, "MUG") == [3]
    assert pair.failed(WRITE) == []


def test_stop_of_either_sku_is_of_its_packs(pair: MappedPair) -> None:
    _with_two_packs(pair, 13)
    pair.run(WRITE)
    assert ordosync(pair.folder, "stock", "stop", "MUG-6").code == 0
    pair.run(WRITE)
    assert _shown(pair, "MUG-6", "MUG") == [0, 13]

    assert ordosync(pair.folder, "stock", "resume", "MUG-6").code == 0
    assert ordosync(pair.folder, "stock", "stop", "NW-MUG").code == 0
    pair.run(WRITE)

    assert _shown(pair, "MUG-6", "MUG") == [0, 0]
