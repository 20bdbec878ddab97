"""Parcels in a Supplier's tracking files; F and P are rules of lifecycle.md 0.1 and 3.3."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.models import InvalidRecord, ParcelLine, Shipment
from tests.accounts.contract import line, order
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.files.conftest import Drop
from tests.accounts.files.opening import all_of, open_supplier, since
from tests.accounts.files.supplier import SENT_COLUMNS, SENT_READ

HEAD = "order,number,carrier,at,cost,void,sku,line,qty\n"
UNITS = {"sku": "sku", "line_id": "line", "quantity": "qty"}
AT = "UPS,2026-11-23 14:05,,"


def reading(folder: Path, **columns: str) -> ShipmentFiles:
    return ShipmentFiles(
        glob=folder / "sent",
        columns={**SENT_COLUMNS, **columns},
        **SENT_READ,  # type: ignore[arg-type]
    )


@pytest.fixture(name="depot")
def _depot(tmp_path: Path) -> Iterator[OpenSupplier]:
    account = open_supplier(tmp_path, shipments=reading(tmp_path, **UNITS))
    account.orders.create([order("1001", line("CUP", 2), line("MUG", 3, id="m-2"))])
    yield account
    account.close()


def parcels(account: OpenSupplier) -> list[Shipment]:
    items = all_of(account.shipments.changed(since()))
    shipments = [item for item in items if isinstance(item, Shipment)]
    assert len(shipments) == len(items), items
    return shipments


def problem(account: OpenSupplier) -> InvalidRecord:
    [item] = all_of(account.shipments.changed(since()))
    assert isinstance(item, InvalidRecord)
    return item


def test_f12_rows_of_one_number_are_one_parcel_with_these_lines(
    depot: OpenSupplier, drop: Drop
) -> None:
    rows = (f"1001,1Z1,{AT},CUP,,1", f"1001,1Z1,{AT},MUG,,3", f"1001,1Z2,{AT},CUP,,1")
    drop("sent/a.csv", HEAD + "\n".join(rows))

    first, second = parcels(depot)

    assert (first.id, second.id) == ("1001:1Z1", "1001:1Z2")
    assert first.lines == (
        ParcelLine(line_id="1001/1", quantity=1, sku="CUP"),
        ParcelLine(line_id="1001/2", quantity=3, sku="MUG"),
    )
    assert second.lines == (ParcelLine(line_id="1001/1", quantity=1, sku="CUP"),)
    assert depot.orders.statuses(["1001"]) == {"1001": "shipped"}


def test_f12_several_files_are_several_parcels(depot: OpenSupplier, drop: Drop) -> None:
    drop("sent/b.csv", HEAD + f"1001,1Z1,{AT},CUP,,2")
    [first] = parcels(depot)
    partly = depot.orders.statuses(["1001"])
    drop("sent/a.csv", HEAD + f"1001,1Z2,{AT},MUG,,3")

    both = parcels(depot)

    assert (first.is_last, partly) == (False, {"1001": "partially_shipped"})
    assert [(one.tracking_number, one.is_last) for one in both] == [("1Z1", True), ("1Z2", True)]


def test_line_may_be_named_by_its_id_in_the_order_file(depot: OpenSupplier, drop: Drop) -> None:
    drop("sent/a.csv", HEAD + f"1001,1Z1,{AT},,1001/2,2")

    [shipment] = parcels(depot)

    assert shipment.lines == (ParcelLine(line_id="1001/2", quantity=2, sku="MUG"),)


def test_units_of_equal_skus_may_be_on_any_of_their_lines(depot: OpenSupplier, drop: Drop) -> None:
    depot.orders.create([order("1002", line("MUG", 1), line("MUG", 2, id="m-2"))])
    drop("sent/a.csv", HEAD + f"1002,1Z1,{AT},mug,,1\n1002,1Z2,{AT},MUG,,2")

    first, second = parcels(depot)

    of_both = ParcelLine(line_id="1002/1", other_lines=("1002/2",), quantity=1, sku="MUG")
    assert first.lines == (of_both,)
    assert second.is_last


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("CUP,,0", "invalid.quantity"),
        ("CUP,,", "invalid.quantity"),
        ("CUP,,1.5", "invalid.quantity"),
        (",,1", "invalid.sku"),
        ("JAR,,1", "unknown-line"),
        ("CUP,1001/9,1", "unknown-line"),
    ],
)
def test_row_whose_units_cannot_be_used_is_refused_with_file_and_row(
    depot: OpenSupplier, drop: Drop, cells: str, code: str
) -> None:
    drop("sent/a.csv", HEAD + f"1001,1Z1,{AT},MUG,,1\n1001,1Z1,{AT},{cells}")

    refused = problem(depot)

    assert refused.code == code
    assert refused.reason.startswith("sent/a.csv row 3: ")


def test_rows_of_one_parcel_must_agree_on_all_but_their_units(
    depot: OpenSupplier, drop: Drop
) -> None:
    drop("sent/a.csv", HEAD + f"1001,1Z1,{AT},CUP,,1\n1001,1Z1,DHL,2026-11-23 14:05,,,MUG,,1")

    assert problem(depot).code == "invalid.conflict"


def test_p3_row_without_units_adds_only_its_number(depot: OpenSupplier, drop: Drop) -> None:
    drop("sent/a.csv", HEAD + f"1001,1Z1,{AT},,,")

    [shipment] = parcels(depot)

    assert (shipment.lines, shipment.is_last) == (None, False)
    assert depot.orders.statuses(["1001"]) == {"1001": "partially_shipped"}


def test_p4_number_after_the_order_was_complete_is_one_more_of_a_shipped_order(
    depot: OpenSupplier, drop: Drop
) -> None:
    units = f"1001,1Z1,{AT},CUP,,2\n1001,1Z1,{AT},MUG,,3\n"
    drop("sent/a.csv", HEAD + f"1001,1Z0,{AT},,,\n{units}1001,1Z2,{AT},,,")

    shipments = parcels(depot)

    assert {one.tracking_number: one.is_last for one in shipments} == {
        "1Z0": False,
        "1Z1": True,
        "1Z2": True,
    }


def test_p8_units_of_a_void_parcel_are_open_again(depot: OpenSupplier, drop: Drop) -> None:
    void = AT.replace(",,", ",,yes").removesuffix(",")
    rows = (f"1001,1Z1,{AT},CUP,,2", f"1001,1Z2,{void},MUG,,3")
    drop("sent/a.csv", HEAD + "\n".join(rows))

    first, second = parcels(depot)

    assert (first.is_last, second.voided) == (False, True)
    assert depot.orders.statuses(["1001"]) == {"1001": "partially_shipped"}


def test_p4_without_columns_for_units_the_first_number_ships_the_order(
    tmp_path: Path, drop: Drop
) -> None:
    account = open_supplier(tmp_path)
    account.orders.create([order("1001", line("CUP", 2))])
    drop("sent/a.csv", f"{','.join(SENT_COLUMNS.values())}\n1001,1Z1,{AT}\n1001,1Z2,{AT}\n")

    shipments = parcels(account)

    assert [(one.lines, one.is_last) for one in shipments] == [(None, True)] * 2
    said = " ".join(result.text for result in account.check())
    assert "the first number ships the whole order, and each further number" in said
    account.close()


def test_p3_column_says_which_parcel_completes_the_order(tmp_path: Path, drop: Drop) -> None:
    account = open_supplier(tmp_path, shipments=reading(tmp_path, complete="done"))
    account.orders.create([order("1001", line("CUP", 2))])
    head = f"{','.join(SENT_COLUMNS.values())},done\n"
    drop("sent/a.csv", f"{head}1001,1Z1,{AT},no\n")
    [first] = parcels(account)
    partly = account.orders.statuses(["1001"])
    drop("sent/b.csv", f"{head}1001,1Z2,{AT},yes\n")

    both = parcels(account)

    assert (first.is_last, partly) == (False, {"1001": "partially_shipped"})
    assert [one.is_last for one in both] == [False, True]
    assert account.orders.statuses(["1001"]) == {"1001": "shipped"}
    account.close()


def test_f13_parcel_that_completes_the_order_is_the_last_one_with_fewer_units(
    tmp_path: Path, drop: Drop
) -> None:
    account = open_supplier(tmp_path, shipments=reading(tmp_path, **UNITS, complete="done"))
    account.orders.create([order("1001", line("CUP", 2))])
    drop("sent/a.csv", f"{HEAD.strip()},done\n1001,1Z1,{AT},CUP,,1,yes\n")

    [shipment] = parcels(account)

    assert (shipment.is_last, account.orders.statuses(["1001"])) == (True, {"1001": "shipped"})
    account.close()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((",1001/1,2", ",1001/2,3"), (("1001/1", "1001/2"), True)),
        ((",1001/1,2",), (("1001/1",), False)),
        (("CUP,,2", "MUG,,3"), (None, True)),
        (("CUP,,2",), (None, False)),
    ],
)
def test_p20_order_of_an_earlier_release_has_lines_without_skus(
    depot: OpenSupplier, drop: Drop, tmp_path: Path, rows: tuple[str, ...], expected: object
) -> None:
    [record] = (tmp_path / "orders" / ".ordosync").glob("*.json")
    fields = json.loads(record.read_text())
    del fields["units"]
    record.write_text(json.dumps(fields))
    drop("sent/a.csv", HEAD + "\n".join(f"1001,1Z1,{AT},{row}" for row in rows))

    [shipment] = parcels(depot)

    named = None if shipment.lines is None else tuple(part.line_id for part in shipment.lines)
    assert (named, shipment.is_last) == expected


@pytest.mark.parametrize("columns", [{"sku": "sku"}, {"quantity": "qty"}])
def test_units_need_a_line_and_a_quantity(tmp_path: Path, columns: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is missing"):
        reading(tmp_path, **columns)


def test_order_that_was_not_written_here_has_no_lines(depot: OpenSupplier, drop: Drop) -> None:
    drop("sent/a.csv", HEAD + f"9999,1Z1,{AT},JAR,,1")

    [shipment] = parcels(depot)

    assert (shipment.order_id, shipment.lines) == ("9999", None)
