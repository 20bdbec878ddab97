"""A store that one thread uses for one portal after another."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ordosync.clock import Clock
from ordosync.store import Store
from ordosync.store.location import StoreLocation


class ReusableStore:
    """Opens the store when it is first used, and keeps it open; a run takes little longer."""

    def __init__(self, location: StoreLocation, clock: Clock) -> None:
        self._location, self._clock = location, clock
        self._store: Store | None = None

    @contextmanager
    def use(self) -> Iterator[Store]:
        """Use the store, which is not moved. After an error it is opened again for the next use."""
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
