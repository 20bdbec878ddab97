"""Changes of lines and address at the fake Ordoro: difference 16 of parts-at-services.md 0.

Each call is in the contract (part 2). What no page says is a switch; its default is the worst case.
"""

import pytest

from tests.fakes.client import PARCEL, Api
from tests.fakes.ordoro import FakeOrdoro
from tests.support.clock import VirtualClock


def placed(fake: FakeOrdoro) -> tuple[str, list[int]]:
    """Place an order of two MUG and one CUP; return its number and the ids of its lines."""
    number = fake.place_order("1001", {"MUG": 2, "CUP": 1})
    return number, [line["id"] for line in fake.order(number)["lines"]]


def quantities(fake: FakeOrdoro, number: str) -> dict[str, int]:
    return {line["sku"]: line["quantity"] for line in fake.order(number)["lines"]}


def test_line_is_changed_added_and_deleted_and_the_answer_is_the_order(
    fake: FakeOrdoro, api: Api
) -> None:
    number, [mug, cup] = placed(fake)
    fake.add_product("PEN")

    changed = api.write("PUT", f"/v3/order/{number}/line/{mug}", {"quantity": 1})
    added = api.write("POST", f"/v3/order/{number}/line", {"sku": "PEN", "quantity": 3})
    deleted = api.write("DELETE", f"/v3/order/{number}/line/{cup}")

    assert {answer["order_number"] for answer in (changed, added, deleted)} == {number}
    assert quantities(fake, number) == {"MUG": 1, "PEN": 3}


def test_line_of_another_order_is_not_found(fake: FakeOrdoro, api: Api) -> None:
    number, _ = placed(fake)

    assert api.refused("PUT", f"/v3/order/{number}/line/7", {"quantity": 1}) == 404
    assert api.refused("DELETE", f"/v3/order/{number}/line/7") == 404


def test_sku_of_a_line_cannot_be_changed(fake: FakeOrdoro, api: Api) -> None:
    number, [mug, _] = placed(fake)

    assert api.refused("PUT", f"/v3/order/{number}/line/{mug}", {"sku": "PEN"}) == 400


@pytest.mark.parametrize("name", ["shipping_address", "billing_address"])
def test_change_of_an_address_answers_the_address(fake: FakeOrdoro, api: Api, name: str) -> None:
    number, _ = placed(fake)
    other = {"shipping_address", "billing_address"} - {name}
    before = fake.order(number)

    address = api.write("PUT", f"/v3/order/{number}/{name}", {"street1": "2 Low Street"})

    assert (address["street1"], address["city"]) == ("2 Low Street", "Leeds")
    assert "order_number" not in address
    assert fake.order(number)[name] == address
    assert [fake.order(number)[each] for each in other] == [before[each] for each in other]


@pytest.mark.parametrize("created", [False, True])
def test_line_with_an_unknown_sku_is_added_only_by_a_switch(
    fake: FakeOrdoro, api: Api, *, created: bool
) -> None:
    number, _ = placed(fake)
    fake.switches.unknown_sku = "created" if created else "refused"

    if created:
        api.write("POST", f"/v3/order/{number}/line", {"sku": "PEN"})
        assert fake.product("PEN")["name"] == "PEN"
    else:
        assert api.refused("POST", f"/v3/order/{number}/line", {"sku": "PEN"}) == 400


@pytest.mark.parametrize("taken", [False, True])
def test_order_with_a_label_is_changed_only_by_a_switch(
    fake: FakeOrdoro, api: Api, *, taken: bool
) -> None:
    number, [mug, _] = placed(fake)
    fake.print_label(number, "1Z1")
    fake.switches.label_edits = "taken" if taken else "refused"

    assert fake.order(number)["shipping_info"]["has_label"]
    if taken:
        api.write("PUT", f"/v3/order/{number}/line/{mug}", {"quantity": 1})
    else:
        assert api.refused("PUT", f"/v3/order/{number}/line/{mug}", {"quantity": 1}) == 400
        assert api.refused("DELETE", f"/v3/order/{number}/line/{mug}") == 400
        assert api.refused("POST", f"/v3/order/{number}/line", {"sku": "PEN"}) == 400
        assert api.refused("PUT", f"/v3/order/{number}/shipping_address", {"name": "X"}) == 400


@pytest.mark.parametrize("moved", [False, True])
def test_change_of_a_line_moves_the_update_time_only_by_a_switch(
    fake: FakeOrdoro, api: Api, clock: VirtualClock, *, moved: bool
) -> None:
    number, [mug, _] = placed(fake)
    before = fake.order(number)["updated_date"]
    fake.switches.line_edits_update_order = moved
    clock.at = clock.now().replace(year=2027)

    after = api.write("PUT", f"/v3/order/{number}/line/{mug}", {"quantity": 1})["updated_date"]

    assert (after != before) is moved


@pytest.mark.parametrize("deleted", [False, True])
def test_last_line_is_deleted_only_by_a_switch(
    fake: FakeOrdoro, api: Api, *, deleted: bool
) -> None:
    number, [mug, cup] = placed(fake)
    fake.switches.last_line = "deleted" if deleted else "refused"
    api.write("DELETE", f"/v3/order/{number}/line/{mug}")

    if deleted:
        api.write("DELETE", f"/v3/order/{number}/line/{cup}")
    else:
        assert api.refused("DELETE", f"/v3/order/{number}/line/{cup}") == 400


@pytest.mark.parametrize("kept", [False, True])
def test_voided_label_may_stay_readable(fake: FakeOrdoro, api: Api, *, kept: bool) -> None:
    number, _ = placed(fake)
    fake.print_label(number, "1Z1")
    fake.switches.voided_label = "kept" if kept else "gone"

    answer = api.write("DELETE", f"/v3/order/{number}/shipping_info")

    assert answer["status"] == "awaiting_fulfillment"
    assert answer["shipping_info"].get("void", False) is kept
    api.write("POST", f"/v3/order/{number}/shipping_info", PARCEL)
    assert fake.order(number)["shipping_info"]["tracking_number"] == PARCEL["tracking_number"]
    assert not fake.order(number)["shipping_info"]["void"]


@pytest.mark.parametrize("replaced", [False, True])
def test_second_shipping_information_is_refused_or_replaces_the_first(
    fake: FakeOrdoro, api: Api, *, replaced: bool
) -> None:
    number, _ = placed(fake)
    fake.ship(number, "1Z1")
    fake.switches.second_shipping = "replaced" if replaced else "refused"

    if replaced:
        api.write("POST", f"/v3/order/{number}/shipping_info", PARCEL)
    else:
        assert api.refused("POST", f"/v3/order/{number}/shipping_info", PARCEL) == 400


def test_label_has_a_call_of_its_own(fake: FakeOrdoro) -> None:
    number, _ = placed(fake)
    fake.print_label(number, "1Z1")
    fake.on_exchange = lambda _: None  # The call is not in the document of this repository's calls.

    assert fake.send("DELETE", f"/v3/order/{number}/label", b"{}") == 200
    assert fake.order(number)["status"] == "awaiting_fulfillment"
    assert fake.send("DELETE", f"/v3/order/{number}/label", b"{}") == 404
