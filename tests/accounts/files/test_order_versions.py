"""Further files of an order: edits, holds and their release."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ordosync.accounts.account import PortalContext, required
from ordosync.accounts.files import FilesAccount, SupplierOptions
from ordosync.accounts.files.output.options import OrderFolder
from ordosync.accounts.supplier import SupplierEdits
from ordosync.edits import LineEdit, OrderEdit
from ordosync.models import Address, Line
from tests.accounts.contract import line, order
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.files.conftest import Drop
from tests.accounts.files.opening import (
    PARCELS,
    address_edit,
    all_of,
    open_supplier,
    since,
    with_units,
)
from tests.accounts.files.supplier import (
    ORDER_COLUMNS,
    order_rows,
    orders,
)


@pytest.fixture(name="depot")
def _depot(tmp_path: Path) -> Iterator[OpenSupplier]:
    account = open_supplier(tmp_path)
    yield account
    account.close()


def edits(depot: OpenSupplier) -> SupplierEdits:
    return depot.edits


def files(folder: Path) -> list[str]:
    """Return the change and the version of each file."""
    rows = {(row["change"], row["version"]) for row in order_rows(folder)}
    return [f"{change} {version}" for change, version in sorted(rows, key=lambda row: int(row[1]))]


def line_edit(*lines: LineEdit, known: tuple[str, ...] = ()) -> OrderEdit:
    return OrderEdit(
        order_id="1001",
        order=order("1001"),
        groups=frozenset({"lines"}),
        lines=lines,
        known_lines=frozenset(known),
    )


def test_first_file_of_an_order_is_new(depot: OpenSupplier, tmp_path: Path) -> None:
    depot.orders.create([order("1001")])

    assert files(tmp_path) == ["NEW 1"]


def test_edit_is_a_whole_file_of_its_own(depot: OpenSupplier, tmp_path: Path) -> None:
    depot.orders.create([order("1001", line("MUG", 2), line("CUP", 1))])
    before = {path: path.read_bytes() for path in (tmp_path / "orders").glob("*.csv")}

    [first] = edits(depot).write([address_edit("1001", "2 Low Road")])
    [again] = edits(depot).write([address_edit("1001", "2 Low Road")])
    [second] = edits(depot).write([address_edit("1001", "3 High Road")])

    assert [each.state for each in (first, again, second)] == ["done", "unchanged", "done"]
    assert files(tmp_path) == ["NEW 1", "CHANGED 2", "CHANGED 3"]
    assert all(path.read_bytes() == content for path, content in before.items())
    names = sorted(path.name for path in (tmp_path / "orders").glob("*.csv"))
    assert [name.partition("-v")[2] for name in names] == ["2.csv", "3.csv", ""]
    changed = [row for row in order_rows(tmp_path) if row["version"] == "3"]
    assert [(row["line_id"], row["sku"], row["quantity"]) for row in changed] == [
        ("1001/1", "MUG", "2"),
        ("1001/2", "CUP", "1"),
    ]
    assert {row["ship_to.street1"] for row in changed} == {"3 High Road"}


def test_edit_has_all_fields_although_the_supplier_took_the_first_file_away(
    depot: OpenSupplier, tmp_path: Path
) -> None:
    bill_to = Address(name="Bob Smith")
    depot.orders.create([order("1001", shipping_method="Express", bill_to=bill_to)])
    for path in (tmp_path / "orders").glob("*.csv"):
        path.unlink()

    edits(depot).write([address_edit("1001", "2 Low Road")])

    [changed] = orders(tmp_path)
    assert changed.ship_to.street1 == "2 Low Road"
    assert (changed.shipping_method, changed.bill_to) == ("Express", bill_to)


def test_hold_and_release_name_the_lines_and_nobody(depot: OpenSupplier, tmp_path: Path) -> None:
    depot.orders.create([order("1001", line("MUG", 2), ship_to=Address(name="Ann Smith"))])

    held = [edits(depot).hold(["1001"], reason="address")[0].state for _ in range(2)]
    now = edits(depot).current(["1001"])["1001"]
    edits(depot).write([address_edit("1001", "2 Low Road")])
    released = [edits(depot).release(["1001"])[0].state for _ in range(2)]

    assert (held, released) == (["done", "unchanged"], ["done", "unchanged"])
    assert (now.order, now.is_held, now.has_label) == (None, True, False)
    assert files(tmp_path) == ["NEW 1", "HOLD 2", "CHANGED 3", "RELEASE 4"]
    hold = next(row for row in order_rows(tmp_path) if row["change"] == "HOLD")
    assert {name: text for name, text in hold.items() if text} == {
        "order_number": "1001",
        "line_id": "1001/1",
        "sku": "MUG",
        "quantity": "2",
        "change": "HOLD",
        "version": "2",
    }
    assert not edits(depot).current(["1001"])["1001"].is_held


def test_lines_are_raised_and_added_and_keep_their_ids(depot: OpenSupplier, tmp_path: Path) -> None:
    [created] = depot.orders.create([order("1001", line("MUG", 2))])
    raised = LineEdit(line=line("MUG", 5), quantity=5, line_id=created.line_ids[0])
    added = LineEdit(line=line("CUP", 1, details="blue"), quantity=1)
    edit = line_edit(raised, added, known=created.line_ids)

    first, second = (edits(depot).write([edit])[0] for _ in range(2))

    assert (first.state, first.line_ids) == ("done", ("1001/2",))
    assert (second.state, second.line_ids) == ("unchanged", ("1001/2",))
    [now] = orders(tmp_path)
    assert [(each.id, each.sku, each.quantity, each.details) for each in now.lines] == [
        ("1001/1", "MUG", 5, ""),
        ("1001/2", "CUP", 1, "blue"),
    ]


@pytest.mark.parametrize(
    ("added", "reason"),
    [
        (line(""), "line 1001/2 has no SKU"),
        (line("C\0P"), "has a NUL byte in one of its texts"),
        (line("CUP", 10**9), "line 1001/2: quantity is not 0 to 999999999"),
    ],
)
def test_edit_that_cannot_be_written_does_not_stop_the_others(
    depot: OpenSupplier, tmp_path: Path, added: Line, reason: str
) -> None:
    depot.orders.create([order("1001"), order("1002")])
    bad = line_edit(LineEdit(line=added, quantity=added.quantity), known=("1001/1",))

    first, second = edits(depot).write([bad, address_edit("1002", "2 Low Road")])

    assert (first.state, first.code, first.reason) == ("refused", "invalid-order", reason)
    assert second.state == "done"
    assert files(tmp_path) == ["NEW 1", "CHANGED 2"]


def test_text_outside_the_encoding_refuses_the_edit(tmp_path: Path) -> None:
    folder = OrderFolder(folder=tmp_path / "orders", columns=ORDER_COLUMNS, encoding="latin-1")
    depot = open_supplier(tmp_path, order_files=folder)
    depot.orders.create([order("1001")])

    [refusal] = edits(depot).write([address_edit("1001", "Łódzka 1")])
    [done] = edits(depot).write([address_edit("1001", "2 Low Road")])

    assert (refusal.state, refusal.reason) == ("refused", "has text that is not latin-1")
    assert (done.state, files(tmp_path)) == ("done", ["NEW 1", "CHANGED 2"])


def test_order_of_which_a_part_was_sent_keeps_its_address(
    depot: OpenSupplier, drop: Drop, tmp_path: Path
) -> None:
    depot = open_supplier(tmp_path, shipments=with_units(tmp_path))
    [created] = depot.orders.create([order("1001", line("MUG", 2))])
    drop("sent/a.csv", PARCELS + "1001,1Z999,UPS,2026-11-23 14:05,,,MUG,1\n")
    raised = LineEdit(line=line("MUG", 3), quantity=3, line_id=created.line_ids[0])

    now = edits(depot).current(["1001"])["1001"]
    [address] = edits(depot).write([address_edit("1001", "2 Low Road")])
    [lines] = edits(depot).write([line_edit(raised, known=created.line_ids)])
    drop("sent/b.csv", PARCELS + "1001,1Z998,UPS,2026-11-24 14:05,,,MUG,2\n")
    [late] = edits(depot).write([address_edit("1001", "2 Low Road")])
    [held] = edits(depot).hold(["1001"], reason="other")

    assert not now.has_label
    assert now.groups == {"lines", "method", "notes"}
    assert (address.state, address.code) == ("refused", "not-editable")
    assert lines.state == "done"
    assert [(each.state, each.code) for each in (late, held)] == [("refused", "shipped")] * 2


def test_group_without_a_column_cannot_be_edited(tmp_path: Path) -> None:
    columns = {"order_number": "No", "sku": "SKU", "quantity": "Qty", "change": "What"}
    folder = OrderFolder(folder=tmp_path / "orders", columns=columns)
    depot = open_supplier(tmp_path, order_files=folder)
    depot.orders.create([order("1001")])

    [refusal] = edits(depot).write([address_edit("1001", "2 Low Road")])

    assert edits(depot).groups == {"lines"}
    assert (refusal.state, refusal.code) == ("refused", "not-editable")


def test_without_the_column_change_there_are_no_edits(tmp_path: Path) -> None:
    columns = {"order_number": "No", "sku": "SKU", "quantity": "Qty"}
    depot = open_supplier(
        tmp_path, order_files=OrderFolder(folder=tmp_path / "orders", columns=columns)
    )

    assert depot.side.edits is None
    with pytest.raises(ValueError, match="change is missing"):
        OrderFolder(folder=tmp_path, columns={**columns, "version": "Version"})


def test_order_from_before_the_column_can_be_held_but_not_edited(tmp_path: Path) -> None:
    columns = {"order_number": "No", "sku": "SKU", "quantity": "Qty"}
    folder = OrderFolder(folder=tmp_path / "orders", columns=columns)
    open_supplier(tmp_path, order_files=folder).orders.create([order("1001")])
    depot = open_supplier(tmp_path)

    now = edits(depot).current(["1001", "other"])
    [written] = edits(depot).write([address_edit("1001", "2 Low Road")])
    [held] = edits(depot).hold(["1001"], reason="other")

    assert {id_: each.groups for id_, each in now.items()} == {"1001": frozenset()}
    assert (written.state, written.code, held.state) == ("refused", "not-editable", "done")


def test_order_of_an_earlier_release_is_held_and_cancelled_without_units(
    depot: OpenSupplier, tmp_path: Path
) -> None:
    depot.orders.create([order("1001", line("MUG", 2))])
    [record] = (tmp_path / "orders" / ".ordosync").glob("*.json")
    fields = json.loads(record.read_text())
    record.write_text(json.dumps({name: fields[name] for name in fields if name != "units"}))

    [held] = edits(depot).hold(["1001"], reason="other")
    [asked] = depot.cancellations.cancel(["1001"])

    assert (held.state, asked.state) == ("done", "asked")
    rows = [row for row in order_rows(tmp_path) if row["change"] in ("HOLD", "CANCEL")]
    assert {(row["line_id"], row["quantity"]) for row in rows} == {("1001/1", "")}
    assert len(rows) == 2


def test_unknown_order_is_refused(depot: OpenSupplier) -> None:
    outcomes = [
        *edits(depot).write([address_edit("404", "2 Low Road")]),
        *edits(depot).hold(["404"], reason="other"),
        *edits(depot).release(["404"]),
    ]

    assert [(each.state, each.code) for each in outcomes] == [("refused", "not-found")] * 3


def test_kept_fields_are_private_and_deleted_with_the_last_parcel(
    depot: OpenSupplier, drop: Drop, tmp_path: Path
) -> None:
    depot.orders.create([order("1001", ship_to=Address(name="Ann Smith"))])
    edits(depot).write([address_edit("1001", "2 Low Road")])
    [kept] = (tmp_path / "orders" / ".ordosync").glob("*.fields")
    mode = kept.stat().st_mode & 0o777

    drop("sent/a.csv", "order,number,carrier,at,cost,void\n1001,1Z,UPS,2026-11-23 14:05,,\n")
    all_of(depot.shipments.changed(since()))

    assert mode == 0o600
    assert not kept.exists()


def test_kept_fields_are_removed_with_the_personal_data(
    depot: OpenSupplier, tmp_path: Path
) -> None:
    depot.orders.create([order("1001", ship_to=Address(name="Ann Smith"))])
    data = required(depot.side.personal_data)
    kept = [*(tmp_path / "orders" / ".ordosync").glob("*.fields")]

    would_remove = data.remove("1001", dry=True)
    still = [path.exists() for path in kept]
    removed = data.remove("1001", dry=False)

    assert would_remove == removed
    assert [removal.what for removal in removed.removed] == ["the fields of order 1001"]
    assert (still, [path.exists() for path in kept]) == ([True], [False])
    assert data.remove("1001", dry=False).removed == ()


def test_edit_in_a_dry_run_writes_no_file(depot: OpenSupplier, tmp_path: Path) -> None:
    depot.orders.create([order("1001")])
    folder = OrderFolder(folder=tmp_path / "orders", columns=ORDER_COLUMNS)
    (tmp_path / "dry").mkdir()
    account = FilesAccount(name="depot", order_files=folder).for_dry_run(tmp_path / "dry")
    dry = account.supplier(
        SupplierOptions(), PortalContext(spool=tmp_path / "spool"), depot.people.connections
    )
    before = depot.people.everything()

    [outcome] = required(dry.edits).write([address_edit("1001", "2 Low Road")])

    assert outcome.state == "done"
    assert depot.people.everything() == before


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["order-file-half", "order-file-recorded"])
@pytest.mark.parametrize("street", ["2 Low Road", "3 High Road"])
def test_edit_that_was_killed_is_one_whole_file(tmp_path: Path, fault: str, street: str) -> None:
    depot = open_supplier(tmp_path)
    depot.orders.create([order("1001"), order("1002")])
    killed = subprocess.run(
        [sys.executable, "-m", "tests.accounts.files.edit", str(tmp_path), "1001", "2 Low Road"],
        env={**os.environ, "ORDOSYNC_FAULT": fault},
        check=False,
    )
    before = files(tmp_path)

    [outcome] = edits(depot).write([address_edit("1001", street)])
    again = edits(open_supplier(tmp_path)).write([address_edit("1001", street)])[0]

    assert (killed.returncode < 0, before) == (True, ["NEW 1"])
    is_second = fault == "order-file-recorded" and street == "3 High Road"
    assert files(tmp_path) == ["NEW 1", "CHANGED 2", *(["CHANGED 3"] if is_second else [])]
    assert (outcome.state in ("done", "unchanged"), again.state) == (True, "unchanged")
    assert {each.ship_to.street1 for each in orders(tmp_path) if each.id == "1001"} == {street}
    assert not list((tmp_path / "orders").glob(".*.tmp"))


def test_order_file_that_was_killed_is_whole_before_its_first_edit(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.accounts.files.create", str(tmp_path), "1001"],
        env={**os.environ, "ORDOSYNC_FAULT": "order-file-recorded"},
        check=False,
    )

    edits(open_supplier(tmp_path)).hold(["1001"], reason="other")

    assert files(tmp_path) == ["NEW 1", "HOLD 2"]
