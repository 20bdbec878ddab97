"""The one place that reads the time and sleeps. Made in `cli`, passed down; tests bring another."""

import time
from datetime import UTC, datetime


class Clock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """Return the wall time in UTC. May step back or forth when the machine is set right."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since some moment; never steps."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
