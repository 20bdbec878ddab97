"""Errors of ordosync: the class says what happens next, the message says what happened.

They are raised where the fact is known. The engine catches `AccountError` per step or run; the
command line catches `OrdosyncError` once and turns it into one line and an exit code.

::

    OrdosyncError                 exit code 1
      UsageError                  exit code 2
      ConfigError                 exit code 3
      DatabaseError               exit code 4
        DamagedError
      LeaseLostError
      AccountError                recorded in the run, or in the step:
        RefusedError              the step fails
          ExistsError             ... is retried for an hour
          PartlyReadError         the run fails after everything else was read
          NotFoundError
            AddressError
        UnavailableError          the step or run is retried later
          StoppedCallError        ... by the next run
        UnknownOutcomeError       the write is looked up before it is repeated
          NotShownError           ... or the operator settles it
        SignInError               the run fails at once
        SafetyLimitError          the run fails before its first write
        StockRulesError           the run fails before its first write
        SkuMapError               the run fails before anything is read
"""

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar


class OrdosyncError(Exception):
    """An error that a user or a remote system can cause; shown as one line without a traceback."""

    exit_code: ClassVar[int] = 1


class UsageError(OrdosyncError):
    """A portal, run, step, order or SKU does not exist, or the arguments do not fit together."""

    exit_code = 2


class ConfigError(OrdosyncError):
    """The configuration has problems: one line each, in the order of the file."""

    exit_code = 3

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class DatabaseError(OrdosyncError):
    """A SQLite file is missing, damaged, read-only or of a newer ordosync, or the disk is full."""

    exit_code = 4

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"database {path}: {why}")
        self.why = why


class DamagedError(DatabaseError):
    """The file is not a complete database; it must be restored from a backup."""


class LeaseLostError(OrdosyncError):
    """Another process has taken over the lease of this run, which must not write any more."""


class AccountError(OrdosyncError):
    """A request to an account failed. The message names the account, the action and the answer."""

    code: ClassVar[str] = "account"

    def __init__(self, account: str, action: str, answer: str) -> None:
        super().__init__(f"{account}: {action}: {answer}")
        self.answer = answer


class RefusedError(AccountError):
    """The account refuses the request permanently: the step fails and needs the operator."""

    code = "refused"


class ExistsError(RefusedError):
    """The object exists already, but no list of the account shows it yet: retried later."""

    code = "exists"


class PartlyReadError(RefusedError):
    """A part of a source cannot be used. Raised after everything else was read."""


class NotFoundError(RefusedError):
    """The object does not exist, or no longer exists."""

    code = "not-found"


class AddressError(NotFoundError):
    """An id or SKU that cannot be part of a URL, so no object can be read by it."""


class UnavailableError(AccountError):
    """A temporary failure (timeout before sending, 429, 503, a locked file): retried later."""

    code = "unavailable"

    def __init__(
        self, account: str, action: str, answer: str, *, retry_after_s: float | None = None
    ) -> None:
        super().__init__(account, action, answer)
        self.retry_after_s = retry_after_s


class StoppedCallError(UnavailableError):
    """A signal ended the request before anything was written: retried by the next run."""

    code = "stopped"

    def __init__(self, account: str, action: str, answer: str = "stopped by a signal") -> None:
        super().__init__(account, action, answer)


class UnknownOutcomeError(AccountError):
    """The write may have arrived (no readable response): looked up before it is repeated."""

    code = "unknown-outcome"


class NotShownError(UnknownOutcomeError):
    """The write may have arrived, and the account does not show it: the operator settles it."""

    code = "not-shown"


class SignInError(AccountError):
    """The account rejects the credentials: the whole run stops at once."""

    code = "auth"


class SafetyLimitError(AccountError):
    """The safety limit stopped the run before anything was sent: too much would change at once."""

    code = "brake"


class StockRulesError(AccountError):
    """The file with stock rules cannot be used. Without it, too many units would be shown."""

    code = "stock-rules"


class SkuMapError(AccountError):
    """The SKU map cannot be used. Without it, SKUs and units would be wrong."""

    code = "sku-map"


class DeliveryError(Exception):
    """The message was not sent, or it is not known. The text has no secret, and no address."""

    def __init__(
        self, why: str, *, may_have_arrived: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(why)
        self.may_have_arrived = may_have_arrived
        """True if the recipient may have got it, so that another attempt may double it."""
        self.retry_after_s = retry_after_s
        """Seconds to wait before the next attempt, as the service requests."""


def mistake(error: Exception) -> str:
    """Describe a bug of ordosync by its place only: its data may be personal."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return f"{type(error).__name__} in {where}, a bug of ordosync; please report it"


def clear_frames(error: Exception) -> None:
    """Free what the functions held that an error has left.

    A generator in such a function may keep a file open. If the error is part of a cycle, only the
    garbage collection closes it, perhaps in another thread, which SQLite refuses.
    """
    traceback.clear_frames(error.__traceback__)
