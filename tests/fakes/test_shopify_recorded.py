"""Recorded responses of a real shop: the fake gives the same.

The requests of a recording are repeated in their sequence. Each difference of the fake is listed
here with its reason. The recordings themselves are not in this repository.
"""

from collections.abc import Iterator

import pytest

from tests.fakes.shopify import FakeShopify
from tests.fakes.shopify.state import FulfillmentOrder, Json, Location
from tests.fakes.shopify_replay import FOLDER, Replay
from tests.support.clock import VirtualClock

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"no recordings: {FOLDER}")

CREATE = """
mutation Create($fulfillment: FulfillmentInput!, $message: String) {
  fulfillmentCreate(fulfillment: $fulfillment, message: $message) {
    fulfillment {
      id status displayStatus
      trackingInfo { number url company }
      fulfillmentLineItems(first: 5) { nodes { id quantity lineItem { id title } } }
    }
    userErrors { field message }
  }
}
"""
SET = """
      mutation SetQuantities($input: InventorySetQuantitiesInput!, $idempotencyKey: String!) {
    inventorySetQuantities(input: $input) @idempotent(key: $idempotencyKey) {
      inventoryAdjustmentGroup {
        id createdAt reason referenceDocumentUri
        changes {
          name delta quantityAfterChange
          item { id }
          location { id name }
        }
      }
      userErrors { field message code }
    }
  }
"""
ANSWER = """
mutation Answer($id: ID!, $message: String) {
  fulfillmentOrder%s(id: $id, message: $message) {
    fulfillmentOrder { id status requestStatus %s }
    userErrors { field message }
  }
}
"""
REQUESTS = "merchantRequests(first: 10) { nodes { kind message requestOptions responseData } }"
LINES = "lineItems(first: 5) { nodes { id totalQuantity remainingQuantity } }"
SUBMIT = """
mutation Submit(
  $id: ID!, $message: String, $notifyCustomer: Boolean,
  $fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!]
) {
  fulfillmentOrderSubmitFulfillmentRequest(
    id: $id, message: $message, notifyCustomer: $notifyCustomer,
    fulfillmentOrderLineItems: $fulfillmentOrderLineItems
  ) {
    originalFulfillmentOrder {
      id status requestStatus
      merchantRequests(first: 10) { nodes { kind message requestOptions responseData } }
      lineItems(first: 5) { nodes { id totalQuantity remainingQuantity lineItem { id title } } }
    }
    submittedFulfillmentOrder { id status requestStatus }
    unsubmittedFulfillmentOrder {
      status requestStatus
      lineItems(first: 5) { nodes { totalQuantity remainingQuantity lineItem { id title } } }
    }
    userErrors { field message }
  }
}
"""


@pytest.fixture(name="fake")
def _fake(clock: VirtualClock) -> Iterator[FakeShopify]:
    fake = FakeShopify(clock=clock, currency="CAD", location="Shop location")
    fake.version = "2026-04"
    yield fake
    fake.stop()


def test_invalid_documents(fake: FakeShopify) -> None:
    replay = Replay(fake, "graphql-base-validation-unhappy-paths")

    differences = replay.differences(*(f"cases/{case}" for case in replay.recorded["cases"]))

    assert differences == {}


def _at(step: str, *names: str) -> list[str]:
    return [f"{step}/{name}" for name in names]


def _lines(differences: dict[str, list[str]], *without: str) -> list[str]:
    """Return all differences except those in some fields."""
    every = [line for lines in differences.values() for line in lines]
    return [line for line in every if not any(word in line for word in without)]


def test_split_of_a_fulfillment_order(fake: FakeShopify) -> None:
    replay = Replay(fake, "fulfillment-order-split-multi")
    for number in ("48540157378793", "51098706739506"):
        fake.add_product(number)
        replay.same(f"gid://shopify/ProductVariant/{number}", fake.variant(number).id)

    differences = replay.differences(
        *_at("captures", "orderACreate", "orderBCreate", "emptyLineItems", "zeroQuantity"),
        *_at("captures", "unknownFulfillmentOrder", "multiSplit"),
    )

    # The recorded shop routes by stock, so its second order has another location.
    assert differences.keys() == {"captures/orderBCreate", "captures/multiSplit"}
    assert _lines(differences, "ssignedLocation") == []


def test_fulfillment_with_several_numbers(fake: FakeShopify) -> None:
    replay = Replay(fake, "fulfillment-multi-tracking-info")

    differences = replay.differences(
        "setup/orderCreate", "fulfillmentCreate", "fulfillmentTrackingInfoUpdate", "downstreamRead"
    )

    assert differences == {}


