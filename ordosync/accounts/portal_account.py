"""Parts of an account in either role: client, limits, timeline, listing, personal data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ordosync.accounts.account import CheckResult
from ordosync.models import Comment, OrderSnapshot, Page

if TYPE_CHECKING:
    from ordosync.embedded.desk import Desk


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of writes to an account."""

    batch_size: int = 20
    """The number of writes in one call, and so the number to look up after a crash."""
    settle_s: float = 0
    """The time from a write with an unknown outcome until a look-up of it is reliable."""


class Client(Protocol):
    """The connection to a service, and its cost."""

    @property
    def calls(self) -> int:
        """The number of requests made for this portal, retries included."""

    @property
    def cost(self) -> int:
        """The points that the service has charged for them; 0 if it does not use points."""

    @property
    def timezone(self) -> str | None:
        """The time zone of the account; None for UTC. Some services report it with a read."""

    @property
    def notes(self) -> Sequence[str]:
        """Remarks for the log about the reads since the last `close`, such as a missing file."""

    def close(self) -> None:
        """Close files and connections. Idempotent."""


class OrderListing(Protocol):
    """Every order of this portal as it is now, to compare two accounts."""

    @property
    def is_complete(self) -> bool:
        """True if `read` yields every order; if False, a missing order may exist all the same."""

    @property
    def includes_foreign(self) -> bool:
        """True if `read` of a Supplier also yields orders that ordosync has not created."""

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:
        """Yield the orders of every status.

        At the Merchant: all orders that were ever requested from its Supplier. At the Supplier: at
        least those with an ordosync reference. A piece has its `ancestors`. A split order has
        `is_split`, and may be omitted. A voided label is marked, if the account keeps it. If an
        order is yielded twice, the last one is valid. No copies are kept.
        """

    def missing(self) -> str:
        """Describe the orders that `read` cannot yield; empty if none.

        A missing permission may be the reason. May send a request.
        """


class Timeline(Protocol):
    """Comments on orders, for users. A comment on an order that does not exist is skipped."""

    def comment(self, comments: Sequence[Comment]) -> None:
        """Add comments on refusals and conflicts, each only once."""

    def note(self, comments: Sequence[Comment]) -> None:
        """Add comments on successes, each only once.

        Only a local account does. On a remote timeline they would hide more important entries.
        """


@dataclass(frozen=True, kw_only=True)
class Removal:
    """Personal data that was removed from one place; with `dry`, that would be removed."""

    place: str
    what: str


@dataclass(frozen=True, kw_only=True)
class PersonalDataRemoval:
    """The result of removing an order's personal data from one account."""

    removed: tuple[Removal, ...] = ()
    remaining: tuple[str, ...] = ()
    """Places that may still have the data and that ordosync does not change."""


class PersonalData(Protocol):
    """Personal data in places that ordosync may change."""

    @property
    def is_spooled(self) -> bool:
        """True if runs read the data: then no run may be active while it is removed."""

    def has(self, order_id: str) -> bool:
        """True if the account has this order."""

    def remove(self, order_id: str, *, dry: bool) -> PersonalDataRemoval:
        """Remove the personal data of an order; the order itself stays. Idempotent."""


class Spool(Protocol):
    """Copies of what is read, kept until their orders are settled."""

    def finish(
        self, unsettled: AbstractSet[str], *, sources: AbstractSet[str], dry: bool
    ) -> AbstractSet[str]:
        """End a complete read: delete the copies that no `unsettled` object needs.

        `sources` are the files and rows that failed before. Returns the sources that were corrected
        or deleted since. Writes rejected rows back, unless the run is `dry`. Idempotent.
        """


def _nothing_unknown(subject: str, sent: bool) -> bool:  # noqa: ARG001 - as others
    return False


def _nothing_owed() -> None:
    """Do nothing."""


def _has_memory() -> str:
    return ""


def _no_checks() -> Iterator[CheckResult]:
    return iter(())


def _no_stock_checks(ids: Sequence[str]) -> Iterator[CheckResult]:  # noqa: ARG001 - as others
    return iter(())


@dataclass(frozen=True, kw_only=True)
class PortalAccount:
    """An account opened for one portal: the parts of both roles. Use it from one thread."""

    name: str
    kind: str
    client: Client
    limits: Limits = field(default_factory=Limits)
    timeline: Timeline | None = None
    listing: OrderListing | None = None
    personal_data: PersonalData | None = None
    spool: Spool | None = None
    desk: "Desk | None" = None
    """The desk of a local account; users make all changes with it."""
    check: Callable[[], Iterator[CheckResult]] = _no_checks
    """Signs in and checks that the account has all that the portal needs. Reads only."""
    check_stock: Callable[[Sequence[str]], Iterator[CheckResult]] = _no_stock_checks
    """Checks settings of these products that quantities depend on and no task writes."""
    newest: Callable[[], Mapping[str, datetime | None]] = dict
    """Returns the time of the newest file of each reading that has `max_age` and was read; None if
    there is no file."""
    flush: Callable[[], None] = _nothing_owed
    """Writes what the writes of a run have only gathered. Raises `AccountError`."""
    lacks_memory: Callable[[], str] = _has_memory
    """Returns why the account cannot be written if it was written before; empty if it can be.

    It remembers what was sent, so that nothing is sent twice if the store is lost."""
    settle_unknown: Callable[[str, bool], bool] = _nothing_unknown
    """Settles a write of unknown outcome that the account itself remembers, as sent or not sent.

    The write is of the order with this reference or id. Returns True if there was one."""
    part_options: Mapping[str, str] = field(default_factory=dict)
    """The option of the account that a part depends on, by the name of the part."""

    @property
    def timezone(self) -> str | None:
        """The time zone of the account; None for UTC. Some services report it with a read."""
        return self.client.timezone

    @property
    def lists_all(self) -> bool:
        """True if `listing` yields every order of this portal."""
        return self.listing is not None and self.listing.is_complete

    def unlisted(self) -> str:
        """Describe the orders that `listing` cannot yield; empty if none. May send a request."""
        return self.listing.missing() if self.listing else ""

    def close(self) -> None:
        """Close files and connections. Idempotent."""
        self.client.close()

    def finish_reading(
        self,
        unsettled: AbstractSet[str],
        *,
        sources: AbstractSet[str] = frozenset(),
        dry: bool = False,
    ) -> AbstractSet[str]:
        """End the last read of a run; see `Spool.finish`."""
        return self.spool.finish(unsettled, sources=sources, dry=dry) if self.spool else frozenset()

    def comment(self, comments: Sequence[Comment]) -> None:
        """Add comments on refusals and conflicts, if the account has a timeline."""
        if self.timeline:
            self.timeline.comment(comments)

    def note(self, comments: Sequence[Comment]) -> None:
        """Add comments on successes, if the account has a timeline."""
        if self.timeline:
            self.timeline.note(comments)
