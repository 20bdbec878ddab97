"""Cancellations of the Supplier's orders, and of units of them."""

from collections.abc import Sequence

from ordosync.accounts.sqlite.client import FilePart
from ordosync.database import sqlite3
from ordosync.edits import Reduction
from ordosync.embedded import cancellations
from ordosync.models import Outcome

_ACTOR = "cancel-orders"


class SupplierCancellations(FilePart):
    """Cancellations by the task `cancel-orders`."""

    can_reduce = True

    def cancel(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open units; a shipped order only with `also_shipped`."""

        def cancel(db: sqlite3.Connection, number: str) -> Outcome:
            return cancellations.cancel(db, number, actor=_ACTOR, also_shipped=also_shipped)

        return self._file.write_each("cancel orders", ids, cancel)

    def reduce(self, reductions: Sequence[Reduction]) -> list[Outcome]:
        """Reduce the open units of lines; sent units stay sent."""

        def reduce(db: sqlite3.Connection, reduction: Reduction) -> Outcome:
            return cancellations.reduce(db, reduction, actor=_ACTOR)

        return self._file.write_each("lower orders", reductions, reduce)
