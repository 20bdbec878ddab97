"""Pages of a service that are read by a thread while those before them are written.

The thread makes the same calls in the same order, one at a time, and under the same limits. An
error is raised after the pages before it. If the run stops, the thread ends with its call.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from ordosync.clock import Clock
from ordosync.threads import block_signals

Page = TypeVar("Page")
_SLOW_S = 0.015
"""A service that answers sooner is not read ahead: a thread would slow down the writes."""
_FIRST = 2
"""Pages until a service counts as slow. The first one may have to connect."""


def read_ahead(pages: Iterator[Page], count: int, clock: Clock) -> Iterator[Page]:
    """Yield the pages of a service; up to `count` of them are read ahead if it is slow."""
    took_s: float = 0
    for _ in range(_FIRST if count else 0):
        began = clock.monotonic()
        page = next(pages, None)
        took_s = clock.monotonic() - began
        if page is None:
            return
        yield page
    yield from _by_thread(pages, count) if took_s >= _SLOW_S else pages


def _by_thread(pages: Iterator[Page], count: int) -> Iterator[Page]:
    pool = ThreadPoolExecutor(1, initializer=block_signals)
    ahead: deque[Future[Page | None]] = deque()
    try:
        ahead.extend(pool.submit(next, pages, None) for _ in range(count))
        while (page := ahead.popleft().result()) is not None:
            ahead.append(pool.submit(next, pages, None))
            yield page
    finally:
        pool.shutdown(cancel_futures=True)
