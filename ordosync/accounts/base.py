"""What every account promises. The promises are written here once and tested once.

An adapter is one file beside this one. The keyword arguments of its `__init__` (all but `name`
and `spool`) are its options in the YAML; the fields of `MerchantPair` and `SupplierPair` are the
options that a portal may add to it. Merchant and Supplier are roles: an adapter overrides the
methods of the roles it can play and names them in `roles`.

Methods raise `AccountError`s; those that write a list never do for one item of it, but answer
with an `Outcome` for each, in order.
"""

import copy
from abc import ABC
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, TypeVar

from ordosync.errors import RefusedError, SignInError, UnavailableError, UnknownOutcomeError
from ordosync.models import Order, Outcome, Page, Unusable

Role = Literal["merchant", "supplier"]
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class NoOptions:
    """Nothing to say about this account in a portal."""


class Account(ABC):
    """One side of a portal. Safe to use from one thread; `paired` gives each portal its own."""

    kind: ClassVar[str]
    roles: ClassVar[frozenset[Role]]
    MerchantPair: ClassVar[type[Any]] = NoOptions
    SupplierPair: ClassVar[type[Any]] = NoOptions

    batch_size: ClassVar[int] = 20
    """How many writes are handed over at once, and so how many a crash leaves to look up."""
    settle_s: ClassVar[float] = 0
    """How long an uncertain write must rest before a look-up of it may be believed."""
    timezone: str | None = None
    """Where this account's midnight is; None: UTC."""

    def __init__(self, *, name: str, spool: Path) -> None:
        self.name = name
        self.spool = spool
        """The folder `<portal>/<account>` for copies of what is read; it may not exist yet."""
        self.pair: Any = NoOptions()
        self.calls = 0
        """Calls made to a foreign service so far: what its users pay for."""

    def paired(self, pair: object) -> Self:
        """Return this account as one portal sees it, with the options that belong to the pair."""
        twin = copy.copy(self)
        twin.pair = pair
        twin.calls = 0
        return twin

    def close(self) -> None:  # noqa: B027 - most accounts hold nothing open
        """Give back what is held open. Harmless when called twice."""

    # The Merchant's side.

    def orders(
        self, cursor: str | None, *, now: datetime, patient: bool = False
    ) -> Iterator[Page[Order | Unusable]]:
        """Read the orders that this portal's Supplier is to ship and that changed since `cursor`.

        Every object is in exactly one page. The cursor is this account's own text: it comes from
        the source's data and overlaps, so that an object may be read again but none is skipped.
        `patient` leaves alone what may still be being written, for a later reading.
        """
        raise NotImplementedError

    def orders_by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | Unusable]]:
        """Read these orders as they are now; one that is gone is in no page.

        Holds for as long as a step of the order is not settled, even when the source has
        forgotten it. An order that need not be shipped any more is gone, too.
        """
        raise NotImplementedError

    def release(self, unsettled: AbstractSet[str]) -> AbstractSet[str]:  # noqa: ARG002
        """Forget copies kept for `orders_by_id`, but for the orders in `unsettled`.

        Returns those of `unsettled` that were no orders and are no trouble any more, such as a
        file that has been mended. Called after each complete reading; harmless when called twice.
        """
        return frozenset()

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


def each(items: Sequence[Item], write: Callable[[Item], Outcome]) -> list[Outcome]:
    """Write one by one and turn the errors of an item into its outcome.

    `SignInError` is not an item's fault and ends the run.
    """
    return [_outcome(item, write) for item in items]


def _outcome(item: Item, write: Callable[[Item], Outcome]) -> Outcome:
    try:
        return write(item)
    except SignInError:
        raise
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
