"""Leases that are taken from a living owner, and clock changes: nothing is sent twice."""

from copy import copy
from datetime import timedelta
from functools import partial
from unittest.mock import patch

import pytest

from ordosync.accounts.connections import Connections
from ordosync.errors import LeaseLostError
from tests.accounts.contract.examples import sold
from tests.accounts.contract.opening import PORTAL
from tests.scenarios.faults.portal import Troubled
from tests.support import runs
from tests.support.runs import Ran, run_once

FORWARD = timedelta(minutes=11)
LONGER_THAN_A_LEASE_S = 660


def in_flight(troubled: Troubled) -> None:
    """Request an order that is about to be written, and that searches find late."""
    troubled.pair.imported("1000")
    troubled.merchant.request(sold("1001"))
    troubled.pair.merchant.settle()
    troubled.foreign.lag(index_s=30)


@pytest.mark.parametrize("step", [FORWARD, timedelta(hours=-3)])
@pytest.mark.parametrize("state", ["unknown", "sending"])
def test_changed_wall_clock_shortens_no_settle_time(
    as_supplier: Troubled, step: timedelta, state: str
) -> None:
    in_flight(as_supplier)
    as_supplier.foreign.meet("lost-reset", "create-order")
    # Then the key is refused, so the batch ends without a result.
    if state == "sending":
        as_supplier.merchant.request(sold("1002"))
        as_supplier.foreign.meet("unauthorized", "create-order")
    as_supplier.run("import-orders")
    sent = as_supplier.foreign.effects("create-order")
    as_supplier.foreign.heal()
    as_supplier.clock.sleep(7)

    as_supplier.clock.jump(step)
    too_early = as_supplier.run("import-orders")
    as_supplier.clock.jump(-step)
    for _ in range(3):
        as_supplier.later()
        as_supplier.run("import-orders")

    assert sent == 2
    assert too_early.count("done") == too_early.count("unchanged") == 0
    assert as_supplier.foreign.effects("create-order") == (3 if state == "sending" else 2)
    assert as_supplier.open_steps() == []


def test_write_of_a_frozen_owner_rests_once_its_lease_is_taken(
    as_supplier: Troubled,
) -> None:
    in_flight(as_supplier)
    taken_over: list[Ran] = []

    def meanwhile() -> None:
        as_supplier.later(LONGER_THAN_A_LEASE_S)
        taken_over.append(as_supplier.run("import-orders"))

    as_supplier.foreign.meet("callback", "create-order", do=meanwhile)

    with pytest.raises(LeaseLostError):
        run_once(as_supplier.pair.path, "import-orders", PORTAL, copy(as_supplier.clock))
    as_supplier.later(10)
    too_early = as_supplier.run("import-orders")
    as_supplier.later()
    last = as_supplier.run("import-orders")

    assert [ran.run.calls for ran in (*taken_over, too_early)] == [0, 0]
    assert last.counts == {"unchanged": 1}
    assert as_supplier.foreign.effects("create-order") == 2
    assert as_supplier.open_steps() == []


def test_run_that_must_not_write_any_more_leaves_its_lease_to_the_next(
    as_supplier: Troubled,
) -> None:
    in_flight(as_supplier)

    def refuse() -> None:
        raise LeaseLostError("frozen")

    guarded = partial(Connections, write_guard=lambda: refuse)
    with patch.object(runs, "Connections", guarded), pytest.raises(LeaseLostError):
        run_once(as_supplier.pair.path, "import-orders", PORTAL, as_supplier.clock)
    sent = as_supplier.foreign.effects("create-order")
    looks = as_supplier.run("import-orders")
    as_supplier.later()
    ran = as_supplier.run("import-orders")

    assert sent == 1
    assert looks.counts == {"waiting": 1}
    assert ran.counts == {"done": 1}
    assert as_supplier.foreign.effects("create-order") == 2


def test_answer_that_is_lost_after_many_kills_is_looked_up_as_soon_as_any(
    as_supplier: Troubled,
) -> None:
    in_flight(as_supplier)
    as_supplier.foreign.meet("unauthorized", "create-order", times=8)
    # Each time the batch ends without a result, as it does when killed.
    for _ in range(8):
        as_supplier.run("import-orders")
        as_supplier.later()
    as_supplier.foreign.heal()
    as_supplier.foreign.meet("lost-reset", "create-order")

    lost = as_supplier.run("import-orders").step
    as_supplier.later(60)
    ran = as_supplier.run("import-orders")

    assert (lost.state, lost.attempts) == ("unknown", 1)
    assert ran.counts == {"unchanged": 1}
    assert as_supplier.foreign.effects("create-order") == 2


def test_no_wall_clock_takes_the_lease_from_an_owner_at_work(as_supplier: Troubled) -> None:
    in_flight(as_supplier)
    refused: list[AssertionError] = []

    def meanwhile() -> None:
        as_supplier.clock.jump(FORWARD)
        try:
            as_supplier.run("import-orders")
        # The helper fails if the command claims no run.
        except AssertionError as held:
            refused.append(held)

    as_supplier.foreign.meet("callback", "create-order", do=meanwhile)

    ran = as_supplier.run("import-orders")

    assert len(refused) == 1
    assert ran.counts == {"done": 1}
    assert as_supplier.foreign.effects("create-order") == 2
