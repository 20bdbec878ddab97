"""Dismisses concerns that an operator has looked at, and reopens them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from ordosync.clock import Clock
from ordosync.config.settings import Config
from ordosync.engine.diagnosis import edit_holds
from ordosync.engine.diagnosis.attention import UNSHIPPED_DAYS, attention
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.engine.execution.exclusive import confirm, exclusive
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.store.concerns import Concern
from ordosync.store.step_rows import DISMISSED, STOCK_NOT_MOVED
from ordosync.tasks import TASKS, order_edits
from ordosync.tasks.edits.edit import EDITED, HELD

LONGEST_NOTE = 500


def dismiss(
    config: Config, store: Store, words: Sequence[str], *, note: str, clock: Clock
) -> list[Attention]:
    """Dismiss open concerns by key, step or order, all or none; return them.

    A failed step is settled: no run sends it any more. A waiting step is still retried. Raise
    `UsageError` for an unknown key, and `OrdosyncError` while a run works on one of the steps. An
    order that is held because of an edit is released first.
    """
    _check_note(note)
    now = clock.now()
    listed = attention(config, store, now=now, unshipped_for=timedelta())
    concerns = _unique(_open_entry(store, listed, word, now) for word in words)
    edit_holds.release(config, store, (concern.step for concern in concerns), clock)
    with _settling(store, concerns, clock):
        for concern in concerns:
            _settle(store, concern, now)
        store.concerns.dismiss(_concern(concern, note, now) for concern in concerns)
    return [replace(concern, dismissed_at=now, note=note) for concern in concerns]


def undo(config: Config, store: Store, words: Sequence[str], *, clock: Clock) -> list[Attention]:
    """Reopen dismissed concerns by key, step or order, all or none; return them.

    A settled step is failed again, as it was. Raise as `dismiss` does.
    """
    now = clock.now()
    listed = attention(config, store, now=now, unshipped_for=timedelta())
    dismissed = [entry for entry in listed if entry.dismissed_at]
    concerns = _unique(_dismissed_entry(store, dismissed, word) for word in words)
    with _settling(store, concerns, clock):
        for concern in concerns:
            _reopen(store, concern, now)
        store.concerns.take_back(concern.key for concern in concerns)
    return [replace(concern, dismissed_at=None, note="") for concern in concerns]


def _unique(concerns: Iterable[Attention]) -> list[Attention]:
    return list({concern.key: concern for concern in concerns}.values())


@contextmanager
def _settling(store: Store, concerns: Sequence[Attention], clock: Clock) -> Iterator[None]:
    """Open a transaction in which no run works on a step of these concerns."""
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
            yield


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE or any(ord(char) < ord(" ") for char in note):
        raise UsageError(f"--note takes one line of at most {LONGEST_NOTE} characters")


def _open_entry(store: Store, listed: Sequence[Attention], word: str, now: datetime) -> Attention:
    """Return the open entry of a word. An order that is on time has only its key.

    The number of an order may be mistyped, while its key stands in the list.
    """
    entries = [entry for entry in listed if entry.dismissed_at is None]
    late = now - timedelta(days=UNSHIPPED_DAYS)
    due = [entry for entry in entries if entry.code != "unshipped" or entry.since < late]
    found = _with_key(entries, word) or _with_number(store, due, word)
    if found:
        return _only(found, word)
    dismissed = [entry for entry in listed if entry.dismissed_at]
    if closed := _with_key(dismissed, word) or _with_number(store, dismissed, word):
        raise UsageError(
            f"{closed[0].key} is dismissed already; `ordosync attention --dismissed` shows it"
        )
    raise UsageError(f"{word!r} has no open entry; `ordosync attention` lists the keys")


def _dismissed_entry(store: Store, dismissed: Sequence[Attention], word: str) -> Attention:
    found = _with_key(dismissed, word) or _with_number(store, dismissed, word)
    if not found:
        raise UsageError(f"{word!r} is not dismissed; `ordosync attention --dismissed` lists keys")
    return _only(found, word)


def _only(found: Sequence[Attention], word: str) -> Attention:
    if len(found) > 1:
        keys = " or ".join(entry.key for entry in found)
        raise UsageError(f"{word!r} may be {keys}; give the key")
    return found[0]


def _with_key(listed: Sequence[Attention], word: str) -> list[Attention]:
    return [entry for entry in listed if word == entry.key]


def _with_number(store: Store, listed: Sequence[Attention], number: str) -> list[Attention]:
    """Return the entries of this step or order; those that need no operator only if alone."""
    ids = {
        portal: {number, *store.order_numbers(portal).ids(number)}
        for portal in {entry.portal for entry in listed}
    }
    steps = [entry for entry in listed if entry.step and number == str(entry.step)]
    orders = [
        entry for entry in listed if entry.subject in ids[entry.portal] or entry.supplier == number
    ]
    orders = [entry for entry in orders if entry.needs_you] or orders
    return _unique([*steps, *orders])


def _settle(store: Store, concern: Attention, now: datetime) -> None:
    """Settle a step that is not tried automatically."""
    [row] = store.steps.get([concern.step]) if concern.step else [None]
    is_listed = row is not None and (row.state in ("failed", "skipped") or row.code == concern.code)
    if row is None or not is_listed:
        return
    if row.content != concern.content or not store.steps.dismiss(row, now=now):
        raise OrdosyncError(f"{concern.key} has changed meanwhile; run `ordosync attention` again")
    # The order is compared with its edited state from now on.
    store.links(row.portal).know(order_edits.kept(row))


def _reopen(store: Store, concern: Attention, now: datetime) -> None:
    """Make a step that the dismissal settled fail again."""
    [row] = store.steps.get([concern.step]) if concern.step else [None]
    if row is None or row.code != DISMISSED:
        return
    # A hold ended with the dismissal; the next run holds the order again.
    code = {"failed": "", HELD: EDITED}.get(concern.code, concern.code)
    if not store.steps.undo_dismissal(row, code=code, now=now):
        raise OrdosyncError(f"{concern.key} has changed meanwhile; run `ordosync attention` again")
    if code != STOCK_NOT_MOVED:
        store.links(row.portal).know(order_edits.reopened(row))


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
