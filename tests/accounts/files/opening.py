"""Opens files accounts with a folder for each part, for one portal."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from ordosync.accounts.account import NoOptions, PortalContext, ReadRequest
from ordosync.accounts.files import FilesAccount, SupplierOptions
from ordosync.accounts.files.input_options.answer_files import AnswerFiles
from ordosync.accounts.files.input_options.cancellation_files import CancellationFiles
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.output.options import InventoryFile, OrderFolder, TrackingFile
from ordosync.edits import OrderEdit
from ordosync.models import Address, Page
from tests.accounts.contract.examples import order
from tests.accounts.contract.opening import OpenMerchant, OpenSupplier
from tests.accounts.files.people import FilesMerchantPeople, FilesSupplierPeople
from tests.accounts.files.supplier import (
    ANSWER_COLUMNS,
    ORDER_COLUMNS,
    SENT_COLUMNS,
    SENT_READ,
    STOCK_COLUMNS,
)
from tests.support.clock import VirtualClock

T = TypeVar("T")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PARCELS = "order,number,carrier,at,cost,void,sku,qty\n"
"""The header of a tracking file with units."""
PRODUCTS = "sku,name,price,kit\n"
"""The header of a product file."""


def all_of(pages: Iterable[Page[T]]) -> list[T]:
    """Return the items of all pages."""
    return [item for page in pages for item in page.items]


def since(
    cursor: str | None = None, *, now: datetime = NOON, skip_recent: bool = False
) -> ReadRequest:
    """Return a request to read what changed since a cursor."""
    return ReadRequest(cursor=cursor, now=now, skip_recent=skip_recent)


def open_merchant(folder: Path, **options: Any) -> OpenMerchant:
    """Open a Merchant with all parts, or with other options."""
    people = FilesMerchantPeople(folder, VirtualClock())
    for name in ("orders", "products", "cancelled", "out"):
        (folder / name).mkdir(exist_ok=True)
    settings = {
        "orders": OrderFiles(
            glob=folder / "orders",
            columns={"order_number": "order", "sku": "sku", "quantity": "qty"},
        ),
        "products": ProductFiles(
            glob=folder / "products",
            columns={"sku": "sku", "name": "name", "price": "price", "kit": "kit"},
        ),
        "cancellations": CancellationFiles(
            glob=folder / "cancelled", columns={"order_number": "order"}
        ),
        "inventory": InventoryFile(
            path=folder / "out" / "stock.csv", columns={"sku": "SKU", "quantity": "Qty"}
        ),
        "tracking": TrackingFile(
            path=folder / "out" / "tracking.csv",
            columns={
                "order_number": "Order",
                "carrier": "Carrier",
                "tracking_number": "Number",
                "shipped_at": "Sent",
                "method": "Service",
                "cost": "Cost",
                "warehouse": "From",
                "voided": "Void",
            },
        ),
    }
    account = FilesAccount(name="shop", **{**settings, **options})
    portal = PortalContext(spool=folder / "spool", places=folder / "places")
    return OpenMerchant(people, account.merchant(NoOptions(), portal, people.connections))


def open_supplier(folder: Path, prefix: str = "", **options: Any) -> OpenSupplier:
    """Open a Supplier with all parts, or with other options."""
    people = FilesSupplierPeople(folder, VirtualClock())
    settings: dict[str, object] = {
        "order_files": OrderFolder(folder=folder / "orders", columns=ORDER_COLUMNS),
        "shipments": ShipmentFiles(
            glob=folder / "sent",
            columns=SENT_COLUMNS,
            **SENT_READ,  # type: ignore[arg-type]
        ),
        "stock": StockFiles(glob=folder / "stock", columns=STOCK_COLUMNS),
        "answers": AnswerFiles(
            glob=folder / "answers", columns=ANSWER_COLUMNS, date_format="%Y-%m-%d"
        ),
    }
    account = FilesAccount(name="depot", **{**settings, **options})
    portal = PortalContext(origin="origin", spool=folder / "spool", places=folder / "places")
    side = account.supplier(SupplierOptions(prefix=prefix), portal, people.connections)
    return OpenSupplier(people, side)


def address_edit(number: str, street: str) -> OrderEdit:
    """Return an edit of the address of an order, which changes nothing else."""
    edited = order(number, ship_to=Address(name="Ann Smith", street1=street, city="Leeds"))
    return OrderEdit(order_id=number, order=edited, groups=frozenset({"address"}))


def with_units(folder: Path) -> ShipmentFiles:
    """Return the options of tracking files with units."""
    columns = {**SENT_COLUMNS, "sku": "sku", "quantity": "qty"}
    return ShipmentFiles(glob=folder / "sent", columns=columns, **SENT_READ)  # type: ignore[arg-type]


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file that was written."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
