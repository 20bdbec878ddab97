"""Lists of the fake Ordoro: filters, dates, pages, and an index that lags."""

from datetime import timedelta, timezone

from tests.fakes.client import Api
from tests.fakes.ordoro import FakeOrdoro
from tests.support.clock import START, VirtualClock

MINUTE = timedelta(minutes=1)


def test_list_is_filtered(fake: FakeOrdoro, api: Api, clock: VirtualClock) -> None:
    cart, north, south = fake.add_cart("Web"), fake.add_supplier("N"), fake.add_supplier("S")
    plain = fake.place_order("1001", {"MUG": 1}, cart_order_id="#1001")
    clock.at += MINUTE
    requested = fake.place_order("1002", {"VASE": 1}, cart=cart, supplier=north)
    other = fake.place_order("1003", {"VASE": 1}, cart=cart, supplier=south)
    clock.at += MINUTE
    fake.ship(other, "1Z999")

    assert api.numbers(status="awaiting_fulfillment") == [plain]
    assert api.numbers(supplier=north) == [requested]
    assert api.numbers(supplier=[north, south], sort="order_number") == [requested, other]
    assert api.numbers(sales_channel=cart, status="shipped") == [other]
    assert api.numbers(cart_order_id="#1001") == api.numbers(search="#100") == [plain]
    assert api.numbers(sku="MUG") == [plain]
    assert api.numbers(created_after=START.isoformat()) == [requested, other]
    assert api.numbers(created_before="2026-11-02T00:00:30") == [plain]
    assert api.numbers(shipped_after="2026-11-02T00:01:59Z") == [other]
    assert api.numbers(cancelled_after="2026-01-01") == []
    assert api.numbers(sort="-updated_date")[0] == other


def test_boundary_of_a_date_is_inclusive_or_exclusive(fake: FakeOrdoro, api: Api) -> None:
    number = fake.place_order("1001", {"MUG": 1})

    exclusive = api.numbers(updated_after=START.isoformat())
    fake.switches.boundary = "inclusive"
    inclusive = api.numbers(updated_after=START.isoformat())

    assert (exclusive, inclusive) == ([], [number])


def test_list_comes_in_pages(fake: FakeOrdoro, api: Api) -> None:
    made = [fake.place_order(str(place), {"MUG": 1}) for place in range(12)]

    page = api.get("/v3/order", sort="created_date")
    second_page = api.get("/v3/order", sort="created_date", limit=100, offset=10)

    assert (page["count"], page["limit"], page["offset"]) == (12, 10, 0)
    assert [order["order_number"] for order in page["order"] + second_page["order"]] == made


def test_index_lags_behind_the_orders(fake: FakeOrdoro, api: Api, clock: VirtualClock) -> None:
    fake.switches.index_lag_s = 30
    number = fake.place_order("1001", {"MUG": 1}, cart_order_id="#1001")

    at_once = api.numbers(cart_order_id="#1001"), api.numbers(search="1001"), api.numbers()
    clock.sleep(30)

    assert at_once == ([], [], [number])
    assert api.numbers(cart_order_id="#1001") == [number]


def test_changes_appear_late_in_lists(fake: FakeOrdoro, api: Api, clock: VirtualClock) -> None:
    fake.switches.arrival_lag_s = 100
    number = fake.place_order("1001", {"MUG": 1})

    at_once = api.numbers()
    clock.sleep(100)

    assert api.get(f"/v3/order/{number}")["updated_date"] == "2026-11-02T00:00:00.000000+00:00"
    assert (at_once, api.numbers()) == ([], [number])


def test_times_have_the_offset_of_the_account(fake: FakeOrdoro, api: Api) -> None:
    fake.switches.zone = timezone(timedelta(hours=-6))
    number = fake.place_order("1001", {"MUG": 1})

    assert api.get(f"/v3/order/{number}")["created_date"] == "2026-11-01T18:00:00.000000-06:00"


def test_names_of_an_account_are_listed(fake: FakeOrdoro, api: Api) -> None:
    ids = fake.add_supplier("Northwind"), fake.add_warehouse("Annex"), fake.add_cart("Web shop")

    lists = [api.get(f"/{kind}/")[kind] for kind in ("supplier", "warehouse", "cart")]

    assert [rows[0]["id"] for rows in lists] == list(ids)
    assert api.get("/supplier/", search="nobody")["count"] == 0
    assert api.get(f"/supplier/{ids[0]}/")["address"]["company"] == "Northwind"
    assert api.get(f"/warehouse/{ids[1]}/")["is_default_location"] is False
    assert api.get("/authenticated/") == {"success": True}
