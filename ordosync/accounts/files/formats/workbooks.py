"""Reads the rows of a sheet of a workbook, and facts that its rows do not show."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ordosync import progress
from ordosync.accounts.files.formats.rows import InvalidFileError, Row
from ordosync.accounts.files.formats.tables import TableRow, table_rows
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.workbooks.kept_rows import kept_row, kept_text
from ordosync.accounts.workbooks.opening import open_sheet
from ordosync.accounts.workbooks.rows import (
    InvalidWorkbookError,
    Sheet,
    SheetFacts,
    SheetRow,
    WorkbookFormat,
)
from ordosync.regular_files import open_regular

_IDS = ("order_number", "line_id", "sku", "supplier_sku", "tracking_number")
_MIDNIGHT = " 00:00:00"
_LENGTH = len("2026-03-04 00:00:00")
_IS_DATE = "holds a date; format the column as text before the ids are entered"
_ROWS = 500
"""The number of rows after which the position in the file is noted."""


def workbook_rows(path: Path, form: WorkbookFormat, options: InputFiles) -> Iterator[Row]:
    """Yield the rows of a sheet. Raises `InvalidFileError` and `OSError`."""
    with _opened(path, form, options) as (sheet, table):
        read_as = f"sheet: {sheet.facts.name!a}"
        rows = table_rows(table, options, read_as=read_as, is_ragged=True)
        yield from _without_dates_as_ids(rows, options)


def workbook_without(
    path: Path, form: WorkbookFormat, options: InputFiles, is_removed: Callable[[Row], bool]
) -> bytes | None:
    """Return a copy with the other rows; None if it has none of these rows.

    Raises `InvalidFileError` and `OSError`.
    """
    kept: list[tuple[int, bytes]] = []

    def noted(table: Iterator[TableRow]) -> Iterator[TableRow]:
        for row in table:
            kept.append((row.number, kept_row(SheetRow(*row))))
            yield row

    with _opened(path, form, options) as (_, table):
        rows = noted(table)
        read = table_rows(rows, options, is_ragged=True)
        removed = {row.number for row in read if is_removed(row)}
        # Also the rows after the end of the data.
        for _ in rows:
            pass
    if not removed:
        return None
    others = (line for number, line in kept if number not in removed)
    return kept_text(others, decimal=options.decimal)


def workbook_facts(path: Path, form: WorkbookFormat, options: InputFiles) -> SheetFacts:
    """Return facts about the sheet that is read: its name, other sheets, hidden rows, formulas.

    Raises `InvalidFileError` and `OSError`.
    """
    with _opened(path, form, options) as (sheet, table):
        for _ in table:
            pass
        return sheet.facts


def _without_dates_as_ids(rows: Iterator[Row], options: InputFiles) -> Iterator[Row]:
    """Refuse the rows in which a spreadsheet has turned an id such as 2-3 into a date.

    With a transform or `values`, the configuration may name the date.
    """
    changed = {*options.transform, *options.values}
    columns = [options.columns[name] for name in _IDS if name in {*options.columns} - changed]
    for row in rows:
        for column in columns:
            text = row.cells.get(column, "")
            if text.endswith(_MIDNIGHT) and len(text) == _LENGTH and not row.problem:
                row.problem = f"{column!a} {_IS_DATE}"
        yield row


@contextmanager
def _opened(
    path: Path, form: WorkbookFormat, options: InputFiles
) -> Iterator[tuple[Sheet, Iterator[TableRow]]]:
    try:
        with open_regular(path) as file:
            sheet = open_sheet(file, form, options.sheet, decimal=options.decimal)
            yield sheet, _table(sheet, file.tell)
    except InvalidWorkbookError as error:
        raise InvalidFileError(str(error)) from error


def _table(sheet: Sheet, position: Callable[[], int]) -> Iterator[TableRow]:
    for count, row in enumerate(sheet.rows()):
        if not count % _ROWS:
            progress.reached(position())
        yield TableRow(row.number, row.texts, row.problems)
