"""The contract of every account, for both roles. `merchant.py` and `supplier.py` have the parts.

An account is what the YAML names: the keyword arguments of its `__init__` (all but `name`) are
its options there. `merchant` and `supplier` open it as one portal sees it. The result is a
dataclass of small parts. A part that this account, as configured, does not have is None.

Parts raise `AccountError`. A write of a list never raises for one item of it: it returns one
`Outcome` per item, in order. What is there already as requested is `unchanged`, so every write
is idempotent. Where a task has to know why something was refused, `Outcome.code` is one of:
`not-found`, `cancelled`, `already-shipped`, `maybe-shipped` (only a person can see),
`already-split`, `does-not-fit` (the pieces do not add up to the order's lines),
`other-tracking`, `fixed` (such as a kit's stock).

Reads return pages; every object is on exactly one of them. A cursor is the account's own text.
It comes from the source's data and overlaps: an object may be read again, but none is skipped.
What was read can be read again by its id as long as a step of it is not settled.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar

from ordosync.accounts.connections import Connections
from ordosync.clock import StoppedError
from ordosync.errors import RefusedError, SignInError, UnavailableError, UnknownOutcomeError
from ordosync.models import Comment, Outcome, Page, Standing

if TYPE_CHECKING:
    from ordosync.accounts.merchant import Merchant
    from ordosync.accounts.supplier import Supplier
    from ordosync.embedded.desk import Desk

Role = Literal["merchant", "supplier"]
Item = TypeVar("Item")
Part = TypeVar("Part")

MAX_FAILURES_IN_A_ROW = 10
"""After so many failed writes in a row the rest of a batch is left for later."""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """A fact about an account that `config check --online` shows."""

    text: str
    is_problem: bool = False
    """True if the portal cannot work with it; else it is a limit of this kind."""


class Selection(Protocol):
    """The SKUs of a portal."""

    @property
    def are_all(self) -> bool:
        """True if every SKU belongs to it."""

    def has(self, sku: str) -> bool:
        """True if this SKU belongs to it."""


class Everything:
    """The selection of a portal with every SKU."""

    are_all = True

    def has(self, sku: str) -> bool:  # noqa: ARG002
        """Return True."""
        return True


@dataclass(frozen=True, kw_only=True)
class NoOptions:
    """A portal has nothing to add for this account."""


@dataclass(frozen=True, kw_only=True)
class PortalContext:
    """What an account has to know of the portal that it is opened for."""

    partner: str = ""
    """The name of the account on the other side."""
    selection: Selection = field(default_factory=Everything)
    spool: Path = Path()
    """The folder for copies of files that are read; it may not exist yet."""


@dataclass(frozen=True, kw_only=True)
class ReadRequest:
    """Where and how a read of changes starts."""

    cursor: str | None
    now: datetime
    skip_recent: bool = False
    """True to leave what may still be being written for a later read."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How writes to an account are grouped and looked up."""

    batch_size: int = 20
    """How many writes are handed over at once, and so how many a crash leaves to look up."""
    settle_s: float = 0
    """How long an uncertain write must rest before a look-up of it is believed."""


class Client(Protocol):
    """What both roles ask of a service, and what it costs."""

    @property
    def calls(self) -> int:
        """Requests made for this portal so far, retries included."""

    @property
    def cost(self) -> int:
        """What the service charges for them, if it counts in points; else 0."""

    @property
    def timezone(self) -> str | None:
        """Where this account's midnight is; None: UTC. Some services report it with a read."""

    def close(self) -> None:
        """Release what is held open. Idempotent."""


class OrderListing(Protocol):
    """Every order of this portal as it is now, to compare two accounts."""

    @property
    def is_complete(self) -> bool:
        """True if `read` has every order; else an order that is missing in it proves nothing."""

    @property
    def includes_foreign(self) -> bool:
        """True if, at a Supplier, `read` has orders that others have created, too."""

    def read(self, *, now: datetime) -> Iterator[Page[Standing]]:
        """Yield the orders in whatever status.

        At the Merchant: all that were ever requested from its Supplier. At the Supplier: at
        least those with a reference of ordosync. A piece has its `ancestors`. An order that was
        split has `is_split`, and may be missing. A voided label is flagged, if the account keeps
        it. An order that is read twice is as it was read last. Keeps no copies.
        """

    def missing(self) -> str:
        """Return which orders `read` cannot see, such as without a right; empty if none.

        May ask the service.
        """


class Timeline(Protocol):
    """Comments on orders, for people. An order that is not there is passed over."""

    def comment(self, comments: Sequence[Comment]) -> None:
        """Add comments on refusals and conflicts, each only once."""

    def note(self, comments: Sequence[Comment]) -> None:
        """Add comments on successes, each only once.

        Only a local account does: on a remote timeline they would hide the rest.
        """


