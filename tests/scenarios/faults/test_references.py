"""A Supplier's account that does not keep references: nothing is sent to it a second time."""

import json
from datetime import timedelta
from math import inf
from typing import Any

import pytest

from ordosync.clock import Clock
from ordosync.config import load_config
from ordosync.engine.diagnosis.attention import attention
from ordosync.engine.execution.resolve import settle_as_not_sent
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from tests.accounts.contract.examples import sold
from tests.accounts.contract.opening import PORTAL
from tests.scenarios.faults.portal import Troubled
from tests.support.command import ordosync
from tests.support.copies import backed_up, go_back


def forgets_references(troubled: Troubled) -> None:
    """Remove the references from every response of the service."""

    def edit(answer: Any) -> bytes:
        return json.dumps(answer).replace(f'"{PORTAL}:', '"other:').encode()

    troubled.foreign.meet("edited", "anything", times=inf, edit=edit)


def lost(troubled: Troubled, number: str = "1001") -> StepRow:
    """Create an order whose response is lost, in an account known not to keep references."""
    troubled.merchant.request(sold("1000"))
    troubled.pair.merchant.settle()
    forgets_references(troubled)
    troubled.run("import-orders")
    troubled.foreign.heal()
    troubled.merchant.request(sold(number))
    troubled.pair.merchant.settle()
    troubled.foreign.meet("lost-reset", "create-order")
    forgets_references(troubled)
    troubled.run("import-orders")
    troubled.later()
    troubled.run("import-orders")
    [row] = troubled.open_steps()
    return row


def test_write_that_may_have_arrived_is_left_to_the_operator(as_supplier: Troubled) -> None:
    row = lost(as_supplier)
    before = as_supplier.foreign.effects("create-order")
    as_supplier.later()
    as_supplier.run("import-orders")

    assert (row.state, row.code) == ("failed", "unproven")
    assert f"`ordosync retry {row.id} --sent ID`" in (row.reason or "")
    assert as_supplier.foreign.effects("create-order") == before == 2


def test_plain_retry_does_not_send_it_either(as_supplier: Troubled) -> None:
    row = lost(as_supplier)

    ordosync(as_supplier.pair.folder, "retry", str(row.id))

    assert as_supplier.foreign.effects("create-order") == 2
    assert [step.code for step in as_supplier.open_steps()] == ["unproven"]


def test_operator_who_has_checked_may_send_it(as_supplier: Troubled) -> None:
    row = lost(as_supplier)
    with Store.open(load_config(as_supplier.pair.path).database) as store:
        settle_as_not_sent(store, row, now=as_supplier.clock.now())

    as_supplier.run("import-orders")

    assert as_supplier.foreign.effects("create-order") == 3
    assert as_supplier.open_steps() == []


def test_attention_warns_that_look_ups_prove_nothing(as_supplier: Troubled) -> None:
    as_supplier.merchant.request(sold("1000"))
    as_supplier.pair.merchant.settle()
    forgets_references(as_supplier)
    as_supplier.run("import-orders")
    config, now = load_config(as_supplier.pair.path), as_supplier.clock.now()

    with Store.open(config.database) as store:
        [entry] = attention(config, store, now=now, unshipped_for=timedelta(days=3))

    assert (entry.code, entry.severity) == ("no-reference", "normal")
    assert "does not keep the references" in entry.reason


def test_online_check_warns_that_look_ups_prove_nothing(as_supplier: Troubled) -> None:
    as_supplier.pair.imported("1000")
    config = load_config(as_supplier.pair.path)
    account = config.portals[PORTAL].supplier.account
    with Store.open(config.database) as store, store.transaction():
        store.references.missed(account, now=Clock().now())

    output = " ".join(ordosync(as_supplier.pair.folder, "config", "check", "--online").out.split())

    assert (
        f"warning: portal {PORTAL}, supplier {account}: account {account} does not keep" in output
    )


def test_account_that_keeps_references_is_looked_up_and_sent_to_again(
    as_supplier: Troubled,
) -> None:
    as_supplier.pair.imported("1000")
    as_supplier.merchant.request(sold("1001"))
    as_supplier.pair.merchant.settle()
    as_supplier.foreign.meet("reset", "create-order")
    as_supplier.run("import-orders")
    as_supplier.later()
    as_supplier.run("import-orders")

    assert as_supplier.open_steps() == []
    assert as_supplier.foreign.effects("create-order") == 2


@pytest.mark.slow
def test_order_that_may_have_been_sent_before_a_restore_is_left_to_the_operator(
    as_supplier: Troubled,
) -> None:
    as_supplier.merchant.request(sold("1000"))
    as_supplier.pair.merchant.settle()
    forgets_references(as_supplier)
    as_supplier.run("import-orders")
    backup = backed_up(as_supplier.pair.path)
    as_supplier.merchant.request(sold("1001"))
    as_supplier.pair.merchant.settle()
    as_supplier.run("import-orders")
    go_back(as_supplier.pair.path, backup, as_supplier.clock)

    as_supplier.later()
    as_supplier.run("import-orders")

    assert [step.code for step in as_supplier.open_steps()] == ["unproven"]
    assert as_supplier.foreign.effects("create-order") == 2
