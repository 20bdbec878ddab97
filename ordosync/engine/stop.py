"""Why a run should end before its work does: a signal, or its deadline."""

from ordosync.clock import Clock


class Stop:
    """Asked between writes, never during one."""

    def __init__(self, clock: Clock, *, deadline_s: float | None = None) -> None:
        self._clock = clock
        self._ends = None if deadline_s is None else clock.monotonic() + deadline_s
        self.signal: int | None = None
        """The number of the signal that came, set by its handler."""

    @property
    def reason(self) -> str | None:
        """`signal`, `deadline`, or None to go on."""
        if self.signal is not None:
            return "signal"
        if self._ends is not None and self._clock.monotonic() >= self._ends:
            return "deadline"
        return None
