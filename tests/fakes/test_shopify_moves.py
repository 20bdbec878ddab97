"""Mutations that move units between fulfillment orders: parts-at-services.md 1.3 and 4.2.

R: recorded in airhorns/shopify-draft-proxy, `fulfillment-order-*`, of the version 2026-04.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.shopify import FakeShopify
from tests.support.clock import VirtualClock

ROWS = """
query Order($id: ID!) {
  order(id: $id) {
    fulfillmentOrders(first: 9) {
      nodes { id status lineItems(first: 9) { nodes { id remainingQuantity totalQuantity } } }
    }
  }
}
"""
HOLD = """
mutation Hold($id: ID!, $hold: FulfillmentOrderHoldInput!) {
  fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
    fulfillmentHold { id reason } remainingFulfillmentOrder { id } userErrors { code message }
  }
}
"""
RELEASE = """
mutation Release($id: ID!, $holds: [ID!]) {
  fulfillmentOrderReleaseHold(id: $id, holdIds: $holds) {
    fulfillmentOrder { status } userErrors { code message }
  }
}
"""
MERGE = """
mutation Merge($inputs: [FulfillmentOrderMergeInput!]!) {
  fulfillmentOrderMerge(fulfillmentOrderMergeInputs: $inputs) {
    fulfillmentOrderMerges { fulfillmentOrder { id } } userErrors { code message }
  }
}
"""
MOVE = """
mutation Move($id: ID!, $place: ID!, $lines: [FulfillmentOrderLineItemInput!]) {
  fulfillmentOrderMove(id: $id, newLocationId: $place, fulfillmentOrderLineItems: $lines) {
    movedFulfillmentOrder { id } remainingFulfillmentOrder { id } userErrors { field message }
  }
}
"""
CANCEL = """
mutation Cancel($id: ID!) {
  fulfillmentOrderCancel(id: $id) {
    replacementFulfillmentOrder { id status } userErrors { message }
  }
}
"""
CLOSE = """
mutation Close($id: ID!) {
  fulfillmentOrderClose(id: $id) {
    fulfillmentOrder { status requestStatus } userErrors { message }
  }
}
"""


@pytest.fixture(name="fake")
def _fake(clock: VirtualClock) -> Iterator[FakeShopify]:
    fake = FakeShopify(clock=clock)
    fake.add_product("MUG", "Mug", price="9.90", on_hand=10)
    yield fake
    fake.stop()


def placed(fake: FakeShopify, quantity: int, **where: Any) -> tuple[str, str, str]:
    """Place an order of MUG; return its id, its fulfillment order and the line of that."""
    order = fake.place_order({"MUG": quantity}, **where)
    [part] = fake.fulfillment_orders(order)
    return order, part.id, part.lines[0].id


def rows(fake: FakeShopify, order: str) -> list[tuple[str, list[str]]]:
    """Return the status and `remaining/total` of the lines of each fulfillment order."""
    nodes = fake.send(ROWS, id=order)["data"]["order"]["fulfillmentOrders"]["nodes"]
    return [
        (
            node["status"],
            [f"{x['remainingQuantity']}/{x['totalQuantity']}" for x in node["lineItems"]["nodes"]],
        )
        for node in nodes
    ]


def sent(fake: FakeShopify, mutation: str, /, **variables: Any) -> Any:
    """Send a mutation; return its payload."""
    [payload] = fake.send(mutation, **variables)["data"].values()
    return payload


def test_part_is_held_and_released(fake: FakeShopify) -> None:
    """R life: the release merges what was not held back."""
    order, first, line = placed(fake, 2)
    units = [{"id": line, "quantity": 1}]

    held = sent(fake, HOLD, id=first, hold={"reason": "OTHER", "fulfillmentOrderLineItems": units})
    between = rows(fake, order)
    holds = [held["fulfillmentHold"]["id"]]
    released = sent(fake, RELEASE, id=first, holds=holds)

    assert held["userErrors"] == released["userErrors"] == []
    assert held["remainingFulfillmentOrder"]["id"] != first
    assert between == [("ON_HOLD", ["1/1"]), ("OPEN", ["1/1"])]
    assert rows(fake, order) == [("OPEN", ["2/2"]), ("CLOSED", ["0/0"])]


def test_release_of_one_hold_of_two_leaves_the_other(fake: FakeShopify) -> None:
    """R rel."""
    order, first, _ = placed(fake, 2)
    holds = [
        sent(fake, HOLD, id=first, hold={"reason": reason, "handle": reason})["fulfillmentHold"]
        for reason in ("OTHER", "INCORRECT_ADDRESS")
    ]

    released = sent(fake, RELEASE, id=first, holds=[holds[0]["id"]])

    assert released["fulfillmentOrder"] == {"status": "ON_HOLD"}
    assert rows(fake, order) == [("ON_HOLD", ["2/2"])]


def test_held_one_is_not_held_in_part(fake: FakeShopify) -> None:
    """R holdv."""
    _, first, line = placed(fake, 2)
    sent(fake, HOLD, id=first, hold={"reason": "OTHER"})
    units = [{"id": line, "quantity": 1}]
    second = {"reason": "OTHER", "handle": "second", "fulfillmentOrderLineItems": units}

    again = sent(fake, HOLD, id=first, hold=second)

    assert [error["code"] for error in again["userErrors"]] == ["FULFILLMENT_ORDER_NOT_SPLITTABLE"]


def test_hold_is_refused(fake: FakeShopify) -> None:
    """R holdv: a handle twice, 11 holds, no unit, a line twice; a closed one."""
    order, first, line = placed(fake, 2)
    _, other, _ = placed(fake, 1)

    def code(part: str, handle: str, *quantities: int) -> str | None:
        units = [{"id": line, "quantity": count} for count in quantities]
        hold = {"reason": "OTHER", "handle": handle, "fulfillmentOrderLineItems": units}
        errors = sent(fake, HOLD, id=part, hold=hold)["userErrors"]
        return errors[0]["code"] or errors[0]["message"] if errors else None

    assert code(first, "a", 0) == "GREATER_THAN_ZERO"
    assert code(first, "a", 1, 1) == "DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS"
    assert [code(other, str(place)) for place in range(10)] == [None] * 10
    assert code(other, "3") == "DUPLICATE_FULFILLMENT_HOLD_HANDLE"
    assert code(other, "10") == "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED"
    fake.ship(order, "1Z1")
    assert code(first, "a") == "The fulfillment order is not in a holdable state."


def test_pieces_are_merged(fake: FakeShopify) -> None:
    """R merge: A open 3/3, B closed 0/0; a closed one is refused."""
    order, first, _ = placed(fake, 3)
    second = fake.split(first, {"MUG": 1})
    intents = [{"fulfillmentOrderId": id_} for id_ in (first, second)]

    merged = sent(fake, MERGE, inputs=[{"mergeIntents": intents}])
    again = sent(fake, MERGE, inputs=[{"mergeIntents": intents}])

    assert merged["fulfillmentOrderMerges"] == [{"fulfillmentOrder": {"id": first}}]
    assert rows(fake, order) == [("OPEN", ["3/3"]), ("CLOSED", ["0/0"])]
    [error] = again["userErrors"]
    assert error["message"].endswith("is currently not in a mergeable state.")


def test_unknown_one_is_not_merged(fake: FakeShopify) -> None:
    """R merge-validation."""
    intents = [{"fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{n}"} for n in (1, 2)]

    merged = sent(fake, MERGE, inputs=[{"mergeIntents": intents}])

    assert merged["userErrors"] == [
        {"code": "FULFILLMENT_ORDER_NOT_FOUND", "message": "Fulfillment order does not exist."}
    ]


def test_part_is_moved(fake: FakeShopify) -> None:
    """R move: A open 1/1 at the old place, B open 1/1 at the new one."""
    order, first, line = placed(fake, 2)
    place = fake.add_location("Elsewhere")

    moved = sent(fake, MOVE, id=first, place=place, lines=[{"id": line, "quantity": 1}])

    assert moved["remainingFulfillmentOrder"] == {"id": first}
    assert moved["movedFulfillmentOrder"]["id"] != first
    assert rows(fake, order) == [("OPEN", ["1/1"]), ("OPEN", ["1/1"])]


def test_whole_one_is_moved_as_it_is(fake: FakeShopify) -> None:
    """R close, movev: the same id at the new place."""
    _, first, _ = placed(fake, 2)

    moved = sent(fake, MOVE, id=first, place=fake.add_location("Elsewhere"), lines=None)

    assert moved["movedFulfillmentOrder"] == {"id": first}
    assert moved["remainingFulfillmentOrder"] is None


def test_move_is_refused(fake: FakeShopify) -> None:
    """R movev: an unknown location, a closed one, and one that a service was asked to send."""
    order, first, _ = placed(fake, 1)
    place = fake.add_location("Elsewhere")
    unknown = sent(fake, MOVE, id=first, place="gid://shopify/Location/9", lines=None)
    fake.ship(order, "1Z1")
    closed = sent(fake, MOVE, id=first, place=place, lines=None)
    _, asked, _ = placed(fake, 1, location=fake.add_service("Northwind"), request=True)

    submitted = sent(fake, MOVE, id=asked, place=place, lines=None)

    assert unknown["userErrors"] == [{"field": ["id"], "message": "Location not found."}]
    assert closed["userErrors"] == [{"field": None, "message": "Cannot change location."}]
    message = "Cannot move submitted fulfillment order that is at a 3PL fulfillment service."
    assert submitted["userErrors"] == [{"field": None, "message": message}]


def test_cancelled_one_is_replaced(fake: FakeShopify) -> None:
    """R life, mixed: A closed without lines, B open with the same line."""
    order, first, _ = placed(fake, 1)

    cancelled = sent(fake, CANCEL, id=first)

    assert cancelled["userErrors"] == []
    assert cancelled["replacementFulfillmentOrder"]["status"] == "OPEN"
    assert rows(fake, order) == [("CLOSED", []), ("OPEN", ["1/1"])]


def test_service_gives_one_back(fake: FakeShopify) -> None:
    """R close: INCOMPLETE, its request CLOSED, with 1/1."""
    order, first, _ = placed(fake, 1, location=fake.add_service("Northwind"), request=True)
    fake.answer(first)

    closed = sent(fake, CLOSE, id=first)

    assert closed["fulfillmentOrder"] == {"status": "INCOMPLETE", "requestStatus": "CLOSED"}
    assert rows(fake, order) == [("INCOMPLETE", ["1/1"])]
