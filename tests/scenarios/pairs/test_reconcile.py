"""Two accounts of any kinds compared with each other."""

from collections.abc import Mapping

from ordosync.config import load_config
from ordosync.engine.comparison.difference import Difference
from ordosync.store import Store
from ordosync.tasks import TASKS
from tests.accounts.contract.examples import line, parcel, product, sold
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.over_http import MerchantOverHttp
from tests.accounts.contract.people import needs, numbers
from tests.scenarios.pairs.comparing import compared, fill
from tests.scenarios.pairs.pair import Pair


def kinds(differences: list[Difference]) -> set[tuple[str, str]]:
    return {(difference.kind, difference.task) for difference in differences}


@needs("import-products", "write-inventory-back", "update-tracking", "split-order")
def test_sides_agree_when_all_is_reported(pair: Pair) -> None:
    pair.merchant.add_product(product("MUG"))
    pair.supplier.count("MUG", 30)
    _, shipped = pair.imported("1001", line("MUG", 2))
    _, split = pair.imported("1002", line("MUG", 3))
    cancelled, _ = pair.imported("1003", line("MUG", 1))
    pair.imported("1004", line("MUG", 1))
    pair.supplier.ship(shipped, parcel())
    pair.supplier.split(split, (1,), (2,))
    pair.merchant.cancel(cancelled)
    for task in TASKS:
        pair.run(task)
    before = pair.everything()

    assert compared(pair) == []
    assert pair.everything() == before


@needs("update-tracking", "split-order", "cancel-orders")
def test_differences_that_a_task_repairs_are_found_and_repaired(pair: Pair) -> None:
    pair.configure(manage_inventory="false")
    reported, shipped = pair.imported("1001")
    unsplit, split = pair.imported("1002", line("MUG", 3))
    cancelled, open_at_supplier = pair.imported("1003")
    pair.supplier.ship(shipped, parcel())
    pair.supplier.split(split, (1,), (2,))
    pair.merchant.cancel(cancelled)
    pair.merchant.request(sold("1004"))

    differences = compared(pair)
    remaining = compared(pair, fix=True)

    assert kinds(differences) == {
        ("no-tracking", "update-tracking"),
        ("split-on-one-side", "split-order"),
        ("not-cancelled", "cancel-orders"),
        ("no-supplier-order", "import-orders"),
    }
    assert remaining == []
    assert numbers(pair.merchant.tracking(reported)) == ["1Z1"]
    assert len(pair.merchant.pieces(unsplit)) == 2
    assert pair.supplier.status(open_at_supplier) == "cancelled"


@needs("update-tracking", "cancel-orders")
def test_wrong_or_missing_reports_are_found_without_splits(pair: Pair) -> None:
    pair.configure(manage_inventory="false")
    reported, shipped = pair.imported("1001")
    cancelled, open_at_supplier = pair.imported("1002")
    late, sent = pair.imported("1003")
    lost, lost_at_supplier = pair.imported("1004")
    pair.imported("1005")
    pair.supplier.ship(shipped, parcel())
    pair.merchant.cancel(cancelled)
    pair.merchant.cancel(late)
    pair.supplier.ship(sent, parcel(number="1Z3"))
    pair.supplier.cancel(lost_at_supplier)

    differences = compared(pair)
    remaining = compared(pair, fix=True)

    assert {
        (difference.merchant, difference.kind, difference.task) for difference in differences
    } == {
        (reported, "no-tracking", "update-tracking"),
        (cancelled, "not-cancelled", "cancel-orders"),
        (late, "shipped-though-cancelled", ""),
        (lost, "cancelled-at-supplier", ""),
    }
    assert {(difference.merchant, difference.kind) for difference in remaining} == {
        (late, "shipped-though-cancelled"),
        (lost, "cancelled-at-supplier"),
    }
    assert numbers(pair.merchant.tracking(reported)) == ["1Z1"]
    assert pair.supplier.status(open_at_supplier) == "cancelled"


@needs("update-tracking", "listing")
def test_label_that_was_deleted_is_found_and_reported_as_void(pair: Pair) -> None:
    pair.configure(manage_inventory="false")
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel())
    pair.run("update-tracking")
    pair.supplier.void(supplier_id)

    differences = compared(pair)
    remaining = compared(pair, fix=True)

    assert kinds(differences) == {("tracking-void", "update-tracking")}
    assert remaining == []
    assert numbers(pair.merchant.tracking(merchant_id)) == []


