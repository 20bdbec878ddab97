"""Stops a run early, because of a signal or a deadline."""

from ordosync.clock import Clock


class InterruptedRunError(Exception):
    """The run was asked to stop, and stopped between two writes."""


class Stop:
    """The request to stop. It is checked between two writes, never during one."""

    def __init__(
        self, clock: Clock, *, deadline_s: float | None = None, parent: "Stop | None" = None
    ) -> None:
        self._clock = clock
        self._ends = None if deadline_s is None else clock.monotonic() + deadline_s
        self._parent = parent
        self._signal: int | None = None

    def within(self, deadline_s: float) -> "Stop":
        """Return a stop with another deadline that also receives the signals of this one."""
        return Stop(self._clock, deadline_s=deadline_s, parent=self)

    @property
    def signal(self) -> int | None:
        """Number of the signal that was received; None if there was none."""
        return self._parent.signal if self._parent else self._signal

    def on_signal(self, number: int) -> None:
        """Record a signal."""
        self._signal = number

    @property
    def reason(self) -> str | None:
        """`signal` or `deadline`; None to go on."""
        if self.signal is not None:
            return "signal"
        if self._ends is not None and self._clock.monotonic() >= self._ends:
            return "deadline"
        return None
