"""What every account promises. The promises are written here once and tested once.

An adapter is one file beside this one. The keyword arguments of its `__init__` (all but `name`
and `spool`) are its options in the YAML; the fields of `MerchantPair` and `SupplierPair` are the
options that a portal may add to it. Merchant and Supplier are roles: an adapter overrides the
methods of the roles it can play and names them in `roles`.

Methods raise `AccountError`s; those that write a list never do for one item of it, but answer
with an `Outcome` for each, in order. What is there already as it should be is `unchanged`, so
every write may be repeated. Where a task has to know why something was refused, the outcome's
`code` is one of these: `not-found`, `cancelled`, `already-shipped`, `maybe-shipped` (only a person
can see), `already-split`, `does-not-fit` (the pieces do not add up to the order's lines),
`other-tracking`, `fixed` (such as a kit's stock).

Readings come in pages, every object in exactly one. A cursor is the account's own text: it comes
from the source's data and overlaps, so that an object may be read again but none is skipped. What
was read can be read again by its id for as long as a step of it is not settled.
"""

import copy
from abc import ABC
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self, TypeVar

from ordosync.accounts.connections import Connections
from ordosync.clock import StoppedError
from ordosync.errors import RefusedError, SignInError, UnavailableError, UnknownOutcomeError
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

Role = Literal["merchant", "supplier"]
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a look at an account has found that people should know."""

    text: str
    is_problem: bool = False
    """Whether the portal cannot work with it; else it is what this kind cannot hold."""


@dataclass(frozen=True, kw_only=True)
class NoOptions:
    """Nothing to say about this account in a portal."""


class Selection(Protocol):
    """Says which SKUs a portal is about."""

    @property
    def are_all(self) -> bool:
        """True if it is about every SKU."""

    def has(self, sku: str) -> bool:
        """Return True if it is about this SKU."""


class Everything:
    """A portal that is about every SKU."""

    are_all = True

    def has(self, sku: str) -> bool:  # noqa: ARG002
        """Return True."""
        return True


OUTAGE = 10
"""So many writes in a row that did not pass are an outage, and the others are left for later."""


class Account(ABC):
    """One side of a portal. Safe to use from one thread; `paired` gives each portal its own."""

    kind: ClassVar[str]
    roles: ClassVar[frozenset[Role]]
    MerchantPair: ClassVar[type[Any]] = NoOptions
    SupplierPair: ClassVar[type[Any]] = NoOptions

    batch_size: int = 20
    """How many writes are handed over at once, and so how many a crash leaves to look up."""
    settle_s: float = 0
    """How long an uncertain write must rest before a look-up of it may be believed."""
    embedded: ClassVar[bool] = False
    """Whether all its changes are made with ordosync's desk, which tells at once."""
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
    def takes_part(
        cls,
        task: str,  # noqa: ARG003
        role: Role,
        options: Mapping[str, Any],  # noqa: ARG003
    ) -> bool:
        """Whether an account with these options can do its side of a task in this role."""
        return role in cls.roles

    @classmethod
    def whose(cls, pair: object, partner: str) -> object:  # noqa: ARG003
        """Return what tells whose a line of this Merchant is; None if it is told by the SKU alone.

        Two portals of which it is not the same never read the same line at the same time.
        """
        return None

    def __init__(self, *, name: str, spool: Path) -> None:
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
        selection: "Selection | None" = None,
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

    def close(self) -> None:  # noqa: B027 - most accounts hold nothing open
        """Give back what is held open. Harmless when called twice."""

    def comment(self, comments: Sequence[Comment]) -> None:
        """Tell people of a refusal or a conflict, on the timeline of the order; each only once.

        An order that is not there is passed over.
        """
        raise NotImplementedError

    def note(self, comments: Sequence[Comment]) -> None:  # noqa: B027 - foreign accounts: nothing
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

    def check(self, role: Role) -> Iterator[Finding]:  # noqa: ARG002
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

    def acknowledge(self, ids: Sequence[str]) -> None:  # noqa: B027 - most keep nothing of it
        """Learn that the Supplier has these orders now, and is to ship them. May be told again."""

    def answer_cancellations(  # noqa: B027 - most ask nobody
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
        """Return what each of these cancelled orders was split from, nearest first.

        They were just read as cancelled; one that was never split is left out.
        """
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


def outcome_of(item: Item, write: Callable[[Item], Outcome]) -> Outcome:
    """Write an item and turn its error into its outcome.

    Raises `SignInError`, which is not an item's fault and ends the run.
    """
    try:
        return write(item)
    except SignInError:
        raise
    except StoppedError:  # of a wait for what the account does with it by and by
        reason = "a signal ended the wait for what came of it"
        return Outcome(state="unknown", code=UnknownOutcomeError.code, reason=reason)
    except RefusedError as error:
        return Outcome(state="refused", code=error.code, reason=error.answer)
    except UnavailableError as error:
        return Outcome(
            state="unavailable",
            code=error.code,
            reason=error.answer,
            retry_after_s=error.retry_after_s,
        )
    except UnknownOutcomeError as error:
        return Outcome(state="unknown", code=error.code, reason=error.answer)
