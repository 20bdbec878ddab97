"""Any table of orders, in any dialect that the options can express, is read as it was written."""

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from ordosync.accounts.files.parsing import record_types
from ordosync.accounts.files.reading.row_index import RowIndex
from ordosync.models import InvalidRecord, Order
from tests.accounts.files.dialects import Dialect, WrittenOrder, dialects, orders

Items = dict[str, Order | InvalidRecord]


def read(dialect: Dialect, content: bytes) -> Items:
    """Return what a file gives, by id."""
    with TemporaryDirectory() as folder:
        path = Path(folder, f"orders{dialect.suffix}")
        path.write_bytes(content)
        index = RowIndex(record_types.orders(dialect.options(path)))
        try:
            index.add(path.name, path, as_of="2026")
            return {id_: item for page in index.pages() for id_, item in page.items()}
        finally:
            index.close()


def as_written(order: Order | InvalidRecord) -> WrittenOrder | str:
    """Return an order as the file has it; the reason if it cannot be used."""
    if isinstance(order, InvalidRecord):
        return order.reason
    lines = sorted((line.sku, line.quantity, str(line.unit_price)) for line in order.lines)
    return WrittenOrder(
        number=order.number, name=order.ship_to.name, note=order.customer_notes, lines=lines
    )


def as_read(written: WrittenOrder) -> WrittenOrder:
    """Return an order with its lines in the order of their SKUs, and plain amounts."""
    lines = sorted((sku, quantity, str(Decimal(price))) for sku, quantity, price in written.lines)
    return WrittenOrder(number=written.number, name=written.name, note=written.note, lines=lines)


def check_orders(dialect: Dialect, written: Sequence[WrittenOrder]) -> None:
    """Fail unless the orders of a file are those that were written."""
    content = dialect.content(written)
    note(repr(content[:2000]))

    items = read(dialect, content)

    assert {id_: as_written(item) for id_, item in items.items()} == {
        order.number: as_read(order) for order in written
    }


def check_damage(
    dialect: Dialect, written: Sequence[WrittenOrder], bad: WrittenOrder, field: str, text: str
) -> None:
    """Fail unless a damaged cell refuses its order, with file and row, and no other."""
    wrong = bad.damaged(field, text)
    content = dialect.content([wrong if order is bad else order for order in written])
    note(repr(content[:2000]))

    items = read(dialect, content)

    refused = items.pop(bad.number)
    assert isinstance(refused, InvalidRecord)
    assert not refused.is_skipped
    assert re.search(rf"orders\.{dialect.format} (row|record) [0-9]+: ", refused.reason)
    assert {id_: as_written(item) for id_, item in items.items()} == {
        order.number: as_read(order) for order in written if order is not bad
    }


def damages() -> st.SearchStrategy[tuple[str, str]]:
    """Return a field of a line, with a text that is no value of it."""
    return st.one_of(
        *(
            st.tuples(st.just(field), st.sampled_from(texts))
            for field, texts in {
                "sku": ("#N/A", "1.2E+12", ""),
                "quantity": ("2 pcs", "-", "1e3", "0x10", "#N/A", "-1"),
                "unit_price": ("12 x", "1.2.3", "(9.50)", "#REF!", "1e3"),
            }.items()
        )
    )


@settings(deadline=None, max_examples=40)
@given(dialect=dialects(), written=orders())
def test_orders_are_read_as_they_were_written(
    dialect: Dialect, written: Sequence[WrittenOrder]
) -> None:
    check_orders(dialect, written)


@pytest.mark.slow
@settings(deadline=None, max_examples=500)
@given(dialect=dialects(), written=orders())
def test_orders_are_read_as_they_were_written_in_many_dialects(
    dialect: Dialect, written: Sequence[WrittenOrder]
) -> None:
    check_orders(dialect, written)


@settings(deadline=None, max_examples=40)
@given(dialect=dialects(), written=orders(), damage=damages(), data=st.data())
def test_a_damaged_cell_refuses_its_order_with_file_and_row_and_the_rest_goes_on(
    dialect: Dialect,
    written: Sequence[WrittenOrder],
    damage: tuple[str, str],
    data: st.DataObject,
) -> None:
    check_damage(dialect, written, data.draw(st.sampled_from(written)), *damage)


@pytest.mark.slow
@settings(deadline=None, max_examples=500)
@given(dialect=dialects(), written=orders(), damage=damages(), data=st.data())
def test_a_damaged_cell_refuses_its_order_in_many_dialects(
    dialect: Dialect,
    written: Sequence[WrittenOrder],
    damage: tuple[str, str],
    data: st.DataObject,
) -> None:
    check_damage(dialect, written, data.draw(st.sampled_from(written)), *damage)
