"""Files in folders: CSV or JSON lines, with the columns that the other side wants.

As a Merchant, orders, products and cancellations are read from files that it drops; quantities
and tracking are written to one file each, which is replaced as a whole. As a Supplier, orders
are written to one file each; tracking and stock are read. Each subject has an option, and one
that is not there is said when it is needed.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, ClassVar

from ordosync.accounts.account import Role
from ordosync.accounts.files import record_types
from ordosync.accounts.files.merchant_orders import MerchantSide
from ordosync.accounts.files.merchant_tracking import Inventory, Trackings
from ordosync.accounts.files.options import (
    CancellationFiles,
    OrderFiles,
    ProductFiles,
    ShipmentFiles,
    StockFiles,
)
from ordosync.accounts.files.output.options import InventoryFile, OrderFolder, TrackingFile
from ordosync.accounts.files.output.reject_files import ReturnFolder
from ordosync.accounts.files.supplier_orders import OrderFilesWriter
from ordosync.accounts.files.supplier_shipments import SupplierOptions, SupplierSide
from ordosync.models import Comment

__all__ = ["FilesAccount", "SupplierOptions"]

_PARTS: Mapping[tuple[Role, str], str] = {
    ("merchant", "import-orders"): "orders",
    ("merchant", "import-products"): "products",
    ("merchant", "write-inventory-back"): "inventory",
    ("merchant", "update-tracking"): "tracking",
    ("merchant", "cancel-orders"): "cancellations",
    ("supplier", "import-orders"): "order_files",
    ("supplier", "import-products"): "stock",
    ("supplier", "write-inventory-back"): "stock",
    ("supplier", "update-tracking"): "shipments",
}
"""The option that a side's part in a task needs."""


class FilesAccount(MerchantSide, SupplierSide):
    """A partner who drops files, and takes some."""

    kind: ClassVar[str] = "files"
    roles: ClassVar[frozenset[Role]] = frozenset({"merchant", "supplier"})
    SupplierPair: ClassVar[type[Any]] = SupplierOptions
    parcels: ClassVar[str] = (
        "files do not tell whether units of an order are still to be sent: its first tracking"
        " number is reported as all of it, and each further number fails as `further-parcel`"
    )
    batch_size: int = 1000
    """A batch of quantities or tracking is one new file, however many rows of it change."""

    def __init__(
        self,
        *,
        name: str,
        spool: Path,
        orders: OrderFiles | None = None,
        products: ProductFiles | None = None,
        cancellations: CancellationFiles | None = None,
        inventory: InventoryFile | None = None,
        tracking: TrackingFile | None = None,
        order_files: OrderFolder | None = None,
        shipments: ShipmentFiles | None = None,
        stock: StockFiles | None = None,
        refused: Path | None = None,
    ) -> None:
        super().__init__(name=name, spool=spool)
        self.timezone = orders.timezone if orders else None
        self.tells_addresses = orders is not None and orders.maps_a_place
        self._places = (
            orders and orders.glob,
            order_files and order_files.folder,
            refused,
        )
        self._returned = ReturnFolder(refused, account=f"account {name}") if refused else None
        self._orders = self._reading(record_types.orders, orders)
        self._products = self._reading(record_types.products, products)
        self._cancellations = self._reading(record_types.cancellations, cancellations)
        self._shipments = self._reading(record_types.shipments, shipments)
        self._stock = self._reading(record_types.stock, stock)
        self._inventory = Inventory(inventory, account=name) if inventory else None
        self._tracking = Trackings(tracking, account=name) if tracking else None
        self._order_files = OrderFilesWriter(order_files, account=name) if order_files else None

    @classmethod
    def takes_part(cls, task: str, role: Role, options: Mapping[str, Any]) -> bool:
        """Whether there is an option that says which files this side of a task has."""
        return _PARTS.get((role, task)) in options

    def close(self) -> None:
        """Forget the rows of the last readings."""
        readings = (self._orders, self._products, self._cancellations, self._shipments, self._stock)
        for reading in readings:
            if reading:
                reading.close()

    def comment(self, comments: Sequence[Comment]) -> None:
        """Do nothing: files have no timeline, and the task log tells the same."""

    def forget_order(self, number: str, *, dry: bool) -> tuple[int, list[Path]]:
        """Take an order out of the copies of order files.

        Return how many copies had it, and the copies that cannot be read.
        """
        return self._orders.forget(number, dry=dry) if self._orders else (0, [])

    def keeps(self) -> list[str]:
        """Say where orders lie that are people's to delete: what was dropped, and what was sent."""
        return [str(place) for place in self._places if place]

    def release(
        self,
        unsettled: AbstractSet[str],
        *,
        sources: AbstractSet[str] = frozenset(),
        dry: bool = False,
    ) -> AbstractSet[str]:
        """End the reading that was made last, of whatever subject."""
        if self._last is None:
            return frozenset()
        return self._last.release(unsettled, sources=sources, dry=dry)