@dataclass(frozen=True, kw_only=True)
class Removal:
    """Personal data that was removed from one place, or would be."""

    place: str
    what: str


@dataclass(frozen=True, kw_only=True)
class PersonalDataRemoval:
    """The result of removing an order's personal data from one account."""

    removed: tuple[Removal, ...] = ()
    remaining: tuple[str, ...] = ()
    """Places that may still hold it and that ordosync does not change."""


class PersonalData(Protocol):
    """Personal data in places that ordosync may change."""

    @property
    def is_spooled(self) -> bool:
        """True if runs read it, so that no run may be active while it is removed."""

    def has(self, order_id: str) -> bool:
        """True if the account is known to have this order."""

    def remove(self, order_id: str, *, dry: bool) -> PersonalDataRemoval:
        """Remove the personal data of an order; the order itself stays. Idempotent."""


class Spool(Protocol):
    """Copies of what is read, kept until their orders are settled."""

    def finish(
        self, unsettled: AbstractSet[str], *, sources: AbstractSet[str], dry: bool
    ) -> AbstractSet[str]:
        """End a complete read: delete the copies that no `unsettled` object needs.

        `sources` are the files and rows that failed before. Returns those of them that have
        changed since and are no trouble any more, or are gone. Writes rejected rows back, unless
        the run is `dry`. Idempotent.
        """


def _no_checks() -> Iterator[CheckResult]:
    return iter(())


@dataclass(frozen=True, kw_only=True)
class PortalAccount:
    """An account as one portal sees it: what both roles have. Use it from one thread."""

    name: str
    kind: str
    client: Client
    limits: Limits = field(default_factory=Limits)
    timeline: Timeline | None = None
    listing: OrderListing | None = None
    personal_data: PersonalData | None = None
    spool: Spool | None = None
    desk: "Desk | None" = None
    """The desk of a local account; all of its changes are made there."""
    check: Callable[[], Iterator[CheckResult]] = _no_checks
    """Signs in and checks that all is there that the portal needs. Reads only."""

    @property
    def timezone(self) -> str | None:
        """Where this account's midnight is; None: UTC. Some services report it with a read."""
        return self.client.timezone

    @property
    def lists_all(self) -> bool:
        """True if `listing` has every order of this portal."""
        return self.listing is not None and self.listing.is_complete

    def unlisted(self) -> str:
        """Return which orders `listing` cannot see; empty if none. May ask the service."""
        return self.listing.missing() if self.listing else ""

    def close(self) -> None:
        """Release what is held open. Idempotent."""
        self.client.close()

    def finish_reading(
        self,
        unsettled: AbstractSet[str],
        *,
        sources: AbstractSet[str] = frozenset(),
        dry: bool = False,
    ) -> AbstractSet[str]:
        """End the last read of a run, as `Spool.finish` says."""
        return self.spool.finish(unsettled, sources=sources, dry=dry) if self.spool else frozenset()

    def comment(self, comments: Sequence[Comment]) -> None:
        """Add comments on refusals and conflicts, if the account has a timeline."""
        if self.timeline:
            self.timeline.comment(comments)

    def note(self, comments: Sequence[Comment]) -> None:
        """Add comments on successes, if the account has a timeline that wants them."""
        if self.timeline:
            self.timeline.note(comments)


class Account(ABC):
    """A kind of account, with the options that the YAML gives it. Opens nothing by itself."""

    kind: ClassVar[str]
    merchant_options: ClassVar[type[Any] | None] = None
    """What a portal may add for a Merchant; None: this kind cannot be a Merchant."""
    supplier_options: ClassVar[type[Any] | None] = None
    """What a portal may add for a Supplier; None: this kind cannot be a Supplier."""

    @abstractmethod
    def merchant(self, options: Any, portal: PortalContext, at: Connections) -> "Merchant":
        """Open the account as a portal's Merchant. Connects when it is first used."""

    @abstractmethod
    def supplier(self, options: Any, portal: PortalContext, at: Connections) -> "Supplier":
        """Open the account as a portal's Supplier. Connects when it is first used."""


def required(part: Part | None) -> Part:
    """Return a part that the task in question needs.

    The timetable runs no task of which a part is missing, so its absence is a fault of ours.
    """
    if part is None:
        raise RuntimeError("a task runs in a portal that lacks a part which it needs")
    return part


def outcome_of(item: Item, write: Callable[[Item], Outcome]) -> Outcome:
    """Write an item and turn its error into its outcome.

    Raises `SignInError`: that is not the item's fault and ends the run.
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
