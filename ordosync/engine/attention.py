"""What waits for a person, or for too long, oldest first, and what settles it.

Read from the store alone: no account is asked, so it answers at once whatever is down.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ordosync.config.model import Config, PortalConfig
from ordosync.engine.timetable import can_run
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.store.steps import StepRow

_LONG = timedelta(hours=1)
"""So old a step may be that is tried again by itself, before people hear of it."""
_MOST_UNSHIPPED = 1000


@dataclass(frozen=True, kw_only=True)
class Attention:
    """Something that people should look at."""

    since: datetime
    portal: str
    task: str
    what: str
    """The order, product or file, as its account names it."""
    reason: str
    settle: str
    """The command that settles it, or shows it."""
    step: int | None = None
    supplier: str | None = None


def attention(
    config: Config, store: Store, *, now: datetime, unshipped_for: timedelta
) -> list[Attention]:
    """Return all of it. `unshipped_for`: how old an import without a label may be."""
    found = [
        *_troubles(config, store),
        *_steps(config, store, now),
        *_unshipped(config, store, now - unshipped_for),
    ]
    return sorted(found, key=lambda one: one.since)


def _troubles(config: Config, store: Store) -> Iterator[Attention]:
    """Yield the scheduled tasks whose last runs all came to nothing."""
    for row in store.schedule.all():
        if row.trouble_since is None or row.portal not in config.portals:
            continue
        newest = store.runs.newest(1, portal=row.portal, task=row.task)
        error = newest[0].error if newest else None
        yield Attention(
            since=row.trouble_since,
            portal=row.portal,
            task=row.task,
            what="the whole task",
            reason=error.message if error else "does not succeed",
            settle=f"ordosync show {newest[0].id}" if newest else "ordosync activity",
        )


def _steps(config: Config, store: Store, now: datetime) -> Iterator[Attention]:
    for step in store.steps.open():
        if step.portal not in config.portals:
            continue
        if step.state == "failed" or now - step.created_at > _LONG:
            yield _of_step(step, step.reason or "its outcome is not known yet", _settle(step))
    for step in store.steps.without_tracking():
        if step.portal in config.portals:
            settle = f"add tracking to order {step.supplier_id} at the Supplier"
            yield _of_step(step, step.reason or "", settle)


def _of_step(step: StepRow, reason: str, settle: str) -> Attention:
    return Attention(
        since=step.created_at,
        portal=step.portal,
        task=step.task,
        what=step.merchant_id or step.key,
        reason=reason,
        settle=settle,
        step=step.id,
        supplier=step.supplier_id,
    )


def _settle(step: StepRow) -> str:
    if step.state == "failed":
        return f"ordosync retry {step.id}"
    if step.state == "waiting":
        return f"ordosync retry {step.id}  (it is tried by itself, too)"
    return f"ordosync retry {step.id} --sent ID, or --not-sent, if it is not found by itself"


def _unshipped(config: Config, store: Store, before: datetime) -> Iterator[Attention]:
    for portal in config.portals.values():
        if not can_run(config, portal, "update-tracking"):
            continue  # nobody would tell us of a label
        links = store.links(portal.name)
        for link, linked_at in links.unshipped(before=before, limit=_MOST_UNSHIPPED):
            yield _of_order(config, portal, link, linked_at)


def _of_order(config: Config, portal: PortalConfig, link: Link, linked_at: datetime) -> Attention:
    account = config.accounts[portal.supplier.account]
    settle = f"look at order {link.supplier_id} in account {account.name}"
    if account.kind == "sqlite":
        settle = f"ordosync orders show {link.supplier_id} --account {account.name}"
    return Attention(
        since=linked_at,
        portal=portal.name,
        task="import-orders",
        what=link.merchant_id,
        reason="was imported and has not shipped",
        settle=settle,
        supplier=link.supplier_id,
    )
