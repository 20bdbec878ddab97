"""Edits and refunds of orders: words and units as recorded, and switches for what is not.

Numbers are the differences of parts-at-services.md part 0; R names its recordings.
"""

from collections.abc import Iterator

import pytest
import requests

from tests.fakes.shopify import FakeShopify
from tests.fakes.shopify.refunds import Restock
from tests.fakes.shopify.state import Json
from tests.fakes.shopify_client import Api
from tests.fakes.shopify_contract import AVAILABLE
from tests.support.clock import VirtualClock

LINES = """
query Lines($id: ID!) {
  order(id: $id) {
    displayFulfillmentStatus
    lineItems(first: 9) {
      nodes {
        sku quantity currentQuantity unfulfilledQuantity nonFulfillableQuantity fulfillableQuantity
      }
    }
    fulfillmentOrders(first: 9) {
      nodes { status lineItems(first: 9) { nodes { totalQuantity remainingQuantity } } }
    }
  }
}
"""
BEGIN = """
mutation Begin($id: ID!) {
  orderEditBegin(id: $id) {
    calculatedOrder {
      id originalOrder { id }
      lineItems(first: 10) { nodes { id sku title quantity editableQuantity } }
    }
    orderEditSession { id }
    userErrors { field message }
  }
}
"""
SET = """
mutation Set($id: ID!, $line: ID!, $quantity: Int!, $restock: Boolean) {
  orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $quantity, restock: $restock) {
    calculatedLineItem { id quantity } userErrors { field message }
  }
}
"""
ADD = """
mutation Add($id: ID!, $variant: ID!, $quantity: Int!, $twice: Boolean) {
  orderEditAddVariant(
    id: $id, variantId: $variant, quantity: $quantity, allowDuplicates: $twice
  ) {
    calculatedOrder { addedLineItems(first: 5) { nodes { sku quantity } } }
    calculatedLineItem { id } userErrors { field message }
  }
}
"""
COMMIT = """
mutation Commit($id: ID!, $notify: Boolean) {
  orderEditCommit(id: $id, notifyCustomer: $notify) {
    order { id } successMessages userErrors { field message }
  }
}
"""


@pytest.fixture(
    name="fake",
    params=[
        pytest.param(
            True, id="whole", marks=pytest.mark.skipif(not AVAILABLE, reason="no whole schema")
        ),
        pytest.param(False, id="ours"),
    ],
)
def _fake(clock: VirtualClock, request: pytest.FixtureRequest) -> Iterator[FakeShopify]:
    with FakeShopify(clock=clock, full_schema=request.param) as fake:
        yield fake


@pytest.fixture(name="api")
def _api(fake: FakeShopify) -> Iterator[Api]:
    with requests.Session() as session:
        yield Api(fake, session)


def begun(api: Api, order: str) -> tuple[str, str]:
    """Begin an edit; return its id and that of its first line."""
    edit = api.do(BEGIN, id=order)["calculatedOrder"]
    return edit["id"], edit["lineItems"]["nodes"][0]["id"]


def units(api: Api, order: str) -> list[tuple[str, list[tuple[int, int]]]]:
    """Return status, remaining and total units of each fulfillment order."""
    nodes = api.get(LINES, id=order)["order"]["fulfillmentOrders"]["nodes"]
    return [
        (
            node["status"],
            [(it["remainingQuantity"], it["totalQuantity"]) for it in node["lineItems"]["nodes"]],
        )
        for node in nodes
    ]


def line(api: Api, order: str) -> Json:
    return dict(api.get(LINES, id=order)["order"]["lineItems"]["nodes"][0])


