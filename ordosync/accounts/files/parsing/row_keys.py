"""Keys of the rows of a file, which are those of their records."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.parsing.converters import may_have_id, raw_texts
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.parsing.rules import skip_reason

T = TypeVar("T")
_MOST_TOTALS = 1000
"""If a file ends with more rows without a number than this, they are not totals."""


def keyed_rows(
    rows: Iterable[Row], record_type: RecordType[T], *, has_records: bool = False
) -> Iterator[tuple[str, str, Row]]:
    """Yield each row with its key and with the key that it blocks; one of the two is empty.

    A row without a key blocks the order above it, since it may be a line of that order. Rows
    without a SKU at the end of a file are totals, and block nothing, unless all fields of the order
    are blank and repeat those above. In a file that `has_records` a row belongs to no other record.
    """
    if has_records:
        yield from ((record_type.key(row), "", row) for row in rows)
        return
    above = ""
    pending_rows: list[Row] = []
    for row in rows:
        key = record_type.key(row)
        if key or len(pending_rows) > _MOST_TOTALS:
            yield from _below(above, pending_rows, record_type)
            pending_rows.clear()
        if key:
            above = key
            yield key, "", row
        elif not _may_belong(row, above, record_type):
            yield "", "", row
        elif skip_reason(row, record_type.options):
            yield above if _repeats_key(row, record_type) else "", "", row
        else:
            pending_rows.append(row)
    for key, blocked, row in _below(above, pending_rows, record_type):
        repeats = key and not record_type.starts_record(row)
        yield (key, blocked, row) if repeats or _is_line(row, record_type) else ("", "", row)


def is_headless(row: Row, record_type: RecordType[T]) -> bool:
    """True if a row at the beginning of a file is a line of an order on another page."""
    return (
        record_type.repeats_key
        and _repeats_key(row, record_type)
        and not skip_reason(row, record_type.options)
    )


def _below(
    above: str, rows: Sequence[Row], record_type: RecordType[T]
) -> Iterator[tuple[str, str, Row]]:
    for row in rows:
        is_blank = record_type.repeats_key and not _key_texts(row, record_type)
        yield (above, "", row) if is_blank else ("", above, row)


def _repeats_key(row: Row, record_type: RecordType[T]) -> bool:
    """True if a row is a line whose key is that of the row above it."""
    is_blank = record_type.repeats_key and not _key_texts(row, record_type)
    return is_blank and _is_line(row, record_type)


def _key_texts(row: Row, record_type: RecordType[T]) -> str:
    return "".join(raw_texts(row, record_type.needed[0], record_type.options))


def _is_line(row: Row, record_type: RecordType[T]) -> bool:
    """True if a row has a SKU. A constant SKU has no column, and then no row is a total."""
    skus = record_type.options.columns_of("sku")
    return not skus or any(map(row.cells.get, skus))


def _may_belong(row: Row, above: str, record_type: RecordType[T]) -> bool:
    """True if a row without a usable key may be a line of the order above it."""
    if not above or not record_type.has_lines:
        return False
    return may_have_id(row, record_type.needed[0], above, record_type.options)


def belongs_to(
    key: str, key_of: Callable[[Row], str], *, has_records: bool = False
) -> Callable[[Row], bool]:
    """Return a function that is called row by row: True if a row has or may have this key."""
    if has_records:
        return lambda row: key_of(row) == key
    above = ""

    def belongs(row: Row) -> bool:
        nonlocal above
        above = key_of(row) or above
        return above == key

    return belongs
