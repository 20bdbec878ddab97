"""An order number or id that fits into no URL fails only its own order.

At Ordoro the number is the id, and part of the URL of each request about the order. Shops
have separate ids, so there the number is only text.
"""

from pathlib import Path

import pytest

from tests.accounts.contract.examples import parcel, sold
from tests.accounts.ordoro.people import OrdoroMerchantPeople, OrdoroSupplierPeople
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.portal import Troubled
from tests.support.command import HEADER, Done, ordosync, row, shop
from tests.support.desk import TwoAccounts

ODD = [".", "..", "x" * 100_000]
NAMES = ["dot", "dots", "long"]


def requested(troubled: Troubled, number: str) -> list[str]:
    """Request an odd order between two others; return the ids of the three at the Merchant."""
    foreign = troubled.foreign
    # The contract covers only well-formed requests.
    foreign.fake.on_exchange = None
    ids = [troubled.merchant.request(sold(text)) for text in ("1000", number, "1002")]
    if isinstance(foreign, OrdoroMerchantPeople):
        # The service prefixes a number with its sales channel; a manual order has no prefix.
        kept = foreign.fake.shop.orders.pop(ids[1])
        foreign.fake.shop.orders[number] = kept
        kept.number = ids[1] = number
    troubled.pair.merchant.settle()
    return ids


def run_twice(troubled: Troubled, task: str) -> None:
    """Run a task twice, so that waiting steps are retried; no run fails as a whole."""
    for _ in range(2):
        assert troubled.run(task).run.error is None
        troubled.later()
        troubled.pair.merchant.settle()


def imported(troubled: Troubled, number: str) -> tuple[list[str], list[str]]:
    """Import the three; return the ids of the two normal ones, at Merchant and Supplier."""
    first, _, last = requested(troubled, number)
    run_twice(troubled, "import-orders")
    return [first, last], [troubled.pair.link(id_).supplier_id for id_ in (first, last)]


@pytest.mark.parametrize("number", ODD, ids=NAMES)
def test_number_that_fits_no_url_affects_no_other_order_that_was_shipped(
    as_merchant: Troubled, number: str
) -> None:
    even, _ = imported(as_merchant, number)
    for place, order in enumerate(as_merchant.supplier.orders()):
        as_merchant.supplier.ship(order.id, parcel(number=f"1Z{place}"))

    run_twice(as_merchant, "update-tracking")

    assert [len(as_merchant.merchant.tracking(id_)) for id_ in even] == [1, 1]
    assert {step.merchant_id for step in as_merchant.open_steps()}.isdisjoint(even)


@pytest.mark.parametrize("number", ODD, ids=NAMES)
def test_number_that_fits_no_url_affects_no_other_order_that_is_cancelled(
    as_merchant: Troubled, number: str
) -> None:
    first, odd, last = requested(as_merchant, number)
    run_twice(as_merchant, "import-orders")
    for id_ in (first, odd, last):
        as_merchant.merchant.cancel(id_)
    as_merchant.pair.merchant.settle()

    run_twice(as_merchant, "cancel-orders")

    supplier_ids = [as_merchant.pair.link(id_).supplier_id for id_ in (first, last)]
    assert [as_merchant.supplier.status(id_) for id_ in supplier_ids] == ["cancelled"] * 2
    assert {step.merchant_id for step in as_merchant.open_steps()}.isdisjoint((first, last))


@pytest.mark.parametrize("number", ODD, ids=NAMES)
def test_number_of_a_merchant_affects_no_other_order_at_a_supplier(
    as_supplier: Troubled, number: str
) -> None:
    """One order was shipped and one is cancelled; a page also has one with an odd number."""
    even, supplier_ids = imported(as_supplier, number)
    odd_ids = {order.id for order in as_supplier.supplier.orders()} - {*supplier_ids}
    for place, id_ in enumerate((*odd_ids, supplier_ids[0])):
        as_supplier.supplier.ship(id_, parcel(number=f"1Z{place}"))
    as_supplier.merchant.cancel(even[1])
    as_supplier.pair.merchant.settle()

    for task in ("update-tracking", "cancel-orders"):
        run_twice(as_supplier, task)

    assert len(as_supplier.merchant.tracking(even[0])) == 1
    assert as_supplier.supplier.status(supplier_ids[1]) == "cancelled"
    assert {step.merchant_id for step in as_supplier.open_steps()}.isdisjoint(even)


