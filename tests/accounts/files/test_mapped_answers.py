"""Answers and parcels that name only a SKU, of an order with packs of one product."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import line, parcel
from tests.accounts.files.people import FilesSupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import ledger, open_steps
from tests.support.clock import VirtualClock


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(SqliteMerchantPeople(tmp_path, clock)) as selling,
        closing(FilesSupplierPeople(tmp_path, clock)) as shipping,
    ):
        pair = Pair(tmp_path, selling, shipping)
        (tmp_path / "map.csv").write_text(
            "merchant_sku,supplier_sku,units\nCUP,C-CUP,1\nCASE,C-CUP,6\n"
        )
        pair.configure(sku_map="map.csv")
        yield pair


def test_short_units_are_of_the_line_that_has_so_many(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CASE", 1), line("CUP", 2))
    pair.supplier.take_off(supplier_id, 0, 6)

    ran = pair.run("report-shortages")

    assert ran.step.code == "short"
    assert "cannot send 6 of C-CUP (1 of CASE)" in (ran.step.reason or "")
    assert [*ledger(pair, merchant_id).values()] == [(0, 0, 6), (2, 0, 0)]


def test_parcels_by_sku_complete_all_packs(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CASE", 1), line("CUP", 2))
    for number, units in (("1Z1", 5), ("1Z2", 3)):
        pair.supplier.ship_part(supplier_id, parcel(number=number), 0, units)
        pair.run("update-tracking")

    assert pair.merchant.sent_units(merchant_id) == {"CASE": 1, "CUP": 2}
    assert pair.merchant.status(merchant_id) == "shipped"
    assert open_steps(pair) == []
