"""Units that users of a Merchant's shop hold, release, merge, replace or move after the import.

S24, S25 and P11 of lifecycle.md; differences 1 and 18 of parts-at-services.md.
"""

from pathlib import Path

import pytest

from ordosync.accounts.shopify.ids import fulfillment_order, number
from ordosync.config import load_config
from ordosync.models import Order
from ordosync.store import Store
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.merchant_parcels import lines_of, part
from tests.accounts.contract.merchant_splits import partition
from tests.accounts.contract.opening import PORTAL, opened
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.pair import Pair

TASK = "update-tracking"


@pytest.fixture(name="pair")
def _pair(seller: ShopifyMerchantPeople, tmp_path: Path) -> Pair:
    return Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))


def ledger(pair: Pair, order_id: str) -> tuple[int | None, int | None, int | None]:
    """Return the open, sent and cancelled units of the only line of an order."""
    with Store.open(load_config(pair.path).database) as store:
        [line] = store.links(PORTAL).lines_of([order_id])[order_id]
    return line.open_units, line.sent, line.cancelled


def open_steps(pair: Pair) -> list[str]:
    """Return the states of the steps that wait or have failed."""
    with Store.open(load_config(pair.path).database) as store:
        return [step.state for step in store.steps.open() if step.portal == PORTAL]


def ship(pair: Pair, supplier_id: str, number: str, units: int) -> None:
    """Send units of the only line in a parcel, and report it."""
    pair.supplier.ship_part(supplier_id, parcel(number=number), units)
    pair.run(TASK)


