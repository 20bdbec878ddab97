"""Tables: rows of cells with a header, as in CSV files and workbooks.

A format yields the rows of a file as they are. Here is what all tables share: the header, the end
of the data, blank rows, and cells by the name of their column.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from ordosync.accounts.files.formats.columns import Columns, columns_of
from ordosync.accounts.files.formats.headers import CleanRow, HeaderRow, find_header, numbered
from ordosync.accounts.files.formats.rows import (
    InvalidFileError,
    Row,
    cell_problem,
    row_cleaner,
)
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.option_types import names_of

_NO_PROBLEMS: Mapping[int, str] = MappingProxyType({})


class TableRow(NamedTuple):
    """A row of a table, as its format has it."""

    number: int
    """The line in the file, from 1."""
    texts: Sequence[str]
    problems: Mapping[int, str] = _NO_PROBLEMS
    """The problems of cells by their index. They count only if the column is used."""


def table_rows(
    source: Iterable[TableRow],
    options: InputFiles,
    *,
    read_as: str = "",
    first_row: int = 1,
    is_ragged: bool = False,
) -> Iterator[Row]:
    """Yield the rows of a table between its header and the end of its data.

    `read_as` says how the file was split into cells, for messages. `first_row` is the first row
    that may be the header. In a table that `is_ragged`, a row ends with its last cell that is not
    blank, so it may have fewer cells than the header, or notes beside the table. Raises
    `InvalidFileError`.
    """
    clean, rows = row_cleaner(options), iter(source)
    header, rows = _header_and_rows(rows, options, first_row, is_ragged=is_ragged)
    columns = columns_of(header, options, read_as=read_as)
    is_end, row_of = _end_of_data(options, columns), _row_of(columns, is_ragged=is_ragged)
    for number, texts, problems in rows:
        cells, is_suspect = clean(texts)
        # A row without any text is ignored.
        if not problems and not any(cells):
            continue
        if is_end is not None and is_end(cells):
            return
        yield row_of(number, cells, problems, is_suspect)


def _header_and_rows(
    rows: Iterator[TableRow], options: InputFiles, first_row: int, *, is_ragged: bool
) -> tuple[HeaderRow, Iterator[TableRow]]:
    """Return the header, and the rows after it."""
    clean = row_cleaner(options)
    if not options.header.is_missing:
        cleaned = (CleanRow(row.number, clean(row.texts)[0]) for row in rows)
        return find_header(cleaned, options, first_row=first_row), rows
    first = next((row for row in rows if any(clean(row.texts)[0])), None)
    if first is None:
        raise InvalidFileError("is empty")
    width = max(len(first.texts), _last_column(options) if is_ragged else 0)
    return numbered(width), chain([first], rows)


def _last_column(options: InputFiles) -> int:
    """Return the largest number of a column that is read, in a file without a header."""
    names = [name for column in options.columns_read for name in names_of(column)]
    return max((int(name) for name in names if re.fullmatch("[0-9]{1,3}", name)), default=0)


def _row_of(columns: Columns, *, is_ragged: bool) -> Callable[..., Row]:
    """Return the function that makes a row of its number, its cells and their problems."""
    names, further_names, total = columns.names, columns.further_names, len(columns.names)
    # A file may have a delimiter at the end of each row but the header. In a single row, it is
    # rather a text with a delimiter that moved the cells after it.
    usual = 0

    def row_of(number: int, texts: list[str], problems: Mapping[int, str], is_suspect: bool) -> Row:
        nonlocal usual
        problem = ""
        usual = usual or len(texts)
        if len(texts) != total:
            problem = "" if is_ragged else _width_problem(texts, columns, usual)
            texts += [""] * (total - len(texts))
        cells = dict(zip(names, texts, strict=False))
        for name, place in further_names:
            cells[name] = texts[place]
        if not problem and problems:
            problem = _problem_of_used(problems, columns)
        if not problem and is_suspect:
            problem = cell_problem(cells, columns.places)
        return Row(number, cells, problem)

    return row_of


def _width_problem(texts: Sequence[str], columns: Columns, usual: int) -> str:
    """Return the problem of a row with fewer or more cells than the header.

    Blank cells too many are ignored if the first row has them, too; `usual` is its number of cells.
    """
    count, total = len(texts), len(columns.names)
    if any(texts[total:]) or count < columns.width or count not in (total, usual):
        return f"has {count} cells, {columns.origin} has {total}"
    return ""


def _problem_of_used(problems: Mapping[int, str], columns: Columns) -> str:
    found = (column for column, place in columns.places.items() if place in problems)
    return "; ".join(f"{column!a} {problems[columns.places[column]]}" for column in found)


def _end_of_data(options: InputFiles, columns: Columns) -> Callable[[Sequence[str]], bool] | None:
    """Return the function that is True for the row that ends the data; None if no row does."""
    until = options.until
    if until is None:
        return None
    search = re.compile(until.matches).search
    if until.column is None:
        return _any_cell_ends(search, options, columns)
    place = columns.places.get(until.column)
    if place is None:
        return None
    return lambda texts: place < len(texts) and bool(search(texts[place]))


def _any_cell_ends(
    search: Callable[[str], object], options: InputFiles, columns: Columns
) -> Callable[[Sequence[str]], bool]:
    """Return the function that is True for a row of which any cell matches.

    In a row with an order, only the columns of its ids and units count: any customer could end the
    data by a name or a note.
    """
    has_orders = {"order_number", "quantity"} <= {*options.required_fields}
    needed = options.required_fields if has_orders else ()
    # An order may lack its SKU, and is refused then.
    filled = _places(columns, options.columns_of(*(name for name in needed if name != "sku")))
    decisive = _places(columns, options.columns_of(*needed))

    def is_end(texts: Sequence[str]) -> bool:
        if not any(map(search, texts)):
            return False
        cells = dict(enumerate(texts))
        is_order = bool(filled) and all(map(cells.get, filled))
        return not is_order or any(search(cells.get(place, "")) for place in decisive)

    return is_end


def _places(columns: Columns, names: Sequence[str]) -> list[int]:
    return [columns.places[name] for name in names if name in columns.places]
