"""Orders in the fake Ordoro: statuses, the one parcel, and the pieces of a split."""

from datetime import timedelta

import pytest

from tests.fakes.client import PARCEL, Api, body
from tests.fakes.ordoro import Effect, FakeOrdoro, Refused
from tests.support.clock import VirtualClock

MINUTE = timedelta(minutes=1)


def test_responses_have_other_fields_than_requests(fake: FakeOrdoro, api: Api) -> None:
    cart = fake.add_cart("Web shop")
    tags = [{"text": "gift", "color": "#FF0"}]

    made = api.write("POST", "/v3/order", body(cart=cart, cart_order_id="#1001", tags=tags))

    assert made["order_number"] == "1-1001"
    assert made["sales_channel"]["id"] == cart
    assert "cart" not in made
    assert made["weight"] == 64  # pounds in, ounces out
    assert made["status"] == "awaiting_fulfillment"
    assert made["shipping_info"] == made["dropshipping_info"] == {}
    assert made["shipping_address"]["company"] is None
    assert made["lines"][0]["item_price"] == 9.9
    assert [tag["text"] for tag in made["tags"]] == ["gift"]
    assert api.get("/v3/order/1-1001") == made
    assert fake.ledger == [Effect("order created", "1-1001", "#1001")]


def test_order_without_a_sales_channel_is_a_manual_one(api: Api) -> None:
    made = api.write("POST", "/v3/order", body())

    assert made["order_number"] == "M-1001"
    assert "sales_channel" not in made


def test_order_makes_the_products_that_it_names(fake: FakeOrdoro, api: Api) -> None:
    api.write("POST", "/v3/order", body())

    product = api.get("/product/MUG/")

    assert (product["name"], product["warehouses"]) == ("Enamel mug", [])
    assert (product["total_on_hand"], product["total_available"]) == (0, -2)
    assert fake.effects("product created") == []


def test_order_id_that_is_used_twice_makes_two_orders(fake: FakeOrdoro, api: Api) -> None:
    api.write("POST", "/v3/order", body())

    again = api.write("POST", "/v3/order", body())
    fake.switches.duplicates = "refused"
    status = api.refused("POST", "/v3/order", body())

    assert again["order_number"] == "M-1001_2"
    assert status == 400
    assert len(fake.numbers()) == 2


def test_two_sales_channels_use_the_same_order_id(fake: FakeOrdoro) -> None:
    first, second = fake.add_cart("Web shop"), fake.add_cart("Market stall")

    numbers = [fake.place_order("1001", {"MUG": 1}, cart=cart) for cart in (first, second)]

    assert numbers == ["1-1001", "2-1001"]


def test_only_notes_and_dates_are_edited(api: Api, clock: VirtualClock) -> None:
    api.write("POST", "/v3/order", body())
    clock.at += MINUTE

    edited = api.write("PUT", "/v3/order/M-1001", {"internal_notes": "fragile"})
    status = api.refused("PUT", "/v3/order/M-1001", {"status": "cancelled"})

    assert edited["internal_notes"] == "fragile"
    assert edited["updated_date"] > edited["created_date"]
    assert status == 400


def test_cancelled_order_is_restored_to_be_fulfilled(fake: FakeOrdoro, api: Api) -> None:
    number = fake.place_order("1001", {"MUG": 1}, supplier=fake.add_supplier("Northwind"))

    cancelled = api.write("POST", f"/v3/order/{number}/cancel")
    again = api.refused("POST", f"/v3/order/{number}/cancel")
    restored = api.write("POST", f"/v3/order/{number}/uncancel")

    assert (cancelled["status"], again) == ("cancelled", 400)
    assert cancelled["cancelled_date"] == "2026-11-02T00:00:00.000000+00:00"
    assert restored["status"] == "awaiting_fulfillment"
    assert restored["dropshipping_info"] == {}
    assert [effect.kind for effect in fake.ledger] == ["cancelled", "uncancelled"]


def test_shipped_order_is_cancelled_only_if_that_is_switched_on(fake: FakeOrdoro, api: Api) -> None:
    number = fake.place_order("1001", {"MUG": 1})
    fake.ship(number, "1Z999")

    status = api.refused("POST", f"/v3/order/{number}/cancel")
    fake.switches.cancel_shipped = True
    cancelled = api.write("POST", f"/v3/order/{number}/cancel")

    assert status == 400
    assert cancelled["shipping_info"]["tracking_number"] == "1Z999"


