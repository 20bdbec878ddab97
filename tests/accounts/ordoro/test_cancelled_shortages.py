"""Short units that are cancelled in a Merchant's order at Ordoro, through the tasks."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.opening import PORTAL
from tests.accounts.ordoro.people import OrdoroMerchantPeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.fakes.faults import Kind
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

TASK = "report-shortages"


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with closing(OrdoroMerchantPeople(tmp_path, clock)) as seller:
        pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, clock))
        pair.configure(shortages={"cancel": "lines"})
        yield pair


def open_units(pair: Pair, order_id: str) -> int:
    """Return the open units of an order in the ledger."""
    with Store.open(load_config(pair.path).database) as store:
        lines = store.links(PORTAL).lines_of([order_id]).get(order_id, ())
    return sum(line.open_units or 0 for line in lines)


@pytest.mark.parametrize("fault", [None, "lost-reset", "lost-502", "twice"])
@pytest.mark.parametrize("request_", ["split-order", "cancel-order"])
def test_rest_stays_linked_though_an_answer_was_lost(
    pair: Pair, fault: Kind | None, request_: str
) -> None:
    order_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    assert isinstance(pair.merchant, OrdoroMerchantPeople)
    if fault:
        pair.merchant.meet(fault, "split-order" if request_ == "split-order" else "cancel-order")
    pair.supplier.take_off(supplier_id, 1, 0)

    for _ in range(3):
        pair.run(TASK)
    short, rest = pair.merchant.pieces(order_id)
    before = open_units(pair, rest)
    pair.run("import-orders")
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run("update-tracking")

    assert (pair.merchant.status(short), pair.merchant.status(rest)) == ("cancelled", "shipped")
    assert before == 2
    assert pair.merchant.all_numbers(order_id) == ["1Z1"]
    assert pair.link(rest).supplier_id == supplier_id
