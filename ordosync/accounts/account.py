"""The contract of every account, for both roles. `merchant.py` and `supplier.py` have the parts.

An `Account` is an account of the configuration. The keyword arguments of its `__init__`, except
`name`, are its options in the YAML. `merchant` and `supplier` open it for one portal and return a
dataclass of small parts. A part that the account, as configured, does not have is None.

Parts raise `AccountError`. A write of a list never raises for one item: it returns one `Outcome`
per item, in order. If the account already has the requested state, the outcome is `unchanged`, so
every write is idempotent. If a task depends on the reason of a refusal, `Outcome.code` is one of:
`not-found`, `cancelled`, `already-shipped`, `maybe-shipped` (only a user can check it),
`already-split`, `does-not-fit` (the pieces do not add up to the order's lines),
`other-tracking`, `more-than-ordered`, `partially-shipped`, `not-reducible`, `fixed` (such as a
kit's stock).

Reads return pages, and each object is on exactly one page. A cursor is a text that only the account
interprets. It comes from the data of the source, and reads overlap: an object may be read again,
but is never skipped. An object can be read by its id as long as one of its steps is not settled.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar

from ordosync.accounts.connections import Connections
from ordosync.clock import StoppedError
from ordosync.errors import RefusedError, SignInError, UnavailableError, UnknownOutcomeError
from ordosync.models import Outcome

if TYPE_CHECKING:
    from ordosync.accounts.feeds import AccountFeeds
    from ordosync.accounts.merchant import Merchant
    from ordosync.accounts.place_files import PlaceFile
    from ordosync.accounts.place_requests import PlaceRequest
    from ordosync.accounts.supplier import Supplier

Role = Literal["merchant", "supplier"]
Item = TypeVar("Item")
Part = TypeVar("Part")

MAX_FAILURES_IN_A_ROW = 10
"""After this many failed writes in a row, the remaining writes of a batch are not tried."""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """A fact about an account that `config check --online` shows."""

    text: str
    is_problem: bool = False
    """True if the portal cannot work because of it; False for a limit of this kind of account."""


class Selection(Protocol):
    """The SKUs of a portal."""

    @property
    def are_all(self) -> bool:
        """True if the portal has every SKU."""

    def has(self, sku: str) -> bool:
        """True if the portal has this SKU."""


class Everything:
    """The selection of a portal with every SKU."""

    are_all = True

    def has(self, sku: str) -> bool:  # noqa: ARG002
        """Return True."""
        return True


@dataclass(frozen=True, kw_only=True)
class NoOptions:
    """The options of a kind that has none for a portal."""


def _nothing(sku: str) -> bool:  # noqa: ARG001
    return False


@dataclass(frozen=True, kw_only=True)
class PortalContext:
    """The portal for which an account is opened."""

    origin: str = ""
    """The first name of the portal, with which the references of its orders begin."""
    partner: str = ""
    """The name of the account on the other side."""
    selection: Selection = field(default_factory=Everything)
    spool: Path = Path()
    """The folder for copies of files that are read; it may not exist yet."""
    places: Path = Path()
    """The folder for files of places: what was fetched in `in`, what is sent in `out`.

    It belongs to the account, for all its portals. A dry run has the same folder.
    """
    spools: Callable[[], Sequence[Path]] = tuple
    """Returns the `spool` of each portal that has the account in this role; few accounts ask."""
    retention: timedelta | None = None
    """The time for which the log is kept; None if it is kept forever."""
    ignores: Callable[[str], bool] = _nothing
    """True for the SKUs of lines that are not sent to the Supplier, since they are not goods."""
    edit_policies: Mapping[str, str] = field(default_factory=dict)
    """The policy of each group of edits; an account may need more permissions for it."""
    hold_conditions: tuple[str, ...] = ()
    """The conditions under which the portal holds an order before the import."""


@dataclass(frozen=True, kw_only=True)
class ReadRequest:
    """The start of a read of changes."""

    cursor: str | None
    now: datetime
    skip_recent: bool = False
    """True to skip files that may still be incomplete; a later read includes them."""
    ahead: int = 0
    """The number of pages that a service may be read ahead of those that are used."""


class Account(ABC):
    """An account of one kind with its options. Creating it does not connect."""

    kind: ClassVar[str]
    merchant_options: ClassVar[type[Any] | None] = None
    """The class of a portal's options for its Merchant; None if the kind cannot be a Merchant."""
    supplier_options: ClassVar[type[Any] | None] = None
    """The class of a portal's options for its Supplier; None if the kind cannot be a Supplier."""

    presets: ClassVar[Path | None] = None
    """The folder with a YAML file for each preset of the options; None if the kind has none."""

    @property
    def location(self) -> str:
        """The file or service with the data; empty if it has no single one.

        A Merchant and a Supplier of one location would import their own orders.
        """
        return ""

    @property
    def feeds(self) -> "AccountFeeds | None":
        """The files that the account reads and a user can check; None if it reads no files."""
        return None

    def warnings(self) -> Iterator[str]:
        """Yield what is wrong on this machine, such as a missing folder. Connects to nothing."""
        yield from ()

    @abstractmethod
    def merchant(self, options: Any, portal: PortalContext, at: Connections) -> "Merchant":
        """Open the account as a portal's Merchant. The first request connects."""

    @abstractmethod
    def supplier(self, options: Any, portal: PortalContext, at: Connections) -> "Supplier":
        """Open the account as a portal's Supplier. The first request connects."""

    def list_places(
        self,
        at: Connections,  # noqa: ARG002
        folder: Path,  # noqa: ARG002
    ) -> "Iterator[PlaceFile] | None":
        """List the files at other machines; None if it reads none there.

        `folder` is `PortalContext.places`.
        """
        return None

    def try_places(self, at: Connections) -> "Iterator[PlaceRequest]":  # noqa: ARG002
        """Try what is needed to hand files over at other machines; see `place try`."""
        yield from ()

    @property
    def written_paths(self) -> tuple[Path, ...]:
        """The files and folders that the account writes on this machine."""
        return ()

    def for_dry_run(self, folder: Path) -> "Account":  # noqa: ARG002
        """Return this account for a dry run: it reads the same, and writes only into `folder`.

        By default it writes nowhere, and answers each write as if the service had accepted it.
        """
        from ordosync.accounts.dry_run import DryRunAccount  # noqa: PLC0415 - it is above this

        return DryRunAccount(self)


def required(part: Part | None) -> Part:
    """Return a part that a task needs.

    The timetable runs no task without its parts, so a missing part is a bug.
    """
    if part is None:
        raise RuntimeError("the task needs a part that the account does not have")
    return part


def outcome_of(item: Item, write: Callable[[Item], Outcome]) -> Outcome:
    """Write an item; convert an error into the outcome.

    Raises `SignInError`: it does not depend on the item, and ends the run.
    """
    try:
        return write(item)
    except SignInError:
        raise
    # The write was sent, and the account carries it out in the background.
    except StoppedError:
        reason = "a signal ended the wait for the result"
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
