"""Holds that end, and lines that are added, at each kind of Supplier; E: lifecycle.md 1.6.

`test_edit_policies` has the groups, policies and states.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.errors import ConfigError
from ordosync.models import Order
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.people import needs, skip_what_is_lacking
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.accounts.woocommerce.people import ShopSupplierPeople
from tests.scenarios.pairs.kinds import SUPPLIERS
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

TASK = "import-orders"
STREET = "7 Canary Lane"
SQLITE = "sqlite"
REMAINING = [pytest.param(kind, marks=pytest.mark.matrix) for kind in SUPPLIERS if kind != SQLITE]
GROUPS = ("address", "lines", "method", "notes")


@pytest.fixture(name="each_kind", params=SUPPLIERS)
def _each_kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    yield from _opened(request, tmp_path)


@pytest.fixture(name="pair", params=[SQLITE, *REMAINING])
def _pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    """Yield a pair whose Supplier is local; the other kinds are in the matrix."""
    yield from _opened(request, tmp_path)


def _opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(SqliteMerchantPeople(tmp_path, clock)) as selling,
        closing(SUPPLIERS[request.param](tmp_path, clock)) as shipping,
    ):
        skip_what_is_lacking(request, shipping)
        yield Pair(tmp_path, selling, shipping)


def _set(pair: Pair, column: str, value: str) -> None:
    # The desk has no command for it yet.
    assert isinstance(pair.merchant, SqliteMerchantPeople)
    with closing(sqlite3.connect(pair.merchant.path)) as db, db:
        db.execute(f"update orders set {column} = ?", (value,))  # noqa: S608


def edited(pair: Pair, merchant_id: str, group: str) -> None:
    """Let the Merchant edit a group of an order of two MUG."""
    edits: Mapping[str, Callable[[], None]] = {
        "address": lambda: pair.merchant.move(merchant_id, STREET),
        "lines": lambda: pair.merchant.raise_units(merchant_id, 3),
        "method": lambda: _set(pair, "shipping_method", "Canary Express"),
        "notes": lambda: _set(pair, "customer_notes", "Mrs Canary next door"),
    }
    edits[group]()
    # The order is read again.
    pair.merchant.raise_units(merchant_id, 0)


def can(pair: Pair, group: str, policy: str) -> bool:
    """True if the Supplier's account can carry out a policy."""
    lacking = {"apply": f"{group}-edits", "hold": "holds"}.get(policy)
    return lacking not in pair.supplier.lacks


def imported(pair: Pair, group: str, policy: str) -> tuple[str, str]:
    if not can(pair, group, policy):
        pytest.skip(f"{type(pair.supplier).__name__} cannot {policy}: {group}")
    pair.configure(edits={group: policy}, send=["customer_notes"])
    return pair.imported("1001", line("MUG", 2))


def value(order: Order, group: str) -> object:
    values: Mapping[str, object] = {
        "address": order.ship_to.street1,
        "lines": [(each.sku, each.quantity) for each in order.lines],
        "method": order.shipping_method,
        "notes": order.customer_notes,
    }
    return values[group]


def open_edit(pair: Pair) -> StepRow | None:
    with Store.open(load_config(pair.path).database) as store:
        rows = store.steps.open()
    return next(iter(rows), None)


@needs("edits")
@pytest.mark.parametrize("policy", ["apply", "hold"])
@pytest.mark.parametrize("group", GROUPS)
def test_policy_that_the_account_cannot_carry_out_is_a_problem_of_the_configuration(
    pair: Pair, group: str, policy: str
) -> None:
    pair.configure(edits={group: policy})

    if can(pair, group, policy):
        load_config(pair.path)
    else:
        with pytest.raises(ConfigError, match=rf"edits\.{group}: .*choose notify"):
            load_config(pair.path)


@needs("edits", "holds")
@pytest.mark.parametrize("group", GROUPS)
def test_e6_hold_ends_when_the_edit_is_taken_back(pair: Pair, group: str) -> None:
    merchant_id, supplier_id = imported(pair, group, "hold")
    known = pair.supplier.order(supplier_id)
    edited(pair, merchant_id, group)
    pair.run(TASK)
    undo: Mapping[str, Callable[[], None]] = {
        "address": lambda: pair.merchant.move(merchant_id, known.ship_to.street1),
        "lines": lambda: pair.merchant.raise_units(merchant_id, -3),
        "method": lambda: _set(pair, "shipping_method", known.shipping_method),
        "notes": lambda: _set(pair, "customer_notes", known.customer_notes),
    }
    was_held = pair.supplier.is_held(supplier_id)
    undo[group]()
    pair.merchant.raise_units(merchant_id, 0)

    pair.run(TASK)

    assert (was_held, pair.supplier.is_held(supplier_id)) == (True, False)
    assert open_edit(pair) is None
    pair.stays_quiet(TASK)


