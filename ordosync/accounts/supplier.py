"""The Supplier of a portal, in parts: its orders, products and stock, shipments and shortages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.portal_account import PortalAccount
from ordosync.edits import EditableOrder, EditGroup, OrderEdit, Reduction
from ordosync.models import (
    InvalidRecord,
    Order,
    Outcome,
    Page,
    Product,
    Shipment,
    Split,
    Stock,
)
from ordosync.shortages import Shortage
from ordosync.skus import Similar

TAKEN_AWAY = "taken-away"
"""Code of a created order whose file was taken away before it was seen at its place."""


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
        `asked`, once or again, if the account can only ask the Supplier and has no answer yet. The
        answer is a shortage, or a parcel.
        """

    def reduce(self, reductions: Sequence[Reduction]) -> list[Outcome]:
        """Reduce the units of lines to these, by units that were not sent.

        Never raises a quantity. An order with these units or fewer is `unchanged`. If more units
        were sent, no unit of the line stays open: `done`, or refused, `already-shipped`, if no unit
        was open. Refused, `not-reducible`, if the account cannot reduce orders. `asked` as in
        `cancel`; if no unit stays, the whole order is cancelled.
        """


class SupplierProducts(Protocol):
    """The Supplier's products."""

    @property
    def is_any_sku(self) -> bool:
        """True if every SKU is accepted and the account has no list of products."""

    @property
    def similar_is_free(self) -> bool:
        """True if `similar` makes no call that the creation of an order does not make anyway."""

    def create(self, products: Sequence[Product]) -> list[Outcome]:
        """Create products with a new SKU and unset stock; existing products do not change."""

    def similar(self, skus: Sequence[str]) -> Similar:
        """Return the account's SKUs that equal these, or nearly; see `skus.folded`.

        Exact matches are always found, near ones as far as the search of the account finds them.
        Nothing is found if every SKU is accepted.
        """


class SupplierStock(Protocol):
    """Quantities that the Supplier can sell."""

    @property
    def falls_with_orders(self) -> bool:
        """True if an order changes the quantities at once, without a new count of the Supplier."""

    @property
    def reports_archived(self) -> bool:
        """True if a product that the Supplier has archived is read, and `fixed` as `archived`."""

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


HoldReason = Literal["address", "other"]


class SupplierEdits(Protocol):
    """Edits of the Merchant, written to orders that the Supplier has not sent."""

    @property
    def groups(self) -> frozenset[EditGroup]:
        """The groups that `write` can change in an order that is not sent."""

    @property
    def can_hold(self) -> bool:
        """True if `hold` keeps an order from being sent, or tells its users not to send it."""

    def current(self, ids: Sequence[str]) -> Mapping[str, EditableOrder]:
        """Return those of these orders that exist, as they are now."""

    def write(self, edits: Sequence[OrderEdit]) -> list[Outcome]:
        """Set the edited groups to the given values; other groups do not change.

        Writing the same values twice changes nothing: `unchanged`, or `done` again. A line whose
        quantity is given never gets fewer units. An added line that exists already is not added
        again; the outcome's `line_ids` has the ids of the added lines, in their order. An unknown
        SKU becomes a product, as in `SupplierOrders.create`.
        Refused: `shipped`, `cancelled`, `not-editable` if the state of the order does not allow it,
        or the code of the service, with its words.
        """

    def hold(self, ids: Sequence[str], *, reason: HoldReason) -> list[Outcome]:
        """Keep these orders from being sent, until `release`; `unchanged` if they are held.

        Refused: `shipped`, `cancelled`, or `not-held` if the account cannot hold the order now.
        """

    def release(self, ids: Sequence[str]) -> list[Outcome]:
        """End the holds of ordosync; `unchanged` if there is none. Other holds stay."""


class SupplierShortages(Protocol):
    """Units that the Supplier cannot send, or sends later."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield the orders whose shortages may have changed since the cursor, as they are now.

        An order that is complete again has no short line. An order that was cancelled by ordosync
        is yielded, too, if the account does not know who cancelled it. A piece is yielded with its
        ancestors; the whole order is yielded, too, if the account still shows it.
        """

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield these orders as they are now; an order that does not exist `is_deleted`."""


@dataclass(frozen=True, kw_only=True)
class StockFeed:
    """The files that the quantities are read from, as the last read found them."""

    newest_at: Callable[[], datetime | None]
    """Returns the time of the newest file; None if there is no file."""
    is_complete: Callable[[], bool]
    """Returns True if no file was left out, such as one that was just being written."""
    left_out: Callable[[], AbstractSet[str]]
    """Returns the products whose rows were left out by a rule."""
    has_times: bool = False
    """True if each quantity has its own time, which replaces that of its file."""
    min_rows: int | None = None
    """Products that the recent files must have before a product that they lack is set to 0. None if
    such products keep their quantity."""


@dataclass(frozen=True, kw_only=True)
class Supplier(PortalAccount):
    """The Supplier of a portal. A part is None if the account does not have it."""

    orders: SupplierOrders
    cancellations: SupplierCancellations | None = None
    products: SupplierProducts | None = None
    stock: SupplierStock | None = None
    stock_feed: StockFeed | None = None
    """None if the quantities are not read from files."""
    shipments: SupplierShipments | None = None
    splits: SupplierSplits | None = None
    edits: SupplierEdits | None = None
    shortages: SupplierShortages | None = None
