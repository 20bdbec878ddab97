"""Reported shortages that the Merchant has not acted on: each is a failed step until it has."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from ordosync.tasks.base import Decision, Portal, Step
from ordosync.tasks.cancellations.lowered_units import wanted_units
from ordosync.tasks.shortages.changes import LineChange, OrderChange

CANCELLED = "supplier-cancelled"
DELETED = "gone"
SHORT = "short"
BACKORDERED = "backordered"
SURPLUS = "more-than-open"
CODES = frozenset({CANCELLED, DELETED, SHORT, BACKORDERED, SURPLUS})

_REASONS = {
    CANCELLED: "was cancelled by the Supplier; cancel it at the Merchant, or request it from"
    " another supplier",
    DELETED: "does not exist at the Supplier any more; cancel it at the Merchant, or request it"
    " from another supplier",
    SHORT: "cancel these units at the Merchant, or request them from another supplier",
    BACKORDERED: "these units come later",
    SURPLUS: "more units were cancelled than were open; ask the Supplier",
}


def standing(portal: Portal, change: OrderChange) -> tuple[LineChange, ...]:
    """Return the lines that were reported before and that the Merchant has not acted on."""
    if change.is_whole or not change.standing:
        return ()
    id_ = change.link.merchant_id
    wanted = wanted_units(portal, [id_]).get(id_, {})
    return tuple(
        line
        for line in change.standing
        if _is_short(line.link, wanted.get(line.link.merchant_id, 0))
    )


def code_of(change: OrderChange, lines: Sequence[LineChange]) -> str:
    """Return the code of what the Merchant has to act on after a change; empty if nothing.

    `lines` are the short lines that are not settled.
    """
    if change.is_whole:
        return DELETED if change.shortage.is_deleted else CANCELLED
    if any(line.is_surplus for line in change.lines):
        return SURPLUS
    if any(line.after.cancelled for line in lines):
        return SHORT
    return BACKORDERED if any(line.after.backordered for line in lines) else ""


def reason_of(code: str, text: str) -> str:
    """Return the reason of a failed step: what was reported, and what to do."""
    return f"{text}; {_REASONS[code]}" if text else _REASONS[code]


def agreed(portal: Portal, changes: Sequence[OrderChange]) -> frozenset[str]:
    """Return the orders whose short units the Merchant does not want: nothing is reported.

    The Supplier may have been asked to cancel them.
    """
    ids = [change.link.merchant_id for change in changes if _only_cancels(change)]
    wanted = wanted_units(portal, ids) if ids else {}
    return frozenset(
        change.link.merchant_id
        for change in changes
        if (units := wanted.get(change.link.merchant_id)) is not None
        and all(units.get(line.link.merchant_id, 0) <= line.open_units for line in change.lines)
    )


def _only_cancels(change: OrderChange) -> bool:
    is_less = all(line.cancelled > 0 and not line.after.backordered for line in change.lines)
    return bool(change.lines) and is_less and not change.is_whole


def is_on_time(row: StepRow, today: date) -> bool:
    """True for backordered units whose days have not passed: until then there is nothing to do."""
    if row.code != BACKORDERED:
        return False
    days = re.findall(r"@(\d{4}-\d\d-\d\d)", row.content)
    return bool(days) and all(date.fromisoformat(day) >= today for day in days)


def step(
    portal: Portal, row: StepRow, links: Sequence[Link], lines: Mapping[str, Sequence[Link]]
) -> Step | None:
    """Return the step of a reported problem as it is; None if it does not exist any more.

    `links` are those of the Supplier's order. A part of it may have been sent since, as a piece of
    the Merchant's order: then the rest, which has the short units, is another piece.
    """
    if row.state != "failed" or not _is_open(portal, links, lines):
        return None
    return Step(
        key=row.key,
        merchant_id=row.merchant_id,
        supplier_id=row.supplier_id,
        content=row.content,
        decision=Decision(state="failed", code=row.code or "", reason=row.reason or ""),
    )


def _is_open(portal: Portal, links: Sequence[Link], lines: Mapping[str, Sequence[Link]]) -> bool:
    """True if the Merchant still requests units that do not come, or that come later."""
    first, *others = links
    open_links = [first, *(link for link in others if link.state == "live")]
    wanted = wanted_units(portal, [link.merchant_id for link in open_links])
    if first.state == "cancelled_by_supplier":
        return first.merchant_id in wanted
    short = {
        line.supplier_id: line.short
        for link in links
        for line in lines.get(link.merchant_id, ())
        if line.short
    }
    return any(
        _is_short(
            replace(line, short=line.short or short.get(line.supplier_id)),
            wanted[link.merchant_id].get(line.merchant_id, 0),
        )
        for link in open_links
        if link.merchant_id in wanted
        for line in lines.get(link.merchant_id, ())
    )


def _is_short(line: Link, wanted: int) -> bool:
    open_units = line.open_units or 0
    if line.short is None:
        return False
    return bool(line.short.backordered and open_units) or (
        line.short.cancelled > 0 and wanted > open_units
    )
