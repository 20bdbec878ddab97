"""The embedded account: a little vendor portal in one SQLite file, as Merchant and as Supplier.

An order's id is its number here, a product's its SKU. Each change is written in one transaction
with its timeline entry and its row in the change feed. `merchant`, `supplier` and `desk` say what
the account can do; the other files hold the SQL, a subject each, and never begin or end a
transaction.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from ordosync.accounts.account import Role
from ordosync.accounts.sqlite.client import MerchantOptions, SupplierOptions
from ordosync.accounts.sqlite.desk import Desk
from ordosync.accounts.sqlite.merchant_orders import MerchantSide
from ordosync.accounts.sqlite.personal_data import PersonalData
from ordosync.accounts.sqlite.supplier_orders import SupplierSide
from ordosync.embedded.timeline import TimelineEntry
from ordosync.models import Page, Standing

__all__ = ["MerchantOptions", "SqliteAccount", "SupplierOptions", "TimelineEntry"]


class SqliteAccount(MerchantSide, SupplierSide, Desk):
    """Orders, products, stock and shipments in a file of ours."""

    roles: ClassVar[frozenset[Role]] = frozenset({"merchant", "supplier"})
    lists_all_as: ClassVar[frozenset[Role]] = roles
    lists_others: ClassVar[bool] = True
    parcels: ClassVar[str] = (
        "an order is sent as one parcel: `ordosync orders split` it to send it in several"
    )

    def all_orders(
        self,
        role: Role,
        *,
        now: datetime,  # noqa: ARG002 - it is always as of now
    ) -> Iterator[Page[Standing]]:
        """Read the orders as they stand: at the Supplier all, at the Merchant its Supplier's."""
        return self.requested_ever() if role == "merchant" else self.to_be_shipped_ever()

    def personal_data(self, role: Role) -> PersonalData:  # noqa: ARG002
        """Return the part."""
        return PersonalData(self)

    def the_desk(self) -> "SqliteAccount":
        """Return itself."""
        return self
