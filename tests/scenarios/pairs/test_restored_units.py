"""The ledger of orders with parcels that the store does not know any more.

It was restored from before them or from before the import, was lost, or was lost and rebuilt. Some
Merchants have such an order in pieces: one for each parcel, and one with the rest.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from tests.accounts.contract.examples import parcel
from tests.accounts.contract.people import needs
from tests.scenarios.pairs.comparing import differing, fill
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import numbers, ordered, sent, totals
from tests.scenarios.pairs.rebuilding import lose, rebuilt
from tests.support.copies import backed_up, go_back

SEQUENCES = {
    "import": ("import-orders", "update-tracking", "cancel-orders", "split-order"),
    "split": ("split-order", "import-orders", "update-tracking", "cancel-orders"),
    "tracking": ("update-tracking", "import-orders", "split-order", "cancel-orders"),
}
"""Tasks in several sequences, by the first one."""
pytestmark = [pytest.mark.needs("listing", "update-tracking", "parcels"), pytest.mark.slow]

Forget = Callable[[Pair], Callable[[], object]]


def _restore(pair: Pair) -> Callable[[], object]:
    backup = backed_up(pair.path)
    return lambda: go_back(pair.path, backup, pair.merchant.clock)


def _lose(pair: Pair) -> Callable[[], object]:
    return lambda: lose(pair)


def _rebuild(pair: Pair) -> Callable[[], object]:
    def forget() -> None:
        lose(pair)
        rebuilt(pair, add=True)

    return forget


def run_all(pair: Pair, tasks: Sequence[str]) -> None:
    """Run tasks until they find everything again, and their waiting steps are tried again."""
    for _ in range(3):
        for task in tasks:
            pair.run(task)
        pair.merchant.clock.at += timedelta(hours=25)


@needs("several-parcels", "parcel-lines", "voided-labels")
@pytest.mark.parametrize("first", SEQUENCES)
@pytest.mark.parametrize("count", [1, 2], ids=["parcel", "parcels"])
@pytest.mark.parametrize(
    ("forgetting", "is_imported"),
    [(_restore, True), (_restore, False), (_lose, False), (_rebuild, False)],
    ids=["before-the-parcel", "before-the-import", "lost", "rebuilt"],
)
def test_parcels_that_the_store_forgot_are_counted_and_can_be_voided(
    pair: Pair, forgetting: Forget, first: str, count: int, *, is_imported: bool
) -> None:
    tasks = [task for task in SEQUENCES[first] if pair.can_run(task)]
    pair.imported("1000")
    if not is_imported:
        forget = forgetting(pair)
    merchant_id, supplier_id = ordered(pair)
    if is_imported:
        forget = forgetting(pair)
    for number, units in (("1Z1", (1, 0)), ("1Z2", (0, 1)))[:count]:
        sent(pair, supplier_id, number, *units)
    shown, before = pair.merchant.tracking(merchant_id), totals(pair)
    forget()

    run_all(pair, tasks)

    assert pair.merchant.tracking(merchant_id) == shown
    assert differing(pair) == []
    fill(pair)
    assert totals(pair) == before
    sent(pair, supplier_id, "1Z3", 1, 0)
    assert numbers(pair, merchant_id) == [*["1Z1", "1Z2"][:count], "1Z3"]
    pair.supplier.recall(supplier_id, "1Z1")
    pair.run("update-tracking")
    assert "1Z1" not in numbers(pair, merchant_id)
    assert differing(pair) == []
    pair.stays_quiet(*tasks)


@needs("split-order", "piece-orders")
@pytest.mark.parametrize("first", SEQUENCES)
def test_pieces_of_a_split_that_the_store_forgot_have_their_units(pair: Pair, first: str) -> None:
    tasks = [task for task in SEQUENCES[first] if pair.can_run(task)]
    _, supplier_id = ordered(pair)
    forget = _restore(pair)
    pieces = pair.supplier.split(supplier_id, (1, 0), (1, 1))
    pair.run("split-order")
    before = totals(pair)
    forget()

    run_all(pair, tasks)

    assert totals(pair) == before
    assert differing(pair) == []
    pair.supplier.ship(pieces[0], parcel(number="1Z1"))
    pair.run("update-tracking")
    assert totals(pair) == (2, 1)
