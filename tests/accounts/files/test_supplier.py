"""Orders that are written as files for a Supplier, and its tracking and stock files."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ordosync.accounts.files.output.options import OrderFolder
from ordosync.accounts.files.output.safe_output import folder_lock
from ordosync.accounts.files.reading import row_index
from ordosync.config.needs import NEEDS
from ordosync.errors import UnavailableError
from ordosync.models import Address, InvalidRecord, Product, Shipment, Stock
from ordosync.tasks import TASKS
from tests.accounts.contract import SupplierContract, line, order
from tests.accounts.contract.opening import OpenAccount, OpenSupplier
from tests.accounts.contract.people import SupplierPeople
from tests.accounts.files.conftest import Drop
from tests.accounts.files.opening import NOON, all_of, open_supplier, since
from tests.accounts.files.people import FilesSupplierPeople
from tests.accounts.files.supplier import ORDER_COLUMNS, order_rows, orders
from tests.support.clock import VirtualClock
from tests.support.command import CONFIG, HEADER, ordosync, row, shop

WITH_CHANGES = ("change", "version")
SENT = "order,number,carrier,at,cost,void\n"


class TestFilesAsSupplier(SupplierContract):
    many = 50

    @pytest.fixture(autouse=True)
    def _short_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Read `many` records in three pages, as in a remote account."""
        monkeypatch.setattr(row_index, "_PAGE", self.many * 2 // 5)

    def make_people(self, folder: Path, clock: VirtualClock) -> FilesSupplierPeople:
        return FilesSupplierPeople(folder, clock)

    def test_account_has_each_part_that_its_people_do_not_list_as_lacking(
        self, account: OpenAccount, people: SupplierPeople
    ) -> None:
        """It asks for cancellations, so an order is not cancelled at once."""
        side = account.side
        parts = {task for task, needs in NEEDS.items() if getattr(side, needs.supplier) is not None}

        assert parts == {*TASKS} - people.lacks | {"cancel-orders"}

    def test_order_that_does_not_exist_is_deleted(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        """A written order is never deleted, so an unknown order is only omitted."""
        assert all_of(account.shortages.by_id([people.unknown_id])) == []


@pytest.fixture(name="depot")
def _depot(tmp_path: Path) -> Iterator[OpenSupplier]:
    account = open_supplier(tmp_path)
    yield account
    account.close()


def test_order_is_not_written_again_when_its_file_was_deleted(
    depot: OpenSupplier, tmp_path: Path
) -> None:
    [first] = depot.orders.create([order("1001")])
    for path in (tmp_path / "orders").glob("*.csv"):
        path.unlink()

    [second] = depot.orders.create([order("1001")])

    assert (second.state, second.id) == ("unchanged", first.id)
    assert depot.orders.find(["origin:1001#1"]) == {"origin:1001#1": second}
    assert orders(tmp_path) == []


def test_no_name_of_a_file_comes_from_foreign_text(depot: OpenSupplier, tmp_path: Path) -> None:
    hostile = "../../evil"

    [outcome] = depot.orders.create([order(hostile, reference=f"origin:{hostile}#1")])

    assert outcome.state == "done"
    names = {path.name for path in (tmp_path / "orders").rglob("*") if path.is_file()}
    assert len(names) == 4
    assert not any("evil" in name for name in names)


def test_record_of_an_order_has_no_personal_data(tmp_path: Path) -> None:
    columns = {name: text for name, text in ORDER_COLUMNS.items() if name not in WITH_CHANGES}
    folder = OrderFolder(folder=tmp_path / "orders", columns=columns)
    depot = open_supplier(tmp_path, order_files=folder)
    depot.orders.create([order("1001", ship_to=Address(name="Ann Smith"))])

    kept = list((tmp_path / "orders" / ".ordosync").iterdir())
    assert kept
    assert not any("Ann" in path.read_text() for path in kept)


def test_foreign_text_is_no_formula_and_amounts_are_numbers(
    depot: OpenSupplier, tmp_path: Path
) -> None:
    price = Decimal("-2.50")
    depot.orders.create([order("1001", line("=SKU", name="@name", unit_price=price))])

    [cells] = order_rows(tmp_path)
    assert (cells["sku"], cells["name"], cells["unit_price"]) == ("'=SKU", "'@name", "-2.50")


def test_number_has_the_prefix_of_the_portal(tmp_path: Path) -> None:
    account = open_supplier(tmp_path, prefix="A-")

    [outcome] = account.orders.create([order("1001")])

    assert outcome.id == "A-1001"


def test_orders_go_from_files_to_files_once(tmp_path: Path) -> None:
    supplier_of_files = """kind: files
    order_files: {folder: out, columns: {order_number: No, sku: SKU, quantity: Qty}}
"""
    config = CONFIG.replace("kind: sqlite\n    path: warehouse.db\n", supplier_of_files)
    shop(tmp_path, HEADER + row("1") + row("2"), config=config)
    (tmp_path / "out").mkdir()

    first = ordosync(tmp_path, "import-orders", "--json")
    (tmp_path / "feeds" / "again.csv").write_text(HEADER + row("1") + row("2"))
    second = ordosync(tmp_path, "import-orders", "--json")

    assert first.counts == {"seen": 2, "done": 2}
    assert second.counts == {"seen": 2, "unchanged": 2}
    texts = sorted(path.read_bytes() for path in (tmp_path / "out").glob("*.csv"))
    assert texts == [b"No,SKU,Qty\r\n1,MUG,1\r\n", b"No,SKU,Qty\r\n2,MUG,1\r\n"]


@pytest.mark.parametrize("fault", ["order-file-half", "order-file-recorded"])
def test_order_whose_write_was_killed_exists_once(tmp_path: Path, fault: str) -> None:
    killed = subprocess.run(
        [sys.executable, "-m", "tests.accounts.files.create", str(tmp_path), "1001", "1002"],
        env={**os.environ, "ORDOSYNC_FAULT": fault},
        check=False,
    )
    before = len(orders(tmp_path))

    account = open_supplier(tmp_path)
    account.orders.find(["origin:1001#1"])
    outcomes = account.orders.create([order("1001"), order("1002")], look_first=True)

    assert killed.returncode < 0
    assert before == 0
    assert sorted(order.number for order in orders(tmp_path)) == ["1001", "1002"]
    assert [outcome.id for outcome in outcomes] == ["1001", "1002"]
    assert not list((tmp_path / "orders").glob(".*.tmp"))


def test_text_outside_the_encoding_refuses_that_order_only(tmp_path: Path) -> None:
    columns = {"order_number": "no", "sku": "sku", "quantity": "qty", "ship_to.name": "to"}
    folder = OrderFolder(folder=tmp_path / "orders", columns=columns, encoding="latin-1")
    account = open_supplier(tmp_path, order_files=folder)

    outcomes = account.orders.create(
        [order("1001", ship_to=Address(name="Łucja")), order("1002", ship_to=Address(name="Zoë"))]
    )

    assert [outcome.state for outcome in outcomes] == ["refused", "done"]
    assert outcomes[0].reason == "has text that is not latin-1"


def test_a_folder_that_is_missing_or_in_use_is_tried_later(
    depot: OpenSupplier, tmp_path: Path
) -> None:
    with folder_lock(tmp_path / "orders"):
        [in_use] = depot.orders.create([order("1001")])
    (tmp_path / "orders").rmdir()
    [missing] = depot.orders.create([order("1001")])

    assert (in_use.state, missing.state) == ("unavailable", "unavailable")
    assert missing.reason.endswith("does not exist; create it")
    with pytest.raises(UnavailableError, match="does not exist; create it"):
        depot.orders.find(["origin:1001#1"])


def test_damaged_record_needs_an_operator_and_does_not_stop_other_orders(
    depot: OpenSupplier, tmp_path: Path
) -> None:
    depot.orders.create([order("1001")])
    [record] = (tmp_path / "orders" / ".ordosync").glob("*.json")
    record.write_text("{")

    outcomes = depot.orders.create([order("1001"), order("1002")])

    assert [outcome.state for outcome in outcomes] == ["refused", "done"]


def test_shipment_has_the_fields_of_its_row(depot: OpenSupplier, drop: Drop) -> None:
    drop("sent/a.csv", SENT + "1001,1Z999,UPS,2026-11-23 14:05,7.10,\n")

    [shipment] = all_of(depot.shipments.changed(since()))

    assert isinstance(shipment, Shipment)
    assert (shipment.id, shipment.order_id, shipment.tracking_number) == (
        "1001:1Z999",
        "1001",
        "1Z999",
    )
    assert (shipment.cost, shipment.currency, shipment.voided) == (Decimal("7.10"), "GBP", False)
    assert shipment.shipped_at == datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
    assert shipment.shipped_at.utcoffset() is not None
    assert all_of(depot.shipments.by_id(["1001:1Z999", "gone"])) == [shipment]


def test_a_row_for_each_line_of_a_parcel_is_one_shipment(depot: OpenSupplier, drop: Drop) -> None:
    drop("sent/a.csv", SENT + "1001,1Z999,UPS,2026-11-23 14:05,,\n" * 3)

    assert len(all_of(depot.shipments.changed(since()))) == 1


def test_a_label_that_a_later_file_calls_void_is_void(depot: OpenSupplier, drop: Drop) -> None:
    drop("sent/b.csv", SENT + "1001,1Z999,UPS,2026-11-23 14:05,,no\n")
    [*_, page] = depot.shipments.changed(since())
    drop("sent/a.csv", SENT + "1001,1Z999,UPS,2026-11-23 14:05,,yes\n")

    [shipment] = all_of(depot.shipments.changed(since(page.cursor)))

    assert isinstance(shipment, Shipment)
    assert shipment.voided


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (",1Z999,UPS,2026-11-23 14:05,,", "invalid.order_number"),
        ("1001,,UPS,2026-11-23 14:05,,", "invalid.tracking_number"),
        ("1001,1Z999,,2026-11-23 14:05,,", "invalid.carrier"),
        ("1001,1Z999,UPS,,,", "invalid.date"),
        ("1001,1Z999,UPS,yesterday,,", "invalid.date"),
    ],
)
def test_invalid_shipment_row_is_reported(
    depot: OpenSupplier, drop: Drop, cells: str, code: str
) -> None:
    drop("sent/a.csv", SENT + cells + "\n")

    [bad] = all_of(depot.shipments.changed(since()))

    assert isinstance(bad, InvalidRecord)
    assert bad.code == code


