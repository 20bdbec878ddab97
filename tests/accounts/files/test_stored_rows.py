"""Rows that the index of a read stores come back as they were."""

import pytest

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.reading.stored_rows import cells_of, stored_row

CELLS = {"sku": "MUG", "name": "Müg ☕ 马克", "note": 'a "quoted"\nline'}


@pytest.mark.parametrize("text", ["", "Tasse", "\ud83d", "\0"])
def test_each_text_comes_back_even_half_of_a_character(text: str) -> None:
    row = Row(7, {**CELLS, "half": text}, "has a problem")

    stored = stored_row(row.number, cells_of(row, None), row.problem)

    assert (stored.number, stored.cells, stored.problem) == (7, row.cells, "has a problem")


def test_only_the_columns_that_are_read_are_stored() -> None:
    cells = cells_of(Row(7, CELLS), ("sku", "missing"))

    assert stored_row(7, cells, "").cells == {"sku": "MUG"}
