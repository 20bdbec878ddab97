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

from ordosync.accounts.account import PortalContext, Role
from ordosync.accounts.connections import Connections
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
from ordosync.accounts.files.personal_data import PersonalData
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
    supplier_options: ClassVar[type[Any]] = SupplierOptions
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
        spool: Path = Path(),
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
        self._given: Mapping[str, Any] = {
            "orders": orders,
            "products": products,
            "cancellations": cancellations,
            "inventory": inventory,
            "tracking": tracking,
            "order_files": order_files,
            "shipments": shipments,
            "stock": stock,
            "refused": refused,
        }
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

    def can(self, task: str, role: Role) -> bool:
        """True if an option says which files this side of a task has."""
        option = _PARTS.get((role, task))
        return option is not None and getattr(self, f"_{option}") is not None

    def personal_data(self, role: Role) -> PersonalData:
        """Return the part."""
        return PersonalData(
            self.name,
            orders=self._orders if role == "merchant" else None,
            folders=[place for place in self._places if place],
        )

    def _opened_for(self, options: Any, portal: PortalContext, at: Connections) -> "FilesAccount":
        spooled = type(self)(name=self.name, spool=portal.spool, **self._given)
        return spooled.paired(
            options, partner=portal.partner, selection=portal.selection, connections=at
        )

    def close(self) -> None:
        """Forget the rows of the last readings."""
        readings = (self._orders, self._products, self._cancellations, self._shipments, self._stock)
        for reading in readings:
            if reading:
                reading.close()

    def comment(self, comments: Sequence[Comment]) -> None:
        """Do nothing: files have no timeline, and the task log tells the same."""

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