def test_number_with_an_unreadable_cost_is_read_without_it(depot: OpenSupplier, drop: Drop) -> None:
    drop("sent/a.csv", SENT + "1001,1Z999,UPS,2026-11-23 14:05,1.000.00,\n")

    shipment, bad = all_of(depot.shipments.changed(since()))

    assert isinstance(shipment, Shipment)
    assert (shipment.tracking_number, shipment.cost, shipment.currency) == ("1Z999", None, "")
    assert isinstance(bad, InvalidRecord)
    assert (bad.code, bad.is_whole_file) == ("invalid.money", True)


def test_a_number_that_was_neutralised_in_the_order_file_finds_its_order(
    depot: OpenSupplier, drop: Drop, tmp_path: Path
) -> None:
    [created] = depot.orders.create([order("-1001")])
    [cells] = order_rows(tmp_path)
    drop("sent/a.csv", SENT + f"{cells['order_number']},1Z999,UPS,2026-11-23 14:05,,\n")

    [shipment] = all_of(depot.shipments.changed(since()))

    assert isinstance(shipment, Shipment)
    assert shipment.order_id == created.id
    assert depot.orders.statuses([created.id, "other"]) == {created.id: "shipped"}


def test_stock_is_read_in_full_and_blank_is_not_0(depot: OpenSupplier, drop: Drop) -> None:
    drop("stock/z.csv", "sku,qty\nMUG,3\nCUP,\nPOT,-2\n")
    drop("stock/a.csv", "sku,qty\nMUG,4\nJAR,x\n")

    first, second = all_of(depot.stock.all(since())), all_of(depot.stock.all(since()))

    assert first == second
    levels = {level.sku: level.quantity for level in first if isinstance(level, Stock)}
    assert levels == {"MUG": 4, "CUP": None, "POT": -2}
    assert [level.id for level in first if isinstance(level, InvalidRecord)] == ["JAR"]
    assert depot.stock.of(["MUG", "gone"])["MUG"].quantity == 4


