"""Labels that the Supplier deletes after the run that reports them was killed.

Some Suppliers forget a deleted label, and some writes of a parcel take several calls. No link has
the parcel yet, but the Merchant may show it.
"""

import pytest

from tests.accounts.contract.examples import parcel
from tests.accounts.contract.people import needs
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import TASK, ledger, numbers, open_steps, ordered, until_quiet
from tests.support.combinations import covering
from tests.support.kills import MOST_PASSAGES, killed_at
from tests.support.stories import edit

POINTS = (
    "intent-after-commit",
    "http-before-send",
    "http-after-answer",
    "account-before-commit",
    "account-after-commit",
    "result-before-commit",
    "result-after-commit",
)


def void(pair: Pair, supplier_id: str, number: str) -> None:
    """Delete the label of a parcel."""
    if "several-parcels" in pair.supplier.lacks:
        pair.supplier.void(supplier_id)
    else:
        pair.supplier.recall(supplier_id, number)


@needs("update-tracking")
def test_p8_number_is_void_although_the_run_that_reported_it_was_killed(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.ship(supplier_id, parcel(number="1Z1", id=""))
    with killed_at("result-before-commit", 1) as killed:
        pair.run(TASK)
    assert killed

    void(pair, supplier_id, "1Z1")
    until_quiet(pair, TASK)
    between = numbers(pair, merchant_id)
    pair.supplier.ship(supplier_id, parcel(number="1Z2", id=""))
    until_quiet(pair, TASK)

    assert (between, numbers(pair, merchant_id)) == ([], ["1Z2"])
    assert open_steps(pair) == []


@needs("update-tracking", "parcels", "several-parcels")
def test_p8_next_parcel_waits_until_the_void_one_cannot_arrive_any_more(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1", id=""), 2, 1)
    with killed_at("result-before-commit", 1):
        pair.run(TASK)

    void(pair, supplier_id, "1Z1")
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2", id=""), 2, 1)
    # The process that was killed keeps no lease.
    edit(pair.folder, "ordosync.db", "update leases set owner = null, until = null")
    pair.run(TASK)
    failed = [step.key for step in open_steps(pair) if step.state == "failed"]
    until_quiet(pair, TASK)

    assert failed == []
    assert numbers(pair, merchant_id) == ["1Z2"]
    assert open_steps(pair) == []


@pytest.mark.slow
@needs("update-tracking", "parcels", "several-parcels")
@pytest.mark.parametrize(("point", "units"), covering(POINTS, (1, 2), rest=pytest.mark.matrix))
def test_p8_units_of_a_void_parcel_are_sent_again_though_its_run_was_killed(
    pair: Pair, point: str, units: int
) -> None:
    """The next parcel has the same CUP, or another one, too."""
    for passage in range(1, MOST_PASSAGES):
        merchant_id, supplier_id = ordered(pair, str(1000 + passage))
        first, second = f"1Z{passage}", f"1X{passage}"
        pair.supplier.ship_part(supplier_id, parcel(number=first, id=""), 1, 0)
        with killed_at(point, passage) as killed:
            pair.run(TASK)
        void(pair, supplier_id, first)
        until_quiet(pair, "import-orders", TASK)
        between = numbers(pair, merchant_id)

        pair.supplier.ship_part(supplier_id, parcel(number=second, id=""), units, 0)
        until_quiet(pair, "import-orders", TASK)

        assert between == []
        assert {*numbers(pair, merchant_id)} == {second}
        if "parcel-lines" not in pair.merchant.lacks:
            assert pair.merchant.sent_units(merchant_id) == {"CUP": units}
        of_lines = sorted([(1, 0, 0), (2 - units, units, 0)])
        assert sorted(ledger(pair, merchant_id).values()) == of_lines
        assert open_steps(pair) == []
        if not killed:
            return
    pytest.fail(f"{point} is passed too often")
