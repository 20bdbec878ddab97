"""Messages to a recipient: one for all changes, however many, without personal data.

Numbers, SKUs and reasons come from services and files. They are single lines without control
characters, markup and mail addresses.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from ordosync.clock import to_text
from ordosync.engine.alerts.changes import Change, Kind
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.http.redaction import Redactor
from ordosync.text import plural

_MOST_LISTED = 10
_MOST_IN_JSON = 50
_LONGEST_TITLE = 120
_LONGEST = 240
_HEADINGS: Mapping[Kind, str] = {"starts": "New", "lasts": "Not solved yet", "ends": "Over"}
_UNSTABLE = "changes often; the next message follows when it has been stable for an hour"
# Not the apostrophe of a word.
_QUOTED = re.compile(r"(?<!\w)(['\"])(?:(?!\1).)*\1(?!\w)", re.DOTALL)
_redact = Redactor(())


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as each transport sends it."""

    title: str
    """One line."""
    text: str
    document: Mapping[str, Any] = field(default_factory=dict)
    """The content as JSON, for a webhook."""
    id: str = field(default_factory=lambda: uuid4().hex)
    """The same if the message is sent again, so that the recipient can recognize it."""


def clean(value: object) -> str:
    """Return one short line without control characters, markup and mail addresses."""
    text = _redact(str(value)[: 4 * _LONGEST])
    # What is left of markup that was not complete.
    return text.replace("<", "").replace(">", "")


def clean_reason(reason: str) -> str:
    """Return a reason without the cells that it quotes.

    `attention` shows them on this machine. With columns in the wrong order, a cell has an address.
    """
    return clean(_QUOTED.sub("***", reason))


def message_id(*parts: object) -> str:
    """Return the id of a message from what it is about."""
    return sha256(repr(parts).encode()).hexdigest()[:32]


def message_of_a_test(now: datetime) -> Message:
    """Return a message that says that alerts arrive."""
    title = "ordosync: test message"
    return Message(
        title=title,
        text="Alerts of ordosync arrive here. Nothing needs to be done.",
        document={"event": "test", "title": title, "sent_at": to_text(now)},
    )


def alert_message(changes: Sequence[Change], now: datetime) -> Message:
    """Return the message about changes of one recipient."""
    lines = [line for kind in _HEADINGS for line in _section(kind, changes)]
    lines.append("`ordosync attention` lists everything that is open.")
    title = _title(changes)
    listed = [_json(change) for change in changes[:_MOST_IN_JSON]]
    document = {
        "event": "alert",
        "title": title,
        "sent_at": to_text(now),
        "count": len(changes),
        "attention": listed,
    }
    return Message(title=title, text="\n".join(lines), document=document, id=id_of(changes))


def id_of(changes: Sequence[Change]) -> str:
    """Return the id of the message about these changes."""
    rows = [(change.kind, change.row) for change in changes]
    return message_id(
        *((kind, row.target, row.key, row.changed_at, row.reported_at) for kind, row in rows)
    )


def _title(changes: Sequence[Change]) -> str:
    if len(changes) == 1:
        (change,) = changes
        what = {"starts": _reason(change), "lasts": "not solved yet", "ends": "over"}
        name = f"{_name(change)}: {what[change.kind]}"
    else:
        counts = {kind: sum(change.kind == kind for change in changes) for kind in _HEADINGS}
        words = {"starts": "new", "lasts": "not solved yet", "ends": "over"}
        parts = [f"{count} {words[kind]}" for kind, count in counts.items() if count]
        portals = dict.fromkeys(clean(change.row.portal) for change in changes)
        place = next(iter(portals)) if len(portals) == 1 else f"{len(portals)} portals"
        name = f"{place}: {', '.join(parts)}"
    title = f"ordosync: {name}"
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"


def _section(kind: Kind, changes: Sequence[Change]) -> Iterator[str]:
    of_kind = [change for change in changes if change.kind == kind]
    if not of_kind:
        return
    count = len(of_kind)
    yield f"{_HEADINGS[kind]}: {count} {plural(count, 'problem', 'problems')}"
    for change in of_kind[:_MOST_LISTED]:
        yield from _lines(change)
    if count > _MOST_LISTED:
        yield f"* and {count - _MOST_LISTED} more"
    yield ""


def _lines(change: Change) -> Iterator[str]:
    row = change.row
    since = f"since {row.first_at:%Y-%m-%d %H:%M} UTC"
    if change.problem is None:
        yield f"* {_name(change)}, {since}"
    else:
        yield f"* {row.severity}: {_name(change)}, {since}"
        yield f"  {_reason(change)}"
        yield f"  key: {clean(change.problem.first.key)}"
        yield f"  next: {clean(change.problem.first.command)}"
    if change.is_last_for_now:
        yield f"  {_UNSTABLE}"


def _name(change: Change) -> str:
    row = change.row
    return f"{clean(row.portal)}: {clean(row.task)}: {clean(row.subject)}"


def _reason(change: Change) -> str:
    return clean_reason(change.problem.first.reason) if change.problem else "over"


def _json(change: Change) -> dict[str, Any]:
    row = change.row
    common = {
        "change": change.kind,
        "key": clean(row.key),
        "severity": row.severity,
        "code": row.event,
        "since": to_text(row.first_at),
        "portal": row.portal,
        "task": row.task,
        "merchant": clean(row.subject),
    }
    return common | (entry_json(change.problem.first) if change.problem else {})


def entry_json(entry: Attention) -> dict[str, Any]:
    """Return the other fields of an entry of `attention`, without its note."""
    return {
        "step": entry.step,
        "supplier": clean(entry.supplier) if entry.supplier else None,
        "reason": clean_reason(entry.reason),
        "settle": clean(entry.command),
    }
