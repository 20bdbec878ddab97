"""Orders of a Merchant of files after a part was sent: files do not say what was sent.

F9 is a case of lifecycle.md 0.1, and 2.4 is its ledger.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.files.people import FilesMerchantPeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

TASKS = ("import-orders", "cancel-orders", "update-tracking")
ORDER = sold("1001", line("CUP", 1), line("MUG", 3, id="m-2"))


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    merchant = FilesMerchantPeople(tmp_path, clock)
    with closing(merchant), closing(SqliteSupplierPeople(tmp_path, clock)) as supplier:
        yield Pair(tmp_path, merchant, supplier)


def sent_in_part(pair: Pair) -> str:
    """Import an order, and send one MUG of three; return its id at the Supplier."""
    _, supplier_id = pair.imported("1001", *ORDER.lines)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 0, 1)
    assert pair.run("update-tracking").count("done") == 1
    assert pair.merchant.sent_units("1001") == {"MUG": 1}
    return supplier_id


def drop_again(pair: Pair, **units: int) -> None:
    """Drop a file with the order again, with other quantities of these SKUs."""
    lines = tuple(
        replace(each, quantity=units.get(each.sku, each.quantity)) for each in ORDER.lines
    )
    pair.merchant.request(replace(ORDER, lines=lines))


def test_order_file_that_is_repeated_after_a_parcel_is_no_edit(pair: Pair) -> None:
    sent_in_part(pair)
    drop_again(pair)

    pair.stays_quiet(*TASKS)


def test_raised_quantity_after_a_parcel_is_an_edit(pair: Pair) -> None:
    sent_in_part(pair)
    drop_again(pair, MUG=4)

    step = pair.run("import-orders").step

    assert (step.state, step.code) == ("failed", "edited")


@pytest.mark.parametrize(("wanted", "left"), [(2, {"CUP": 1, "MUG": 1}), (1, {"CUP": 1})])
def test_f9_lowered_quantity_in_a_later_file_is_taken_off_at_the_supplier(
    pair: Pair, wanted: int, left: dict[str, int]
) -> None:
    supplier_id = sent_in_part(pair)
    drop_again(pair, MUG=wanted)

    ran = pair.run("cancel-orders")

    assert ran.counts == {"done": 1}
    assert pair.supplier.open_units(supplier_id) == left
    drop_again(pair, MUG=wanted)
    pair.stays_quiet(*TASKS)


def test_f9_quantity_below_what_was_sent_leaves_the_sent_units(pair: Pair) -> None:
    supplier_id = sent_in_part(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 0, 1)
    pair.run("update-tracking")
    drop_again(pair, MUG=1)

    pair.run("cancel-orders")

    assert pair.supplier.open_units(supplier_id) == {"CUP": 1}
    pair.stays_quiet(*TASKS)


def test_f9_cancelled_units_are_taken_off_at_the_supplier(pair: Pair) -> None:
    supplier_id = sent_in_part(pair)
    pair.merchant.cancel_units("1001", 1, 1)

    ran = pair.run("cancel-orders")

    assert ran.counts == {"done": 1}
    assert pair.supplier.open_units(supplier_id) == {"MUG": 1}
    drop_again(pair)
    pair.stays_quiet(*TASKS)
    pair.supplier.ship(supplier_id, parcel(number="1Z3"))
    pair.run("update-tracking")
    assert pair.merchant.sent_units("1001") == {"MUG": 2}
    assert pair.merchant.status("1001") == "shipped"


def test_f9_units_that_were_cancelled_before_the_import_are_not_sent(pair: Pair) -> None:
    pair.merchant.request(ORDER)
    pair.merchant.cancel_units("1001", 1, 2)

    pair.run("import-orders")

    [order] = pair.supplier.orders()
    assert [(each.sku, each.quantity) for each in order.lines] == [("MUG", 1)]
    pair.stays_quiet(*TASKS)
