"""Checks of the options of tables and text files that make no sense together."""

from collections.abc import Iterable
from typing import Any

from ordosync.accounts.files.input_options.table_options import Header
from ordosync.accounts.option_types import names_of

_DOCUMENTS = ("json", "jsonl", "xml")
_ONLY_TEXT = {"delimiter": ",", "quotes": True}
"""Options of text with delimiters, with their default."""


def check_tables(options: Any) -> None:
    """Raise `ValueError` if the options of tables and text files make no sense together."""
    _check_header(options.header, options.columns_read)
    _check_format(options)
    # A preset names each column that an export may lack, also if the configuration maps another.
    if not options.preset:
        _check_optional(options.optional, options.columns_read)


def _check_header(header: Header, columns: Iterable[str]) -> None:
    """Raise `ValueError` if a file without a header has columns that are not numbers."""
    if any(not text.strip() for text in header.contains):
        raise ValueError("header.contains: must not have a blank text")
    for column in columns if header.is_missing else ():
        for name in names_of(column):
            if not (name.isascii() and name.isdecimal() and not name.startswith("0")):
                raise ValueError(
                    f"header: with `none`, a column is a number such as 1, not {name!a}"
                )


def _check_optional(optional: Iterable[str], columns: Iterable[str]) -> None:
    """Raise `ValueError` if an optional column is not read."""
    known = {name for column in columns for name in names_of(column)}
    for name in optional:
        if name not in known:
            raise ValueError(f"optional: {name!a} is not a column of this configuration")


def _check_format(options: Any) -> None:
    """Raise `ValueError` if the format of the files has no use for an option."""
    if options.format in (None, "csv"):
        return
    unused = [name for name, default in _ONLY_TEXT.items() if getattr(options, name) != default]
    if options.format in _DOCUMENTS:
        unused += [] if options.header == Header(row=1) else ["header"]
        unused += [] if options.until is None else ["until"]
    if options.whole and options.format != "jsonl":
        unused.append("whole")
    if unused:
        raise ValueError(f"{unused[0]}: is not possible with `format: {options.format}`")
