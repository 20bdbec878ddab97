"""Parcels at a Supplier's shop: their units, their numbers, and the orders and pieces they are of.

P and F are rules of lifecycle.md, numbers are the differences of parts-at-services.md part 0.
"""

from collections import Counter
from collections.abc import Sequence

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.ids import gid
from ordosync.models import Shipment
from tests.accounts.contract.account import read, usable
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.listing import standing
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.fakes.shopify.fulfillment import everything, send
from tests.fakes.shopify.state import Fulfillment, FulfillmentOrder, Json

BOTH = (line("CUP", 2), line("MUG", 3))


def created(shipper: ShopifySupplierPeople) -> str:
    """Create an order of two CUP and three MUG; return its id."""
    [made] = opened(shipper).orders.create([order("1001", *BOTH)])
    return made.id


def shipments(shipper: ShopifySupplierPeople) -> Sequence[Shipment]:
    request = ReadRequest(cursor=None, now=shipper.settle())
    return usable(read(opened(shipper).shipments.changed(request))[0])


def units(shipment: Shipment) -> dict[str, int]:
    return {part.sku: part.quantity for part in shipment.lines or ()}


def shipped_together(shipper: ShopifySupplierPeople, *pieces: str) -> Fulfillment:
    """Ship pieces of an order in one parcel."""
    shop, rows = shipper.fake.shop, list[Json]([{"company": "UPS", "number": "1Z1", "url": None}])
    parts = [shop.sure(FulfillmentOrder, gid("FulfillmentOrder", it[-13:])) for it in pieces]
    return send(shop, [(part, everything(part)) for part in parts], rows)


def test_f1_each_fulfillment_is_a_parcel_with_its_units(shipper: ShopifySupplierPeople) -> None:
    """P1. The ids of the lines are those of the created order."""
    account = opened(shipper)
    [made] = account.orders.create([order("1001", *BOTH)])
    shipper.ship_part(made.id, parcel(number="1Z1"), 1, 0)
    shipper.ship_part(made.id, parcel(number="1Z2"), 1, 3)

    first, second = shipments(shipper)

    assert [(it.order_id, it.tracking_number, units(it)) for it in (first, second)] == [
        (made.id, "1Z1", {"CUP": 1}),
        (made.id, "1Z2", {"CUP": 1, "MUG": 3}),
    ]
    assert tuple(part.line_id for part in second.lines or ()) == made.line_ids
    assert first.is_last
    assert second.is_last


def test_f11_parcel_has_all_its_numbers_once(shipper: ShopifySupplierPeople) -> None:
    """P12. `trackingInfo` may repeat a number, since numbers and links are paired."""
    shipper.ship_with(created(shipper), "1Z1", "1Z2", "1Z1", "1Z3")

    [shipment] = shipments(shipper)

    assert (shipment.tracking_number, shipment.more_numbers) == ("1Z1", ("1Z2", "1Z3"))


def test_parcel_of_60_lines_is_read_whole_with_one_more_call(
    shipper: ShopifySupplierPeople,
) -> None:
    """Lifecycle 3.4: a longer parcel is asked for by its id."""
    many = [line(f"SKU-{place}", place + 1) for place in range(60)]
    [made] = opened(shipper).orders.create([order("1001", *many)])
    shipper.ship(made.id, parcel(number="1Z1"))
    before = Counter(shipper.fake.requests)

    [shipment] = shipments(shipper)

    assert units(shipment) == {item.sku: item.quantity for item in many}
    assert tuple(part.line_id for part in shipment.lines or ()) == made.line_ids
    assert Counter(shipper.fake.requests) - before == {"SentOrders": 1, "MoreSentLines": 1}


def test_p11_parcel_over_two_pieces_is_one_shipment_of_each(shipper: ShopifySupplierPeople) -> None:
    """P11. It has the units of the piece, with the ids that the lines of a piece have."""
    id_ = created(shipper)
    pieces = shipper.split(id_, (2, 1), (0, 2))
    shipped_together(shipper, *pieces)

    both = shipments(shipper)
    [split] = read(opened(shipper).splits.by_id([id_]))[0]

    assert [(it.order_id, it.ancestors, units(it)) for it in both] == [
        (pieces[0], (id_,), {"CUP": 2, "MUG": 1}),
        (pieces[1], (id_,), {"MUG": 2}),
    ]
    assert len({it.id for it in both}) == 2
    for shipment, piece in zip(both, split.pieces, strict=True):
        assert [(part.line_id, part.quantity) for part in shipment.lines or ()] == [
            (part.id, part.quantity) for part in piece.lines
        ]


def test_p9_recalled_parcel_over_two_pieces_is_void_in_both(shipper: ShopifySupplierPeople) -> None:
    id_ = created(shipper)
    pieces = shipper.split(id_, (2, 1), (0, 2))
    fulfillment = shipped_together(shipper, *pieces)
    before = [(it.id, it.order_id) for it in shipments(shipper)]

    shipper.fake.recall(fulfillment.id)

    assert [(it.id, it.order_id) for it in shipments(shipper) if it.voided] == before


def test_p8_piece_whose_parcel_was_recalled_keeps_its_id(shipper: ShopifySupplierPeople) -> None:
    """Shopify opens a new fulfillment order, which is the same piece."""
    id_ = created(shipper)
    first, second = shipper.split(id_, (2, 1), (0, 2))
    shipper.ship(first, parcel(number="1Z1"))
    shipper.recall(id_, "1Z1")
    [split] = read(opened(shipper).splits.by_id([id_]))[0]
    shipper.ship(id_, parcel(number="1Z2"))

    void, *again = shipments(shipper)

    assert [piece.id for piece in split.pieces] == [first, second]
    assert (void.order_id, void.voided) == (first, True)
    assert [(it.order_id, units(it), it.voided) for it in again] == [
        (first, {"CUP": 2, "MUG": 1}, False),
        (second, {"MUG": 2}, False),
    ]


