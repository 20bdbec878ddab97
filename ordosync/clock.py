"""The clock of the process: the only place that reads the time or sleeps.

The CLI creates it and passes it down. Tests use another one.
"""

import time
from datetime import UTC, datetime

SLICE_S = 0.5
"""Maximum time until a wait notices a signal."""


class StoppedError(Exception):
    """A signal arrived during a wait. A write in progress is looked up by a later run."""


class Clock:
    """The clocks of the machine, and the signal that ends every wait."""

    _stopped_at_s: float | None = None

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
        """Wait. Raises `StoppedError` soon after `stop`, in any thread."""
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            self.check()
            time.sleep(min(left, SLICE_S))

    def check(self, *, grace_s: float = 0) -> None:
        """Raise `StoppedError` if `stop` was called at least `grace_s` seconds ago.

        Every other wait calls it each `SLICE_S` seconds.
        """
        if self._stopped_at_s is not None and self.monotonic() >= self._stopped_at_s + grace_s:
            raise StoppedError

    def stop(self) -> None:
        """End all waits from now on. Takes no lock, so it is safe in a signal handler."""
        self._stopped_at_s = self.monotonic()
