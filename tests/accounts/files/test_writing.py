"""Quantities and tracking numbers in the files that are written for a Merchant."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.accounts.files.output.options import InventoryFile
from ordosync.accounts.files.output.safe_output import folder_lock
from ordosync.accounts.spreadsheets import neutral, plain
from ordosync.errors import RefusedError
from ordosync.models import Shipment, Stock
from tests.accounts.files.conftest import Drop, Make
from tests.accounts.files.opening import rows

SENT = Shipment(
    id="S1",
    order_id="1001",
    tracking_number="1Z999",
    carrier="UPS",
    shipped_at=datetime.fromisoformat("2026-11-23T14:05:00+01:00"),
    method="Ground",
    cost=Decimal("7.10"),
    currency="EUR",
    warehouse="Bonn",
)


def stock(sku: str, quantity: int | None, fixed: str = "") -> Stock:
    return Stock(product_id=sku, sku=sku, quantity=quantity, fixed=fixed)


def test_quantities_are_set_and_read_again(make: Make, tmp_path: Path) -> None:
    account = make(products=None)

    first = account.stock.write([stock("MUG", 3), stock("CUP", 0)])
    second = account.stock.write([stock("MUG", 3), stock("CUP", 5)])

    assert [outcome.state for outcome in first] == ["done", "done"]
    assert [outcome.state for outcome in second] == ["unchanged", "done"]
    assert rows(tmp_path / "out" / "stock.csv") == [
        {"SKU": "MUG", "Qty": "3"},
        {"SKU": "CUP", "Qty": "5"},
    ]
    assert {s.sku: s.quantity for s in account.stock.current(["CUP", "NEW"]).values()} == {
        "CUP": 5,
        "NEW": None,
    }


def test_file_without_changes_is_not_written(make: Make, tmp_path: Path) -> None:
    account = make()
    account.stock.write([stock("MUG", 3)])
    before = (tmp_path / "out" / "stock.csv").stat()

    account.stock.write([stock("MUG", 3)])

    after = (tmp_path / "out" / "stock.csv").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["stock.csv"]


def test_deleted_products_and_kits_are_distinguished(make: Make, drop: Drop) -> None:
    drop("products/a.csv", "sku,name,price,kit\nMUG,A mug,1,\nSET,A set,1,yes\n")

    levels = make().stock.current(["MUG", "SET", "GONE"])

    assert {sku: level.fixed for sku, level in levels.items()} == {"MUG": "", "SET": "kit"}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (stock("MUG", -1), "refused"),
        (stock("MUG", None), "refused"),
        (stock("SET", 1, fixed="kit"), "fixed"),
        (stock("M\0G", 1), "refused"),
        (stock("M\ud800G", 1), "refused"),
    ],
)
def test_quantity_that_cannot_be_written_does_not_stop_the_others(
    make: Make, tmp_path: Path, bad: Stock, code: str
) -> None:
    outcomes = make().stock.write([stock("CUP", 1), bad, stock("POT", 2)])

    assert [outcome.state for outcome in outcomes] == ["done", "refused", "done"]
    assert outcomes[1].code == code
    assert [row["SKU"] for row in rows(tmp_path / "out" / "stock.csv")] == ["CUP", "POT"]


def test_parcel_is_written_with_its_six_fields(make: Make, tmp_path: Path) -> None:
    account = make()

    [first] = account.tracking.add([SENT])
    [second] = account.tracking.add([SENT])

    assert (first.state, second.state) == ("done", "unchanged")
    assert first.id == second.id
    assert rows(tmp_path / "out" / "tracking.csv") == [
        {
            "Order": "1001",
            "Carrier": "UPS",
            "Number": "1Z999",
            "Sent": "2026-11-23T14:05:00+01:00",
            "Service": "Ground",
            "Cost": "7.10",
            "From": "Bonn",
            "Void": "false",
        }
    ]


def test_p4_each_number_of_an_order_has_a_row_and_a_void_one_is_flagged(
    make: Make, tmp_path: Path
) -> None:
    account = make()
    another = replace(SENT, tracking_number="1Z111")
    account.tracking.add([SENT])

    [unknown] = account.tracking.void([another])
    [added] = account.tracking.add([another])
    [voided] = account.tracking.void([SENT])
    [again] = account.tracking.void([SENT])

    assert (unknown.state, added.state) == ("unchanged", "done")
    assert (voided.state, again.state) == ("done", "unchanged")
    found = rows(tmp_path / "out" / "tracking.csv")
    assert [(row["Number"], row["Void"]) for row in found] == [
        (SENT.tracking_number, "true"),
        ("1Z111", "false"),
    ]


def test_cancelled_order_refuses_tracking(make: Make, drop: Drop) -> None:
    drop("cancelled/a.csv", "order\n1001\n")

    outcomes = make().tracking.add([SENT, replace(SENT, order_id="1002")])

    assert [(outcome.state, outcome.code) for outcome in outcomes] == [
        ("refused", "cancelled"),
        ("done", ""),
    ]


def test_foreign_text_is_not_a_formula_and_is_read_back_unchanged(
    make: Make, tmp_path: Path
) -> None:
    account = make(products=None)
    shipment = replace(SENT, order_id="=1+1", carrier="@SUM(A1)", cost=Decimal("-1.5"))

    account.tracking.add([shipment])
    account.stock.write([stock("-12", 4)])

    [row] = rows(tmp_path / "out" / "tracking.csv")
    assert (row["Order"], row["Carrier"], row["Cost"]) == ("'=1+1", "'@SUM(A1)", "-1.5")
    assert account.tracking.add([shipment])[0].state == "unchanged"
    assert account.stock.current(["-12"])["-12"].quantity == 4


@pytest.mark.parametrize(
    "text",
    ["=1", "+49", "-1", "@x", "\tx", "\rx", " =1", "\uff1d1", "'=1", "''=1", "'", "'x", "", "Bob"],
)
def test_neutral_text_can_be_made_plain_again(text: str) -> None:
    assert plain(neutral(text)) == text
    assert neutral(text).lstrip()[:1] not in set("=+-@\t\r\uff1d")


def test_missing_folder_is_reported_for_each_until_it_is_created(
    make: Make, tmp_path: Path
) -> None:
    path = tmp_path / "later" / "stock.csv"
    inventory = InventoryFile(path=path, columns={"sku": "SKU", "quantity": "Qty"})
    account = make(inventory=inventory, products=None)

    outcomes = account.stock.write([stock("MUG", 1), stock("CUP", 1)])
    path.parent.mkdir()
    again = account.stock.write([stock("MUG", 1)])

    assert [outcome.state for outcome in outcomes] == ["unavailable", "unavailable"]
    assert "No such file or directory" in outcomes[0].reason
    assert again[0].state == "done"


def test_a_file_that_another_run_is_writing_is_written_later(make: Make, tmp_path: Path) -> None:
    account = make()
    with folder_lock(tmp_path / "out"):
        [while_held] = account.stock.write([stock("MUG", 1)])
    [after] = account.stock.write([stock("MUG", 1)])

    assert (while_held.state, after.state) == ("unavailable", "done")


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"", b"SKU,Qty\nMUG\n", b"\xff", b'SKU,"Q'])
def test_foreign_file_is_never_overwritten(make: Make, tmp_path: Path, content: bytes) -> None:
    account = make()
    path = tmp_path / "out" / "stock.csv"
    path.write_bytes(content)

    with pytest.raises(RefusedError, match="move the file away"):
        account.stock.write([stock("MUG", 1)])

    assert path.read_bytes() == content


def test_a_rewritten_file_keeps_its_mode(make: Make, tmp_path: Path) -> None:
    account = make()
    account.stock.write([stock("MUG", 1)])
    (tmp_path / "out" / "stock.csv").chmod(0o640)

    account.stock.write([stock("MUG", 2)])

    assert (tmp_path / "out" / "stock.csv").stat().st_mode & 0o777 == 0o640
