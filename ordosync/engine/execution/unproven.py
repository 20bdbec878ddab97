"""Uncertain writes to an account that does not keep references; the operator settles them."""

from collections.abc import Iterator
from datetime import datetime

from ordosync.config.settings import Config
from ordosync.errors import ExistsError
from ordosync.store import Store
from ordosync.store.step_rows import UNPROVEN, StepRow
from ordosync.tasks.base import Portal, Task

EXPLANATION = (
    "does not keep the references of the orders that it creates, so it is unknown whether a"
    " write without a response has arrived"
)


def is_uncertain(row: StepRow) -> bool:
    """True if a step may have arrived although its outcome is unknown."""
    # An order that already exists in the account may come from an earlier attempt.
    is_reported_to_exist = (row.state, row.code) == ("waiting", ExistsError.code)
    return row.state in ("sending", "unknown") or row.code == UNPROVEN or is_reported_to_exist


def is_inconclusive(task: Task, portal: Portal, store: Store, *, now: datetime) -> bool:
    """True if a look-up may miss orders that arrived, since their references are missing."""
    if not task.claims_lines:
        return False
    return store.references.missing_since(task.target(portal).name, now=now) is not None


def reason(account: str, row: StepRow) -> str:
    """Return the instruction to the operator for an uncertain step."""
    return (
        f"may have arrived: account {account} {EXPLANATION}; look for order"
        f" {row.merchant_id or row.key} there, then `ordosync retry {row.id} --sent ID` or"
        " `--not-sent`"
    )


def before_restore(account: str) -> str:
    """Return the instruction to the operator for an order that may have been sent before."""
    return (
        f"may have been sent before the store was restored: account {account} {EXPLANATION};"
        " look for it there, then `ordosync retry STEP --sent ID` or `--not-sent`"
    )


def unproven_accounts(
    config: Config, store: Store, *, now: datetime
) -> Iterator[tuple[str, str, datetime]]:
    """Yield each portal whose Supplier keeps no references, the account, and since when."""
    for portal in config.portals.values():
        account = portal.supplier.account
        since = store.references.missing_since(account, now=now)
        if since:
            yield portal.name, account, since