def test_lowered_line_keeps_its_quantity_and_an_added_one_gets_a_new_fulfillment_order(
    fake: FakeShopify, api: Api
) -> None:
    """R edit: 3 lowered to 1, two of another variant added."""
    fake.add_product("MUG", on_hand=9)
    fake.add_product("BOWL", on_hand=9)
    order = fake.place_order({"MUG": 3})
    edit, mug = begun(api, order)

    api.do(SET, id=edit, line=mug, quantity=1, restock=True)
    api.do(ADD, id=edit, variant=fake.variant("BOWL").id, quantity=2)
    before = units(api, order)
    done = api.do(COMMIT, id=edit, notify=False)

    assert before == [("OPEN", [(3, 3)])]
    assert done["successMessages"] == ["Order updated"]
    assert units(api, order) == [("OPEN", [(1, 1)]), ("OPEN", [(2, 2)])]
    mugs = line(api, order)
    assert (mugs["quantity"], mugs["currentQuantity"], mugs["fulfillableQuantity"]) == (3, 1, 1)
    assert (fake.stock_of("MUG") or {})["available"] == 8
    assert (fake.stock_of("BOWL") or {})["available"] == 7
    assert [effect.kind for effect in fake.ledger] == ["order edited"]


def test_units_that_are_not_restocked_are_lost(fake: FakeShopify, api: Api) -> None:
    fake.add_product("MUG", on_hand=9)
    order = fake.place_order({"MUG": 3})
    edit, mug = begun(api, order)

    api.do(SET, id=edit, line=mug, quantity=1, restock=False)
    api.do(COMMIT, id=edit)

    level = fake.stock_of("MUG") or {}
    assert (level["available"], level["committed"], level["on_hand"]) == (6, 1, 7)


def test_words_of_refused_edits(fake: FakeShopify, api: Api) -> None:
    """R edite and editv."""
    fake.add_product("MUG", "A mug", on_hand=9)
    order = fake.place_order({"MUG": 3})
    edit, mug = begun(api, order)
    variant, unknown = fake.variant("MUG").id, "gid://shopify/CalculatedOrder/9"

    assert api.wrong(BEGIN, id="gid://shopify/Order/9") == ["The order does not exist."]
    missing = ["The calculated order does not exist."]
    assert api.wrong(SET, id=unknown, line=mug, quantity=1) == missing
    assert api.wrong(ADD, id=unknown, variant=variant, quantity=1) == missing
    assert api.wrong(COMMIT, id=unknown) == missing
    assert api.wrong(SET, id=edit, line="gid://shopify/CalculatedLineItem/9", quantity=1) == [
        "The line item does not exist on the order."
    ]
    assert api.wrong(SET, id=edit, line=mug, quantity=-1) == ["must be greater than or equal to 0"]
    assert api.wrong(ADD, id=edit, variant="gid://shopify/ProductVariant/9", quantity=1) == [
        "The variant does not exist in the shop."
    ]
    assert api.wrong(ADD, id=edit, variant=variant, quantity=0, twice=True) == [
        "must be greater than 0"
    ]
    assert api.wrong(ADD, id=edit, variant=variant, quantity=-3, twice=True) == [
        "must be greater than 0",
        "must be greater than or equal to 0",
    ]
    assert api.wrong(ADD, id=edit, variant=variant, quantity=1) == [
        "A mug was not added because it's already on the order."
    ]
    fake.cancel(order)
    assert api.wrong(BEGIN, id=order) == ["The order cannot be edited."]
    assert fake.ledger == []


def test_sent_units_cannot_be_taken_off(fake: FakeShopify, api: Api) -> None:
    """Only unfulfilled items are editable (D); the words of the refusal are not known."""
    order = fake.place_order({"MUG": 3})
    fake.ship(order, "1Z1", lines={"MUG": 1})
    edit, mug = begun(api, order)

    [refused] = api.wrong(SET, id=edit, line=mug, quantity=0)
    api.do(SET, id=edit, line=mug, quantity=1)
    fake.ship(order, "1Z2", lines={"MUG": 1})
    [late] = api.wrong(COMMIT, id=edit)

    assert "fulfilled" in refused
    assert "fulfilled" in late
    assert line(api, order)["currentQuantity"] == 3


def test_edit_needs_a_scope_of_its_own(fake: FakeShopify) -> None:
    order = fake.place_order({"MUG": 3})
    fake.shop.scopes.discard("write_order_edits")

    answer = fake.send(BEGIN, id=order)

    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


