"""The columns of a file beside those that its options need: missing, twice, not read."""

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.feeds import ColumnState, FeedColumn
from ordosync.accounts.files.feed_check.field_names import plain_name
from ordosync.accounts.files.feed_check.headers import looks_like_header
from ordosync.accounts.files.formats.headers import folded, folds_names
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.option_types import names_of


def columns_of(header: Sequence[str], options: InputFiles) -> tuple[FeedColumn, ...]:
    """Return the columns that are read or missing, then those that are not read.

    A first row that does not look like a header may be the data of a buyer, and is not shown.
    """
    needed = list(_needed(header, options))
    read = {each.name for each in needed if each.state != "missing"}
    if not read and not looks_like_header(header):
        return tuple(needed)
    unused = [name for name in dict.fromkeys(header) if name and name not in read]
    return (*needed, *(FeedColumn(name=name, state="unused") for name in unused))


def _needed(header: Sequence[str], options: InputFiles) -> Iterator[FeedColumn]:
    fields = _fields(options)
    for column in options.columns_read:
        found = _found(header, column, options)
        if found:
            state: ColumnState = "twice" if header.count(found) > 1 else "read"
            yield FeedColumn(name=found, state=state, fields=fields[column])
        elif set(names_of(column)).isdisjoint(options.optional):
            near = _near(column, header)
            yield FeedColumn(name=column, state="missing", fields=fields[column], near=near)


def _fields(options: InputFiles) -> Mapping[str, tuple[str, ...]]:
    """Return the fields of each column."""
    fields: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for field, column in options.columns.items():
        fields[column] += (field,)
    for field, steps in options.transform.items():
        for column in dict.fromkeys(column for step in steps for column in step.columns):
            fields[column] += (field,)
    return fields


def _found(header: Sequence[str], column: str, options: InputFiles) -> str:
    """Return the name of a column in the header; empty if it is missing."""
    if exact := next((name for name in names_of(column) if name in header), ""):
        return exact
    if not folds_names(options):
        return ""
    by_fold = {folded(name): name for name in reversed(header)}
    return next((by_fold[folded(n)] for n in names_of(column) if folded(n) in by_fold), "")


def _near(column: str, header: Sequence[str]) -> str:
    by_name = {plain_name(name): name for name in reversed(header) if name}
    for name in names_of(column):
        if near := difflib.get_close_matches(plain_name(name), by_name, n=1):
            return by_name[near[0]]
    return ""
