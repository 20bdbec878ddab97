"""SIGINT, SIGTERM and SIGHUP end a run cleanly and end every wait at once.

A write in progress gets a few more seconds, because its response says whether it arrived.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ordosync.clock import Clock, StoppedError
from ordosync.engine import Stop
from ordosync.errors import AccountError

_STDERR = 2
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable(clock: Clock) -> Iterator[Stop]:
    """Yield a `Stop` that the first signal sets; a second signal ends the process at once."""
    stop = Stop(clock)

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stop.signal is not None:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        # The terminal has written ^C where the cursor was.
        if number == signal.SIGINT and stop.signal is None and os.isatty(_STDERR):
            os.write(_STDERR, b"\n")
        stop.on_signal(number)
        clock.stop()

    before = {number: signal.signal(number, on_signal) for number in _SIGNALS}
    try:
        yield stop
    # A wait that the signal ended raises one of these.
    except (StoppedError, AccountError):
        if stop.signal is None:
            raise
        raise SystemExit(128 + stop.signal) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
