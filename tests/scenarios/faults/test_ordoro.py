"""Faults that only Ordoro has, and that its documentation does not describe."""

from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest

from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.ordoro.people import OrdoroSupplierPeople
from tests.fakes.faults import Kind
from tests.fakes.ordoro import Fault
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.portal import Troubled


@pytest.fixture(name="ordoro")
def _ordoro(tmp_path: Path) -> Iterator[Troubled]:
    with foreign("supplier", "ordoro", tmp_path) as troubled:
        yield troubled


def people(troubled: Troubled) -> OrdoroSupplierPeople:
    assert isinstance(troubled.foreign, OrdoroSupplierPeople)
    return troubled.foreign


@pytest.mark.parametrize("index_s", [0, 30])
def test_order_that_arrives_twice_is_there_once_where_numbers_are_unique(
    ordoro: Troubled, index_s: float
) -> None:
    """Case 20: the second one is refused, and a search does not find the first one for a while."""
    ordoro.pair.imported("1000")
    ordoro.merchant.request(sold("1001"))
    ordoro.pair.merchant.settle()
    people(ordoro).fake.switches.duplicates = "refused"
    ordoro.foreign.lag(index_s=index_s)
    ordoro.foreign.meet("twice", "create-order")

    for _ in range(3):
        ordoro.run("import-orders")
        ordoro.later()

    assert ordoro.foreign.effects("create-order") == 2
    assert ordoro.open_steps() == []


def test_number_that_another_order_has_is_distinguished(ordoro: Troubled) -> None:
    """Case 37."""
    ordoro.pair.imported("1000")
    fake = people(ordoro).fake
    fake.switches.duplicates = "refused"
    fake.place_order("1001", {"CUP": 1}, cart=int(str(people(ordoro).pair["sales_channel"])))
    id_ = ordoro.merchant.request(sold("1001"))
    ordoro.pair.merchant.settle()

    for _ in range(2):
        ordoro.run("import-orders")
        ordoro.later()

    assert ordoro.pair.link(id_).supplier_id.endswith("-1001~2")
    assert ordoro.open_steps() == []


@pytest.mark.parametrize("fault", ["", "lost-reset", "lost-502"])
def test_order_that_is_shipped_as_we_cancel_it_stays_shipped(
    ordoro: Troubled, fault: Kind | Literal[""]
) -> None:
    """Case 42: the response to undoing the cancellation may be lost as well."""
    merchant_id, supplier_id = ordoro.pair.imported("1001")
    ordoro.merchant.cancel(merchant_id)
    fake = people(ordoro).fake
    fake.switches.cancel_shipped = True
    ordoro.foreign.meet(
        "callback", "cancel-order", do=lambda: ordoro.supplier.ship(supplier_id, parcel())
    )
    if fault:
        fake.faults.add(Fault(kind=fault, method="POST", path=r"/uncancel$"))

    ordoro.run("cancel-orders")
    ordoro.later()
    ordoro.run("cancel-orders")

    assert ordoro.supplier.status(supplier_id) == "shipped"
    assert [step.code for step in ordoro.open_steps()] == ["already-shipped"]


@pytest.mark.parametrize("zone", ["UTC", "Australia/Lord_Howe", "America/New_York"])
def test_split_that_is_not_finished_holds_the_cursor_back(tmp_path: Path, zone: str) -> None:
    """Its pieces are listed already. Times are in the account's zone, without an offset."""
    with foreign("supplier", "ordoro", tmp_path, timezone=zone) as ordoro:
        fake = people(ordoro).fake
        fake.switches.zone = ZoneInfo(zone)
        merchant_id, supplier_id = ordoro.pair.imported("1001", line("MUG", 2))
        ordoro.supplier.split(supplier_id, (1,), (1,))
        fake.faults.add(
            Fault(kind="edited", method="GET", path=r"/order/parent/", times=inf, edit=_unready)
        )
        fake.faults.add(
            Fault(kind="edited", method="GET", path=r"/v3/order$", times=inf, edit=_without_zone)
        )
        for number in ("1002", "1003", "1004"):
            ordoro.pair.imported(number)
            ordoro.run("split-order")
            ordoro.later(300)

        assert len(ordoro.merchant.pieces(merchant_id)) == 0
        ordoro.foreign.heal()
        ordoro.run("split-order")

        assert len(ordoro.merchant.pieces(merchant_id)) == 2
        assert ordoro.open_steps() == []


def _unready(parent: Any) -> Any:
    return parent | {"ready": False}


def _without_zone(page: Any) -> Any:
    for order in page["order"]:
        order["updated_date"] = order["updated_date"][:26]
    return page
