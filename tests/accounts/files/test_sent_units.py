"""Orders of a Merchant of files after a part was sent: files do not say what was sent.

F9 is a case of lifecycle.md 0.1, and 2.4 is its ledger; E15 is a rule of 1.6.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.opening import PORTAL
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


def timeline(pair: Pair, supplier_id: str) -> str:
    """Return the comments on the Supplier's order."""
    return " ".join(pair.supplier.timeline(supplier_id))


def stored(pair: Pair, key: str) -> StepRow:
    """Return a step of cancel-orders."""
    with Store.open(load_config(pair.path).database) as store:
        return store.steps.by_key(PORTAL, "cancel-orders", [key])[key]


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

    ran = pair.run("cancel-orders")

    assert (ran.step.state, ran.step.code) == ("failed", "below-sent")
    assert pair.supplier.open_units(supplier_id) == {"CUP": 1}
    assert "cancelled 1 unit of this order after they were sent" in timeline(pair, supplier_id)
    pair.stays_quiet("cancel-orders", "update-tracking")


def test_e15_less_than_was_sent_stays_open_until_the_merchant_wants_the_sent_units(
    pair: Pair,
) -> None:
    sent_in_part(pair)
    drop_again(pair, MUG=0)
    reported = pair.run("cancel-orders").step
    drop_again(pair, MUG=1)

    pair.run("cancel-orders")

    assert (reported.state, reported.code) == ("failed", "below-sent")
    assert stored(pair, reported.key).state == "skipped"
    pair.stays_quiet(*TASKS)


def test_e15_less_than_was_sent_is_no_news_once_the_order_is_complete(pair: Pair) -> None:
    supplier_id = sent_in_part(pair)
    pair.supplier.ship(supplier_id, parcel(number="1Z2"))
    pair.run("update-tracking")
    drop_again(pair, MUG=1)

    assert pair.run("cancel-orders").steps == ()


@pytest.mark.parametrize("policy", ["apply", "notify"])
@pytest.mark.parametrize("units", [1, 0])
def test_e15_edit_below_what_was_sent_leaves_the_order_and_is_reported(
    pair: Pair, policy: str, units: int
) -> None:
    pair.configure(edits={"lines": policy})
    supplier_id = sent_in_part(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 0, 1)
    pair.run("update-tracking")
    drop_again(pair, MUG=units)

    step = pair.run("import-orders").step

    code = "below-sent" if policy == "apply" else "edited"
    assert (step.key, step.state, step.code) == ("1001#1:edit", "failed", code)
    assert pair.supplier.open_units(supplier_id) == {"CUP": 1, "MUG": 1}
    assert "Merchant edited this order" in timeline(pair, supplier_id)
    pair.stays_quiet("import-orders", "update-tracking")


def test_e15_sent_line_that_is_missing_in_a_later_file_leaves_the_order(pair: Pair) -> None:
    pair.configure(edits={"lines": "apply"})
    supplier_id = sent_in_part(pair)
    pair.merchant.request(replace(ORDER, lines=ORDER.lines[:1]))

    step = pair.run("import-orders").step

    assert (step.state, step.code) == ("failed", "below-sent")
    assert pair.supplier.open_units(supplier_id) == {"CUP": 1, "MUG": 2}


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
