"""Requests that the fake Ordoro refuses, as Ordoro's documents demand, and its sign-in."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.fakes.client import PARCEL, Api, body
from tests.fakes.contract import Contract, needs_contract
from tests.fakes.ordoro import FakeOrdoro
from tests.support.clock import VirtualClock

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    10**400,
    1e300,
    "",
    "x",
    "2026-11-02T10:00:00",
    [],
    [1],
    {},
    {"x": 1},
)
PRODUCT = {"sku": "NEW", "name": "New", "price": 9.9, "weight": 1, "length": 3, "upc": "77"}
TERMS = {"supplier_price": 5.5, "is_default": True, "supplier_sku": "N-77", "min_order_qty": 2}


def bodies(fake: FakeOrdoro) -> dict[tuple[str, str], Any]:
    """Return a valid body for each call, in an account with the objects that they name."""
    cart, supplier = fake.add_cart("Web shop"), fake.add_supplier("Northwind")
    fake.add_product("MUG")
    fake.add_product("CUP")
    number = fake.place_order("1000", {"MUG": 2})
    line = fake.order(number)["lines"][0]["id"]
    shipped = fake.place_order("999", {"MUG": 2})
    fake.ship(shipped, "1Z000")
    half = {"lines": [{"line_id": line, "quantity": 1}]}
    order = body(
        cart=cart,
        cart_order_id="#1001",
        warehouse_id=fake.warehouse_id,
        order_date="2026-11-02T10:00:00Z",
        status="awaiting_fulfillment",
        shipping_type="Express",
        grand_total=19.8,
        tags=[{"text": "gift", "color": "#FF0"}],
    )
    return {
        ("POST", "/v3/order"): order,
        ("PUT", f"/v3/order/{number}"): {"internal_notes": "x", "ship_by_date": None},
        ("POST", f"/v3/order/{number}/split"): {"split_orders": [half, half]},
        ("POST", f"/v3/order/{number}/comment"): {"comment": "x"},
        ("POST", f"/v3/order/{number}/dropship"): {"supplier_id": supplier, "instructions": "x"},
        ("POST", f"/v3/order/{number}/shipping_info"): {**PARCEL, "cost": 6.4, "notify_cart": True},
        ("PUT", f"/v3/order/{shipped}/shipping_info"): {**PARCEL, "shipping_method": "Ground"},
        ("POST", f"/v3/order/{number}/line"): {"sku": "CUP", "quantity": 2, "item_price": 1.5},
        ("PUT", f"/v3/order/{number}/line/{line}"): {"quantity": 1, "details": None},
        ("PUT", f"/v3/order/{number}/shipping_address"): {"name": "Ann", "validate": False},
        ("PUT", f"/v3/order/{number}/billing_address"): {"email": None, "validate": False},
        ("PUT", f"/v3/order/{number}/warehouse"): {"warehouse_id": fake.warehouse_id},
        ("POST", "/v3/tag"): {"text": "gift", "color": "#FF0"},
        ("POST", "/product/"): PRODUCT,
        ("PUT", "/product/MUG/"): {"name": "Mug", "weight": 2},
        ("PUT", f"/product/MUG/warehouse/{fake.warehouse_id}/"): {"on_hand": 3},
        ("PUT", f"/product/MUG/supplier/{supplier}/"): TERMS,
    }


def spoilt(good: Any) -> Iterator[Any]:
    """Yield the body with one part missing, unknown, or replaced by an odd value."""
    yield from ODD
    if isinstance(good, dict):
        yield {**good, "surprise": 1}
        for key, value in good.items():
            yield {name: kept for name, kept in good.items() if name != key}
            for spoilt_row in spoilt(value):
                yield {**good, key: spoilt_row}
    if isinstance(good, list):
        yield [*good, *good]
        for spoilt_row in spoilt(good[0]):
            yield [spoilt_row, *good[1:]]


@needs_contract
def test_bodies_that_the_contract_refuses_are_refused(clock: VirtualClock) -> None:
    contract = Contract()

    for (method, path), accepted in bodies(FakeOrdoro(clock=clock)).items():
        for bad in spoilt(accepted):
            fake = FakeOrdoro(clock=clock)  # a new one each time, since much can be done only once
            bodies(fake)
            fake.on_exchange = contract.watch
            fake.send(method, path, json.dumps(bad).encode())

    assert contract.violations == []
    assert contract.judged > 1000


@needs_contract
def test_contract_checks_every_request_if_set(fake: FakeOrdoro, api: Api) -> None:
    lenient, strict = Contract(), Contract(every_request=True)
    for contract in (lenient, strict):
        fake.on_exchange = contract.watch
        api.refused("PUT", "/v3/order/M-1001", {"status": "cancelled"})
        api.refused("GET", "/order/v3")

    assert lenient.violations == []
    assert [violation.partition(":")[0] for violation in strict.violations] == [
        "request of PUT /v3/order/M-1001 (400)",
        "request of GET /order/v3 (404)",
    ]


def test_refused_order_leaves_nothing_behind(fake: FakeOrdoro, api: Api) -> None:
    good = body()["lines"][0]
    blank = {"quantity": 1, "product": {"sku": " ", "name": "x"}}

    status = api.refused("POST", "/v3/order", {**body(), "lines": [good, blank]})

    assert (status, fake.numbers(), fake.shop.products) == (400, [], {})


def test_body_as_documented_is_accepted(clock: VirtualClock) -> None:
    for (method, path), accepted in bodies(FakeOrdoro(clock=clock)).items():
        fake = FakeOrdoro(clock=clock)
        bodies(fake)
        assert fake.send(method, path, json.dumps(accepted).encode()) in (200, 201), path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v3/order/", 404),
        ("/v3/order/M-1001/", 404),
        ("/product", 404),
        ("/product/MUG", 404),
        ("/supplier", 404),
        ("/order/v3", 404),
        ("/nowhere", 404),
        ("/v3/order/M-404", 404),
        ("/v3/order/parent/M-1001", 404),
        ("/v3/order?limit=0", 400),
        ("/v3/order?limit=101", 400),
        ("/v3/order?limit=ten", 400),
        ("/v3/order?offset=-1", 400),
        ("/v3/order?status=new", 400),
        ("/v3/order?sort=updated", 400),
        ("/v3/order?supplier=North", 400),
        ("/v3/order?updated_after=yesterday", 400),
        ("/v3/order?start_order_date=2026-11-02", 400),
        ("/v3/order/M-1001?status=all", 400),
        ("/product/?sort=updated", 400),
        ("/product/?active=1", 400),
        ("/warehouse/?status=all", 400),
    ],
)
def test_undocumented_query_is_refused(fake: FakeOrdoro, api: Api, path: str, status: int) -> None:
    fake.place_order("1001", {"MUG": 1})

    assert api.refused("GET", path) == status


@pytest.mark.parametrize(
    "fields",
    [
        {"order_id": 1001},
        {"lines": []},
        {"status": "dropshipment_requested"},
        {"cart": 77},
        {"warehouse_id": 77},
        {"grand_total": "9.90"},
        {"order_date": "2026-11-02T10:00:00"},
        {"sales_channel": 1},
        {"tags": ["gift"]},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_refusal_names_the_parameter(fake: FakeOrdoro, api: Api, fields: dict[str, Any]) -> None:
    answer = api.ask("POST", "/v3/order", {**body(), **fields})

    assert answer.status_code == 400
    assert answer.json()["param"] == next(iter(fields))
    assert (fake.ledger, fake.numbers()) == ([], [])


def test_body_must_be_json_with_its_content_type(api: Api) -> None:
    plain = {"Content-Type": "text/plain"}
    good = json.dumps(body()).encode()

    assert api.refused("POST", "/v3/order", data=b"{", headers={}) == 400
    assert api.refused("POST", "/v3/order", data=good, headers=plain) == 400
    assert api.refused("POST", "/v3/order/M-1001/cancel", {"reason": "x"}) == 400
    assert api.refused("PATCH", "/v3/order") == 405


@pytest.mark.parametrize("name", ["\ud800", "a/b ?#%", "..", "\0", "x" * 5000])
def test_name_may_be_any_text(fake: FakeOrdoro, api: Api, name: str) -> None:
    made = api.write("POST", "/v3/order", {**body(name), "cart_order_id": name})

    assert made["order_number"] == f"M-{name}"
    assert fake.numbers() == [f"M-{name}"]


def test_wrong_credentials_are_refused(fake: FakeOrdoro, api: Api) -> None:
    good = deepcopy(api.session.auth)

    api.session.auth = (fake.key, "wrong")
    wrong = api.refused("GET", "/authenticated/")
    api.session.auth = None
    anonymous = api.refused("POST", "/v3/order", body())
    api.session.auth = good

    assert (wrong, anonymous) == (401, 401)
    assert fake.ledger == []


@pytest.mark.parametrize(
    ("how", "header"),
    [
        ("none", None),
        ("seconds", "20"),
        ("date", "Mon, 02 Nov 2026 00:01:00 GMT"),
        ("soon", "soon"),
        ("-1", "-1"),
    ],
)
def test_rate_limited_response_has_a_retry_time(
    fake: FakeOrdoro, api: Api, clock: VirtualClock, how: str, header: str | None
) -> None:
    fake.switches.rate_limit, fake.switches.retry_after = 2, how
    api.get("/authenticated/")
    clock.sleep(40)
    api.get("/authenticated/")

    answer = api.ask("GET", "/authenticated/")
    clock.sleep(20)

    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, header)
    assert api.get("/authenticated/") == {"success": True}


def test_responses_are_distinguishable(api: Api) -> None:
    first, second = (api.ask("GET", "/authenticated/").headers for _ in range(2))

    assert first["X-Ordoro-Request-Id"] != second["X-Ordoro-Request-Id"]
    assert first["Date"] == "Mon, 02 Nov 2026 00:00:00 GMT"
