"""Parcels of a Supplier's orders: their ids, units, numbers, and what is still open after them.

P, F and W are the rules and cases of lifecycle.md and of what real shops did; a difference is one
between a fake and the service.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ordosync.models import Shipment
from tests.accounts.contract.account import read, usable
from tests.accounts.contract.examples import line, order
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.woocommerce.shops import requests, supplier
from tests.fakes.woocommerce import FakeWooCommerce, Switches
from tests.support.clock import START, VirtualClock

NATIVE = Switches(fulfillments=True)
RIVAL = Switches(advanced_shipment_tracking=True, statuses=("partial-shipped", "shipped"))
EXTENSION = Switches(shipment_tracking=True)


Depot = tuple[OpenSupplier, FakeWooCommerce]


@contextmanager
def shop(tmp_path: Path, switches: Switches, **options: Any) -> Iterator[Depot]:
    with supplier(tmp_path, VirtualClock(), switches, **options) as (account, fake):
        fake.add_product("MUG", stock=99)
        fake.add_product("BOARD", stock=99)
        yield account, fake


@pytest.fixture(name="depot")
def _depot(tmp_path: Path) -> Iterator[Depot]:
    with shop(tmp_path, NATIVE) as depot:
        yield depot


def created(account: OpenSupplier, *lines: Any) -> int:
    [made] = account.orders.create([order("1001", *lines)])
    return int(made.id)


def shipments(account: OpenSupplier, id_: object) -> list[Shipment]:
    """Return the shipments of an order, read by its id or by that of a parcel."""
    return usable(read(account.shipments.by_id([str(id_)]))[0])


def parcels(account: OpenSupplier, order_id: int) -> dict[str, tuple[dict[str, int] | None, bool]]:
    """Return the units by SKU of each number, and whether it is the last one."""
    return {
        each.tracking_number: (
            None if each.lines is None else {part.sku: part.quantity for part in each.lines},
            each.is_last,
        )
        for each in shipments(account, order_id)
    }


def send(fake: FakeWooCommerce, order_id: int, number: str, **units: int) -> None:
    """Send units by SKU in a fulfillment."""
    fake.ship(order_id, number, way="fulfillment", quantities=units, complete=False)


def track(fake: FakeWooCommerce, order_id: int, number: str, **units: int) -> None:
    """Add an entry of the extension, with units by SKU in its rival."""
    fake.ship(order_id, number, way="tracking", quantities=units or None, complete=False)


def test_w1_each_of_two_fulfillments_is_a_parcel_with_its_lines(depot: Depot) -> None:
    """F3, F4: the second one does not take the place of the first one."""
    account, fake = depot
    order_id = created(account, line("MUG", 3), line("BOARD"))
    send(fake, order_id, "F-1", MUG=2)
    first = parcels(account, order_id)
    send(fake, order_id, "F-2", MUG=1, BOARD=1)

    assert first == {"F-1": ({"MUG": 2}, False)}
    assert parcels(account, order_id) == {
        "F-1": ({"MUG": 2}, True),
        "F-2": ({"MUG": 1, "BOARD": 1}, True),
    }
    assert [each.voided for each in shipments(account, order_id)] == [False, False]


def test_id_of_a_parcel_stays_the_same_and_reads_all_parcels_of_its_order(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account, line("MUG", 3))
    send(fake, order_id, "F-1", MUG=1)
    [first] = shipments(account, order_id)
    send(fake, order_id, "F-2", MUG=1)

    by_parcel = shipments(account, first.id)

    assert first.id == f"{order_id}:f{fake.parcels(order_id)[0]['id']}"
    assert [each.tracking_number for each in by_parcel] == ["F-1", "F-2"]
    assert by_parcel[0].id == first.id
    assert by_parcel == shipments(account, order_id)


def test_order_whose_open_units_were_refunded_is_sent_although_the_shop_says_partially(
    depot: Depot,
) -> None:
    """Difference 7: the shop's own field remains `partially_fulfilled`."""
    account, fake = depot
    order_id = created(account, line("MUG", 3))
    send(fake, order_id, "F-1", MUG=2)
    fake.refund(order_id, {"MUG": 1})

    words = {field["key"]: field["value"] for field in fake.order(order_id)["meta_data"]}
    assert words["_fulfillment_status"] == "partially_fulfilled"
    assert parcels(account, order_id) == {"F-1": ({"MUG": 2}, True)}
    assert account.orders.statuses([str(order_id)]) == {str(order_id): "shipped"}


