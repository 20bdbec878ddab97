"""Verdicts about the records of a feed: what is read, left out, held or refused."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

from ordosync.accounts.feeds import MOST_EXAMPLES, FeedExample, FeedVerdict, Verdict
from ordosync.models import InvalidRecord, Order

_ORDER: tuple[Verdict, ...] = ("travels", "held", "skipped", "failed")
_ROW = re.compile(r" (?:row|record) ([0-9]+): ")
"""The place in the reason of a record that is refused."""
_HELD = "held"


class Verdicts:
    """Counts the records by their verdicts, and keeps the first ones of each."""

    def __init__(self) -> None:
        self._counts: Counter[Verdict] = Counter()
        self._examples: defaultdict[Verdict, list[FeedExample]] = defaultdict(list)

    def add(self, records: Mapping[str, object], first_rows: Mapping[str, int]) -> list[object]:
        """Add records by their key, with the first row of each; return those that are read."""
        read = []
        for key, record in records.items():
            verdict = _verdict(record)
            self._counts[verdict] += 1
            if isinstance(record, InvalidRecord):
                self._keep(verdict, record, first_rows.get(key))
            else:
                read.append(record)
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

    def _keep(self, verdict: Verdict, record: InvalidRecord, row: int | None) -> None:
        examples = self._examples[verdict]
        if len(examples) < MOST_EXAMPLES:
            found = _ROW.search(record.reason)
            examples.append(
                FeedExample(
                    row=int(found[1]) if found else row,
                    record="" if record.is_whole_file else record.id,
                    code=record.code,
                    reason=record.reason,
                )
            )


def _verdict(record: object) -> Verdict:
    if isinstance(record, InvalidRecord):
        if record.code == _HELD:
            return "held"
        return "skipped" if record.is_skipped else "failed"
    return "held" if isinstance(record, Order) and record.is_held else "travels"
