"""Signs of damage in the cells of a feed, each with the rows in which it was found.

A sign is not a fault: a row with one may be right. What is refused is in the verdicts.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain

from ordosync.accounts.feeds import MOST_EXAMPLES, FeedFinding
from ordosync.accounts.files.feed_check.field_names import is_total
from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.spreadsheets import looks_like_date

_IDS = ("order_number", "sku", "supplier_sku", "tracking_number", "line_id")
_ZIPS = {"ship_to.zip": "ship_to.country", "bill_to.zip": "bill_to.country"}
_FIVE_DIGITS = {"US", "USA", "UNITED STATES", "DE", "GERMANY", "DEUTSCHLAND"}
_SHORT_ZIP = re.compile("[0-9]{3,4}")
_EXPONENT = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]{1,3}")
_ROUNDED = re.compile("[0-9]{14}0|[0-9]{15}0+")
"""Excel keeps 15 digits of a number; the digits after them become 0."""
_WRONG_LETTERS = re.compile("Ã[\u0080-\u00bf\u201a\u0192\u201e\u2026\u0178]|â€|\ufffd")
_NEGATIVE = re.compile("-[0-9,.]*[1-9][0-9,.]*")
_FORMULA = re.compile('=[^"]')
_FEW = 0.5


class Places:
    """Rows with the same sign of damage."""

    def __init__(self) -> None:
        self.count = 0
        self.rows: list[int] = []

    def add(self, row: Row) -> None:
        """Count a row; the first ones are kept."""
        self.count += 1
        if len(self.rows) < MOST_EXAMPLES:
            self.rows.append(row.number)

    def finding(self, code: str, text: str) -> FeedFinding:
        """Return the finding of these rows."""
        return FeedFinding(code=code, text=text, count=self.count, rows=tuple(self.rows))


class DamagedCells:
    """Collects the signs of damage in the mapped cells of rows."""

    def __init__(self, options: InputFiles) -> None:
        self._columns = options.columns
        self._is_stock = isinstance(options, StockFiles)
        self._found: dict[tuple[str, str], Places] = defaultdict(Places)
        self._has_pad = any(step.pad for step in options.transform.get("sku", ()))
        self._lengths: dict[int, Places] = defaultdict(Places)
        """The rows of SKUs of digits, by their number of digits."""

    def add(self, row: Row) -> None:
        """Look at the cells of a row."""
        for field, column in self._columns.items():
            if text := row.cells.get(column, ""):
                for code in _signs(field, text):
                    self._found[code, field].add(row)
        self._add_sku(row)
        if self._is_stock and _NEGATIVE.fullmatch(self._cell(row, "quantity")):
            self._found["oversold", "quantity"].add(row)
        for zip_field, country_field in _ZIPS.items():
            if _is_short_zip(self._cell(row, zip_field), self._cell(row, country_field)):
                self._found["short-zip", zip_field].add(row)

    def findings(self) -> Iterator[FeedFinding]:
        """Yield what was found."""
        yield from self._shorter_skus()
        for (code, field), places in self._found.items():
            yield places.finding(code, _TEXTS[code].format(field=field))

    def _add_sku(self, row: Row) -> None:
        sku = self._cell(row, "sku")
        if sku.isascii() and sku.isdecimal() and not self._has_pad:
            self._lengths[len(sku)].add(row)

    def _shorter_skus(self) -> Iterator[FeedFinding]:
        """Yield the SKUs of digits that are shorter than most: a spreadsheet removes zeros."""
        total = sum(places.count for places in self._lengths.values())
        usual = max(self._lengths, key=lambda n: (self._lengths[n].count, n), default=0)
        shorter = [places for length, places in self._lengths.items() if length < usual]
        if shorter and self._lengths[usual].count >= total * _FEW:
            rows = sorted(chain.from_iterable(places.rows for places in shorter))
            yield FeedFinding(
                code="sku-length",
                text=f"SKUs of digits are shorter than the others, which have {usual}; a"
                f" spreadsheet removes leading zeros, which `{{pad: {usual}}}` adds again",
                count=sum(places.count for places in shorter),
                rows=tuple(rows[:MOST_EXAMPLES]),
            )

    def _cell(self, row: Row, field: str) -> str:
        return row.cells.get(self._columns.get(field, ""), "")


def _signs(field: str, text: str) -> Iterator[str]:
    if field in _IDS:
        if _EXPONENT.fullmatch(text):
            yield "exponent"
        elif _ROUNDED.fullmatch(text):
            yield "rounded"
        elif looks_like_date(text):
            yield "date"
        elif is_total(text):
            yield "total"
    if not text.isascii() and _WRONG_LETTERS.search(text):
        yield "wrong-letters"
    if text[:1] == "=" and _FORMULA.match(text):
        yield "formula"


def _is_short_zip(code: str, country: str) -> bool:
    return country.upper() in _FIVE_DIGITS and bool(_SHORT_ZIP.fullmatch(code))


_TEXTS: Mapping[str, str] = {
    "exponent": "{field} is a number with an exponent, so digits may be lost; export it as text",
    "rounded": "{field} has 15 digits or more and ends with 0, so a spreadsheet may have rounded"
    " it; export it as text",
    "date": "{field} looks like a date, which a spreadsheet may have made of another text, such as"
    " MAR-2",
    "oversold": "{field} is below 0, so 0 is written",
    "total": "{field} is that of a row of totals; end the data before it with `until`",
    "wrong-letters": "{field} has letters of another encoding, such as \u00c3; export the file"
    " again, or set `encoding`",
    "formula": "{field} is the text of a formula; export the result of the formula",
    "short-zip": "{field} has fewer than 5 digits in a country with 5; a spreadsheet removes"
    " leading zeros, which `{{pad: 5}}` adds again",
}
