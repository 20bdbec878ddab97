"""Units that the Merchant adds after the import: no task sends them, so they stay open."""

import pytest

from ordosync.models import Line
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.people import needs
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