@pytest.mark.parametrize("restock", ["CANCEL", "NO_RESTOCK", "RETURN"])
def test_refund_of_the_rest_makes_the_parcel_the_last_one(
    shipper: ShopifySupplierPeople, restock: str
) -> None:
    """2: open units are those of the fulfillment orders, not those of the refund."""
    id_ = created(shipper)
    shipper.ship_part(id_, parcel(number="1Z1"), 2, 1)
    order_gid = gid("Order", id_)
    if restock != "CANCEL":
        shipper.fake.refund(order_gid, {"MUG": 1}, restock)  # type: ignore[arg-type]
    [partly] = shipments(shipper)

    shipper.fake.refund(order_gid, {"MUG": 2}, "CANCEL")

    [shipment] = shipments(shipper)
    assert not partly.is_last
    assert shipment.is_last
    assert opened(shipper).orders.statuses([id_]) == {id_: "shipped"}


@pytest.mark.parametrize("shrinks", ["oldest", "newest"])
def test_s18_refund_of_sent_units_leaves_the_open_ones(
    shipper: ShopifySupplierPeople, shrinks: str
) -> None:
    """2: a refund without restock takes sent units first, and the same units are to be sent."""
    shipper.fake.switches.shrinks = shrinks  # type: ignore[assignment]
    id_ = created(shipper)
    shipper.ship_part(id_, parcel(number="1Z1"), 1, 1)

    shipper.fake.refund(gid("Order", id_), {"CUP": 1, "MUG": 1}, "NO_RESTOCK")

    [shipment] = shipments(shipper)
    assert not shipment.is_last
    assert shipper.open_units(id_) == {"CUP": 1, "MUG": 2}
    [listed] = [it.order for it in standing(shipper).values()]
    assert [(item.sku, item.quantity) for item in listed.lines] == [("CUP", 2), ("MUG", 3)]


def test_p24_status_of_a_piece_follows_its_units(shipper: ShopifySupplierPeople) -> None:
    """4: of two parcels of a piece the first is recalled, so it is not shipped any more."""
    id_ = created(shipper)
    first, second = shipper.split(id_, (2, 1), (0, 2))
    account = opened(shipper)
    shipper.ship_part(first, parcel(number="1Z1"), 1, 0)
    partly = account.orders.statuses([id_, first, second])
    shipper.ship(first, parcel(number="1Z2"))
    sent = account.orders.statuses([first])
    shipper.recall(id_, "1Z1")

    assert partly == {
        id_: "partially_shipped",
        first: "partially_shipped",
        second: "awaiting_fulfillment",
    }
    assert sent == {first: "shipped"}
    assert account.orders.statuses([first]) == {first: "partially_shipped"}
    assert standing(shipper)[first].order.status == "partially_shipped"


def test_statuses_of_whole_orders_take_one_call(shipper: ShopifySupplierPeople) -> None:
    account = opened(shipper)
    made = account.orders.create([order(name) for name in ("1001", "1002", "1003")])
    shipper.ship(made[0].id, parcel(number="1Z1"))
    before = Counter(shipper.fake.requests)

    statuses = account.orders.statuses([outcome.id for outcome in made])

    assert [*statuses.values()] == ["shipped", "awaiting_fulfillment", "awaiting_fulfillment"]
    assert Counter(shipper.fake.requests) - before == {"OrderStatuses": 1}


def test_p8_parcel_with_the_number_of_a_recalled_one_takes_its_place(
    shipper: ShopifySupplierPeople,
) -> None:
    """It is packed again under the same label, whose number is not void."""
    id_ = created(shipper)
    shipper.ship_part(id_, parcel(number="1Z1"), 1, 1)
    [first] = shipments(shipper)
    shipper.recall(id_, "1Z1")
    shipper.ship_part(id_, parcel(number="1Z1"), 2, 1)

    [now] = shipments(shipper)
    again = usable(read(opened(shipper).shipments.by_id([first.id]))[0])

    assert (now.id, now.voided, units(now)) == (first.id, False, {"CUP": 2, "MUG": 1})
    assert again == [now]


@pytest.mark.parametrize("place", ["first", "second"])
def test_18_rest_that_was_moved_is_no_piece(shipper: ShopifySupplierPeople, place: str) -> None:
    """Moving a part-sent fulfillment order puts the rest into a new one; the sent part stays."""
    id_ = created(shipper)
    shipper.fake.ship(gid("Order", id_), "1Z1", lines={"CUP": 2, "MUG": 1})
    shipper.clock.sleep(60)
    [part] = shipper.fake.fulfillment_orders(gid("Order", id_))
    moved = shipper.fake.split(part.id, {"MUG": 2})
    part.status = "CLOSED"
    if place == "second":
        shipper.fake.move(moved, shipper.fake.add_location("Annex"))
    shipper.fake.ship_piece(moved, "1Z2", lines={"MUG": 1})

    both = shipments(shipper)

    assert [(it.order_id, units(it), it.is_last) for it in both] == [
        (id_, {"CUP": 2, "MUG": 1}, False),
        (id_, {"MUG": 1}, False),
    ]
    assert read(opened(shipper).splits.by_id([id_]))[0] == []
    assert opened(shipper).orders.statuses([id_]) == {id_: "partially_shipped"}
