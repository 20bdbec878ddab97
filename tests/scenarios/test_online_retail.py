"""The main job on a real day of a gift wholesaler: 999 invoice lines, through the real command."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support import command
from tests.support.combinations import some

DATA = Path(__file__).parents[3] / "shared" / "data" / "online-retail-2010-12-01.csv"
CONFIG = """
database: ordosync.db
accounts:
  gift-shop:
    kind: files
    orders:
      glob: feeds/*.csv
      encoding: utf-8
      delimiter: ","
      decimal: "."
      columns: {{order_number: InvoiceNo, sku: StockCode, name: Description, quantity: Quantity,
                unit_price: UnitPrice, placed_at: InvoiceDate, ship_to.country: Country}}
      values:
        ship_to.country: {{United Kingdom: GB, France: FR, Australia: AU, Netherlands: NL}}
      date_format: "%m/%d/%y %H:%M"
      timezone: Europe/London
      currency: GBP
      skip: [{{column: InvoiceNo, matches: "^C", reason: credit note}}]
      ignore_skus: [{ignored}]
      quiet_s: 10
  northwind:
    kind: sqlite
    path: northwind.db
portals:
  {portal}:
    merchant: gift-shop
    supplier: northwind
    {more}
"""

POINTS = [
    f"{name}-{when}-commit"
    for name in ("claim", "intent", "account", "result", "cursor", "finish")
    for when in ("before", "after")
]
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the real data is not there: {DATA}")


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / DATA.name).write_bytes(DATA.read_bytes())
    configure(tmp_path)
    return tmp_path


def configure(
    folder: Path, *, ignored: str = "", portal: str = "gift-shop-northwind", more: str = ""
) -> None:
    text = CONFIG.format(ignored=ignored, portal=portal, more=more)
    (folder / "config.yaml").write_text(text)


def ordosync(folder: Path, *words: str, fault: str | None = None) -> tuple[int, Any]:
    result = command.ordosync(folder, *words, "--json", fault=fault)
    return result.code, result.json if result.out else result.err


def counts(run: dict[str, Any]) -> dict[str, int]:
    names = ("seen", "done", "unchanged", "skipped", "waiting", "failed")
    return {name: run[name] for name in names if run[name] or name == "seen"}


def imported(folder: Path) -> tuple[int, int, Decimal]:
    _, shown = ordosync(folder, "orders", "list")
    lines = [line for order in shown["orders"] for line in order["lines"]]
    worth = sum((Decimal(line["unit_price"]) * line["quantity"] for line in lines), Decimal(0))
    return len(shown["orders"]), len(lines), worth


def test_a_day_of_invoices_becomes_the_suppliers_orders(folder: Path) -> None:
    code, first = ordosync(folder, "import-orders")

    assert code == 0
    assert counts(first["runs"][0]) == {"seen": 66, "done": 62, "skipped": 4}
    assert imported(folder) == (62, 989, Decimal("24702.88"))
    _, shown = ordosync(folder, "show", str(first["runs"][0]["id"]))
    skipped = [step for step in shown["runs"][0]["steps"] if step["state"] == "skipped"]
    assert [step["reason"] for step in skipped] == ["credit note"] * 4

    account = (folder / "northwind.db").read_bytes()
    code, second = ordosync(folder, "import-orders")

    assert (code, counts(second["runs"][0])) == (0, {"seen": 0})
    assert (folder / "northwind.db").read_bytes() == account


def test_lines_that_are_no_goods_stay_out(folder: Path) -> None:
    configure(folder, ignored="POST")

    ordosync(folder, "import-orders")

    assert imported(folder)[1:] == (987, Decimal("24633.88"))


def test_a_lost_store_finds_every_order_by_its_reference(folder: Path) -> None:
    ordosync(folder, "import-orders")
    for name in ("ordosync.db", "ordosync.db-wal", "ordosync.db-shm"):
        (folder / name).unlink(missing_ok=True)

    code, again = ordosync(folder, "import-orders")

    assert code == 0
    assert counts(again["runs"][0]) == {"seen": 66, "unchanged": 62, "skipped": 4}
    assert imported(folder)[0] == 62


def test_a_renamed_portal_imports_nothing_again(folder: Path) -> None:
    ordosync(folder, "import-orders")
    configure(folder, portal="gifts")

    code, refused = ordosync(folder, "import-orders")
    configure(folder, portal="gifts", more="was: gift-shop-northwind")
    _, planned = ordosync(folder, "import-orders", "--dry-run")
    _, again = ordosync(folder, "import-orders")

    assert code == 3
    assert "was: gift-shop-northwind" in refused
    assert planned["plans"][0]["steps"] == []
    assert counts(again["runs"][0]) == {"seen": 0}
    assert imported(folder)[0] == 62


def test_a_dry_run_leaves_both_files_as_they_were(folder: Path) -> None:
    _, planned = ordosync(folder, "import-orders", "--dry-run")

    [plan] = planned["plans"]
    assert [step["state"] for step in plan["steps"]].count("done") == plan["done"] == 62
    assert sorted(path.name for path in folder.iterdir()) == ["config.yaml", "feeds"]

    ordosync(folder, "import-orders")
    before = {name: (folder / name).read_bytes() for name in ("ordosync.db", "northwind.db")}
    ordosync(folder, "import-orders", "--dry-run")

    assert before == {name: (folder / name).read_bytes() for name in before}


@pytest.mark.parametrize("point", some(POINTS, "account-after-commit", "cursor-before-commit"))
def test_killed_at_any_point_the_next_run_finishes_the_job(folder: Path, point: str) -> None:
    code, _ = ordosync(folder, "import-orders", fault=point)
    assert code == -9

    code, again = ordosync(folder, "import-orders")

    assert (code, again["runs"][0]["status"]) == (0, "ok")
    assert imported(folder) == (62, 989, Decimal("24702.88"))
    _, log = ordosync(folder, "activity", "--status", "running")
    assert log["runs"] == []
    assert ordosync(folder, "import-orders")[1]["runs"][0]["seen"] == 0