@pytest.mark.parametrize("where", ["in place", "new"])
def test_raised_line_is_raised_in_place_or_in_a_new_fulfillment_order(
    fake: FakeShopify, api: Api, where: str
) -> None:
    """Part 1.4: it is not recorded which."""
    fake.switches.raised_quantity = where  # type: ignore[assignment]
    order = fake.place_order({"MUG": 1})

    fake.edit_lines(order, {"MUG": 3})

    open_ = (
        [("OPEN", [(3, 3)])] if where == "in place" else [("OPEN", [(1, 1)]), ("OPEN", [(2, 2)])]
    )
    assert units(api, order) == open_
    assert line(api, order)["quantity"] == 3


def test_line_that_was_sent_is_raised_in_a_new_fulfillment_order(
    fake: FakeShopify, api: Api
) -> None:
    """Part 1.4: the fake crashed."""
    order = fake.place_order({"MUG": 1})
    fake.ship(order, "1Z1")

    fake.edit_lines(order, {"MUG": 2})

    assert units(api, order) == [("CLOSED", [(0, 1)]), ("OPEN", [(1, 1)])]


@pytest.mark.parametrize(("shrinks", "left"), [("oldest", [1, 2]), ("newest", [2, 1])])
def test_removed_units_are_taken_from_either_fulfillment_order(
    fake: FakeShopify, api: Api, shrinks: str, left: list[int]
) -> None:
    """Part 1.5: it is not recorded which."""
    fake.switches.shrinks = shrinks  # type: ignore[assignment]
    order = fake.place_order({"MUG": 4})
    fake.split(fake.fulfillment_orders(order)[0].id, {"MUG": 2})

    fake.refund(order, {"MUG": 1}, "CANCEL")

    assert [lines[0][0] for _, lines in units(api, order)] == left


@pytest.mark.parametrize(
    ("restock", "open_", "available"),
    [("CANCEL", (1, 2), 7), ("NO_RESTOCK", (2, 3), 6), ("RETURN", (2, 3), 7)],
)
def test_2_refund_takes_open_or_sent_units_by_its_restock_type(
    fake: FakeShopify, api: Api, restock: Restock, open_: tuple[int, int], available: int
) -> None:
    """Without restock it takes the sent units first, so the same units are to be sent."""
    fake.add_product("MUG", on_hand=9)
    order = fake.place_order({"MUG": 3})
    fake.ship(order, "1Z1", lines={"MUG": 1})

    fake.refund(order, {"MUG": 1}, restock)

    assert units(api, order) == [("IN_PROGRESS", [open_])]
    shown = line(api, order)
    assert (shown["quantity"], shown["currentQuantity"], shown["unfulfilledQuantity"]) == (3, 2, 1)
    assert (fake.stock_of("MUG") or {})["available"] == available


def test_2_unfulfilled_quantity_falls_below_0(fake: FakeShopify, api: Api) -> None:
    """F neg: a sent unit was refunded."""
    order = fake.place_order({"MUG": 1})
    fake.ship(order, "1Z1")

    fake.refund(order, {"MUG": 1}, "NO_RESTOCK")

    shown = line(api, order)
    assert (shown["currentQuantity"], shown["unfulfilledQuantity"]) == (0, -1)


def test_return_of_an_unsent_unit_is_accepted(fake: FakeShopify, api: Api) -> None:
    """R refund: 1 of 2, and the order stays unfulfilled."""
    order = fake.place_order({"MUG": 2})

    fake.refund(order, {"MUG": 1}, "RETURN")

    shown = api.get(LINES, id=order)["order"]
    assert shown["displayFulfillmentStatus"] == "UNFULFILLED"
    assert units(api, order) == [("OPEN", [(1, 1)])]


def test_20_held_units_are_not_fulfillable(fake: FakeShopify, api: Api) -> None:
    """R hold and rel."""
    order = fake.place_order({"MUG": 2})
    [piece] = fake.fulfillment_orders(order)
    fake.hold(piece.id)
    held = line(api, order)
    fake.release(piece.id)

    assert (held["fulfillableQuantity"], held["unfulfilledQuantity"]) == (0, 2)
    assert line(api, order)["fulfillableQuantity"] == 2
