"""The reasons of steps and rows that failed: equal ones together, and only the first of them."""

import re
from collections.abc import Iterable, Iterator

MOST = 10
"""The number of different reasons that a command shows."""
_FEW = 3
_PLACE = re.compile(r"^.{1,200}? row \d+: ")
"""The file and row at the start of a reason, which differ although the reason is the same."""


def lines(failures: Iterable[tuple[str, str]], *, more: str) -> Iterator[str]:
    """Yield a line for each reason, with its subjects; `more` says where all of them are."""
    by_reason: dict[str, list[tuple[str, str]]] = {}
    for subject, reason in failures:
        by_reason.setdefault(_PLACE.sub("", reason), []).append((subject, reason))
    groups = list(by_reason.items())
    for reason, group in groups[:MOST]:
        text = group[0][1] if len(group) == 1 else reason
        yield f"  {_joined([subject for subject, _ in group])}: {text}"
    if rest := sum(len(group) for _, group in groups[MOST:]):
        yield f"  and {rest} more: {more}"


def _joined(names: list[str]) -> str:
    rest = len(names) - _FEW
    return ", ".join(names[:_FEW]) + (f" and {rest} more" if rest > 0 else "")
