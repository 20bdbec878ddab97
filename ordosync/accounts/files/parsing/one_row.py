"""Lines of an order that is one row: in one cell, or in numbered columns.

Each line becomes a separate row with the number of the row in the file. Its fields are in
columns that only such rows have, such as `{sku}`.
"""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.files.formats.rows import NO_LINES, Row
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.table_options import OneRow, line_column
from ordosync.accounts.files.parsing.converters import InvalidRowError


def line_rows(rows: Sequence[Row], options: OrderFiles) -> Sequence[Row]:
    """Return a row for each line. Raise `InvalidRowError` if a text is not a line."""
    if options.one_row is None:
        return rows
    _check_repeated(rows)
    return [each for row in rows for each in _of_row(row, options.one_row, options)]


def _check_repeated(rows: Sequence[Row]) -> None:
    """Raise `InvalidRowError` if a row comes again, since all its units would be sent twice."""
    numbers = dict[tuple[str, ...], int]()
    for row in rows:
        above = numbers.setdefault(tuple(row.cells.values()), row.number)
        if above != row.number and not row.problem:
            problem = f"repeats row {above}, but `one_row` says that an order is one row"
            raise InvalidRowError("invalid.line", row, problem)


def _of_row(row: Row, one_row: OneRow, options: OrderFiles) -> Sequence[Row]:
    if row.problem:
        return [row]
    lines = _in_texts(row, one_row) if one_row.each else _in_columns(row, one_row, options)
    found = [Row(row.number, {**row.cells, **cells}) for cells in lines]
    return found or [Row(row.number, row.cells, NO_LINES)]


def _in_texts(row: Row, one_row: OneRow) -> Iterator[Mapping[str, str]]:
    """Yield the cells of the lines that are written in the form `each`."""
    for text in filter(None, (text.strip() for text in _texts(row, one_row))):
        match = one_row.form.fullmatch(text)
        if match is None:
            problem = f"{text[:40]!a} is not a line of the form {one_row.each!a}"
            raise InvalidRowError("invalid.line", row, problem)
        if one_row.has_several(text):
            problem = f"{text[:40]!a} is several lines; correct `at` of `one_row`"
            raise InvalidRowError("invalid.line", row, problem)
        yield {line_column(name): part.strip() for name, part in match.groupdict().items()}


def _texts(row: Row, one_row: OneRow) -> Sequence[str]:
    if one_row.items:
        return row.cells.get(one_row.items, "").split(one_row.at)
    return [row.cells[column] for _, column in _numbered(row, one_row)]


def _in_columns(row: Row, one_row: OneRow, options: OrderFiles) -> Iterator[Mapping[str, str]]:
    """Yield the cells of the lines whose fields have numbered columns."""
    columns = options.numbered_columns
    for number, _ in _numbered(row, one_row):
        cells = {each: row.cells.get(each.replace("{n}", number), "") for each in columns}
        if any(cells.values()):
            yield cells


def _numbered(row: Row, one_row: OneRow) -> Sequence[tuple[str, str]]:
    """Return the numbers of the numbered columns with their names, in sequence."""
    matches = [match for column in row.cells if (match := one_row.numbered.fullmatch(column))]
    return sorted(((match[1], match[0]) for match in matches), key=lambda item: int(item[0]))
