"""Selection of the Supplier's orders and lines in a shop."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.woocommerce.order_mapping import order_of
from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.config.settings import ProductsConfig
from ordosync.errors import SignInError, UnavailableError
from ordosync.models import InvalidRecord, Order
from tests.accounts.contract.account import read, whole_orders
from tests.accounts.contract.examples import parcel
from tests.accounts.contract.opening import OpenMerchant, opened
from tests.accounts.woocommerce.shops import merchant, requests
from tests.fakes.woocommerce import FakeWooCommerce, Fault, Switches
from tests.support.clock import START, VirtualClock


def basket(order: object) -> list[tuple[str, int]]:
    """Return the units that are still to be sent."""
    assert isinstance(order, Order)
    return [(line.sku, line.quantity) for line in order.lines if line.quantity]


def orders(account: OpenMerchant) -> list[Order | InvalidRecord]:
    return read(account.orders.changed(ReadRequest(cursor=None, now=START)))[0]


def offer(fake: FakeWooCommerce) -> None:
    """Offer a mug and two sizes of a shirt of Northwind's, and a cup of another supplier."""
    theirs: dict[str, Any] = {
        "tags": ["North Wind"],
        "categories": ["Drop"],
        "meta_data": [{"key": "_supplier", "value": "northwind"}],
    }
    fake.add_product("MUG", **theirs)
    fake.add_product("SHIRT", type="variable", **theirs)
    fake.add_variation("SHIRT", "SHIRT-S")
    fake.add_variation("SHIRT", "SHIRT-M")
    fake.add_product("CUP")


@pytest.mark.parametrize(
    "pair",
    [
        {"tag": "north wind"},
        {"tag": "north-wind"},
        {"category": "Drop"},
        {"meta": {"_supplier": "northwind"}},
        {"tag": "North Wind", "category": "drop"},
    ],
    ids=str,
)
def test_only_lines_of_the_suppliers_products_are_sent(
    tmp_path: Path, pair: dict[str, Any]
) -> None:
    with merchant(tmp_path, VirtualClock(), **pair) as (account, fake):
        offer(fake)
        mixed = fake.place_order({"MUG": 2, "CUP": 1, "SHIRT-M": 3})
        fake.place_order({"CUP": 5})

        order, other = orders(account)

        assert order.id == str(mixed)
        assert isinstance(other, InvalidRecord)
        assert (other.code, other.is_skipped) == ("no-lines", True)
        assert basket(order) == [("MUG", 2), ("SHIRT-M", 3)]


@pytest.mark.parametrize("by", ["tag", "skus"])
def test_line_of_a_deleted_product_is_reported(tmp_path: Path, by: str) -> None:
    pair: dict[str, Any] = {"tag": "North Wind"} if by == "tag" else {}
    selection = ProductsConfig(skus=() if by == "tag" else ("MUG", "SHIRT*"))
    with merchant(tmp_path, VirtualClock(), **pair) as (opened_account, fake):
        account = opened(opened_account.people, selection=selection)
        offer(fake)
        both = fake.place_order({"MUG": 1, "SHIRT-S": 1})
        only = fake.place_order({"SHIRT-S": 1})
        fake.place_order({"MUG": 1})
        for sku in ("SHIRT-S", "SHIRT"):
            fake.delete_product(sku, force=True)

        first, second, third = orders(account)

        assert isinstance(first, InvalidRecord)
        assert isinstance(second, InvalidRecord)
        assert (first.id, first.code, first.is_skipped) == (str(both), "product-gone", False)
        assert (second.id, second.code, second.is_skipped) == (str(only), "product-gone", True)
        assert basket(third) == [("MUG", 1)]


def test_products_of_a_hundred_orders_are_looked_up_in_one_call(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), tag="North Wind") as (account, fake):
        offer(fake)
        for _ in range(100):
            fake.place_order({"MUG": 1, "CUP": 1, "SHIRT-S": 1})

        assert len(orders(account)) == 100
        # By number for the tag, and by SKU, since only a variation tells if it is shipped.
        assert requests(fake)["GET /wc/v3/products"] == 2


