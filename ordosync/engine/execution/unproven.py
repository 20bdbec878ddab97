"""Uncertain writes to an account that does not keep our references: a person settles them."""

from collections.abc import Iterator
from datetime import datetime

from ordosync.config.settings import Config
from ordosync.errors import ExistsError
from ordosync.store import Store
from ordosync.store.steps import UNPROVEN, StepRow

WHY = (
    "does not keep the references of the orders that it creates, so nobody can tell whether a"
    " write without an answer has arrived"
)


def is_uncertain(row: StepRow) -> bool:
    """Return True if a step may have arrived without our knowledge."""
    # What the account says it has already may be this very step, delivered twice.
    is_said_to_exist = (row.state, row.code) == ("waiting", ExistsError.code)
    return row.state in ("sending", "unknown") or row.code == UNPROVEN or is_said_to_exist


def reason(account: str, row: StepRow) -> str:
    """Say what a person has to do with an uncertain step."""
    return (
        f"may have arrived: account {account} {WHY}; look for order"
        f" {row.merchant_id or row.key} there, then `ordosync retry {row.id} --sent ID` or"
        " `--not-sent`"
    )


def before_restore(account: str) -> str:
    """Say what a person has to do with an order that may have been sent before a restore."""
    return (
        f"may have been sent before the store was restored: account {account} {WHY}; look for it"
        " there, then `ordosync retry STEP --sent ID` or `--not-sent`"
    )


def unproven_accounts(
    config: Config, store: Store, *, now: datetime
) -> Iterator[tuple[str, str, datetime]]:
    """Yield each portal whose Supplier's look-ups prove nothing, the account, and since when."""
    for portal in config.portals.values():
        account = portal.supplier.account
        since = store.references.missing_since(account, now=now)
        if since:
            yield portal.name, account, since
