"""Writes of several requests in a shop: if any request fails, each effect still happens once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.contract.examples import sold
from tests.accounts.woocommerce.people import ShopMerchantPeople, ShopSupplierPeople
from tests.fakes.faults import Kind
from tests.fakes.woocommerce import FakeWooCommerce, Fault
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.writes import WRITES

FAULTS: tuple[Kind, ...] = ("reset", "lost-500", "cut", "html", "maintenance", "notice")
STEPS: dict[str, dict[str, list[tuple[str, str, int]]]] = {
    "fulfillments": {
        "add-tracking": [("POST", "fulfillments", 0), ("PUT", r"orders/\d+$", 0)],
        "ship-part": [("POST", "fulfillments", 0), ("PUT", r"orders/\d+$", 0)],
        "void-tracking": [
            ("PUT", "fulfillments", 0),
            ("POST", "notes", 0),
            ("PUT", r"orders/\d+$", 0),
        ],
        "split-order": [
            ("POST", "fulfillments", 0),
            ("POST", "fulfillments", 1),
            ("POST", "notes", 0),
            ("PUT", r"orders/\d+$", 0),
        ],
    },
    "extension": {
        "add-tracking": [("POST", "shipment-trackings", 0), ("PUT", r"orders/\d+$", 0)],
        "ship-part": [("POST", "shipment-trackings", 0), ("PUT", r"orders/\d+$", 0)],
        "void-tracking": [
            ("DELETE", "shipment-trackings", 0),
            ("POST", "notes", 0),
            ("PUT", r"orders/\d+$", 0),
        ],
        "split-order": [("POST", "notes", 0), ("PUT", r"orders/\d+$", 0)],
    },
    "notes": {
        "add-tracking": [("POST", "notes", 0), ("PUT", r"orders/\d+$", 0)],
        "ship-part": [("POST", "notes", 0), ("PUT", r"orders/\d+$", 0)],
        "void-tracking": [("POST", "notes", 0), ("PUT", r"orders/\d+$", 0)],
        "split-order": [("POST", "notes", 0), ("PUT", r"orders/\d+$", 0)],
    },
}
"""Method, path and number of successful requests before it, for each write, by kind of shop."""
SHOPS: dict[str, dict[str, object]] = {
    "fulfillments": {},
    "extension": {"fulfillments": False, "shipment_tracking": True},
    "notes": {"fulfillments": False, "version": "7.8.2"},
}
ARRANGED = {
    pending.name or pending.write: pending for pending in WRITES if pending.role == "merchant"
}


def shown(fake: FakeWooCommerce, order_id: int) -> list[str]:
    """Return the numbers that buyers see, and `` for a planned parcel."""
    fields = [
        {field["key"]: field["value"] for field in meta["meta_data"]}
        for meta in fake.parcels(order_id)
        if meta["date_deleted"] is None
    ]
    numbers = [str(meta.get("_tracking_number", "")) for meta in fields]
    numbers += [shipment["tracking_number"] for shipment in fake.trackings(order_id)]
    return numbers + [text.split()[-1] for text in fake.notes(order_id) if "Shipped by" in text]


def cases() -> Iterator[Any]:
    for shop, tasks in STEPS.items():
        for write, steps in tasks.items():
            for step in steps:
                for fault in ("lost-reset", *FAULTS):
                    is_fast = shop == "fulfillments" and fault == "lost-reset"
                    marks = () if is_fast else pytest.mark.slow
                    name = f"{shop}-{write}-{step[0]}-{step[1].partition('/')[0]}-{step[2]}-{fault}"
                    yield pytest.param(shop, write, step, fault, marks=marks, id=name)


@pytest.mark.parametrize(("shop", "write", "step", "fault"), [*cases()])
def test_each_request_of_a_write_may_go_wrong(
    tmp_path: Path, shop: str, write: str, step: tuple[str, str, int], fault: Kind
) -> None:
    """Cases 20 and 21: each parcel, note and piece exists exactly once."""
    pending, (method, path, after) = ARRANGED[write], step
    with foreign("merchant", "woocommerce", tmp_path) as troubled:
        people = troubled.foreign
        assert isinstance(people, ShopMerchantPeople)
        vars(people.fake.switches).update(SHOPS[shop])
        pending.arrange(troubled)
        [order_id] = people.fake.order_ids()
        people.fake.faults.add(Fault(kind=fault, method=method, path=path, after=after))

        for _ in range(2):
            troubled.run(pending.task)
            troubled.later()
        everything = troubled.pair.everything()
        quiet = troubled.run(pending.task)

        notes = people.timeline(str(order_id))
        # The shop itself has a note of each change of a parcel or a status.
        remarks = [text for text in notes if not text.startswith(("Fulfillment", "Order status"))]
        assert people.are_all_met()
        assert troubled.open_steps() == []
        assert quiet.steps == ()
        assert troubled.pair.everything() == everything
        assert sorted(set(remarks)) == sorted(remarks)
        assert_done(people, write, order_id, shop)


def assert_done(people: ShopMerchantPeople, write: str, order_id: int, shop: str) -> None:
    numbers, kept = shown(people.fake, order_id), people.kept(str(order_id))
    if write == "split-order":
        assert len(people.pieces(str(order_id))) == 2
        assert numbers == ([""] * 2 if shop == "fulfillments" else [])
        return
    is_void = write == "void-tracking"
    assert [
        (kept_parcel["number"], kept_parcel.get("voided", False)) for kept_parcel in kept["parcels"]
    ] == [("1Z1", is_void)]
    stays = {"fulfillments": [""], "extension": [], "notes": ["1Z1"]}[shop]
    assert numbers == (stays if is_void else ["1Z1"])
    is_part = write == "ship-part"
    assert people.status(str(order_id)) == ("dropshipment_requested" if is_part else "shipped")
    if is_part:
        assert people.sent_units(str(order_id)) == {"MUG": 1}


@pytest.mark.parametrize("lag_s", [0, 30])
@pytest.mark.parametrize("fault", ["lost-reset", pytest.param("lost-500", marks=pytest.mark.slow)])
def test_order_is_created_once_where_no_search_is_made(
    tmp_path: Path, fault: Kind, lag_s: float
) -> None:
    """Cases 20 and 22: an old shop cannot search by transaction, and returns an empty list."""
    with foreign("supplier", "woocommerce", tmp_path) as troubled:
        people = troubled.foreign
        assert isinstance(people, ShopSupplierPeople)
        people.fake.switches.version = "7.8.2"
        troubled.pair.imported("1000")
        # The shop's own orders move the new one off the first page.
        for _ in range(130):
            people.sell("MUG", 1)
        troubled.merchant.request(sold("1001"))
        troubled.pair.merchant.settle()
        people.lag(index_s=lag_s)
        people.meet(fault, "create-order")

        troubled.run("import-orders")
        for _ in range(130):
            people.sell("MUG", 1)
        for _ in range(2):
            troubled.later()
            troubled.run("import-orders")

        assert people.effects("create-order") == 2
        assert troubled.open_steps() == []
