"""Deletes old log entries once a day, at the end of a call by cron."""

from datetime import datetime, timedelta

from ordosync.clock import Clock, StoppedError
from ordosync.config.settings import Config
from ordosync.engine.diagnosis.attention import attention
from ordosync.engine.execution.interruption import Stop
from ordosync.errors import DatabaseError
from ordosync.failpoints import fault
from ordosync.store import Store
from ordosync.store.pruning import Pruned

_PAUSE_S = 0.01
_AT_MOST_S = 20
"""The time after which one call stops deleting; the next call continues."""


def prune(config: Config, store: Store, clock: Clock, stop: Stop) -> Pruned | None:
    """Delete old entries, and the copies of killed dry runs.

    Return None if the configuration keeps all entries.
    """
    # A call by cron without pruning starts without it.
    from ordosync.engine.private_folders import delete_abandoned  # noqa: PLC0415

    delete_abandoned()
    if config.retention is None:
        return None

    def between() -> bool:
        fault("pruning")
        try:
            # Otherwise a waiting writer would find the file locked again.
            clock.sleep(_PAUSE_S)
        except StoppedError:
            return False
        return stop.reason is None

    now = clock.now()
    pruned = store.pruning.run(before=now - config.retention, now=now, between=between)
    if pruned.ended:
        _forget_dismissals(config, store, pruned.before, now)
    return pruned


def _forget_dismissals(config: Config, store: Store, before: datetime, now: datetime) -> None:
    """Delete dismissals from before this time whose concerns are settled, with their notes."""
    old = [
        concern.key
        for concern in store.concerns.dismissed().values()
        if concern.dismissed_at < before and concern.portal in config.portals
    ]
    if not old:
        return
    listed = attention(config, store, now=now, unshipped_for=timedelta())
    open_keys = {concern.key for concern in listed if concern.dismissed_at}
    if settled := [key for key in old if key not in open_keys]:
        with store.transaction():
            store.concerns.take_back(settled)


def prune_for_a_while(config: Config, clock: Clock, stop: Stop) -> None:
    """Prune for a limited time after the work of a call; the next call reports problems."""
    try:
        with Store.open(config.database, clock=clock) as store:
            prune(config, store, clock, stop.within(_AT_MOST_S))
    except (DatabaseError, StoppedError):
        return
