"""Runs that end or pause at a failpoint, as if their process was killed or was slow."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace

import pytest

from ordosync import failpoints

MOST_PASSAGES = 20
"""More passages of a failpoint than a run has."""


class KilledError(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(point: str, passage: int) -> Iterator[list[str]]:
    """End the run at a failpoint, as if its process was killed; it may not get that far.

    Yield a list that then has the failpoint.
    """
    passed: list[str] = []

    def kill() -> None:
        passed.append(point)
        raise KilledError

    with suppress(KilledError), paused_at(point, passage, kill):
        yield passed


@contextmanager
def paused_at(point: str, passage: int, act: Callable[[], None]) -> Iterator[None]:
    """Call a function at a failpoint of the run, as if another process worked meanwhile."""
    os = SimpleNamespace(kill=lambda *_: act(), getpid=lambda: 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failpoints, "_name", point)
        patch.setattr(failpoints, "_left", passage)
        patch.setattr(failpoints, "_signal", "")
        patch.setattr(failpoints, "os", os)
        yield