@needs("edits", "holds")
def test_held_order_gets_the_edit_and_is_released_if_the_policy_is_changed(pair: Pair) -> None:
    """E31."""
    merchant_id, supplier_id = imported(pair, "address", "hold")
    edited(pair, merchant_id, "address")
    pair.run(TASK)
    pair.configure(edits={"address": "apply"}, send=["customer_notes"])

    pair.run(TASK)

    assert pair.supplier.order(supplier_id).ship_to.street1 == STREET
    assert not pair.supplier.is_held(supplier_id)
    assert open_edit(pair) is None


@needs("edits")
def test_added_line_is_linked_and_its_parcel_is_reported(each_kind: Pair) -> None:
    pair = each_kind
    pair.configure(edits={"lines": "apply"})
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    pair.merchant.add_line(merchant_id, "PEN", 3)

    pair.run(TASK)

    assert value(pair.supplier.order(supplier_id), "lines") == [("MUG", 2), ("PEN", 3)]
    assert open_edit(pair) is None
    pair.stays_quiet(TASK)
    if pair.can_run("update-tracking"):
        pair.supplier.ship(supplier_id, parcel())
        pair.run("update-tracking")
        assert pair.merchant.status(merchant_id) == "shipped"
        assert pair.merchant.sent_units(merchant_id) == {"MUG": 2, "PEN": 3}


@needs("edits", "several-parcels", "parcel-lines")
def test_e15_units_in_a_parcel_that_is_not_reported_yet_leave_the_order(each_kind: Pair) -> None:
    pair = each_kind
    pair.configure(edits={"lines": "apply"})
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3), line("CUP", 2))
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 2, 0)
    pair.merchant.cancel_units(merchant_id, 2, 1)
    pair.merchant.raise_units(merchant_id, 0, 0)
    before = pair.supplier.open_units(supplier_id)

    step = pair.run(TASK).step

    assert (step.state, step.code) == ("failed", "below-sent")
    assert pair.supplier.open_units(supplier_id) == before == {"MUG": 1, "CUP": 2}
    if "comments" not in pair.supplier.lacks:
        assert "below-sent" in pair.supplier.timeline(supplier_id)[-1]
    assert "below-sent" in pair.merchant.timeline(merchant_id)[-1]
    pair.stays_quiet(TASK)


def test_e18_stock_that_the_shop_did_not_move_is_said_to_its_users(tmp_path: Path) -> None:
    clock = VirtualClock()
    with (
        closing(SqliteMerchantPeople(tmp_path, clock)) as selling,
        closing(ShopSupplierPeople(tmp_path, clock)) as shipping,
    ):
        shipping.fake.switches.version = "7.8.2"
        shipping.count("MUG", 10)
        pair = Pair(tmp_path, selling, shipping)
        merchant_id, supplier_id = imported(pair, "lines", "apply")
        edited(pair, merchant_id, "lines")

        ran = pair.run(TASK)

        assert (ran.step.state, ran.step.code) == ("done", "stock-not-moved")
        assert "stock of MUG" in (ran.step.reason or "")
        assert "stock-not-moved" in shipping.timeline(supplier_id)[-1]
        pair.stays_quiet(TASK)


@needs("edits", "cancel-orders")
def test_e21_units_of_two_lines_with_one_sku_are_swapped_by_line(pair: Pair) -> None:
    pair.configure(edits={"lines": "apply"})
    first, second = line("MUG", 1, id="m-1"), line("MUG", 4, id="m-2")
    merchant_id, supplier_id = pair.imported("1001", first, second)
    pair.merchant.raise_units(merchant_id, 3, -3)

    pair.run(TASK)

    assert value(pair.supplier.order(supplier_id), "lines") == [("MUG", 4), ("MUG", 1)]
    assert open_edit(pair) is None
    pair.stays_quiet(TASK)