def test_s24_part_that_is_held_and_released_is_neither_imported_nor_lost(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id, supplier_id = pair.imported("1001", line("CUP", 3))
    first = fulfillment_order(order_id)
    seller.fake.hold(first, lines={"CUP": 1})
    pair.run("import-orders")
    ship(pair, supplier_id, "1Z1", 1)
    held = seller.sent_units(order_id)
    seller.fake.release(first)
    pair.run("import-orders")

    ship(pair, supplier_id, "1Z2", 2)

    assert held == {"CUP": 1}
    assert len(pair.supplier.orders()) == 0
    assert seller.sent_units(order_id) == {"CUP": 3}
    assert ledger(pair, order_id) == (0, 3, 0)
    assert open_steps(pair) == []


def test_s25_release_before_any_parcel_merges_the_rest_back(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    """Difference 1: the second fulfillment order is closed with 0/0, which is no cancellation."""
    order_id, supplier_id = pair.imported("1001", line("CUP", 2))
    first = fulfillment_order(order_id)
    seller.fake.hold(first, lines={"CUP": 1})
    for task in ("import-orders", "cancel-orders"):
        pair.run(task)
    seller.fake.release(first)

    ran = [pair.run(task) for task in ("import-orders", "cancel-orders")]
    ship(pair, supplier_id, "1Z1", 1)

    assert [each.count("done") for each in ran] == [0, 0]
    assert seller.sent_units(order_id) == {"CUP": 1}
    assert ledger(pair, order_id) == (1, 1, 0)


def test_parcel_goes_to_the_fulfillment_order_that_replaced_its_own(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id, supplier_id = pair.imported("1001", line("CUP", 2))
    seller.fake.replace(fulfillment_order(order_id))

    ship(pair, supplier_id, "1Z1", 1)
    ship(pair, supplier_id, "1Z2", 1)

    assert seller.sent_units(order_id) == {"CUP": 2}
    assert seller.all_numbers(order_id) == ["1Z1", "1Z2"]
    assert open_steps(pair) == []


def test_18_units_that_were_moved_away_are_not_sent_from_here(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id, supplier_id = pair.imported("1001", line("CUP", 3))
    ship(pair, supplier_id, "1Z1", 1)
    seller.fake.move(fulfillment_order(order_id), seller.fake.location_id)

    ship(pair, supplier_id, "1Z2", 2)

    assert seller.sent_units(order_id) == {"CUP": 1}
    assert open_steps(pair) == ["failed"]


def test_units_that_are_moved_here_are_neither_shipped_nor_passed_over(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    """Shopify closes the fulfillment order that is here, and makes a new one of all units (D).

    https://shopify.dev/docs/api/admin-graphql/latest/mutations/fulfillmentOrderMove
    """
    for sku in ("CUP", "MUG"):
        seller.fake.add_product(sku, on_hand=10)
    places = {"CUP": seller.place, "MUG": seller.fake.location_id}
    bought = seller.fake.place_order({"CUP": 2, "MUG": 3}, location=places)
    pair.run("import-orders")
    [order] = pair.supplier.orders()
    own, other = seller.fake.fulfillment_orders(bought)
    moved = seller.fake.move(other.id, seller.place, {"MUG": 1})

    ran = pair.run("import-orders")
    pair.supplier.ship(order.id, parcel(number="1Z1"))
    pair.run(TASK)

    assert (own.status, seller.fake.contents(moved)) == ("CLOSED", {"CUP": 0, "MUG": 1})
    assert [(step.state, step.code) for step in ran.steps] == [("failed", "moved-here")]
    assert seller.all_numbers(number(own.id)) == ["1Z1"]
    assert len(pair.supplier.orders()) == 0


def test_whole_parcel_ships_none_of_the_units_that_were_moved_beside_its_own(
    seller: ShopifyMerchantPeople,
) -> None:
    """The account itself knows its line items, also if a task does not say what was ordered."""
    for sku in ("CUP", "MUG"):
        seller.fake.add_product(sku, on_hand=10)
    places = {"CUP": seller.place, "MUG": seller.fake.location_id}
    own, other = seller.fake.fulfillment_orders(
        seller.fake.place_order({"CUP": 2, "MUG": 3}, location=places)
    )
    account = opened(seller)
    account.orders.acknowledge([number(own.id)])
    moved = seller.fake.move(other.id, seller.place, {"MUG": 1})

    [outcome] = account.tracking.add([parcel(number(own.id))])

    assert outcome.state == "done"
    assert seller.fake.contents(moved) == {"CUP": 0, "MUG": 1}


def test_p11_part_of_a_merged_piece_is_sent_from_the_one_that_has_it(
    seller: ShopifyMerchantPeople,
) -> None:
    """Difference 1: a piece can vanish by a click; the line item says where its units are."""
    account = opened(seller)
    order_id, pieces = _split_and_merged(seller)
    ids = {"CUP": f"{pieces[1]}:{_item(seller, order_id)}"}

    [outcome] = account.tracking.add([part(pieces[1], ids, CUP=1)])

    assert outcome.state == "done"
    assert seller.sent_units(order_id) == {"CUP": 1}


def test_whole_piece_into_which_another_was_merged_mails_nothing(
    seller: ShopifyMerchantPeople,
) -> None:
    """Never mail a buyer about units that are not on their way: those of the other piece."""
    account = opened(seller)
    order_id, pieces = _split_and_merged(seller)

    [outcome] = account.tracking.add([parcel(pieces[0])])

    assert (outcome.state, outcome.code) == ("refused", "merged")
    assert seller.sent_units(order_id) == {}


def test_lines_of_pieces_have_ids_of_their_own(seller: ShopifyMerchantPeople) -> None:
    """Links of lines go by id, so the same line item has another id in each piece."""
    account = opened(seller)
    order_id = seller.request(_order())
    account.orders.acknowledge([order_id])
    [order] = [item for page in account.orders.by_id([order_id]) for item in page.items]
    [outcome] = account.splits.split([partition(order, (1,), (2,))])  # type: ignore[arg-type]

    ids = [line.id for piece in outcome.pieces for line in piece.lines]
    read = [lines_of(account, piece.id)["CUP"] for piece in outcome.pieces]

    assert len({*ids}) == 2
    assert read == [(ids[0], 1), (ids[1], 2)]


def _split_and_merged(seller: ShopifyMerchantPeople) -> tuple[str, list[str]]:
    """Split an order of three CUP into 1 and 2, and merge the second piece into the first."""
    account = opened(seller)
    order_id = seller.request(_order())
    account.orders.acknowledge([order_id])
    [order] = [item for page in account.orders.by_id([order_id]) for item in page.items]
    [outcome] = account.splits.split([partition(order, (1,), (2,))])  # type: ignore[arg-type]
    pieces = [piece.id for piece in outcome.pieces]
    seller.fake.merge(fulfillment_order(pieces[1]), into=fulfillment_order(pieces[0]))
    return order_id, pieces


def _order() -> Order:
    return sold("1001", line("CUP", 3))


def _item(seller: ShopifyMerchantPeople, order_id: str) -> str:
    return number(seller.part(fulfillment_order(order_id)).lines[0].line_id)