def test_order_that_was_never_imported_is_found_whatever_the_supplier_can_list(pair: Pair) -> None:
    pair.configure(manage_inventory="false")
    pair.imported("1001")
    pair.merchant.request(sold("1002"))

    differences = compared(pair)
    remaining = compared(pair, fix=True)

    assert kinds(differences) == {("no-supplier-order", "import-orders")}
    assert remaining == []
    assert len(pair.supplier.orders()) == 2


@needs("supplier_sku")
def test_both_sides_are_compared_by_the_sent_fields(pair: Pair) -> None:
    """An account that does not send the Supplier's SKUs sends its own and expects them."""
    frugal = pair.merchant.frugal if isinstance(pair.merchant, MerchantOverHttp) else {}
    pair.merchant.pair = {**pair.merchant.pair, **frugal}
    pair.configure(manage_inventory="false", send=["supplier_sku"])
    pair.imported("1001", line("MUG", 2, supplier_sku="NW-MUG"))

    assert compared(pair) == []


@needs("update-tracking", "several-parcels", "parcels")
def test_p1_order_that_is_sent_in_part_is_no_difference_once_its_parcel_is_reported(
    pair: Pair,
) -> None:
    """Rule P1: the order stays open for the rest, so both accounts are in step."""
    pair.configure(manage_inventory="false")
    _, supplier_id = pair.imported("1001", line("MUG", 2))
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1)
    pair.run("update-tracking")

    in_part = compared(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1)
    pair.run("update-tracking")

    assert in_part == []
    assert compared(pair) == []


@needs("update-tracking", "parcels", "several-parcels", "listing", "more-numbers")
def test_p4_parcel_that_the_merchant_does_not_show_is_found_and_reported(pair: Pair) -> None:
    """Rule P4: a further parcel of the order; `--fix` reports it."""
    pair.configure(manage_inventory="false")
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pair.run("update-tracking")
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 0)

    differences = compared(pair)
    remaining = compared(pair, fix=True)

    assert kinds(differences) == {("parcel-missing", "update-tracking")}
    assert "1Z2" in differences[0].description
    assert remaining == []
    assert sorted(pair.merchant.all_numbers(merchant_id)) == ["1Z1", "1Z2"]


@needs("update-tracking", "parcels", "several-parcels", "listing", "more-numbers")
def test_p9_one_of_two_numbers_whose_parcel_is_void_is_found_and_voided(pair: Pair) -> None:
    """Rule P9: only that one; the other stays."""
    pair.configure(manage_inventory="false")
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    for number in ("1Z1", "1Z2"):
        pair.supplier.ship_part(supplier_id, parcel(number=number), 1, 0)
    pair.run("update-tracking")
    pair.supplier.recall(supplier_id, "1Z1")

    differences = compared(pair)
    remaining = compared(pair, fix=True)

    assert kinds(differences) == {("tracking-void", "update-tracking")}
    assert remaining == []
    assert pair.merchant.all_numbers(merchant_id) == ["1Z2"]


@needs("update-tracking", "parcels", "several-parcels", "listing", "more-numbers")
def test_p20_orders_of_before_the_ledger_get_their_units_from_both_accounts(pair: Pair) -> None:
    """Rule P20, for orders that are open, sent in part and sent."""
    pair.configure(manage_inventory="false")
    ids = [pair.imported(number, line("CUP", 2), line("MUG", 1)) for number in ("1", "2", "3")]
    for (_, supplier_id), units in zip(ids, ((0, 0), (1, 0), (2, 1)), strict=True):
        if any(units):
            pair.supplier.ship_part(supplier_id, parcel(number=f"1Z{supplier_id}"), *units)
    pair.run("update-tracking")
    before = numbered(pair)
    forget_units(pair)
    assert numbered(pair) == {}

    assert compared(pair) == []
    filled = fill(pair)

    if before:
        assert filled == len({order_id for order_id, _ in before})
        assert numbered(pair) == before
    pair.stays_quiet("import-orders", "update-tracking")


def numbered(pair: Pair) -> Mapping[tuple[str | None, str], tuple[int | None, int | None]]:
    """Return what is ordered and sent of each linked line."""
    with Store.open(load_config(pair.path).database) as store:
        links = store.links(PORTAL)
        ids = [link.merchant_id for page in links.live("order") for link in page]
        return {
            (line.order_id, line.merchant_id): (line.ordered, line.sent)
            for lines in links.lines_of(ids).values()
            for line in lines
        }


def forget_units(pair: Pair) -> None:
    """Make the links of lines and parcels like those from before the ledger."""
    with Store.open(load_config(pair.path).database) as store, store.transaction():
        store._connection.execute(
            "update links set ordered = null, sent = null, cancelled = null, units = null"
        )
        store._connection.execute("update links set order_id = null where kind = 'line'")
