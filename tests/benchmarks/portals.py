"""Configurations of portals to measure, and accounts filled without going through the desk."""

from contextlib import closing
from datetime import UTC
from pathlib import Path

from ordosync.accounts.ordoro.shapes import OrderShape, order_of, read
from ordosync.accounts.sqlite import creating
from ordosync.accounts.sqlite.migrations import APPLICATION_ID, VERSION, migrations
from ordosync.database import open_database, transaction
from ordosync.models import Unusable
from tests.benchmarks.server import Orders

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


def configured(
    folder: Path, *, merchant: str, supplier: str, portal: str = "", pair: str = ""
) -> Path:
    """Make a folder with a configuration of one portal; `pair` is what it says of the Merchant."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.yaml"
    path.write_text(
        f"accounts:\n  shop: {merchant}\n  warehouse: {supplier}\n"
        "portals:\n  p:\n"
        f"    merchant: {{account: shop{pair}}}\n    supplier: warehouse\n{portal}"
    )
    path.chmod(0o600)
    return path


def filled(path: Path, count: int) -> None:
    """Make an embedded account with so many orders, the server's, requested from `warehouse`."""
    served = Orders(count)
    with closing(
        open_database(path, application_id=APPLICATION_ID, migrations=migrations, version=VERSION)
    ) as db:
        for start in range(0, count, _AT_ONCE):
            with transaction(db):
                for i in range(start, min(start + _AT_ONCE, count)):
                    found = read(served.at(i), OrderShape)
                    assert isinstance(found, OrderShape)
                    order = order_of(found, currency="USD", zone=UTC)
                    assert not isinstance(order, Unusable)
                    creating.insert(db, order, order.number, supplier="warehouse")
