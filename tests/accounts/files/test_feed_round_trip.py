"""Any orders, written in any combination of dialects that the options express, are read equal.

A damaged cell refuses its order with file and row; all other orders are read as before.
"""

import csv
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.parsing.record_types import orders as orders_of
from ordosync.accounts.files.reading.row_index import RowIndex
from ordosync.models import InvalidRecord, Order
from tests.accounts.files.dialects import Dialect, Table, dialects, tables


def written_table(table: Table, dialect: Dialect) -> list[dict[str, str]]:
    """Return the table without text that the dialect cannot express."""
    if dialect.quoting != csv.QUOTE_NONE:
        return [dict(row) for row in table]
    return [{k: v.replace(dialect.delimiter, "").strip() for k, v in row.items()} for row in table]


def read(content: bytes, dialect: Dialect) -> dict[str, Order | InvalidRecord]:
    """Return the orders in a file by their number."""
    with tempfile.TemporaryDirectory() as tmp:
        path = Path(tmp, "orders.csv")
        path.write_bytes(content)
        index = RowIndex(orders_of(OrderFiles(glob=path, **dialect.options)))
        try:
            index.add("orders.csv", path, as_of="")
            return {key: item for page in index.pages() for key, item in page.items()}
        finally:
            index.close()


def facts(order: Order | InvalidRecord) -> object:
    assert isinstance(order, Order), order
    lines = {line.sku: (line.quantity, line.unit_price, line.name) for line in order.lines}
    return order.ship_to.name, order.ship_to.city, lines


def expected(table: Table) -> dict[str, object]:
    """Return the facts of the orders in a table."""
    found: dict[str, Any] = {}
    for row in table:
        lines: dict[str, object]
        _, _, lines = found.setdefault(
            row["order_number"], (row["ship_to.name"], row["ship_to.city"], {})
        )
        lines[row["sku"]] = int(row["quantity"]), Decimal(row["unit_price"]), row["name"]
    return found


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(tables(), dialects())
def test_orders_in_any_dialect_are_read_equal(table: Table, dialect: Dialect) -> None:
    table = written_table(table, dialect)
    content, _ = dialect.bytes(table)

    assert {key: facts(order) for key, order in read(content, dialect).items()} == expected(table)


DAMAGE = [("quantity", "1.5"), ("sku", "#N/A"), ("unit_price", "12.5.1"), ("quantity", "")]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(tables(), dialects(), st.data())
def test_damaged_cell_refuses_its_order_with_its_row_and_the_others_are_read(
    table: Table, dialect: Dialect, data: st.DataObject
) -> None:
    table = written_table(table, dialect)
    place = data.draw(st.integers(0, len(table) - 1), label="row")
    field, text = data.draw(st.sampled_from(DAMAGE), label="damage")
    damaged = [dict(row) for row in table]
    damaged[place][field] = text
    number = table[place]["order_number"]
    content, lines = dialect.bytes(damaged)

    found = read(content, dialect)

    refused = found.pop(number)
    others = [row for row in table if row["order_number"] != number]
    assert isinstance(refused, InvalidRecord)
    assert f"orders.csv row {lines[place]}: " in refused.reason
    assert {key: facts(order) for key, order in found.items()} == expected(others)
