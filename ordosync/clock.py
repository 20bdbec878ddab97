"""The one place that reads the time and sleeps. Made in `cli`, passed down; tests bring another."""

import time
from datetime import UTC, datetime

SLICE_S = 0.5
"""The longest that any wait goes on before it asks again whether a signal has stopped it."""


class StoppedError(Exception):
    """A signal came while something was waited for; what was under way is looked up later."""


class Clock:
    """The machine's clocks, and the signal that ends every wait."""

    _stopped_at_s: float | None = None

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
            self.check()
            time.sleep(min(left, SLICE_S))

    def check(self, *, grace_s: float = 0) -> None:
        """Raise `StoppedError` if `stop` was called at least `grace_s` seconds ago.

        Asked every `SLICE_S` by each wait that is no sleep.
        """
        if self._stopped_at_s is not None and self.monotonic() >= self._stopped_at_s + grace_s:
            raise StoppedError

    def stop(self) -> None:
        """End all waiting from now on. Safe in a signal handler, where no lock would be."""
        self._stopped_at_s = self.monotonic()