def test_order_that_is_completed_by_hand_keeps_the_units_of_its_parcel(depot: Depot) -> None:
    """The parcel says what is on its way, and the status says nothing of the other units."""
    account, fake = depot
    order_id = created(account, line("MUG", 3))
    send(fake, order_id, "F-1", MUG=2)
    fake.set_status(order_id, "completed")

    assert parcels(account, order_id) == {"F-1": ({"MUG": 2}, False)}
    assert account.orders.statuses([str(order_id)]) == {str(order_id): "shipped"}


def test_planned_parcel_is_not_sent(depot: Depot) -> None:
    """Difference 8: its units are open, and it has no number yet."""
    account, fake = depot
    order_id = created(account, line("MUG", 2))
    send(fake, order_id, "F-1", MUG=1)
    fake.plan(order_id, {"MUG": 1})

    assert parcels(account, order_id) == {"F-1": ({"MUG": 1}, False)}
    assert account.orders.statuses([str(order_id)]) == {str(order_id): "partially_shipped"}


def test_downloadable_lines_that_the_shop_sends_are_not_a_parcel(depot: Depot) -> None:
    """Difference 6: the shop makes a parcel without a number by itself."""
    account, fake = depot
    fake.add_product("FILE", downloadable=True)
    order_id = created(account, line("MUG", 2), line("FILE"))

    [before] = shipments(account, order_id)

    assert len(fake.parcels(order_id)) == 1
    assert (before.id, before.tracking_number, before.voided) == (str(order_id), "", True)
    assert account.orders.statuses([str(order_id)]) == {str(order_id): "awaiting_fulfillment"}
    send(fake, order_id, "F-1", MUG=2)
    assert parcels(account, order_id) == {"F-1": ({"MUG": 2}, True)}


def test_p9_parcel_that_was_deleted_is_not_listed_and_the_others_are(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account, line("MUG", 3))
    send(fake, order_id, "F-1", MUG=1)
    send(fake, order_id, "F-2", MUG=2)
    fake.unship(order_id, "F-1")
    between = parcels(account, order_id)
    fake.unship(order_id, "F-2")

    [void] = shipments(account, order_id)

    assert between == {"F-2": ({"MUG": 2}, False)}
    assert (void.id, void.tracking_number, void.voided) == (str(order_id), "", True)


def test_p5_corrected_number_is_of_the_same_parcel(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account, line("MUG", 2))
    send(fake, order_id, "F-1", MUG=2)
    [before] = shipments(account, order_id)
    fake.correct(order_id, "F-1", "F-2")

    [after] = shipments(account, order_id)

    assert (after.id, after.tracking_number) == (before.id, "F-2")


def test_p3_number_without_lines_is_for_all_units_once_the_order_is_completed(
    tmp_path: Path,
) -> None:
    """P4: so is each further number."""
    with shop(tmp_path, EXTENSION) as (account, fake):
        order_id = created(account, line("MUG", 3))
        track(fake, order_id, "T-1")
        first = parcels(account, order_id)
        statuses = account.orders.statuses([str(order_id)])
        track(fake, order_id, "T-2")
        fake.set_status(order_id, "completed")

        assert first == {"T-1": (None, False)}
        assert statuses == {str(order_id): "partially_shipped"}
        assert parcels(account, order_id) == {"T-1": (None, True), "T-2": (None, True)}
        ids = [entry["tracking_id"] for entry in fake.trackings(order_id)]
        assert [each.id for each in shipments(account, order_id)] == [
            f"{order_id}:t{id_}" for id_ in ids
        ]


