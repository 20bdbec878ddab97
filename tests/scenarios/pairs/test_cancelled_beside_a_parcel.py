"""Units that the Merchant cancels while a parcel of the same order is being reported."""

import pytest

from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.people import needs
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import TASK, ledger, numbers, open_steps
from tests.support.kills import killed_at

KILLS = [
    ("result-before-commit", 1),
    *(
        pytest.param(point, passage, marks=pytest.mark.slow)
        for point in ("intent-after-commit", "result-after-commit", "http-after-answer")
        for passage in (1, 2, 3)
    ),
]


@needs("update-tracking", "cancel-orders", "parcels", "several-parcels", "parcel-lines")
@needs("cancelled-units", "reductions")
@pytest.mark.parametrize(("point", "passage"), KILLS)
def test_unit_that_is_cancelled_beside_a_killed_report_is_taken_off_alone(
    pair: Pair, point: str, passage: int
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 4), line("MUG", 1))
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    with killed_at(point, passage):
        pair.run(TASK)
    pair.merchant.cancel_units(merchant_id, 1, 0)

    pair.run("cancel-orders")
    for _ in range(3):
        pair.merchant.clock.sleep(3600)
        for task in (TASK, "cancel-orders", "import-orders"):
            pair.run(task)

    assert pair.supplier.open_units(supplier_id) == {"CUP": 2, "MUG": 1}
    assert ledger(pair, merchant_id) == {"CUP": (2, 1, 1), "MUG": (1, 0, 0)}
    assert numbers(pair, merchant_id) == ["1Z1"]
    assert open_steps(pair) == []
