"""What both sides of a files account have in common: parts that an option brings."""

from collections.abc import Callable
from typing import Any, TypeVar

from ordosync.accounts.account import Account
from ordosync.accounts.files.file_reader import FileReading
from ordosync.accounts.files.output.reject_files import ReturnFolder
from ordosync.accounts.files.record_types import Subject
from ordosync.errors import RefusedError

T = TypeVar("T")


class PartsOfFiles(Account):
    """An account of which some parts may not be configured."""

    _last: FileReading[Any] | None = None
    """What is being read: its task alone knows what of it is settled."""

    _returned: ReturnFolder | None = None
    """Where refused rows go; None: nowhere."""

    def _reading(self, subject: Callable[[Any], Subject[T]], options: Any) -> FileReading[T] | None:
        if options is None:
            return None
        return FileReading(
            subject(options), account=self.name, spool=self.spool, returned=self._returned
        )

    def _reads(self, reading: FileReading[T] | None, option: str) -> FileReading[T]:
        self._last = self._needed(reading, option)
        return self._last

    def _needed(self, part: T | None, option: str) -> T:
        if part is None:
            raise self._refusal(f"use `{option}`", "this option is missing in the configuration")
        return part

    def _refusal(self, action: str, answer: str) -> RefusedError:
        return RefusedError(f"account {self.name}", action, answer)
