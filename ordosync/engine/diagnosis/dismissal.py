"""Dismisses concerns that an operator has looked at."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta

from ordosync.clock import Clock
from ordosync.config.settings import Config
from ordosync.engine.diagnosis.attention import Attention, attention
from ordosync.engine.execution.exclusive import confirm, exclusive
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.store.concerns import Concern
from ordosync.tasks import TASKS

LONGEST_NOTE = 500


def dismiss(
    config: Config, store: Store, words: Sequence[str], *, note: str, clock: Clock
) -> list[Attention]:
    """Dismiss concerns by key or step, all or none; return them.

    Settles a failed step: no run sends it any more. Automatic tries go on. Raises `UsageError` for
    an unknown key, `OrdosyncError` while a run works on one of the steps.
    """
    _check_note(note)
    now = clock.now()
    listed = attention(config, store, now=now, unshipped_for=timedelta())
    found = list({one.key: one for one in (_named(listed, word) for word in words)}.values())
    resources = sorted({(one.portal, TASKS[one.task].resource) for one in found if one.step})
    with ExitStack() as stack:
        leases = [
            lease
            for portal, resource in resources
            for lease in stack.enter_context(exclusive(store, portal, clock, resource))
        ]
        with store.transaction():
            confirm(store, leases)
            for one in found:
                _settle(store, one, now)
            store.concerns.dismiss(_concern(one, note, now) for one in found)
    return [replace(one, dismissed_at=now, note=note) for one in found]


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE or any(ord(char) < ord(" ") for char in note):
        raise UsageError(f"--note takes one line of at most {LONGEST_NOTE} characters")


def _named(listed: Sequence[Attention], word: str) -> Attention:
    for one in listed:
        if word == one.key or (one.step and word == str(one.step)):
            return one
    raise UsageError(f"{word!r} is not listed; `ordosync attention` says each key")


def _settle(store: Store, one: Attention, now: datetime) -> None:
    """Settle a step that is not tried automatically."""
    [row] = store.steps.get([one.step]) if one.step else [None]
    if row is None or row.state not in ("failed", "skipped"):
        return
    if row.content != one.content or not store.steps.dismiss(row, now=now):
        raise OrdosyncError(f"{one.key} has changed meanwhile; look at `ordosync attention` again")


def _concern(one: Attention, note: str, now: datetime) -> Concern:
    return Concern(
        key=one.key,
        portal=one.portal,
        task=one.task,
        severity=one.severity,
        code=one.code,
        content=one.content,
        since=one.since,
        dismissed_at=now,
        note=note,
    )
