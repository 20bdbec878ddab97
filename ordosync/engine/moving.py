"""Moves the store to another database, of either kind, when no run is in progress.

Everything is copied in one transaction of each database. Then the old store names the new one, and
no command uses it any more: two stores would send each order twice.
"""

from collections.abc import Mapping, Sequence
from typing import get_args

from ordosync.clock import Clock
from ordosync.engine.execution.exclusive import check_no_run
from ordosync.errors import DatabaseError, OrdosyncError
from ordosync.store import Store
from ordosync.store.copying import Rows
from ordosync.store.leases import ALERTS, Resource
from ordosync.store.location import StoreLocation


def move_store(source: StoreLocation, target: StoreLocation, clock: Clock) -> Mapping[str, Rows]:
    """Copy a store to an empty one, and end the use of the old one; return what was copied.

    A target that was moved to this store has only older rows of it, which are replaced. Raises
    `DatabaseError`, or `OrdosyncError` if a run is in progress.
    """
    with Store.open(source, clock=clock) as old:
        if not source.exists():
            raise DatabaseError(source, "does not exist, so there is nothing to copy")
        with Store.open(target, clock=clock, even_moved=True) as new:
            if not new.whole.is_empty and not _was_moved_to(source, old, new):
                raise DatabaseError(target, "has data already; name an empty database or schema")
            key = old.digest_key.value
            with old.transaction():
                check_no_run(old, clock)
                with new.transaction():
                    new.whole.use_again()
                    rows = new.whole.take_over(old.whole)
                    new.whole.keep_key(key)
                old.whole.end_use(str(target), _leases(old), now=clock.now())
    return rows


def _was_moved_to(place: StoreLocation, store: Store, other: Store) -> bool:
    """True if the other store was moved to this one, and not to an earlier one at this place."""
    return (
        (other.moved or "").rpartition(" at ")[0] == str(place)
        and other.digest_key.value == store.digest_key.value
        and other.runs.last_number() <= store.runs.last_number()
    )


def undo_move(source: StoreLocation, target: StoreLocation, clock: Clock) -> None:
    """Use the old store again, if no run was recorded in the new one.

    Raises `OrdosyncError` if there was one.
    """
    with (
        Store.open(source, clock=clock, even_moved=True) as old,
        Store.open(target, clock=clock, even_moved=True) as new,
    ):
        if old.moved is None:
            raise OrdosyncError(f"{source} was not moved, so there is nothing to undo")
        with old.transaction(), new.transaction():
            check_no_run(new, clock)
            if old.runs.last_number() != new.runs.last_number():
                raise OrdosyncError(
                    f"{target} has newer runs than {source}; copy it back instead:"
                    " use it as `database:`, and `ordosync store copy --to`"
                )
            new.whole.end_use(str(source), _leases(new), now=clock.now())
            old.whole.use_again()


def _leases(store: Store) -> Sequence[tuple[str, str]]:
    """Return the names of all leases that a process could claim."""
    portals = [(portal, name) for portal in store.portals.all() for name in get_args(Resource)]
    return [*portals, ("", ALERTS)]
