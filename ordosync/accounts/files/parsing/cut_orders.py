"""Orders that a page of an export has cut: they are never sent in part."""

from collections.abc import Sequence

from ordosync.accounts.files.formats.rows import FileRows, Row
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.parsing.converters import InvalidRowError, flag
from ordosync.accounts.files.parsing.rules import has_order_fields
from ordosync.accounts.files.parsing.statuses import has_status, is_status_lost, left_out_reason
from ordosync.accounts.files.reading.rejections import WHOLE_EXPORT

_HEAD = ("ship_to.name", "ship_to.street1", "ship_to.city", "ship_to.zip")


def check_head(rows: Sequence[Row], file: FileRows, options: OrderFiles) -> None:
    """Raise `InvalidRowError` if the first row of an order is on another page."""
    first = rows[0]
    has_head = has_order_fields(first, options) or not options.order_columns
    is_cut = (file.starts_other_order or options.blank_repeats) and not has_head
    is_first = file.is_first and options.blank_repeats
    if is_cut or (is_first and _is_head_lost(rows, options)):
        problem = "the first row of the order is missing, and may be on the previous page"
        raise InvalidRowError("cut", first, f"{problem}; export the whole order")


def check_end(rows: Sequence[Row], file: FileRows) -> None:
    """Raise `InvalidRowError` if the last rows of an order may be on another page."""
    if file.next_page:
        problem = f"it is the last order of its file, and {file.next_page} begins with lines of an"
        hint = f"{WHOLE_EXPORT} or remove {file.next_page}, then retry the order"
        raise InvalidRowError("cut", rows[-1], f"{problem} order without its number; {hint}")


def _is_head_lost(rows: Sequence[Row], options: OrderFiles) -> bool:
    """True if the fields that only first rows have are blank, although others may be filled."""
    if has_status(rows, options):
        return is_status_lost(rows, options)
    columns = options.columns_of(*_HEAD)
    if not columns or any(row.cells.get(column) for row in rows for column in columns):
        return False
    return any(
        flag(row, "requires_shipping", options, blank=True)
        for row in rows
        if not left_out_reason(row, options)
    )
