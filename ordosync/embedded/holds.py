"""Holds of orders that the Merchant edited: a held order is not shipped until the hold ends."""

import shlex
from typing import TYPE_CHECKING

from ordosync.embedded import ancestry, change_feed, orders, timeline
from ordosync.models import Outcome, refused
from ordosync.text import status_text

if TYPE_CHECKING:
    import sqlite3

_EDITED = {"address": "its address"}
"""What was edited, by the value of the column."""


def hold(db: "sqlite3.Connection", number: str, *, reason: str, actor: str) -> Outcome:
    """Hold an open order; `unchanged` if it is held."""
    state = orders.state_of(db, number)
    if state is None:
        return refused("not-found", "does not exist")
    if state.is_split:
        return ancestry.refused_as_split(db, number, "held", code="not-held")
    if not state.is_open:
        return refused(state.status, f"is {status_text(state.status)}")
    if state.held:
        return Outcome(state="unchanged", id=number)
    _set(db, number, reason, "held")
    timeline.add(db, number, f"Held: the Merchant edited {_what(reason)}", actor=actor)
    return Outcome(state="done", id=number)


def inherit(db: "sqlite3.Connection", number: str, held: str) -> None:
    """Hold a piece as the order from which it was split."""
    db.execute("update orders set held = ? where number = ?", (held, number))


def release(db: "sqlite3.Connection", number: str, *, actor: str) -> Outcome:
    """End the hold of an order and its pieces; `unchanged` if none is held."""
    state = orders.state_of(db, number)
    if state is None:
        return refused("not-found", "does not exist")
    children = orders.children(db, number) if state.is_split else ()
    outcomes = [release(db, child.number, actor=actor) for child in children]
    if state.held:
        _set(db, number, "", "released")
        timeline.add(db, number, "Released: it may be shipped", actor=actor)
    is_done = bool(state.held) or any(outcome.state == "done" for outcome in outcomes)
    return Outcome(state="done" if is_done else "unchanged", id=number)


def reason(held: str, number: str) -> str:
    """Return why an order is not shipped, and what to do."""
    return (
        f"is held, since the Merchant edited {_what(held)} after it was sent; wait until the edit"
        f" is settled, or end the hold with `ordosync orders release {shlex.quote(number)}`"
    )


def _what(held: str) -> str:
    return _EDITED.get(held, "it")


def _set(db: "sqlite3.Connection", number: str, held: str, change: str) -> None:
    db.execute("update orders set held = ? where number = ?", (held, number))
    change_feed.add(db, "order", number, change)
