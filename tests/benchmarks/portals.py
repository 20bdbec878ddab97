"""Configurations of portals to measure, and accounts filled without going through the desk."""

from contextlib import closing
from datetime import UTC
from pathlib import Path

from ordosync.accounts.ordoro.schema import OrderShape, order_of, read
from ordosync.clock import Clock
from ordosync.config import load_config
from ordosync.database import SIDE_FILES, open_database, sqlite3, transaction
from ordosync.embedded import order_creation
from ordosync.embedded.migrations import APPLICATION_ID, VERSION, migrations
from ordosync.engine import register
from ordosync.models import InvalidRecord
from ordosync.store import Store
from tests.benchmarks.server import SUPPLIER, Orders

_AT_ONCE = 5000


def ordoro(url: str, *, concurrency: int = 1, calls_per_minute: int = 10_000_000) -> str:
    """Return the options of an account at the server."""
    return (
        f"{{kind: ordoro, base_url: '{url}', allow_http: true, key: k, secret: benchmark,"
        f" currency: USD, concurrency: {concurrency}, calls_per_minute: {calls_per_minute}}}"
    )


def embedded(name: str) -> str:
    """Return the options of an account in a file."""
    return f"{{kind: sqlite, path: {name}.db}}"


def configured(folder: Path, *, merchant: str, supplier: str, more: str = "") -> Path:
    """Make a folder with one portal, and return it."""
    sides = f"merchant: {_side('shop', merchant)}, supplier: {_side('warehouse', supplier)}"
    return _written(
        folder,
        f"accounts:\n  shop: {merchant}\n  warehouse: {supplier}\n"
        f"portals:\n  p: {{{sides}{more}}}\n",
    )


def many(folder: Path, count: int, *, merchant: str = "", more: str = "") -> Path:
    """Make a folder with many portals, all of one Supplier in a file, and return it."""
    accounts = ["accounts:", f"  warehouse: {embedded('w')}"]
    portals = ["portals:"]
    for i in range(count):
        accounts.append(f"  shop-{i}: {merchant or embedded(f's{i}')}")
        side = _side(f"shop-{i}", merchant or "sqlite")
        portals.append(f"  p-{i}: {{merchant: {side}, supplier: warehouse{more}}}")
    return _written(folder, "\n".join([*accounts, *portals, ""]))


def hosted(folder: Path, database: str, service: str, count: int, tasks: str = "") -> Path:
    """Make a folder with many portals of a store in PostgreSQL, and return it.

    Each is between two accounts at one service; accounts with the same key would share a limit.
    """
    accounts, portals = [], []
    for i in range(count):
        for side in "ms":
            options = ordoro(service).replace("key: k,", f"key: {side}{i},")
            accounts.append(f"  {side}{i}: {options}\n")
        portals.append(
            f"  p{i}: {{merchant: {{account: m{i}, supplier: {SUPPLIER}}},"
            f" supplier: {{account: s{i}, sales_channel: 3}}, tasks: {{{tasks}}}}}\n"
        )
    return _written(
        folder, "".join([f"database: {database}\naccounts:\n", *accounts, "portals:\n", *portals])
    )


def _side(account: str, options: str) -> str:
    if "ordoro" not in options:
        return account
    pair = f"supplier: {SUPPLIER}" if account.startswith("shop") else "sales_channel: 3"
    return f"{{account: {account}, {pair}}}"


def _written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.yaml"
    path.write_text(text)
    path.chmod(0o600)
    return folder


def idle(folder: Path) -> Path:
    """Let the store follow the configuration, with nothing due; return the folder."""
    config = load_config(folder / "config.yaml")
    with Store.open(config.database) as store:
        register(config, store, Clock())
        with store.transaction():
            store._connection.execute("update schedule set next_at = '2099-01-01T00:00:00.000Z'")
    return folder


def emptied(path: Path) -> None:
    """Remove a database of SQLite, with its journal files."""
    for side in ("", *SIDE_FILES):
        path.with_name(f"{path.name}{side}").unlink(missing_ok=True)


def opened(path: Path) -> sqlite3.Connection:
    """Open a local account; create it if it is missing."""
    return open_database(
        path, application_id=APPLICATION_ID, migrations=migrations, version=VERSION
    )


def filled(path: Path, count: int) -> None:
    """Create a local account with this many orders, requested from `warehouse`."""
    served = Orders(count)
    with closing(opened(path)) as db:
        for start in range(0, count, _AT_ONCE):
            with transaction(db):
                for i in range(start, min(start + _AT_ONCE, count)):
                    shape = read(served.at(i), OrderShape)
                    assert isinstance(shape, OrderShape)
                    order = order_of(shape, currency="USD", zone=UTC)
                    assert not isinstance(order, InvalidRecord)
                    order_creation.insert(db, order, order.number, supplier="warehouse")