@pytest.mark.parametrize(
    ("status", "is_last"), [("processing", False), ("partial-shipped", False), ("shipped", True)]
)
def test_status_of_a_plugin_decides_about_numbers_without_lines(
    tmp_path: Path, status: str, is_last: bool
) -> None:
    with shop(tmp_path, RIVAL, options={"shipped": ["completed", "shipped"]}) as (account, fake):
        order_id = created(account, line("MUG", 3))
        track(fake, order_id, "T-1")
        fake.set_status(order_id, status)

        assert parcels(account, order_id) == {"T-1": (None, is_last)}


def test_number_of_an_order_that_was_cancelled_is_not_for_all_units(tmp_path: Path) -> None:
    """The other units are never sent: the buyer must not get a message about them."""
    with shop(tmp_path, EXTENSION) as (account, fake):
        order_id = created(account, line("MUG", 3))
        track(fake, order_id, "T-1")
        fake.cancel(order_id)

        assert parcels(account, order_id) == {"T-1": (None, False)}


def test_number_with_products_has_their_units(tmp_path: Path) -> None:
    """Difference 14: the rival keeps a list of products."""
    with shop(tmp_path, RIVAL) as (account, fake):
        order_id = created(account, line("MUG", 3))
        track(fake, order_id, "T-1", MUG=1)
        first = parcels(account, order_id)
        track(fake, order_id, "T-2", MUG=2)

        assert first == {"T-1": ({"MUG": 1}, False)}
        assert parcels(account, order_id) == {"T-1": ({"MUG": 1}, True), "T-2": ({"MUG": 2}, True)}


def test_entry_that_was_deleted_is_not_listed(tmp_path: Path) -> None:
    """P9."""
    with shop(tmp_path, EXTENSION) as (account, fake):
        order_id = created(account, line("MUG", 3))
        track(fake, order_id, "T-1")
        track(fake, order_id, "T-2")
        before = {each.tracking_number: each.id for each in shipments(account, order_id)}
        fake.unship(order_id, "T-1")

        [left] = shipments(account, order_id)

        assert (left.id, left.tracking_number) == (before["T-2"], "T-2")


def test_number_in_a_field_is_one_parcel_with_the_id_of_its_order(tmp_path: Path) -> None:
    """Another plug-in may show the same number; then it is no second parcel."""
    with shop(tmp_path, NATIVE, tracking_meta="_parcel") as (account, fake):
        order_id = created(account, line("MUG", 3))
        send(fake, order_id, "F-1", MUG=3)
        send(fake, order_id, "F-2", MUG=1)
        fake.edit_order(order_id, meta_data=[{"key": "_parcel", "value": "F-1"}])

        found = {each.tracking_number: each.id for each in shipments(account, order_id)}

        second = fake.parcels(order_id)[1]["id"]
        assert found == {"F-2": f"{order_id}:f{second}", "F-1": str(order_id)}


def test_whole_parcels_are_read_without_a_call_for_refunds(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account, line("MUG", 3))
    send(fake, order_id, "F-1", MUG=3)
    fake.refund(order_id, {"MUG": 1})
    before = requests(fake)

    assert parcels(account, order_id) == {"F-1": ({"MUG": 3}, True)}
    assert "GET /wc/v3/orders/{id}/refunds" not in requests(fake, since=before)


def test_listing_has_each_parcel_and_the_units_that_are_sent_or_open(depot: Depot) -> None:
    account, fake = depot
    order_id = created(account, line("MUG", 3), line("BOARD", 2))
    send(fake, order_id, "F-1", MUG=1)
    send(fake, order_id, "F-2", BOARD=1)
    fake.refund(order_id, {"BOARD": 1})

    [snapshot] = read(account.listing.read(now=START))[0]

    assert snapshot.order.status == "partially_shipped"
    assert [(each.sku, each.quantity) for each in snapshot.order.lines] == [
        ("MUG", 3),
        ("BOARD", 1),
    ]
    assert [each.tracking_number for each in snapshot.shipments] == ["F-1", "F-2"]
    assert snapshot.shipments == tuple(shipments(account, order_id))
