"""Contents of orders in an older store, of which each digest gets a key."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_OF_ORDERS = "task = 'import-orders'"
_KEYED = (
    f"update steps set content = keyed(content) where {_OF_ORDERS}",  # noqa: S608
    f"update steps set key = keyed_key(key) where {_OF_ORDERS} and code = 'edited'",  # noqa: S608
    f"update concerns set content = keyed(content) where {_OF_ORDERS}",  # noqa: S608
)


def _keyed_key(with_key: Callable[[str], str], key: str) -> str:
    """Return the key of an edit's step, which was `<order>#<generation>:<content>`."""
    order, hash_, tail = key.rpartition("#")
    generation, colon, content = tail.partition(":")
    return f"{order}{hash_}{generation}{colon}{with_key(content)}"


def key_contents(db: "sqlite3.Connection", store: Path) -> None:
    """Give a key to the digests of orders. The key of the store is made if there are some."""
    if db.execute(f"select 1 from steps where {_OF_ORDERS} limit 1").fetchone() is None:  # noqa: S608
        return
    # Only a migration needs these.
    from ordosync.digest_key import DigestKey  # noqa: PLC0415
    from ordosync.keyed_content import keyed  # noqa: PLC0415

    key = DigestKey.of(store).value
    with_key = partial(keyed, key=key)
    db.create_function("keyed", 1, with_key, deterministic=True)
    db.create_function("keyed_key", 1, partial(_keyed_key, with_key), deterministic=True)
    for statement in _KEYED:
        db.execute(statement)
