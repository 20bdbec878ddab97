"""A shop whose stock falls."""

from pathlib import Path

from tests.support.desk import TwoAccounts


def shop_with_stock(tmp_path: Path, skus: int) -> TwoAccounts:
    both = TwoAccounts(tmp_path)
    lines = [word for n in range(skus) for word in ("--line", f"SKU{n}=1")]
    both.shop("orders", "add", "1", *lines, "--supplier", "northwind")
    for task in ("import-orders", "import-products"):
        assert both.run(task).code == 0
    count_stock(both, skus, 9)
    assert both.run("write-inventory-back").code == 0
    return both


def count_stock(both: TwoAccounts, skus: int, quantity: int) -> None:
    file = both.folder / "count.csv"
    file.write_text("sku,quantity\n" + "".join(f"SKU{n},{quantity}\n" for n in range(skus)))
    assert both.northwind("stock", "set", "--from", str(file)).code == 0