def test_products_by_tag_are_imported_with_their_variations(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), tag="North Wind") as (account, fake):
        offer(fake)

        products, _ = read(account.products.changed(ReadRequest(cursor=None, now=START)))
        levels = account.stock.current(["MUG", "SHIRT-S", "CUP"])

        assert {product.id for product in products} == {"MUG", "SHIRT-S", "SHIRT-M"}
        assert levels["CUP"].fixed == "unassigned"
        assert levels["SHIRT-S"].fixed == "unmanaged"


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        ({"MUG": 1}, [[("MUG", 1), ("CUP", 1)]]),
        ({"MUG": 2}, [[("CUP", 1)]]),
        ({"MUG": 2, "CUP": 1}, ["nothing-to-ship"]),
    ],
    ids=str,
)
def test_refunded_units_are_not_sent(
    tmp_path: Path, back: dict[str, int], expected: Sequence[object]
) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG")
        fake.add_product("CUP")
        order_id = fake.place_order(
            {"MUG": 2, "CUP": 1},
            shipping_lines=[{"method_id": "flat_rate", "method_title": "Post", "total": "5"}],
        )
        before = orders(account)
        fake.refund(order_id, back)

        after = orders(account)

        assert [
            order.code if isinstance(order, InvalidRecord) else basket(order) for order in after
        ] == expected
        assert [order.content for order in after] != [order.content for order in before]


def test_other_statuses_are_sent_if_the_options_say_so(tmp_path: Path) -> None:
    clock = VirtualClock()
    shop = Switches(statuses=("packed", "lost"))
    with merchant(tmp_path, clock, shop) as (account, fake):
        fake.add_product("MUG")
        kept = {status: str(fake.sell("MUG")) for status in ("processing", "packed", "on-hold")}
        closed = {
            status: str(fake.sell("MUG")) for status in ("refunded", "failed", "lost", "trash")
        }
        for status, order_id in (kept | closed).items():
            fake.trash(int(order_id)) if status == "trash" else fake.set_status(
                int(order_id), status
            )

        by_default = {order.id for order in orders(account) if isinstance(order, Order)}
        options = {
            "statuses": ["processing", "packed"],
            "cancelled": ["refunded", "failed", "lost", "trash"],
        }
        second = opened(account.people, options=options)

        assert by_default == {kept["processing"]}
        assert {order.id for order in orders(second)} == {kept["processing"], kept["packed"]}
        cancellations, _ = read(second.cancellations.changed(ReadRequest(cursor=None, now=START)))
        assert {*whole_orders(cancellations)} == {*closed.values()}
        assert second.cancellations.among([*kept.values(), *closed.values()]) == {*closed.values()}


def test_order_in_the_trash_or_deleted_is_not_found(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG")
        trashed, deleted, kept = (fake.sell("MUG") for _ in range(3))
        fake.trash(trashed)
        fake.delete(deleted)

        [page] = account.orders.by_id([str(trashed), str(deleted), str(kept), "x", "5/1"])

        assert [order.id for order in page.items] == [str(kept)]
        assert account.cancellations.among([str(trashed), str(deleted)]) == frozenset()


def test_order_has_the_number_that_people_see(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), Switches(number_prefix="ACME-")) as (account, fake):
        fake.add_product("MUG")
        order_id = fake.sell("MUG")

        [order] = orders(account)

        assert isinstance(order, Order)
        assert (order.id, order.number) == (str(order_id), f"ACME-{order_id}")


