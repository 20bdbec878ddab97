"""The wait for a recipient, in parts that a signal can end."""

from collections.abc import Iterator

from ordosync.clock import SLICE_S, Clock


def slices(clock: Clock, limit_s: float) -> Iterator[float]:
    """Yield the timeouts of the parts of a wait. Raises `StoppedError` after a signal."""
    left_s = limit_s
    while left_s > 0:
        clock.check()
        yield min(SLICE_S, left_s)
        left_s -= SLICE_S
