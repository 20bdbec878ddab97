"""Units of a Supplier's order that are removed by lower quantities of its lines.

F, P and S are the rules and cases of lifecycle.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ordosync.edits import Reduction
from ordosync.models import Outcome, ParcelLine
from tests.accounts.contract.examples import line, order
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.woocommerce.shops import requests, supplier
from tests.fakes.faults import Kind
from tests.fakes.woocommerce import FakeWooCommerce, Fault, Switches
from tests.fakes.woocommerce.switches import Version
from tests.support.clock import VirtualClock

NATIVE = Switches(fulfillments=True)
EXTENSION = Switches(shipment_tracking=True)

Depot = tuple[OpenSupplier, FakeWooCommerce]


@contextmanager
def shop(tmp_path: Path, switches: Switches = NATIVE) -> Iterator[Depot]:
    with supplier(tmp_path, VirtualClock(), switches) as (account, fake):
        fake.add_product("MUG", stock=99)
        fake.add_product("BOARD", stock=99)
        yield account, fake
        assert not [call for call in requests(fake) if call.startswith("POST") and "refund" in call]


@pytest.fixture(name="depot")
def _depot(tmp_path: Path) -> Iterator[Depot]:
    with shop(tmp_path) as depot:
        yield depot


def created(account: OpenSupplier, *lines: Any) -> tuple[int, dict[str, str]]:
    """Create an order; return its id, and those of its lines by SKU."""
    [made] = account.orders.create([order("1001", *lines)])
    return int(made.id), dict(zip((each.sku for each in lines), made.line_ids, strict=True))


def reduce(account: OpenSupplier, order_id: int, ids: dict[str, str], **units: int) -> Outcome:
    lines = tuple(ParcelLine(line_id=ids[sku], quantity=count) for sku, count in units.items())
    [outcome] = account.cancellations.reduce([Reduction(order_id=str(order_id), lines=lines)])
    return outcome


def cancel(account: OpenSupplier, order_id: int) -> Outcome:
    [outcome] = account.cancellations.cancel([str(order_id)])
    return outcome


def basket(fake: FakeWooCommerce, order_id: int) -> dict[str, int]:
    return {each["sku"]: each["quantity"] for each in fake.order(order_id)["line_items"]}


def send(fake: FakeWooCommerce, order_id: int, number: str, **units: int) -> None:
    fake.ship(order_id, number, way="fulfillment", quantities=units, complete=False)


def during_write(fake: FakeWooCommerce, order_id: int, **units: int) -> None:
    """Send units in a parcel just before the next write of the order."""
    fault = Fault(
        kind="callback",
        method="PUT",
        path=f"/orders/{order_id}",
        do=lambda: send(fake, order_id, "F-9", **units),
    )
    fake.faults.add(fault)


def test_f9_lowered_units_are_taken_off_and_their_stock_is_put_back(depot: Depot) -> None:
    account, fake = depot
    order_id, ids = created(account, line("MUG", 3), line("BOARD"))

    outcomes = [reduce(account, order_id, ids, MUG=1, BOARD=0) for _ in range(2)]

    assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
    assert basket(fake, order_id) == {"MUG": 1}
    assert (fake.stock("MUG"), fake.stock("BOARD")) == (98, 99)
    assert fake.order(order_id)["status"] == "processing"


def test_f5_units_in_sent_parcels_stay(depot: Depot) -> None:
    account, fake = depot
    order_id, ids = created(account, line("MUG", 3), line("BOARD"))
    send(fake, order_id, "F-1", MUG=2)

    outcome = reduce(account, order_id, ids, MUG=1, BOARD=0)

    assert outcome.state == "done"
    assert basket(fake, order_id) == {"MUG": 2}


def test_line_of_which_all_wanted_units_are_sent_already_is_refused(depot: Depot) -> None:
    account, fake = depot
    order_id, ids = created(account, line("MUG", 3), line("BOARD"))
    send(fake, order_id, "F-1", MUG=3)

    outcome = reduce(account, order_id, ids, MUG=1)

    assert (outcome.state, outcome.code) == ("refused", "already-shipped")
    assert basket(fake, order_id) == {"MUG": 3, "BOARD": 1}


def test_units_that_the_supplier_refunded_are_not_taken_off_twice(depot: Depot) -> None:
    account, fake = depot
    order_id, ids = created(account, line("MUG", 3))
    fake.refund(order_id, {"MUG": 1})

    same = reduce(account, order_id, ids, MUG=2)
    fewer = reduce(account, order_id, ids, MUG=1)

    assert (same.state, fewer.state) == ("unchanged", "done")
    assert basket(fake, order_id) == {"MUG": 2}  # One of these is refunded.


def test_order_in_the_status_of_a_plugin_is_not_lowered(tmp_path: Path) -> None:
    """W3: it may be shipped already."""
    with shop(tmp_path, Switches(fulfillments=True, statuses=("packed",))) as (account, fake):
        order_id, ids = created(account, line("MUG", 3))
        fake.set_status(order_id, "packed")

        outcome = reduce(account, order_id, ids, MUG=1)

        assert (outcome.state, outcome.code) == ("refused", "maybe-shipped")
        assert basket(fake, order_id) == {"MUG": 3}


def test_order_of_which_nobody_knows_what_was_sent_is_not_lowered(tmp_path: Path) -> None:
    """P3: a number without lines."""
    with shop(tmp_path, EXTENSION) as (account, fake):
        order_id, ids = created(account, line("MUG", 3))
        fake.ship(order_id, "T-1", way="tracking", complete=False)

        outcome, cancelled = reduce(account, order_id, ids, MUG=1), cancel(account, order_id)

        assert (outcome.state, outcome.code) == ("refused", "not-reducible")
        assert (cancelled.state, cancelled.code) == ("refused", "partially-shipped")
        assert (basket(fake, order_id), fake.order(order_id)["status"]) == (
            {"MUG": 3},
            "processing",
        )


def test_f5_cancelled_order_keeps_what_was_sent_and_only_the_rest_goes_back(depot: Depot) -> None:
    """P24: the shop would put the stock of all lines back if it were cancelled."""
    account, fake = depot
    order_id, _ = created(account, line("MUG", 3), line("BOARD"))
    send(fake, order_id, "F-1", MUG=1)

    first, again = cancel(account, order_id), cancel(account, order_id)

    assert (first.state, again.state) == ("done", "unchanged")
    assert "reduced to the sent units" in first.reason
    assert basket(fake, order_id) == {"MUG": 1}
    assert (fake.stock("MUG"), fake.stock("BOARD")) == (98, 99)
    assert fake.order(order_id)["status"] == "processing"
    assert account.orders.statuses([str(order_id)]) == {str(order_id): "shipped"}


def test_order_whose_parcel_was_deleted_after_the_rest_was_cancelled_is_cancelled(
    depot: Depot,
) -> None:
    account, fake = depot
    order_id, _ = created(account, line("MUG", 3))
    send(fake, order_id, "F-1", MUG=1)
    cancel(account, order_id)
    fake.unship(order_id, "F-1")

    outcome = cancel(account, order_id)

    assert outcome.state == "done"
    assert fake.order(order_id)["status"] == "cancelled"
    assert fake.stock("MUG") == 99


def test_parcel_that_is_sent_while_its_order_is_cancelled_wins(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account, line("MUG", 3))
    during_write(fake, order_id, MUG=1)

    outcome = cancel(account, order_id)

    assert outcome.state == "done"
    assert fake.order(order_id)["status"] == "processing"
    assert (basket(fake, order_id), fake.stock("MUG")) == ({"MUG": 1}, 98)


def test_order_that_is_wholly_sent_while_it_is_cancelled_stays(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account, line("MUG", 3))
    during_write(fake, order_id, MUG=3)

    outcome = cancel(account, order_id)

    assert (outcome.state, outcome.code) == ("refused", "already-shipped")
    assert fake.order(order_id)["status"] == "processing"
    assert (basket(fake, order_id), fake.stock("MUG")) == ({"MUG": 3}, 96)


def test_parcel_that_is_sent_while_its_units_are_taken_off_wins(depot: Depot) -> None:
    account, fake = depot
    order_id, ids = created(account, line("MUG", 3))
    during_write(fake, order_id, MUG=3)

    outcome = reduce(account, order_id, ids, MUG=1)

    assert (outcome.state, outcome.code) == ("refused", "already-shipped")
    assert (basket(fake, order_id), fake.stock("MUG")) == ({"MUG": 3}, 96)


@pytest.mark.parametrize("how", ["lost-reset", "lost-502"])
def test_units_are_taken_off_once_if_the_answer_of_the_write_is_lost(
    depot: Depot, how: Kind
) -> None:
    """The shop refuses to remove a line that it has removed before."""
    account, fake = depot
    order_id, ids = created(account, line("MUG", 3), line("BOARD"))
    fake.faults.add(Fault(kind=how, method="PUT", path=f"/orders/{order_id}"))

    first, again = (reduce(account, order_id, ids, MUG=1, BOARD=0) for _ in range(2))

    assert (first.state, again.state) == ("unknown", "unchanged")
    assert basket(fake, order_id) == {"MUG": 1}


def test_rest_is_cancelled_once_if_the_answer_of_the_write_is_lost(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account, line("MUG", 3), line("BOARD"))
    send(fake, order_id, "F-1", MUG=1)
    fake.faults.add(Fault(kind="lost-reset", method="PUT", path=f"/orders/{order_id}"))

    first, again = cancel(account, order_id), cancel(account, order_id)

    assert (first.state, again.state) == ("unknown", "unchanged")
    assert basket(fake, order_id) == {"MUG": 1}


def test_whole_cancellation_costs_no_more_calls_than_before(depot: Depot) -> None:
    account, fake = depot
    order_id, _ = created(account, line("MUG", 3))
    before = requests(fake)

    cancel(account, order_id)

    assert requests(fake, since=before) == {
        "GET /wc/v3/orders/{id}": 1,
        "PUT /wc/v3/orders/{id}": 1,
    }


@pytest.mark.parametrize("version", ["7.8.2", "10.5.0", "11.0.1"])
def test_amounts_of_a_line_are_lowered_with_its_units(tmp_path: Path, version: Version) -> None:
    """Seen with 7.8.0 and 10.5.0: a line keeps its total when only its quantity changes."""
    with shop(tmp_path, Switches(version=version, shipment_tracking=True)) as (account, fake):
        order_id, ids = created(account, line("MUG", 3, unit_price=Decimal("4.20")), line("BOARD"))

        reduce(account, order_id, ids, MUG=2)

        [mug] = [each for each in fake.order(order_id)["line_items"] if each["sku"] == "MUG"]
        assert (mug["total"], mug["subtotal"]) == ("8.40", "8.40")
