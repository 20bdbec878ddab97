"""The progress of what this process does now, which a terminal shows while it takes long.

Work that may take long has a phase. It costs next to nothing while nothing is shown. Several
threads may work at once, each on its own phase.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

Unit = Literal["records", "bytes"]
_LARGE = 1_000_000
"""The size from which the transfer of a file is a separate phase, in bytes."""


class Phase:
    """A part of the work, and how much of it is done."""

    def __init__(self, label: str, *, total: int | None, unit: Unit) -> None:
        self.label = label
        self.total = total
        self.unit = unit
        self.done = 0


class Progress:
    """The phases that are not done yet."""

    def __init__(self) -> None:
        self.phases: list[Phase] = []
        """The phases of all threads, the last one begun last."""
        self.calls = 0
        """The number of requests to services."""

    @property
    def phase(self) -> Phase | None:
        """The phase that was begun last."""
        return next(iter(self.phases[-1:]), None)


class _OfThread(threading.local):
    """The innermost phase of a thread."""

    phase: Phase | None = None


_progress = Progress()
_own = _OfThread()


def current() -> Progress:
    """Return the progress of this process."""
    return _progress


@contextmanager
def phase(label: str, *, total: int | None = None, unit: Unit = "records") -> Iterator[None]:
    """Work on a phase; the one around it goes on afterwards."""
    outer, inner = _own.phase, Phase(label, total=total, unit=unit)
    _own.phase = inner
    _progress.phases.append(inner)
    try:
        yield
    finally:
        _own.phase = outer
        _progress.phases.remove(inner)


@contextmanager
def transfer(label: str, *, size: int | None) -> Iterator[None]:
    """Transfer a file of this size; a small one does not hide the phase around it."""
    if size is not None and size < _LARGE:
        yield
        return
    with phase(label, total=size, unit="bytes"):
        yield


def advance(count: int) -> None:
    """Count records of the current phase as done."""
    if _own.phase and _own.phase.unit == "records":
        _own.phase.done += count


def reached(position: int) -> None:
    """Note the position in the file that the current phase reads."""
    if _own.phase and _own.phase.unit == "bytes":
        _own.phase.done = position


def reporter() -> Callable[[int], None]:
    """Return `reached` of the current phase, for another thread that works on it."""
    phase = _own.phase

    def reached(position: int) -> None:
        if phase and phase.unit == "bytes":
            phase.done = position

    return reached


def count_call() -> None:
    """Count a request to a service."""
    _progress.calls += 1
