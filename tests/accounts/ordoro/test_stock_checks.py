"""Settings of the Supplier's account that change what it shows, and archived products."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.models import Stock
from tests.accounts.contract.examples import product
from tests.accounts.contract.opening import opened
from tests.accounts.ordoro.people import OrdoroSupplierPeople
from tests.support.clock import VirtualClock


@pytest.fixture(name="shipper")
def _shipper(tmp_path: Path) -> Iterator[OrdoroSupplierPeople]:
    with closing(OrdoroSupplierPeople(tmp_path, VirtualClock())) as people:
        yield people


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (None, ""),
        ({"sync": True, "reserve_export_qty": 0, "percent_export_qty": 100}, ""),
        ({"max_export_qty": None, "min_export_qty": None}, ""),
        (
            {"reserve_export_qty": 5, "max_export_qty": 50},
            "reserve_export_qty 5, max_export_qty 50",
        ),
        (
            {"percent_export_qty": 50, "min_export_qty": 2},
            "percent_export_qty 50, min_export_qty 2",
        ),
        ({"max_export_qty": 0}, "max_export_qty 0"),
    ],
)
def test_q14_limits_of_the_sales_channel_are_reported(
    shipper: OrdoroSupplierPeople, settings: dict[str, Any] | None, named: str
) -> None:
    shipper.count("MUG", 5)
    channel = int(str(shipper.pair["sales_channel"]))
    if settings is not None:
        shipper.fake.shop.product("MUG").channels[channel] = settings

    results = [result.text for result in opened(shipper).side.check_stock(["MUG", "CUP"])]

    expected = (
        f"limits what sales channel {channel} shows, such as {named} of product MUG; ordosync reads"
        " the available quantity without these limits, so set `stock:` in the portal"
    )
    assert results == ([expected] if named else [])


def test_q5_a_product_that_was_archived_is_reported(shipper: OrdoroSupplierPeople) -> None:
    account = opened(shipper)
    account.products.create([product("MUG"), product("CUP")])
    shipper.fake.archive("MUG")

    request = ReadRequest(cursor=None, now=shipper.clock.now())
    listed = {
        item.sku: item.fixed
        for page in account.stock.all(request)
        for item in page.items
        if isinstance(item, Stock)
    }
    again = account.stock.of(["MUG", "CUP"])

    assert listed == {"MUG": "archived", "CUP": ""}
    assert {sku: stock.fixed for sku, stock in again.items()} == listed
