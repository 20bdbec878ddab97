"""Orders that ordosync creates at the Supplier."""

from collections.abc import Mapping, Sequence

from ordosync.accounts.sqlite.client import SqliteClient
from ordosync.embedded import order_creation, orders
from ordosync.models import Order, Outcome


class SupplierOrders:
    """Orders that the Supplier ships."""

    def __init__(self, client: SqliteClient, *, prefix: str, warehouse: str) -> None:
        self._file = client.file
        self.number_prefix = prefix
        self._warehouse = warehouse

    def create(
        self,
        new: Sequence[Order],
        *,
        look_first: bool = False,  # noqa: ARG002 - the reference is always looked up
    ) -> list[Outcome]:
        """Create the orders in one transaction; a refused order does not affect the others."""
        with self._file.writing("create orders") as db:
            return order_creation.create_many(
                db, new, prefix=self.number_prefix, warehouse=self._warehouse
            )

    def find(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Return the orders that have these references."""
        with self._file.reading("find orders") as db:
            return orders.find(db, references)

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the status of each of these orders that exists."""
        with self._file.reading("read statuses") as db:
            return {order.number: order.status for order in orders.read_many(db, ids)}
