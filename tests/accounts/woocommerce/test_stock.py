"""Quantities of a shop: the number of calls, and products whose quantity is fixed."""

from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.config import load_config
from ordosync.engine.diagnosis.story import Conclusion
from ordosync.engine.diagnosis.why import why
from ordosync.models import Product, Stock
from ordosync.store import Store
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import product
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.accounts.woocommerce.people import ShopMerchantPeople
from tests.accounts.woocommerce.shops import merchant, requests, supplier
from tests.fakes.woocommerce import FakeWooCommerce, Fault, Switches
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

BY_SKU = "GET /wc/v3/products"
BATCH = "POST /wc/v3/products/batch"
OF_PARENT = "POST /wc/v3/products/{id}/variations/batch"


def large(fake: FakeWooCommerce, size: int) -> list[str]:
    """Offer products, a tenth of them variations, ten to a parent."""
    # The check for duplicates would search all products each time.
    fake.switches.sku_unique = False
    skus = [f"P-{number}" for number in range(size * 9 // 10)]
    for parent in range(size // 100):
        fake.add_product(f"V-{parent}", type="variable")
        for number in range(10):
            fake.add_variation(f"V-{parent}", f"V-{parent}-{number}", stock=5)
            skus.append(f"V-{parent}-{number}")
    for sku in skus[: size * 9 // 10]:
        fake.add_product(sku, stock=5)
    return skus


@pytest.mark.slow
def test_5000_products_are_read_in_50_calls_and_only_changes_are_written(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), Switches(version="7.8.2")) as (account, fake):
        skus = large(fake, 5_000)
        levels = account.stock.current(skus)
        read_in = requests(fake)
        changed = [f"P-{n}" for n in range(230)] + [f"V-{p}-{n}" for p in range(3) for n in (1, 2)]
        same = skus[300:400]

        changes = [replace(levels[sku], quantity=7) for sku in changed]
        outcomes = account.stock.write(changes + [levels[sku] for sku in same])

        assert len(levels) == 5_000
        assert read_in == {BY_SKU: 50}
        assert [outcome.state for outcome in outcomes] == ["done"] * 236 + ["unchanged"] * 100
        assert requests(fake, since=read_in) == {BATCH: 3, OF_PARENT: 3}
        assert {effect.about for effect in fake.effects("stock set")} == {*changed}


@pytest.mark.parametrize(("version", "calls"), [("11.0.1", 2), ("7.8.2", 11)])
def test_all_stock_is_read_with_a_call_for_each_hundred(
    tmp_path: Path, version: Any, calls: int
) -> None:
    """An old shop has no list of all variations, so each parent product is read."""
    with supplier(tmp_path, VirtualClock(), Switches(version=version)) as (account, fake):
        skus = large(fake, 1_000)

        items, _ = read(account.stock.all(ReadRequest(cursor=None, now=VirtualClock().now())))

        assert {level.product_id for level in items if isinstance(level, Stock)} == {*skus}
        made = requests(fake)
        assert made.pop(BY_SKU) == 10
        assert sum(made.values()) == calls


def test_new_variations_and_tags_are_read_whatever_the_cursor(tmp_path: Path) -> None:
    """A new variation or tag does not change the time of its product."""
    with merchant(tmp_path, VirtualClock(), Switches(version="7.8.2")) as (account, fake):
        fake.add_product("S", "Shirt", type="variable")
        fake.add_variation("S", "S-RED", price="7.50", weight="0.5")
        now = VirtualClock().now()
        _, cursor = read(account.products.changed(ReadRequest(cursor=None, now=now)))
        fake.add_variation("S", "S-BLUE")

        products, _ = read(
            account.products.changed(ReadRequest(cursor=cursor, now=now)), since=cursor
        )

    assert [(product.id, getattr(product, "name", "")) for product in products] == [
        ("S-RED", "Shirt - S-RED"),
        ("S-BLUE", "Shirt - S-BLUE"),
    ]
    assert getattr(products[0], "weight_g", None) == Decimal("226.796185")


def test_products_that_cannot_be_written_have_a_reason(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock(), Switches(sku_unique=False)) as (account, fake):
        fake.add_product("UNCOUNTED")
        fake.add_product("SHIRT", type="variable", stock=9)
        fake.add_variation("SHIRT", "SHIRT-RED")
        fake.add_product("TWICE", stock=1)
        fake.add_product("TWICE", stock=2)
        fake.add_product("OFF", stock=1, status="draft")

        skus = ["UNCOUNTED", "SHIRT-RED", "TWICE", "OFF"]
        levels = account.stock.current(skus)
        outcomes = account.stock.write([replace(levels[sku], quantity=3) for sku in skus])

    fixed = [levels[sku].fixed for sku in skus]
    assert fixed == ["unmanaged", "shared", "ambiguous", "archived"]
    assert {(outcome.state, outcome.code) for outcome in outcomes} == {("refused", "fixed")}


def test_why_names_the_reason_of_a_quantity_that_cannot_be_written(tmp_path: Path) -> None:
    clock = VirtualClock()
    with (
        closing(ShopMerchantPeople(tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        pair = Pair(tmp_path, selling, shipping)
        selling.add_product(product("MUG"))
        pair.run("import-products")
        selling.fake.stop_counting("MUG")

        config = load_config(pair.path)
        with Store.open(config.database, readonly=True) as store:
            [story] = why(config, store, "MUG", online=True, clock=clock)

    assert story.conclusion == Conclusion(
        state="unmanaged",
        next="switch its stock management on at shop; until then no quantity is written",
    )


def test_refused_quantity_does_not_stop_the_other_99(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        for sku in ("MUG", "CUP", "JAR", "POT"):
            fake.add_product(sku, stock=1)
        levels = account.stock.current(["MUG", "CUP", "JAR", "POT"])
        fake.delete_product("CUP", force=True)
        fake.stop_counting("JAR")

        outcomes = account.stock.write([replace(level, quantity=5) for level in levels.values()])

        assert [outcome.state for outcome in outcomes] == ["done", "refused", "refused", "done"]
        assert "invalid_id" in outcomes[1].reason
        assert outcomes[2].code == "fixed"
        assert (fake.stock("MUG"), fake.stock("JAR"), fake.stock("POT")) == (5, None, 5)


def test_lost_answer_is_requested_again(tmp_path: Path) -> None:
    """A quantity is set, not added: a second write changes nothing more."""
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG", stock=1)
        levels = account.stock.current(["MUG"])
        fake.faults.add(Fault(kind="lost-500", method="POST", path="/batch$"))

        [outcome] = account.stock.write([replace(levels["MUG"], quantity=5)])

        assert outcome.state == "done"
        assert fake.stock("MUG") == 5


def test_sku_is_found_in_any_letter_case(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("Mug & Co", stock=4)

        levels = account.stock.current(["mug & co", "no,such"])

    assert {key: level.quantity for key, level in levels.items()} == {"mug & co": 4}


def test_fraction_of_a_unit_is_rounded_down(tmp_path: Path) -> None:
    with supplier(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("CLOTH", stock=12)

        def edit(body: Any) -> Any:
            return [{**item, "stock_quantity": 12.5, "regular_price": 9.5} for item in body]

        fake.faults.add(Fault(kind="edited", method="GET", path="/products$", times=2, edit=edit))

        [level], _ = read(account.stock.all(ReadRequest(cursor=None, now=VirtualClock().now())))
        again = account.stock.of(["CLOTH"])

        assert level == again["CLOTH"]
        assert isinstance(level, Stock)
        assert level.quantity == 12


def test_price_that_a_plugin_made_a_number_is_read(tmp_path: Path) -> None:
    with merchant(tmp_path, VirtualClock()) as (account, fake):
        fake.add_product("MUG", price="9.50")

        def edit(body: Any) -> Any:
            return [{**item, "regular_price": 9.5, "weight": 0.5} for item in body]

        fake.faults.add(Fault(kind="edited", method="GET", path="/products$", edit=edit))

        [product], _ = read(
            account.products.changed(ReadRequest(cursor=None, now=VirtualClock().now()))
        )

        assert isinstance(product, Product)
        assert (product.price, product.weight_g) == (Decimal("9.5"), Decimal("226.796185"))
