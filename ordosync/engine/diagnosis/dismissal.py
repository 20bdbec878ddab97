"""Dismisses concerns that an operator has looked at."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta

from ordosync.clock import Clock
from ordosync.config.settings import Config
from ordosync.engine.diagnosis.attention import attention
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.engine.execution.exclusive import confirm, exclusive
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.store.concerns import Concern
from ordosync.tasks import TASKS

LONGEST_NOTE = 500


def dismiss(
    config: Config, store: Store, words: Sequence[str], *, note: str, clock: Clock
) -> list[Attention]:
    """Dismiss concerns by key, step or order, all or none; return them.

    A failed step is settled: no run sends it any more. A waiting step is still retried. Raise
    `UsageError` for an unknown key, and `OrdosyncError` while a run works on one of the steps.
    """
    _check_note(note)
    now = clock.now()
    listed = attention(config, store, now=now, unshipped_for=timedelta())
    concerns = list(
        {
            concern.key: concern for concern in (_named(store, listed, word) for word in words)
        }.values()
    )
    resources = sorted(
        {(concern.portal, TASKS[concern.task].resource) for concern in concerns if concern.step}
    )
    with ExitStack() as stack:
        leases = [
            lease
            for portal, resource in resources
            for lease in stack.enter_context(exclusive(store, portal, clock, resource))
        ]
        with store.transaction():
            confirm(store, leases)
            for concern in concerns:
                _settle(store, concern, now)
            store.concerns.dismiss(_concern(concern, note, now) for concern in concerns)
    return [replace(concern, dismissed_at=now, note=note) for concern in concerns]


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE or any(ord(char) < ord(" ") for char in note):
        raise UsageError(f"--note takes one line of at most {LONGEST_NOTE} characters")


def _named(store: Store, listed: Sequence[Attention], word: str) -> Attention:
    found = [entry for entry in listed if word == entry.key] or [
        entry for entry in listed if entry.step and word == str(entry.step)
    ]
    of_order = [] if found and found[0].key == word else _of_order(store, listed, word)
    found = list({entry.key: entry for entry in (*found, *of_order)}.values())
    if len(found) > 1:
        keys = " or ".join(entry.key for entry in found)
        raise UsageError(f"{word!r} may be {keys}; give the key")
    if not found:
        raise UsageError(f"{word!r} is not listed; `ordosync attention` lists the keys")
    return found[0]


def _of_order(store: Store, listed: Sequence[Attention], number: str) -> list[Attention]:
    """Return the open entries of an order; those that need no operator only if it has no other."""
    ids = {
        portal: {number, *store.order_numbers(portal).ids(number)}
        for portal in {entry.portal for entry in listed}
    }
    found = [
        entry
        for entry in listed
        if entry.dismissed_at is None
        and (entry.subject in ids[entry.portal] or entry.supplier == number)
    ]
    return [entry for entry in found if entry.needs_you] or found


def _settle(store: Store, concern: Attention, now: datetime) -> None:
    """Settle a step that is not tried automatically."""
    [row] = store.steps.get([concern.step]) if concern.step else [None]
    if row is None or row.state not in ("failed", "skipped"):
        return
    if row.content != concern.content or not store.steps.dismiss(row, now=now):
        raise OrdosyncError(f"{concern.key} has changed meanwhile; run `ordosync attention` again")


def _concern(attention: Attention, note: str, now: datetime) -> Concern:
    return Concern(
        key=attention.key,
        portal=attention.portal,
        task=attention.task,
        severity=attention.severity,
        code=attention.code,
        content=attention.content,
        since=attention.since,
        dismissed_at=now,
        note=note,
    )
