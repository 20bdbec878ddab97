"""Stops a run early, because of a signal or a deadline."""

from ordosync.clock import Clock


class InterruptedRunError(Exception):
    """The run was asked to stop, and stopped between two writes."""


class Stop:
    """The request to stop. It is checked between two writes, never during one."""

    def __init__(
        self,
        clock: Clock,
        *,
        deadline_s: float | None = None,
        signals: list[int] | None = None,
    ) -> None:
        self._clock = clock
        self._ends = None if deadline_s is None else clock.monotonic() + deadline_s
        self.signals: list[int] = [] if signals is None else signals
        """The numbers of the signals that were received."""

    def within(self, deadline_s: float) -> "Stop":
        """Return a stop with another deadline that also receives the signals of this one."""
        return Stop(self._clock, deadline_s=deadline_s, signals=self.signals)

    @property
    def signal(self) -> int | None:
        """Number of the last signal; None if there was none."""
        return self.signals[-1] if self.signals else None

    def on_signal(self, number: int) -> None:
        """Record a signal."""
        self.signals.append(number)

    @property
    def reason(self) -> str | None:
        """`signal` or `deadline`; None to go on."""
        if self.signals:
            return "signal"
        if self._ends is not None and self._clock.monotonic() >= self._ends:
            return "deadline"
        return None
