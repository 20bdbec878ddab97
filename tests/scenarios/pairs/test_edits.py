"""Edits after the import, at each kind of Merchant."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.opening import PORTAL
from tests.accounts.ordoro.people import OrdoroMerchantPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
from tests.scenarios.pairs.kinds import MERCHANTS
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock
from tests.support.command import ordosync

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


def carry_cancellations(pair: Pair) -> None:
    """Let cancel-orders run automatically."""
    pair.configure(tasks={"cancel-orders": "hourly"})
    assert ordosync(pair.folder, "autosync").code == 0


def lower(pair: Pair, merchant_id: str, *units: int) -> None:
    """Lower the quantities of lines; the desk of a local account cancels units instead."""
    if isinstance(pair.merchant, SqliteMerchantPeople):
        pair.merchant.cancel_units(merchant_id, *units)
    else:
        pair.merchant.raise_units(merchant_id, *(-count for count in units))


def open_codes(pair: Pair) -> list[str | None]:
    with Store.open(load_config(pair.path).database) as store:
        return [step.code for step in store.steps.open() if step.portal == PORTAL]


def test_e17_lowered_quantity_is_carried_by_cancel_orders_where_it_is_on(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3), line("CUP", 2))
    carry_cancellations(pair)
    lower(pair, merchant_id, 2, 0)

    ran = [pair.run(TASK), pair.run("cancel-orders")]

    assert [step.state for each in ran for step in each.steps] == ["done"]
    assert pair.supplier.open_units(supplier_id) == {"MUG": 1, "CUP": 2}
    pair.stays_quiet(TASK, "cancel-orders")


@pytest.mark.parametrize("policy", ["notify", "apply"])
def test_e17_units_that_are_wanted_again_after_a_cancellation_are_an_edit(
    pair: Pair, policy: str
) -> None:
    if isinstance(pair.merchant, SqliteMerchantPeople):
        pytest.skip("units that the desk cancelled stay cancelled")
    pair.configure(edits={"lines": policy}, tasks={"cancel-orders": "hourly"})
    assert ordosync(pair.folder, "autosync").code == 0
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3), line("CUP", 2))
    pair.merchant.raise_units(merchant_id, -1, 0)
    for task in (TASK, "cancel-orders"):
        pair.run(task)
    before = pair.supplier.open_units(supplier_id)
    pair.merchant.raise_units(merchant_id, 1, 0)

    for task in (TASK, "cancel-orders", TASK):
        pair.run(task)

    is_applied = policy == "apply"
    after = pair.supplier.open_units(supplier_id)
    assert (before, after) == ({"MUG": 2, "CUP": 2}, {"MUG": 2 + is_applied, "CUP": 2})
    assert open_codes(pair) == ([] if is_applied else ["edited"])
    pair.stays_quiet(TASK, "cancel-orders")


def test_e17_more_units_beside_fewer_are_no_cancellation(tmp_path: Path) -> None:
    """Ordoro does not report removed units, so import-orders compares them."""
    clock = VirtualClock()
    with closing(OrdoroMerchantPeople(tmp_path, clock)) as selling:
        pair = Pair(tmp_path, selling, SqliteSupplierPeople(tmp_path, clock))
        merchant_id, supplier_id = pair.imported("1001", line("MUG", 3), line("CUP", 2))
        carry_cancellations(pair)
        selling.raise_units(merchant_id, -1, 1)

        ran = pair.run(TASK)

        assert ran.step.code == "edited"
        assert pair.supplier.open_units(supplier_id) == {"MUG": 3, "CUP": 2}


def test_e17_removed_units_wait_for_an_operator_while_cancel_orders_is_paused(
    tmp_path: Path,
) -> None:
    clock = VirtualClock()
    with closing(OrdoroMerchantPeople(tmp_path, clock)) as selling:
        pair = Pair(tmp_path, selling, SqliteSupplierPeople(tmp_path, clock))
        merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
        carry_cancellations(pair)
        assert ordosync(pair.folder, "autosync", "off", "cancel-orders").code == 0
        selling.raise_units(merchant_id, -1)

        ran = pair.run(TASK)

        assert ran.step.code == "edited"
        assert pair.supplier.open_units(supplier_id) == {"MUG": 3}


def test_e17_line_without_units_left_is_carried_or_reported(pair: Pair) -> None:
    """Some services remove such a line; then nothing shows what it was, and it is an edit."""
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3), line("CUP", 2))
    carry_cancellations(pair)
    lower(pair, merchant_id, 0, 2)

    for task in (TASK, "cancel-orders", TASK):
        pair.run(task)

    is_carried = pair.supplier.open_units(supplier_id) == {"MUG": 3}
    assert open_codes(pair) == ([] if is_carried else ["edited"])


@pytest.mark.parametrize("is_carried", [False, True])
@pytest.mark.parametrize("kind", ["files", "woocommerce"])
def test_e15_quantity_below_the_sent_units_is_reported(
    tmp_path: Path, kind: str, *, is_carried: bool
) -> None:
    """The other kinds refuse it."""
    clock = VirtualClock()
    with closing(MERCHANTS[kind](tmp_path, clock)) as selling:
        pair = Pair(tmp_path, selling, SqliteSupplierPeople(tmp_path, clock))
        if is_carried:
            carry_cancellations(pair)
        else:
            pair.configure(edits={"lines": "apply"})
        merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
        pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 2)
        pair.run("update-tracking")
        selling.raise_units(merchant_id, -2)

        for task in (TASK, "cancel-orders") if is_carried else (TASK,):
            pair.run(task)

        assert open_codes(pair) == ["below-sent"]
        assert pair.supplier.open_units(supplier_id) == ({} if is_carried else {"MUG": 1})


@pytest.mark.parametrize("policy", ["notify", "apply"])
def test_e16_no_unit_left_is_an_edit_where_cancel_orders_is_off(pair: Pair, policy: str) -> None:
    if type(pair.merchant).__name__ == "ShopifyMerchantPeople":
        pytest.skip("a sale without units counts as cancelled")
    pair.configure(edits={"lines": policy})
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 1))
    pair.merchant.raise_units(merchant_id, -2, -1)

    pair.run(TASK)

    is_applied = policy == "apply"
    assert open_codes(pair) == ([] if is_applied else ["edited"])
    status = "cancelled" if is_applied else "awaiting_fulfillment"
    assert pair.supplier.status(supplier_id) == status
