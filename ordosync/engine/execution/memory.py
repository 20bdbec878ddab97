"""Checks that an account remembers what was sent to it, before a run sends anything.

An account that keeps this memory itself must have it, if the store knows that something was sent.
"""

from ordosync.errors import ConfigError
from ordosync.store import Store
from ordosync.store.links import LinkKind
from ordosync.tasks.base import Portal, Task

_AT_MERCHANT: tuple[LinkKind, ...] = ("parcel", "shipment")
_AT_SUPPLIER: tuple[LinkKind, ...] = ("order",)


def check_memory(task: Task, portal: Portal, store: Store) -> None:
    """Raise `ConfigError` if the account was written before and has no memory of it."""
    account = task.target(portal)
    problem = account.lacks_memory()
    if problem and _was_written(account.name, task, store):
        raise ConfigError([f"accounts.{account.name}: {problem}"])


def _was_written(account: str, task: Task, store: Store) -> bool:
    """True if a portal of this account has a link of something that was sent."""
    kinds = _AT_MERCHANT if task.writes_to == "merchant" else _AT_SUPPLIER
    portals = [
        name
        for name, portal in store.portals.all().items()
        if account == (portal.merchant if task.writes_to == "merchant" else portal.supplier)
    ]
    return any(
        next(store.links(name).live(kind, page=1), None) for name in portals for kind in kinds
    )
