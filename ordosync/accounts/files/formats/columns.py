"""The columns of a table that are read, among those that its header names.

A column that is read has one name in the program: the first of its names in the options. Of several
names that a header has, the first is used. A preset and `dialect: spreadsheet` also accept a name
in other capitals and blanks, if no name fits exactly.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ordosync.accounts.files.formats.delimiters import separated_by
from ordosync.accounts.files.formats.headers import HeaderRow, folded, folds_names
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.formats.unusable_exports import why_unusable
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.option_types import names_of
from ordosync.accounts.spreadsheets import neutral


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The names of the cells of a row."""

    names: Sequence[str]
    further_names: Sequence[tuple[str, int]]
    """Further names of cells, by index, if a column of the file is several of the options."""
    places: Mapping[str, int]
    """The index of each column that is read; a missing optional column has none."""
    width: int
    """The number of cells up to the last column with a name."""
    origin: str = "the header"
    """The row that has as many cells as each row should have, in messages."""


def columns_of(header: HeaderRow, options: InputFiles, *, read_as: str = "") -> Columns:
    """Return the columns of a file. Raises `InvalidFileError` if one that is read is missing.

    `read_as` says how the file was split into cells, for the message.
    """
    names, further_names = list(header.names), []
    places: dict[str, int] = {}
    for column in options.columns_read:
        place = _place(header.names, column, options)
        if place is None:
            if set(names_of(column)).isdisjoint(options.optional):
                raise _missing(column, header, options, read_as)
            continue
        if place in places.values():
            further_names.append((str(column), place))
        else:
            names[place] = str(column)
        places[str(column)] = place
    width = max((at for at, name in enumerate(header.names, 1) if name), default=0)
    return Columns(
        names=names,
        further_names=further_names,
        places=places,
        width=width,
        origin="the header" if header.number else "the first row",
    )


def _place(header: Sequence[str], column: str, options: InputFiles) -> int | None:
    """Return the index of a column in the header; None if the header lacks it."""
    place = _first(header, names_of(column), column)
    if place is None:
        # Rejected rows have a mark before a name such as @id, so that no spreadsheet runs it.
        place = _first(header, map(neutral, names_of(column)), column)
    if place is None and folds_names(options):
        return _first([folded(name) for name in header], map(folded, names_of(column)), column)
    return place


def _first(header: Sequence[str], names: Iterable[str], column: str) -> int | None:
    for name in names:
        if header.count(name) > 1:
            raise InvalidFileError(f"column {str(column)!a} is in the header twice")
        if name in header:
            return header.index(name)
    return None


def _missing(column: str, header: HeaderRow, options: InputFiles, read_as: str) -> InvalidFileError:
    if reason := why_unusable(header.names):
        return InvalidFileError(reason, columns=header.names)
    further = "".join(f" or {name!a}" for name in names_of(column)[1:])
    hint = separated_by(header.names, options.columns_read) or _near(column, header, options)
    place = f"header: row {header.number}" if header.number else "the file has no header"
    details = "; ".join(filter(None, [place, read_as]))
    return InvalidFileError(
        f"column {str(column)!a}{further} is missing{hint} ({details})", columns=header.names
    )


def _near(column: str, header: HeaderRow, options: InputFiles) -> str:
    """Return a hint with the columns that differ in case or by a typing error.

    A row without any other column that is read may be a customer's data, and is not quoted.
    """
    by_fold = {folded(name): name for name in header.names if name}
    read = {folded(name) for each in options.columns_read for name in names_of(each)}
    if read.isdisjoint(by_fold):
        return ""
    near = [
        by_fold[fold]
        for name in names_of(column)
        for fold in difflib.get_close_matches(folded(name), by_fold, n=2)
    ]
    shown = " or ".join(f"{name!a}" for name in dict.fromkeys(near))
    return f"; did you mean {shown}?" if near else ""
