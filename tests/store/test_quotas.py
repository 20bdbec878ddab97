"""Quotas of portals in the products of one Supplier account."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ordosync.store import Store
from ordosync.store.quotas import Quota, Quotas

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "ordosync.db") as store, store.transaction():
        yield store


@pytest.fixture(name="quotas")
def _quotas(store: Store) -> Quotas:
    return store.quotas("northwind")


def quota(units: int, merchant_id: str = "7", *, sku: str = "MUG") -> Quota:
    return Quota(key="mug", merchant_id=merchant_id, sku=sku, units=units)


def units(quotas: Quotas) -> dict[tuple[str, str], int]:
    return {(row.portal, row.merchant_id): row.units for row in quotas.of(["mug"]).get("mug", ())}


def test_a_row_is_added_once_and_keeps_its_units(quotas: Quotas) -> None:
    quotas.add("acme", [quota(5)])
    quotas.add("acme", [Quota(key="mug", merchant_id="7", sku="MUG", units=9, rule="{}", pack=6)])

    [row] = quotas.of(["mug", "cup"])["mug"]
    assert (row.units, row.rule, row.pack, row.portal) == (5, "{}", 6, "acme")


def test_a_quota_never_falls_below_zero(quotas: Quotas) -> None:
    quotas.add("acme", [quota(5)])

    quotas.change("acme", {("mug", "7"): -9})

    assert units(quotas) == {("acme", "7"): 0}


def test_an_import_uses_units_of_its_own_portal(quotas: Quotas) -> None:
    quotas.add("acme", [quota(5)])
    quotas.add("other", [quota(5)])

    quotas.imported("acme", {("mug", "MUG"): 2}, now=NOON)

    assert units(quotas) == {("acme", "7"): 3, ("other", "7"): 5}


def test_an_import_uses_units_of_the_pack_that_was_sold(quotas: Quotas) -> None:
    quotas.add("acme", [quota(12), quota(12, "8", sku="MUG-6")])

    quotas.imported("acme", {("mug", "MUG-6"): 6}, now=NOON)

    assert units(quotas) == {("acme", "7"): 12, ("acme", "8"): 6}


def test_an_import_whose_pack_is_not_known_uses_no_units(quotas: Quotas) -> None:
    """Too many units in a quota are idle until the next run; too few would be sold twice."""
    quotas.add("acme", [quota(12), quota(12, "8", sku="MUG-6")])

    quotas.imported("acme", {("mug", "MUG-12"): 12}, now=NOON)

    assert units(quotas) == {("acme", "7"): 12, ("acme", "8"): 12}


def test_imports_after_a_reading_began_are_known(store: Store, quotas: Quotas) -> None:
    quotas.imported("acme", {("mug", "MUG"): 2}, now=NOON)
    began = quotas.last_import()
    quotas.imported("acme", {("mug", "MUG"): 3, ("cup", "CUP"): 1}, now=NOON)
    quotas.imported("other", {("mug", "MUG"): 4}, now=NOON)
    store.quotas("elsewhere").imported("third", {("mug", "MUG"): 50}, now=NOON)

    assert quotas.imported_since(began, ["mug", "pot"]) == {"mug": 7}


def test_a_number_of_an_import_is_never_used_again(quotas: Quotas) -> None:
    quotas.imported("acme", {("mug", "MUG"): 2}, now=NOON)
    began = quotas.last_import()
    quotas.prune(before=NOON + timedelta(days=1))

    quotas.imported("acme", {("mug", "MUG"): 3}, now=NOON)

    assert quotas.imported_since(began, ["mug"]) == {"mug": 3}


def test_a_product_that_is_linked_to_another_one_gives_up_the_first(quotas: Quotas) -> None:
    quotas.add("acme", [quota(5), Quota(key="cup", merchant_id="7", sku="MUG", units=4)])
    quotas.add("other", [quota(5)])

    quotas.keep_only("acme", "7", "cup")

    assert units(quotas) == {("other", "7"): 5}
    assert quotas.portals() == {"acme": 4, "other": 5}


def test_released_units_of_a_portal_are_in_no_quota(quotas: Quotas) -> None:
    quotas.add("acme", [quota(5), quota(3, "8")])
    quotas.add("other", [quota(5)])

    assert quotas.release("acme") == 8
    assert quotas.portals() == {"other": 5}
