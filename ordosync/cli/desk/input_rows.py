"""Parses the input of the desk commands: rows, quantities, amounts, times and pairs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ordosync.accounts.spreadsheets import damage, plain
from ordosync.errors import UsageError

_DIGITS = 9
_LONGEST_AMOUNT = 20
_LONG_NUMBER = 10
"""The length of a text that is rather a whole tracking number than a group of its digits."""
_REPEAT = "repeat --tracking for each"
_THOUSANDS = 3
"""The digits after a comma that may separate thousands."""


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """A row of a file, with all of its columns."""

    cells: Mapping[str, str]
    """The cells by the headers of the file."""
    delimiter: str


@dataclass(frozen=True, kw_only=True)
class InputRow:
    """A row of input: from a CSV file or the command line."""

    cells: dict[str, str]
    number: int = 0
    """Row number in the file, from 1."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """The reasons why cells have no text, by our names of columns."""
    source: SourceRow | None = None
    """The row as the file has it; None if it was typed."""

    def get(self, name: str) -> str:
        """Return the value of a column; empty if it is missing."""
        text = self.cells.get(name, "").strip()
        return plain(text) if text.startswith("'") else text

    def id(self, name: str) -> str:
        """Return an id, SKU or tracking number. Raises `UsageError`."""
        return plain(undamaged(self.cells.get(name, "").strip(), name))

    def tracking(self) -> str:
        """Return the tracking number. Raises `UsageError`."""
        command = "`orders ship ORDER --tracking A --tracking B`"
        several = f"ship it with {command}" if self.number else _REPEAT
        return tracking_number(self.cells.get("tracking", ""), several=several)

    def check(self) -> None:
        """Raise `UsageError` if a cell has no text that can be used."""
        for name, problem in self.problems.items():
            raise UsageError(f"the {name} {problem}")

    def line(self) -> str:
        """Return its units as `SKU=QTY`; empty if it has none. Raises `UsageError`."""
        sku, count = self.id("sku"), self.get("quantity")
        if bool(sku) != bool(count):
            raise UsageError(
                "has a quantity, but no sku" if count else "has a sku, but no quantity"
            )
        return f"{sku}={count}" if sku else ""

    def amount(self, name: str) -> Decimal | None:
        """Return an amount, with a decimal point or comma; None if blank. Raises `UsageError`."""
        text = self.get(name)
        whole, comma, decimals = text.partition(",")
        if comma and len(decimals) == _THOUSANDS and whole.isdigit():
            raise UsageError(
                f"{text!r} may be a thousand or a fraction; write it with a point or two decimals"
            )
        return money(text, separator="," if comma else ".") if text else None


def merged(rows: Sequence[InputRow], names: Sequence[str], noun: str) -> InputRow:
    """Merge rows; a value may be in only one of them. Raises `UsageError`."""
    cells: dict[str, str] = {}
    for name in names:
        values = {value: row.number for row in rows if (value := row.get(name))}
        if len(values) > 1:
            numbers = ", ".join(map(str, values.values()))
            raise UsageError(f"is one {noun} with different values of {name} (rows {numbers})")
        cells[name] = next(iter(values), "")
    return InputRow(cells=cells, number=rows[0].number)


def undamaged(text: str, name: str) -> str:
    """Return an id, SKU or postcode. Raises `UsageError` if a spreadsheet has damaged it."""
    if why := damage(text):
        raise UsageError(f"the {name} {text[:40]!r} {why}")
    return text


def tracking_number(text: str, *, several: str = _REPEAT) -> str:
    """Return a tracking number without the spaces with which labels show it.

    Raises `UsageError` if a spreadsheet has damaged it, or if it is a list of numbers; `several`
    is the advice for a list.
    """
    # A damaged number may have a decimal comma, so it is no list of two numbers.
    number = undamaged("".join(text.split()), "tracking number")
    if is_list(text):
        raise UsageError(f"{_shown(text)} is several tracking numbers; {several}")
    return plain(number)


def is_list(text: str) -> bool:
    """True if a text has several tracking numbers. The groups of one number are short."""
    parts = [part for part in re.split(r"[,;\r\n]", text) if part.strip()]
    return len(parts) > 1 or sum(len(word) >= _LONG_NUMBER for word in text.split()) > 1


def _shown(text: str) -> str:
    return repr(" ".join(text.split())[:80])


def quantity(text: str, *, least: int = 0) -> int:
    """Parse a whole number. Raises `UsageError`."""
    if not text.strip():
        raise UsageError("the quantity is blank; write 0 if there is no stock")
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _DIGITS or int(text) < least:
        raise UsageError(
            f"{text!r} is not a whole number of {least} or more, with at most {_DIGITS} digits"
        )
    return int(text)


def money(text: str, *, separator: str = ".") -> Decimal:
    """Parse an amount with this decimal separator. Raises `UsageError`."""
    pattern = rf"[0-9]+({re.escape(separator)}[0-9]+)?"
    if not re.fullmatch(pattern, text) or len(text) > _LONGEST_AMOUNT:
        raise UsageError(f"{text!r} is not an amount without currency, such as 4{separator}20")
    return Decimal(text.replace(separator, "."))


def parse_time(text: str) -> datetime:
    """Parse a time with its UTC offset. Raises `UsageError`."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UsageError(f"{text!r} is not a time such as 2026-11-23T14:05:00+01:00")
    return at


def parse_pair(text: str) -> tuple[str, str]:
    """Parse `SKU=VALUE`, split at the last equals sign. Raises `UsageError`."""
    sku, equals, value = (part.strip() for part in text.rpartition("="))
    if not equals or not sku:
        raise UsageError(f"{text.strip()!r} is not SKU=QUANTITY")
    return undamaged(sku, "SKU"), value
