"""Plans that the safety limit checks: written as they were read, or read again before."""

from contextlib import closing
from pathlib import Path

import pytest

from ordosync.database import sqlite3
from ordosync.engine.execution import plan
from ordosync.models import Product
from tests.tasks.portal import SUPPLIER, Pair, physical, succeeded

TASK = "write-inventory-back"
SKUS = ("CUP", "JAR", "MUG")


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    """Return a portal with counted products, whose store notes each planned step."""
    pair = Pair(tmp_path)
    for sku in SKUS:
        product = Product(id="", sku=sku, name=f"A {sku}")
        succeeded(pair.shop.add_product(product, supplier=SUPPLIER))
    pair.run("import-products")
    for sku in SKUS:
        succeeded(pair.northwind.set_stock(sku, "main", 7))
    pair.of_store("create table noted (key text)")
    pair.of_store(
        "create trigger note after insert on steps when new.code = 'planned'"
        " begin insert into noted values (new.key); end"
    )
    return pair


def _noted(pair: Pair) -> list[str]:
    with closing(sqlite3.connect(pair.folder / "ordosync.db")) as db:
        return sorted(key for (key,) in db.execute("select key from noted"))


@pytest.mark.of_files
def test_a_small_and_recent_plan_is_written_as_it_was_read(pair: Pair) -> None:
    ran = pair.run(TASK)

    assert ran.counts == {"done": 3}
    assert [physical(pair.shop, sku) for sku in SKUS] == [7, 7, 7]
    assert _noted(pair) == []


@pytest.mark.of_files
@pytest.mark.parametrize(("limit", "value"), [("_SMALL", 2), ("_RECENT_S", -1)])
def test_a_large_or_old_plan_is_read_again_just_before_its_write(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(plan, limit, value)

    ran = pair.run(TASK)

    assert ran.counts == {"done": 3}
    assert [physical(pair.shop, sku) for sku in SKUS] == [7, 7, 7]
    assert _noted(pair) == [*SKUS]
