"""Shortages of each kind of Supplier, reported to each kind of Merchant; S: lifecycle.md 2.5."""

from collections.abc import Iterator

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from tests.accounts.contract.examples import line, parcel, product
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.people import People, needs
from tests.scenarios.pairs.comparing import differing
from tests.scenarios.pairs.pair import Pair

TASK = "report-shortages"


@pytest.fixture(autouse=True)
def _no_refunds(pair: Pair) -> Iterator[None]:
    """No request refunds money, and nothing in the ledger of a service is a refund."""
    yield
    for people in (pair.merchant, pair.supplier):
        fake = getattr(people, "fake", None)
        writes = [it for it in fake.requests if not it.startswith("GET")] if fake else []
        kinds = [effect.kind for effect in fake.ledger] if fake else []
        assert not [it for it in (*writes, *kinds) if "refund" in it.casefold()]


def told(people: People, order_id: str) -> str:
    """Return the comments on an order; empty if the account shows none."""
    return "" if "comments" in people.lacks else "\n".join(people.timeline(order_id))


def codes(pair: Pair) -> list[str | None]:
    """Return the codes of the steps that wait or have failed."""
    with Store.open(load_config(pair.path).database) as store:
        return [step.code for step in store.steps.open() if step.portal == PORTAL]


def ship_rest(pair: Pair, supplier_id: str) -> None:
    """Send the units that are not short, one of each line."""
    if "several-parcels" in pair.supplier.lacks:
        pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    else:
        pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 1)


