"""Bundles in a Merchant's shop, which has lines for their contents only."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.bundle_lines import (
    bundle_of,
    collapsed_units,
    contents_of,
    expanded_shipments,
)
from ordosync.accounts.shopify.ids import fulfillment_order, gid, line_id, number
from ordosync.accounts.shopify.parcel_allocation import units_of
from ordosync.accounts.shopify.schema import Metafield
from ordosync.accounts.shopify.split_history import SplitHistory
from ordosync.models import Order, ParcelLine
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import parcel
from tests.accounts.contract.opening import OpenMerchant, opened
from tests.accounts.shopify.listing import standing
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifyServicePeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.comparing import compared
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.rebuilding import lose, rebuilt

CONTENTS = {"CUP": 2, "MUG": 1}
"""The contents of one SET."""


def sell(
    seller: ShopifyMerchantPeople, count: int = 2, *more: dict[str, Any], **fields: Any
) -> str:
    """Sell some SETs, and other lines; return the fulfillment order."""
    lines = seller.fake.bundle("A set", count, CONTENTS, **{"sku": "SET", "price": 3, **fields})
    placed = seller.fake.place_order([*lines, *more], location=seller.place)
    return number(seller.fake.fulfillment_orders(placed)[0].id)


def sale(seller: ShopifyMerchantPeople, order_id: str) -> str:
    return seller.part(fulfillment_order(order_id)).order_id


def orders(seller: ShopifyMerchantPeople, **pair: object) -> list[Order]:
    account = opened(seller, pair=pair)
    pages = account.orders.changed(ReadRequest(cursor=None, now=seller.settle()))
    return [item for item in read(pages)[0] if isinstance(item, Order)]


def units(order: Order) -> dict[str, int]:
    return {line.sku: line.quantity for line in order.lines}


def by_id(account: OpenMerchant, order_id: str) -> Order:
    [page] = account.orders.by_id([order_id])
    [order] = page.items
    assert isinstance(order, Order)
    return order


def left(seller: ShopifyMerchantPeople, order_id: str) -> list[tuple[str, Mapping[str, int]]]:
    """Return the status and the open units of each fulfillment order."""
    return [
        (part.status, {str(sku): n for sku, n in seller.fake.contents(part.id).items() if n})
        for part in seller.fake.fulfillment_orders(sale(seller, order_id))
    ]


@pytest.fixture(name="pair")
def _pair(seller: ShopifyMerchantPeople, tmp_path: Path) -> Iterator[Pair]:
    with closing(SqliteSupplierPeople(tmp_path, seller.clock)) as supplier:
        yield Pair(tmp_path, seller, supplier)


def imported(pair: Pair, seller: ShopifyMerchantPeople, count: int = 2) -> tuple[str, str]:
    order_id = sell(seller, count)
    assert pair.run("import-orders").count("done") == 1
    return order_id, pair.link(order_id).supplier_id


def test_bundle_is_a_line_of_its_sku_with_the_price_of_its_contents(
    seller: ShopifyMerchantPeople,
) -> None:
    order_id = sell(
        seller, 2, {"sku": "PEN"}, custom_attributes=[{"key": "Engraving", "value": "Ann"}]
    )

    [order] = orders(seller)

    bundle, pen = order.lines
    assert (bundle.sku, bundle.name, bundle.quantity) == ("SET", "A set", 2)
    assert (bundle.unit_price, bundle.total, bundle.details) == (
        Decimal(9),
        Decimal(18),
        "Engraving: Ann",
    )
    assert (order.id, pen.sku, order.remark) == (order_id, "PEN", "")


def test_contents_of_a_bundle_are_sent_if_the_portal_says_so(
    seller: ShopifyMerchantPeople,
) -> None:
    sell(seller)

    [order] = orders(seller, bundles="contents")

    assert units(order) == {"CUP": 4, "MUG": 2}
    assert seller.fake.requests["GroupedOrders"] == 0


def test_order_without_bundles_costs_no_call_for_them(seller: ShopifyMerchantPeople) -> None:
    seller.fake.place_order({"CUP": 1}, location=seller.place)

    [order] = orders(seller)

    assert units(order) == {"CUP": 1}
    assert seller.fake.requests["GroupedOrders"] == 0


def test_bundle_without_a_sku_is_sent_as_its_contents(seller: ShopifyMerchantPeople) -> None:
    sell(seller, sku=None)

    [order] = orders(seller)

    assert (units(order), order.remark) == ({"CUP": 4, "MUG": 2}, "")


def test_bundle_whose_contents_ship_from_two_places_is_sent_as_its_contents(
    seller: ShopifyMerchantPeople,
) -> None:
    places = {"CUP": seller.place, "MUG": seller.fake.location_id}
    seller.fake.place_order(seller.fake.bundle("A set", 2, CONTENTS, sku="SET"), location=places)

    [order] = orders(seller)

    assert units(order) == {"CUP": 4}
    assert order.remark == "sends the contents of SET: not all are to be shipped together"


def test_run_names_a_bundle_that_is_sent_as_its_contents(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id = sell(seller)
    seller.fake.refund(sale(seller, order_id), {"MUG": 1})

    [step] = pair.run("import-orders").steps

    assert step.reason == "sends the contents of SET: not all are to be shipped together"


@pytest.mark.parametrize("removed", [{"MUG": 1}, {"MUG": 2}, {"CUP": 2, "MUG": 1}])
def test_bundle_with_units_removed_before_the_import_is_sent_as_its_contents(
    seller: ShopifyMerchantPeople, removed: Mapping[str, int]
) -> None:
    order_id = sell(seller)
    seller.fake.refund(sale(seller, order_id), removed)

    [order] = orders(seller)

    expected = {"CUP": 4 - removed.get("CUP", 0), "MUG": 2 - removed.get("MUG", 0)}
    assert units(order) == {sku: count for sku, count in expected.items() if count}
    assert "SET" in order.remark


def test_bundle_with_a_sent_part_is_sent_as_its_contents(seller: ShopifyMerchantPeople) -> None:
    order_id = sell(seller)
    seller.fake.ship(sale(seller, order_id), lines={"CUP": 1})

    [order] = orders(seller)

    assert units(order) == {"CUP": 3, "MUG": 2}


def test_bundle_whose_contents_are_no_multiple_is_sent_as_its_contents(
    seller: ShopifyMerchantPeople,
) -> None:
    cup, mug = seller.fake.bundle("A set", 2, CONTENTS, sku="SET")
    seller.fake.place_order([{**cup, "quantity": 3}, mug], location=seller.place)

    [order] = orders(seller)

    assert units(order) == {"CUP": 3, "MUG": 2}


def test_bundle_after_the_first_page_of_lines_is_a_line(seller: ShopifyMerchantPeople) -> None:
    pens = [{"sku": f"PEN-{n}"} for n in range(60)]
    lines = seller.fake.bundle("A set", 1, CONTENTS, sku="SET")
    seller.fake.place_order([*pens, *lines], location=seller.place)

    [order] = orders(seller)

    assert len(order.lines) == 61
    assert order.lines[-1].sku == "SET"


def test_two_bundles_of_one_kind_are_two_lines(seller: ShopifyMerchantPeople) -> None:
    sell(seller, 1, *seller.fake.bundle("A set", 3, CONTENTS, sku="SET"))

    [order] = orders(seller)

    assert [(line.sku, line.quantity) for line in order.lines] == [("SET", 1), ("SET", 3)]
    assert len({line.id for line in order.lines}) == 2


def test_bundle_is_shipped_unless_none_of_its_contents_is(seller: ShopifyMerchantPeople) -> None:
    order_id = sell(seller)
    cup, mug = seller.fake.order(sale(seller, order_id)).lines
    shipped = []
    for line in (cup, mug):
        line.requires_shipping = False
        [order] = orders(seller)
        shipped.append((bool(order.not_shipped), order.needs_shipping))

    assert shipped == [(False, True), (True, False)]


def test_contents_are_claimed_as_before(seller: ShopifyMerchantPeople) -> None:
    order_id = sell(seller)
    account = opened(seller)

    claims = account.orders.line_claims(by_id(account, order_id))

    lines = seller.fake.order(sale(seller, order_id)).lines
    assert [*claims] == [number(line.id) for line in lines]


@pytest.mark.parametrize(("before", "after"), [("contents", "parent"), ("parent", "contents")])
def test_imported_order_keeps_its_lines_if_the_option_changes(
    seller: ShopifyMerchantPeople, before: str, after: str
) -> None:
    order_id = sell(seller)
    [first] = orders(seller, bundles=before)
    account = opened(seller)
    account.orders.acknowledge([order_id])
    account.close()

    [again] = orders(seller, bundles=after)

    assert (again.lines, again.content) == (first.lines, first.content)


def test_order_imported_by_an_older_version_is_not_edited(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    """It was imported with its contents, and no bundle is recorded."""
    seller.pair = {**seller.pair, "bundles": "contents"}
    pair.configure(edits={"lines": "apply", "notes": "apply"})
    order_id, supplier_id = imported(pair, seller)
    [record] = seller.kept(
        seller.fake.order(sale(seller, order_id)), f"sent_{number(seller.place)}"
    ).values()
    seller.pair = {key: value for key, value in seller.pair.items() if key != "bundles"}
    pair.configure(edits={"lines": "apply", "notes": "apply"})
    seller.fake.change(sale(seller, order_id), note="Ring twice")

    edited = pair.run("import-orders")
    stayed = pair.supplier.open_units(supplier_id)
    pair.supplier.ship(supplier_id, parcel())
    pair.run("update-tracking")

    assert {*record} == {"at", "lines"}
    assert (edited.count("unchanged"), edited.steps) == (1, ())
    assert stayed == {"CUP": 4, "MUG": 2}
    assert pair.supplier.open_units(supplier_id) == {}
    assert left(seller, order_id) == [("CLOSED", {})]


def test_order_with_a_bundle_is_not_edited_by_its_import(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    pair.configure(edits={"lines": "apply", "notes": "apply"})
    imported(pair, seller)
    pair.stays_quiet("import-orders", "cancel-orders", "update-tracking")


def test_parcel_of_all_bundles_ships_the_order(pair: Pair, seller: ShopifyMerchantPeople) -> None:
    order_id, supplier_id = imported(pair, seller)
    pair.supplier.ship(supplier_id, parcel())

    pair.run("update-tracking")

    assert left(seller, order_id) == [("CLOSED", {})]
    pair.stays_quiet("update-tracking", "import-orders", "cancel-orders")


def test_parcel_of_one_bundle_has_its_contents(pair: Pair, seller: ShopifyMerchantPeople) -> None:
    order_id, supplier_id = imported(pair, seller)
    assert pair.supplier.open_units(supplier_id) == {"SET": 2}
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1)

    pair.run("update-tracking")

    assert left(seller, order_id) == [("IN_PROGRESS", {"CUP": 2, "MUG": 1})]
    pair.stays_quiet("update-tracking", "import-orders", "cancel-orders")
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1)
    pair.run("update-tracking")
    assert left(seller, order_id) == [("CLOSED", {})]
    assert seller.fake.tracking(sale(seller, order_id)) == ["1Z1", "1Z2"]


def test_parcels_are_listed_with_their_bundles(pair: Pair, seller: ShopifyMerchantPeople) -> None:
    order_id, supplier_id = imported(pair, seller)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1)
    pair.run("update-tracking")

    snapshot = standing(seller)[order_id]

    [line], [shipment] = snapshot.order.lines, snapshot.shipments
    assert (line.sku, line.quantity) == ("SET", 2)
    assert shipment.lines is not None
    assert [(part.line_id, part.quantity) for part in shipment.lines] == [(line.id, 1)]


def test_parcel_of_a_deleted_label_is_replaced(pair: Pair, seller: ShopifyMerchantPeople) -> None:
    order_id, supplier_id = imported(pair, seller)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1)
    pair.run("update-tracking")
    pair.supplier.recall(supplier_id, "1Z1")
    pair.run("update-tracking")
    pair.stays_quiet("import-orders", "cancel-orders")

    pair.supplier.ship(supplier_id, parcel(number="1Z2"))
    pair.run("update-tracking")

    assert left(seller, order_id) == [("CLOSED", {})]


def test_split_of_the_supplier_splits_the_contents(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id, supplier_id = imported(pair, seller, 3)
    first, second = pair.supplier.split(supplier_id, (1,), (2,))

    pair.run("split-order")

    assert left(seller, order_id) == [
        ("OPEN", {"CUP": 2, "MUG": 1}),
        ("OPEN", {"CUP": 4, "MUG": 2}),
    ]
    pair.stays_quiet("split-order", "import-orders", "cancel-orders")
    pair.supplier.ship(first, parcel(number="1Z1"))
    pair.supplier.ship_part(second, parcel(number="1Z2"), 1)
    pair.run("update-tracking")
    assert [units for _, units in left(seller, order_id)] == [{}, {"CUP": 2, "MUG": 1}]
    pair.stays_quiet("update-tracking", "import-orders", "cancel-orders")


def test_shortage_of_a_bundle_holds_its_contents(pair: Pair, seller: ShopifyMerchantPeople) -> None:
    pair.configure(shortages={"hold": "true"})
    order_id, supplier_id = imported(pair, seller)
    pair.supplier.shorten(supplier_id, "out-of-stock", 1)

    pair.run("report-shortages")

    assert sorted(left(seller, order_id)) == [
        ("ON_HOLD", {"CUP": 2, "MUG": 1}),
        ("OPEN", {"CUP": 2, "MUG": 1}),
    ]


def test_service_gives_the_contents_of_a_short_bundle_back(
    asking: ShopifyServicePeople, tmp_path: Path
) -> None:
    with closing(SqliteSupplierPeople(tmp_path, asking.clock)) as supplier:
        pair = Pair(tmp_path, asking, supplier)
        pair.configure(shortages={"hold": "true"})
        lines = asking.fake.bundle("A set", 2, CONTENTS, sku="SET")
        placed = asking.fake.place_order(lines, location=asking.place, request=True)
        assert pair.run("import-orders").count("done") == 1
        [part] = asking.fake.fulfillment_orders(placed)
        accepted = part.request_status
        supplier.shorten(pair.link(number(part.id)).supplier_id, "out-of-stock", 2)

        pair.run("report-shortages")

    returned = [asking.fake.contents(it.id) for it in asking.fake.fulfillment_orders(placed)]
    assert accepted == "ACCEPTED"
    assert {"CUP": 4, "MUG": 2} in returned
    assert "ACCEPTED" not in {it.request_status for it in asking.fake.fulfillment_orders(placed)}


def test_removed_bundle_is_cancelled_at_the_supplier(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id, supplier_id = imported(pair, seller)
    seller.fake.refund(sale(seller, order_id), {"CUP": 2, "MUG": 1})

    pair.run("cancel-orders")

    assert pair.supplier.open_units(supplier_id) == {"SET": 1}
    pair.stays_quiet("import-orders", "cancel-orders")


def test_bundle_that_lost_a_part_after_its_import_is_not_sent(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id, supplier_id = imported(pair, seller)
    seller.fake.refund(sale(seller, order_id), {"MUG": 1})

    pair.run("cancel-orders")

    assert pair.supplier.open_units(supplier_id) == {"SET": 1}
    order = by_id(opened(seller), order_id)
    assert (units(order), order.remark) == ({"SET": 1}, "leaves out CUP: in no whole bundle now")
    pair.supplier.ship(supplier_id, parcel())
    pair.run("update-tracking")
    assert left(seller, order_id) == [("IN_PROGRESS", {"CUP": 2})]


def test_cancelled_order_with_a_bundle_is_cancelled(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id, supplier_id = imported(pair, seller)
    seller.cancel(order_id)

    pair.run("cancel-orders")

    assert pair.supplier.status(supplier_id) == "cancelled"


def test_order_that_users_split_keeps_its_bundles(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    order_id, supplier_id = imported(pair, seller)
    seller.fake.split(fulfillment_order(order_id), {"CUP": 1, "MUG": 1})
    assert pair.run("import-orders").count("done") == 0
    pair.stays_quiet("cancel-orders")
    assert pair.supplier.open_units(supplier_id) == {"SET": 2}

    pair.supplier.ship(supplier_id, parcel())
    pair.run("update-tracking")

    assert {status for status, _ in left(seller, order_id)} == {"CLOSED"}


def test_bundle_is_whole_while_users_have_moved_one_of_its_contents(
    seller: ShopifyMerchantPeople,
) -> None:
    """The order's own fulfillment order has no line of the other content any more."""
    order_id = sell(seller, 1)
    with closing(opened(seller)) as account:
        by_id(account, order_id)
        account.orders.acknowledge([order_id])
        seller.fake.split(fulfillment_order(order_id), {"MUG": 1})

        order = by_id(account, order_id)

    assert (units(order), order.remark) == ({"SET": 1}, "")


