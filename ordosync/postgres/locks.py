"""Transactions of the store on PostgreSQL: the advisory locks that they take at their begin.

Transactions about one portal exclude each other, as all do on SQLite; those of other portals go on.
What concerns all portals excludes everything. What portals of one account share, such as quotas, is
changed under the lock of the account. The order is always store, accounts, portals, so no
transaction waits for one that waits for it.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from hashlib import sha256

from ordosync.postgres.connection import PostgresConnection


@contextmanager
def write_transaction(
    connection: PostgresConnection,
    *,
    portals: Collection[str] = (),
    accounts: Collection[str] = (),
    durable: bool = True,
) -> Iterator[None]:
    """Run a transaction about these portals, or about all. Raises `DatabaseError`.

    Unless it is `durable`, a crash of the server may undo it, and then all later ones, too.
    """
    # As on SQLite, the commit does not wait for the disk.
    relaxed = "" if durable else "set local synchronous_commit = off; "
    connection.run(f"begin; {relaxed}select {_locks(connection.schema, portals, accounts)}")
    try:
        yield
        connection.run("commit")
    except BaseException:
        connection.roll_back()
        raise


def _locks(schema: str, portals: Collection[str], accounts: Collection[str]) -> str:
    store = lock_key(schema)
    if not portals:
        return f"pg_advisory_xact_lock({store})"
    names = [("account", name) for name in sorted(set(accounts))]
    names += [("portal", name) for name in sorted(set(portals))]
    locks = [f"pg_advisory_xact_lock({lock_key(schema, *name)})" for name in names]
    return ", ".join([f"pg_advisory_xact_lock_shared({store})", *locks])


def lock_key(*names: str) -> int:
    """Return the number of a lock, which all hosts compute from its names."""
    return int.from_bytes(sha256("\0".join(names).encode()).digest()[:8], signed=True)
