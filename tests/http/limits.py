"""Makes the limits of accounts that a test is about, for a clock."""

from typing import Protocol

from ordosync.clock import Clock
from ordosync.http.account_limits import AccountLimits


class Limited(Protocol):
    """Returns limits whose time is that of a clock."""

    def __call__(self, clock: Clock) -> AccountLimits: ...
