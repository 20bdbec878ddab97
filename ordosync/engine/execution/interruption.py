"""Why a run should end before its work does: a signal, or its deadline."""

from ordosync.clock import Clock


class Stop:
    """Asked between writes, never during one."""

    def __init__(
        self, clock: Clock, *, deadline_s: float | None = None, parent: "Stop | None" = None
    ) -> None:
        self._clock = clock
        self._ends = None if deadline_s is None else clock.monotonic() + deadline_s
        self._parent = parent
        self._signal: int | None = None

    def within(self, deadline_s: float) -> "Stop":
        """Return one that a signal to this one stops as well, and besides its own deadline."""
        return Stop(self._clock, deadline_s=deadline_s, parent=self)

    @property
    def signal(self) -> int | None:
        """The number of the signal that came."""
        return self._parent.signal if self._parent else self._signal

    def on_signal(self, number: int) -> None:
        """Take note of a signal."""
        self._signal = number

    @property
    def reason(self) -> str | None:
        """`signal`, `deadline`, or None to go on."""
        if self.signal is not None:
            return "signal"
        if self._ends is not None and self._clock.monotonic() >= self._ends:
            return "deadline"
        return None