def test_a_stock_file_that_cannot_be_read_is_reported_with_the_others(
    depot: OpenSupplier, drop: Drop
) -> None:
    drop("stock/a.csv", "sku\nMUG\n")
    drop("stock/b.csv", "sku,qty\nCUP,1\n")

    broken, cup = all_of(depot.stock.all(since()))

    assert isinstance(broken, InvalidRecord)
    assert (broken.id, broken.is_whole_file) == ("file:a.csv", True)
    assert isinstance(cup, Stock)


def test_a_part_without_its_option_is_absent(tmp_path: Path) -> None:
    columns = {"order_number": "No", "sku": "SKU", "quantity": "Qty"}
    folder = OrderFolder(folder=tmp_path / "orders", columns=columns)
    account = open_supplier(
        tmp_path, order_files=folder, shipments=None, stock=None, answers=None
    ).side

    parts = (account.products, account.stock, account.shipments, account.splits)
    assert (*parts, account.cancellations, account.edits, account.shortages) == (None,) * 7
    [created] = account.orders.create([order("1001")])
    assert account.orders.statuses([created.id]) == {created.id: "awaiting_fulfillment"}


def test_every_sku_is_a_product(depot: OpenSupplier) -> None:
    [outcome] = depot.products.create([Product(id="m", sku="MUG", name="A mug")])

    assert (outcome.state, outcome.id) == ("unchanged", "MUG")
    assert depot.products.is_any_sku


def test_stock_file_that_may_still_be_written_is_read_later(
    depot: OpenSupplier, drop: Drop
) -> None:
    drop("stock/a.csv", "sku,qty\nMUG,4\n")
    drop("stock/b.csv", "sku,qty\nCUP,1")

    young = NOON + timedelta(seconds=11)
    [level] = all_of(depot.stock.all(since(now=young, skip_recent=True)))
    by_id = depot.stock.of(["MUG", "CUP"])
    depot.close()

    assert isinstance(level, Stock)
    assert level.sku == "MUG"
    assert set(by_id) == {"MUG"}
    assert (
        len(all_of(depot.stock.all(since(now=young + timedelta(minutes=1), skip_recent=True)))) == 2
    )
