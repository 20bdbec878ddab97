"""Cancellations that a Supplier is asked for by a file, and its answers."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from ordosync.accounts.account import required
from ordosync.accounts.files.output.options import OrderFolder
from ordosync.edits import LineEdit, OrderEdit, Reduction
from ordosync.models import Outcome, ParcelLine
from ordosync.shortages import Shortage
from tests.accounts.contract import line, order
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.files.conftest import Drop
from tests.accounts.files.opening import (
    PARCELS,
    address_edit,
    all_of,
    open_supplier,
    with_units,
)
from tests.accounts.files.supplier import order_rows, orders

ANSWERS = "order,sku,qty,answer,reason,expected\n"
MUG, CUP = "1001/1", "1001/2"


@pytest.fixture(name="depot")
def _depot(tmp_path: Path) -> Iterator[OpenSupplier]:
    account = open_supplier(tmp_path, shipments=with_units(tmp_path))
    account.orders.create([order("1001", line("MUG", 3), line("CUP", 2))])
    yield account
    account.close()


def unanswered(folder: Path) -> OpenSupplier:
    """Open a Supplier without answer files."""
    depot = open_supplier(folder, shipments=with_units(folder), answers=None)
    depot.orders.create([order("1001", line("MUG", 3), line("CUP", 2))])
    return depot


def cancel(depot: OpenSupplier) -> Outcome:
    [outcome] = depot.cancellations.cancel(["1001"])
    return outcome


def reduce(depot: OpenSupplier, units: Mapping[str, int]) -> Outcome:
    lines = tuple(ParcelLine(line_id=id_, quantity=count) for id_, count in units.items())
    [outcome] = depot.cancellations.reduce([Reduction(order_id="1001", lines=lines)])
    return outcome


def newest(folder: Path) -> tuple[str, list[tuple[str, str]]]:
    """Return the change in the newest file, and SKU and quantity of its lines."""
    rows = order_rows(folder)
    last = max(rows, key=lambda row: int(row["version"]))["version"]
    mine = [row for row in rows if row["version"] == last]
    return mine[0]["change"], [(row["sku"], row["quantity"]) for row in mine]


def short_units(depot: OpenSupplier) -> dict[str, int]:
    shortages = all_of(required(depot.side.shortages).by_id(["1001"]))
    return {
        each.sku: each.cancelled
        for shortage in shortages
        if isinstance(shortage, Shortage)
        for each in shortage.lines
    }


def test_k1_cancellation_is_asked_for_once(depot: OpenSupplier, tmp_path: Path) -> None:
    first, again = cancel(depot), cancel(depot)

    assert [first.state, again.state] == ["asked", "asked"]
    assert newest(tmp_path) == ("CANCEL", [("MUG", "3"), ("CUP", "2")])
    assert len(list((tmp_path / "orders").glob("*.csv"))) == 2
    cells = next(row for row in order_rows(tmp_path) if row["change"] == "CANCEL")
    assert not any(cells[name] for name in cells if name.startswith(("ship_to", "bill_to")))
    assert depot.orders.statuses(["1001"]) == {"1001": "awaiting_fulfillment"}


def test_k2_cancelled_order_is_unchanged(depot: OpenSupplier, drop: Drop) -> None:
    cancel(depot)
    drop("answers/a.csv", ANSWERS + "1001,,,cancelled,asked-to,\n")

    assert cancel(depot).state == "unchanged"
    assert depot.orders.statuses(["1001"]) == {"1001": "cancelled"}
    [refusal] = depot.edits.write([address_edit("1001", "2 Low Road")])
    assert (refusal.state, refusal.code) == ("refused", "cancelled")


def test_k3_shipped_order_refuses(depot: OpenSupplier, drop: Drop) -> None:
    cancel(depot)
    drop("sent/a.csv", PARCELS + "1001,1Z,UPS,2026-11-23 14:05,,,MUG,3\n")
    partly = cancel(depot)
    drop("sent/b.csv", PARCELS + "1001,1Y,UPS,2026-11-23 14:05,,,CUP,2\n")

    outcome = cancel(depot)

    assert partly.state == "asked"
    assert (outcome.state, outcome.code) == ("refused", "already-shipped")


def test_rest_of_a_sent_order_is_asked_for(depot: OpenSupplier, drop: Drop, tmp_path: Path) -> None:
    drop("sent/a.csv", PARCELS + "1001,1Z,UPS,2026-11-23 14:05,,,MUG,2\n")

    assert cancel(depot).state == "asked"
    assert newest(tmp_path) == ("CANCEL", [("MUG", "1"), ("CUP", "2")])


def test_k5_edit_after_the_question_is_the_whole_order_again(
    depot: OpenSupplier, tmp_path: Path
) -> None:
    same = OrderEdit(order_id="1001", order=order("1001"), groups=frozenset({"method"}))
    cancel(depot)
    [held] = depot.edits.hold(["1001"], reason="other")

    [first] = depot.edits.write([same])
    [again] = depot.edits.write([same])
    restored = newest(tmp_path)
    asked = cancel(depot)

    assert (held.state, held.code) == ("refused", "cancelled")
    assert (first.state, again.state) == ("done", "unchanged")
    assert restored == ("CHANGED", [("MUG", "3"), ("CUP", "2")])
    assert (asked.state, newest(tmp_path)[0]) == ("asked", "CANCEL")


def test_k6_fewer_units_count_once_they_are_answered(
    depot: OpenSupplier, drop: Drop, tmp_path: Path
) -> None:
    first = reduce(depot, {MUG: 1})
    again = reduce(depot, {MUG: 1})
    drop("sent/a.csv", PARCELS + "1001,1Z,UPS,2026-11-23 14:05,,,MUG,1\n")
    drop("sent/b.csv", PARCELS + "1001,1Y,UPS,2026-11-23 14:05,,,CUP,2\n")
    before = depot.orders.statuses(["1001"])
    drop("answers/a.csv", ANSWERS + "1001,MUG,2,cancelled,asked-to,\n")

    assert [first.state, again.state] == ["asked", "asked"]
    assert newest(tmp_path) == ("CHANGED", [("MUG", "1"), ("CUP", "2")])
    assert before == {"1001": "partially_shipped"}
    assert depot.orders.statuses(["1001"]) == {"1001": "shipped"}
    assert short_units(depot) == {"MUG": 2}


def test_answered_reduction_is_unchanged(depot: OpenSupplier, drop: Drop) -> None:
    reduce(depot, {MUG: 1})
    drop("answers/a.csv", ANSWERS + "1001,MUG,2,cancelled,asked-to,\n")

    assert reduce(depot, {MUG: 1}).state == "unchanged"
    assert reduce(depot, {MUG: 2}).state == "unchanged"


def test_units_can_be_raised_after_an_answered_reduction(
    depot: OpenSupplier, drop: Drop, tmp_path: Path
) -> None:
    reduce(depot, {MUG: 1})
    drop("answers/a.csv", ANSWERS + "1001,MUG,2,cancelled,asked-to,\n")
    raised = LineEdit(line=line("MUG", 2), quantity=2, line_id=MUG)
    edit = OrderEdit(
        order_id="1001", order=order("1001"), groups=frozenset({"lines"}), lines=(raised,)
    )

    [outcome] = depot.edits.write([edit])
    drop("sent/a.csv", PARCELS + "1001,1Z,UPS,2026-11-23 14:05,,,MUG,1\n")
    drop("sent/b.csv", PARCELS + "1001,1Y,UPS,2026-11-23 14:05,,,CUP,2\n")
    before = depot.orders.statuses(["1001"])
    drop("sent/c.csv", PARCELS + "1001,1X,UPS,2026-11-23 14:05,,,MUG,1\n")

    assert outcome.state == "done"
    assert newest(tmp_path) == ("CHANGED", [("MUG", "2"), ("CUP", "2")])
    assert before == {"1001": "partially_shipped"}
    assert depot.orders.statuses(["1001"]) == {"1001": "shipped"}


def test_k6_without_answers_fewer_units_count_at_once(tmp_path: Path, drop: Drop) -> None:
    depot = unanswered(tmp_path)

    outcomes = [reduce(depot, {CUP: 0}), reduce(depot, {CUP: 0}), reduce(depot, {CUP: 1})]
    drop("sent/a.csv", PARCELS + "1001,1Z,UPS,2026-11-23 14:05,,,MUG,3\n")

    assert [outcome.state for outcome in outcomes] == ["done", "unchanged", "unchanged"]
    assert newest(tmp_path) == ("CHANGED", [("MUG", "3"), ("CUP", "0")])
    assert [each.sku for each in orders(tmp_path)[0].lines] == ["MUG"]
    assert depot.orders.statuses(["1001"]) == {"1001": "shipped"}


def test_no_unit_is_the_cancellation_of_the_order(tmp_path: Path) -> None:
    depot = unanswered(tmp_path)

    assert reduce(depot, {MUG: 0, CUP: 0}).state == "asked"
    assert newest(tmp_path)[0] == "CANCEL"


def test_f5_sent_units_stay_sent(tmp_path: Path, drop: Drop) -> None:
    depot = unanswered(tmp_path)
    drop("sent/a.csv", PARCELS + "1001,1Z,UPS,2026-11-23 14:05,,,MUG,2\n")

    outcome = reduce(depot, {MUG: 0, CUP: 0})
    again = reduce(depot, {MUG: 1})

    assert outcome.state == "done"
    assert newest(tmp_path) == ("CHANGED", [("MUG", "2"), ("CUP", "0")])
    assert (again.state, again.code) == ("refused", "already-shipped")
    assert depot.orders.statuses(["1001"]) == {"1001": "shipped"}


def test_totals_of_a_reduced_line_are_blank(tmp_path: Path) -> None:
    depot = open_supplier(tmp_path, answers=None)
    mug = line("MUG", 3, total=Decimal("7.50"), discount=Decimal("1.00"))
    depot.orders.create([order("1001", mug)])

    reduce(depot, {MUG: 1})

    row = next(row for row in order_rows(tmp_path) if row["change"] == "CHANGED")
    assert (row["unit_price"], row["line_total"], row["line_discount"]) == ("2.50", "", "")


def test_unknown_order_is_refused_and_the_others_are_asked_for(depot: OpenSupplier) -> None:
    outcomes = depot.cancellations.cancel(["404", "1001"])

    assert [(each.state, each.code) for each in outcomes] == [
        ("refused", "not-found"),
        ("asked", ""),
    ]


def test_k8_without_the_column_nothing_can_be_cancelled(tmp_path: Path) -> None:
    columns = {"order_number": "No", "sku": "SKU", "quantity": "Qty"}
    folder = OrderFolder(folder=tmp_path / "orders", columns=columns)

    assert open_supplier(tmp_path, order_files=folder).side.cancellations is None


@pytest.mark.parametrize("fault", ["order-file-half", "order-file-recorded"])
def test_question_that_was_killed_is_one_file(tmp_path: Path, fault: str) -> None:
    depot = open_supplier(tmp_path)
    depot.orders.create([order("1001")])
    killed = subprocess.run(
        [sys.executable, "-m", "tests.accounts.files.cancel", str(tmp_path), "1001"],
        env={**os.environ, "ORDOSYNC_FAULT": fault},
        check=False,
    )

    outcome = cancel(depot)

    assert (killed.returncode < 0, outcome.state) == (True, "asked")
    assert {row["change"] for row in order_rows(tmp_path)} == {"NEW", "CANCEL"}
    assert len(order_rows(tmp_path)) == 2
    assert not list((tmp_path / "orders").glob(".*.tmp"))
