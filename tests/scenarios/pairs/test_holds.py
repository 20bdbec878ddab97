"""Orders that are held before the import, with each kind of Merchant."""

from datetime import timedelta

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from tests.accounts.contract.examples import line, product, sold
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.people import needs
from tests.accounts.files.people import FilesMerchantPeople
from tests.scenarios.pairs.pair import Pair
from tests.support.kills import killed_at, paused_at

TASK = "import-orders"
AGE = timedelta(minutes=30)


def hold(pair: Pair, **conditions: object) -> None:
    """Hold orders under these conditions."""
    if isinstance(pair.merchant, FilesMerchantPeople):
        pair.merchant.has_dates = True
    pair.path = pair.configure(hold=conditions)


def step(pair: Pair, order_id: str) -> StepRow:
    """Return the step of the import of an order."""
    with Store.open(load_config(pair.path).database) as store:
        return store.steps.by_key(PORTAL, TASK, [f"{order_id}#1"])[f"{order_id}#1"]


def test_h1_an_order_is_sent_when_its_time_comes(pair: Pair) -> None:
    hold(pair, age="30m")
    order_id = pair.merchant.request(sold("1001"))

    first = pair.run(TASK)
    held = step(pair, order_id)
    pair.merchant.clock.at += AGE
    second = pair.run(TASK)

    assert (first.counts, first.run.status) == ({"skipped": 1}, "ok")
    assert (held.state, held.code) == ("held", "hold-age")
    assert held.not_before is not None
    assert second.count("done") == 1
    pair.stays_quiet(TASK)


def test_h1_an_order_that_is_cancelled_while_it_is_held_is_never_sent(pair: Pair) -> None:
    hold(pair, age="30m")
    order_id = pair.merchant.request(sold("1001"))
    pair.run(TASK)

    pair.merchant.cancel(order_id)
    pair.merchant.clock.at += AGE
    pair.run(TASK)

    assert list(pair.supplier.orders()) == []
    assert step(pair, order_id).state == "skipped"


@needs("cancel-orders", "shown-orders")
def test_h1_an_order_that_is_cancelled_between_the_read_and_the_create_is_cancelled_at_once(
    pair: Pair,
) -> None:
    hold(pair, age="30m")
    order_id = pair.merchant.request(sold("1001"))
    pair.run(TASK)
    pair.merchant.clock.at += AGE

    with paused_at("intent-after-commit", 1, lambda: pair.merchant.cancel(order_id)):
        pair.run(TASK)
    supplier_id = pair.link(order_id).supplier_id
    pair.run("cancel-orders")

    assert pair.supplier.status(supplier_id) == "cancelled"


@pytest.mark.parametrize("fault", ["intent-before-commit", "intent-after-commit"])
def test_a_kill_between_the_judgement_and_the_create_sends_once(pair: Pair, fault: str) -> None:
    hold(pair, age="30m")
    order_id = pair.merchant.request(sold("1001"))
    pair.run(TASK)
    pair.merchant.clock.at += AGE

    with killed_at(fault, 1) as passed:
        pair.run(TASK)
    pair.merchant.clock.at += timedelta(hours=1)
    pair.run(TASK)
    pair.run(TASK)

    assert passed
    assert step(pair, order_id).state == "done"
    assert len(pair.supplier.orders()) == 1


@needs("payments")
def test_an_order_is_held_until_it_is_paid(pair: Pair) -> None:
    hold(pair, paid=True)
    paid = pair.merchant.request(sold("1001"))
    unpaid = pair.merchant.request(sold("1002"))
    pair.merchant.set_paid(paid, is_paid=True)
    pair.merchant.set_paid(unpaid, is_paid=False)

    first = pair.run(TASK)
    held = step(pair, unpaid)
    pair.merchant.set_paid(unpaid, is_paid=True)
    second = pair.run(TASK)

    assert (first.count("done"), first.count("skipped")) == (1, 1)
    assert (held.code, held.reason, held.not_before) == ("hold-paid", "is not paid", None)
    assert second.count("done") == 1


@needs("order-tags")
def test_an_order_is_held_while_it_has_a_tag(pair: Pair) -> None:
    hold(pair, tags={"hold": ["fraud-check"]})
    order_id = pair.merchant.request(sold("1001"))
    pair.merchant.tag(order_id, "vip", "Fraud-Check")

    pair.run(TASK)
    held = step(pair, order_id)
    pair.merchant.tag(order_id, "vip")
    second = pair.run(TASK)

    assert (held.code, held.reason) == ("hold-tags", 'has the tag "fraud-check"')
    assert second.count("done") == 1


@needs("order-tags")
def test_h5_a_release_tag_sends_an_order_before_its_time(pair: Pair) -> None:
    hold(pair, age="6d", tags={"release": ["ok-to-ship"]})
    order_id = pair.merchant.request(sold("1001"))
    pair.run(TASK)
    # A tag may change no time of the order, so that only a read by its id shows it.
    pair.merchant.clock.at += timedelta(hours=3)
    pair.merchant.request(sold("1002"))
    pair.run(TASK)

    pair.merchant.tag(order_id, "ok-to-ship")

    assert pair.run(TASK).count("done") == 1


@needs("risks")
def test_an_order_is_held_while_its_risk_is_to_be_investigated(pair: Pair) -> None:
    hold(pair, risk=["investigate", "cancel"])
    order_id = pair.merchant.request(sold("1001"))
    pair.merchant.rate(order_id, "investigate")

    pair.run(TASK)
    held = step(pair, order_id)
    pair.merchant.rate(order_id, "accept")
    second = pair.run(TASK)

    assert (held.code, held.reason) == (
        "hold-risk",
        "has the risk recommendation investigate",
    )
    assert second.count("done") == 1


def test_value_country_and_po_box_are_known_to_every_kind(pair: Pair) -> None:
    hold(pair, over=1, countries=["US"], po_box=["*"], longest="1h")
    order_id = pair.merchant.request(sold("1001", line("MUG", 2)))

    pair.run(TASK)

    held = step(pair, order_id)
    assert held.code == "hold-value"
    assert "goes to GB, which is not in `countries`" in (held.reason or "")


def test_an_order_that_was_imported_is_not_held_any_more(pair: Pair) -> None:
    hold(pair)
    order_id = pair.merchant.request(sold("1001"))
    pair.run(TASK)

    hold(pair, over=1)

    assert "held" not in {each.state for each in pair.run(TASK).steps}
    assert step(pair, order_id).state == "done"


@needs("import-products", "write-inventory-back")
def test_h8_units_of_a_held_order_are_not_offered_again(pair: Pair) -> None:
    hold(pair, age="30m")
    pair.merchant.add_product(product("MUG"))
    pair.run("import-products")
    pair.supplier.count("MUG", 10)
    pair.run("write-inventory-back")
    order_id = pair.merchant.request(sold("1001", line("MUG", 3)))
    before = pair.merchant.physical("MUG")

    pair.run(TASK)
    pair.run("write-inventory-back")

    assert step(pair, order_id).state == "held"
    assert pair.merchant.physical("MUG") == before
