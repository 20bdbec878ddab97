"""The Supplier of a portal, in parts: its orders, products and stock, its shipments and splits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.portal_account import PortalAccount
from ordosync.models import (
    InvalidRecord,
    Order,
    Outcome,
    Page,
    Product,
    Reduction,
    Shipment,
    Split,
    Stock,
)


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
        """Return the status of each of these orders that exists, as in `Order.status`.

        `partially_shipped`: some units were sent, and others are open.
        """


class SupplierCancellations(Protocol):
    """Cancellations of the Supplier's orders, and of units of them."""

    @property
    def can_reduce(self) -> bool:
        """True if `reduce` can remove open units of an order."""

    def cancel(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel all open units; a shipped order refuses, `already-shipped`, and keeps its label.

        If an order is partially shipped, sent units stay sent: `done`, or refused,
        `partially-shipped`, if the account cannot cancel only the open units. `also_shipped`
        cancels a shipped order, too; its label, tracking and stock do not change.
        """

    def reduce(self, reductions: Sequence[Reduction]) -> list[Outcome]:
        """Reduce the units of lines to these, by units that were not sent.

        Never raises a quantity. An order with these units or fewer is `unchanged`. If more units
        were sent, no unit of the line stays open: `done`, or refused, `already-shipped`, if no unit
        was open. Refused, `not-reducible`, if the account cannot reduce orders.
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
        """Return the quantities of these products, by id; a deleted product is omitted."""


class SupplierShipments(Protocol):
    """Parcels that the Supplier has sent."""

    @property
    def silent_batch_size(self) -> int:
        """The number of orders that `by_id` reads in one call, to find parcels without a change.

        Given an order's id, `by_id` then reads all parcels of the order. 0: a new parcel always
        marks its order as changed.
        """

    @property
    def lists_all_parcels(self) -> bool:
        """True if each read of an order has all its valid parcels: a missing parcel is void."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield the parcels that changed since the cursor, oldest change first, as they are now.

        Each parcel of an order is one shipment. If a parcel is added or voided, `is_last` of the
        others may change although they are not listed as changed.
        If a service does not keep deleted labels, an open order without a parcel is a voided
        shipment without a number, with the order's id. So is an order that was cancelled in this
        account and restored.
        """

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | InvalidRecord]]:
        """Yield these shipments as they are now; a shipment that does not exist is omitted.

        An account that lists all parcels yields all of the orders of these shipments.
        """

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
