"""New orders and products whose SKU the Supplier has only nearly, or not at all."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.sqlite.supplier_products import SupplierProducts
from ordosync.config import load_config
from ordosync.errors import UnavailableError
from ordosync.models import InvalidRecord, Order, Page, Product
from ordosync.skus import Similar
from ordosync.store import Store
from tests.support.command import ordosync
from tests.tasks.portal import CONFIG, SUPPLIER, Pair, line, quantities, succeeded

PORTAL = "shop-northwind"
HEADER = "merchant_sku,supplier_sku,units\n"


def configured(folder: Path, *options: str) -> Pair:
    text = "".join(f"\n    {option}" for option in options)
    return Pair(folder, CONFIG.replace("true\n", f"true{text}\n", 1))


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    return configured(tmp_path)


@pytest.fixture(name="mapped")
def _mapped(tmp_path: Path) -> Pair:
    (tmp_path / "map.csv").write_text(HEADER)
    return configured(tmp_path, "sku_map: map.csv")


@pytest.fixture(name="holding")
def _holding(tmp_path: Path) -> Pair:
    (tmp_path / "map.csv").write_text(f"{HEADER}OWN,OWN,1\n")
    return configured(tmp_path, "sku_map: map.csv", "unknown_sku: hold")


def stock(pair: Pair, *skus: str) -> None:
    for sku in skus:
        succeeded(pair.northwind.add_product(Product(id="", sku=sku, name=f"A {sku}")))


def release(pair: Pair) -> None:
    """Release the only held order, as the operator does."""
    with Store.open(load_config(pair.path).database) as store, store.transaction():
        [row] = [row for row in store.steps.of_merchant(PORTAL, "1001") if row.is_held_by_rule]
        assert store.steps.release(row, now=pair.clock.at)


def sell(pair: Pair, *skus: str) -> None:
    for sku in skus:
        product = Product(id="", sku=sku, name=f"A {sku}")
        succeeded(pair.shop.add_product(product, supplier=SUPPLIER))


def one_by_one(pages: Iterator[Page[Order | InvalidRecord]]) -> Iterator[Page[Any]]:
    for page in pages:
        for item in page.items:
            yield Page(items=(item,), cursor=page.cursor)


def supplied(pair: Pair) -> list[str]:
    """Return the SKUs that the Supplier has."""
    return sorted(product.sku for product in pair.northwind.list_products())


@pytest.mark.parametrize("sku", ["mug blue", "MUG  BLUE", "\uff2dUG BLUE"])
def test_m3_an_order_with_a_nearly_equal_sku_fails_and_names_it_also_without_a_map(
    pair: Pair, sku: str
) -> None:
    stock(pair, "MUG BLUE", "CUP")
    pair.request("1001", line("CUP"), line(sku))
    pair.request("1002", line("CUP"))

    ran = pair.run("import-orders")

    assert ran.counts == {"done": 1, "failed": 1}
    [failed] = pair.failed("import-orders")
    assert failed.code == "sku-nearly"
    assert failed.reason is not None
    assert failed.reason.startswith(f'SKU "{sku}" is only nearly "MUG BLUE" of northwind: case,')
    assert f"`ordosync sku set {PORTAL} '{sku}' 'MUG BLUE'`" in failed.reason
    assert supplied(pair) == ["CUP", "MUG BLUE"]
    assert [order.number for order in pair.northwind.list_orders()] == ["1002"]


def test_m3_it_is_named_once_and_sent_after_it_was_mapped(mapped: Pair) -> None:
    stock(mapped, "MUG-BLUE")
    mapped.request("1001", line("mug-blue"))
    mapped.run("import-orders")
    again = mapped.run("import-orders")
    ordosync(mapped.folder, "sku", "set", PORTAL, "mug-blue", "MUG-BLUE")

    ran = mapped.run("import-orders")

    assert again.counts == {}
    assert ran.counts == {"done": 1}
    assert quantities(mapped.supplied("1001")) == [("MUG-BLUE", 1)]


def test_m3_a_row_of_the_map_is_no_match_if_the_supplier_has_its_sku_only_nearly(
    mapped: Pair,
) -> None:
    stock(mapped, "NW-MUG")
    (mapped.folder / "map.csv").write_text(f"{HEADER}MUG,nw-mug,6\n")
    mapped.request("1001", line("MUG"))

    mapped.run("import-orders")

    [failed] = mapped.failed("import-orders")
    assert failed.reason is not None
    assert failed.reason.startswith('SKU "nw-mug" (of MUG) is only nearly "NW-MUG" of northwind')
    assert supplied(mapped) == ["NW-MUG"]


def test_m9_a_sku_that_is_mapped_to_itself_is_right_although_another_one_is_similar(
    mapped: Pair,
) -> None:
    stock(mapped, "MUG")
    (mapped.folder / "map.csv").write_text(f"{HEADER}mug,mug,1\n")
    mapped.request("1001", line("mug"))

    mapped.run("import-orders")

    assert quantities(mapped.supplied("1001")) == [("mug", 1)]


def test_m3_of_several_new_skus_that_are_nearly_equal_only_the_first_is_created(
    pair: Pair,
) -> None:
    pair.request("1001", line("mug-blue"))
    pair.request("1002", line("MUG-BLUE"))
    pair.request("1003", line("mug-blue", 2))

    ran = pair.run("import-orders")

    assert ran.counts == {"done": 2, "failed": 1}
    assert supplied(pair) == ["mug-blue"]


def test_m3_products_that_differ_only_in_case_or_spaces_do_not_become_several(
    pair: Pair,
) -> None:
    """F15: three spellings of one SKU became three products."""
    sell(pair, "MUG-BLUE", "mug-blue", "MUG-BLUE ", "CUP")

    ran = pair.run("import-products")

    assert ran.counts == {"done": 2, "failed": 2}
    assert {row.code for row in pair.failed("import-products")} == {"sku-nearly"}
    assert len(supplied(pair)) == 2


def test_m3_a_product_is_created_after_its_sku_was_confirmed(mapped: Pair) -> None:
    sell(mapped, "MUG", "mug")
    mapped.run("import-products")
    [failed] = mapped.failed("import-products")
    ordosync(mapped.folder, "sku", "set", PORTAL, failed.key, failed.key)

    mapped.run("import-products")

    assert supplied(mapped) == ["MUG", "mug"]


def test_m4_by_default_an_unknown_sku_is_created(mapped: Pair) -> None:
    mapped.request("1001", line("NEW"))

    mapped.run("import-orders")

    assert supplied(mapped) == ["NEW"]


def test_m4_an_order_with_an_unknown_sku_is_held_as_a_whole(holding: Pair) -> None:
    stock(holding, "CUP")
    holding.request("1001", line("CUP"), line("NEW"))
    holding.request("1002", line("CUP"), line("OWN"))

    ran = holding.run("import-orders")

    held = next(row for row in ran.steps if row.state == "held")
    assert (held.code, held.reason) == (
        "hold-sku",
        'SKU "NEW": not in the SKU map, and northwind has no such product',
    )
    assert ran.counts == {"done": 1, "skipped": 1}
    note = f"neither mapped nor at northwind: `ordosync sku list {PORTAL} --unmapped`"
    assert ran.run.note == f"1 order held, with SKUs {note}"
    assert holding.run("import-orders").run.note == ran.run.note
    assert supplied(holding) == ["CUP", "OWN"]
    assert holding.northwind.read_order("1001") is None


@pytest.mark.parametrize("change", ["map", "supplier", "release"])
def test_c5_a_held_order_is_judged_again_by_the_next_run(holding: Pair, change: str) -> None:
    holding.request("1001", line("NEW"))
    before = [holding.run("import-orders").step.state for _ in range(2)]
    if change == "map":
        ordosync(holding.folder, "sku", "set", PORTAL, "NEW", "NW-NEW", "--units", "6")
    elif change == "supplier":
        stock(holding, "NEW")
    else:
        release(holding)

    holding.run("import-orders")

    assert before == ["held", "held"]
    expected = ("NW-NEW", 6) if change == "map" else ("NEW", 1)
    assert quantities(holding.supplied("1001")) == [expected]


def test_m4_products_that_are_unknown_are_not_created_until_they_are_mapped(
    holding: Pair,
) -> None:
    stock(holding, "CUP")
    sell(holding, "CUP", "NEW", "OWN")
    first = holding.run("import-products")
    before = supplied(holding)
    ordosync(holding.folder, "sku", "set", PORTAL, "NEW", "NEW")

    holding.run("import-products")

    assert first.counts == {"done": 2, "skipped": 1}
    assert before == ["CUP", "OWN"]
    assert supplied(holding) == ["CUP", "NEW", "OWN"]


def test_m4_at_a_supplier_that_accepts_every_sku_only_the_map_makes_one_known(
    tmp_path: Path,
) -> None:
    (tmp_path / "map.csv").write_text(f"{HEADER}MUG,NW-MUG,6\n")
    (tmp_path / "out").mkdir()
    columns = "{order_number: Order, sku: SKU, quantity: Qty}"
    depot = f"{{kind: files, order_files: {{folder: out, columns: {columns}}}}}"
    text = CONFIG.replace("northwind: {kind: sqlite, path: northwind.db}", f"northwind: {depot}")
    options = "sku_map: map.csv\n    unknown_sku: hold\n"
    pair = Pair(
        tmp_path,
        text.replace("manage_inventory: true\n", options, 1).replace(
            "    manage_inventory: true\n", ""
        ),
    )
    pair.request("1001", line("MUG"))
    pair.request("1002", line("mug"))

    ran = pair.run("import-orders")

    assert ran.counts == {"done": 1, "skipped": 1}
    [file] = (tmp_path / "out").glob("*.csv")
    assert "NW-MUG,6" in file.read_text()


def test_m3_while_the_supplier_does_not_answer_new_orders_wait_and_are_sent_later(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_: SupplierProducts, skus: Sequence[str]) -> Similar:
        raise UnavailableError("account northwind", f"find {len(skus)} products", "HTTP 503")

    pair.request("1001", line("MUG"))
    with monkeypatch.context() as patch:
        patch.setattr(SupplierProducts, "similar", down)
        failed = pair.run("import-orders", may_fail=True)

    ran = pair.run("import-orders")

    assert failed.run.error is not None
    assert failed.run.error.code == "unavailable"
    assert (failed.step.state, failed.step.code) == ("waiting", "unavailable")
    assert ran.counts == {"done": 1}


def test_a_sku_that_the_supplier_has_is_asked_for_once_in_a_run(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Sequence[str]] = []
    similar = SupplierProducts.similar

    def noted(products: SupplierProducts, skus: Sequence[str]) -> Similar:
        asked.append(skus)
        return similar(products, skus)

    monkeypatch.setattr(SupplierProducts, "similar", noted)
    stock(pair, "MUG")
    pair.request("1001", line("MUG"))
    pair.request("1002", line("MUG"), line("CUP"))
    monkeypatch.setattr("ordosync.tasks.import_orders.gathered", lambda pages, _: one_by_one(pages))

    counts = [pair.run("import-orders").counts for _ in range(2)]

    assert counts == [{"done": 2}, {}]
    assert asked == [["MUG"], ["CUP"]]