def test_order_has_one_parcel(fake: FakeOrdoro, api: Api) -> None:
    number = fake.place_order("1001", {"MUG": 1})
    path = f"/v3/order/{number}/shipping_info"

    added = api.write("POST", path, {**PARCEL, "cost": 6.4})
    second = api.refused("POST", path, PARCEL)
    changed = api.write("PUT", path, {**PARCEL, "tracking_number": "1Z000"})

    assert (added["tracking_number"], added["cost"], second) == ("1Z999", 6.4, 400)
    assert changed["tracking_number"] == "1Z000"
    assert fake.order(number)["status"] == "shipped"
    kinds = [effect.kind for effect in fake.ledger]
    assert kinds == ["shipping added", "shipping changed"]


def test_order_without_its_parcel_awaits_fulfillment(fake: FakeOrdoro, api: Api) -> None:
    number = fake.place_order("1001", {"MUG": 1}, supplier=fake.add_supplier("Northwind"))
    fake.ship(number, "1Z999")

    deleted = api.write("DELETE", f"/v3/order/{number}/shipping_info")
    again = api.refused("DELETE", f"/v3/order/{number}/shipping_info")

    assert (deleted["status"], deleted["shipping_info"]) == ("awaiting_fulfillment", {})
    assert again == 404


def test_cancelled_order_is_not_shipped(fake: FakeOrdoro, api: Api) -> None:
    number = fake.place_order("1001", {"MUG": 1})
    fake.cancel(number)

    assert api.refused("POST", f"/v3/order/{number}/shipping_info", PARCEL) == 400
    with pytest.raises(Refused):
        fake.ship(number, "1Z999")


def test_order_that_is_marked_as_shipped_has_no_tracking(fake: FakeOrdoro, api: Api) -> None:
    number = fake.place_order("1001", {"MUG": 1})

    shipped = api.write("POST", f"/v3/order/{number}/mark_as_shipped")

    assert (shipped["status"], shipped["shipping_info"]) == ("shipped", {})


@pytest.mark.parametrize("call", ["dropship", "mark_as_dropshipped"])
def test_dropshipment_moves_the_order_to_the_linked_warehouse(
    fake: FakeOrdoro, api: Api, call: str
) -> None:
    linked = fake.add_warehouse("Dropship")
    supplier = fake.add_supplier("Northwind", warehouse_id=linked)
    number = fake.place_order("1001", {"MUG": 1})

    requested = api.write("POST", f"/v3/order/{number}/{call}", {"supplier_id": supplier})

    assert requested["status"] == "dropshipment_requested"
    assert requested["dropshipping_info"]["supplier"]["id"] == supplier
    assert requested["warehouse"]["id"] == linked
    assert requested["lines"][0]["shippability"]["supplier_id"] == supplier


def test_response_to_a_comment_has_either_shape(fake: FakeOrdoro, api: Api) -> None:
    path = f"/v3/order/{fake.place_order('1001', {'MUG': 1})}/comment"

    created = api.write("POST", path, {"comment": "on its way"})
    fake.switches.comment_answer = "array"
    many = api.write("POST", path, {"comment": "late"})
    listed = api.get(path)
    fake.switches.comment_list = "object"
    last = api.get(path)

    assert (created["text"], many[0]["text"], last["text"]) == ("on its way", "late", "late")
    assert [made["text"] for made in listed["comment"]] == ["on its way", "late"]
    assert fake.comments("M-1001") == ["on its way", "late"]


def test_tag_is_made_once_and_put_on_orders(fake: FakeOrdoro, api: Api) -> None:
    number = fake.place_order("1001", {"MUG": 1})
    tag = api.write("POST", "/v3/tag", {"text": "gift", "color": "#FF0"})
    path = f"/v3/order/{number}/tag/{tag['id']}"

    api.write("POST", "/v3/tag", {"text": "gift", "color": "#FF0"})
    put_on = [api.write("POST", path) for _ in range(2)]
    taken_off = api.write("DELETE", path)

    assert [len(tags) for tags in put_on] == [1, 1]
    assert taken_off == []
    assert api.get("/v3/tag")["count"] == 1
    assert [it.kind for it in fake.ledger] == ["tag created", "tagged", "untagged"]


# Split orders


