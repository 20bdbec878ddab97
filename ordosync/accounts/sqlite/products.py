"""The products of an embedded account."""

from typing import TYPE_CHECKING

from ordosync.accounts.sqlite import changes

if TYPE_CHECKING:
    import sqlite3


def add_unknown(db: "sqlite3.Connection", sku: str, name: str) -> None:
    """Make a product, its stock unset, where there is none; what is known stays as it is."""
    added = db.execute(
        "insert into products (sku, name) values (?, ?) on conflict do nothing", (sku, name)
    )
    if added.rowcount:
        changes.add(db, "product", sku, "created")
