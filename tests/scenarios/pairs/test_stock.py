"""Products and stock between any two accounts, and all tasks when nothing remains to do."""

from datetime import timedelta

from ordosync.tasks import TASKS
from tests.accounts.contract.examples import line, parcel, product
from tests.accounts.contract.people import needs
from tests.scenarios.pairs.pair import Pair

EXAMPLE = 375


def offered(pair: Pair, sku: str = "MUG", quantity: int = 10, **fields: object) -> None:
    """Add a product with this stock at the Merchant, and import it."""
    pair.merchant.add_product(product(sku, **fields))
    if not fields:
        pair.merchant.count(sku, quantity)
    pair.run("import-products")


@needs("import-products", "made-products")
def test_product_is_made_at_the_supplier_once(pair: Pair) -> None:
    offered(pair)

    assert [(product.sku, product.name) for product in pair.supplier.products()] == [
        ("MUG", "A MUG")
    ]
    pair.stays_quiet("import-products")


@needs("import-products", "write-inventory-back")
def test_375_available_become_375_physical(pair: Pair) -> None:
    offered(pair)
    pair.supplier.count("MUG", EXAMPLE)

    first = pair.run("write-inventory-back")
    pair.stays_quiet("write-inventory-back")
    pair.supplier.sell("MUG", 2)
    second = pair.run("write-inventory-back")

    assert first.counts == second.counts == {"done": 1}
    assert pair.merchant.physical("MUG") == EXAMPLE - 2


@needs("import-products", "write-inventory-back", "uncounted")
def test_uncounted_quantity_is_not_0(pair: Pair) -> None:
    offered(pair, "CUP", 10)
    offered(pair, "MUG", 10)
    pair.supplier.count("MUG", 3)

    pair.run("write-inventory-back")

    assert (pair.merchant.physical("CUP"), pair.merchant.physical("MUG")) == (10, 3)
    pair.stays_quiet("write-inventory-back")


@needs("import-products", "write-inventory-back", "oversold")
def test_quantity_below_0_without_a_sent_order_is_0_and_only_a_remark(pair: Pair) -> None:
    offered(pair)
    pair.supplier.count("MUG", 1)
    pair.supplier.sell("MUG", 3)

    ran = pair.run("write-inventory-back")

    assert ran.counts == {"done": 1}
    assert "below 0 at the Supplier" in (ran.run.note or "")
    assert pair.merchant.physical("MUG") == 0
    pair.stays_quiet("write-inventory-back")


@needs("import-products", "write-inventory-back", "kits")
def test_quantity_of_a_kit_is_not_written(pair: Pair) -> None:
    offered(pair, "SET", is_kit=True)
    pair.supplier.count("SET", 5)
    before = pair.merchant.everything()

    ran = pair.run("write-inventory-back")

    assert (ran.step.state, ran.step.code) == ("skipped", "kit")
    assert pair.merchant.everything() == before
    pair.stays_quiet("write-inventory-back")


@needs("write-inventory-back")
def test_product_that_was_not_imported_is_not_written(pair: Pair) -> None:
    pair.merchant.add_product(product("MUG"))
    pair.merchant.count("MUG", 10)
    pair.supplier.count("MUG", 3)

    ran = pair.run("write-inventory-back")

    assert (ran.step.state, ran.step.code) == ("skipped", "not-imported")
    assert pair.merchant.physical("MUG") == 10


def written(pair: Pair, sku: str) -> int | None:
    """Write the stock back after the Supplier's count includes the imported orders; return it."""
    pair.merchant.clock.at += timedelta(minutes=30)
    for task in ("import-orders", "split-order", "write-inventory-back"):
        if task not in pair.merchant.lacks | pair.supplier.lacks:
            assert not pair.run(task).count("failed")
    return pair.merchant.physical(sku)


@needs("import-products", "write-inventory-back", "split-order")
def test_open_split_takes_nothing_off_the_stock(pair: Pair) -> None:
    offered(pair, "CUP")
    pair.supplier.count("CUP", 100)
    _, supplier_id = pair.imported("1001", line("CUP", 6))
    unsplit = written(pair, "CUP")

    _, piece = pair.supplier.split(supplier_id, (1,), (5,))
    split = written(pair, "CUP")
    if "nested-splits" not in pair.supplier.lacks:
        pair.supplier.split(piece, (2,), (3,))
    twice = written(pair, "CUP")

    assert unsplit == split == twice
    pair.stays_quiet("write-inventory-back")


@needs("import-products", "write-inventory-back", "split-order", "piece-orders")
def test_order_that_the_merchant_split_after_the_import_takes_nothing_off_the_stock(
    pair: Pair,
) -> None:
    offered(pair, "CUP")
    pair.supplier.count("CUP", 100)
    merchant_id, _ = pair.imported("1001", line("CUP", 6))
    unsplit = written(pair, "CUP")

    pair.merchant.split(merchant_id, (1,), (5,))

    assert written(pair, "CUP") == unsplit


@needs("import-products", "write-inventory-back", "update-tracking")
def test_all_tasks_are_quiet_when_all_is_reported(pair: Pair) -> None:
    lacks = pair.merchant.lacks | pair.supplier.lacks
    offered(pair)
    pair.supplier.count("MUG", EXAMPLE)
    _, shipped = pair.imported("1001", line("MUG", 2))
    pair.imported("1002", line("CUP", 1))
    pair.supplier.ship(shipped, parcel())
    if "split-order" not in lacks:
        _, split = pair.imported("1003", line("MUG", 2))
        pair.supplier.split(split, (1,), (1,))
    if "cancel-orders" not in lacks:
        cancelled, _ = pair.imported("1004")
        pair.merchant.cancel(cancelled)
    tasks = [task for task in TASKS if task not in lacks]
    for task in tasks:
        assert pair.run(task).count("failed") == 0

    pair.stays_quiet(*tasks)
