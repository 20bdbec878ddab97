"""The digest as a message of at most 60 lines, and as JSON."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from ordosync.clock import to_nullable, to_text
from ordosync.engine.alerts.digest import AGES, Digest, PortalDigest
from ordosync.engine.alerts.messages import Message, clean, clean_reason, entry_json
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.store.schedule_row import ScheduleRow
from ordosync.text import plural

MOST_LINES = 60
_MOST_ENTRIES = 10
"""Entries that need an operator; each has three lines."""
_MOST_SKUS = 10
_MOST_IN_JSON = 50


def digest_message(digest: Digest, *, title: str = "", id_: str = "") -> Message:
    """Return the digest as a message; without `id_`, with a new id."""
    title, id_ = title or digest_title(digest), id_ or uuid4().hex
    document = {
        "event": "digest",
        "title": title,
        "sent_at": to_text(digest.until),
        **digest_json(digest, most=_MOST_IN_JSON),
    }
    return Message(title=title, text="\n".join(digest_lines(digest)), document=document, id=id_)


def digest_title(digest: Digest) -> str:
    """Return the title, which says first how much needs the operator."""
    count = len(digest.needs_you)
    if not count:
        return "ordosync: nothing needs you"
    return f"ordosync: {count} {plural(count, 'problem needs', 'problems need')} you"


def digest_lines(digest: Digest) -> list[str]:
    """Return the text, line by line."""
    lines = [f"{_moment(digest.since)} to {_moment(digest.until)}", ""]
    lines += _needs_you(digest)
    left = list(digest.portals)
    while left:
        block = list(_portal(left[0]))
        # The last line is for those that are left out.
        if len(lines) + len(block) > MOST_LINES - 1:
            break
        lines += block
        left.pop(0)
    if left:
        count = len(left)
        lines.append(f"and {count} more {plural(count, 'portal', 'portals')}: `ordosync digest`")
    return lines[:MOST_LINES]


def _needs_you(digest: Digest) -> Iterator[str]:
    entries = digest.needs_you
    yield f"Needs you: {len(entries) or 'nothing'}"
    for entry in entries[:_MOST_ENTRIES]:
        yield from _entry(entry)
    if len(entries) > _MOST_ENTRIES:
        yield f"* and {len(entries) - _MOST_ENTRIES} more: `ordosync attention`"


def _entry(entry: Attention) -> Iterator[str]:
    name = f"{clean(entry.portal)}: {clean(entry.task)}: {clean(entry.subject)}"
    yield f"* {entry.severity}: {name}, since {_moment(entry.since)}"
    yield f"  {clean_reason(entry.reason)}"
    yield f"  next: {clean(entry.command)}"


def _portal(portal: PortalDigest) -> Iterator[str]:
    yield ""
    yield f"{clean(portal.portal)}"
    counts = ", ".join(f"{count} {name}" for name, count in portal.events.counts().items())
    yield f"  since yesterday: {counts}"
    ages = ", ".join(f"{age}: {n}" for age, n in zip(AGES, portal.open_orders, strict=True))
    yield f"  open orders by age: {ages}"
    if portal.ran_out:
        skus = ", ".join(clean(sku)[:40] for sku in portal.ran_out[:_MOST_SKUS])
        more = len(portal.ran_out) - _MOST_SKUS
        yield f"  ran out: {skus}" + (f" and {more} more" if more > 0 else "")
    for row in portal.tasks:
        yield f"  {row.task}: {_success(row)}"


def _success(row: ScheduleRow) -> str:
    if row.paused:
        return "paused"
    return f"last success {_moment(row.last_ok_at)}" if row.last_ok_at else "no success yet"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def digest_json(digest: Digest, *, most: int | None = None) -> Mapping[str, Any]:
    """Return the digest as JSON, with at most so many entries and SKUs of a portal."""
    return {
        "since": to_text(digest.since),
        "until": to_text(digest.until),
        "portals": [_portal_json(portal, most) for portal in digest.portals],
    }


def _portal_json(portal: PortalDigest, most: int | None) -> dict[str, Any]:
    return {
        "portal": portal.portal,
        "attention": [_entry_json(entry) for entry in portal.needs_you[:most]],
        **portal.events.counts(),
        "open_orders": dict(zip(AGES, portal.open_orders, strict=True)),
        "ran_out": [clean(sku) for sku in portal.ran_out[:most]],
        "tasks": [
            {
                "task": row.task,
                "paused": bool(row.paused),
                "last_ok_at": to_nullable(row.last_ok_at),
            }
            for row in portal.tasks
        ],
    }


def _entry_json(entry: Attention) -> dict[str, Any]:
    return {
        "key": clean(entry.key),
        "severity": entry.severity,
        "code": entry.code,
        "since": to_text(entry.since),
        "portal": entry.portal,
        "task": entry.task,
        "merchant": clean(entry.subject),
        **entry_json(entry),
    }
