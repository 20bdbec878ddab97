"""Behaviour of the fake Shopify, once with the full schema and once with our part of it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import requests

from tests.fakes.shopify import FakeShopify
from tests.fakes.shopify_client import (
    ASSIGNED,
    CANCEL,
    CREATE,
    ORDERS,
    SET,
    SHIP,
    SHOP,
    Api,
    an_order,
    answer,
)
from tests.fakes.shopify_contract import AVAILABLE
from tests.support.clock import VirtualClock


@pytest.fixture(
    name="fake",
    params=[
        pytest.param(
            True, id="whole", marks=pytest.mark.skipif(not AVAILABLE, reason="no whole schema")
        ),
        pytest.param(False, id="ours"),
    ],
)
def _fake(request: pytest.FixtureRequest, clock: VirtualClock) -> Iterator[FakeShopify]:
    with FakeShopify(clock=clock, full_schema=request.param) as fake:
        yield fake


@pytest.fixture(name="api")
def _api(fake: FakeShopify) -> Iterator[Api]:
    with requests.Session() as session:
        yield Api(fake, session)


DETAIL = """
query Detail($id: ID!) {
  order(id: $id) {
    name cancelledAt closed displayFulfillmentStatus sourceIdentifier
    totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
    lineItems(first: 10) {
      nodes { sku quantity currentQuantity unfulfilledQuantity
        discountedUnitPriceSet { shopMoney { amount } } }
    }
    fulfillmentOrders(first: 10) {
      nodes { id status requestStatus supportedActions { action }
        merchantRequests(first: 5) { nodes { kind message } }
        lineItems(first: 10) { nodes { id sku remainingQuantity totalQuantity } } }
    }
    fulfillments(first: 10) { name status trackingInfo { number company url } }
  }
}
"""


def detail(api: Api, order: str) -> dict[str, object]:
    shown: dict[str, object] = api.get(DETAIL, id=order)["order"]
    return shown


def pieces(api: Api, order: str) -> list[tuple[str, str, dict[str, int]]]:
    nodes = api.get(DETAIL, id=order)["order"]["fulfillmentOrders"]["nodes"]
    return [
        (
            node["status"],
            node["requestStatus"],
            {line["sku"]: line["remainingQuantity"] for line in node["lineItems"]["nodes"]},
        )
        for node in nodes
    ]


def test_order_is_created_and_found_by_its_source(fake: FakeShopify, api: Api) -> None:
    made = api.do(CREATE, order=an_order(sourceIdentifier="acme/1001", note="gift"))["order"]

    orders = api.get(ORDERS, first=5, q="source_identifier:'acme/1001'")["orders"]["nodes"]

    assert [row["id"] for row in orders] == [made["id"]]
    assert fake.effects("order created", made["id"])[0].detail == "acme/1001"
    assert fake.orders(source_identifier="acme/1001")[0].note == "gift"
    assert fake.requests == {"OrderCreate": 1, "Orders": 1}
    assert [it.name for it in fake.operations] == ["OrderCreate", "Orders"]


def test_request_is_accepted_and_sent_by_the_service(fake: FakeShopify, api: Api) -> None:
    place = fake.add_service("Northwind")
    fake.add_product("MUG", "Enamel mug", price="9.90", on_hand=5, location=place)
    order = fake.place_order({"MUG": 2}, location=place, request=True)
    [fulfillment_order] = api.get(ASSIGNED, status="FULFILLMENT_REQUESTED")[
        "assignedFulfillmentOrders"
    ]["nodes"]
    parcel = {
        "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": fulfillment_order["id"]}],
        "trackingInfo": {"number": "1Z1", "company": "UPS"},
    }

    early = api.wrong(SHIP, fulfillment=parcel)
    accepted = api.do(answer("AcceptFulfillmentRequest"), id=fulfillment_order["id"])[
        "fulfillmentOrder"
    ]
    fulfillment = api.do(SHIP, fulfillment=parcel)["fulfillment"]

    assert "unfulfillable" in early[0]
    assert (accepted["status"], accepted["requestStatus"]) == ("IN_PROGRESS", "ACCEPTED")
    assert fulfillment["trackingInfo"] == [{"number": "1Z1", "company": "UPS"}]
    assert fake.tracking(order) == ["1Z1"]
    assert fake.stock_of("MUG", location=place) == {
        **dict.fromkeys(("incoming", "reserved", "damaged", "safety_stock", "quality_control"), 0),
        "available": 3,
        "committed": 0,
        "on_hand": 3,
    }
    assert api.get(ASSIGNED)["assignedFulfillmentOrders"]["nodes"] == []


@pytest.mark.parametrize("agreed", [True, False])
def test_cancellation_is_requested(fake: FakeShopify, api: Api, agreed: bool) -> None:
    order = fake.place_order({"MUG": 2}, location=fake.add_service("Northwind"), request=True)
    [piece] = fake.fulfillment_orders(order)
    fake.answer(piece.id)
    fake.request_cancellation(order, "changed my mind")

    [fulfillment_order] = api.get(ASSIGNED, status="CANCELLATION_REQUESTED")[
        "assignedFulfillmentOrders"
    ]["nodes"]
    status = pieces(api, order)[0][1]
    act = f"{'Accept' if agreed else 'Reject'}CancellationRequest"
    api.do(answer(act), id=fulfillment_order["id"])

    # As recorded: only the merchant's requests show the cancellation.
    assert status == "ACCEPTED"
    assert pieces(api, order) == (
        [
            ("CLOSED", "CANCELLATION_ACCEPTED", {"MUG": 0}),
            ("OPEN", "UNSUBMITTED", {"MUG": 2}),
        ]
        if agreed
        else [("IN_PROGRESS", "CANCELLATION_REJECTED", {"MUG": 2})]
    )


def test_cancellation_of_an_order_is_a_job(
    fake: FakeShopify, api: Api, clock: VirtualClock
) -> None:
    fake.switches.cancel_s = 30
    fake.add_product("MUG", on_hand=5)
    order = fake.place_order({"MUG": 2})
    job = api.do(CANCEL, id=order)["job"]

    def is_done() -> bool:
        data = api.get("query Job($id: ID!) { job(id: $id) { done } }", id=job["id"])
        return bool(data["job"]["done"])

    before = (is_done(), detail(api, order)["cancelledAt"])
    clock.at += timedelta(seconds=30)

    assert before == (False, None)
    assert is_done()
    assert detail(api, order)["cancelledAt"] == "2026-11-02T00:00:30Z"
    assert fake.stock_of("MUG") is not None
    assert api.wrong(CANCEL, id=order) == ["Cannot cancel an order that has already been canceled"]


def test_job_may_end_without_an_effect(fake: FakeShopify, api: Api) -> None:
    order = fake.place_order({"MUG": 2})
    api.do(CANCEL, id=order)
    fake.shop.jobs.clear()
    fake.switches.cancel_fails = True
    api.do(CANCEL, id=order)

    assert detail(api, order)["cancelledAt"] is None
    assert fake.effects("order cancelled") == []


def test_shipped_order_is_not_cancelled(fake: FakeShopify, api: Api) -> None:
    order = fake.place_order({"MUG": 2})
    fake.ship(order, "1Z1")

    wrong = api.wrong(CANCEL, id=order)

    assert wrong == ["Cannot cancel an order that has outstanding fulfillments"]


def _quantity(fake: FakeShopify, quantity: int, expected: int | None) -> dict[str, object]:
    row = {"inventoryItemId": fake.item("MUG").id, "locationId": fake.location_id}
    more = {"quantity": quantity, "changeFromQuantity": expected}
    return {"name": "available", "reason": "correction", "quantities": [row | more]}


def test_stock_is_set_only_if_it_is_what_was_read(fake: FakeShopify, api: Api) -> None:
    fake.add_product("MUG", on_hand=5)
    fake.sell("MUG", 1)

    wrong = api.wrong(SET, input=_quantity(fake, 7, expected=5), key="a")
    api.do(SET, input=_quantity(fake, 7, expected=4), key="b")

    assert len(wrong) == 1
    assert fake.stock_of("MUG") == (fake.stock_of("MUG") or {}) | {"available": 7, "on_hand": 8}


def test_stock_is_set_once_for_each_key(fake: FakeShopify, api: Api) -> None:
    fake.add_product("MUG", on_hand=5)
    first = api.do(SET, input=_quantity(fake, 7, expected=5), key="a")

    again = api.do(SET, input=_quantity(fake, 7, expected=5), key="a")
    changed = api.wrong(SET, input=_quantity(fake, 8, expected=7), key="a")

    assert again == first
    assert len(fake.effects("stock set")) == 1
    assert changed == ["The idempotency key was already used with other parameters."]


def test_stock_is_not_set_without_a_key(fake: FakeShopify, api: Api) -> None:
    fake.add_product("MUG", on_hand=5)
    unkeyed = SET.replace(" @idempotent(key: $key)", "").replace(", $key: String!", "")

    assert api.code(unkeyed, input=_quantity(fake, 7, expected=5)) == "BAD_REQUEST"
    assert fake.ledger == []


SPLIT = """
mutation Split($splits: [FulfillmentOrderSplitInput!]!) {
  fulfillmentOrderSplit(fulfillmentOrderSplits: $splits) {
    fulfillmentOrderSplits { fulfillmentOrder { id } remainingFulfillmentOrder { id } }
    userErrors { code field message }
  }
}
"""


def test_split_moves_lines_into_a_new_fulfillment_order(fake: FakeShopify, api: Api) -> None:
    order = fake.place_order({"MUG": 3, "PLATE": 1})
    [piece] = fake.fulfillment_orders(order)
    lines = [{"id": piece.lines[0].id, "quantity": 2}]

    [made] = api.do(
        SPLIT, splits=[{"fulfillmentOrderId": piece.id, "fulfillmentOrderLineItems": lines}]
    )["fulfillmentOrderSplits"]

    assert made["fulfillmentOrder"]["id"] == piece.id
    assert fake.contents(piece.id) == {"MUG": 1, "PLATE": 1}
    assert fake.contents(made["remainingFulfillmentOrder"]["id"]) == {"MUG": 2}
    all_of_it = [{"id": line.id, "quantity": line.remaining_quantity} for line in piece.lines]
    split_input = {"fulfillmentOrderId": piece.id, "fulfillmentOrderLineItems": all_of_it}
    assert api.wrong(SPLIT, splits=[split_input]) == [
        "The fulfillment order must keep at least one item."
    ]


def test_people_edit_an_order(fake: FakeShopify, api: Api) -> None:
    fake.add_product("MUG", on_hand=9)
    order = fake.place_order({"MUG": 3, "PLATE": 1})

    fake.edit_lines(order, {"MUG": 1, "PLATE": 0, "BOWL": 2})

    lines = api.get(DETAIL, id=order)["order"]["lineItems"]["nodes"]
    assert [(it["sku"], it["quantity"], it["currentQuantity"]) for it in lines] == [
        ("MUG", 3, 1),
        ("PLATE", 1, 0),
        ("BOWL", 2, 2),
    ]
    assert (fake.stock_of("MUG") or {})["available"] == 8
    assert fake.ledger == []


def test_amounts_are_in_the_currencies_of_shop_and_customer(fake: FakeShopify, api: Api) -> None:
    line = {"sku": "MUG", "quantity": 2, "price": "10", "discount": Decimal(4)}
    order = fake.place_order(
        [line], presentment_currency_code="EUR", presentment_rate=Decimal("0.5")
    )

    shown = api.get(DETAIL, id=order)["order"]

    assert shown["totalPriceSet"] == {
        "shopMoney": {"amount": "16.0", "currencyCode": "USD"},
        "presentmentMoney": {"amount": "8.0", "currencyCode": "EUR"},
    }
    unit = shown["lineItems"]["nodes"][0]["discountedUnitPriceSet"]["shopMoney"]["amount"]
    assert unit == "8.0"


PRODUCT_SET = """
mutation ProductSet($input: ProductSetInput!, $identifier: ProductSetIdentifiers) {
  productSet(input: $input, identifier: $identifier, synchronous: true) {
    product {
      id handle
      variants(first: 10) { nodes { sku price title inventoryItem { tracked } } }
    }
    userErrors { code field message }
  }
}
"""


def _variant(sku: str, color: str) -> dict[str, object]:
    item = {"tracked": True, "sku": sku}
    value = {"optionName": "Color", "name": color}
    return {"optionValues": [value], "price": "9.90", "inventoryItem": item}


def test_product_is_set_as_a_whole(api: Api) -> None:
    options = [{"name": "Color", "values": [{"name": "Red"}, {"name": "Blue"}]}]
    variants = [_variant("MUG-R", "Red"), _variant("MUG-B", "Blue")]
    product_input = {"title": "Mug", "productOptions": options, "variants": variants}
    made = api.do(PRODUCT_SET, input=product_input)["product"]

    identifier = {"handle": "mug"}
    changed = api.do(
        PRODUCT_SET,
        input={"productOptions": options, "variants": variants[1:]},
        identifier=identifier,
    )["product"]

    assert [it["sku"] for it in made["variants"]["nodes"]] == ["MUG-R", "MUG-B"]
    assert changed["id"] == made["id"]
    assert changed["variants"]["nodes"] == [
        {"sku": "MUG-B", "price": "9.90", "title": "Blue", "inventoryItem": {"tracked": True}}
    ]


def test_shop_query_returns_the_properties_of_the_shop(fake: FakeShopify, api: Api) -> None:
    assert api.get(SHOP)["shop"] == {
        "name": fake.shop.name,
        "currencyCode": "USD",
        "ianaTimezone": "America/New_York",
    }
