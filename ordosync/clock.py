"""The one place that reads the time and sleeps. Made in `cli`, passed down; tests bring another."""

import time
from datetime import UTC, datetime

_SLICE_S = 0.5


class StoppedError(Exception):
    """A signal came while something was waited for; what was under way is looked up later."""


class Clock:
    """The machine's clocks."""

    def __init__(self) -> None:
        self._is_stopped = False

    def now(self) -> datetime:
        """Return the wall time in UTC. May step back or forth when the machine is set right."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since some moment; never steps."""
        return time.monotonic()

    def boot_s(self) -> float:
        """Return seconds since the machine started, its sleep included; never steps."""
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

    def sleep(self, seconds: float) -> None:
        """Wait. Raises `StoppedError` soon after `stop`, in whatever thread."""
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            if self._is_stopped:
                raise StoppedError
            time.sleep(min(left, _SLICE_S))

    def stop(self) -> None:
        """End all waiting from now on. Safe in a signal handler, where no lock would be."""
        self._is_stopped = True
