"""Edits that are written to orders of a Supplier's shop, and holds; E: lifecycle.md 1.6."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from msgspec.structs import replace

from ordosync.models import Address, Outcome
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.contract.supplier_edits import (
    FIRST,
    added,
    created,
    current,
    edit,
    raised,
    write,
)
from tests.accounts.woocommerce.shops import requests, supplier
from tests.fakes.faults import Kind
from tests.fakes.woocommerce import FakeWooCommerce, Fault, Refused, Switches, orders
from tests.support.clock import VirtualClock

Depot = tuple[OpenSupplier, FakeWooCommerce]
NATIVE = Switches(fulfillments=True)
HELD_FROM = "_ordosync_held_from"
BUYER = replace(FIRST, bill_to=Address(name="Bob Smith", email="bob@example.org"))


@contextmanager
def shop(tmp_path: Path, switches: Switches = NATIVE) -> Iterator[Depot]:
    with supplier(tmp_path, VirtualClock(), switches) as (account, fake):
        for sku in ("CUP", "MUG", "PEN"):
            fake.add_product(sku, stock=99)
        yield account, fake


@pytest.fixture(name="depot")
def _depot(tmp_path: Path) -> Iterator[Depot]:
    with shop(tmp_path) as depot:
        yield depot


def basket(fake: FakeWooCommerce, order_id: str) -> list[tuple[str, int, str]]:
    lines = fake.order(int(order_id))["line_items"]
    return [(each["sku"], each["quantity"], each["total"]) for each in lines]


def status(fake: FakeWooCommerce, order_id: str) -> str:
    return str(fake.order(int(order_id))["status"])


def field(fake: FakeWooCommerce, order_id: str, key: str) -> Any:
    fields = fake.order(int(order_id))["meta_data"]
    return next((each["value"] for each in fields if each["key"] == key), None)


def hold(account: OpenSupplier, order_id: str) -> Outcome:
    [outcome] = account.edits.hold([order_id], reason="address")
    return outcome


def release(account: OpenSupplier, order_id: str) -> Outcome:
    [outcome] = account.edits.release([order_id])
    return outcome


def before_next_write(fake: FakeWooCommerce, order_id: str, do: Any) -> None:
    path = f"/orders/{order_id}$"
    fake.faults.add(Fault(kind="callback", method="PUT", path=path, do=do))


def test_whole_edit_is_one_call(depot: Depot) -> None:
    account, fake = depot
    order_id, line_ids = created(account)
    lines = (raised(line_ids[0], FIRST.lines[0], 3), added("PEN", 1))
    groups = sorted(account.edits.groups)
    edited = edit(order_id, *groups, lines=lines, known_lines=line_ids)
    before = {**fake.requests}

    outcome = write(account, edited)
    first = requests(fake, since=before)
    before = {**fake.requests}
    again = write(account, edited)
    current(account, order_id)

    get = "GET /wc/v3/orders/{id}"
    assert first == {get: 1, "GET /wc/v3/products": 1, "PUT /wc/v3/orders/{id}": 1}
    assert requests(fake, since=before) == {get: 2}
    assert (outcome.state, outcome.code, again.state) == ("done", "", "unchanged")


def test_raised_line_keeps_its_price_and_its_stock_moves(depot: Depot) -> None:
    account, fake = depot
    order_id, line_ids = created(account)
    lines = (raised(line_ids[0], FIRST.lines[0], 5), added("PEN", 4))

    outcome = write(account, edit(order_id, "lines", lines=lines, known_lines=line_ids))

    assert (outcome.state, outcome.code) == ("done", "")
    assert basket(fake, order_id) == [
        ("CUP", 5, "12.50"),
        ("MUG", 1, "2.50"),
        ("PEN", 4, "10.00"),
    ]
    assert [fake.stock(sku) for sku in ("CUP", "MUG", "PEN")] == [94, 98, 95]


def test_e18_stock_that_an_old_shop_does_not_move_is_reported(tmp_path: Path) -> None:
    with shop(tmp_path, Switches(version="7.8.2", shipment_tracking=True)) as (account, fake):
        order_id, line_ids = created(account)
        lines = (raised(line_ids[0], FIRST.lines[0], 5), added("PEN", 4))

        outcome = write(account, edit(order_id, "lines", lines=lines, known_lines=line_ids))

        assert (outcome.state, outcome.code) == ("done", "stock-not-moved")
        assert "CUP, PEN" in outcome.reason
        assert len(outcome.line_ids) == 1
        assert [fake.stock(sku) for sku in ("CUP", "PEN")] == [97, 99]


def test_e18_stock_that_is_not_counted_is_not_reported(tmp_path: Path) -> None:
    with shop(tmp_path, Switches(version="7.8.2", shipment_tracking=True)) as (account, _):
        sent = replace(FIRST, lines=(line("UNCOUNTED", 1),))
        order_id, line_ids = created(account, sent)
        lines = (raised(line_ids[0], sent.lines[0], 5), added("NEW", 4))

        outcome = write(account, edit(order_id, "lines", lines=lines, known_lines=line_ids))

        assert (outcome.state, outcome.code) == ("done", "")


def test_refunded_units_stay_beside_the_raised_ones(depot: Depot) -> None:
    account, fake = depot
    order_id, line_ids = created(account)
    fake.refund(int(order_id), {"CUP": 1})
    lines = (raised(line_ids[0], FIRST.lines[0], 3),)
    edited = edit(order_id, "lines", lines=lines, known_lines=line_ids)

    outcomes = [write(account, edited).state for _ in range(2)]

    assert outcomes == ["done", "unchanged"]
    assert basket(fake, order_id)[0][:2] == ("CUP", 4)  # One of these is refunded.
    now = current(account, order_id).order
    assert now
    assert now.lines[0].quantity == 3


def test_shipping_method_keeps_its_line_and_its_cost(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account)
    [before] = fake.order(int(order_id))["shipping_lines"]
    fake.edit_order(int(order_id), shipping_lines=[{"id": before["id"], "total": "4.50"}])

    write(account, edit(order_id, "method"))
    [after] = fake.order(int(order_id))["shipping_lines"]
    write(account, edit(order_id, "method", shipping_method=""))

    assert (after["id"], after["method_title"]) == (before["id"], "Express")
    assert Decimal(after["total"]) == Decimal("4.50")
    assert [each["method_title"] for each in fake.order(int(order_id))["shipping_lines"]] == [""]


def test_order_without_a_shipping_method_gets_one(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account, replace(FIRST, shipping_method=""))

    outcomes = [write(account, edit(order_id, "method")).state for _ in range(2)]

    assert outcomes == ["done", "unchanged"]
    [only] = fake.order(int(order_id))["shipping_lines"]
    assert only["method_title"] == "Express"


def test_cleared_fields_are_removed(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account)
    fields = {"ship_to": replace(FIRST.ship_to, email="", phone=""), "internal_notes": ""}

    write(account, edit(order_id, "contact", "notes", **fields))

    assert field(fake, order_id, "Ship-to email") is None
    assert field(fake, order_id, "Internal notes") is None
    assert fake.order(int(order_id))["shipping"]["phone"] == ""


@pytest.mark.parametrize("fault", ["lost-reset", "lost-502"])
def test_line_and_method_are_added_once_though_the_answer_was_lost(
    depot: Depot, fault: Kind
) -> None:
    account, fake = depot
    order_id, line_ids = created(account, replace(FIRST, shipping_method=""))
    lines = (added("PEN", 3), added("CUP", 1, id_="m-9"))
    edited = edit(order_id, "lines", "method", lines=lines, known_lines=line_ids)
    fake.faults.add(Fault(kind=fault, method="PUT", path=r"/orders/\d+$"))

    outcomes = [write(account, edited) for _ in range(2)]

    assert outcomes[-1].state in ("done", "unchanged"), outcomes
    assert len(outcomes[-1].line_ids) == 2
    assert [each[:2] for each in basket(fake, order_id)] == [
        ("CUP", 2),
        ("MUG", 1),
        ("PEN", 3),
        ("CUP", 1),
    ]
    assert len(fake.order(int(order_id))["shipping_lines"]) == 1


def test_line_is_added_once_though_a_proxy_delivered_the_request_twice(depot: Depot) -> None:
    """A signed request is refused the second time, but over https it is not."""
    account, fake = depot
    order_id, line_ids = created(account)
    meta = [{"key": "_ordosync_line", "value": "3"}]
    first = {"sku": "PEN", "quantity": 3, "meta_data": meta}
    before_next_write(fake, order_id, lambda: fake.edit_order(int(order_id), line_items=[first]))
    edited = edit(order_id, "lines", lines=(added("PEN", 3),), known_lines=line_ids)

    outcome = write(account, edited)

    assert (outcome.state, len(outcome.line_ids)) == ("done", 1)
    assert [each[:2] for each in basket(fake, order_id)] == [("CUP", 2), ("MUG", 1), ("PEN", 3)]


def test_line_that_a_user_added_meanwhile_stays(depot: Depot) -> None:
    account, fake = depot
    order_id, line_ids = created(account)
    before_next_write(fake, order_id, lambda: fake.edit_lines(int(order_id), {"MUG": 2, "PEN": 1}))
    edited = edit(order_id, "lines", lines=(added("CAP", 1),), known_lines=line_ids)

    outcome = write(account, edited)

    assert outcome.state == "done"
    assert [each[:2] for each in basket(fake, order_id)] == [
        ("CUP", 2),
        ("MUG", 2),
        ("PEN", 1),
        ("CAP", 1),
    ]


def test_line_that_a_user_added_before_counts_as_the_added_line(depot: Depot) -> None:
    account, fake = depot
    order_id, line_ids = created(account)
    fake.edit_lines(int(order_id), {"PEN": 1})
    fake.add_product("CAP")
    before_next_write(fake, order_id, lambda: fake.edit_lines(int(order_id), {"CAP": 1}))
    edited = edit(order_id, "lines", lines=(added("PEN", 2),), known_lines=line_ids)

    outcome = write(account, edited)

    assert (outcome.state, len(outcome.line_ids)) == ("done", 1)
    assert [each[:2] for each in basket(fake, order_id)] == [
        ("CUP", 2),
        ("MUG", 1),
        ("PEN", 2),
        ("CAP", 1),
    ]


def test_added_line_is_found_as_the_others_are(depot: Depot) -> None:
    """A lost store is rebuilt by the positions of the lines that were sent."""
    account, _ = depot
    order_id, line_ids = created(account)
    edited = edit(order_id, "lines", lines=(added("PEN", 1),), known_lines=line_ids)
    outcome = write(account, edited)

    [found] = account.orders.find([FIRST.reference]).values()

    assert found.line_ids == (*line_ids, *outcome.line_ids)


def test_line_that_a_user_removed_is_not_editable(depot: Depot) -> None:
    account, fake = depot
    order_id, line_ids = created(account)
    fake.edit_lines(int(order_id), {"CUP": 0})
    lines = (raised(line_ids[0], FIRST.lines[0], 3),)

    outcome = write(account, edit(order_id, "lines", lines=lines, known_lines=line_ids))

    assert (outcome.state, outcome.code) == ("refused", "not-editable")
    assert [each[:2] for each in basket(fake, order_id)] == [("MUG", 1)]


def test_e8_partially_shipped_order_keeps_its_address(depot: Depot) -> None:
    account, fake = depot
    order_id, line_ids = created(account)
    fake.ship(int(order_id), "F-1", way="fulfillment", quantities={"CUP": 1}, complete=False)
    lines = (raised(line_ids[0], FIRST.lines[0], 3),)

    now = current(account, order_id)
    address = write(account, edit(order_id, "address"))
    more = write(account, edit(order_id, "lines", lines=lines, known_lines=line_ids))

    assert (sorted(now.groups), now.has_label) == (["lines", "method", "notes"], True)
    assert now.order
    assert now.order.status == "partially_shipped"
    assert (address.state, address.code) == ("refused", "not-editable")
    assert more.state == "done"
    assert basket(fake, order_id)[0][:2] == ("CUP", 3)


def test_order_with_a_number_without_units_is_not_editable(tmp_path: Path) -> None:
    """The number may be that of a parcel with all units."""
    with shop(tmp_path, Switches(shipment_tracking=True)) as (account, fake):
        order_id, _ = created(account)
        fake.ship(int(order_id), "T-1", way="tracking", complete=False)

        now, outcome = current(account, order_id), write(account, edit(order_id, "notes"))

        assert (now.groups, now.has_label) == (frozenset(), True)
        assert (outcome.state, outcome.code) == ("refused", "not-editable")


def test_order_in_the_status_of_a_plugin_is_neither_edited_nor_held(tmp_path: Path) -> None:
    """It may be shipped already."""
    with shop(tmp_path, Switches(fulfillments=True, statuses=("packed",))) as (account, fake):
        order_id, _ = created(account)
        fake.set_status(int(order_id), "packed")

        outcome, held = write(account, edit(order_id, "address")), hold(account, order_id)

        assert (outcome.state, outcome.code) == ("refused", "not-editable")
        assert (held.state, held.code) == ("refused", "not-held")
        assert not current(account, order_id).groups


def test_e10_parcel_that_is_sent_meanwhile_is_seen_afterwards(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account)
    before_next_write(
        fake, order_id, lambda: fake.ship(int(order_id), "F-1", way="fulfillment", complete=True)
    )

    outcome = write(account, edit(order_id, "address"))

    assert outcome.state == "done"
    assert current(account, order_id).has_label


def test_e13_refusal_has_the_words_of_the_shop_and_no_value(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, fake = depot
    order_id, _ = created(account)
    words = "2 Low Road of\nAnn Jones is outside the zone"
    refusal = Refused("woocommerce_rest_invalid_shipping", words)
    monkeypatch.setattr(orders, "edit", Mock(side_effect=refusal))

    outcome = write(account, edit(order_id, "address"))

    assert (outcome.state, outcome.code) == ("refused", "refused")
    assert "outside the zone" in outcome.reason
    assert "\n" not in outcome.reason
    assert not [word for word in ("Road", "Jones") if word in outcome.reason]
    assert fake.order(int(order_id))["shipping"]["address_1"] == "1 High Street"


def test_sku_that_the_shop_cannot_look_up_is_refused(depot: Depot) -> None:
    account, fake = depot
    order_id, line_ids = created(account)
    pen = added("PEN,RED", 1)
    edited = edit(order_id, "lines", lines=(pen,), known_lines=line_ids)
    edited = replace(edited, order=replace(FIRST, lines=(*FIRST.lines, pen.line)))

    outcome = write(account, edited)

    assert (outcome.state, outcome.code) == ("refused", "invalid-order")
    assert len(basket(fake, order_id)) == 2


def test_order_in_the_trash_does_not_exist(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account)
    fake.trash(int(order_id))

    outcome = write(account, edit(order_id, "address"))

    assert (outcome.state, outcome.code) == ("refused", "not-found")
    assert not account.edits.current([order_id])


def test_unreadable_order_cannot_be_edited_and_the_others_can(depot: Depot) -> None:
    account, fake = depot
    order_id, other_id = created(account)[0], created(account, order("1002"))[0]
    fake.faults.add(
        Fault(
            kind="edited",
            method="GET",
            path=f"/orders/{order_id}$",
            edit=lambda shown: {**shown, "line_items": "none"},
        )
    )

    now = account.edits.current([order_id, other_id])

    assert (now[order_id].order, now[order_id].groups) == (None, frozenset())
    assert now[other_id].groups == account.edits.groups


def test_held_order_is_on_hold_and_gets_its_status_and_keeps_its_stock(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account)

    hold(account, order_id)
    while_held = status(fake, order_id), fake.stock("CUP")
    release(account, order_id)

    assert while_held == ("on-hold", 97)
    assert (status(fake, order_id), fake.stock("CUP")) == ("processing", 97)
    assert field(fake, order_id, HELD_FROM) is None
    assert not fake.effects("customer mailed")


def test_order_whose_buyer_would_be_mailed_is_not_held(depot: Depot) -> None:
    """The end of a hold mails the buyer again."""
    account, fake = depot
    order_id, _ = created(account, BUYER)

    outcome = hold(account, order_id)

    assert (outcome.state, outcome.code) == ("refused", "not-held")
    assert "bob" not in outcome.reason
    assert status(fake, order_id) == "processing"
    fake.set_status(int(order_id), "on-hold")
    assert hold(account, order_id).state == "done"  # Its users hold it.
    assert release(account, order_id).state == "done"
    assert (status(fake, order_id), fake.effects("customer mailed")) == ("on-hold", [])


def test_order_is_not_held_by_a_status_that_reports_a_shortage(tmp_path: Path) -> None:
    answers = {"statuses": {"on-hold": "backordered"}}
    with supplier(tmp_path, VirtualClock(), NATIVE, answers=answers) as (account, fake):
        order_id, _ = created(account)

        outcome = hold(account, order_id)

        assert (outcome.state, outcome.code) == ("refused", "not-held")
        assert status(fake, order_id) == "processing"


def test_order_that_is_completed_while_it_is_held_stays_completed(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account)
    before_next_write(fake, order_id, lambda: fake.set_status(int(order_id), "completed"))

    outcome = hold(account, order_id)

    assert (outcome.state, outcome.code) == ("refused", "shipped")
    assert status(fake, order_id) == "completed"
    assert field(fake, order_id, HELD_FROM) is None


@pytest.mark.parametrize("now", ["processing", "completed", "cancelled"])
def test_status_that_a_user_set_during_a_hold_stays(depot: Depot, now: str) -> None:
    account, fake = depot
    order_id, _ = created(account)
    hold(account, order_id)
    fake.set_status(int(order_id), now)

    outcome = release(account, order_id)

    assert outcome.state == "done"
    assert status(fake, order_id) == now
    assert not current(account, order_id).is_held


@pytest.mark.parametrize("fault", ["lost-reset", "lost-502"])
def test_order_is_held_and_released_once_though_an_answer_was_lost(
    depot: Depot, fault: Kind
) -> None:
    account, fake = depot
    order_id, _ = created(account)

    outcomes = []
    for act in (hold, hold, release, release):
        fake.faults.add(Fault(kind=fault, method="PUT", path=r"/orders/\d+$"))
        outcomes.append(act(account, order_id).state)

    assert outcomes == ["done", "unchanged", "done", "unchanged"]
    assert status(fake, order_id) == "processing"


def test_parcel_of_an_order_that_was_held_is_reported(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account)
    hold(account, order_id)
    account.people.ship(order_id, parcel())

    assert account.orders.statuses([order_id]) == {order_id: "shipped"}
    assert release(account, order_id).state == "done"
    assert status(fake, order_id) == "completed"
