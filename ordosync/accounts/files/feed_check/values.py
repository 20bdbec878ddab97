"""Options for the values of an unknown file: formats of dates, amounts, quantities, countries."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ordosync.accounts.files.feed_check.dates import format_of_dates
from ordosync.countries import COUNTRY_CODES

Columns = Mapping[str, Sequence[str]]
"""The texts of each field in the sample."""
_MONEY = ("unit_price", "line_total", "line_discount", "order_discount", "price", "cost")
_TIMES = ("placed_at", "shipped_at", "as_of")
_SIGN = re.compile(r"(?:[$€£¥]|[A-Z]{2,3}\$?)|(?:[$€£¥]|[A-Z]{3})$")
_CURRENCIES = {"$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY"}
_NUMBER = r"-?[0-9]{1,3}(?:%s[0-9]{3})+(?:%s[0-9]+)?"
_MARKED = re.compile('=".*"|\'[0-9].*', re.DOTALL)


def value_options(texts: Columns) -> dict[str, Any]:
    """Return the options with which these texts can be read."""
    options: dict[str, Any] = {}
    if any(_MARKED.fullmatch(text) for each in texts.values() for text in each):
        options["dialect"] = "spreadsheet"
    times = [text for field in _TIMES for text in texts.get(field, ())]
    if date_format := format_of_dates(times):
        options["date_format"] = date_format
    if _decimal(texts) == ",":
        options["decimal"] = ","
    if steps := {field: list(each) for field, each in _steps(texts) if each}:
        options["transform"] = steps
    return options


def currency_of(texts: Columns) -> str:
    """Return a currency whose sign the amounts have; empty if they have no sign."""
    amounts = [text for field in _MONEY for text in texts.get(field, ())]
    signs = {match[0] for text in amounts if (match := _SIGN.search(text))}
    return next((code for sign, code in _CURRENCIES.items() if sign in signs), "")


def _steps(texts: Columns) -> Iterator[tuple[str, list[Any]]]:
    decimal = _decimal(texts)
    for field, values in texts.items():
        if field in _MONEY:
            yield field, [*_sign_steps(values), *_thousands_steps(values, decimal)]
        elif field == "quantity":
            yield field, [*_thousands_steps(values, decimal), *_whole_steps(values)]
        elif field.endswith(".country") and not _are_codes(values):
            yield field, ["country"]


def _decimal(texts: Columns) -> str:
    """Return the decimal point of the amounts."""
    values = [text for field in _MONEY for text in texts.get(field, ())]
    has_comma = any(re.search(r",[0-9]{1,2}(?![0-9])", text) for text in values)
    return "," if has_comma and not any(re.search(r"\.[0-9]{1,2}\b", t) for t in values) else "."


def _sign_steps(values: Sequence[str]) -> list[Any]:
    signs = {match[0] for text in values if (match := _SIGN.search(text))}
    return [{"currency": sign} for sign in sorted(signs)]


def _thousands_steps(values: Sequence[str], decimal: str) -> list[Any]:
    separator = "," if decimal == "." else "."
    pattern = re.compile(_NUMBER % (re.escape(separator), re.escape(decimal)))
    return [{"thousands": separator}] if any(map(pattern.search, values)) else []


def _whole_steps(values: Iterable[str]) -> list[Any]:
    return ["whole"] if any(re.fullmatch(r"-?[0-9]+[.]0+", text) for text in values) else []


def _are_codes(values: Iterable[str]) -> bool:
    return all(text in COUNTRY_CODES for text in values)
