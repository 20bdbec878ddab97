"""A file without any content: no orders, no products, no parcels; about stock it says nothing."""

from pathlib import Path

import pytest

from tests.support.command import CONFIG, HEADER, numbers, ordosync, row, shop
from tests.tasks.aged_stock import DAY, HOUR, AgedStock

ABSENT = "max_age: 24h\nabsent: zero\nmin_rows: 2"


def stocked(tmp_path: Path, options: str) -> AgedStock:
    """Return a world with three products, whose quantities were written."""
    world = AgedStock(tmp_path, options)
    world.sell("CUP", "MUG", "JUG")
    world.drop({"CUP": 8, "MUG": 9, "JUG": 7})
    world.pass_time(2 * HOUR)
    return world


def test_empty_order_file_is_no_failure_and_the_others_are_imported(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    (tmp_path / "feeds" / "next.csv").write_bytes(b"")

    result = ordosync(tmp_path, "import-orders", "--json")
    again = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.counts) == (0, {"seen": 1, "done": 1})
    assert again.counts == {"seen": 0}
    assert numbers(tmp_path) == ["1"]


def test_empty_order_file_that_is_filled_is_imported(tmp_path: Path) -> None:
    shop(tmp_path, "")

    before = ordosync(tmp_path, "import-orders", "--json")
    (tmp_path / "feeds" / "orders.csv").write_text(HEADER + row("1"))
    after = ordosync(tmp_path, "import-orders", "--json")

    assert (before.code, before.counts) == (0, {"seen": 0})
    assert after.counts == {"seen": 1, "done": 1}


@pytest.mark.parametrize(
    ("option", "task"),
    [
        ("products: {glob: more/*.csv, columns: {sku: sku, name: name}}", "import-products"),
        ("cancellations: {glob: more/*.csv, columns: {order_number: order}}", "cancel-orders"),
    ],
)
def test_empty_file_of_products_or_cancellations_is_no_failure(
    tmp_path: Path, option: str, task: str
) -> None:
    config = CONFIG.replace("  warehouse:\n", f"    {option}\n  warehouse:\n")
    shop(tmp_path, HEADER + row("1"), config=config)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "empty.csv").write_bytes(b"")

    result = ordosync(tmp_path, task, "--json")

    assert (result.code, result.counts) == (0, {"seen": 0})


@pytest.mark.parametrize("name", ["stock.csv", "stock-2.csv"])
def test_empty_stock_file_makes_nothing_absent(tmp_path: Path, name: str) -> None:
    world = stocked(tmp_path, ABSENT)
    world.write(name, "")

    runs = world.pass_time(HOUR)

    assert world.shown == {"CUP": 8, "MUG": 9, "JUG": 7}
    assert runs[-1].status == "ok"


def test_product_is_not_absent_while_the_newest_file_is_empty(tmp_path: Path) -> None:
    world = stocked(tmp_path, ABSENT)
    world.drop({"CUP": 3, "MUG": 4})
    world.write("zz.csv", "")

    runs = world.pass_time(HOUR)
    before = world.shown
    world.drop({"CUP": 3, "MUG": 4})
    world.pass_time(2 * HOUR)

    assert before == {"CUP": 3, "MUG": 4, "JUG": 7}
    assert "the newest file is empty" in runs[-1].note
    assert world.shown == {"CUP": 3, "MUG": 4, "JUG": 0}


def test_empty_stock_file_is_no_sign_of_life(tmp_path: Path) -> None:
    world = stocked(tmp_path, "max_age: 24h")

    for _ in range(3):
        world.pass_time(DAY / 2)
        world.write("zz.csv", "")
    world.pass_time(HOUR)

    assert world.codes == ["stale"]
    assert world.shown == {"CUP": 8, "MUG": 9, "JUG": 7}
