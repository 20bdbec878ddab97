"""The content of a file that is written: a header and rows, as CSV or as a workbook."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal

from ordosync.accounts.files.output.options import OutputFiles
from ordosync.accounts.spreadsheets import csv_text, neutral, plain

Row = Mapping[str, str]
"""The texts of the fields."""


class InvalidTableError(Exception):
    """A file is not as ordosync writes it. The message continues its name."""


def content_of(rows: Sequence[Row], options: OutputFiles, numeric: AbstractSet[str]) -> bytes:
    """Return the content of a file. Raises `UnicodeError`, and `UnwritableError` of workbooks.

    Text in all but `numeric` fields is neutralised in CSV, and stays text in a workbook.
    """
    columns = options.columns
    if options.is_workbook:
        return _workbook(rows, options, numeric)
    cells = [
        {
            column: row.get(name, "") if name in numeric else neutral(row.get(name, ""))
            for name, column in columns.items()
        }
        for row in rows
    ]
    return csv_text(list(columns.values()), cells, options.delimiter).encode(options.encoding)


def table_of(
    content: bytes, options: OutputFiles, numeric: AbstractSet[str]
) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the header and the rows of a file, each with its number. Raises `InvalidTableError`."""
    fields = {column: name for name, column in options.columns.items()}
    rows = _sheet(content, options) if options.is_workbook else _lines(content, options)
    header: Sequence[str] = ()
    for number, texts in rows:
        if not header:
            header = texts
            yield number, texts
            continue
        if options.is_workbook:
            yield number, [*texts, *[""] * (len(header) - len(texts))]
        else:
            named = zip([*header, *[""] * len(texts)], texts, strict=False)
            yield (
                number,
                [text if fields.get(name) in numeric else plain(text) for name, text in named],
            )


def _lines(content: bytes, options: OutputFiles) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        text = content.decode(options.encoding)
    except UnicodeError as error:
        raise InvalidTableError(f"is not {options.encoding} text") from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=options.delimiter, strict=True)
    try:
        for texts in reader:
            yield reader.line_num, texts
    except csv.Error as error:
        raise InvalidTableError(f"row {reader.line_num} is not valid CSV ({error})") from error


def _workbook(rows: Sequence[Row], options: OutputFiles, numeric: AbstractSet[str]) -> bytes:
    from ordosync.accounts.workbooks.writing import workbook  # noqa: PLC0415 - seldom needed

    cells = [
        {
            column: _number(row.get(name, ""), options)
            if name in numeric and row.get(name)
            else row.get(name, "")
            for name, column in options.columns.items()
        }
        for row in rows
    ]
    return workbook(list(options.columns.values()), cells)


def _number(text: str, options: OutputFiles) -> Decimal:
    return Decimal(text.replace(options.decimal, "."))


def _sheet(content: bytes, options: OutputFiles) -> Iterator[tuple[int, Sequence[str]]]:
    from ordosync.accounts.workbooks.opening import open_sheet  # noqa: PLC0415 - seldom needed
    from ordosync.accounts.workbooks.rows import InvalidWorkbookError  # noqa: PLC0415

    try:
        for row in open_sheet(io.BytesIO(content), "xlsx", decimal=options.decimal).rows():
            if row.problems:
                raise InvalidTableError(f"row {row.number} was not written by ordosync")
            yield row.number, row.texts
    except InvalidWorkbookError as error:
        raise InvalidTableError(str(error)) from error
