import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files import FilesAccount
from ordosync.accounts.files.options import CancellationFiles, OrderFiles, ProductFiles
from ordosync.accounts.files.output.options import InventoryFile, TrackingFile

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
Drop = Callable[[str, str], Path]
Make = Callable[..., FilesAccount]


@pytest.fixture(name="drop")
def _drop(tmp_path: Path) -> Drop:
    """Drop a file, each a second younger than the one before."""
    dropped: list[Path] = []

    def drop(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        dropped.append(path)
        os.utime(path, (NOON.timestamp() + len(dropped),) * 2)
        return path

    return drop


@pytest.fixture(name="make")
def _make(tmp_path: Path) -> Iterator[Make]:
    """Make an account with folders for everything, or with other options."""
    made: list[FilesAccount] = []

    def make(**options: Any) -> FilesAccount:
        for folder in ("orders", "products", "cancelled", "out"):
            (tmp_path / folder).mkdir(exist_ok=True)
        known = {
            "orders": OrderFiles(
                glob=tmp_path / "orders",
                columns={"order_number": "order", "sku": "sku", "quantity": "qty"},
            ),
            "products": ProductFiles(
                glob=tmp_path / "products",
                columns={"sku": "sku", "name": "name", "price": "price", "kit": "kit"},
            ),
            "cancellations": CancellationFiles(
                glob=tmp_path / "cancelled", columns={"order_number": "order"}
            ),
            "inventory": InventoryFile(
                path=tmp_path / "out" / "stock.csv", columns={"sku": "SKU", "quantity": "Qty"}
            ),
            "tracking": TrackingFile(
                path=tmp_path / "out" / "tracking.csv",
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
        account = FilesAccount(name="shop", spool=tmp_path / "spool", **{**known, **options})
        made.append(account)
        return account

    yield make
    for account in made:
        account.close()
