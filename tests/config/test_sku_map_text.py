"""The text of a map file: a change rewrites only its own rows."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordosync.config.sku_map_file import SkuMapFile
from ordosync.config.sku_map_text import EMPTY_MAP, MapEdit, edited
from ordosync.store.sku_map import MappedSku

ODD = "\ufeffUnits;Merchant_SKU;why;supplier_sku"
CUP = MapEdit(row=MappedSku("CUP", "NW-CUP", 12))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'merchant_sku,supplier_sku,units,note\nMUG,NW-MUG,6,a\nCUP,NW-CUP,1,"b, c"\n',
            'merchant_sku,supplier_sku,units,note\nMUG,NW-MUG,6,a\nCUP,NW-CUP,12,"b, c"\n',
        ),
        (
            f'{ODD}\r\n 6 ;MUG;;NW-MUG\r\n\r\n1;CUP;"x\ny";NW-CUP',
            f'{ODD}\r\n 6 ;MUG;;NW-MUG\r\n\r\n12;CUP;"x\ny";NW-CUP',
        ),
        (
            'merchant_sku\tsupplier_sku\tunits\r\n"MUG"\tNW-MUG\t6',
            'merchant_sku\tsupplier_sku\tunits\r\n"MUG"\tNW-MUG\t6\r\nCUP\tNW-CUP\t12\r\n',
        ),
        (
            "merchant_sku,supplier_sku,units",
            "merchant_sku,supplier_sku,units\nCUP,NW-CUP,12\n",
        ),
        (
            "merchant_sku,supplier_sku,units\nCUP,NW-CUP,1\nMUG,NW-MUG,6\nCUP,NW-CUP,1\n",
            "merchant_sku,supplier_sku,units\nCUP,NW-CUP,12\nMUG,NW-MUG,6\nCUP,NW-CUP,12\n",
        ),
    ],
)
def test_a_changed_row_keeps_its_notes_and_all_other_bytes_stay(before: str, after: str) -> None:
    assert edited(before.encode(), {"CUP": CUP}).decode() == after


def test_a_removed_row_leaves_the_others_as_they_are() -> None:
    text = "merchant_sku,supplier_sku,units\r\nCUP,NW-CUP,1\r\nMUG,NW-MUG,6"

    without = edited(text.encode(), {"CUP": MapEdit(row=None), "POT": MapEdit(row=None)})

    assert without == b"merchant_sku,supplier_sku,units\r\nMUG,NW-MUG,6"


def test_a_new_row_has_the_notes_for_which_the_file_has_a_column() -> None:
    edit = MapEdit(row=CUP.row, notes={"note": 'a "cup"', "why": "no column"})

    assert edited(EMPTY_MAP, {"CUP": edit}).endswith(b'\nCUP,NW-CUP,12,"a ""cup"""\n')


_SKUS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=6
).filter(str.strip)
_ROWS = st.builds(MappedSku, _SKUS, _SKUS, st.integers(1, 100_000))


def _is_plain(row: MappedSku) -> bool:
    return not any(
        text[:1] in "=#'" or "+" in text for text in (row.merchant_sku, row.supplier_sku)
    )


@given(
    st.lists(_ROWS.filter(_is_plain), unique_by=lambda row: row.merchant_sku, max_size=8),
    st.lists(_ROWS.filter(_is_plain), unique_by=lambda row: row.merchant_sku, max_size=8),
)
def test_any_rows_are_read_back_as_they_were_written(
    first: list[MappedSku], second: list[MappedSku]
) -> None:
    content = edited(EMPTY_MAP, {row.merchant_sku: MapEdit(row=row) for row in first})

    changed = edited(content, {row.merchant_sku: MapEdit(row=row) for row in second})
    removed = edited(changed, {row.merchant_sku: MapEdit(row=None) for row in second})

    by_sku = {row.merchant_sku: row for row in first}
    assert _read(changed) == by_sku | {row.merchant_sku: row for row in second}
    kept = {sku: row for sku, row in by_sku.items() if sku not in {r.merchant_sku for r in second}}
    assert _read(removed) == kept


def _read(content: bytes) -> dict[str, MappedSku]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "map.csv"
        path.write_bytes(content)
        with closing(SkuMapFile(path)) as file:
            return {row.merchant_sku: row for row in file.rows()}