@needs("report-shortages", "short-units")
def test_short_units_are_reported_once_and_the_rest_is_sent(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    pair.supplier.take_off(supplier_id, 1, 0)

    first, again = pair.run(TASK), pair.run(TASK)
    reported = told(pair.merchant, merchant_id)
    ship_rest(pair, supplier_id)
    pair.run("update-tracking")

    assert first.step.code == "short"
    assert again.steps == ()
    assert "comments" in pair.merchant.lacks or "cannot send 1 of CUP" in reported
    assert reported.count("cannot send") == ("comments" not in pair.merchant.lacks)
    assert told(pair.merchant, merchant_id).count("cannot send") == reported.count("cannot send")
    sent = pair.link(merchant_id)
    assert sent.supplier_id == supplier_id


@needs("report-shortages", "short-units", "listing")
def test_reconcile_says_that_short_units_were_reported(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    pair.supplier.take_off(supplier_id, 1, 0)
    before = differing(pair)
    pair.run(TASK)

    after = differing(pair)

    assert [kind for kind, _ in before] == ["sum-broken"]
    assert [kind for kind, _ in after] == ["reported-short"]
    assert "short of CUP=1" in after[0][1]
    if "cancelled-units" not in pair.merchant.lacks:
        pair.merchant.cancel_units(merchant_id, 1, 0)
        assert differing(pair) == []


@needs("report-shortages", "short-units", "reasons")
def test_reason_of_short_units_is_reported(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    pair.supplier.shorten(supplier_id, "out-of-stock", 1, 0)

    ran = pair.run(TASK)

    assert "cannot send 1 of CUP: out of stock" in (ran.step.reason or "")
    assert "comments" in pair.merchant.lacks or "out of stock" in told(pair.merchant, merchant_id)


@needs("report-shortages", "short-units", "reasons", "import-products", "write-inventory-back")
def test_s19_product_that_the_supplier_ran_out_of_is_shown_as_0(pair: Pair) -> None:
    pair.configure(shortages={"zero_stock": ["out-of-stock"]})
    for sku in ("CUP", "MUG"):
        pair.merchant.add_product(product(sku))
    pair.run("import-products")
    _, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    for sku in ("CUP", "MUG"):
        pair.supplier.count(sku, 9)
    pair.supplier.shorten(supplier_id, "out-of-stock", 1, 0)

    pair.run(TASK)
    pair.run("write-inventory-back")

    assert pair.merchant.physical("CUP") == 0
    assert (pair.merchant.physical("MUG") or 0) > 0


@needs("report-shortages", "cancel-orders")
def test_s1_cancelled_order_is_reported_and_stays_as_it_is(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
    before = pair.merchant.status(merchant_id)
    pair.supplier.cancel(supplier_id)

    first, again = pair.run(TASK), pair.run(TASK)

    assert first.step.code == "supplier-cancelled"
    assert again.steps == ()
    assert pair.link(merchant_id).state == "cancelled_by_supplier"
    assert pair.merchant.status(merchant_id) == before
    text = told(pair.merchant, merchant_id)
    assert "comments" in pair.merchant.lacks or "The Supplier cancelled this order" in text


@needs("report-shortages", "cancel-orders", "restored-orders")
def test_s2_restored_order_is_sent_again(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
    pair.supplier.cancel(supplier_id)
    pair.run(TASK)
    pair.supplier.restore(supplier_id)

    pair.run(TASK)
    state = pair.link(merchant_id).state
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run("update-tracking")

    assert state == "live"
    assert pair.merchant.status(merchant_id) == "shipped"
    text = told(pair.merchant, merchant_id)
    assert "comments" in pair.merchant.lacks or "opened this order again" in text


@needs("report-shortages", "cancel-orders", "requesting-again")
def test_s14_order_that_is_requested_again_is_not_sent_and_has_one_entry(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
    pair.supplier.cancel(supplier_id)
    pair.run(TASK)
    pair.merchant.cancel(merchant_id)
    pair.run(TASK)
    pair.merchant.request_again(merchant_id)

    for task in ("import-orders", "update-tracking", TASK):
        pair.run(task)

    assert codes(pair) == ["supplier-cancelled"]
    assert pair.supplier.status(supplier_id) == "cancelled"


@needs("report-shortages", "cancel-orders")
def test_s3_order_that_was_cancelled_by_the_merchant_is_not_reported(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
    pair.merchant.cancel(merchant_id)
    pair.run("cancel-orders")

    ran = pair.run(TASK)

    assert pair.supplier.status(supplier_id) == "cancelled"
    assert ran.steps == ()
    assert "The Supplier" not in told(pair.merchant, merchant_id)


@needs("report-shortages", "cancelled-units", "reductions", "cancel-orders")
def test_s3_units_that_the_merchant_cancelled_are_not_reported(pair: Pair) -> None:
    merchant_id, _ = pair.imported("1001", line("CUP", 2))
    pair.merchant.cancel_units(merchant_id, 1)
    pair.run("cancel-orders")

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert "The Supplier" not in told(pair.merchant, merchant_id)


@needs("report-shortages", "short-units", "held-units")
def test_held_units_are_neither_imported_again_nor_lost(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    pair.configure(shortages={"hold": "true"})
    pair.supplier.take_off(supplier_id, 1, 0)

    ran = pair.run(TASK)
    before = pair.supplier.everything()
    for task in ("import-orders", "cancel-orders", TASK):
        if pair.can_run(task):
            pair.run(task)
    after, open_codes = pair.supplier.everything(), codes(pair)
    ship_rest(pair, supplier_id)
    pair.run("update-tracking")

    assert "not held" not in (ran.step.reason or "")
    assert after == before
    assert open_codes == ["short"]
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 1, "MUG": 1}


@needs("report-shortages", "short-units", "short-cancellations")
def test_only_short_units_are_cancelled(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    pair.configure(shortages={"cancel": "lines"})
    pair.supplier.take_off(supplier_id, 1, 0)

    ran = pair.run(TASK)
    before = pair.supplier.everything()
    for task in ("cancel-orders", "import-orders", TASK):
        if pair.can_run(task):
            pair.run(task)
    after = pair.supplier.everything()
    ship_rest(pair, supplier_id)
    pair.run("update-tracking")

    assert ran.step.state == "done"
    assert after == before
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 1, "MUG": 1}
    assert pair.merchant.all_numbers(merchant_id) == ["1Z1"]


@needs("report-shortages", "cancel-orders", "short-cancellations")
def test_whole_order_is_never_cancelled(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
    before = pair.merchant.status(merchant_id)
    pair.configure(shortages={"cancel": "lines"})
    pair.supplier.cancel(supplier_id)

    pair.run(TASK)

    assert pair.merchant.status(merchant_id) == before != "cancelled"
