"""Parcels in a shop, by one of three plug-ins, and orders with lines of several Suppliers."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.models import Order, Piece, PieceLine, Shipment, Split
from tests.accounts.contract.account import read, whole_orders
from tests.accounts.contract.examples import SENT_AT, order, parcel
from tests.accounts.contract.opening import OpenMerchant, opened
from tests.accounts.woocommerce.people import TAG
from tests.accounts.woocommerce.shops import merchant, requests, supplier
from tests.fakes.woocommerce import FakeWooCommerce, Fault, Switches
from tests.fakes.woocommerce.switches import Version
from tests.support.clock import START, VirtualClock

NATIVE = Switches(fulfillments=True)
EXTENDED = Switches(shipment_tracking=True)
RIVAL = Switches(advanced_shipment_tracking=True)
OLD = Switches(version="7.8.2")
FIRST = Switches(fulfillments=True, fulfillments_wrapped=True)
"""The responses of the first versions with fulfillments."""
WAYS = {
    "fulfillments": NATIVE,
    "wrapped": FIRST,
    "extension": EXTENDED,
    "rival": RIVAL,
    "notes": OLD,
}


def offer(fake: FakeWooCommerce) -> None:
    fake.add_product("MUG", tags=[TAG])
    fake.add_product("CUP")


def shown(fake: FakeWooCommerce, order_id: int) -> list[str]:
    """Return the numbers that the shop shows its customer, by any plug-in."""
    fields = [field for parcel in fake.parcels(order_id) for field in parcel["meta_data"]]
    numbers = [str(field["value"]) for field in fields if field["key"] == "_tracking_number"]
    numbers += [str(tracking["tracking_number"]) for tracking in fake.trackings(order_id)]
    return numbers + [
        note.rpartition(" ")[2] for note in fake.notes(order_id) if note.startswith("Shipped by")
    ]


def outcome(account: OpenMerchant, order_id: int | str, number: str = "1Z1") -> tuple[str, str]:
    [made] = account.tracking.add([parcel(str(order_id), number)])
    return made.state, made.code


@pytest.fixture(name="shop", params=list(WAYS.values()), ids=list(WAYS))
def _shop(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_number_is_shown_once_by_the_shops_plugin(tmp_path: Path, shop: Switches) -> None:
    with merchant(tmp_path, VirtualClock(), shop) as (account, fake):
        offer(fake)
        order_id = fake.sell("MUG")

        outcomes = [outcome(account, order_id) for _ in range(2)]

        assert outcomes == [("done", ""), ("unchanged", "")]
        assert shown(fake, order_id) == ["1Z1"]
        assert fake.order(order_id)["status"] == "completed"


@pytest.mark.parametrize("lost", ["lost-reset", "lost-500"])
@pytest.mark.parametrize("which", [0, 1])
def test_lost_answer_shows_no_number_twice(
    tmp_path: Path, shop: Switches, lost: Any, which: int
) -> None:
    """A parcel takes two writes, and the answer to either may be lost."""
    paths = (r"(fulfillments|shipment-trackings|notes)", r"/orders/\d+$")
    methods = ("POST", "PUT")
    with merchant(tmp_path, VirtualClock(), shop) as (account, fake):
        offer(fake)
        order_id = fake.sell("MUG")
        fake.faults.add(Fault(kind=lost, method=methods[which], path=paths[which], times=4))

        first = outcome(account, order_id)
        fake.faults.clear()
        second = outcome(account, order_id)

        assert first[0] == "unknown"
        assert second[0] in ("done", "unchanged")
        assert shown(fake, order_id) == ["1Z1"]
        assert fake.order(order_id)["status"] == "completed"


def test_voided_number_is_not_shown(tmp_path: Path, shop: Switches) -> None:
    with merchant(tmp_path, VirtualClock(), shop) as (account, fake):
        offer(fake)
        order_id = fake.sell("MUG")
        outcome(account, order_id)

        [made] = account.tracking.void([parcel(str(order_id), voided=True)])
        between = shown(fake, order_id)
        replaced = outcome(account, order_id, "1Z2")

        assert (made.state, replaced) == ("done", ("done", ""))
        assert between == ([] if shop is not OLD else ["1Z1"])
        assert shown(fake, order_id)[-1] == "1Z2"
        assert any("1Z1 is void" in note for note in fake.notes(order_id))
        assert fake.order(order_id)["status"] == "completed"


def test_order_with_lines_of_other_suppliers_is_not_completed(
    tmp_path: Path, shop: Switches
) -> None:
    with merchant(tmp_path, VirtualClock(), shop, tag=TAG) as (account, fake):
        offer(fake)
        mixed = fake.place_order({"MUG": 1, "CUP": 1})

        assert outcome(account, mixed) == ("done", "")
        assert fake.order(mixed)["status"] == "processing"
        assert read(account.orders.changed(ReadRequest(cursor=None, now=START)))[0] == []
        assert shown(fake, mixed) == ["1Z1"]


def test_order_whose_other_lines_were_refunded_is_completed(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), NATIVE, tag=TAG) as (account, fake):
        offer(fake)
        mixed = fake.place_order({"MUG": 2, "CUP": 1})
        fake.refund(mixed, {"CUP": 1})

        assert outcome(account, mixed) == ("done", "")
        assert fake.order(mixed)["status"] == "completed"


def test_two_suppliers_of_an_order_report_their_own_parcels(tmp_path: Path, shop: Switches) -> None:
    with merchant(tmp_path, VirtualClock(), shop, tag=TAG) as (north, fake):
        offer(fake)
        fake.edit_product("CUP", tags=[{"id": fake.add_term("tags", "South")}])
        south = opened(north.people, partner="southwind", pair={"tag": "South"})
        mixed = fake.place_order({"MUG": 1, "CUP": 1})

        outcomes = [
            outcome(account, mixed, number)
            for account, number in ((north, "1Z1"), (south, "1Z2"), (north, "1Z1"), (south, "1Z2"))
        ]

        assert outcomes == [("done", ""), ("done", ""), ("unchanged", ""), ("unchanged", "")]
        assert shown(fake, mixed) == ["1Z1", "1Z2"]
        assert fake.order(mixed)["status"] == "processing"


@pytest.mark.parametrize(
    ("way", "shop"), [("fulfillment", NATIVE), ("tracking", EXTENDED)], ids=["native", "extension"]
)
def test_number_that_was_added_by_hand_is_kept(tmp_path: Path, way: Any, shop: Switches) -> None:
    with merchant(tmp_path, VirtualClock(), shop) as (account, fake):
        offer(fake)
        same, other = fake.sell("MUG"), fake.sell("MUG")
        fake.ship(same, "1Z1", way=way)
        fake.ship(other, "1Z9", way=way, complete=False)

        assert outcome(account, same) == ("done", "")
        assert outcome(account, other) == ("refused", "other-tracking")
        assert (shown(fake, same), shown(fake, other)) == (["1Z1"], ["1Z9"])


@pytest.mark.parametrize(
    ("way", "shop"), [("fulfillment", NATIVE), ("tracking", EXTENDED)], ids=["native", "extension"]
)
def test_number_of_the_merchants_own_lines_does_not_stop_a_report(
    tmp_path: Path, way: Any, shop: Switches
) -> None:
    with merchant(tmp_path, VirtualClock(), shop, tag=TAG) as (account, fake):
        offer(fake)
        mixed = fake.place_order({"MUG": 1, "CUP": 1})
        fake.ship(mixed, "1Z9", way=way, complete=False, quantities={"CUP": 1})

        assert outcome(account, mixed) == ("done", "")
        assert shown(fake, mixed) == ["1Z9", "1Z1"]


def split(account: OpenMerchant, order_id: int, *pieces: tuple[int, ...]) -> list[str]:
    [order] = read(account.orders.by_id([str(order_id)]))[0]
    assert isinstance(order, Order)
    requested = tuple(
        Piece(
            reference=f"origin:A-{place}",
            lines=tuple(
                PieceLine(of_line=line.id, quantity=quantity)
                for line, quantity in zip(order.lines, piece, strict=True)
                if quantity
            ),
        )
        for place, piece in enumerate(pieces, 1)
    )
    [made] = account.splits.split([Split(order_id=order.id, pieces=requested)])
    assert made.state == "done"
    return [piece.id for piece in made.pieces]


def test_pieces_are_shown_as_planned_parcels(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), NATIVE) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 3, "CUP": 1})

        first, second = split(account, order_id, (1, 1), (2, 0))
        waiting = [parcel["is_fulfilled"] for parcel in fake.parcels(order_id)]
        outcome(account, second)
        status = fake.order(order_id)["status"]
        outcome(account, first, "1Z2")

        assert (first, second) == (f"{order_id}/1", f"{order_id}/2")
        assert waiting == ["0", "0"]
        assert status == "processing"
        assert [parcel["is_fulfilled"] for parcel in fake.parcels(order_id)] == ["1", "1"]
        assert shown(fake, order_id) == ["1Z2", "1Z1"]
        assert fake.order(order_id)["status"] == "completed"


def sent_at(fake: FakeWooCommerce, order_id: int, number: str) -> str:
    """Return the time at which a parcel was sent, as the shop shows it."""
    for fulfillment in fake.parcels(order_id):
        fields = {field["key"]: field["value"] for field in fulfillment["meta_data"]}
        if fields.get("_tracking_number") == number:
            return str(fields["_date_fulfilled"])
    raise LookupError(number)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Berlin"])
def test_day_of_a_piece_is_right_in_each_time_zone_of_the_shop(tmp_path: Path, zone: str) -> None:
    """W5: a time without an offset counts as local time of the shop."""
    shop = Switches(fulfillments=True, zone=ZoneInfo(zone))
    with merchant(tmp_path, VirtualClock(), shop) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 2})
        first, _ = split(account, order_id, (1,), (1,))

        outcome(account, first)

        assert sent_at(fake, order_id, "1Z1") == f"{SENT_AT:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("early", [True, False])
def test_time_of_a_parcel_is_read_in_the_time_zone_of_the_shop(tmp_path: Path, early: bool) -> None:
    """W5: shops before 11.0 write local time without an offset."""
    clock = VirtualClock()
    zone = ZoneInfo("America/Los_Angeles")
    version: Version = "10.5.0" if early else "11.0.1"
    shop = Switches(version=version, fulfillments=True, zone=zone)
    with supplier(tmp_path, clock, shop) as (account, fake):
        [made] = account.orders.create([order("1001")])
        fake.ship(int(made.id), "F-1", way="fulfillment")

        [shipment] = read(account.shipments.changed(ReadRequest(cursor=None, now=clock.now())))[0]

        assert isinstance(shipment, Shipment)
        assert shipment.shipped_at == clock.now().replace(microsecond=0)
        has_zone = sent_at(fake, int(made.id), "F-1").endswith("Z")
        assert has_zone == (not early)


def test_pieces_are_named_in_a_note_for_people(tmp_path: Path, shop: Switches) -> None:
    with merchant(tmp_path, VirtualClock(), shop) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 3, "CUP": 1})

        split(account, order_id, (1, 1), (2, 0))

        [note] = [note for note in fake.notes(order_id) if "in pieces" in note]
        assert f"{order_id}/1: 1 MUG, 1 CUP" in note
        assert f"{order_id}/2: 2 MUG" in note


def test_unshipped_pieces_of_a_cancelled_order_are_cancelled(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), NATIVE) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 3})
        first, second, third = split(account, order_id, (1,), (1,), (1,))
        outcome(account, second)
        fake.cancel(order_id)

        cancellations, _ = read(account.cancellations.changed(ReadRequest(cursor=None, now=START)))

        assert whole_orders(cancellations) == [first, third]
        assert account.cancellations.among([first, second, third, str(order_id)]) == {first, third}


def test_pieces_of_an_order_with_another_cancelled_status_are_not_reported(
    tmp_path: Path,
) -> None:
    shop = Switches(fulfillments=True, statuses=("called-off",))
    options = {"cancelled": ["called-off"]}
    with merchant(tmp_path, VirtualClock(), shop, options=options) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 2})
        split(account, order_id, (1,), (1,))
        fake.set_status(order_id, "called-off")

        assert outcome(account, order_id) == ("refused", "cancelled")
        assert shown(fake, order_id) == []


def test_parcel_of_a_product_that_left_the_supplier_is_reported_in_a_note(tmp_path: Path) -> None:
    """It was sent nevertheless, and a shop refuses an empty parcel."""
    with merchant(tmp_path, VirtualClock(), NATIVE, tag=TAG) as (account, fake):
        offer(fake)
        order_id = fake.place_order({"MUG": 1})
        fake.edit_product("MUG", tags=[])

        assert [outcome(account, order_id) for _ in range(2)] == [("done", ""), ("unchanged", "")]
        assert shown(fake, order_id) == ["1Z1"]


def test_plugin_is_detected_once(tmp_path: Path, shop: Switches) -> None:
    with merchant(tmp_path, VirtualClock(), shop) as (account, fake):
        offer(fake)
        for order_id in [fake.sell("MUG") for _ in range(3)]:
            outcome(account, order_id)

        made = requests(fake)
        assert sum(made.values()) <= 2 + 3 * 4
        assert made["PUT /wc/v3/orders/{id}"] == 3


@pytest.mark.parametrize("notify", ["true", "false"])
def test_customer_is_informed_unless_that_is_switched_off(tmp_path: Path, notify: str) -> None:
    options = {"notify_customer": notify == "true"}
    with merchant(tmp_path, VirtualClock(), NATIVE, options=options) as (account, fake):
        offer(fake)
        outcome(account, fake.sell("MUG"))

        assert bool(fake.effects("customer mailed")) == (notify == "true")


def test_blocked_note_does_not_stop_the_others(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), OLD) as (account, fake):
        offer(fake)
        bad, good = fake.sell("MUG"), fake.sell("MUG")
        fake.faults.add(Fault(kind="firewall", method="POST", path=f"/orders/{bad}/notes"))

        made = account.tracking.add([parcel(str(bad)), parcel(str(good), "1Z2", id="s-2")])

        assert [outcome.state for outcome in made] == ["unavailable", "done"]
        assert outcome(account, bad) == ("done", "")
