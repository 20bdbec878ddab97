"""The contract as one flat class, until every kind and its users have parts. Goes away then."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self

from ordosync.accounts.account import (
    Account,
    CheckResult,
    Everything,
    Limits,
    NoOptions,
    PortalContext,
    ReadRequest,
    Role,
    Selection,
)
from ordosync.accounts.connections import Connections
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.supplier import Supplier
from ordosync.models import (
    Comment,
    Order,
    Outcome,
    Page,
    Product,
    Shipment,
    Split,
    Standing,
    Stock,
    Unusable,
)


class FlatAccount(Account):
    """One side of a portal. Safe to use from one thread; `paired` gives each portal its own."""

    kind: ClassVar[str]
    roles: ClassVar[frozenset[Role]]
    merchant_options: ClassVar[type[Any]] = NoOptions
    supplier_options: ClassVar[type[Any]] = NoOptions

    batch_size: int = 20
    """How many writes are handed over at once, and so how many a crash leaves to look up."""
    settle_s: float = 0
    """How long an uncertain write must rest before a look-up of it may be believed."""
    lists_all_as: ClassVar[frozenset[Role]] = frozenset()
    """In which roles `all_orders` has every order; in others, what is not in it tells nothing."""
    lists_others: ClassVar[bool] = False
    """Whether `all_orders` has, as the Supplier, what others have made there as well."""
    parcels_asked: ClassVar[int] = 0
    """How many orders one call of `shipments_by_id` reads, where a parcel may be added to an order
    without the order counting as changed, and has the order's id. 0: it counts everywhere."""
    parcels: ClassVar[str] = ""
    """What `config check --online` says of a Supplier's order that is sent in several parcels."""
    tells_addresses: bool = False
    """True if an order here has an address wherever it has anything to ship. An order without a
    usable address is then not sent."""
    tells_reassigned: ClassVar[bool] = False
    """True if, as the Merchant, it says of an order that it was given to another supplier."""
    timezone: str | None = None
    """Where this account's midnight is; None: UTC."""

    @classmethod
    def whose(cls, pair: object, partner: str) -> object:  # noqa: ARG003
        """Return what tells whose a line of this Merchant is; None if it is told by the SKU alone.

        Two portals of which it is not the same never read the same line at the same time.
        """
        return None

    def __init__(self, *, name: str, spool: Path = Path()) -> None:
        self.name = name
        self.spool = spool
        """The folder `<portal>/<account>` for copies of what is read; it may not exist yet."""
        self.pair: Any = NoOptions()
        self.partner = ""
        """The name of the account on the other side, where this is one side of a portal."""
        self.selection: Selection = Everything()
        """Of which SKUs the portal is about."""
        self.connections: Connections | None = None
        """What it shares with others of this process; None where it is not to be reached."""

    def paired(
        self,
        pair: object,
        *,
        partner: str,
        selection: Selection | None = None,
        connections: Connections | None = None,
    ) -> Self:
        """Return this account as one portal sees it, with the options that belong to the pair."""
        twin = copy.copy(self)
        twin.pair = pair
        twin.partner = partner
        twin.selection = selection or Everything()
        twin.connections = connections
        return twin

    @property
    def calls(self) -> int:
        """Calls made to a foreign service so far: what its users pay for."""
        return 0

    @property
    def cost(self) -> int:
        """What a foreign service has charged for them, where it counts in points of its own."""
        return 0

    def close(self) -> None:
        """Give back what is held open. Harmless when called twice."""

    def comment(self, comments: Sequence[Comment]) -> None:
        """Tell people of a refusal or a conflict, on the timeline of the order; each only once.

        An order that is not there is passed over.
        """
        raise NotImplementedError

    def note(self, comments: Sequence[Comment]) -> None:
        """Tell people that something went as it should.

        Only an embedded account does: on a foreign timeline success would bury the rest.
        """

    def release(
        self,
        unsettled: AbstractSet[str],  # noqa: ARG002
        *,
        sources: AbstractSet[str] = frozenset(),  # noqa: ARG002
        dry: bool = False,  # noqa: ARG002
    ) -> AbstractSet[str]:
        """End a complete reading: forget copies kept for reading by id, but of `unsettled`.

        `sources` are the files and rows that have failed. Returns those of them that have changed
        since and are no trouble any more, or are gone. Called after the last reading of a run; it
        may give refused rows back to people then, unless the run is `dry`. Harmless when called
        twice.
        """
        return frozenset()

    def check(self, role: Role) -> Iterator[CheckResult]:  # noqa: ARG002
        """Sign in and look whether all is there that the portal needs; reads only."""
        return iter(())

    def all_orders(self, role: Role, *, now: datetime) -> Iterator[Page[Standing]]:  # noqa: ARG002
        """Read the orders of this portal as they stand, in whatever status, for a comparison.

        At the Merchant: all that were ever requested from its Supplier. At the Supplier: at
        least those with a reference of ours. A piece has its `ancestors`; an order that was
        split has `is_split`, and may be left out. A voided label is there, flagged, if the
        account knows of it. An order read twice is as it was last. No copies are kept.

        By default nothing: this kind cannot tell.
        """
        return iter(())

    def left_out(self, role: Role) -> str:  # noqa: ARG002
        """Say which orders are not in `all_orders` that ought to be, such as for want of a right.

        Empty: none. May ask the service.
        """
        return ""

    # The Merchant's side.

    def orders(
        self, cursor: str | None, *, now: datetime, patient: bool = False
    ) -> Iterator[Page[Order | Unusable]]:
        """Read the orders that this portal's Supplier is to ship and that changed since `cursor`.

        `patient` leaves alone what may still be being written, for a later reading. An order that
        was taken from this Supplier since is a skipped `Unusable` with the code `reassigned`.
        """
        raise NotImplementedError

    def orders_by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | Unusable]]:
        """Read these orders as they are now; one that is gone is in no page.

        Holds for as long as a step of the order is not settled, even when the source has
        forgotten it. An order that need not be shipped any more is gone, too.
        """
        raise NotImplementedError

    def lines_claimed(self, order: Order) -> Sequence[str]:
        """Return the names under which the lines of an order are claimed for one Supplier.

        They are the same in all orders that one thing may be sent in.
        """
        return [line.id for line in order.lines]

    def is_beside(self, order_id: str, others: str) -> bool:  # noqa: ARG002
        """Return True if an order of another Supplier has units of the same line of its own."""
        return False

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Learn that the Supplier has these orders now, and is to ship them. May be told again."""

    def answer_cancellations(
        self,
        cancelled: Mapping[str, bool],
    ) -> None:
        """Learn of orders whose cancellation was asked for whether the Supplier has cancelled them.

        May be told again. By an order that is cancelled already, nobody is asked.
        """

    def cancelled_orders(self, cursor: str | None, *, now: datetime) -> Iterator[Page[str]]:
        """Read the ids of orders that changed since `cursor` and now are cancelled, unshipped."""
        raise NotImplementedError

    def ancestors_of(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:  # noqa: ARG002
        """Return what each of these orders was split from, nearest first; others are left out."""
        return {}

    def cancelled_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled, unshipped, at this moment."""
        raise NotImplementedError

    def products(self, cursor: str | None, *, now: datetime) -> Iterator[Page[Product | Unusable]]:
        """Read this Supplier's products that changed since `cursor`, archived ones left out."""
        raise NotImplementedError

    def products_by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | Unusable]]:
        """Read these products as they are now; one that is gone is in no page."""
        raise NotImplementedError

    def stock_to_write(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return, by product id, what `write_stock` would replace; a product that is gone is not.

        What the quantity means is said by each kind; Ordoro: physical on hand, in one warehouse.
        One that falls as soon as something is sold has `sold_orders`, too.
        """
        raise NotImplementedError

    def sold_orders(self) -> Iterator[Page[Order]]:
        """Read the orders for which the quantity of `stock_to_write` has fallen, unshipped.

        What of them the Supplier has not got yet has not fallen there. By default none: physical
        on hand falls when a parcel leaves.
        """
        return iter(())

    def write_stock(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set, never add, quantities of 0 or more."""
        raise NotImplementedError

    def add_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Tell what was sent; the order becomes shipped, and its physical stock stays.

        An order that was split here passes it on to each open piece; the outcome's code is then
        `on-pieces`. The number that it has already is `unchanged`. One whose tracking was voided
        gets the new one in its place; one that has another, valid one keeps it: refused,
        `other-tracking`. A cancelled order refuses: `cancelled`.
        """
        raise NotImplementedError

    def void_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Flag what was told as void; the order stays shipped. A number not there: `unchanged`."""
        raise NotImplementedError

    def split_orders(self, splits: Sequence[Split]) -> list[Outcome]:
        """Split open orders into pieces as given, whole or not at all; `done` has the pieces.

        The pieces stay requested from the same Supplier. An order that has pieces of these
        references is `unchanged`, with them; one that is split otherwise, shipped or cancelled, or
        whose lines do not add up, refuses. The pieces and their lines answer in the order given.
        """
        raise NotImplementedError

    # The Supplier's side.

    def create_orders(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        """Create orders that wait to be shipped; `reference` is refused twice.

        An order whose reference is here already is `unchanged`, with its id. `look_first` is set
        where an earlier attempt may exist that this store has not recorded; an account that
        checks the reference by itself may ignore it. An unknown SKU becomes a product with its
        stock unset. A number that is taken gets `~2`, `~3` added.
        """
        raise NotImplementedError

    def find_orders(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Look up what earlier attempts made: an `unchanged` outcome for each that is here.

        Believed only after `settle_s` have passed since the attempt.
        """
        raise NotImplementedError

    def cancel_orders(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders; a shipped one refuses, `already-shipped`, and keeps its label.

        `also_shipped` cancels that one, too: its label, its tracking and its stock stay as they
        are.
        """
        raise NotImplementedError

    def create_products(self, products: Sequence[Product]) -> list[Outcome]:
        """Make products whose SKU is new here, their stock unset; known ones stay as they are."""
        raise NotImplementedError

    def stock(self, *, now: datetime, patient: bool = False) -> Iterator[Page[Stock | Unusable]]:
        """Read how many of each product can be sold, always all of them."""
        raise NotImplementedError

    def stock_of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the same for these products, by id; one that is gone is not there."""
        raise NotImplementedError

    def shipments(
        self, cursor: str | None, *, now: datetime, patient: bool = False
    ) -> Iterator[Page[Shipment | Unusable]]:
        """Read the shipments that changed since `cursor`, oldest change first, as they are now.

        Where a service forgets a label that was deleted, an order that waits to be shipped is
        a voided shipment without a number. So is one that was cancelled here, and restored.
        """
        raise NotImplementedError

    def shipments_by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | Unusable]]:
        """Read these shipments as they are now; one that is gone is in no page."""
        raise NotImplementedError

    def reference_on(self, shipment: Shipment) -> str:
        """Return the reference of ours that a parcel's order carries; empty: it carries none."""
        return shipment.reference

    def splits(self, cursor: str | None, *, now: datetime) -> Iterator[Page[Split]]:
        """Read the orders that were split since `cursor`, in the order in which they were.

        A line that has no share in a piece is not in it: no quantity is 0.
        """
        raise NotImplementedError

    def splits_by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        """Read how these orders, by the id of what was split, are split now."""
        raise NotImplementedError

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the status of each of these orders that is here."""
        raise NotImplementedError

    # From the flat methods to parts.

    def can(self, task: str, role: Role) -> bool:  # noqa: ARG002
        """True if the account, as configured, has its side of a task."""
        return role in self.roles

    def merchant(self, options: Any, portal: PortalContext, at: Connections) -> Merchant:
        """Open it as a Merchant."""
        one = self._opened_for(options, portal, at)
        able = [task for task in _TASKS if one.can(task, "merchant")]
        if "import-orders" not in able:
            raise ValueError(
                f"account {self.name} is not set up for the part of a merchant in import-orders"
            )
        return Merchant(
            **one.common("merchant"),
            orders=_Orders(one),
            cancellations=_Cancellations(one) if "cancel-orders" in able else None,
            products=_Products(one) if "import-products" in able else None,
            stock=_Stock(one) if "write-inventory-back" in able else None,
            tracking=_Tracking(one) if "update-tracking" in able else None,
            splits=_Splits(one) if "split-order" in able else None,
            supplier_key=one.whose(options, portal.partner),
        )

    def supplier(self, options: Any, portal: PortalContext, at: Connections) -> Supplier:
        """Open it as a Supplier."""
        one = self._opened_for(options, portal, at)
        able = [task for task in _TASKS if one.can(task, "supplier")]
        if "import-orders" not in able:
            raise ValueError(
                f"account {self.name} is not set up for the part of a supplier in import-orders"
            )
        return Supplier(
            **one.common("supplier"),
            orders=_SupplierOrders(one),
            cancellations=_SupplierOrders(one) if "cancel-orders" in able else None,
            products=_SupplierProducts(one) if "import-products" in able else None,
            stock=_SupplierStock(one) if "write-inventory-back" in able else None,
            shipments=_Shipments(one) if "update-tracking" in able else None,
            splits=_SupplierSplits(one) if "split-order" in able else None,
        )

    def _opened_for(self, options: Any, portal: PortalContext, at: Connections) -> "FlatAccount":
        one = self.paired(
            options, partner=portal.partner, selection=portal.selection, connections=at
        )
        one.spool = portal.spool
        return one

    def common(self, role: Role) -> dict[str, Any]:
        """Return what both roles have."""
        has_listing = role in self.lists_all_as or (self.kind == "files" and role == "merchant")
        return {
            "name": self.name,
            "kind": self.kind,
            "client": self,
            "limits": Limits(batch_size=self.batch_size, settle_s=self.settle_s),
            "timeline": None if self.kind == "files" else self,
            "listing": _Listing(self, role) if has_listing else None,
            "personal_data": self.personal_data(role),
            "spool": self,
            "desk": self.the_desk(),
            "check": lambda: self._checked(role),
        }

    def _checked(self, role: Role) -> Iterator[CheckResult]:
        yield from self.check(role)
        if role == "supplier" and self.parcels:
            yield CheckResult(text=self.parcels)

    def finish(
        self, unsettled: AbstractSet[str], *, sources: AbstractSet[str], dry: bool
    ) -> AbstractSet[str]:
        """End a read."""
        return self.release(unsettled, sources=sources, dry=dry)

    def personal_data(self, role: Role) -> Any:  # noqa: ARG002
        """Return the part, if there is one."""
        return None

    def the_desk(self) -> Any:
        """Return the desk, if there is one."""
        return None


_TASKS = (
    *("import-orders", "import-products", "write-inventory-back"),
    *("update-tracking", "split-order", "cancel-orders"),
)


class _Listing:
    def __init__(self, flat: FlatAccount, role: Role) -> None:
        self._flat, self._role = flat, role
        self.is_complete = role in flat.lists_all_as
        self.includes_foreign = flat.lists_others

    def read(self, *, now: datetime) -> Iterator[Page[Standing]]:
        return self._flat.all_orders(self._role, now=now)

    def missing(self) -> str:
        return self._flat.left_out(self._role)


class _View:
    def __init__(self, flat: FlatAccount) -> None:
        self._flat = flat


class _Orders(_View):
    @property
    def requires_address(self) -> bool:
        return self._flat.tells_addresses

    @property
    def reports_reassigned(self) -> bool:
        return self._flat.tells_reassigned

    def changed(self, request: ReadRequest) -> Iterator[Page[Order | Unusable]]:
        return self._flat.orders(request.cursor, now=request.now, patient=request.skip_recent)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | Unusable]]:
        return self._flat.orders_by_id(ids)

    def acknowledge(self, ids: Sequence[str]) -> None:
        self._flat.acknowledge(ids)

    def ancestors(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return self._flat.ancestors_of(ids)

    def line_claims(self, order: Order) -> Sequence[str]:
        return self._flat.lines_claimed(order)

    def is_beside(self, order_id: str, others: str) -> bool:
        return self._flat.is_beside(order_id, others)


class _Cancellations(_View):
    def changed(self, request: ReadRequest) -> Iterator[Page[str]]:
        return self._flat.cancelled_orders(request.cursor, now=request.now)

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        return self._flat.cancelled_among(ids)

    def reply(self, cancelled: Mapping[str, bool]) -> None:
        self._flat.answer_cancellations(cancelled)


class _Products(_View):
    def changed(self, request: ReadRequest) -> Iterator[Page[Product | Unusable]]:
        return self._flat.products(request.cursor, now=request.now)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | Unusable]]:
        return self._flat.products_by_id(ids)


class _Stock(_View):
    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        return self._flat.stock_to_write(ids)

    def unimported_sales(self) -> Iterator[Page[Order]]:
        return self._flat.sold_orders()

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        return self._flat.write_stock(stock)


class _Tracking(_View):
    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        return self._flat.add_tracking(shipments)

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        return self._flat.void_tracking(shipments)


class _Splits(_View):
    def split(self, splits: Sequence[Split]) -> list[Outcome]:
        return self._flat.split_orders(splits)


class _SupplierOrders(_View):
    @property
    def number_prefix(self) -> str:
        return str(getattr(self._flat.pair, "prefix", ""))

    def create(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        return self._flat.create_orders(orders, look_first=look_first)

    def find(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        return self._flat.find_orders(references)

    def cancel(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        return self._flat.cancel_orders(ids, also_shipped=also_shipped)

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        return self._flat.statuses(ids)


class _SupplierProducts(_View):
    @property
    def is_any_sku(self) -> bool:
        return self._flat.kind == "files"

    def create(self, products: Sequence[Product]) -> list[Outcome]:
        return self._flat.create_products(products)


class _SupplierStock(_View):
    def all(self, request: ReadRequest) -> Iterator[Page[Stock | Unusable]]:
        return self._flat.stock(now=request.now, patient=request.skip_recent)

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        return self._flat.stock_of(ids)


class _Shipments(_View):
    @property
    def silent_batch_size(self) -> int:
        return self._flat.parcels_asked

    def changed(self, request: ReadRequest) -> Iterator[Page[Shipment | Unusable]]:
        return self._flat.shipments(request.cursor, now=request.now, patient=request.skip_recent)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | Unusable]]:
        return self._flat.shipments_by_id(ids)

    def reference_on(self, shipment: Shipment) -> str:
        return self._flat.reference_on(shipment)


class _SupplierSplits(_View):
    def changed(self, request: ReadRequest) -> Iterator[Page[Split]]:
        return self._flat.splits(request.cursor, now=request.now)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        return self._flat.splits_by_id(ids)
