"""Concerns that need an operator, oldest first, each with the command that settles it.

Reads only the store, not the accounts, so it works even if a service is down.
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ordosync.accounts import is_embedded
from ordosync.accounts.supplier import TAKEN_AWAY
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine.diagnosis import portal_concerns
from ordosync.engine.diagnosis.advice import close_command, is_retryable, reason_of, release_command
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.engine.diagnosis.feed_ages import stale_feeds
from ordosync.engine.scheduling.outages import LONG
from ordosync.engine.scheduling.timetable import can_run
from ordosync.store import Store
from ordosync.store.concerns import Concern, Severity, step_key, unshipped_key
from ordosync.store.links import Link
from ordosync.store.step_rows import DISMISSED, PATIENT, UNPROVEN, StepRow
from ordosync.tasks.cancellations import supplier_status
from ordosync.tasks.edits.edit import HELD, RACED
from ordosync.tasks.order_edits import is_edit
from ordosync.tasks.orders.notices import DELETED, REASSIGNED
from ordosync.tasks.shortages import problems

UNSHIPPED_DAYS = 7
"""Days that an imported order may wait to be shipped."""
_LONG_WAIT = timedelta(days=1)
"""The limit for steps that may wait for days; see `_is_overdue`."""
_MOST_UNSHIPPED = 1000
_CRITICAL = frozenset(
    {
        "already-shipped",
        DELETED,
        "not-answered",
        "not-reducible",
        "piece-cancelled",
        REASSIGNED,
        supplier_status.RESTORED,
    }
)
"""Codes of failed steps of orders that may be, or were, sent by mistake."""


def attention(
    config: Config, store: Store, *, now: datetime, unshipped_for: timedelta
) -> list[Attention]:
    """Return all concerns, dismissed ones included.

    `unshipped_for` is the age at which an import without a label becomes a concern.
    """
    dismissed = store.concerns.dismissed()
    of_tasks = [
        *portal_concerns.stopped_by_limit(config, store),
        *portal_concerns.outages(config, store, now),
    ]
    known = {(entry.portal, entry.task) for entry in of_tasks}
    concerns = [
        *of_tasks,
        *portal_concerns.late(config, store, now, known),
        *_overdue(config, store, now),
        *_unshipped(config, store, now - unshipped_for),
        *portal_concerns.without_references(config, store, now),
        *portal_concerns.unlinked(config, store),
        *stale_feeds(config, store),
        *portal_concerns.discontinued(config, store),
        *portal_concerns.kept_quotas(config, store, now),
    ]
    entries = [
        *(_with_note(entry, dismissed) for entry in _failed(config, store, now)),
        *(_unless_dismissed(concern, dismissed) for concern in concerns),
        *_dismissed_steps(config, store, dismissed.values()),
    ]
    return sorted(entries, key=lambda entry: entry.since)


def _unless_dismissed(entry: Attention, dismissed: Mapping[str, Concern]) -> Attention:
    concern = dismissed.get(entry.key)
    if concern is None or concern.content != entry.content:
        return _with_note(entry, dismissed)
    return replace(entry, dismissed_at=concern.dismissed_at, note=concern.note)


def _with_note(entry: Attention, dismissed: Mapping[str, Concern]) -> Attention:
    """Return an open entry with the note of its earlier dismissal."""
    concern = dismissed.get(entry.key)
    return replace(entry, note=concern.note) if concern else entry


def _dismissed_steps(
    config: Config, store: Store, concerns: Iterable[Concern]
) -> Iterator[Attention]:
    """Yield the steps that a dismissal settled; a step that failed since is open again."""
    for concern in concerns:
        if concern.portal not in config.portals:
            continue
        key = concern.key.removeprefix(step_key(concern.portal, concern.task, ""))
        step = store.steps.by_key(concern.portal, concern.task, [key]).get(key)
        if step and step.code == DISMISSED and step.state == "skipped":
            yield replace(
                _of_step(step, step.reason or "", f"ordosync retry {step.id}", concern.severity),
                since=concern.since,
                code=concern.code,
                dismissed_at=concern.dismissed_at,
                note=concern.note,
            )


def _failed(config: Config, store: Store, now: datetime) -> Iterator[Attention]:
    for step in store.steps.open():
        if step.portal in config.portals and step.state == "failed":
            yield _of_step(step, reason_of(step), _next_command(step), _severity(step, store, now))
    for step in store.steps.without_tracking():
        if step.portal in config.portals:
            command = f"add tracking to order {step.supplier_id} at the Supplier"
            yield _of_step(step, step.reason or "", command, "normal")
    for step in store.steps.without_moved_stock():
        if step.portal in config.portals:
            yield _of_step(step, step.reason or "", f"ordosync dismiss {step.id}", "normal")


def _overdue(config: Config, store: Store, now: datetime) -> Iterator[Attention]:
    """Yield steps whose automatic tries or look-ups take too long."""
    for step in store.steps.open():
        portal = config.portals.get(step.portal)
        if portal and step.state != "failed" and _is_overdue(step, portal, now):
            reason = reason_of(step) or "its outcome is still unknown"
            yield _of_step(step, reason, _next_command(step), _severity(step, store, now))


def _is_overdue(step: StepRow, portal: PortalConfig, now: datetime) -> bool:
    """True if a look-up did not settle a step, or its automatic tries take too long."""
    if step.is_held_by_rule:
        return now - step.created_at > portal.hold.longest
    if step.state == "held":
        return step.not_before is not None and now - step.not_before > LONG
    if step.state == "unknown" and step.looked_at and step.code != "unavailable":
        return True
    # A step that waited for a parcel may be days old when it is written.
    since = step.updated_at if step.state == "sending" else step.created_at
    return now - since > (_LONG_WAIT if step.code in PATIENT else LONG)


def _severity(step: StepRow, store: Store, now: datetime) -> Severity:
    if problems.is_on_time(step, now.date()):
        return "low"
    if step.state in ("sending", "unknown") or step.code in (*_CRITICAL, RACED):
        return "critical"
    if step.code == "cancelled" and step.task == "update-tracking":
        # The Supplier sent an order that the Merchant has cancelled.
        return "critical"
    # A held order is not shipped as it was.
    if is_edit(step) and step.code != HELD and not _is_shipped(step, store):
        return "critical"
    return "normal"


def _is_shipped(step: StepRow, store: Store) -> bool:
    """True if a valid label was reported to the Merchant."""
    order = step.merchant_id or ""
    parcels = store.links(step.portal).parcels_of([order]).get(order, ())
    return any(link.state == "live" for link in parcels)


def _of_step(step: StepRow, reason: str, command: str, severity: Severity) -> Attention:
    return Attention(
        key=step_key(step.portal, step.task, step.key),
        severity=severity,
        code=step.code or step.state,
        content=step.content,
        since=step.created_at,
        portal=step.portal,
        task=step.task,
        subject=step.merchant_id or step.key,
        reason=reason,
        command=command,
        step=step.id,
        supplier=step.supplier_id,
    )


def _next_command(step: StepRow) -> str:
    if step.is_held_by_rule:
        return release_command(step)
    if step.code == supplier_status.RESTORED:
        return f"ordosync reconcile {step.portal}"
    if step.code == supplier_status.CANCELLED or step.code in problems.CODES:
        return f"ordosync why {shlex.quote(step.merchant_id or step.key)}"
    if step.state == "failed" and step.code == DISMISSED:
        return f"ordosync dismiss {step.id}, or ordosync retry {step.id} to send it"
    if step.state == "failed" and step.code != UNPROVEN:
        return f"ordosync retry {step.id}" if is_retryable(step) else close_command(step)
    if step.state in ("waiting", "held"):
        return f"ordosync retry {step.id}  (it is also retried automatically)"
    return f"ordosync retry {step.id} --sent ID, or --not-sent, if no automatic look-up finds it"


def _unshipped(config: Config, store: Store, before: datetime) -> Iterator[Attention]:
    for portal in config.portals.values():
        has_tracking = can_run(portal, "update-tracking")
        links = store.links(portal.name)
        unshipped = links.unshipped(before=before, limit=_MOST_UNSHIPPED)
        lines = links.lines_of([link.merchant_id for link, _ in unshipped])
        keys = [f"{link.merchant_id}#{link.generation}" for link, _ in unshipped]
        imports = store.steps.by_key(portal.name, "import-orders", keys)
        for key, (link, linked_at) in zip(keys, unshipped, strict=True):
            entry = _of_rest(
                _of_order(config, portal, link, linked_at), lines.get(link.merchant_id, ())
            )
            if key in imports and imports[key].code == TAKEN_AWAY:
                yield _unseen(entry, imports[key])
            elif has_tracking:
                yield entry


def _unseen(entry: Attention, step: StepRow) -> Attention:
    """Return the concern for an order whose file may have been lost before the Supplier read it."""
    return replace(
        entry,
        severity="normal",
        reason=f"{entry.reason}, and its file {step.reason}",
        command=f"ask the Supplier if it has order {entry.supplier}, then"
        f" ordosync dismiss {shlex.quote(entry.key)}",
    )


def _of_rest(entry: Attention, lines: Sequence[Link]) -> Attention:
    """Return the concern for a partially sent order: only its remaining units are late."""
    if not any(line.sent for line in lines):
        return entry
    count = sum(line.open_units or 0 for line in lines)
    units = "1 unit is" if count == 1 else f"{count} units are"
    # A dismissal is valid until another part is sent.
    content = f"{entry.content}:{count}"
    return replace(entry, reason=f"is sent in part; {units} not shipped yet", content=content)


def _of_order(config: Config, portal: PortalConfig, link: Link, linked_at: datetime) -> Attention:
    account = config.accounts[portal.supplier.account]
    command = f"look at order {link.supplier_id} in account {account.name}"
    if is_embedded(account.kind):
        command = f"ordosync orders show {shlex.quote(link.supplier_id)} --account {account.name}"
    return Attention(
        key=unshipped_key(portal.name, link.merchant_id),
        severity="low",
        code="unshipped",
        content=link.supplier_id,
        since=linked_at,
        portal=portal.name,
        task="import-orders",
        subject=link.merchant_id,
        reason="was imported and is not shipped yet",
        command=command,
        supplier=link.supplier_id,
    )
