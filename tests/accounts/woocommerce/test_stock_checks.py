"""Products that a shop sells although it has none."""

from contextlib import closing
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.engine.diagnosis.account_checks import online_checks
from ordosync.store import Store
from tests.accounts.contract.examples import product
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.accounts.woocommerce.people import ShopMerchantPeople
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock


def texts(pair: Pair) -> list[str]:
    """Return what `config check --online` says."""
    config = load_config(pair.path)
    with Store.open(config.database, readonly=True) as store:
        return [check.text for check in online_checks(config, store, pair.merchant.clock)]


@pytest.mark.parametrize("managed", [True, False])
def test_q6_products_that_allow_back_orders_are_named(tmp_path: Path, *, managed: bool) -> None:
    clock = VirtualClock()
    with (
        closing(ShopMerchantPeople(tmp_path, clock)) as seller,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipper,
    ):
        pair = Pair(tmp_path, seller, shipper)
        for sku in ("MUG", "CUP"):
            seller.add_product(product(sku))
        pair.run("import-products")
        pair.configure(manage_inventory=managed)
        before = texts(pair)
        with seller.fake.shop.lock:
            seller.fake._product("MUG").backorders = "notify"
        after = texts(pair)

    text = (
        "sells below 0: 1 of 2 linked products allow back-orders (MUG); quantities are written,"
        " and this setting is not"
    )
    assert not any("sells below 0" in each for each in before)
    assert (text in after) == managed