def test_bundle_is_not_edited_while_users_have_moved_one_of_its_contents(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    pair.configure(edits={"lines": "apply"})
    order_id, supplier_id = imported(pair, seller, 1)
    seller.fake.split(fulfillment_order(order_id), {"MUG": 1})

    for task in ("import-orders", "cancel-orders", "import-orders"):
        pair.run(task)

    assert pair.supplier.open_units(supplier_id) == {"SET": 1}
    pair.supplier.ship(supplier_id, parcel())
    pair.run("update-tracking")
    assert {status for status, _ in left(seller, order_id)} == {"CLOSED"}


def test_contents_are_unimported_sales_of_their_products(seller: ShopifyMerchantPeople) -> None:
    for sku in CONTENTS:
        seller.fake.add_product(sku, on_hand=0, location=seller.place)
    items = [number(seller.fake.item(sku).id) for sku in CONTENTS]
    sell(seller)

    stock = opened(seller).stock.current(items)

    assert [stock[item].unsent for item in items] == [4, 2]


@pytest.mark.parametrize("products", [{"but": ["SET"]}, {"skus": ["CUP", "MUG"]}])
def test_bundle_that_is_not_the_suppliers_is_sent_as_its_contents(
    pair: Pair, seller: ShopifyMerchantPeople, products: Mapping[str, object]
) -> None:
    pair.configure(products=products)

    _, supplier_id = imported(pair, seller)

    assert pair.supplier.open_units(supplier_id) == {"CUP": 4, "MUG": 2}


def test_both_accounts_are_alike_after_a_parcel_of_some_bundles(
    pair: Pair, seller: ShopifyMerchantPeople
) -> None:
    pair.configure(manage_inventory="false")
    _, supplier_id = imported(pair, seller)
    imported(pair, seller, 1)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1)
    pair.run("update-tracking")

    assert compared(pair) == []


