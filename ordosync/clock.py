"""The clock of the process: the only place that reads the time or sleeps.

The CLI creates it and passes it down. Tests use another one.
"""

import time
from datetime import UTC, datetime

_SLICE_S = 0.5


class StoppedError(Exception):
    """A signal arrived during a wait. A write in progress is looked up by a later run."""


class Clock:
    """The clocks of the machine."""

    def __init__(self) -> None:
        self._is_stopped = False

    def now(self) -> datetime:
        """Return the wall time in UTC. It can jump when the clock of the machine is set."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never jumps."""
        return time.monotonic()

    def boot_s(self) -> float:
        """Return seconds since the machine started, including its sleep; never jumps."""
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

    def sleep(self, seconds: float) -> None:
        """Wait. Raises `StoppedError` soon after `stop`, in whatever thread."""
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            if self._is_stopped:
                raise StoppedError
            time.sleep(min(left, _SLICE_S))

    def stop(self) -> None:
        """End all waits from now on. Takes no lock, so it is safe in a signal handler."""
        self._is_stopped = True
