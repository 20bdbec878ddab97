"""Invalid orders in a list of a remote Merchant: each is reported, under its own number."""

import json
from decimal import Decimal

import pytest

from ordosync.models import Address
from tests.accounts.contract.account import quantities
from tests.accounts.contract.examples import HOSTILE, line, sold
from tests.accounts.contract.over_http import Field
from tests.scenarios.faults.portal import Troubled
from tests.scenarios.faults.reading import imported, people, requested


def skip_what_never_is(troubled: Troubled, field: Field, text: str | None) -> None:
    if why := people(troubled).never.get((field, text)):
        pytest.skip(why)


@pytest.mark.parametrize(
    ("quantity", "state", "code"),
    [
        ("-1", "failed", "invalid.quantity"),
        ("0", "skipped", "nothing-to-ship"),
        ("1.5", "failed", "invalid"),
        ('"3"', "failed", "invalid"),
        ("1e400", "failed", "invalid"),
        ("-1e400", "failed", "invalid"),
        ("null", "failed", "invalid"),
        ("true", "failed", "invalid"),
        ("2147483648", "failed", "invalid.quantity"),
        ("9223372036854775808", "failed", "invalid.quantity"),
        ("1" + "0" * 400, "failed", "invalid.quantity"),
        ("1e9", "failed", "invalid"),
        ("3.0", "failed", "invalid"),
    ],
)
def test_quantity_that_cannot_be_stops_no_other_order(
    as_merchant: Troubled, quantity: str, state: str, code: str
) -> None:
    """Case 34."""
    skip_what_never_is(as_merchant, "quantity", quantity)
    requested(as_merchant, 1, 2, 3)
    people(as_merchant).pretend("quantity", quantity, of="2")

    ran = as_merchant.run("import-orders")

    assert ran.run.error is None
    assert imported(as_merchant) == ["1", "3"]
    [odd] = [step for step in ran.steps if step.state != "done"]
    assert (odd.state, odd.code) == (state, code)
    assert as_merchant.run("import-orders").steps == ()


def test_line_of_quantity_0_stays_out_and_the_rest_travels(as_merchant: Troubled) -> None:
    """Case 34."""
    skip_what_never_is(as_merchant, "quantity", "0")
    as_merchant.merchant.request(sold("1", line("GIFT"), line("MUG", 2)))
    people(as_merchant).pretend("quantity", "0", of="1")

    ran = as_merchant.run("import-orders")

    assert ran.counts == {"done": 1}
    [order] = as_merchant.supplier.orders()
    assert quantities(order) == [("MUG", 2)]


@pytest.mark.parametrize(
    "place", [{}, {"street1": "1 High Street"}, {"city": "Leeds", "zip": "LS1 4AP"}]
)
def test_order_that_cannot_be_delivered_fails_and_stops_no_other(
    as_merchant: Troubled, place: dict[str, str]
) -> None:
    as_merchant.merchant.request(sold("1", ship_to=Address(name="Ann", country="GB", **place)))
    as_merchant.merchant.request(sold("2"))

    ran = as_merchant.run("import-orders")

    assert imported(as_merchant) == ["2"]
    assert [step.code for step in ran.steps if step.state == "failed"] == ["no-address"]


def test_order_without_an_address_travels_where_the_portal_calls_addresses_optional(
    as_merchant: Troubled,
) -> None:
    as_merchant.pair.configure(address="optional")
    as_merchant.merchant.request(sold("1", ship_to=Address(name="Ann", country="GB")))

    assert as_merchant.run("import-orders").counts == {"done": 1}


def test_large_quantity_is_sent_as_it_is(as_merchant: Troubled) -> None:
    """Case 34."""
    requested(as_merchant, 1)
    people(as_merchant).pretend("quantity", str(10**9), of="1")

    as_merchant.run("import-orders")

    [order] = as_merchant.supplier.orders()
    assert [line.quantity for line in order.lines] == [10**9]


@pytest.mark.parametrize("lost", ["quantity", "sku", "lines", "status"])
def test_field_that_is_missing_stops_no_other_order(as_merchant: Troubled, lost: Field) -> None:
    """Case 34."""
    skip_what_never_is(as_merchant, lost, None)
    requested(as_merchant, 1, 2, 3)
    people(as_merchant).pretend(lost, None, of="2")

    ran = as_merchant.run("import-orders")

    assert imported(as_merchant) == ["1", "3"]
    assert [step.code for step in as_merchant.open_steps()] == ["invalid"]
    assert ran.run.status == "partial"


def test_not_a_number_is_no_json_and_moves_nothing(as_merchant: Troubled) -> None:
    """Case 34."""
    requested(as_merchant, 1, 2)
    people(as_merchant).pretend("quantity", "NaN", of="2")

    ran = as_merchant.run("import-orders")

    assert ran.run.status == "failed"
    assert as_merchant.cursor("import-orders") is None


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_kept_as_it_is_or_reported(as_merchant: Troubled, text: str) -> None:
    """Case 35."""
    requested(as_merchant, 1, 2)
    people(as_merchant).pretend("ship_to_name", json.dumps(text), of="2")

    ran = as_merchant.run("import-orders")

    assert ran.run.error is None
    assert "1" in imported(as_merchant)
    kept = [order.ship_to.name for order in as_merchant.supplier.orders()]
    refused = [step.code for step in as_merchant.open_steps()]
    assert text.replace("\ud800", "\ufffd") in kept or refused == ["invalid-order"]


@pytest.mark.slow
@pytest.mark.parametrize("place", [1, 50, 100])
def test_one_bad_order_among_a_hundred_is_the_only_one_that_fails(
    as_merchant: Troubled, place: int
) -> None:
    """Case 36."""
    requested(as_merchant, *range(1001, 1101))
    people(as_merchant).pretend("quantity", "-1", of=str(1000 + place))

    first = as_merchant.run("import-orders")
    as_merchant.later()
    second = as_merchant.run("import-orders")

    assert (first.run.status, first.counts) == ("partial", {"done": 99, "failed": 1})
    assert (second.run.status, second.counts) == ("ok", {"unchanged": second.run.counts.unchanged})


def test_order_that_was_edited_after_it_was_sent_is_reported_once(as_merchant: Troubled) -> None:
    """Case 37."""
    requested(as_merchant, 1)
    as_merchant.run("import-orders")
    people(as_merchant).pretend("quantity", "7", of="1")

    ran = as_merchant.run("import-orders")
    again = as_merchant.run("import-orders")

    assert (ran.step.state, ran.step.code) == ("failed", "edited")
    assert again.steps == ()
    assert [line.quantity for line in as_merchant.supplier.orders()[0].lines] == [1]


@pytest.mark.parametrize("price", ["0.30000000000000004", "0.1", "12345678.905", "1e2", "-5.25"])
def test_money_is_exact(as_merchant: Troubled, price: str) -> None:
    """Case 38."""
    as_merchant.merchant.request(sold("1", line("MUG", 3)))
    as_merchant.later()
    people(as_merchant).pretend("price", price, of="1")

    as_merchant.run("import-orders")

    [order] = as_merchant.supplier.orders()
    assert [line.unit_price for line in order.lines] == [Decimal(price)]