def test_split_order_is_a_view_only_parent(fake: FakeOrdoro, api: Api) -> None:
    number = fake.place_order("1001", {"MUG": 2, "VASE": 1}, supplier=fake.add_supplier("North"))
    mug, vase = (line["id"] for line in fake.order(number)["lines"])
    groups = [{mug: 1, vase: 0}, {mug: 1, vase: 1}]
    split = {
        "split_orders": [
            {"lines": [{"line_id": line, "quantity": n} for line, n in group.items()]}
            for group in groups
        ]
    }

    children = api.write("POST", f"/v3/order/{number}/split", split)

    parent = api.get(f"/v3/order/parent/{number}")
    first, second = (api.get(f"/v3/order/{child}") for child in children)
    assert children == parent["child_order_numbers"] == ["M-1001-1", "M-1001-2"]
    assert parent["ready"] is True
    assert [line["sku"] for line in first["lines"]] == ["MUG"]
    assert [line["quantity"] for line in second["lines"]] == [1, 1]
    assert {line["id"] for line in first["lines"] + second["lines"]}.isdisjoint({mug, vase})
    assert first["parent_order_number"] == number
    assert first["sibling_order_numbers"] == ["M-1001-2"]
    assert first["status"] == second["status"] == "dropshipment_requested"
    assert sorted(api.numbers()) == children
    assert api.refused("GET", f"/v3/order/{number}") == 404
    assert api.refused("POST", f"/v3/order/{number}/cancel") == 400
    assert api.refused("POST", f"/v3/order/{number}/split", split) == 400
    assert fake.effects("split") == [Effect("split", number, children)]


def test_pieces_appear_when_the_split_is_ready(
    fake: FakeOrdoro, api: Api, clock: VirtualClock
) -> None:
    fake.switches.split_ready_s = 30
    number = fake.place_order("1001", {"MUG": 2})

    children = fake.split(number, [{"MUG": 1}, {"MUG": 1}])

    assert api.get(f"/v3/order/parent/{number}")["ready"] is False
    assert api.numbers() == []
    assert api.refused("GET", f"/v3/order/{children[0]}") == 404
    clock.sleep(30)
    assert api.get(f"/v3/order/parent/{number}")["ready"] is True
    assert sorted(api.numbers()) == children


@pytest.mark.parametrize(
    "pieces",
    [
        [{"MUG": 3}, {"MUG": 0}],
        [{"MUG": 1}, {"MUG": 1}],
        [{"MUG": 2}, {"MUG": 2}],
        [{"MUG": 1.5}, {"MUG": 1.5}],
        [{"MUG": 3}],
        [],
    ],
    ids=["empty piece", "too few", "too many", "halves", "one piece", "no piece"],
)
def test_split_whose_quantities_do_not_add_up_is_refused(
    fake: FakeOrdoro, api: Api, pieces: list[dict[str, float]]
) -> None:
    number = fake.place_order("1001", {"MUG": 3})
    line = fake.order(number)["lines"][0]["id"]
    groups = [{"lines": [{"line_id": line, "quantity": piece["MUG"]}]} for piece in pieces]

    assert api.refused("POST", f"/v3/order/{number}/split", {"split_orders": groups}) == 400
    assert fake.ledger == []


def test_piece_is_split_again(fake: FakeOrdoro, api: Api) -> None:
    number = fake.place_order("1001", {"MUG": 3})

    _, second = fake.split(number, [{"MUG": 1}, {"MUG": 2}])
    pieces = fake.split(second, [{"MUG": 1}, {"MUG": 1}])

    assert pieces == ["M-1001-2-1", "M-1001-2-2"]
    assert api.get(f"/v3/order/{pieces[0]}")["parent_order_number"] == second
    assert fake.product("MUG")["total_committed"] == 3


def test_people_edit_and_reassign_a_requested_order(fake: FakeOrdoro, clock: VirtualClock) -> None:
    north, south = fake.add_supplier("Northwind"), fake.add_supplier("Southbay")
    number = fake.place_order("1001", {"MUG": 1, "VASE": 1}, supplier=north)
    clock.at += MINUTE

    fake.edit_lines(number, {"MUG": 0, "VASE": 2, "TRAY": 1})
    fake.reassign(number, south)

    order = fake.order(number)
    lines = {line["sku"]: line["quantity"] for line in order["lines"]}
    assert lines == {"VASE": 2, "TRAY": 1}
    assert order["dropshipping_info"]["supplier"]["id"] == south
    assert order["updated_date"] > order["created_date"]
    assert fake.ledger == []


def test_people_unassign_an_order_and_comment_on_it(fake: FakeOrdoro) -> None:
    number = fake.place_order("1001", {"MUG": 1}, supplier=fake.add_supplier("Northwind"))

    fake.unassign(number)
    fake.comment(number, "we have it here")
    fake.mark_as_shipped(number)

    assert fake.order(number)["status"] == "shipped"
    assert fake.order(number)["dropshipping_info"] == {}
    assert fake.comments(number) == ["we have it here"]


def test_order_is_placed_in_any_status(fake: FakeOrdoro) -> None:
    supplier = fake.add_supplier("Northwind")
    statuses = ("awaiting_fulfillment", "dropshipment_requested", "shipped", "cancelled")

    for status in statuses:
        fake.place_order(status, {"MUG": 1}, supplier=supplier, status=status)

    assert [fake.numbers(status=status) for status in statuses] == [
        [f"M-{status}"] for status in statuses
    ]