def test_fulfillment_is_cancelled(fake: FakeShopify) -> None:
    replay = Replay(fake, "fulfillment-cancel-parity")

    differences = replay.differences(
        *_at("setup", "orderCreate", "fulfillmentCreate", "fulfillmentTrackingInfoUpdate"),
        "setup/hydrateBeforeCancel",
        ("mutation", replay.recorded["query"]),
        "downstreamRead",
        "cleanup",
    )

    # Recorded in May 2026; in June and July the same mutation cost 50 points.
    assert differences == {
        "setup/fulfillmentTrackingInfoUpdate": [
            "extensions.cost.requestedQueryCost: 11 there, 51 here"
        ]
    }


def test_cancelled_fulfillment_is_cancelled_again(fake: FakeShopify) -> None:
    replay = Replay(fake, "fulfillment-state-preconditions")

    differences = replay.differences(
        *_at("setup", "orderCreate", "fulfillmentCreate"),
        *("initialCancel", "cancelAlreadyCancelled", "trackingAlreadyCancelled"),
        *_at("deliveredSetup", "orderCreate", "fulfillmentCreate"),
        "cancelDelivered",
        *_at("cleanup", "cancelled", "delivered"),
    )

    assert differences == {}


def test_unknown_fulfillment(fake: FakeShopify) -> None:
    replay = Replay(fake, "fulfillment-unknown-not-found")

    assert replay.differences("fulfillmentCancel", "fulfillmentTrackingInfoUpdate") == {}


def test_refused_fulfillments(fake: FakeShopify) -> None:
    replay = Replay(fake, "fulfillment-create-preconditions")
    steps: list[str | tuple[str, str]] = []
    for case, recorded in replay.recorded["cases"].items():
        # The old form of the mutation, and a state that another mutation leads to.
        if not case.endswith("V2") and case != "inProgress":
            steps += _at(f"cases/{case}/setup", *recorded.get("setup", {}))
            steps.append((f"cases/{case}", CREATE))

    differences = replay.differences(*steps)

    # It was read before the shop had closed it, which takes a second in other recordings.
    assert differences.keys() == {"cases/closed/setup/hydrate"}
    assert _lines(differences, ".closed") == []


def test_fulfillments_of_several_fulfillment_orders(fake: FakeShopify) -> None:
    replay = Replay(fake, "fulfillment-create-multi-group")
    setup, cases = replay.recorded["setup"], replay.recorded["cases"]
    made = replay.differences(*_at("setup/orders", *setup["orders"]), "setup/valid/split")
    _move_a_part(fake, replay, setup["differentLocation"]["move"])

    differences = replay.differences(
        *((f"cases/{case}", CREATE) for case in cases), "cases/validMultiGroup/downstreamRead"
    )

    assert _lines(made, "ssignedLocation") == []  # the recorded shop has another first location
    # The recorded ids are sorted by number; the fake's were created in another sequence.
    assert differences.keys() == {"cases/differentLocationLater"}
    assert _lines(differences, "Multiple locations with ids") == []


def _move_a_part(fake: FakeShopify, replay: Replay, recorded: Json) -> None:
    """Make a change that no operation of the adapter makes."""
    moved = recorded["response"]["data"]["fulfillmentOrderMove"]["movedFulfillmentOrder"]
    source = replay.ours(recorded["variables"]["id"])
    title = moved["lineItems"]["nodes"][0]["lineItem"]["title"]
    [line] = fake.shop.sure(FulfillmentOrder, source).lines
    assert title == "fulfillmentCreate multi-group different-location"
    gid = fake.split_lines(source, {line.id: 1})
    fake.move(gid, fake.add_location("Elsewhere"))
    replay.same(moved["id"], gid)
    made = fake.shop.sure(FulfillmentOrder, gid).lines[0].id
    replay.same(moved["lineItems"]["nodes"][0]["id"], made)
    replay.same(
        moved["assignedLocation"]["location"]["id"],
        fake.shop.sure(FulfillmentOrder, gid).location_id,
    )


def test_orders_are_cancelled(fake: FakeShopify) -> None:
    replay = Replay(fake, "orderCancel-error-messages")

    differences = replay.differences(
        *_at("setup", *replay.recorded["setup"])[:4],
        *_at("expected", *replay.recorded["expected"]),
        "cleanup/freshOrderCancel",
    )

    assert differences == {}


def test_order_is_updated(fake: FakeShopify) -> None:
    replay = Replay(fake, "orderUpdate-input-validation")
    # Created here: the adapter does not use the customer of the recorded request.
    setup = replay.recorded["setup"]["orderCreate"]["response"]
    recorded = setup["data"]["orderCreate"]["order"]
    order = fake.place_order({"A": 1}, note=recorded["note"], name=recorded["name"])
    fake.change(order, shipping_address=None)
    replay.same(recorded["id"], order)

    differences = replay.differences(("mutation", replay.recorded["document"]))

    assert differences == {}


def test_order_without_lines(fake: FakeShopify) -> None:
    replay = Replay(fake, "order-create-validation-matrix")

    differences = replay.differences(("mutation", replay.recorded["query"]))

    assert differences == {"mutation": ["extensions: only here"]}  # the cost was not recorded


