"""The ledger adds up in any order of parcels, voids, edits, cancellations, splits and restores.

Two embedded accounts, and each kind in each role beside an embedded one: `pytest` tries a few
examples of the first, `pytest -m slow` of the others, and `pytest -m matrix` many more.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.scenarios.pairs.kinds import MERCHANTS, SUPPLIERS, Kinds
from tests.scenarios.pairs.ledger_machine import LedgerMachine

NEEDED = {"parcels", "update-tracking"}
PAIRS: dict[str, Kinds] = {
    "sqlite-sqlite": (MERCHANTS["sqlite"], SUPPLIERS["sqlite"]),
    **{
        f"{kind}-sqlite": (merchant, SUPPLIERS["sqlite"])
        for kind, merchant in MERCHANTS.items()
        if kind != "sqlite" and not NEEDED & merchant.lacks
    },
    **{
        f"sqlite-{kind}": (MERCHANTS["sqlite"], supplier)
        for kind, supplier in SUPPLIERS.items()
        if kind != "sqlite" and not NEEDED & supplier.lacks
    },
}


def run_machine(kinds: Kinds, examples: int) -> None:
    machine = type("Machine", (LedgerMachine,), {"kinds": kinds})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            # A failing example is enough: a smaller one would take minutes to find.
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=[*HealthCheck],
        ),
    )


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param(kinds, id=name, marks=[pytest.mark.slow] * (name != "sqlite-sqlite"))
        for name, kinds in PAIRS.items()
    ],
)
def test_units_add_up_in_any_order_of_changes(kinds: Kinds) -> None:
    run_machine(kinds, 10)


@pytest.mark.matrix
@pytest.mark.timeout(4 * 3600)  # A hundred examples take longer than any other test.
@pytest.mark.parametrize("kinds", PAIRS.values(), ids=[*PAIRS])
def test_units_add_up_in_many_more_orders_of_changes(kinds: Kinds) -> None:
    run_machine(kinds, 100)


def test_order_that_is_placed_after_the_clock_was_set_back_is_imported() -> None:
    """Found with Ordoro: the service's clock is right, while the machine's is behind it."""
    state = type("Machine", (LedgerMachine,), {"kinds": PAIRS["ordoro-sqlite"]})()
    state.begin()
    state.cancel_order(pick=0)
    state.jump(hours=-2)
    state.run_task(task="cancel-orders")
    state.place()
    state.adds_up()
    state.teardown()


def test_piece_with_the_id_of_its_order_is_shipped_before_the_other_one() -> None:
    """Found with Shopify: the first piece stays in the fulfillment order that was split."""
    state = type("Machine", (LedgerMachine,), {"kinds": PAIRS["shopify-sqlite"]})()
    state.begin()
    state.split_at_the_supplier(pick=0)
    state.send_parcel(cups=1, mugs=0, pick=0)
    state.run_task(task="split-order")
    state.run_task(task="update-tracking")
    state.adds_up()
    state.teardown()


@pytest.mark.parametrize("is_reported", [False, True])
def test_piece_whose_parcel_was_cancelled_is_sent_again(*, is_reported: bool) -> None:
    """Found with Shopify: the piece goes on in another fulfillment order."""
    state = type("Machine", (LedgerMachine,), {"kinds": PAIRS["sqlite-shopify"]})()
    state.begin()
    state.split_at_the_supplier(pick=0)
    state.send_parcel(cups=2, mugs=1, pick=1)
    if is_reported:
        state.run_task(task="split-order")
        state.run_task(task="update-tracking")
    state.void_parcel(pick=0)
    state.send_parcel(cups=0, mugs=1, pick=1)
    state.adds_up()
    state.teardown()
    assert [*state.orders[0].parcels] == ["1Z2"]


@pytest.mark.parametrize(
    ("kinds", "cups", "mugs"), [("sqlite-shopify", 2, 1), ("ordoro-sqlite", 1, 0)]
)
def test_order_that_was_split_after_its_parcel_was_void_is_split_alike(
    kinds: str, cups: int, mugs: int
) -> None:
    """Found with Ordoro: an open piece with the units of the void parcel is not that parcel.

    With Shopify, a piece has the id of the parcel's fulfillment order, which has ended.
    """
    state = type("Machine", (LedgerMachine,), {"kinds": PAIRS[kinds]})()
    state.begin(cups=cups, mugs=mugs)
    state.void_parcel(pick=0)
    state.split_at_the_supplier(pick=0)
    state.adds_up()
    state.teardown()
