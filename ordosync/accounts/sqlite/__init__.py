"""The kind `sqlite`: an adapter of the built-in order system, as Merchant and as Supplier.

The order system is in `ordosync/embedded`. An order's id is its number, a product's id its SKU.
Each part of the contract opens the file for one call: a read, or one transaction per batch.
"""

import os
from pathlib import Path
from typing import Any, ClassVar

from ordosync.accounts.account import Account, PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.portal_account import Limits
from ordosync.accounts.sqlite.client import SqliteClient
from ordosync.accounts.sqlite.merchant_cancellations import MerchantCancellations
from ordosync.accounts.sqlite.merchant_orders import MerchantOrders
from ordosync.accounts.sqlite.merchant_products import MerchantProducts
from ordosync.accounts.sqlite.merchant_shortages import MerchantShortages
from ordosync.accounts.sqlite.merchant_splits import MerchantSplits
from ordosync.accounts.sqlite.merchant_stock import MerchantStock
from ordosync.accounts.sqlite.merchant_tracking import MerchantTracking
from ordosync.accounts.sqlite.options import MerchantOptions, SupplierOptions
from ordosync.accounts.sqlite.order_listing import MerchantListing, SupplierListing
from ordosync.accounts.sqlite.personal_data import PersonalData
from ordosync.accounts.sqlite.supplier_cancellations import SupplierCancellations
from ordosync.accounts.sqlite.supplier_edits import SupplierEdits
from ordosync.accounts.sqlite.supplier_orders import SupplierOrders
from ordosync.accounts.sqlite.supplier_products import SupplierProducts
from ordosync.accounts.sqlite.supplier_shipments import SupplierShipments
from ordosync.accounts.sqlite.supplier_shortages import SupplierShortages
from ordosync.accounts.sqlite.supplier_splits import SupplierSplits
from ordosync.accounts.sqlite.supplier_stock import SupplierStock
from ordosync.accounts.sqlite.timeline import Timeline
from ordosync.accounts.supplier import Supplier
from ordosync.database_copy import copy_database
from ordosync.embedded.database import EmbeddedFile
from ordosync.embedded.desk import Desk

LIMITS = Limits(batch_size=500)
"""A batch is one transaction: commits take most of the time, and a crash writes all or nothing."""


class SqliteAccount(Account):
    """Orders, products, stock and shipments in a file of ordosync."""

    kind: ClassVar[str] = "sqlite"
    merchant_options: ClassVar[type[Any]] = MerchantOptions
    supplier_options: ClassVar[type[Any]] = SupplierOptions

    def __init__(self, *, name: str, path: Path, warehouse: str = "main") -> None:
        self.name = name
        self.path = path
        self.warehouse = warehouse
        """The warehouse of new orders, unless an order has a different one."""

    @property
    def location(self) -> str:
        """The path of the file."""
        return os.path.realpath(self.path)

    def merchant(
        self, options: MerchantOptions, portal: PortalContext, at: Connections
    ) -> Merchant:
        """Open the account as a portal's Merchant."""
        supplier = options.supplier or portal.partner
        desk = self._desk(at)
        client = SqliteClient(desk.file, at)
        return Merchant(
            name=self.name,
            kind=self.kind,
            client=client,
            limits=LIMITS,
            lists_requested=True,
            timeline=Timeline(client),
            personal_data=PersonalData(client),
            cancellations=MerchantCancellations(client),
            tracking=MerchantTracking(client),
            splits=MerchantSplits(client),
            shortages=MerchantShortages(client),
            listing=MerchantListing(client, supplier=supplier),
            desk=desk,
            orders=MerchantOrders(client, supplier=supplier),
            products=MerchantProducts(client, supplier=supplier),
            stock=MerchantStock(client, supplier=supplier, warehouse=options.warehouse),
            hold_conditions=dict.fromkeys(("age", "tags", "over", "countries", "po_box"), ""),
            supplier_key=supplier,
        )

    def supplier(
        self,
        options: SupplierOptions,
        portal: PortalContext,  # noqa: ARG002 - nothing depends on the Merchant
        at: Connections,
    ) -> Supplier:
        """Open the account as a portal's Supplier."""
        warehouses = frozenset(options.warehouses)
        desk = self._desk(at, sold_from=warehouses)
        client = SqliteClient(desk.file, at)
        return Supplier(
            name=self.name,
            kind=self.kind,
            client=client,
            limits=LIMITS,
            timeline=Timeline(client),
            personal_data=PersonalData(client),
            listing=SupplierListing(client),
            cancellations=SupplierCancellations(client),
            products=SupplierProducts(client),
            shipments=SupplierShipments(client),
            splits=SupplierSplits(client),
            edits=SupplierEdits(client),
            shortages=SupplierShortages(client),
            desk=desk,
            orders=SupplierOrders(client, prefix=options.prefix, warehouse=self.warehouse),
            stock=SupplierStock(client, warehouses=warehouses),
        )

    @property
    def written_paths(self) -> tuple[Path, ...]:
        """The file of the account."""
        return (self.path,)

    def for_dry_run(self, folder: Path) -> "SqliteAccount":
        """Return this account with a copy of its file, on which a dry run does its work."""
        copy = folder / self.path.name
        file = EmbeddedFile(name=self.name, path=self.path)
        if file.exists:
            with file.reading("copy it for a dry run") as connection:
                copy_database(connection, copy)
        return SqliteAccount(name=self.name, path=copy, warehouse=self.warehouse)

    def _desk(self, at: Connections, *, sold_from: frozenset[str] = frozenset()) -> Desk:
        return Desk(
            name=self.name,
            path=self.path,
            warehouse=self.warehouse,
            clock=at.clock,
            sold_from=sold_from,
        )
