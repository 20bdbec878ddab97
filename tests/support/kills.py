"""Runs that end at a failpoint, as if their process was killed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace

import pytest

from ordosync import failpoints


class KilledError(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(point: str, passage: int) -> Iterator[list[str]]:
    """End the run at a failpoint, as if its process was killed; it may not get that far.

    Yield a list that then has the failpoint.
    """
    passed: list[str] = []

    def kill(*_: object) -> None:
        passed.append(point)
        raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failpoints, "_name", point)
        patch.setattr(failpoints, "_left", passage)
        patch.setattr(failpoints, "_signal", "")
        patch.setattr(failpoints, "os", SimpleNamespace(kill=kill, getpid=lambda: 0))
        with suppress(KilledError):
            yield passed
