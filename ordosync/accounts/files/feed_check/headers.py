"""The row of a sample that is its header: as configured, or the one that looks like a header."""

from collections.abc import Sequence
from itertools import islice

from ordosync.accounts.files.feed_check.field_names import NAMES, address_of, fields_of, plain_name
from ordosync.accounts.files.input_options.input_files import InputFiles

_FEWEST = 2
_MOST_ROWS = 40
HeaderRow = tuple[int, Sequence[str]]


def configured_header(
    rows: Sequence[tuple[int, Sequence[str]]], options: InputFiles
) -> HeaderRow | None:
    """Return the header that the options name; None if it is not there, or has no row."""
    if options.header.contains:
        wanted = set(map(plain_name, options.header.contains))
        return next(((at, row) for at, row in rows if wanted <= set(map(plain_name, row))), None)
    return next(((at, row) for at, row in rows if at == options.header.row), None)


def likely_header(rows: Sequence[tuple[int, Sequence[str]]]) -> HeaderRow | None:
    """Return the row with the most usual names of columns; None if no row has some."""
    candidates = list(islice(rows, _MOST_ROWS))
    at, row = max(candidates, key=lambda item: usual_names(item[1]), default=(0, ()))
    return (at, row) if usual_names(row) >= _FEWEST else None


def usual_names(row: Sequence[str]) -> int:
    """Return how many cells of a row are usual names of columns."""
    by_subject = [fields_of(row, subject) for subject in NAMES]
    return max(map(len, by_subject)) + len(address_of(row))


def looks_like_header(row: Sequence[str]) -> bool:
    """True if a row has usual names; otherwise it may be the data of a buyer."""
    return usual_names(row) >= _FEWEST
