"""The Supplier's side of a portal, in parts: the orders to ship, stock and shipments."""

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
        """The text that is put before the Merchant's order number."""

    def create(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        """Create orders that wait to be shipped; no `reference` is used twice.

        An order whose reference is here already is `unchanged`, with its id. `look_first` is set
        where an earlier attempt may exist that this store has not recorded; an account that
        checks the reference by itself may ignore it. An unknown SKU becomes a product with its
        stock unset. A number that is taken gets `~2`, `~3` added.
        """

    def find(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Return an `unchanged` outcome for each of these references that is here.

        Believed only after `Limits.settle_s` have passed since the attempt.
        """

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the status of each of these orders that is here."""


class SupplierCancellations(Protocol):
    """Cancellations of the Supplier's orders."""

    def cancel(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders; a shipped one refuses, `already-shipped`, and keeps its label.

        `also_shipped` cancels that one, too; its label, tracking and stock stay as they are.
        """


class SupplierProducts(Protocol):
    """The Supplier's products."""

    @property
    def is_any_sku(self) -> bool:
        """True if every SKU is a product here and nothing lists them."""

    def create(self, products: Sequence[Product]) -> list[Outcome]:
        """Create products with a new SKU, their stock unset; known ones stay as they are."""


class SupplierStock(Protocol):
    """Quantities that the Supplier can sell."""

    def all(self, request: ReadRequest) -> Iterator[Page[Stock | InvalidRecord]]:
        """Yield all quantities, whatever the cursor."""

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities of these products, by id; a missing product is gone."""


class SupplierShipments(Protocol):
    """Parcels that the Supplier has sent."""

    @property
    def silent_batch_size(self) -> int:
        """The orders that one call of `by_id` reads, if parcels do not mark an order as changed.

        A parcel has the order's id then. 0: a new parcel always marks its order as changed.
        """

    def changed(self, request: ReadRequest) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the shipments that changed since the cursor, oldest change first, as they are now.

        Where a service forgets a label that was deleted, an order that waits to be shipped is a
        voided shipment without a number. So is one that was cancelled here, and restored.
        """

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield these shipments as they are now; a shipment that is gone is on no page."""

    def reference_on(self, shipment: Shipment) -> str:
        """Return the ordosync reference that the order of a parcel carries; empty if none."""


class SupplierSplits(Protocol):
    """Orders that the Supplier has split, to send them in pieces."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Split]]:
        """Yield the orders that were split since the cursor, in the order of their splits.

        A line without a share in a piece is not in it: no quantity is 0.
        """

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        """Yield the splits of these orders, by the id of the split order, as they are now."""


@dataclass(frozen=True, kw_only=True)
class Supplier(PortalAccount):
    """The Supplier's side of a portal. A part that is None: this account does not have it."""

    orders: SupplierOrders
    cancellations: SupplierCancellations | None = None
    products: SupplierProducts | None = None
    stock: SupplierStock | None = None
    shipments: SupplierShipments | None = None
    splits: SupplierSplits | None = None
