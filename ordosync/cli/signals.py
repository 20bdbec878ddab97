"""SIGINT, SIGTERM and SIGHUP end a run cleanly: after the write that is under way."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ordosync.clock import Clock, StoppedError
from ordosync.engine import Stop

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable(clock: Clock) -> Iterator[Stop]:
    """Give a `Stop` that the first signal sets; a second signal ends the process at once."""
    stop = Stop(clock)

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stop.signal is not None:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stop.on_signal(number)
        clock.stop()

    before = {number: signal.signal(number, on_signal) for number in _SIGNALS}
    try:
        yield stop
    except StoppedError:  # of a wait that nothing else was waiting for the end of
        raise SystemExit(128 + (stop.signal or signal.SIGTERM)) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
