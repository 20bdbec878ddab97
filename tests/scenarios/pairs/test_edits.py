"""Edits after the import, at each kind of Merchant."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import line
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.kinds import MERCHANTS
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

TASK = "import-orders"
STREET = "7 Canary Lane"


@pytest.fixture(name="pair", params=MERCHANTS)
def _pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(MERCHANTS[request.param](tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        yield Pair(tmp_path, selling, shipping)


def test_other_address_is_named_on_both_timelines_and_never_shown(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    pair.merchant.move(merchant_id, STREET)

    ran, again = pair.run(TASK), pair.run(TASK)

    said = [*pair.merchant.timeline(merchant_id), *pair.supplier.timeline(supplier_id)]
    assert (ran.step.code, "(address)" in (ran.step.reason or "")) == ("edited", True)
    assert again.steps == ()
    assert "address" in pair.supplier.timeline(supplier_id)[-1]
    assert not any("Canary" in text for text in (*said, ran.step.reason or ""))


def test_more_units_are_an_edit_of_the_lines_only(pair: Pair) -> None:
    merchant_id, _ = pair.imported("1001", line("MUG", 2), line("CUP", 1))
    pair.merchant.raise_units(merchant_id, 1, 0)

    ran = pair.run(TASK)

    assert "(lines)" in (ran.step.reason or "")


def test_order_that_is_read_again_as_it_was_is_no_edit(pair: Pair) -> None:
    merchant_id, _ = pair.imported("1001", line("MUG", 2))
    pair.merchant.move(merchant_id, STREET)
    pair.run(TASK)
    pair.merchant.move(merchant_id, "1 High Street")
    pair.run(TASK)

    pair.stays_quiet(TASK)
