"""What both roles of an embedded account and its desk stand on: its file, a transaction a batch."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from ordosync.accounts.account import Account
from ordosync.database import sqlite3, transaction, writer_lock
from ordosync.embedded import timeline
from ordosync.embedded.database import opened, savepoint
from ordosync.failpoints import fault
from ordosync.models import Comment, Outcome

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class MerchantOptions:
    """What a portal may say about its Merchant."""

    supplier: str = ""
    """Whom orders and products are assigned to here; the Supplier account's name by default."""
    warehouse: str = "main"
    """Where the Supplier's stock is kept as physical on hand: Ordoro's Linked Warehouse."""


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """What a portal may say about its Supplier."""

    prefix: str = ""
    """Put before the Merchant's number, so that people see whose order it is."""
    warehouses: tuple[str, ...] = ()
    """Whose stock is written back; all of them by default."""


class Side(Account):
    """An account in a file of ours."""

    kind: ClassVar[str] = "sqlite"
    tells_reassigned: ClassVar[bool] = True
    MerchantPair: ClassVar[type[Any]] = MerchantOptions
    SupplierPair: ClassVar[type[Any]] = SupplierOptions
    embedded: ClassVar[bool] = True
    batch_size: int = 500
    """A batch is one transaction: commits are what takes time, and a crash leaves all or none."""

    @classmethod
    def whose(cls, pair: object, partner: str) -> object:
        """Return the supplier that orders are assigned to."""
        return pair.supplier or partner if isinstance(pair, MerchantOptions) else partner

    def __init__(self, *, name: str, spool: Path, path: Path, warehouse: str = "main") -> None:
        super().__init__(name=name, spool=spool)
        self.pair = SupplierOptions()
        self.path = path
        self.warehouse = warehouse
        """Where orders commit their stock and are shipped from, unless something else is said."""

    @property
    def is_there(self) -> bool:
        """Whether somebody has made the file: its desk, or a task that writes to it."""
        return os.path.lexists(self.path)

    def comment(self, comments: Sequence[Comment]) -> None:
        """Tell people of a refusal or a conflict, each only once."""
        if not comments:
            return
        with self.writing("comment on orders") as db:
            timeline.add_each_once(db, comments)

    def note(self, comments: Sequence[Comment]) -> None:
        """Tell people that something went as it should, each only once."""
        self.comment(comments)

    def reading(self, action: str) -> AbstractContextManager[sqlite3.Connection]:
        """Open the file for one piece of work; one that is not there yet reads as empty."""
        return self._opened(action, create=False)

    @contextmanager
    def writing(self, action: str) -> Iterator[sqlite3.Connection]:
        """Open the file, made if need be, for one transaction."""
        with self._opened(action, create=True) as db:
            with writer_lock(self.path), transaction(db):
                yield db
                fault("account-before-commit")
            fault("account-after-commit")

    def _opened(self, action: str, *, create: bool) -> AbstractContextManager[sqlite3.Connection]:
        name, clock = f"account {self.name}", self.connections.clock if self.connections else None
        return opened(self.path, account=name, action=action, create=create, clock=clock)

    def each(
        self,
        action: str,
        items: Sequence[Item],
        write: Callable[[sqlite3.Connection, Item], Outcome],
    ) -> list[Outcome]:
        """Write a batch in one transaction; what the file does not take is that item's outcome."""
        with self.writing(action) as db:
            return [one_of(db, item, write) for item in items]


def one_of(
    db: sqlite3.Connection, item: Item, write: Callable[[sqlite3.Connection, Item], Outcome]
) -> Outcome:
    """Write one item of a batch; what the file does not take is its outcome."""
    try:
        with savepoint(db):
            return write(db, item)
    except (sqlite3.IntegrityError, sqlite3.DataError) as error:
        return Outcome(state="refused", code="invalid", reason=str(error))
