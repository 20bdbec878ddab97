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
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar

from ordosync.accounts.connections import Connections
from ordosync.clock import StoppedError
from ordosync.errors import RefusedError, SignInError, UnavailableError, UnknownOutcomeError
from ordosync.models import Outcome

if TYPE_CHECKING:
    from ordosync.accounts.merchant import Merchant
    from ordosync.accounts.supplier import Supplier

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
    """The portal that an account is opened for."""

    partner: str = ""
    """The name of the account on the other side."""
    selection: Selection = field(default_factory=Everything)
    spool: Path = Path()
    """The folder for copies of files that are read; it may not exist yet."""


@dataclass(frozen=True, kw_only=True)
class ReadRequest:
    """The start of a read of changes."""

    cursor: str | None
    now: datetime
    skip_recent: bool = False
    """True to leave what may still be being written for a later read."""


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

    The timetable runs no task without its parts, so a missing part is a bug.
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