def test_lost_store_is_rebuilt_with_bundles(pair: Pair, seller: ShopifyMerchantPeople) -> None:
    pair.configure(manage_inventory="false")
    order_id, supplier_id = imported(pair, seller)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1)
    pair.run("update-tracking")
    lose(pair)
    rebuilt(pair)

    pair.stays_quiet("import-orders", "cancel-orders", "update-tracking")
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1)
    pair.run("update-tracking")
    assert left(seller, order_id) == [("CLOSED", {})]


@pytest.mark.parametrize("value", ['["junk"]', '["1x0"]', '["1x"]', "[3]", "3"])
def test_record_that_users_have_overwritten_names_no_bundle(value: str) -> None:
    at = '"at": "2026-11-02T12:00:00Z"'
    sent = Metafield(value=f'{{"7": {{{at}, "lines": ["1"], "bundles": {value}}}}}')

    assert [*SplitHistory.of(sent, None).bundles("7", ())] == []


def test_merged_orders_name_the_line_of_the_same_bundle(seller: ShopifyMerchantPeople) -> None:
    """Users split a sale before its import, so its parts are two orders of the same bundle."""
    first = sell(seller)
    second = number(seller.fake.split(fulfillment_order(first), {"CUP": 2, "MUG": 1}))
    with closing(opened(seller)) as account:
        lines = {order.id: order.lines for order in orders(seller)}
        account.orders.acknowledge([first, second])
        seller.fake.merge(fulfillment_order(second), into=fulfillment_order(first))
        seller.fake.refund(sale(seller, first), {"CUP": 2, "MUG": 1})
        pages = account.cancellations.changed(ReadRequest(cursor=None, now=seller.settle()))
        found = {item.order_id: item.lines for item in read(pages)[0]}

    [of_first], [of_second] = lines[first], lines[second]
    assert found == {
        first: (ParcelLine(line_id=of_first.id, quantity=1),),
        second: (ParcelLine(line_id=of_second.id, quantity=0, other_lines=(of_first.id,)),),
    }


@given(
    contents=st.dictionaries(st.integers(1, 9).map(str), st.integers(1, 5), min_size=1),
    count=st.integers(0, 5),
)
def test_contents_of_what_is_collapsed_are_what_it_was(
    contents: Mapping[str, int], count: int
) -> None:
    bundle = bundle_of(contents)
    units = Counter({gid("LineItem", item): n * count for item, n in contents.items()})
    collapsed = collapsed_units(units, [bundle])
    lines = tuple(
        ParcelLine(line_id=line_id("7", item), quantity=n) for item, n in collapsed.items()
    )

    [expanded] = expanded_shipments([parcel(order_id="7", lines=lines)])

    assert contents_of(bundle) == contents
    assert collapsed == Counter({bundle: count} if count else {})
    assert +units_of(expanded) == +units
