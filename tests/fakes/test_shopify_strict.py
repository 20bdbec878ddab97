"""Requests that the fake Shopify refuses, as the service does, and the cost of operations."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
from graphql import GraphQLEnumType, GraphQLSchema, build_schema

from tests.fakes.shopify import FakeShopify, Fault, schemas
from tests.fakes.shopify.account import TOKEN_PATH
from tests.fakes.shopify_client import ASSIGNED, CREATE, ORDERS, SET, SHOP, Api, an_order
from tests.fakes.shopify_contract import AVAILABLE, Contract, needs_contract
from tests.support.clock import VirtualClock

REASON = "X-Shopify-API-Deprecated-Reason"
NEWER = {"OrderDisplayFulfillmentStatus.FULFILLMENT_NOT_REQUIRED": "2026-10"}
"""What our part of the schema has of a version that is not the oldest one."""


@pytest.fixture(name="fake")
def _fake(clock: VirtualClock) -> Iterator[FakeShopify]:
    with FakeShopify(clock=clock) as fake:
        yield fake


@pytest.fixture(name="api")
def _api(fake: FakeShopify) -> Iterator[Api]:
    with requests.Session() as session:
        yield Api(fake, session)


def test_wrong_token(api: Api) -> None:
    api.session.headers["X-Shopify-Access-Token"] = "guessed"

    answered = api.ask(SHOP)

    assert answered.status_code == 401
    assert answered.json()["errors"].startswith("[API] Invalid API key or access token")


def _token(api: Api, **form: str | None) -> requests.Response:
    client_id, client_secret = api.fake.client
    fields = {"client_id": client_id, "client_secret": client_secret, **form}
    return requests.post(api.fake.url + TOKEN_PATH, data=fields, timeout=5)


def test_granted_token_expires(api: Api, clock: VirtualClock) -> None:
    granted = _token(api, grant_type="client_credentials").json()
    api.session.headers["X-Shopify-Access-Token"] = granted["access_token"]
    api.get(SHOP)

    clock.at += timedelta(seconds=granted["expires_in"])

    assert api.ask(SHOP).status_code == 401
    assert _token(api, grant_type="client_credentials", client_secret="").status_code == 401
    assert _token(api, grant_type="password").status_code == 400


def test_refresh_token_is_valid_once(fake: FakeShopify, api: Api) -> None:
    first = fake.refresh_token
    granted = _token(api, grant_type="refresh_token", refresh_token=first).json()

    assert granted["refresh_token"] == fake.refresh_token != first
    assert _token(api, grant_type="refresh_token", refresh_token=first).status_code == 400


@pytest.mark.parametrize(
    ("version", "status", "served"),
    [
        ("2026-10", 200, "2026-10"),
        ("2026-04", 200, "2026-04"),
        ("2025-07", 200, "2026-04"),
        ("2026-05", 404, None),
        ("2099-01", 404, None),
        ("unstable", 404, None),
    ],
)
def test_versions(api: Api, version: str, status: int, served: str | None) -> None:
    answered = api.ask(SHOP, version=version)

    assert answered.status_code == status
    assert answered.headers.get("X-Shopify-API-Version") == served
    assert answered.headers["X-Request-Id"]


def test_old_version_is_refused(fake: FakeShopify, api: Api) -> None:
    fake.switches.old_versions = "refused"

    assert api.ask(SHOP, version="2025-07").status_code == 404


def test_body_without_a_document(api: Api) -> None:
    url = f"{api.fake.url}/admin/api/{api.fake.version}/graphql.json"

    answers = [
        api.session.post(url, data="{", timeout=5),
        api.session.post(url, json=[SHOP], timeout=5),
        api.session.post(url, data=SHOP, timeout=5),
    ]

    assert [it.status_code for it in answers] == [400, 400, 400]
    assert api.session.get(url, timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ shop { name ", "PARSE_ERROR"),
        ("{ shop }", "selectionMismatch"),
        ("{ shop { color } }", "undefinedField"),
        ("{ order { id } }", "missingRequiredArguments"),
        ('{ order(id: "gid://shopify/Order/1", color: 1) { id } }', "argumentNotAccepted"),
        ("query Q($id: ID!) { order(id: $id) { id } }", "INVALID_VARIABLE"),
        ("query Q($id: String!) { order(id: $id) { id } }", "variableMismatch"),
        ("{ orders { nodes { id } } }", "BAD_REQUEST"),
        ("{ orders(first: 251) { nodes { id } } }", "BAD_REQUEST"),
        ('{ orders(first: 1, query: "((") { nodes { id } } }', "BAD_REQUEST"),
    ],
)
def test_errors_have_codes(api: Api, query: str, code: str) -> None:
    assert api.code(query) == code


def test_cursor_of_another_list(fake: FakeShopify, api: Api) -> None:
    fake.place_order({"MUG": 1})

    assert api.code(ORDERS, first=1, after="bm9uc2Vuc2U=") == "BAD_REQUEST"


def test_id_that_is_invalid(api: Api) -> None:
    answered = api.ask("query Q($id: ID!) { order(id: $id) { id } }", id="404404").json()

    [error] = answered["errors"]
    assert error["extensions"]["problems"][0]["explanation"] == "Invalid global id '404404'"


@pytest.mark.parametrize("amount", ["NaN", "1e", None, "ten"])
def test_amount_that_is_invalid(api: Api, amount: object) -> None:
    order = an_order()
    order["lineItems"][0]["priceSet"]["shopMoney"]["amount"] = amount

    assert api.code(CREATE, order=order) == "INVALID_VARIABLE"


def test_scope_is_missing(fake: FakeShopify, api: Api) -> None:
    fake.shop.scopes.remove("read_orders")

    answered = api.ask('{ shop { name } order(id: "gid://shopify/Order/1") { id } }').json()

    assert answered["data"] == {"shop": {"name": "Acme"}, "order": None}
    assert answered["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def test_fulfillment_orders_of_other_services_are_hidden(fake: FakeShopify, api: Api) -> None:
    ours, theirs = fake.add_service("Northwind"), fake.add_service("Southbay", ours=False)
    orders = [fake.place_order({"MUG": 1}, location=it) for it in (ours, theirs, None)]
    query = "query Q($id: ID!) { order(id: $id) { fulfillmentOrders(first: 5) { nodes { id } } } }"
    for family in ("merchant_managed", "third_party"):
        fake.shop.scopes.remove(f"read_{family}_fulfillment_orders")

    lists = [api.get(query, id=it)["order"]["fulfillmentOrders"]["nodes"] for it in orders]

    assert [len(nodes) for nodes in lists] == [1, 0, 0]


def test_app_without_a_service(api: Api) -> None:
    assert api.code(ASSIGNED) is None


def test_old_orders_need_a_scope(fake: FakeShopify, api: Api, clock: VirtualClock) -> None:
    fake.place_order({"MUG": 1})
    clock.at += timedelta(days=60)
    hidden = api.names()

    fake.shop.scopes.add("read_all_orders")

    assert (hidden, api.names()) == ([], ["#1001"])


def _cost(answered: requests.Response) -> dict[str, Any]:
    cost: dict[str, Any] = answered.json()["extensions"]["cost"]
    return cost


def test_points_are_paid_and_returned(api: Api, clock: VirtualClock) -> None:
    first = _cost(api.ask(ORDERS, first=50))
    clock.at += timedelta(seconds=1)
    second = _cost(api.ask(SHOP))

    assert first == {
        "requestedQueryCost": 8,
        "actualQueryCost": 2,
        "throttleStatus": {
            "maximumAvailable": 2000,
            "currentlyAvailable": 1998,
            "restoreRate": 100,
        },
    }
    assert second["throttleStatus"]["currentlyAvailable"] == 1999


@pytest.mark.parametrize("status", [200, 429])
def test_bucket_is_empty(fake: FakeShopify, api: Api, clock: VirtualClock, status: Any) -> None:
    fake.switches.throttled_status = status
    fake.drain(points=7)

    throttled = api.ask(ORDERS, first=50)
    clock.at += timedelta(milliseconds=10)

    assert throttled.status_code == status
    assert throttled.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in throttled.json()
    assert _cost(throttled)["actualQueryCost"] is None
    assert api.names() == []


def test_query_that_costs_too_much_is_refused(api: Api) -> None:
    lines = "lineItems(first: 250) { nodes { id variant { id product { id } } } }"
    nested = f"fulfillmentOrders(first: 250) {{ nodes {{ id order {{ {lines} }} }} }}"

    assert api.code(f"{{ orders(first: 250) {{ nodes {{ {nested} }} }} }}") == "MAX_COST_EXCEEDED"


def test_next_page_begins_after_the_cursor(
    fake: FakeShopify, api: Api, clock: VirtualClock
) -> None:
    made = []
    for _ in range(5):
        clock.at += timedelta(seconds=1)
        made.append(fake.place_order({"MUG": 1}))
    clock.at += timedelta(seconds=1)
    first = api.get(ORDERS, first=2)["orders"]

    fake.change(made[0], note="seen, then changed")
    second = api.get(ORDERS, first=3, after=first["pageInfo"]["endCursor"])["orders"]
    third = api.get(ORDERS, first=3, after=second["pageInfo"]["endCursor"])["orders"]

    names = [[it["name"] for it in page["nodes"]] for page in (first, second, third)]
    assert names == [["#1001", "#1002"], ["#1003", "#1004", "#1005"], ["#1001"]]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second, third)] == [
        True,
        True,
        False,
    ]


def test_depth_of_pages_is_limited(fake: FakeShopify, api: Api) -> None:
    fake.switches.deepest = 3
    for _ in range(5):
        fake.place_order({"MUG": 1})
    cursor = api.get(ORDERS, first=2)["orders"]["pageInfo"]["endCursor"]

    assert api.code(ORDERS, first=2, after=cursor) == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("updated_at:>='2026-11-02T01:00:00Z'", "23"),
        ("updated_at:>'2026-11-02T01:00:00Z'", "3"),
        ("updated_at:<'2026-11-02T01:00:00Z'", "1"),
        ("name:'#1002'", "2"),
        ("name:1002", "2"),
        ("tag:gift", "1"),
        ("-tag:gift", "23"),
        ("NOT tag:gift AND sku:MUG", "2"),
        ("tag:gift OR (sku:PLATE AND status:open)", "13"),
        ("tag:gift status:open", "1"),
        ("status:cancelled", ""),
        ("source_identifier:'acme 7'", "23"),
        ("source_identifier:acme*", "23"),
        ("id:>0", "123"),
        ("fulfillment_status:unfulfilled", "123"),
        ("Smith", "123"),
        ("Smyth", ""),
    ],
)
def test_search(fake: FakeShopify, api: Api, clock: VirtualClock, q: str, expected: str) -> None:
    fake.place_order({"MUG": 1}, tags=["gift"])
    for identifier, sku in (("acme/7", "MUG"), ("acme/7/2", "PLATE")):
        clock.at += timedelta(hours=1)
        fake.place_order({sku: 1}, source_identifier=identifier)

    assert sorted(api.names(q)) == [f"#100{place}" for place in expected]


def test_search_by_a_time_without_quotes(fake: FakeShopify, api: Api, clock: VirtualClock) -> None:
    fake.place_order({"MUG": 1})
    clock.at += timedelta(hours=6)

    answered = api.ask(ORDERS, first=5, q="updated_at:>=2026-11-02T03:00:00Z").json()

    # Parsed as 03:00 in the shop's time zone; `00` becomes an unknown field.
    assert answered["data"]["orders"]["nodes"] == []
    [search] = answered["extensions"]["search"]
    assert search["path"] == ["orders"]
    assert search["warnings"][0]["field"] == "00"


def test_search_by_an_unknown_field_finds_everything(fake: FakeShopify, api: Api) -> None:
    fake.place_order({"MUG": 1})

    answered = api.ask(ORDERS, first=5, q="source_id:'x'").json()

    assert len(answered["data"]["orders"]["nodes"]) == 1
    assert answered["extensions"]["search"][0]["warnings"][0]["code"] == "invalid_field"


def test_search_lags(fake: FakeShopify, api: Api, clock: VirtualClock) -> None:
    fake.switches.index_lag_s = 30
    made = api.do(CREATE, order=an_order(sourceIdentifier="acme/1"))["order"]
    early = api.names("source_identifier:'acme/1'")

    clock.at += timedelta(seconds=30)

    assert early == []
    assert api.names("source_identifier:'acme/1'") == [made["name"]]


def test_search_for_the_whole_word_only(fake: FakeShopify, api: Api) -> None:
    fake.place_order({"MUG": 1}, source_identifier="acme/7/2")
    loose = api.names("source_identifier:'acme/7'")

    fake.switches.search = "exact"

    assert (loose, api.names("source_identifier:'acme/7'")) == (["#1001"], [])


def test_trial_shop_makes_five_orders_a_minute(
    fake: FakeShopify, api: Api, clock: VirtualClock
) -> None:
    fake.switches.orders_per_minute = 5
    for _ in range(5):
        api.do(CREATE, order=an_order())

    refused = api.wrong(CREATE, order=an_order())
    clock.at += timedelta(minutes=1)

    assert refused == ["Too many attempts. Please try again later."]
    api.do(CREATE, order=an_order())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quantity": -1}, "can't be negative"),
        ({"quantity": 1_000_000_001}, "can't be higher"),
        ({"inventoryItemId": "gid://shopify/InventoryItem/1"}, "item could not be found"),
        ({"locationId": "gid://shopify/Location/1"}, "location could not be found"),
        ({"changeFromQuantity": 4}, "has changed"),
    ],
)
def test_refused_stock_writes(
    fake: FakeShopify, api: Api, change: dict[str, object], words: str
) -> None:
    fake.add_product("MUG", on_hand=5)
    row: dict[str, object] = {"inventoryItemId": fake.item("MUG").id, "quantity": 1}
    row |= {"locationId": fake.location_id, "changeFromQuantity": 5} | change
    quantities_input = {"name": "available", "reason": "correction", "quantities": [row]}

    [message] = api.wrong(SET, input=quantities_input, key="a")

    assert words in message
    assert fake.ledger == []
    assert api.wrong(SET, input=quantities_input, key="a") == [
        "The previous attempt with this idempotency key failed."
    ]


def test_item_is_stocked_before_it_is_counted(fake: FakeShopify, api: Api) -> None:
    fake.add_product("MUG")
    row = {"inventoryItemId": fake.item("MUG").id, "locationId": fake.location_id}
    quantities = [row | {"quantity": 1, "changeFromQuantity": None}]
    quantities_input = {"name": "available", "reason": "correction", "quantities": quantities}
    activate = """
    mutation Activate($item: ID!, $place: ID!, $key: String!) {
      inventoryActivate(inventoryItemId: $item, locationId: $place) @idempotent(key: $key) {
        userErrors { field message }
      }
    }
    """

    refused = api.wrong(SET, input=quantities_input, key="a")
    api.do(activate, item=row["inventoryItemId"], place=row["locationId"], key="b")
    api.do(SET, input=quantities_input, key="c")

    assert refused == ["The specified inventory item is not stocked at the location."]
    assert (fake.stock_of("MUG") or {})["on_hand"] == 1


def test_deprecated_field_is_reported_in_a_header(fake: FakeShopify, api: Api) -> None:
    fake.place_order({"MUG": 1})
    lines = "lineItems(first: 1) { nodes { %s } }"
    answers = [
        api.ask("{ orders(first: 1) { nodes { %s } } }" % (lines % field))
        for field in ("fulfillableQuantity", "unfulfilledQuantity")
    ]

    assert [REASON in it.headers for it in answers] == [True, False]


@needs_contract
def test_query_beyond_the_fake_raises_an_error(clock: VirtualClock) -> None:
    fake = FakeShopify(clock=clock)
    fake.start()
    with requests.Session() as session:
        status = Api(fake, session).ask("{ shop { contactEmail } }").status_code

    with pytest.raises(AssertionError, match="the fake lacks"):
        fake.__exit__(None, None, None)

    assert status == 500


@needs_contract
@pytest.mark.parametrize("version", AVAILABLE)
def test_our_part_of_the_schema_equals_the_services(version: str) -> None:
    full, ours = schemas.full(version), schemas.ours()

    strangers = [name for name in _strangers(full, ours) if NEWER.get(name, version) <= version]

    assert strangers == []


def _strangers(full: GraphQLSchema, ours: GraphQLSchema) -> Iterator[str]:
    for name, kind in ours.type_map.items():
        theirs = full.type_map.get(name)
        if theirs is None:
            yield name
        elif isinstance(kind, GraphQLEnumType):
            assert isinstance(theirs, GraphQLEnumType)
            yield from (f"{name}.{it}" for it in kind.values if it not in theirs.values)
        elif not name.startswith("__"):
            for field, definition in getattr(kind, "fields", {}).items():
                their_field = getattr(theirs, "fields", {}).get(field)
                if their_field is None or _shown(definition) != _shown(their_field):
                    yield f"{name}.{field}"
                for argument, inner in getattr(definition, "args", {}).items():
                    if _shown(inner) != _shown(their_field and their_field.args.get(argument)):
                        yield f"{name}.{field}({argument})"


def _shown(it: Any) -> tuple[str, object, bool] | None:
    if it is None:
        return None
    return str(it.type), getattr(it, "default_value", None), bool(it.deprecation_reason)


def test_our_part_of_the_schema_is_valid() -> None:
    text = "\n".join(path.read_text("utf-8") for path in schemas.parts())

    # This validates it.
    build_schema(text)


@needs_contract
def test_contract_finds_invalid_and_deprecated_fields() -> None:
    contract = Contract()

    contract.judge(SHOP, {})
    assert contract.violations == []
    contract.judge("{ shop { color } }", {})
    contract.judge("{ orders(first: 1) { nodes { totalPrice } } }", {})
    contract.judge(CREATE, {"order": {"lineItems": [], "customerId": "gid://shopify/Customer/1"}})
    contract.judge(CREATE, {"order": {"lineItem": []}})

    assert len(contract.violations) == 4 * len(AVAILABLE)


def test_fault_affects_one_operation(fake: FakeShopify, api: Api) -> None:
    fake.faults.add(Fault(kind="lost-reset", path="#OrderCreate$"))
    api.get(SHOP)

    with pytest.raises(requests.ConnectionError):
        api.ask(CREATE, order=an_order())

    assert len(fake.effects("order created")) == 1
    assert fake.faults.remaining() == []
    assert fake.requests == {"ShopCheck": 1, "OrderCreate": 1}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (402, "Unavailable Shop"),
        (403, "[API] This action requires merchant approval."),
        (423, "Unavailable Shop"),
        (
            429,
            "Exceeded the limit of calls for api client. Reduce request rates to resume service.",
        ),
        (503, "unavailable, as asked for"),
    ],
)
def test_http_errors(fake: FakeShopify, api: Api, status: int, words: str) -> None:
    fake.faults.add(Fault(kind="unavailable", status=status, retry_after="2.0"))

    answered = api.ask(SHOP)

    assert answered.status_code == status
    assert answered.json() == {"errors": words}
    assert answered.headers["Retry-After"] == "2.0"


def test_answer_is_edited(fake: FakeShopify, api: Api) -> None:
    fake.faults.add(Fault(kind="edited", edit=lambda body: {**body, "data": None}))

    assert api.ask(SHOP).json()["data"] is None


def test_price_is_exact(fake: FakeShopify) -> None:
    fake.add_product("MUG", price="0.1")

    assert fake.variant("MUG").price == Decimal("0.1")
