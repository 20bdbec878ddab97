"""Converts the texts of amounts, and checks that they are in the currency of their record."""

import re
from decimal import Decimal
from functools import cache

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.parsing.converters import InvalidRowError, cell, raw_texts
from ordosync.accounts.files.parsing.transforms import amount_problem
from ordosync.currencies import fits


def amount(
    row: Row, name: str, text: str, options: InputFiles, currency: str = ""
) -> Decimal | None:
    """Return an amount; nothing is guessed. The currency is that of the options by default."""
    if not text:
        return None
    if not _pattern(options.decimal).fullmatch(text):
        problem = f"{name} {text[:40]!a} {amount_problem(text, options.decimal)}"
        raise InvalidRowError("invalid.money", row, problem)
    if name in options.transform:
        _check_signs(row, name, currency or options.currency or "", options)
    return Decimal(text.replace(options.decimal, "."))


@cache
def _pattern(decimal: str) -> re.Pattern[str]:
    return re.compile(rf"-?[0-9]{{1,15}}({re.escape(decimal)}[0-9]{{1,6}})?")


def currency_of(row: Row, text: str) -> str:
    """Return the currency code of a record with amounts."""
    if not re.fullmatch("[A-Z]{3}", text):
        problem = (
            f"currency {text[:40]!a} is not a code such as USD" if text else "currency is blank"
        )
        raise InvalidRowError("invalid.currency", row, problem)
    return text


def row_currency(row: Row, options: InputFiles) -> str:
    """Return the currency of a row with an amount."""
    if "currency" not in options.sources:
        return options.currency or ""
    return currency_of(row, cell(row, "currency", options))


def _check_signs(row: Row, name: str, currency: str, options: InputFiles) -> None:
    """Raise `InvalidRowError` if the sign of another currency was removed from an amount."""
    raw = " ".join(raw_texts(row, name, options))
    for step in options.transform[name] if currency else ():
        if step.currency and step.currency in raw and not fits(step.currency, currency):
            problem = f"{name} {raw[:40]!a} is not in {currency}"
            raise InvalidRowError("invalid.money", row, problem)
