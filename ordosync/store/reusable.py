"""A store that one thread uses for one portal after another."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ordosync.clock import Clock
from ordosync.store import Store
from ordosync.store.location import StoreLocation


class ReusableStore:
    """Opens the store at its first use, and keeps it open for the next.

    Opening it takes longer than a run that finds nothing.
    """

    def __init__(self, location: StoreLocation, clock: Clock) -> None:
        self._location, self._clock = location, clock
        self._store: Store | None = None

    @contextmanager
    def use(self) -> Iterator[Store]:
        """Yield the store. After an error, the next use opens it again.

        Raises `DatabaseError` if it cannot be opened, or was moved to another place meanwhile.
        """
        with ExitStack() as stack:
            if self._store:
                store, self._store = stack.enter_context(self._store), None
                store.check_moved()
            else:
                store = stack.enter_context(Store.open(self._location, clock=self._clock))
            yield store
            # Its connection may be lost if there was an error.
            stack.pop_all()
            self._store = store

    def close(self) -> None:
        """Close the store. It may be used again."""
        if self._store:
            self._store.close()
            self._store = None
