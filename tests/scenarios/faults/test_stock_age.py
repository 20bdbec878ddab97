"""A3 at services: quantities of a Supplier that does not answer become 0 late, or never."""

from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest

from tests.accounts.contract.examples import product
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.kinds import SUPPLIERS
from tests.scenarios.faults.portal import Troubled

HOUR_S = 3600
STOCK = "write-inventory-back"
SELLING = {"max_age": "8h", "when_stale": "zero"}


@pytest.fixture(name="sold", params=SUPPLIERS)
def _sold(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Troubled]:
    """Yield a portal whose Merchant shows the 5 units that the Supplier has."""
    with foreign("supplier", request.param, tmp_path) as troubled:
        troubled.configure(selling=SELLING)
        troubled.merchant.add_product(product("MUG"))
        troubled.merchant.count("MUG", 9)
        troubled.pair.run("import-products")
        troubled.supplier.count("MUG", 5)
        troubled.pair.run(STOCK)
        assert shown(troubled) == 5
        yield troubled


def shown(troubled: Troubled) -> int | None:
    return troubled.merchant.physical("MUG")


def hourly(troubled: Troubled, hours: int) -> list[str]:
    """Run each hour; return the status of each run, or the code of its error."""
    ends = []
    for _ in range(hours):
        troubled.later(HOUR_S)
        run = troubled.run(STOCK).run
        ends.append(run.error.code if run.error else run.status)
    return ends


def test_a3_a_supplier_that_does_not_answer_is_zero_after_its_time(sold: Troubled) -> None:
    sold.foreign.meet("unavailable", "anything", times=inf)

    codes = hourly(sold, 7)
    before = shown(sold)
    codes += hourly(sold, 2)

    assert set(codes) == {"unavailable"}
    assert (before, shown(sold)) == (5, 0)


def test_a4_a_supplier_that_answers_again_is_written_as_ever(sold: Troubled) -> None:
    sold.foreign.meet("unavailable", "anything", times=inf)
    hourly(sold, 10)
    sold.foreign.heal()

    hourly(sold, 1)

    assert shown(sold) == 5


def test_a3_a_key_that_is_revoked_sets_nothing_to_zero(sold: Troubled) -> None:
    sold.foreign.meet("unauthorized", "anything", times=inf)

    codes = hourly(sold, 20)

    assert set(codes) == {"auth"}
    assert shown(sold) == 5


def test_a3_three_failures_after_the_machine_was_off_are_not_enough(sold: Troubled) -> None:
    sold.foreign.meet("unavailable", "anything", times=inf)
    sold.later(40 * HOUR_S)

    for _ in range(5):
        sold.later(60)
        sold.run(STOCK)
    before = shown(sold)
    hourly(sold, 2)

    assert (before, shown(sold)) == (5, 0)


def test_a2_nothing_is_recorded_without_a_maximum_age(sold: Troubled) -> None:
    sold.configure()
    sold.foreign.meet("unavailable", "anything", times=inf)

    hourly(sold, 12)

    assert shown(sold) == 5
