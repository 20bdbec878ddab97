"""The error tree: the class says what happens next, the message what happened.

Raised where the fact is known. The engine catches `AccountError` per step or per run; the
command line catches `OrdosyncError` once and turns it into one line and an exit code.
"""

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar


class OrdosyncError(Exception):
    """Anything that a user or a remote system can cause; shown as one line, never a traceback."""

    exit_code: ClassVar[int] = 1


class UsageError(OrdosyncError):
    """A portal, run, step, order or SKU that does not exist, or words that do not go together."""

    exit_code = 2


class ConfigError(OrdosyncError):
    """The configuration cannot be used. Every problem found, one line each, in file order."""

    exit_code = 3

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class DatabaseError(OrdosyncError):
    """A SQLite file cannot be used: missing, damaged, read-only, full, or of a newer ordosync."""

    exit_code = 4

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"database {path}: {why}")
        self.why = why


class DamagedError(DatabaseError):
    """What is in the file is no database, or no whole one: only a backup helps."""


class LeaseLostError(OrdosyncError):
    """Another process has taken over this run's lease: write nothing more, leave the row to it."""


class AccountError(OrdosyncError):
    """An account said no, or nothing. Carries who, doing what, and what was answered."""

    code: ClassVar[str] = "account"

    def __init__(self, account: str, action: str, answer: str) -> None:
        super().__init__(f"{account}: {action}: {answer}")
        self.answer = answer


class RefusedError(AccountError):
    """Will never pass as it is: the step fails and waits for a person."""

    code = "refused"


class ExistsError(RefusedError):
    """The account says that it has it already, although no list shows it yet: tried again."""

    code = "exists"


class PartlyReadError(RefusedError):
    """A part of what is there cannot be used. Raised after all the rest of it was read."""


class NotFoundError(RefusedError):
    """What it is about is not there, or not any more."""

    code = "not-found"


class AddressError(NotFoundError):
    """An id or SKU that no address can hold, so nothing there could be read by it."""


class UnavailableError(AccountError):
    """May pass by itself (timeout before sending, 429, 503, a locked file): tried again later."""

    code = "unavailable"

    def __init__(
        self, account: str, action: str, answer: str, *, retry_after_s: float | None = None
    ) -> None:
        super().__init__(account, action, answer)
        self.retry_after_s = retry_after_s


class StoppedCallError(UnavailableError):
    """A signal came before the account was asked, or before it answered what changes nothing."""

    code = "stopped"

    def __init__(self, account: str, action: str, answer: str = "stopped by a signal") -> None:
        super().__init__(account, action, answer)


class UnknownOutcomeError(AccountError):
    """The write may have arrived (answer lost or unreadable): looked up before it is repeated."""

    code = "unknown-outcome"


class SignInError(AccountError):
    """The account does not let us in: the whole run stops at once."""

    code = "auth"


class BrakeError(AccountError):
    """So much would change at once that something is probably wrong: nothing was sent."""

    code = "brake"


def mistake(error: Exception) -> str:
    """Say where a mistake of ordosync's is, and not what it was about, which may be personal."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return f"{type(error).__name__} in {where}, a mistake of ordosync's: please report it"
