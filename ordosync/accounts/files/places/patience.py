"""The time that one run waits for files to be quiet, over all its readings."""

from ordosync.clock import Clock

LONGEST_S = 10.0


class Patience:
    """Seconds that are left for waiting, until `renew`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left_s = LONGEST_S

    def wait(self, seconds: float) -> bool:
        """Wait; return False, at once, if there is nothing to wait for, or no time for it."""
        if not 0 < seconds <= self._left_s:
            return False
        self._left_s -= seconds
        self._clock.sleep(seconds)
        return True

    def renew(self) -> None:
        """Begin another run."""
        self._left_s = LONGEST_S