def test_billing_address_is_used_without_a_shipping_address(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG")
        billing = {"first_name": "Ann", "city": "Leeds", "phone": "0113", "email": "a@example.org"}
        fake.place_order({"MUG": 1}, billing=billing, shipping={})
        fake.place_order({"MUG": 1}, billing=billing, shipping={"first_name": "Bob"})

        first, second = orders(account)

        assert isinstance(first, Order)
        assert isinstance(second, Order)
        assert (first.ship_to.name, first.ship_to.city) == ("Ann", "Leeds")
        assert (second.ship_to.name, second.ship_to.city) == ("Bob", "")
        assert (second.ship_to.phone, second.ship_to.email) == ("0113", "a@example.org")


BLANK = dict.fromkeys(("first_name", "last_name", "address_1", "city", "postcode"), "")


@pytest.mark.parametrize(
    "address", [{}, {"state": "ENG"}, {"first_name": "Ann", "last_name": "Smith"}], ids=str
)
def test_billing_address_is_used_if_the_shipping_address_has_only_a_country(
    tmp_path: Path, address: dict[str, str]
) -> None:
    """f22: the checkout itself fills in the country, and often the name."""
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG")
        order_id = fake.sell("MUG")
        fake.edit_order(order_id, shipping={**BLANK, "country": "FR", **address})

        [order] = orders(account)

        assert isinstance(order, Order)
        assert (order.ship_to.street1, order.ship_to.city) == ("1 High Street", "Leeds")
        assert order.ship_to.country == "GB"


def test_name_of_another_person_is_not_sent_to_the_buyers_own_door(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG")
        order_id = fake.sell("MUG")
        fake.edit_order(order_id, shipping={**BLANK, "first_name": "Bob", "country": "GB"})

        [order] = orders(account)

        assert isinstance(order, Order)
        assert (order.ship_to.name, order.ship_to.street1) == ("Bob", "")


@pytest.mark.parametrize(
    ("methods", "needed"),
    [
        ([], True),
        (["flat_rate"], True),
        (["local_pickup"], False),
        (["pickup_location"], False),
        (["local_pickup", "flat_rate"], True),
    ],
    ids=str,
)
def test_order_that_the_buyer_picks_up_needs_no_shipping(
    tmp_path: Path, methods: list[str], needed: bool
) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG")
        ways = [{"method_id": method, "method_title": method, "total": "0"} for method in methods]
        fake.place_order({"MUG": 1}, shipping_lines=ways)

        [order] = orders(account)

        assert isinstance(order, Order)
        assert order.needs_shipping == needed


@pytest.mark.parametrize(("virtual", "needed"), [(["GIFT"], True), (["GIFT", "PLAN-M"], False)])
def test_order_needs_no_address_if_all_its_products_are_virtual(
    tmp_path: Path, virtual: list[str], needed: bool
) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("GIFT", virtual="GIFT" in virtual)
        fake.add_product("PLAN", type="variable")
        fake.add_variation("PLAN", "PLAN-M", virtual="PLAN-M" in virtual)
        fake.place_order({"GIFT": 1, "PLAN-M": 2}, billing={"first_name": "Ann"}, shipping=BLANK)

        [order] = orders(account)

        assert isinstance(order, Order)
        assert order.needs_shipping == needed
        assert [line.sku for line in order.lines if line.id in order.not_shipped] == virtual


def test_order_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG")
        bad, good = fake.sell("MUG"), fake.sell("MUG")

        def spoil(body: Any) -> Any:
            body[0]["line_items"][0]["quantity"] = 1.5
            return body

        fake.faults.add(Fault(kind="edited", path="/orders", edit=spoil))
        read_orders = orders(account)

        assert [order.id for order in read_orders] == [str(bad), str(good)]
        assert isinstance(read_orders[0], InvalidRecord)
        assert read_orders[0].code == "invalid"


@pytest.mark.parametrize(
    ("fault", "kind", "message"),
    [
        (Fault(kind="maintenance", times=3), UnavailableError, "Down for maintenance"),
        (Fault(kind="firewall", times=3), UnavailableError, 'a web page, "Blocked"'),
        (Fault(kind="notice", times=3), UnavailableError, "a PHP notice before the JSON"),
        (Fault(kind="html", times=3), UnavailableError, "a web page"),
        (Fault(kind="unauthorized"), SignInError, "HTTP 401"),
        (
            Fault(kind="redirect", to="https://www.shop.example/"),
            UnavailableError,
            "responds with a redirect",
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
def test_web_pages_of_a_host_are_named_in_the_error(
    tmp_path: Path, fault: Fault, kind: type[Exception], message: str
) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fault.path = "/orders"
        fake.faults.add(fault)

        with pytest.raises(kind, match=message):
            orders(account)


def test_orders_are_unavailable_while_the_plugin_is_switched_off(tmp_path: Path) -> None:
    """During an update the shop responds with 404: there is no such path."""
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.switches.active = False
        [switched_off] = account.tracking.add([parcel("5", "1Z9")])

        fake.switches.active = True
        [outcome] = account.tracking.add([parcel("5", "1Z9")])

        assert switched_off.state == "unavailable"
        assert "check that the plug-in WooCommerce is active" in switched_off.reason
        assert (outcome.state, outcome.code) == ("refused", "not-found")


def test_each_attempt_is_signed_again(tmp_path: Path) -> None:
    """A signature is accepted once, so a retry needs a new one."""
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG")
        fake.sell("MUG")
        fake.faults.add(Fault(kind="lost-500", path="/orders", times=2))

        assert len(orders(account)) == 1


def with_quantity(sku: str, quantity: float) -> Fault:
    """Show another quantity in a list, as plug-ins for yard goods do."""

    def edit(body: Any) -> Any:
        for line in [line for order in body for line in order["line_items"]]:
            if line["sku"] == sku:
                line["quantity"] = quantity
        return body

    return Fault(kind="edited", method="GET", path="/orders$", edit=edit)


def test_fraction_of_a_unit_in_another_order_does_not_stop_an_order(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), tag="North Wind") as (account, fake):
        offer(fake)
        fake.place_order({"MUG": 2, "CUP": 1})
        fake.faults.add(with_quantity("CUP", 0.5))

        [order] = orders(account)

        assert basket(order) == [("MUG", 2)]


@pytest.mark.parametrize("quantity", [0.5, 1.5])
def test_fraction_of_a_unit_is_reported_and_not_rounded(tmp_path: Path, quantity: float) -> None:
    with merchant(tmp_path, VirtualClock(), tag="North Wind") as (account, fake):
        offer(fake)
        fake.place_order({"MUG": 2, "CUP": 1})
        fake.faults.add(with_quantity("MUG", quantity))

        [order] = orders(account)

        assert isinstance(order, InvalidRecord)


def test_refunds_that_cannot_be_read_now_are_read_later(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG")
        order_id = fake.place_order({"MUG": 2})
        fake.refund(order_id, {"MUG": 1})
        fake.faults.add(Fault(kind="unavailable", path="/refunds$"))

        [order] = orders(account)

        assert basket(order) == [("MUG", 1)]
        assert not fake.faults.remaining()


def test_an_order_that_an_earlier_release_read_has_the_same_content_now() -> None:
    address = {"first_name": "Ada", "last_name": "Example", "address_1": "1 High St"}
    line = {"id": 1, "name": "Mug", "product_id": 3, "quantity": 2, "sku": "MUG"}
    shape = msgspec.convert(
        {
            "id": 7,
            "number": "7",
            "status": "processing",
            "currency": "EUR",
            "date_created_gmt": "2026-11-20T10:00:00",
            "date_modified_gmt": "2026-11-20T10:00:00",
            "billing": {**address, "city": "Leeds", "email": "ada@example.com"},
            "shipping": {**address, "city": "Leeds"},
            "line_items": [{**line, "price": "9.5", "subtotal": "19.00", "total": "19.00"}],
            "shipping_lines": [{"method_title": "Flat rate", "total": "5.00"}],
        },
        OrderShape,
        strict=False,
    )

    assert order_of(shape, {1: 2}).content == "woocommerce1-aa2d7b23e9e3d100"


BUNDLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Product Bundles": ({"_bundled_items": ["a"]}, {"_bundled_by": "x"}),
    "Composite Products": ({"_composite_children": ["a"]}, {"_composite_parent": "x"}),
    "WPC": ({"_woosb_ids": "7/ab/2"}, {"_woosb_parent_id": "7"}),
}
"""Metadata by which plug-ins mark the line of a bundle and the lines of its contents."""


def with_fields(sku: str, quantity: int, fields: dict[str, Any]) -> dict[str, Any]:
    meta = [{"key": key, "value": value} for key, value in fields.items()]
    return {"sku": sku, "quantity": quantity, "meta_data": meta}


def sell_a_set(fake: FakeWooCommerce, plugin: str = "Product Bundles") -> int:
    """Return an order of two sets with two mugs each, and of a cup."""
    bundle, content = BUNDLES[plugin]
    lines = [with_fields("SET", 2, bundle), with_fields("MUG", 4, content)]
    return fake.place_order([*lines, with_fields("CUP", 1, {})])


@pytest.mark.parametrize("plugin", list(BUNDLES))
@pytest.mark.parametrize(
    ("bundles", "expected"),
    [("parent", [("SET", 2), ("CUP", 1)]), ("contents", [("MUG", 4), ("CUP", 1)])],
)
def test_bundle_is_sent_as_its_parent_or_as_its_contents_and_never_both(
    tmp_path: Path, plugin: str, bundles: str, expected: list[tuple[str, int]]
) -> None:
    """f26: a Supplier that stocks the set as a kit would ship it twice."""
    with merchant(tmp_path, VirtualClock(), bundles=bundles) as (account, fake):
        for sku in ("SET", "MUG", "CUP"):
            fake.add_product(sku)
        order_id = sell_a_set(fake, plugin)

        [order] = orders(account)
        account.tracking.add([parcel(str(order_id))])

        assert basket(order) == expected
        assert fake.order(order_id)["status"] == "completed"


def test_contents_of_another_suppliers_bundle_are_sent(tmp_path: Path) -> None:
    """The bundle itself belongs to another supplier, so nothing is sent twice."""
    with merchant(tmp_path, VirtualClock(), tag="North Wind") as (account, fake):
        offer(fake)
        fake.add_product("SET")
        sell_a_set(fake)

        [order] = orders(account)

        assert basket(order) == [("MUG", 4)]


def test_stock_of_the_contents_of_a_bundle_has_fallen_as_well(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        for sku in ("SET", "MUG", "CUP"):
            fake.add_product(sku)
        sell_a_set(fake)

        [order] = read(account.stock.unimported_sales())[0]

        assert basket(order) == [("SET", 2), ("MUG", 4), ("CUP", 1)]


@pytest.mark.parametrize(
    ("key", "mode", "is_test"),
    [
        ("_wcpay_mode", "test", True),
        ("_wcpay_mode", "prod", False),
        ("_ppcp_paypal_payment_mode", "sandbox", True),
        ("_ppcp_paypal_payment_mode", "live", False),
    ],
)
def test_order_that_a_payment_plugin_took_as_a_test_is_skipped(
    tmp_path: Path, key: str, mode: str, *, is_test: bool
) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG", stock=5)
        order_id = fake.sell("MUG")
        fake.edit_order(order_id, meta_data=[{"key": key, "value": mode}])

        [order] = orders(account)
        sold = read(account.stock.unimported_sales())[0]

        assert isinstance(order, InvalidRecord) is is_test
        assert getattr(order, "code", "") == ("test-order" if is_test else "")
        # A test is no sale either.
        assert [basket(each) for each in sold] == ([] if is_test else [[("MUG", 1)]])


@pytest.mark.parametrize("mark", ["virtual", "downloadable"])
def test_p18_lines_of_virtual_and_downloadable_products_need_no_shipping(
    tmp_path: Path, mark: str
) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        marks: dict[str, Any] = {mark: True}
        fake.add_product("MUG")
        fake.add_product("FILE", **marks)
        fake.add_product("SHIRT", type="variable")
        fake.add_variation("SHIRT", "SHIRT-PDF", **marks)
        fake.add_variation("SHIRT", "SHIRT-S")
        fake.place_order({"MUG": 1, "FILE": 1, "SHIRT-PDF": 1, "SHIRT-S": 1})

        [order] = orders(account)

        assert isinstance(order, Order)
        unshipped = {line.sku for line in order.lines if line.id in order.not_shipped}
        assert unshipped == {"FILE", "SHIRT-PDF"}


@pytest.mark.parametrize("plugin", [*BUNDLES])
def test_bundle_is_shipped_if_one_of_its_contents_is(tmp_path: Path, plugin: str) -> None:
    """The product of a bundle whose contents are shipped by themselves is virtual."""
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("SET", virtual=True)
        for sku in ("MUG", "CUP"):
            fake.add_product(sku)
        sell_a_set(fake, plugin)

        [shipped] = orders(account)
        fake.edit_product("MUG", virtual=True)
        account.close()
        [unshipped] = orders(account)

        assert isinstance(shipped, Order)
        assert isinstance(unshipped, Order)
        assert not shipped.not_shipped
        assert [*unshipped.not_shipped.values()] == ["SET"]
