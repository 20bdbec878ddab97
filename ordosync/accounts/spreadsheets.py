"""Spreadsheets and CSV files: protection against formulas, and ids that a spreadsheet changed."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from math import isclose

from ordosync.text import trimmed

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""The first bytes of .xlsx and .ods files, and of .xls files."""
DELIMITERS = ",;\t|"
"""The characters that may separate the cells of a CSV file."""
_FORMULA = frozenset("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20")
"""The characters that begin a formula in a spreadsheet, full-width forms included."""
_DAMAGED = re.compile(
    r"""
    (?P<number> [+-]? [0-9]+ ([.,][0-9]+)? [eE][+][0-9]+ )
    | (?P<error> [#] ( N/[ABD] | NV | [¡¿]? [A-Z0-9/_ÄÖÜ]+[!?] | [#]{2,} ) )
    | (?P<text> ="(.*) | '[0-9].* )
    """,
    re.VERBOSE | re.DOTALL,
)
_MONTHS = (
    # English and German begin with a capital.
    "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mrz|Mär|Mai|Okt|Dez"
    # French, Spanish, Italian, Dutch and Portuguese do not.
    "|janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc"
    "|ene|feb|mar|abr|may|jun|jul|ago|dic|gen|mag|giu|lug|set|ott"
    "|jan|mrt|apr|mei|aug|sep|okt|dec|fev|out|dez"
)
"""The months as spreadsheets shorten them."""
_DATE = re.compile(
    rf"[0-9]{{1,2}}[-./ ]{{1,2}}({_MONTHS})\.?([-./ ]{{1,2}}[0-9]{{2}}([0-9]{{2}})?)?"
    rf"|({_MONTHS})[-./ ]{{1,2}}[0-9]{{2}}([0-9]{{2}})?"
    r"|[0-9]{1,2}(?P<mark>[./-])[0-9]{1,2}(?P=mark)[0-9]{4}"
)
"""The dates that spreadsheets show in place of texts such as 2-3, MAR2 and 3.4."""
_ROUNDED = 0.5
"""A number without decimals is rounded by up to half of its value."""
_WHY = {
    "number": "is a number that a spreadsheet has rounded; export the column as text",
    "error": "is an error of a spreadsheet; correct it in the source",
    "text": 'has a text mark of a spreadsheet (\' or ="..."); write it without the mark',
}


def neutral(text: str) -> str:
    """Return foreign text with an apostrophe before a formula, so that no spreadsheet runs it.

    Text that begins with an apostrophe and a formula gets another apostrophe, so that `plain` can
    undo it.
    """
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def plain(text: str) -> str:
    """Undo `neutral`."""
    return text[1:] if text[:1] == "'" and _is_formula(text.lstrip("'")) else text


def csv_text(
    columns: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    delimiter: str,
    *,
    quotes: bool = True,
    has_header: bool = True,
) -> str:
    """Return a header and rows; the cells are written as they are.

    Without `quotes`, no cell may have a delimiter or a line end.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=delimiter,
        lineterminator="\r\n",
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
        quotechar='"' if quotes else None,
    )
    if has_header:
        writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue()


def damage(text: str) -> str:
    """Return how a spreadsheet has damaged an id or SKU; empty if it has not.

    Not for names and streets: they may contain any text.
    """
    if "+" not in text and text[:1] not in "=#'":
        return ""
    match = _DAMAGED.fullmatch(text)
    return _WHY[match.lastgroup or "text"] if match else ""


def looks_like_date(text: str) -> bool:
    """True if a spreadsheet may have turned an id or SKU into this date, such as `2-Mar`.

    The text may also be right, so this is not `damage`.
    """
    return _DATE.fullmatch(text) is not None


def may_mean(damaged: str, text: str) -> bool:
    """True if a damaged id may have been this text before a spreadsheet changed it."""
    match = _DAMAGED.fullmatch(damaged)
    if match is None or match["error"]:
        return True
    if match["text"]:
        return unmarked(damaged) == text
    return text.isdecimal() and isclose(
        float(text), float(damaged.replace(",", ".")), rel_tol=_ROUNDED
    )


def unmarked(text: str) -> str:
    """Return the text without the marks that make a spreadsheet keep it: `="..."`, apostrophe."""
    if text[:2] == '="' and text[-1:] == '"' and len(text) > 2:  # noqa: PLR2004 - the two marks
        return trimmed(text[2:-1].replace('""', '"'))
    return text[1:] if text[:1] == "'" and text[1:2].isdecimal() else text


def _is_formula(text: str) -> bool:
    return text[:1] in _FORMULA or text.lstrip()[:1] in _FORMULA if text else False
