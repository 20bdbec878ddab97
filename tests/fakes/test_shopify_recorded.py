"""What a real shop answered once, the fake answers too.

The questions of a recording are asked again in their order. Where the fake answers otherwise, the
difference is listed here with its reason; the recordings themselves are not in this repository.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.fakes.shopify import FakeShopify
from tests.fakes.shopify.state import FulfillmentOrder, Location
from tests.fakes.shopify_replay import FOLDER, Replay
from tests.virtual import VirtualClock

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


def _differences(
    fake: FakeShopify,
    name: str,
    *steps: str | tuple[str, str],
    before: Callable[[Replay], object] = id,
) -> dict[str, list[str]]:
    replay = Replay(fake, name)
    before(replay)
    found = {}
    for step in steps:
        path, query = (step, "") if isinstance(step, str) else step
        found[path] = replay.step(path, query)
    return {path: differences for path, differences in found.items() if differences}


def test_documents_that_do_not_fit(fake: FakeShopify) -> None:
    name = "graphql-base-validation-unhappy-paths"
    cases = Replay(fake, name).recorded["cases"]

    assert _differences(fake, name, *(f"cases/{case}" for case in cases)) == {}


def test_split(fake: FakeShopify) -> None:
    def stock(replay: Replay) -> None:
        for number in (48540157378793, 51098706739506):
            fake.add_product(str(number))
            gid = fake.variant(str(number)).id
            replay.same(f"gid://shopify/ProductVariant/{number}", gid)

    found = _differences(
        fake,
        "fulfillment-order-split-multi",
        *(
            f"captures/{step}"
            for step in (
                "orderACreate",
                "orderBCreate",
                "emptyLineItems",
                "zeroQuantity",
                "unknownFulfillmentOrder",
                "multiSplit",
            )
        ),
        before=stock,
    )

    # The second order went to another location there: that shop routes by stock.
    assert [line for lines in found.values() for line in lines if "ocation" not in line] == []
    assert found.keys() == {"captures/orderBCreate", "captures/multiSplit"}


def test_fulfillment_with_several_numbers(fake: FakeShopify) -> None:
    found = _differences(
        fake,
        "fulfillment-multi-tracking-info",
        "setup/orderCreate",
        "fulfillmentCreate",
        "fulfillmentTrackingInfoUpdate",
        "downstreamRead",
    )

    assert found == {}


def test_fulfillment_is_cancelled(fake: FakeShopify) -> None:
    name = "fulfillment-cancel-parity"
    query = Replay(fake, name).recorded["query"]

    found = _differences(
        fake,
        name,
        "setup/orderCreate",
        "setup/fulfillmentCreate",
        "setup/fulfillmentTrackingInfoUpdate",
        "setup/hydrateBeforeCancel",
        ("mutation", query),
        "downstreamRead",
        "cleanup",
    )

    # Recorded in May 2026; in June and July the same mutation cost 50 points.
    assert found == {
        "setup/fulfillmentTrackingInfoUpdate": [
            "extensions.cost.requestedQueryCost: 11 there, 51 here"
        ]
    }


def test_cancelled_fulfillment_is_cancelled_again(fake: FakeShopify) -> None:
    found = _differences(
        fake,
        "fulfillment-state-preconditions",
        "setup/orderCreate",
        "setup/fulfillmentCreate",
        "initialCancel",
        "cancelAlreadyCancelled",
        "trackingAlreadyCancelled",
        "deliveredSetup/orderCreate",
        "deliveredSetup/fulfillmentCreate",
        "cancelDelivered",
        "cleanup/cancelled",
        "cleanup/delivered",
    )

    assert found == {}


def test_unknown_fulfillment(fake: FakeShopify) -> None:
    found = _differences(
        fake, "fulfillment-unknown-not-found", "fulfillmentCancel", "fulfillmentTrackingInfoUpdate"
    )

    assert found == {}


def test_fulfillments_that_are_refused(fake: FakeShopify) -> None:
    name = "fulfillment-create-preconditions"
    cases = Replay(fake, name).recorded["cases"]
    steps: list[str | tuple[str, str]] = []
    for case, recorded in cases.items():
        if case not in ("nonPositiveQuantityV2", "missingFulfillmentOrderV2", "inProgress"):
            steps += [f"cases/{case}/setup/{step}" for step in recorded.get("setup", {})]
            steps.append((f"cases/{case}", CREATE))

    found = _differences(fake, name, *steps)

    # It was read before the shop had closed it, which took a second in other recordings.
    assert found.keys() == {"cases/closed/setup/hydrate"}
    assert [line for line in found.popitem()[1] if ".closed" not in line] == []


def test_orders_are_cancelled(fake: FakeShopify) -> None:
    found = _differences(
        fake,
        "orderCancel-error-messages",
        "setup/freshOrderCreate",
        "setup/cancelledOrderCreate",
        "setup/setupCancel",
        "setup/cancelledOrderRead",
        "expected/staffNoteTooLong",
        "expected/refundTrueAndRefundMethodConflict",
        "expected/refundFalseAndRefundMethodConflict",
        "expected/alreadyCancelled",
        "cleanup/freshOrderCancel",
    )

    assert found == {}


def test_order_is_updated(fake: FakeShopify) -> None:
    def take(replay: Replay) -> None:
        setup = replay.recorded["setup"]["orderCreate"]
        known = setup["response"]["data"]["orderCreate"]["order"]
        replay.same(known["id"], fake.place_order({"A": 1}, note=known["note"], name="#1640"))
        fake.change(fake.orders()[0].id, shipping_address=None)

    name = "orderUpdate-input-validation"
    query = Replay(fake, name).recorded["document"]

    found = _differences(fake, name, ("mutation", query), before=take)

    # The provinces of countries are not known here.
    assert found == {
        "mutation": ["data.badShippingAddress.userErrors: 3 rows there, 2 here"],
    }


def test_order_without_lines(fake: FakeShopify) -> None:
    name = "order-create-validation-matrix"
    query = Replay(fake, name).recorded["query"]

    # What the answer cost was not kept.
    assert _differences(fake, name, ("mutation", query)) == {"mutation": ["extensions: only here"]}


def test_stock_is_set(fake: FakeShopify) -> None:
    def stock(replay: Replay) -> None:
        setup = replay.recorded["setup"]
        fake.add_product("A", on_hand=0)
        replay.same(setup["product"]["inventoryItemId"], fake.item("A").id)
        replay.same(setup["location"]["id"], fake.location_id)

    without_key = SET.replace(" @idempotent(key: $idempotencyKey)", "").replace(
        ", $idempotencyKey: String!", ""
    )
    found = _differences(
        fake,
        "inventory-quantity-contracts-2026-04",
        ("inventorySetQuantities", SET),
        ("missingSetIdempotency", without_key),
        ("missingSetChangeFromQuantity", SET),
        ("legacySetShape", SET),
        ("unknownIdValidation/setUnknownInventoryItem", SET),
        ("unknownIdValidation/setUnknownLocation", SET),
        before=stock,
    )

    documents = ("locations", "requestedQueryCost")  # the documents were not kept, these are ours
    assert [
        line
        for lines in found.values()
        for line in lines
        if not any(it in line for it in documents)
    ] == []


def _requested(fake: FakeShopify, replay: Replay, step: str, *, asked_back: bool) -> None:
    """Let a fulfillment order be as it was before a step; how it came there was not kept."""
    service = fake.shop.sure(Location, fake.add_service("Hermes")).id
    recorded = replay.recorded[step]
    answered = next(iter(recorded["response"]["data"].values()))["fulfillmentOrder"]
    messages = [it["message"] for it in answered.get("merchantRequests", {}).get("nodes", [])]
    order = fake.place_order({"A": 1}, location=service)
    fake.request_fulfillment(order, messages[0] if messages else None)
    piece = fake.fulfillment_orders(order)[0]
    if asked_back:
        fake.answer(piece.id)
        fake.request_cancellation(order, messages[1] if messages else None)
    replay.same(recorded["variables"]["id"], piece.id)


def test_requests_to_a_service(fake: FakeShopify) -> None:
    def submit(replay: Replay) -> None:
        service = fake.add_service("Hermes")
        title = "Hermes fulfillment-order request partial 20260506222236"
        order = fake.place_order([{"sku": "A", "title": title, "quantity": 2}], location=service)
        [piece] = fake.fulfillment_orders(order)
        recorded = replay.recorded["partialSubmit"]["variables"]
        replay.same(recorded["id"], piece.id)
        replay.same(recorded["fulfillmentOrderLineItems"][0]["id"], piece.lines[0].id)
        _requested(fake, replay, "rejectFulfillmentRequest", asked_back=False)
        _requested(fake, replay, "rejectCancellationRequest", asked_back=True)

    found = _differences(
        fake,
        "fulfillment-order-request-lifecycle",
        ("partialSubmit", SUBMIT),
        ("acceptFulfillmentRequest", ANSWER % ("AcceptFulfillmentRequest", "")),
        ("submitCancellationRequest", ANSWER % ("SubmitCancellationRequest", REQUESTS)),
        ("acceptCancellationRequest", ANSWER % ("AcceptCancellationRequest", LINES)),
        ("rejectFulfillmentRequest", ANSWER % ("RejectFulfillmentRequest", "")),
        ("rejectCancellationRequest", ANSWER % ("RejectCancellationRequest", REQUESTS)),
        before=submit,
    )

    assert found == {}


def test_lists_of_fulfillment_orders(fake: FakeShopify) -> None:
    fake.shop.sure(Location, fake.location_id).name = "HAR-654 Main 20260505044352"

    def fill(replay: Replay) -> None:
        service = fake.add_service("Hermes Mixed Catalog 1783728287462")
        replay.same(replay.recorded["service"]["locationId"], service)
        for kind, known in replay.recorded["createdOrders"].items():
            _, piece = _mixed(fake, replay, kind, known)
            if kind == "held":
                fake.hold(piece.id)
            if kind == "moved":
                fake.move(piece.id, service)
            if kind == "cancelled":
                piece.status, piece.lines = "CLOSED", []

    found = _differences(
        fake,
        "fulfillment-order-mixed-catalog-lifecycle",
        "operations/catalog",
        "operations/page1",
        before=fill,
    )

    # The conditions of a query are shown in another order there, its times in the shop's zone.
    assert [line for lines in found.values() for line in lines if ".parsed" not in line] == []


def _mixed(
    fake: FakeShopify, replay: Replay, kind: str, known: dict[str, str]
) -> tuple[str, FulfillmentOrder]:
    catalog = replay.recorded["operations"]["catalog"]["response"]["payload"]["data"]
    rows = [edge["node"] for edge in catalog["allFulfillmentOrders"]["edges"]]
    [row] = [row for row in rows if row["id"] == known["fulfillmentOrderId"]]
    lines = row["lineItems"]["nodes"]
    title = lines[0]["lineItem"]["title"] if lines else kind
    count = lines[0]["totalQuantity"] if lines else 1
    order = fake.place_order([{"sku": kind, "title": title, "quantity": count}])
    [piece] = fake.fulfillment_orders(order)
    replay.same(known["fulfillmentOrderId"], piece.id)
    return order, piece


def test_app_without_a_service(fake: FakeShopify) -> None:
    found = _differences(fake, "fulfillment-top-level-reads", "assignedFulfillmentOrdersAccess")

    assert found == {}
