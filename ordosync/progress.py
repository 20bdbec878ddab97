"""The progress of what this process does now, which a terminal shows while it takes long.

Work that may take long has a phase. It costs next to nothing while nothing is shown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

Unit = Literal["records", "bytes"]


class Phase:
    """A part of the work, and how much of it is done."""

    def __init__(self, label: str, *, total: int | None, unit: Unit) -> None:
        self.label = label
        self.total = total
        self.unit = unit
        self.done = 0


class Progress:
    """The innermost phase that is not done yet."""

    phase: Phase | None = None
    calls = 0
    """The number of requests to services."""


_progress = Progress()


def current() -> Progress:
    """Return the progress of this process."""
    return _progress


@contextmanager
def phase(label: str, *, total: int | None = None, unit: Unit = "records") -> Iterator[None]:
    """Work on a phase; the one around it goes on afterwards."""
    outer, _progress.phase = _progress.phase, Phase(label, total=total, unit=unit)
    try:
        yield
    finally:
        _progress.phase = outer


def advance(count: int) -> None:
    """Count records of the current phase as done."""
    if _progress.phase and _progress.phase.unit == "records":
        _progress.phase.done += count


def reached(position: int) -> None:
    """Note the position in the file that the current phase reads."""
    if _progress.phase and _progress.phase.unit == "bytes":
        _progress.phase.done = position


def count_call() -> None:
    """Count a request to a service."""
    _progress.calls += 1
