"""The Supplier of a portal, in parts: its orders, products and stock, its shipments and splits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.portal_account import PortalAccount
from ordosync.models import InvalidRecord, Order, Outcome, Page, Product, Shipment, Split, Stock


class SupplierOrders(Protocol):
    """Orders that the Supplier ships."""

    @property
    def number_prefix(self) -> str:
        """The text before the Merchant's order number."""

    def create(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        """Create orders that wait to be shipped; no `reference` is used twice.

        If an order with the reference exists, the outcome is `unchanged`, with its id. `look_first`
        is set if an earlier attempt may exist that this store has not recorded. An account that
        always checks the reference may ignore it. An unknown SKU becomes a product with unset
        stock. A number that is taken gets the suffix `~2`, `~3`.
        """

    def find(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Return an `unchanged` outcome for each of these references that exists.

        Reliable only if `Limits.settle_s` have passed since the attempt to create the order.
        """

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the status of each of these orders that exists."""


class SupplierCancellations(Protocol):
    """Cancellations of the Supplier's orders."""

    def cancel(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders; a shipped order is refused with `already-shipped`.

        `also_shipped` cancels shipped orders, too. Label, tracking and stock do not change.
        """


class SupplierProducts(Protocol):
    """The Supplier's products."""

    @property
    def is_any_sku(self) -> bool:
        """True if every SKU is accepted and the account has no list of products."""

    def create(self, products: Sequence[Product]) -> list[Outcome]:
        """Create products with a new SKU and unset stock; existing products do not change."""


class SupplierStock(Protocol):
    """Quantities that the Supplier can sell."""

    def all(self, request: ReadRequest) -> Iterator[Page[Stock | InvalidRecord]]:
        """Yield all quantities; the cursor is ignored."""

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities of these products, by id; a product that is gone is omitted."""


class SupplierShipments(Protocol):
    """Parcels that the Supplier has sent."""

    @property
    def silent_batch_size(self) -> int:
        """The number of orders that `by_id` reads in one call, to find parcels without a change.

        0 if a new parcel always marks its order as changed. If not, a parcel has the order's id.
        """

    def changed(self, request: ReadRequest) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the shipments that changed since the cursor, oldest change first, as they are now.

        If a service does not keep deleted labels, an order that waits to be shipped is a voided
        shipment without a number. So is an order that was cancelled or restored at the Supplier.
        """

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield these shipments as they are now; a shipment that is gone is omitted."""

    def reference_on(self, shipment: Shipment) -> str:
        """Return the ordosync reference of a parcel's order; empty if it has none."""


class SupplierSplits(Protocol):
    """Orders that the Supplier has split to send them in several parcels."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Split]]:
        """Yield the orders that were split since the cursor, in the order of their splits.

        A piece has only lines with a quantity above 0.
        """

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        """Yield the splits of these orders, by the id of the split order, as they are now."""


@dataclass(frozen=True, kw_only=True)
class Supplier(PortalAccount):
    """The Supplier of a portal. A part is None if the account does not have it."""

    orders: SupplierOrders
    cancellations: SupplierCancellations | None = None
    products: SupplierProducts | None = None
    stock: SupplierStock | None = None
    shipments: SupplierShipments | None = None
    splits: SupplierSplits | None = None
