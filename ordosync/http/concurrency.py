"""Concurrency of an account: the number of its requests at the same time."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import BoundedSemaphore
from typing import Protocol


class ConcurrencyLimit(Protocol):
    """The number of requests that an account takes at the same time."""

    def slot(self) -> AbstractContextManager[None]:
        """Wait for a slot and hold it for one request and its response. May raise `BusyError`."""
        ...


class LocalConcurrencyLimit:
    """At most `calls` requests at the same time, by all threads and portals of one process."""

    def __init__(self, calls: int) -> None:
        self._seats = BoundedSemaphore(calls)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a slot and hold it for one request and its response."""
        with self._seats:
            yield
