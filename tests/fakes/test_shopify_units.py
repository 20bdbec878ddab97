"""Units that move between fulfillment orders, as recorded: parts-at-services.md 0 and 1.3."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.fakes.shopify import FakeShopify, UserError
from tests.support.clock import VirtualClock

ORDER = """
query Order($id: ID!) {
  order(id: $id) {
    displayFulfillmentStatus
    fulfillments(first: 9) { id status trackingInfo { number } }
    shown: fulfillmentOrders(first: 9, displayable: true) { nodes { id } }
    fulfillmentOrders(first: 9) {
      nodes {
        id status requestStatus supportedActions { action } destination { address1 }
        lineItems(first: 9) { nodes { id remainingQuantity totalQuantity } }
      }
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


def shown(fake: FakeShopify, order: str) -> Any:
    return fake.send(ORDER, id=order)["data"]["order"]


def rows(fake: FakeShopify, order: str) -> list[tuple[str, list[str]]]:
    """Return the status and `remaining/total` of the lines of each fulfillment order."""
    return [
        (
            node["status"],
            [
                f"{line['remainingQuantity']}/{line['totalQuantity']}"
                for line in node["lineItems"]["nodes"]
            ],
        )
        for node in shown(fake, order)["fulfillmentOrders"]["nodes"]
    ]


def actions(fake: FakeShopify, order: str) -> Sequence[list[str]]:
    return [
        [each["action"] for each in node["supportedActions"]]
        for node in shown(fake, order)["fulfillmentOrders"]["nodes"]
    ]


def line_ids(fake: FakeShopify, order: str) -> list[list[str]]:
    return [
        [line["id"] for line in node["lineItems"]["nodes"]]
        for node in shown(fake, order)["fulfillmentOrders"]["nodes"]
    ]


def placed(fake: FakeShopify, quantity: int, **where: Any) -> tuple[str, str]:
    order = fake.place_order({"MUG": quantity}, **where)
    return order, fake.fulfillment_orders(order)[0].id


def test_1_release_of_a_held_part_merges_the_rest_back(fake: FakeShopify) -> None:
    """R life: after the release, the second one is closed with 0/0; the line id is the same."""
    order, first = placed(fake, 2)
    [[line]] = line_ids(fake, order)

    second = fake.hold(first, lines={"MUG": 1})
    held, able = rows(fake, order), actions(fake, order)
    fake.release(first)

    assert second != first
    assert held == [("ON_HOLD", ["1/1"]), ("OPEN", ["1/1"])]
    assert able[0] == ["RELEASE_HOLD", "HOLD", "MOVE"]
    assert rows(fake, order) == [("OPEN", ["2/2"]), ("CLOSED", ["0/0"])]
    assert line_ids(fake, order)[0] == [line]
    assert actions(fake, order)[1] == []
    assert len(shown(fake, order)["shown"]["nodes"]) == 1


def test_1_held_one_cannot_be_held_in_part(fake: FakeShopify) -> None:
    """R holdv: FULFILLMENT_ORDER_NOT_SPLITTABLE."""
    _, first = placed(fake, 2)
    fake.hold(first)

    with pytest.raises(UserError) as refusal:
        fake.hold(first, lines={"MUG": 1})

    assert refusal.value.code == "FULFILLMENT_ORDER_NOT_SPLITTABLE"


def test_1_rest_of_a_hold_that_was_sent_stays_sent(fake: FakeShopify) -> None:
    """Not recorded: what was sent cannot come back."""
    order, first = placed(fake, 2)
    fake.ship_piece(fake.hold(first, lines={"MUG": 1}), "1Z1")

    fake.release(first)

    assert rows(fake, order) == [("OPEN", ["1/1"]), ("CLOSED", ["0/1"])]


def test_3_cancelled_parcel_of_a_part_leaves_the_order_unfulfilled(fake: FakeShopify) -> None:
    """R cancel-part: open 2/2 again, same id and line, and the order is UNFULFILLED."""
    order, first = placed(fake, 2)
    before = line_ids(fake, order)
    parcel = fake.ship(order, "1Z1", lines={"MUG": 1})
    sent = rows(fake, order), shown(fake, order)["displayFulfillmentStatus"]

    fake.recall(parcel)

    assert sent == ([("IN_PROGRESS", ["1/2"])], "PARTIALLY_FULFILLED")
    assert rows(fake, order) == [("OPEN", ["2/2"])]
    assert line_ids(fake, order) == before
    assert shown(fake, order)["displayFulfillmentStatus"] == "UNFULFILLED"
    assert first in [node["id"] for node in shown(fake, order)["fulfillmentOrders"]["nodes"]]


def test_17_incomplete_one_keeps_its_units_and_can_be_sent(fake: FakeShopify) -> None:
    """R close: INCOMPLETE/CLOSED with 1/1, and four actions."""
    service = fake.add_service("Northwind")
    order, first = placed(fake, 1, location=service, request=True)
    fake.answer(first)

    fake.close(first)
    able = actions(fake, order)
    closed = rows(fake, order)
    fake.ship_piece(first, "1Z1")

    assert closed == [("INCOMPLETE", ["1/1"])]
    assert able == [["REQUEST_FULFILLMENT", "CREATE_FULFILLMENT", "HOLD", "MOVE"]]
    assert rows(fake, order) == [("CLOSED", ["0/1"])]


def test_18_part_sent_one_offers_no_move(fake: FakeShopify) -> None:
    """F part: create_fulfillment, hold, split."""
    order, _ = placed(fake, 3)
    fake.ship(order, "1Z1", lines={"MUG": 1})

    assert actions(fake, order) == [["CREATE_FULFILLMENT", "HOLD", "SPLIT"]]


def test_18_moved_rest_of_a_part_sent_one_leaves_the_sent_units(fake: FakeShopify) -> None:
    """D: the unsent rest goes into another one, the sent part stays."""
    order, first = placed(fake, 2)
    fake.ship(order, "1Z1", lines={"MUG": 1})

    moved = fake.move(first, fake.add_location("Elsewhere"))

    assert moved != first
    assert rows(fake, order) == [("CLOSED", ["0/1"]), ("OPEN", ["1/1"])]


def test_some_units_are_moved(fake: FakeShopify) -> None:
    """R move: A open 1/1 at the old place, B open 1/1 at the new one."""
    order, first = placed(fake, 2)

    moved = fake.move(first, fake.add_location("Elsewhere"), {"MUG": 1})

    assert moved != first
    assert rows(fake, order) == [("OPEN", ["1/1"]), ("OPEN", ["1/1"])]


def test_move_to_an_active_one_closes_it_and_makes_one_of_all_units(fake: FakeShopify) -> None:
    """D: https://shopify.dev/docs/api/admin-graphql/latest/mutations/fulfillmentOrderMove."""
    order, first = placed(fake, 4)
    place = fake.add_location("Elsewhere")
    second = fake.move(first, place, {"MUG": 1})

    third = fake.move(first, place, {"MUG": 2})

    assert len({first, second, third}) == 3
    assert rows(fake, order) == [("OPEN", ["1/1"]), ("CLOSED", ["0/0"]), ("OPEN", ["3/3"])]


@pytest.mark.parametrize(
    ("version", "status"), [("2026-07", "UNFULFILLED"), ("2026-10", "FULFILLMENT_NOT_REQUIRED")]
)
def test_order_of_which_nothing_is_left_to_be_sent_has_a_status_of_its_own(
    fake: FakeShopify, version: str, status: str
) -> None:
    """D notrequired: not sent, and all was edited off or cancelled.

    https://shopify.dev/changelog/posts/orderdisplayfulfillmentstatus-now-returns-fulfillmentnotrequired
    """
    fake.version = version
    order, _ = placed(fake, 1)
    before = shown(fake, order)["displayFulfillmentStatus"]

    fake.edit_lines(order, {"MUG": 0})

    assert before == "UNFULFILLED"
    assert shown(fake, order)["displayFulfillmentStatus"] == status


def test_19_fulfillments_are_listed_with_the_newest_first(fake: FakeShopify) -> None:
    """R cancel-part, track."""
    order, _ = placed(fake, 2)
    fake.ship(order, "1Z1", lines={"MUG": 1})
    fake.ship(order, "1Z2", lines={"MUG": 1})

    numbers = [parcel["trackingInfo"][0]["number"] for parcel in shown(fake, order)["fulfillments"]]

    assert numbers == ["1Z2", "1Z1"]


def test_cancelled_fulfillment_order_is_replaced_with_the_same_line(fake: FakeShopify) -> None:
    """R life, mixed: fulfillmentOrderCancel; closed without lines, and open with the same line."""
    order, first = placed(fake, 1)
    [[line]] = line_ids(fake, order)

    replacement = fake.replace(first)

    assert replacement != first
    assert rows(fake, order) == [("CLOSED", []), ("OPEN", ["1/1"])]
    assert line_ids(fake, order) == [[], [line]]


def test_destination_without_an_address_is_an_object(fake: FakeShopify) -> None:
    """D destination: from 2024-10 on, with null fields."""
    order, _ = placed(fake, 1)
    fake.change(order, shipping_address=None)

    [node] = shown(fake, order)["fulfillmentOrders"]["nodes"]

    assert node["destination"] == {"address1": None}
