"""Concerns about a whole portal or task, for `attention`."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from ordosync.clock import to_text
from ordosync.config.settings import Config
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.engine.diagnosis.health import Freshness, freshness, is_cron_running, is_running
from ordosync.engine.diagnosis.unlinked_products import unlinked_products
from ordosync.engine.execution.unproven import EXPLANATION, unproven_accounts
from ordosync.store import Store
from ordosync.store.concerns import Severity
from ordosync.store.runs import Run
from ordosync.store.schedule_row import ScheduleRow
from ordosync.store.stock_stops import OPERATOR
from ordosync.tasks import TASKS
from ordosync.tasks.stock.steps import NOT_LINKED, STOPPED
from ordosync.text import plural

_WRITE = "write-inventory-back"
QUOTA_KEPT = "quota-kept"
"""Code of a removed portal that still has units of a Supplier."""
LATE = "late"
"""Code of a task that has not succeeded for too long, although no run of it has failed."""
_FEW = 10
_CRITICAL_OUTAGE = timedelta(minutes=10)
"""A task without success for this long, and for two intervals, is critical."""


def without_references(config: Config, store: Store, now: datetime) -> Iterator[Attention]:
    """Yield the portals whose Supplier does not keep references on orders."""
    for portal, account, since in unproven_accounts(config, store, now=now):
        key = f"{portal}:no-reference:import-orders"
        yield Attention(
            key=key,
            severity="normal",
            code="no-reference",
            content=account,
            since=since,
            portal=portal,
            task="import-orders",
            subject=account,
            reason=f"account {account} {EXPLANATION}; such an order fails and needs you",
            command=f"ordosync dismiss {key}",
        )


def stopped_by_limit(config: Config, store: Store) -> Iterator[Attention]:
    """Yield the tasks that the safety limit stopped, until a later run passes it."""
    for portal in config.portals:
        for task in TASKS.values():
            runs = store.runs.stopped_by_limit(portal, task.name) if task.safety_limit else None
            if runs is None:
                continue
            first, last = runs
            message = last.error.message if last.error else ""
            yield Attention(
                key=f"{portal}:brake:{task.name}",
                severity="critical",
                code="brake",
                content=message,
                since=first.started_at,
                portal=portal,
                task=task.name,
                subject="the whole task",
                reason=message,
                command=f"ordosync {task.name} {portal} --dry-run",
            )


def outages(config: Config, store: Store, now: datetime) -> Iterator[Attention]:
    """Yield the scheduled tasks whose last runs all failed or crashed."""
    for row in store.schedule.all():
        if row.trouble_since is None or row.portal not in config.portals:
            continue
        run = _last_finished(store, row)
        # Waiting steps and the safety limit have separate concerns.
        if run is None or run.error is None or run.error.code == "brake":
            continue
        yield Attention(
            key=f"{row.portal}:{row.task}",
            severity=_severity_of(row, now),
            code=run.error.code,
            content=to_text(row.trouble_since),
            since=row.trouble_since,
            portal=row.portal,
            task=row.task,
            subject="the whole task",
            reason=run.error.message,
            command=f"ordosync show {run.id}",
        )


def _last_finished(store: Store, row: ScheduleRow) -> Run | None:
    """Return the last run of a task that ended by itself, or crashed."""
    runs = store.runs.newest(_FEW, portal=row.portal, task=row.task)
    unended = ("running", "interrupted")
    return next((run for run in runs if run.has_crashed or run.status not in unended), None)


def late(
    config: Config, store: Store, now: datetime, known: Collection[tuple[str, str]]
) -> Iterator[Attention]:
    """Yield the scheduled tasks that have not succeeded for too long, except `known` ones.

    Without cron, all tasks would be late; that is for `health`.
    """
    if not is_cron_running(store, now):
        return
    for task in freshness(config, store, now=now):
        if task.problem is None or task.last_ok_at is None or (task.portal, task.task) in known:
            continue
        if not is_running(store, task.portal, task.task, now):
            yield _late(task, task.last_ok_at, task.problem, now)


def _late(task: Freshness, last_ok_at: datetime, problem: str, now: datetime) -> Attention:
    return Attention(
        key=f"{task.portal}:{task.task}",
        severity="critical" if now - last_ok_at > 2 * task.limit else "normal",
        code=LATE,
        content=to_text(last_ok_at),
        since=min(last_ok_at + task.limit, now),
        portal=task.portal,
        task=task.task,
        subject="the whole task",
        reason=problem,
        command="ordosync health -v",
    )


def _severity_of(row: ScheduleRow, now: datetime) -> Severity:
    limit = max(_CRITICAL_OUTAGE, timedelta(seconds=2 * (row.interval_s or 0)))
    return "critical" if row.trouble_since and now - row.trouble_since >= limit else "normal"


def discontinued(config: Config, store: Store) -> Iterator[Attention]:
    """Yield the portals with products that a Supplier's answer has stopped until they are resumed.

    Other stops end by themselves, or an operator has set them.
    """
    for portal in config.portals:
        stops = [
            stop
            for stop in store.stock_stops(portal).all().values()
            if stop.reason != OPERATOR and stop.until is None
        ]
        if not stops:
            continue
        reason = plural(
            len(stops),
            "1 product is shown as 0 until you resume it",
            f"{len(stops)} products are shown as 0 until you resume them",
        )
        yield Attention(
            key=f"{portal}:{STOPPED}:{_WRITE}",
            severity="low",
            code=STOPPED,
            content=",".join(stop.key for stop in stops),
            since=min(stop.since for stop in stops),
            portal=portal,
            task=_WRITE,
            subject=plural(len(stops), stops[0].sku, f"{len(stops)} products"),
            reason=reason,
            command="ordosync stock stops",
        )


def kept_quotas(config: Config, store: Store, now: datetime) -> Iterator[Attention]:
    """Yield the removed portals that keep units of a Supplier from the other portals."""
    pools = [name for name, account in config.accounts.items() if account.selling.pool == "quota"]
    for account in pools:
        for portal, units in store.quotas(account).portals().items():
            if portal in config.portals:
                continue
            row = store.schedule.get(portal, _WRITE)
            yield Attention(
                key=f"{portal}:{QUOTA_KEPT}:{_WRITE}",
                severity="low",
                code=QUOTA_KEPT,
                content=str(units),
                since=(row and row.last_ok_at) or now,
                portal=portal,
                task=_WRITE,
                subject=plural(units, f"1 unit of {account}", f"{units} units of {account}"),
                reason="the portal is not in the configuration any more, but its merchant may sell"
                " them; release them once it shows 0",
                command=f"ordosync stock release {portal}",
            )


def unlinked(config: Config, store: Store) -> Iterator[Attention]:
    """Yield the portals with products that import-products has never linked."""
    for portal in config.portals.values():
        if products := unlinked_products(portal, store):
            yield Attention(
                key=f"{portal.name}:{NOT_LINKED}:write-inventory-back",
                severity="low" if products.has_run else "normal",
                code=NOT_LINKED,
                content=str(products.count),
                since=products.since,
                portal=portal.name,
                task="write-inventory-back",
                subject=products.subject,
                reason=products.reason,
                command=products.command,
            )
