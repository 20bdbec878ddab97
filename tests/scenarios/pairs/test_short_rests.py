"""Short units of an order whose other units are sent, at each kind of Merchant; S1."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.opening import PORTAL
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.kinds import MERCHANTS
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock


@pytest.fixture(name="pair", params=MERCHANTS)
def _pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(MERCHANTS[request.param](tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        yield Pair(tmp_path, selling, shipping)


def open_codes(pair: Pair) -> list[str | None]:
    with Store.open(load_config(pair.path).database) as store:
        return [step.code for step in store.steps.open() if step.portal == PORTAL]


def test_s1_short_units_stay_open_after_the_others_are_sent_until_the_merchant_acts(
    pair: Pair,
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    pair.supplier.take_off(supplier_id, 1, 0)
    pair.run("report-shortages")
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 1)
    pair.run("update-tracking")
    pair.run("report-shortages")
    before = open_codes(pair)
    if "cancelled-units" in pair.merchant.lacks:
        pair.merchant.raise_units(merchant_id, -1, 0)
    else:
        pair.merchant.cancel_units(merchant_id, 1, 0)

    pair.run("report-shortages")

    assert (before, open_codes(pair)) == (["short"], [])
