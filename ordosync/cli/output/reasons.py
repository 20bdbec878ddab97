"""The reasons of steps and rows that failed: equal ones together, and only the first of them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MOST = 10
"""The number of different reasons that a command shows."""
_FEW = 3
_MANY = 10
_PLACE = re.compile(r"^.{1,200}? row \d+: ")
"""The file and row at the start of a reason, which differ although the reason is the same."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A step or row that failed."""

    subject: str
    reason: str
    step: int | None = None
    """The step to retry; None if a retry does not settle it."""


def lines(failures: Iterable[Failure], *, more: str) -> Iterator[str]:
    """Yield a line for each reason, with its subjects; `more` says where all of them are."""
    by_reason: dict[str, list[Failure]] = {}
    for failure in failures:
        by_reason.setdefault(_PLACE.sub("", failure.reason), []).append(failure)
    groups = list(by_reason.items())
    for reason, group in groups[:MOST]:
        text = group[0].reason if len(group) == 1 else reason
        yield f"  {_subjects(group)}: {text}{_retry(group)}"
    if rest := sum(len(group) for _, group in groups[MOST:]):
        yield f"  and {rest} more: {more}"


def _subjects(group: Sequence[Failure]) -> str:
    names = ", ".join(failure.subject for failure in group[:_FEW])
    rest = len(group) - _FEW
    return f"{names} and {rest} more" if rest > 0 else names


def _retry(group: Sequence[Failure]) -> str:
    """Return the command that tries all of a group again; empty if it would be long."""
    steps = [str(failure.step) for failure in group if failure.step is not None]
    if not steps or len(steps) > _MANY:
        return ""
    return f"; `ordosync retry {' '.join(steps)}` tries {'it' if len(steps) == 1 else 'them'} again"
