"""Text of amounts, digests, locks of folders, and the outcome of failed writes."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from ordosync.clock import Clock
from ordosync.models import Outcome

_LONGEST_WAIT_S, _WAIT_S = 30, 0.2


def decimal_text(value: Decimal | None, decimal_point: str) -> str:
    """Return the text of an amount: exact, never with an exponent."""
    return "" if value is None else f"{value:f}".replace(".", decimal_point)


@contextmanager
def folder_lock(folder: Path, before_write: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock against other processes that change these files. Raises `OSError`.

    `before_write` is called once the lock is held, and can refuse what follows: until the lock is
    released, no process that took over the lease writes these files.

    A lease is for one portal, but several portals may share an account. The lock is on the folder
    itself, since files in it are replaced. The kernel releases it when the process ends.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        before_write()
        yield
    finally:
        os.close(descriptor)


def wait_for_lock(folder: Path, clock: Clock) -> None:
    """Wait some time until no other run hands files over from a folder. Raises `OSError`.

    A handover takes as long as the network, and several portals may share an account.
    """
    ends = clock.monotonic() + _LONGEST_WAIT_S
    while clock.monotonic() < ends:
        try:
            with folder_lock(folder):
                return
        except BlockingIOError:
            clock.sleep(_WAIT_S)


def unavailable(reason: str) -> Outcome:
    """Return the outcome of a write that failed and is tried again later."""
    return Outcome(state="unavailable", code="unavailable", reason=reason)


def digest(text: str) -> str:
    """Return a digest of foreign text, for the name of a file."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
