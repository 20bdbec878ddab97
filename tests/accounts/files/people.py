"""The people of a Supplier who is given order files, and drops files of what was sent."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ordosync.models import Order, Shipment
from tests.accounts.contract.people import Lack, SupplierPeople
from tests.accounts.files.supplier import (
    ORDER_COLUMNS,
    SENT_COLUMNS,
    SENT_READ,
    STOCK_COLUMNS,
    orders,
)
from tests.virtual import VirtualClock


class FilesSupplierPeople(SupplierPeople):
    """Who ships, and tells of it in files."""

    lacks: ClassVar[frozenset[Lack]] = frozenset(
        {
            "split-order",
            "cancel-orders",
            "comments",
            "commitments",
            "listing",
            "made-products",
            "several-parcels",
            "several-numbers",
            "label-method",
            "label-warehouse",
            "details",
            "bill_to_address",
            "bill_to_email",
            "bill_to_phone",
            "customer_notes",
            "internal_notes",
            "line_total",
            "line_discount",
            "order_discount",
            "tags",
        }
    )

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        for name in ("orders", "sent", "stock"):
            (folder / name).mkdir()
        self._dropped = 0
        self._labels: dict[str, Shipment] = {}
        self._stock: dict[str, int] = {}

    @property
    def options(self) -> Mapping[str, object]:
        return {
            "kind": "files",
            "order_files": {"folder": "orders", "columns": ORDER_COLUMNS},
            "shipments": {"glob": "sent", "columns": SENT_COLUMNS, **SENT_READ},
            "stock": {"glob": "stock", "columns": STOCK_COLUMNS},
        }

    def everything(self) -> object:
        return {path: path.read_bytes() for path in self.folder.glob("orders/*.csv")}

    def orders(self) -> Sequence[Order]:
        return [one for one in orders(self.folder) if self.status(one.id) != "shipped"]

    def status(self, order_id: str) -> str:
        label = self._labels.get(order_id)
        return "shipped" if label and not label.voided else "awaiting_fulfillment"

    def ship(self, order_id: str, parcel: Shipment) -> None:
        self._tell(replace(parcel, order_id=order_id))

    def void(self, order_id: str) -> None:
        self._tell(replace(self._labels[order_id], voided=True))

    def count(self, sku: str, quantity: int) -> None:
        self._stock[sku] = quantity
        self._drop("stock", STOCK_COLUMNS, (sku, str(quantity)))

    def sell(self, sku: str, quantity: int) -> None:
        self.count(sku, self._stock[sku] - quantity)

    def _tell(self, parcel: Shipment) -> None:
        self._labels[parcel.order_id] = parcel
        at = parcel.shipped_at.astimezone(ZoneInfo(SENT_READ["timezone"]))
        self._drop(
            "sent",
            SENT_COLUMNS,
            (
                parcel.order_id,
                parcel.tracking_number,
                parcel.carrier,
                at.strftime(SENT_READ["date_format"]),
                "" if parcel.cost is None else str(parcel.cost),
                "yes" if parcel.voided else "no",
            ),
        )

    def _drop(self, folder: str, columns: Mapping[str, str], cells: Sequence[str]) -> None:
        """Drop a file that is younger than all before."""
        self._dropped += 1
        path = self.folder / folder / f"{self._dropped}.csv"
        path.write_text("\n".join(",".join(row) for row in (columns.values(), cells)))
        os.utime(path, (self.clock.now().timestamp() + self._dropped / 1000,) * 2)
