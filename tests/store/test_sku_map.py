"""The table of a SKU map: exact look-ups, and replacing the rows by those of a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ordosync.store import Store
from ordosync.store.sku_map import MappedSku, SkuMap, differences


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "ordosync.db") as store:
        yield store


def replace(store: Store, *rows: tuple[str, str, int], portal: str = "acme") -> None:
    with store.transaction(portal=portal):
        store.sku_map(portal).replace((MappedSku(*row) for row in sorted(rows)), "digest")


def rows(sku_map: SkuMap) -> list[tuple[str, str, int]]:
    return [(row.merchant_sku, row.supplier_sku, row.pack) for row in sku_map.all()]


def test_m2_a_sku_is_found_only_as_it_is_written(store: Store) -> None:
    replace(store, ("007", "NW-7", 1), ("Mug", "nw-mug ", 6))
    sku_map = store.sku_map("acme")

    found = sku_map.of_merchant(["007", "7", "Mug", "mug", "MUG", "Mug "])

    assert {*found} == {"007", "Mug"}
    assert {*sku_map.of_supplier(["nw-mug", "nw-mug ", "NW-MUG "])} == {"nw-mug "}


def test_m6_several_skus_of_the_merchant_may_be_packs_of_one_product(store: Store) -> None:
    replace(store, ("MUG", "NW-MUG", 1), ("MUG-6", "NW-MUG", 6), ("CUP", "NW-CUP", 1))

    found = store.sku_map("acme").of_supplier(["NW-MUG", "NW-POT"])

    assert {sku: [(row.merchant_sku, row.pack) for row in found[sku]] for sku in found} == {
        "NW-MUG": [("MUG", 1), ("MUG-6", 6)]
    }


def test_c7_each_portal_has_its_own_map(store: Store) -> None:
    replace(store, ("MUG", "NW-MUG", 1), portal="acme")
    replace(store, ("MUG", "MUG-A", 2), ("CUP", "CUP-A", 1), portal="outlet")

    assert rows(store.sku_map("acme")) == [("MUG", "NW-MUG", 1)]
    assert rows(store.sku_map("outlet")) == [("CUP", "CUP-A", 1), ("MUG", "MUG-A", 2)]


def test_rows_of_a_changed_file_replace_those_of_the_old_one(store: Store) -> None:
    replace(store, ("A", "1", 1), ("B", "2", 1), ("C", "3", 1))
    after = [("A", "1", 1), ("B", "2", 6), ("D", "4", 1), ("E", "5", 1)]

    replace(store, *after)

    assert rows(store.sku_map("acme")) == after


def test_differences_are_the_old_and_new_rows_of_each_sku() -> None:
    a, b, c, d = (MappedSku(sku, "NW", 1) for sku in "ABCD")
    case = MappedSku("B", "NW", 6)

    assert [*differences(iter([a, b, c]), [a, case, d])] == [(b, case), (c, None), (None, d)]
    assert [*differences(iter([]), [a])] == [(None, a)]
    assert [*differences(iter([a]), [])] == [(a, None)]


def test_rows_over_several_pages_are_replaced(store: Store) -> None:
    odd = [(f"M-{number:05}", f"NW-{number}", 1) for number in range(1, 2400, 2)]
    even = [(f"M-{number:05}", f"NW-{number}", 6) for number in range(0, 2400, 2)]
    replace(store, *odd)

    replace(store, *even, *odd[:600])

    assert rows(store.sku_map("acme")) == sorted([*even, *odd[:600]])


def test_the_digest_of_the_file_is_kept_also_if_it_has_no_row(store: Store) -> None:
    sku_map = store.sku_map("acme")
    before = sku_map.digest, sku_map.is_empty

    replace(store)

    assert before == ("", True)
    assert (sku_map.digest, sku_map.is_empty) == ("digest", True)