@pytest.mark.parametrize("number", [".", "..", "x" * 10_000], ids=NAMES)
def test_odd_order_of_the_suppliers_own_affects_no_other_order_at_an_ordoro_account(
    tmp_path: Path, number: str
) -> None:
    """Its lists also show the account's own orders: one was split, one was sent."""
    with foreign("supplier", "ordoro", tmp_path) as troubled:
        people = troubled.foreign
        assert isinstance(people, OrdoroSupplierPeople)
        people.fake.on_exchange = None
        own = people.fake.place_order("own", {"MUG": 2})
        merchant_id, supplier_id = troubled.pair.imported("1000")
        people.fake.shop.orders[number] = kept = people.fake.shop.orders.pop(own)
        kept.number = number
        people.ship(supplier_id, parcel())
        people.ship(people.split(number, (1,), (1,))[0], parcel(number="1Z2"))
        troubled.pair.merchant.settle()

        for task in ("split-order", "update-tracking", "cancel-orders"):
            run_twice(troubled, task)

        assert len(troubled.merchant.tracking(merchant_id)) == 1
        assert troubled.open_steps() == []


FILES = """
accounts:
  shop:
    kind: files
    orders:
      glob: feeds/*
      columns: {order_number: order, sku: sku, name: name, quantity: qty, unit_price: price,
                ship_to.name: to, ship_to.country: country}
      values: {ship_to.country: {Germany: DE}}
      currency: EUR
      quiet_s: 0
    cancellations: {glob: cancelled, columns: {order_number: order}}
    tracking:
      path: tracking.csv
      columns: {order_number: order, tracking_number: number, voided: void}
  northwind: {kind: sqlite, path: northwind.db}
portals:
  shop-northwind: {merchant: shop, supplier: northwind}
"""


def run_command(folder: Path, *words: str) -> Done:
    """Run a command; it may exit 1 because of the odd order."""
    ended = ordosync(folder, *words)
    assert ended.code in (0, 1), ended.err
    return ended


def ship(folder: Path, number: str, tracking: str) -> None:
    words = ("orders", "ship", "--account", "northwind", "--carrier", "UPS")
    ordosync(folder, *words, "--tracking", tracking, number)


@pytest.mark.parametrize("number", ODD, ids=NAMES)
def test_odd_number_in_a_file_affects_no_other_order(tmp_path: Path, number: str) -> None:
    """Numbers of files are cells; they are never part of a URL or a file name."""
    shop(tmp_path, HEADER + row("1000") + row(number) + row("1002"), config=FILES)
    run_command(tmp_path, "import-orders")
    for place, shipped_number in enumerate((number, "1000")):
        ship(tmp_path, shipped_number, f"1Z{place}")
    (tmp_path / "cancelled").mkdir()
    (tmp_path / "cancelled" / "1.csv").write_text(f"order\n{number}\n1002\n")
    for task in ("update-tracking", "cancel-orders"):
        run_command(tmp_path, task)

    assert "1000,1Z1" in (tmp_path / "tracking.csv").read_text()
    assert status(tmp_path, "northwind", "1002") == "cancelled"


@pytest.mark.parametrize("number", ODD, ids=NAMES)
def test_odd_number_affects_no_other_order_between_embedded_accounts(
    tmp_path: Path, number: str
) -> None:
    both = TwoAccounts(tmp_path)
    for order_number in ("1000", number, "1002"):
        words = ("orders", "add", "--line", "MUG=1", "--supplier", "northwind")
        both.shop(*words, order_number)
    run_command(tmp_path, "import-orders")
    for place, order_number in enumerate((number, "1000")):
        ship(tmp_path, f"S-{order_number}", f"1Z{place}")
    for order_number in (number, "1002"):
        both.shop("orders", "cancel", order_number)
    for task in ("update-tracking", "cancel-orders"):
        run_command(tmp_path, task)

    assert [shipment["tracking"] for shipment in both.order("shop", "1000")["shipments"]] == ["1Z1"]
    assert status(tmp_path, "northwind", "S-1002") == "cancelled"


def status(folder: Path, account: str, number: str) -> str:
    shown = ordosync(folder, "orders", "show", number, "--account", account, "--json")
    text: str = shown.json["orders"][0]["status"]
    return text
