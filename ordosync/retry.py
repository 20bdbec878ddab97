"""Retry schedule of writes that failed temporarily. Pure functions.

Delays double from one minute to six hours. After twelve attempts or two days the step fails and
needs the operator.
"""

from datetime import datetime, timedelta

_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=6)
_TRIES = 12
_PATIENCE = timedelta(days=2)


def next_try(
    attempts: int, *, since: datetime, now: datetime, retry_after_s: float | None = None
) -> datetime | None:
    """Return the time of the next attempt after `attempts` (from 1) failures. None: give up.

    `since` is when the write was first due. `retry_after_s`, the wait that the service asked for,
    is a minimum of up to one day.
    """
    if attempts >= _TRIES or now - since >= _PATIENCE:
        return None
    delay = delay_after(attempts)
    if retry_after_s is not None and retry_after_s > 0:
        delay = max(delay, min(timedelta(seconds=retry_after_s), timedelta(days=1)))
    return now + delay


def delay_after(attempts: int) -> timedelta:
    """Return the delay after this number of attempts."""
    return min(_FIRST * (1 << min(attempts - 1, _TRIES)), _LONGEST)
