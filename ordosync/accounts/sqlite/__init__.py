"""The embedded account: a little vendor portal in one SQLite file.

An order's id is its number here. Each change stands with its timeline entry and its place in the
change feed in one transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import msgspec

from ordosync.accounts.base import Account, Role
from ordosync.accounts.sqlite import orders as order_rows
from ordosync.accounts.sqlite.migrations import APPLICATION_ID, VERSION, migrations
from ordosync.accounts.sqlite.orders import TimelineEntry
from ordosync.database import open_database, sqlite3, transaction, unusable
from ordosync.errors import DatabaseError, RefusedError, UnavailableError
from ordosync.faults import fault
from ordosync.models import Line, Order, Outcome

if TYPE_CHECKING:
    from ordosync.errors import AccountError

_ACTOR = "ordosync"
_LARGEST_QUANTITY = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """What a portal may say about this account as its Supplier."""

    prefix: str = ""
    """Comes before the Merchant's order number."""


class SqliteAccount(Account):
    """Orders and products in a file of ours."""

    kind: ClassVar[str] = "sqlite"
    roles: ClassVar[frozenset[Role]] = frozenset({"supplier"})
    SupplierPair = SupplierOptions
    # Commits decide how fast this is; orders in a batch are found again by their references.
    batch_size: ClassVar[int] = 500

    def __init__(self, *, name: str, spool: Path, path: Path) -> None:
        super().__init__(name=name, spool=spool)
        self._path = path
        self._opened: sqlite3.Connection | None = None

    def paired(self, pair: object) -> Self:
        """Return this account as one portal sees it, with a connection of its own."""
        twin = super().paired(pair)
        twin._opened = None  # noqa: SLF001 - of this class
        return twin

    def close(self) -> None:
        """Give the file back."""
        if self._opened:
            self._opened.close()
            self._opened = None

    def create_orders(
        self,
        orders: Sequence[Order],
        *,
        look_first: bool = False,  # noqa: ARG002 - always does
    ) -> list[Outcome]:
        """Create orders, all of them in one transaction."""
        with self._using("create orders", create=True) as db:
            with transaction(db):
                there = order_rows.by_reference(db, [order.reference for order in orders])
                outcomes = [self._create(db, order, there) for order in orders]
                fault("account-before-commit")
            fault("account-after-commit")
        return outcomes

    def find_orders(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Look up what earlier attempts made."""
        if not self._path.exists():
            return {}
        with self._using("find orders") as db:
            found = order_rows.by_reference(db, references)
        return {
            reference: Outcome(state="unchanged", id=number, line_ids=ids)
            for reference, (number, ids) in found.items()
        }

    # The desk.

    def list_orders(self, status: str | None = None) -> Iterator[Order]:
        """Yield the orders by number, of one status or all."""
        if not self._path.exists():
            return
        with self._using("list orders") as db:
            yield from order_rows.read_all(db, status)

    def read_order(self, number: str) -> Order | None:
        """Return one order."""
        if not self._path.exists():
            return None
        with self._using(f"read order {number}") as db:
            return order_rows.read(db, number)

    def timeline(self, number: str) -> tuple[TimelineEntry, ...]:
        """Return what happened to an order, oldest first."""
        with self._using(f"read the timeline of order {number}") as db:
            return order_rows.timeline(db, number)

    def order_numbers(self, prefix: str, count: int = 50) -> list[str]:
        """Return the first numbers that begin like this, for completion in the shell."""
        if not self._path.exists():
            return []
        with self._using("list order numbers") as db:
            return order_rows.numbers(db, prefix, count)

    def _create(
        self,
        db: "sqlite3.Connection",
        order: Order,
        there: dict[str, tuple[str, tuple[str, ...]]],
    ) -> Outcome:
        if order.reference in there:
            number, ids = there[order.reference]
            return Outcome(state="unchanged", id=number, line_ids=ids)
        reason = _refusal(order)
        if reason:
            return Outcome(state="refused", code="invalid.order", reason=reason)
        number, ids = order_rows.insert(db, order, prefix=self.pair.prefix)
        for line in order.lines:
            _add_unknown_product(db, line)
        order_rows.comment(db, number, actor=_ACTOR, text="created from the portal")
        _feed(db, "order", number, "created")
        there[order.reference] = (number, ids)
        return Outcome(state="done", id=number, line_ids=ids)

    @contextmanager
    def _using(self, doing: str, *, create: bool = False) -> Iterator["sqlite3.Connection"]:
        """Use the connection; what SQLite says becomes this account's error."""
        try:
            if self._opened is None:
                self._opened = open_database(
                    self._path,
                    application_id=APPLICATION_ID,
                    migrations=migrations,
                    version=VERSION,
                    create=create,
                )
            yield self._opened
        except DatabaseError as error:
            raise self._error(doing, error) from error
        except sqlite3.Error as error:
            raise self._error(doing, unusable(self._path, error)) from error

    def _error(self, doing: str, error: DatabaseError) -> "AccountError":
        passing = "locked" in error.why or "disk is full" in error.why
        kind = UnavailableError if passing else RefusedError
        return kind(f"account {self.name}", doing, str(error))


def _refusal(order: Order) -> str | None:
    """Say why this order cannot be kept, if it cannot."""
    if not order.reference:
        return "has no reference"
    if not order.lines:
        return "has no lines"
    for line in order.lines:
        if not 1 <= line.quantity <= _LARGEST_QUANTITY:
            return f"quantity {line.quantity} is not from 1 to {_LARGEST_QUANTITY}"
    try:
        msgspec.json.encode(order)
    except UnicodeEncodeError:
        return "holds half of a character (a lone surrogate)"
    return None


def _add_unknown_product(db: "sqlite3.Connection", line: Line) -> None:
    added = db.execute(
        "insert into products (sku, name) values (?, ?) on conflict do nothing",
        (line.sku, line.name),
    )
    if added.rowcount:
        _feed(db, "product", line.sku, "created")


def _feed(db: "sqlite3.Connection", kind: str, object_id: str, what: str) -> None:
    db.execute("insert into changes (kind, id, what) values (?, ?, ?)", (kind, object_id, what))