def test_stock_is_set(fake: FakeShopify) -> None:
    replay = Replay(fake, "inventory-quantity-contracts-2026-04")
    setup = replay.recorded["setup"]
    fake.add_product("A", on_hand=0)
    replay.same(setup["product"]["inventoryItemId"], fake.item("A").id)
    replay.same(setup["location"]["id"], fake.location_id)
    directive = " @idempotent(key: $idempotencyKey)"
    without_key = SET.replace(directive, "").replace(", $idempotencyKey: String!", "")

    differences = replay.differences(
        ("inventorySetQuantities", SET),
        ("missingSetIdempotency", without_key),
        ("missingSetChangeFromQuantity", SET),
        ("legacySetShape", SET),
        ("unknownIdValidation/setUnknownInventoryItem", SET),
        ("unknownIdValidation/setUnknownLocation", SET),
    )

    # The documents were not recorded; these are the adapter's.
    assert _lines(differences, "locations", "requestedQueryCost") == []


def test_requests_to_a_service(fake: FakeShopify) -> None:
    replay = Replay(fake, "fulfillment-order-request-lifecycle")
    title = "Hermes fulfillment-order request partial 20260506222236"
    line = {"sku": "A", "title": title, "quantity": 2}
    order = fake.place_order([line], location=fake.add_service("Hermes"))
    [piece] = fake.fulfillment_orders(order)
    recorded = replay.recorded["partialSubmit"]["variables"]
    replay.same(recorded["id"], piece.id)
    replay.same(recorded["fulfillmentOrderLineItems"][0]["id"], piece.lines[0].id)
    _requested(fake, replay, "rejectFulfillmentRequest", asked_back=False)
    _requested(fake, replay, "rejectCancellationRequest", asked_back=True)

    differences = replay.differences(
        ("partialSubmit", SUBMIT),
        ("acceptFulfillmentRequest", ANSWER % ("AcceptFulfillmentRequest", "")),
        ("submitCancellationRequest", ANSWER % ("SubmitCancellationRequest", REQUESTS)),
        ("acceptCancellationRequest", ANSWER % ("AcceptCancellationRequest", LINES)),
        ("rejectFulfillmentRequest", ANSWER % ("RejectFulfillmentRequest", "")),
        ("rejectCancellationRequest", ANSWER % ("RejectCancellationRequest", REQUESTS)),
    )

    assert differences == {}


def _requested(fake: FakeShopify, replay: Replay, step: str, *, asked_back: bool) -> None:
    """Put a fulfillment order into its state before a step, which was not recorded."""
    recorded = replay.recorded[step]
    answered = next(iter(recorded["response"]["data"].values()))["fulfillmentOrder"]
    messages = [it["message"] for it in answered.get("merchantRequests", {}).get("nodes", [])]
    order = fake.place_order({"A": 1}, location=fake.add_service("Hermes"))
    fake.request_fulfillment(order, messages[0] if messages else None)
    [piece] = fake.fulfillment_orders(order)
    if asked_back:
        fake.answer(piece.id)
        fake.request_cancellation(order, messages[1] if messages else None)
    replay.same(recorded["variables"]["id"], piece.id)


def test_lists_of_fulfillment_orders(fake: FakeShopify) -> None:
    replay = Replay(fake, "fulfillment-order-mixed-catalog-lifecycle")
    fake.shop.sure(Location, fake.location_id).name = "HAR-654 Main 20260505044352"
    service = fake.add_service("Hermes Mixed Catalog 1783728287462")
    replay.same(replay.recorded["service"]["locationId"], service)
    pieces = {
        kind: _mixed(fake, replay, kind, recorded["fulfillmentOrderId"])
        for kind, recorded in replay.recorded["createdOrders"].items()
    }
    fake.hold(pieces["held"].id)
    fake.move(pieces["moved"].id, service)
    pieces["cancelled"].status, pieces["cancelled"].lines = "CLOSED", []

    differences = replay.differences("operations/catalog", "operations/page1")

    # The service shows conditions in another sequence, and times in the shop's time zone.
    assert _lines(differences, ".parsed") == []


def _mixed(fake: FakeShopify, replay: Replay, kind: str, gid: str) -> FulfillmentOrder:
    catalog = replay.recorded["operations"]["catalog"]["response"]["payload"]["data"]
    rows = [edge["node"] for edge in catalog["allFulfillmentOrders"]["edges"]]
    [lines] = [row["lineItems"]["nodes"] for row in rows if row["id"] == gid]
    title = lines[0]["lineItem"]["title"] if lines else kind
    count = lines[0]["totalQuantity"] if lines else 1
    order = fake.place_order([{"sku": kind, "title": title, "quantity": count}])
    [piece] = fake.fulfillment_orders(order)
    replay.same(gid, piece.id)
    return piece


def test_app_without_a_service(fake: FakeShopify) -> None:
    replay = Replay(fake, "fulfillment-top-level-reads")

    assert replay.differences("assignedFulfillmentOrdersAccess") == {}
