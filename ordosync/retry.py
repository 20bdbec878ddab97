"""When a write that did not pass is tried again: pure, given the time.

Delays double from one minute to six hours. After twelve tries or two days a person must look.
"""

from datetime import datetime, timedelta

_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=6)
_TRIES = 12
_PATIENCE = timedelta(days=2)


def next_try(
    attempts: int, *, since: datetime, now: datetime, retry_after_s: float | None = None
) -> datetime | None:
    """Return when to try after `attempts` (from 1) failed ones, or None to give up.

    `since` is when it was first owed. `retry_after_s`, the other side's own wish, is kept up to
    a day, as a minimum.
    """
    if attempts >= _TRIES or now - since >= _PATIENCE:
        return None
    delay = delay_after(attempts)
    if retry_after_s is not None and retry_after_s > 0:
        delay = max(delay, min(timedelta(seconds=retry_after_s), timedelta(days=1)))
    return now + delay


def delay_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts, whoever counts them."""
    return min(_FIRST * (1 << min(attempts - 1, _TRIES)), _LONGEST)
