"""Rows with several tracking numbers in one cell become one row for each number."""

import re
from collections.abc import Iterable, Iterator

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles


def one_number_each(rows: Iterable[Row], options: ShipmentFiles) -> Iterable[Row]:
    """Return rows with one tracking number each."""
    return _split(rows, options) if options.numbers_at else rows


def _split(rows: Iterable[Row], options: ShipmentFiles) -> Iterator[Row]:
    column = options.columns["tracking_number"]
    separators = re.compile("|".join(map(re.escape, options.numbers_at)))
    # The cost is that of all parcels of the row.
    blank_costs = dict.fromkeys(options.columns_of("cost"), "")
    for row in rows:
        parts = (part.strip() for part in separators.split(row.cells.get(column, "")))
        first, *others = dict.fromkeys(filter(None, parts)) or [""]
        yield Row(row.number, {**row.cells, column: first}, row.problem)
        for number in others:
            yield Row(row.number, {**row.cells, **blank_costs, column: number}, row.problem)
