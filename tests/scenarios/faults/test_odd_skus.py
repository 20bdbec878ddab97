"""An SKU that fits into no URL fails only its own item."""

import pytest

from tests.accounts.contract.examples import line, sold
from tests.fakes.fake import Fake
from tests.scenarios.faults.portal import Troubled

TASKS = ("import-products", "import-orders", "write-inventory-back", "import-orders")
ODD = [".", "..", "x" * 100_000]


def goes_on(troubled: Troubled, sku: str, fake: Fake) -> None:
    """Sell an odd SKU between two others; these must be imported, and their stock written."""
    # The contract covers only well-formed requests.
    fake.on_exchange = None
    troubled.merchant.request(sold("1000", line("MUG")))
    troubled.merchant.request(sold("1001", line(sku)))
    troubled.merchant.request(sold("1002", line("CUP")))
    troubled.pair.merchant.settle()
    ran = []
    for task in TASKS:
        ran.append(troubled.run(task))
        troubled.later()
        troubled.pair.merchant.settle()
        troubled.pair.supplier.settle()

    assert [result.run.error for result in ran] == [None] * len(TASKS)
    assert len(troubled.supplier.orders()) >= 2
    assert all(len(sku) > 2 or step.merchant_id for step in troubled.open_steps())


@pytest.mark.parametrize("sku", ODD, ids=["dot", "dots", "long"])
def test_sku_that_fits_no_url_affects_no_other_item_at_a_merchant(
    as_merchant: Troubled, sku: str
) -> None:
    goes_on(as_merchant, sku, as_merchant.foreign.fake)


@pytest.mark.parametrize("sku", ODD, ids=["dot", "dots", "long"])
def test_sku_that_fits_no_url_affects_no_other_item_at_a_supplier(
    as_supplier: Troubled, sku: str
) -> None:
    goes_on(as_supplier, sku, as_supplier.foreign.fake)


@pytest.mark.parametrize("number", ODD, ids=["dot", "dots", "long"])
@pytest.mark.parametrize("behind", [False, True])
def test_number_that_fits_no_url_affects_no_other_order(
    as_supplier: Troubled, number: str, *, behind: bool
) -> None:
    """Also if each order is searched by its reference before it is sent."""
    as_supplier.foreign.fake.on_exchange = None
    for order_number in ("1000", number, "1002"):
        as_supplier.merchant.request(sold(order_number))
    as_supplier.pair.merchant.settle()
    if not behind:
        as_supplier.foreign.meet("lost-reset", "create-order")
        as_supplier.run("import-orders")
        as_supplier.later()

    ran = [as_supplier.run("import-orders")]
    as_supplier.later()
    ran.append(as_supplier.run("import-orders"))

    assert [result.run.error for result in ran] == [None, None]
    assert len(as_supplier.supplier.orders()) >= 2
