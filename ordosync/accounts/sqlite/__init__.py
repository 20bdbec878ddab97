"""The embedded account: a little vendor portal in one SQLite file.

An order's id is its number here. Each change is written in one transaction with its timeline
entry and its row in the change feed. This file says what the account can do; the others of this
package hold the SQL, a subject each, and never begin or end a transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ordosync.accounts.base import Account, Role
from ordosync.accounts.sqlite import orders as order_rows
from ordosync.accounts.sqlite import timeline as timeline_rows
from ordosync.accounts.sqlite.file import opened, savepoint
from ordosync.accounts.sqlite.limits import refusal
from ordosync.accounts.sqlite.timeline import TimelineEntry
from ordosync.database import sqlite3, transaction
from ordosync.faults import fault
from ordosync.models import Order, Outcome

__all__ = ["SqliteAccount", "SupplierOptions", "TimelineEntry"]


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """What a portal may say about its Supplier."""

    prefix: str = ""
    """Put before the Merchant's number, so that people see whose order it is."""


class SqliteAccount(Account):
    """Orders and products in a file of ours."""

    kind: ClassVar[str] = "sqlite"
    roles: ClassVar[frozenset[Role]] = frozenset({"supplier"})
    SupplierPair: ClassVar[type[Any]] = SupplierOptions
    batch_size: ClassVar[int] = 500
    """A batch is one transaction: commits are what takes time, and a crash leaves all or none."""

    def __init__(self, *, name: str, spool: Path, path: Path) -> None:
        super().__init__(name=name, spool=spool)
        self.pair = SupplierOptions()
        self._path = path

    # The Supplier's side.

    def create_orders(
        self,
        orders: Sequence[Order],
        *,
        look_first: bool = False,  # noqa: ARG002 - the reference is always looked up
    ) -> list[Outcome]:
        """Create the orders in one transaction; one that is refused leaves the others alone."""
        with self._opened("create orders", create=True) as db:
            with transaction(db):
                outcomes = [self._create(db, order) for order in orders]
                fault("account-before-commit")
            fault("account-after-commit")
        return outcomes

    def find_orders(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Look up the orders that carry these references."""
        with self._opened("find orders") as db:
            return order_rows.find(db, references)

    # The desk.

    def list_orders(self, status: str | None = None) -> Iterator[Order]:
        """Yield the orders, of one status or all, the newest last."""
        with self._opened("list orders") as db:
            yield from order_rows.read_all(db, status)

    def read_order(self, number: str) -> Order | None:
        """Return one order, if it is here."""
        with self._opened(f"read order {number}") as db:
            return order_rows.read(db, number)

    def timeline(self, number: str) -> tuple[TimelineEntry, ...]:
        """Return what happened to an order, the newest last."""
        with self._opened(f"read the timeline of order {number}") as db:
            return timeline_rows.read(db, number)

    def order_numbers(self, prefix: str, *, limit: int = 50) -> list[str]:
        """Return the first numbers that begin with `prefix`, for a shell to complete."""
        with self._opened("list order numbers") as db:
            return order_rows.numbers(db, prefix, limit)

    def _create(self, db: sqlite3.Connection, order: Order) -> Outcome:
        known = order_rows.find(db, [order.reference])
        if known:
            return known[order.reference]
        reason = refusal(order)
        if reason:
            return _refused(reason)
        try:
            with savepoint(db):
                return order_rows.create(db, order, prefix=self.pair.prefix)
        except (sqlite3.IntegrityError, sqlite3.DataError) as error:
            return _refused(str(error))

    def _opened(
        self, doing: str, *, create: bool = False
    ) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self._path, account=f"account {self.name}", doing=doing, create=create)


def _refused(reason: str) -> Outcome:
    return Outcome(state="refused", code="invalid-order", reason=reason)
