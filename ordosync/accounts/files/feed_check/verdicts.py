"""Verdicts about the records of a feed: what is read, left out, held or refused."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

from ordosync.accounts.feeds import MOST_EXAMPLES, FeedExample, FeedVerdict, Verdict
from ordosync.models import InvalidRecord, Order

_ORDER: tuple[Verdict, ...] = ("travels", "held", "skipped", "failed")
_MOST_IN_ALL = 100
_ROW = re.compile(r" (?:row|record) ([0-9]+): ")
"""The place in the reason of a record that is refused."""


class Verdicts:
    """Counts the records by their verdicts, and keeps the first ones of each kind."""

    def __init__(self) -> None:
        self._counts: Counter[Verdict] = Counter()
        self._examples: defaultdict[Verdict, list[FeedExample]] = defaultdict(list)
        self._kinds: Counter[tuple[Verdict, str]] = Counter()

    def add(self, records: Mapping[str, object], first_rows: Mapping[str, int]) -> list[object]:
        """Add records by their key, with the first row of each; return those that are read."""
        read = []
        for key, record in records.items():
            verdict, code, reason = _judged(record)
            self._counts[verdict] += 1
            if verdict == "travels":
                read.append(record)
            else:
                found = _ROW.search(reason)
                row = int(found[1]) if found else first_rows.get(key)
                self._keep(
                    verdict, FeedExample(row=row, record=_name(record), code=code, reason=reason)
                )
        return read

    def result(self) -> tuple[FeedVerdict, ...]:
        """Return the verdicts that at least one record has."""
        return tuple(
            FeedVerdict(
                verdict=verdict,
                count=self._counts[verdict],
                examples=tuple(self._examples[verdict]),
            )
            for verdict in _ORDER
            if self._counts[verdict]
        )

    def _keep(self, verdict: Verdict, example: FeedExample) -> None:
        """Keep the first examples of each kind: of each code, and of each rule or status."""
        kind = verdict, example.code if verdict == "failed" else example.reason
        if self._kinds[kind] < MOST_EXAMPLES and len(self._examples[verdict]) < _MOST_IN_ALL:
            self._kinds[kind] += 1
            self._examples[verdict].append(example)


def _judged(record: object) -> tuple[Verdict, str, str]:
    """Return the verdict about a record, with the code and the reason if it is not read."""
    if isinstance(record, InvalidRecord):
        return "skipped" if record.is_skipped else "failed", record.code, record.reason
    if isinstance(record, Order):
        if record.hold_facts.unclear:
            return "failed", *record.hold_facts.unclear
        if record.hold_facts.held:
            return "held", "hold-status", record.hold_facts.held
        if not any(line.quantity for line in record.lines):
            return "skipped", "nothing-to-ship", "has only lines of quantity 0"
    return "travels", "", ""


def _name(record: object) -> str:
    """Return the number of a record; empty for a file or a row."""
    if isinstance(record, InvalidRecord):
        return "" if record.is_whole_file else record.id
    return record.id if isinstance(record, Order) else ""
