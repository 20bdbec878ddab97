"""The clock of the process, the only place that reads the time or sleeps; times as text.

The CLI creates the clock and passes it down. Tests use another one. In every database a time is a
text: UTC, ISO 8601 with milliseconds and Z, so that times sort.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

SLICE_S = 0.5
"""Maximum time until a wait notices a signal."""


_SYNCHRONIZED_S = 300
"""The time after which a clock that follows another one reads it again."""


class StoppedError(Exception):
    """A signal arrived during a wait. A write in progress is looked up by a later run."""


class Clock:
    """The clocks of the machine, and the signal that ends every wait.

    If it follows the clock of a database, all hosts that work with it have the same time.
    """

    _stopped_at_s: float | None = None
    _read_time: Callable[[], datetime] | None = None
    _synchronized: tuple[datetime, float] | None = None
    """The time of the database, and that of this machine since its start."""

    def follow(self, read_time: Callable[[], datetime]) -> None:
        """Show the time that this function returns, carried on by a clock that never jumps."""
        self._read_time, self._synchronized = read_time, None

    def now(self) -> datetime:
        """Return the wall time in UTC. It can jump when the clock of the machine is set."""
        if self._read_time is None:
            return datetime.now(UTC)
        read = self._synchronized
        if read is None or _boot_s() - read[1] > _SYNCHRONIZED_S:
            read = self._synchronized = self._read_time().astimezone(UTC), _boot_s()
        return read[0] + timedelta(seconds=_boot_s() - read[1])

    def own_now(self) -> datetime:
        """Return the wall time of this machine, also while the database cannot be reached."""
        return self.now() if self._read_time is None else datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never jumps."""
        return time.monotonic()

    def boot_s(self) -> float:
        """Return seconds since the machine started, including its sleep; never jumps.

        If it follows a database, these are seconds that all hosts count from the same time.
        """
        return _boot_s() if self._read_time is None else self.now().timestamp()

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


def _boot_s() -> float:
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def to_text(at: datetime) -> str:
    """Format an aware time, truncated to milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


from_text = datetime.fromisoformat
"""Parses a time in the format of `to_text`."""


def from_nullable(text: str | None) -> datetime | None:
    """Parse the value of a column that may be null."""
    return from_text(text) if text else None


def to_nullable(at: datetime | None) -> str | None:
    """Format a time that may be missing."""
    return to_text(at) if at else None
