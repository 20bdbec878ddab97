"""Signs in the rows of a feed: damaged cells, dates that may be others, orders in two places."""

from collections.abc import Iterator, Sequence

from ordosync.accounts.feeds import FeedFinding
from ordosync.accounts.files.feed_check.damage import DamagedCells, Places
from ordosync.accounts.files.feed_check.dates import DateRange, alternatives, ambiguity
from ordosync.accounts.files.feed_check.totals import DistinctTexts
from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.column_map import directives
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.parsing.rules import skip_reason


class RowSigns:
    """Collects the signs in the rows of one file."""

    def __init__(self, record_type: RecordType[object]) -> None:
        self._record_type = record_type
        options = record_type.options
        self._damaged = DamagedCells(options)
        self._dates = [
            RowDates(options.columns[name], options.date_formats(name))
            for name in options.times
            if name in options.columns
        ]
        self._repeated = RepeatedKeys()
        self.count = 0
        """The number of rows, also of those that a rule leaves out."""
        self.last_row = 0

    def add(self, row: Row) -> None:
        """Look at the next row of the file."""
        self.count += 1
        self.last_row = row.number
        if skip_reason(row, self._record_type.options):
            return
        self._damaged.add(row)
        for dates in self._dates:
            dates.add(row)
        if self._record_type.has_lines:
            self._repeated.add(self._record_type.key(row), row)

    @property
    def date_format(self) -> str:
        """The formats that have read the dates; empty if there are none."""
        return next((dates.date_format for dates in self._dates), "")

    def findings(self) -> Iterator[FeedFinding]:
        """Yield what was found."""
        yield from self._damaged.findings()
        for dates in self._dates:
            yield from dates.findings()
        yield from self._repeated.findings()

    def close(self) -> None:
        """Delete the temporary database."""
        self._repeated.close()


class RowDates:
    """The dates of one column, by the formats of the options and by others that may be meant."""

    def __init__(self, column: str, formats: Sequence[str]) -> None:
        self._column = column
        own = [directives(each) for each in formats]
        others = dict.fromkeys(other for each in own for other in alternatives(each))
        self._ranges = [DateRange(*own), *(DateRange(each) for each in others if each not in own)]

    @property
    def date_format(self) -> str:
        """The formats of the options that have read a date."""
        return self._ranges[0].date_format

    def add(self, row: Row) -> None:
        """Add the date of a row."""
        if text := row.cells.get(self._column, ""):
            for each in self._ranges:
                each.add(text)

    def findings(self) -> Iterator[FeedFinding]:
        """Yield the formats that also read each date, but as another day."""
        own = self._ranges[0]
        if own.reads_all and own.first:
            for date_format, days in ambiguity(self._ranges).items():
                yield FeedFinding(
                    code="date-format",
                    text=f"the dates are {own.text} by {own.date_format}, and {days} by"
                    f" {date_format}; check which is right",
                )


class RepeatedKeys:
    """Order numbers that come again after the rows of another order."""

    def __init__(self) -> None:
        self._above = ""
        self._seen = DistinctTexts()
        self._places = Places()

    def add(self, key: str, row: Row) -> None:
        """Add the order number of the next row; it is blank if the row has none."""
        if key and key != self._above:
            self._above = key
            if not self._seen.add_new(key):
                self._places.add(row)

    def findings(self) -> Iterator[FeedFinding]:
        """Yield the rows in which an order number comes again."""
        if self._places.count:
            yield self._places.finding(
                "repeated-order",
                "an order number comes again after rows of another order; all its rows are one"
                " order",
            )

    def close(self) -> None:
        """Delete the temporary database."""
        self._seen.close()
