"""A file of an earlier version is migrated when it is opened."""

import os
from contextlib import closing
from pathlib import Path

from msgspec.structs import replace
from sqlite_utils import Database

from ordosync.database import sqlite3
from ordosync.embedded import products
from ordosync.embedded.desk import Desk
from ordosync.embedded.migrations import APPLICATION_ID, VERSION, migrations
from ordosync.embedded.order_filter import OrderFilter
from ordosync.embedded.shortages import Shortages, ShortUnits
from ordosync.models import ParcelLine, Product
from tests.accounts.contract.examples import parcel
from tests.embedded.ledger import ledger, status, units

_ORDERS = (
    "insert into orders (number, status, currency, ship_to, shipping_method, customer_notes,"
    " internal_notes, tags, supplier) values (?, ?, '', '{}', '', '', '', '[]', ?)"
)
_LINES = (
    "insert into order_lines (id, order_number, position, sku, name, quantity, details,"
    " supplier_sku) values (?, ?, ?, ?, '', ?, '', '')"
)
_SHIPMENTS = (
    "insert into shipments (id, order_number, told_as, tracking_number, carrier, method, currency,"
    " warehouse, shipped_at, voided_at)"
    " values (?, ?, ?, ?, 'UPS', '', '', 'main', '2026-11-01T10:00:00+00:00', ?)"
)

MUG = Product(id="", sku="MUG", name="Mug")


def version_2(path: Path) -> None:
    """Create a file as version 2 did: orders of 2 MUG and 1 CUP, which are sent as a whole."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"pragma application_id = {APPLICATION_ID:d}")
        db.row_factory = sqlite3.Row
        migrations().apply(Database(db), stop_before="m003_parcels_with_lines")
        with db:
            db.executemany("insert into products (sku, name) values (?, '')", [("MUG",), ("CUP",)])
            db.execute("insert into stock values ('MUG', 'main', '5')")
            for number, state, supplier in (
                ("1001", "shipped", None),
                ("1002", "awaiting_fulfillment", None),
                ("1003", "shipped", "northwind"),
                ("1004", "cancelled", None),
            ):
                db.execute(_ORDERS, (number, state, supplier))
                db.execute(_LINES, (f"{number}/1", number, 1, "MUG", 2))
                db.execute(_LINES, (f"{number}/2", number, 2, "CUP", 1))
            db.execute(_SHIPMENTS, ("1001:1", "1001", None, "1Z0", "2026-11-01T11:00:00.000Z"))
            db.execute(_SHIPMENTS, ("1001:2", "1001", None, "1Z1", None))
            db.execute(_SHIPMENTS, ("1003:1", "1003", "s-1", "1Z3", "2026-11-01T11:00:00.000Z"))


def test_parcels_of_version_2_hold_all_lines_of_their_order(desk: Desk, path: Path) -> None:
    """Rule P20: until then a parcel was the whole order."""
    version_2(path)

    old, valid = desk.shipments_of("1001")

    assert (old.voided, valid.lines, valid.is_last) == (True, units(MUG=2, CUP=1), True)
    assert ledger(desk, "1001") == {"MUG": (0, 2, 0), "CUP": (0, 1, 0)}
    assert ledger(desk, "1002") == {"MUG": (2, 0, 0), "CUP": (1, 0, 0)}
    assert ledger(desk, "1004") == {"MUG": (0, 0, 2), "CUP": (0, 0, 1)}
    statuses = [status(desk, number) for number in ("1001", "1002", "1003", "1004")]
    assert statuses == ["shipped", "awaiting_fulfillment", "shipped", "cancelled"]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma user_version").fetchone() == (VERSION,)


def test_order_of_version_2_is_sent_in_parts(desk: Desk, path: Path) -> None:
    version_2(path)

    desk.void("1001")
    mug = ParcelLine(line_id="1002/1", quantity=1, sku="MUG")
    [sent] = desk.ship([parcel("1002", "1Z2", lines=(mug,))])
    [refused] = desk.ship([parcel("1001", "1Z4", lines=units(MUG=3))])
    desk.ship([parcel("1001", "1Z5", lines=units(MUG=1))])

    assert (sent.state, refused.code) == ("done", "more-than-ordered")
    assert status(desk, "1001") == "partially_shipped"
    assert desk.restore("1004").state == "done"
    assert ledger(desk, "1004") == {"MUG": (2, 0, 0), "CUP": (1, 0, 0)}
    [level] = [level for level in desk.levels_of("MUG") if level.warehouse == "main"]
    assert (int(level.physical or 0), int(level.committed)) == (5, 4)


def test_orders_of_version_3_are_found_and_keep_their_date(desk: Desk, path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"pragma application_id = {APPLICATION_ID:d}")
        db.row_factory = sqlite3.Row
        migrations().apply(Database(db), stop_before="m004_search")
        with db:
            db.execute("insert into products (sku, name) values ('MUG', '')")
            db.execute(_ORDERS, ("1001", "shipped", None))
            db.execute("update orders set placed_at = '2026-11-01T10:00:00.000Z'")
            db.execute(_LINES, ("1001/1", "1001", 1, "MUG", 2))
            db.execute(_SHIPMENTS, ("1001:1", "1001", None, "1Z0", None))

    [found] = desk.list_orders(OrderFilter(tracking="1z0", skus=("mug",)))

    assert (desk.bins(), desk.add_product(MUG, storage_bin="A-1").code) == ({}, "taken")
    assert desk.add_product(replace(MUG, sku="CUP"), storage_bin="A-1").state == "done"
    assert desk.bins() == {"CUP": "A-1"}
    assert found.placed_at
    assert found.placed_at.isoformat() == "2026-11-01T10:00:00+00:00"
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma user_version").fetchone() == (VERSION,)


def test_units_of_an_order_of_version_3_become_short(desk: Desk, path: Path) -> None:
    version_2(path)
    mug = ParcelLine(line_id="1002/1", quantity=1, sku="MUG")
    later = ShortUnits(number="1002", parts=(mug,), reason="other", is_later=True)

    outcomes = [Shortages(desk.file).shorten(later) for _ in range(2)]
    [cancelled] = Shortages(desk.file).cancel([ShortUnits(number="1002", parts=(), reason="other")])

    assert [outcome.state for outcome in (*outcomes, cancelled)] == ["done", "unchanged", "done"]
    assert status(desk, "1002") == "cancelled"


def test_m3_products_of_version_4_are_found_by_nearly_equal_skus(desk: Desk, path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"pragma application_id = {APPLICATION_ID:d}")
        db.row_factory = sqlite3.Row
        migrations().apply(Database(db), stop_before="m005_near_skus")
        with db:
            db.execute("insert into products (sku, name) values ('Mug  Blue', '')")

    with desk.file.reading("find products") as opened:
        assert products.similar(opened, ["mug blue", "MUG"]) == {"mug blue": ["Mug  Blue"]}
