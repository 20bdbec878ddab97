"""The problems to report: the entries of `attention`, those of one outage as a single problem."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.errors import UnavailableError
from ordosync.store.concerns import Severity


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem, which is reported when it starts, while it lasts, and when it is over."""

    key: str
    entries: tuple[Attention, ...]
    """The oldest comes first."""

    @property
    def first(self) -> Attention:
        """The oldest entry."""
        return self.entries[0]

    @property
    def severity(self) -> Severity:
        """The highest severity of its entries."""
        is_critical = any(entry.severity == "critical" for entry in self.entries)
        return "critical" if is_critical else "normal"

    @property
    def subject(self) -> str:
        """The order, product or file, and the number of others."""
        others = len(self.entries) - 1
        return f"{self.first.subject} and {others} more" if others else self.first.subject


def problems_of(entries: Iterable[Attention]) -> Mapping[str, Problem]:
    """Return the problems by key. Those of severity low are only in the digest."""
    groups: defaultdict[str, list[Attention]] = defaultdict(list)
    for entry in entries:
        if entry.needs_you:
            groups[_key(entry)].append(entry)
    return {key: Problem(key=key, entries=_sorted(group)) for key, group in groups.items()}


def _key(entry: Attention) -> str:
    """Return the key of an entry, or of the outage that it is a part of.

    While an account is down, each task of its portals fails, and each order waits. All that is one
    problem; otherwise a day of outage would be a message an hour.
    """
    is_task = entry.key == f"{entry.portal}:{entry.task}"
    waits = entry.code == UnavailableError.code and entry.severity == "normal"
    return f"{entry.portal}:outage" if is_task or waits else entry.key


def _sorted(entries: Sequence[Attention]) -> tuple[Attention, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.since))
