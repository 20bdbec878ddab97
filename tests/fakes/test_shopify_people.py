"""Actions of users in the fake shop: visible over the API, but not in the ledger."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.fakes.shopify import FakeShopify, UserError
from tests.fakes.shopify_client import ASSIGNED
from tests.support.clock import VirtualClock

ORDER = """
query Order($id: ID!) {
  order(id: $id) {
    updatedAt cancelledAt closed displayFulfillmentStatus displayFinancialStatus
    lineItems(first: 9) { nodes { sku currentQuantity unfulfilledQuantity } }
    fulfillmentOrders(first: 9) {
      nodes { status requestStatus assignedLocation { name } supportedActions { action } }
    }
  }
}
"""


@pytest.fixture(name="fake")
def _fake(clock: VirtualClock) -> Iterator[FakeShopify]:
    fake = FakeShopify(clock=clock)
    fake.add_product("MUG", "Mug", price="9.90", on_hand=10)
    yield fake
    assert fake.ledger == []


def _shown(fake: FakeShopify, order: str) -> dict[str, object]:
    shown: dict[str, object] = fake.send(ORDER, id=order)["data"]["order"]
    return shown


def _available(fake: FakeShopify, sku: str = "MUG", location: str | None = None) -> int:
    return (fake.stock_of(sku, location=location) or {})["available"]


def test_parts_are_shipped_one_by_one(fake: FakeShopify, clock: VirtualClock) -> None:
    order = fake.place_order({"MUG": 3, "PLATE": 1})
    [piece] = fake.fulfillment_orders(order)
    clock.at += timedelta(minutes=1)

    first = fake.ship(order, "1Z1", lines={"MUG": 2})
    between = _shown(fake, order)
    fake.ship(order, ["1Z2", "1Z3"])

    assert between["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert between["updatedAt"] == "2026-11-02T00:01:00Z"
    assert piece.status == "CLOSED"
    assert _shown(fake, order)["displayFulfillmentStatus"] == "FULFILLED"
    assert fake.tracking(order) == ["1Z1", "1Z2", "1Z3"]
    assert _available(fake) == 7
    fake.edit_tracking(first, "1Z9")
    assert fake.tracking(order) == ["1Z9", "1Z2", "1Z3"]


def test_recalled_parcel_is_shipped_again(fake: FakeShopify) -> None:
    order = fake.place_order({"MUG": 3})
    fulfillment_id = fake.ship(order, "1Z1")

    fake.recall(fulfillment_id)
    fake.recall(fulfillment_id)

    old, new = fake.fulfillment_orders(order)
    assert (old.status, new.status) == ("CLOSED", "OPEN")
    assert fake.contents(new.id) == {"MUG": 3}
    assert fake.open_parts(old.id) == fake.open_parts(new.id) == [new]
    assert fake.tracking(order) == []
    assert fake.stock_of("MUG") == (fake.stock_of("MUG") or {}) | {"available": 7, "committed": 3}


def test_recalled_units_return_to_the_open_fulfillment_order(fake: FakeShopify) -> None:
    order = fake.place_order({"MUG": 3})
    fulfillment_id = fake.ship(order, "1Z1", lines={"MUG": 2})

    fake.recall(fulfillment_id)

    [piece] = fake.fulfillment_orders(order)
    assert fake.contents(piece.id) == {"MUG": 3}


def test_cancelled_order_releases_its_stock(fake: FakeShopify) -> None:
    order = fake.place_order({"MUG": 3})

    fake.cancel(order)

    shown = _shown(fake, order)
    assert (shown["closed"], shown["displayFinancialStatus"]) == (True, "REFUNDED")
    assert shown["lineItems"] == {
        "nodes": [{"sku": "MUG", "currentQuantity": 0, "unfulfilledQuantity": 0}]
    }
    assert _available(fake) == 10
    with pytest.raises(UserError):
        fake.cancel(order)


def test_cancelled_order_without_a_refund(fake: FakeShopify) -> None:
    order = fake.place_order({"MUG": 3})

    fake.cancel(order, refund=False, restock=False)

    shown = _shown(fake, order)
    assert (shown["closed"], shown["displayFinancialStatus"]) == (False, "PAID")
    assert shown["cancelledAt"] is not None
    assert _available(fake) == 7


def test_order_is_split_moved_and_held(fake: FakeShopify) -> None:
    elsewhere = fake.add_location("Elsewhere")
    fake.set_stock("MUG", 4, location=elsewhere)
    order = fake.place_order({"MUG": 3})
    [piece] = fake.fulfillment_orders(order)

    made = fake.split(piece.id, {"MUG": 1})
    fake.move(made, elsewhere)
    fake.hold(piece.id, notes="call first")

    nodes = _shown(fake, order)["fulfillmentOrders"]["nodes"]  # type: ignore[index]
    assert [(it["status"], it["assignedLocation"]["name"]) for it in nodes] == [
        ("ON_HOLD", "Main"),
        ("OPEN", "Elsewhere"),
    ]
    assert (_available(fake), _available(fake, location=elsewhere)) == (8, 3)
    fake.release(piece.id)
    assert piece.status == "OPEN"
    fake.ship_piece(made, "1Z1")
    assert fake.tracking(order) == ["1Z1"]


def test_part_of_an_order_is_requested(fake: FakeShopify) -> None:
    service = fake.add_service("Northwind")
    places = {"MUG": fake.location_id, "PLATE": service, "BOWL": service}
    order = fake.place_order({"MUG": 1, "PLATE": 2, "BOWL": 1}, location=places)

    fake.request_fulfillment(order, "please", {"PLATE": 1})

    own, requested, remaining = fake.fulfillment_orders(order)
    assert [it.request_status for it in (own, requested, remaining)] == [
        "UNSUBMITTED",
        "SUBMITTED",
        "UNSUBMITTED",
    ]
    assert fake.contents(requested.id) == {"PLATE": 1}
    assert fake.contents(remaining.id) == {"PLATE": 1, "BOWL": 1}


def test_request_is_withdrawn_before_it_is_accepted(fake: FakeShopify) -> None:
    order = fake.place_order({"MUG": 1}, location=fake.add_service("Northwind"), request=True)
    fake.request_cancellation(order)

    assert [it.request_status for it in fake.fulfillment_orders(order)] == ["UNSUBMITTED"]
    assert fake.send(ASSIGNED)["data"]["assignedFulfillmentOrders"]["nodes"] != []


def test_status_of_a_request_may_show_at_once(fake: FakeShopify) -> None:
    fake.switches.request_status_lag = False
    order = fake.place_order({"MUG": 1}, location=fake.add_service("Northwind"), request=True)
    [piece] = fake.fulfillment_orders(order)
    fake.answer(piece.id)

    fake.request_cancellation(order)
    requested = piece.request_status
    fake.answer(piece.id, accept=False)

    assert (requested, piece.request_status) == ("CANCELLATION_REQUESTED", "CANCELLATION_REJECTED")


def test_quantity_of_a_line_is_raised(fake: FakeShopify) -> None:
    order = fake.place_order({"MUG": 1})

    fake.edit_lines(order, {"MUG": 4})

    [piece] = fake.fulfillment_orders(order)
    assert fake.contents(piece.id) == {"MUG": 4}
    assert _available(fake) == 6


def test_product_has_variants_and_is_archived(fake: FakeShopify) -> None:
    product = fake.add_product("TEE", "Tee", price=20)
    fake.add_variant(product, "TEE-R", price=21, Color="Red")
    fake.archive("TEE-R")
    query = """
    query Product($id: ID!) {
      product(id: $id) {
        status hasOnlyDefaultVariant variantsCount { count } options { name values }
        variants(first: 5) { nodes { sku title price displayName selectedOptions { value } } }
      }
    }
    """

    shown = fake.send(query, id=product)["data"]["product"]

    assert shown["status"] == "ARCHIVED"
    assert shown["options"] == [{"name": "Color", "values": ["Default", "Red"]}]
    assert [(it["sku"], it["price"]) for it in shown["variants"]["nodes"]] == [
        ("TEE", "20.00"),
        ("TEE-R", "21.00"),
    ]
    assert fake.product(product).title == "Tee"
    assert fake.variant("TEE-R").product_id == product


def test_stock_that_is_never_counted_is_not_taken(fake: FakeShopify) -> None:
    fake.add_product("CARD", "Card")
    fake.sell("CARD", 2)

    assert fake.stock_of("CARD") is None


def test_location_of_the_apps_own_service_is_not_listed(fake: FakeShopify) -> None:
    fake.add_service("Northwind")
    query = """
    query Locations($all: Boolean!) {
      locations(first: 9, includeLegacy: $all) { nodes { name fulfillmentService { handle } } }
    }
    """

    lists = [fake.send(query, all=it)["data"]["locations"]["nodes"] for it in (False, True)]

    assert [[it["name"] for it in nodes] for nodes in lists] == [["Main"], ["Main", "Northwind"]]
    assert lists[1][1]["fulfillmentService"] == {"handle": "northwind"}
