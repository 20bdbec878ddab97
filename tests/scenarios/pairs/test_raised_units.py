"""Units that the Merchant adds after the import: no task sends them, so they stay open."""

import pytest

from ordosync.models import Line
from tests.accounts.contract.examples import line, parcel, product
from tests.accounts.contract.people import needs
from tests.accounts.ordoro.people import OrdoroMerchantPeople
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.scenarios.pairs.pair import Pair

LINES = (line("CUP", 2), line("MUG", 1))
TASK = "update-tracking"


def raised(pair: Pair, *lines: Line) -> tuple[str, str]:
    """Import an order, and add a CUP to it; return its two ids."""
    merchant_id, supplier_id = pair.imported("1001", *lines)
    pair.merchant.raise_units(merchant_id, 1, *[0] * (len(lines) - 1))
    return merchant_id, supplier_id


@needs("update-tracking", "parcels", "parcel-lines")
@pytest.mark.parametrize("is_read", [True, False])
def test_whole_parcel_does_not_ship_units_that_the_merchant_added(
    pair: Pair, *, is_read: bool
) -> None:
    merchant_id, supplier_id = raised(pair, *LINES)
    if is_read:
        assert pair.run("import-orders").step.code == "edited"
    pair.supplier.ship(supplier_id, parcel())

    pair.run(TASK)

    assert pair.merchant.sent_units(merchant_id) == {"CUP": 2, "MUG": 1}
    assert pair.merchant.status(merchant_id) != "shipped"
    assert pair.merchant.all_numbers(merchant_id) == ["1Z1"]
    pair.run("import-orders")
    pair.stays_quiet(TASK, "import-orders")


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines")
def test_last_parcel_does_not_ship_units_that_the_merchant_added(pair: Pair) -> None:
    merchant_id, supplier_id = raised(pair, *LINES)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pair.run(TASK)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 1)

    pair.run(TASK)

    assert pair.merchant.sent_units(merchant_id) == {"CUP": 2, "MUG": 1}
    assert pair.merchant.status(merchant_id) != "shipped"
    assert sorted(pair.merchant.all_numbers(merchant_id)) == ["1Z1", "1Z2"]


@needs("update-tracking", "parcels", "parcel-lines")
@pytest.mark.parametrize("is_ignored", [False, True])
def test_whole_parcel_ships_an_added_line_only_if_the_portal_never_sends_its_sku(
    pair: Pair, *, is_ignored: bool
) -> None:
    """A line that no Supplier gets, such as a gift note, is sent with the others."""
    if isinstance(pair.merchant, ShopifyMerchantPeople):
        pytest.skip("an added line is another fulfillment order, and ordosync imports it")
    pair.merchant.add_product(product("PEN"))
    if is_ignored:
        pair.configure(products={"but": ["PEN"]})
    merchant_id, supplier_id = pair.imported("1001", *LINES)
    pair.merchant.add_line(merchant_id, "PEN", 1)
    pair.run("import-orders")
    pair.supplier.ship(supplier_id, parcel())

    pair.run(TASK)

    # Other kinds know the lines of this Supplier themselves.
    sends_all = isinstance(pair.merchant, (OrdoroMerchantPeople, SqliteMerchantPeople))
    is_sent = is_ignored and sends_all
    added = {"PEN": 1} if is_sent else {}
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 2, "MUG": 1, **added}
    assert (pair.merchant.status(merchant_id) == "shipped") == is_sent
    assert pair.merchant.all_numbers(merchant_id) == ["1Z1"]
    pair.stays_quiet(TASK)
