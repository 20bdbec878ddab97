"""The marks that spreadsheets need in CSV files, and the damage that they do to ids."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from math import isclose

_FORMULA = frozenset("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20")
"""The characters that a spreadsheet takes for the start of a formula, full-width forms included."""
_DAMAGED = re.compile(
    r"""
    (?P<number> [+-]? [0-9]+ ([.,][0-9]+)? [eE][+][0-9]+ )
    | (?P<error> [#] ( N/A | NV | [A-Z0-9/_\u00c4\u00d6\u00dc]+[!?] | [#]{2,} ) )
    | (?P<text> ="(.*) | '[0-9].* )
    """,
    re.VERBOSE | re.DOTALL,
)
_ROUNDED = 0.5
"""A number without decimals is rounded by up to half of it."""
_WHY = {
    "number": "is a number that a spreadsheet has rounded; export the column as text",
    "error": "is an error of a spreadsheet; correct it in the source",
    "text": "has the marks by which a spreadsheet keeps text; write it without them",
}


def neutral(text: str) -> str:
    """Return foreign text so that no spreadsheet runs it: with an apostrophe before a formula.

    So that `plain` can undo it, text that looks like the result gets one more.
    """
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def plain(text: str) -> str:
    """Undo `neutral`."""
    return text[1:] if text[:1] == "'" and _is_formula(text.lstrip("'")) else text


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, str]], delimiter: str) -> str:
    """Return a header and rows; the cells are written as they are."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue()


def damage(text: str) -> str:
    """Return how a spreadsheet has damaged an id, SKU or the like; empty if it has not.

    Not for names and streets: a person may be called anything.
    """
    if "+" not in text and text[:1] not in "=#'":
        return ""
    found = _DAMAGED.fullmatch(text)
    return _WHY[found.lastgroup or "text"] if found else ""


def may_mean(damaged: str, text: str) -> bool:
    """Return True if this text may be that id, damaged by a spreadsheet."""
    found = _DAMAGED.fullmatch(damaged)
    if found is None or found["error"]:
        return True
    if found["text"]:
        return unmarked(damaged) == text
    return text.isdecimal() and isclose(
        float(text), float(damaged.replace(",", ".")), rel_tol=_ROUNDED
    )


def unmarked(text: str) -> str:
    """Return the text that a spreadsheet was made to keep by `="..."` or an apostrophe."""
    if text[:2] == '="' and text[-1:] == '"' and len(text) > 2:  # noqa: PLR2004 - the two marks
        return text[2:-1].replace('""', '"').strip()
    return text[1:] if text[:1] == "'" and text[1:2].isdecimal() else text


def _is_formula(text: str) -> bool:
    return text[:1] in _FORMULA or text.lstrip()[:1] in _FORMULA if text else False
