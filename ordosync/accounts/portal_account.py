"""Parts of an account in either role: client, limits, timeline, listing, personal data."""

from collections.abc import Callable, Iterator, Sequence
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
    """How many writes are handed over at once, and so how many a crash leaves to look up."""
    settle_s: float = 0
    """How long an uncertain write must rest before a look-up of it is believed."""


class Client(Protocol):
    """The connection to a service, and what it costs."""

    @property
    def calls(self) -> int:
        """Requests made for this portal so far, retries included."""

    @property
    def cost(self) -> int:
        """Points that the service charges for them; 0 if it does not count in points."""

    @property
    def timezone(self) -> str | None:
        """The time zone of the account; None for UTC. Some services report it with a read."""

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

    def read(self, *, now: datetime) -> Iterator[Page[OrderSnapshot]]:
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
        """The time zone of the account; None for UTC. Some services report it with a read."""
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
