"""The sample shop of the fake WooCommerce, and odd request bodies."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fakes.by_hand import write
from tests.fakes.woo_client import WooApi
from tests.fakes.woocommerce import FakeWooCommerce
from tests.fakes.woocommerce.__main__ import configuration, summary
from tests.fakes.woocommerce.sample import SUPPLIER, fill

ODD: list[Any] = [
    None,
    "",
    "x",
    "7",
    7,
    -1,
    1.5,
    1e300,
    True,
    [],
    [1],
    ["x"],
    {},
    {"id": "x"},
    [{}],
]
NAMES = (
    "status billing line_items shipping_lines fee_lines meta_data set_paid customer_note currency"
)
PRODUCT_NAMES = (
    "sku name status manage_stock stock_quantity tags attributes regular_price dimensions"
)


def test_sample_is_the_same_each_time() -> None:
    first, second = FakeWooCommerce(), FakeWooCommerce()
    for fake in (first, second):
        fill(fake, orders=12, products=10)

    assert first.order_ids() == second.order_ids()
    assert len(first.order_ids()) == 12
    assert first.stock("SKU-001") == second.stock("SKU-001")
    assert [it["name"] for it in first.product("SKU-003")["tags"]] == [SUPPLIER]
    assert len(first.product("SKU-005")["variations"]) == 3
    assert first.ledger == []


def test_command_prints_its_address_and_writes_a_configuration(
    shop: FakeWooCommerce, tmp_path: Path
) -> None:
    path = tmp_path / "trial.yaml"

    write(path, configuration(shop))

    account = yaml.safe_load(path.read_text("utf-8"))["accounts"]["shop"]
    assert (account["kind"], account["key"]) == ("woocommerce", shop.key)
    assert path.stat().st_mode & 0o777 == 0o600
    assert shop.url in summary(shop)


@pytest.mark.parametrize("name", NAMES.split())
def test_odd_orders_never_break_the_fake(shop: FakeWooCommerce, woo: WooApi, name: str) -> None:
    order = shop.place_order([])
    update = [{"id": order, name: odd} for odd in ODD]

    woo.write("POST", "/orders/batch", {"create": [{name: odd} for odd in ODD], "update": update})
    statuses = {woo.ask("PUT", f"/orders/{order}", {name: odd}).status_code for odd in ODD}

    assert statuses <= {200, 400}
    json.dumps(shop.order(order), allow_nan=False)


@pytest.mark.parametrize("name", PRODUCT_NAMES.split())
def test_odd_products_never_break_the_fake(shop: FakeWooCommerce, woo: WooApi, name: str) -> None:
    mug = shop.add_product("MUG", stock=1)
    update = [{"id": mug, name: odd} for odd in ODD]

    woo.write("POST", "/products/batch", {"create": [{name: odd} for odd in ODD], "update": update})
    statuses = {woo.ask("PUT", f"/products/{mug}", {name: odd}).status_code for odd in ODD}

    assert statuses <= {200, 400}
