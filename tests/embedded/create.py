"""Orders, created and found through a Supplier's account.

As a program it creates them in a process that a test may kill: PATH REFERENCE COUNT.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ordosync.embedded import order_creation, orders
from ordosync.embedded.database import EmbeddedFile
from ordosync.models import Order, Outcome
from tests.accounts.contract import order


def create(file: EmbeddedFile, wanted: Sequence[Order], *, prefix: str = "") -> list[Outcome]:
    """Create orders in one transaction."""
    with file.writing("create orders") as db:
        return order_creation.create_many(db, wanted, prefix=prefix, warehouse="main")


def find(file: EmbeddedFile, references: Sequence[str]) -> Mapping[str, Outcome]:
    """Return the orders that have these references."""
    with file.reading("find orders") as db:
        return orders.find(db, references)


if __name__ == "__main__":
    path, reference, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    create(
        EmbeddedFile(name="northwind", path=path),
        [order("1001", reference=f"{reference}{n}") for n in range(count)],
    )
