"""Claims: a line goes to one Supplier, even if several portals of its Merchant read it (F6)."""

from contextlib import closing
from pathlib import Path

import pytest

from ordosync.database import sqlite3
from tests.support.command import CONFIG, HEADER, finished, ordosync, row, shop, started, steps
from tests.support.stores import opened
from tests.tasks.portal import Pair, line, succeeded

BY_HAND = """\
  shop-depot:
    merchant: shop
    supplier: depot
    tasks: {import-orders: off}
"""
TWO = CONFIG.replace("portals:", "  depot: {kind: sqlite, path: depot.db}\nportals:") + BY_HAND
"""The second portal imports only manually, so `config check` accepts both."""
FIRST = ("import-orders", "shop-warehouse", "--json")
SECOND = ("import-orders", "shop-depot", "--json")


def at(folder: Path, account: str) -> list[str]:
    """Return the numbers of the orders that a Supplier has."""
    if not (folder / f"{account}.db").exists():
        return []
    listed = ordosync(folder, "orders", "list", "--account", account, "--json").json
    return [order["number"] for order in listed["orders"]]


def of_store(folder: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(opened(folder / "ordosync.db")) as db, db:
        return [tuple(row) for row in db.execute(statement).fetchall()]


def test_order_that_another_portal_has_sent_fails_and_names_portal_and_order(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("1001"), config=TWO)
    ordosync(tmp_path, *FIRST)

    refused = ordosync(tmp_path, *SECOND)

    [step] = steps(tmp_path, refused.run["id"])
    assert (step["state"], step["code"]) == ("failed", "sent-elsewhere")
    assert step["reason"].startswith(
        "portal shop-warehouse sends a line of it already, as order 1001"
    )
    assert (at(tmp_path, "warehouse"), at(tmp_path, "depot")) == (["1001"], [])


def test_order_that_was_sent_before_lines_were_claimed_is_not_sent_elsewhere(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("1001"), config=TWO)
    ordosync(tmp_path, *FIRST)
    of_store(tmp_path, "delete from claims")

    assert ordosync(tmp_path, *SECOND).counts == {"seen": 1, "failed": 1}
    assert at(tmp_path, "depot") == []


def test_lines_of_one_basket_go_to_a_supplier_each(tmp_path: Path) -> None:
    config = TWO.replace(
        "    supplier: warehouse\n", "    supplier: warehouse\n    products: {but: [CUP]}\n"
    ).replace("    supplier: depot\n", "    supplier: depot\n    products: {skus: [CUP]}\n")
    feed = HEADER + row("1001") + row("1001").replace("MUG", "CUP")
    shop(tmp_path, feed, config=config.replace("    tasks: {import-orders: off}\n", ""))

    counted = [ordosync(tmp_path, *words).counts for words in (FIRST, SECOND)]

    assert counted == [{"seen": 1, "done": 1}] * 2
    assert (at(tmp_path, "warehouse"), at(tmp_path, "depot")) == (["1001"], ["1001"])


def test_order_that_is_being_sent_when_its_process_dies_is_not_sent_elsewhere(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("1001"), config=TWO)
    ordosync(tmp_path, *FIRST, fault="intent-after-commit")

    second = ordosync(tmp_path, *SECOND)
    first = ordosync(tmp_path, *FIRST)

    assert (second.counts, first.counts) == (
        {"seen": 1, "failed": 1},
        {"seen": 1, "done": 1},
    )
    assert (at(tmp_path, "warehouse"), at(tmp_path, "depot")) == (["1001"], [])


def test_two_processes_side_by_side_send_each_order_once(tmp_path: Path) -> None:
    numbers = [str(number) for number in range(1001, 1061)]
    shop(tmp_path, HEADER + "".join(map(row, numbers)), config=TWO)
    ordosync(tmp_path, "health")

    both = [started(tmp_path, *words) for words in (FIRST, SECOND)]
    for process in both:
        finished(process)

    assert sorted(at(tmp_path, "warehouse") + at(tmp_path, "depot")) == numbers


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    config = """
accounts:
  shop: {kind: sqlite, path: shop.db}
  outlet: {kind: sqlite, path: outlet.db}
  northwind: {kind: sqlite, path: northwind.db}
  depot: {kind: sqlite, path: depot.db}
portals:
  shop-northwind: {merchant: shop, supplier: northwind}
  shop-depot: {merchant: shop, supplier: depot}
  by-hand:
    merchant: {account: shop, supplier: northwind}
    supplier: depot
    tasks: {import-orders: off}
"""
    return Pair(tmp_path, config)


def test_order_given_to_another_supplier_waits_until_the_first_has_been_reported(
    pair: Pair,
) -> None:
    pair.imported("1001")
    succeeded(pair.shop.request("1001", "depot"))

    early = pair.run("import-orders", "shop-depot")
    ran = pair.run("import-orders")
    late = pair.run("import-orders", "shop-depot")

    assert (early.step.state, early.step.code) == ("waiting", "sent-elsewhere")
    assert (ran.step.code, late.counts) == ("reassigned", {"done": 1})


def test_order_that_was_cancelled_at_its_supplier_may_go_to_another(pair: Pair) -> None:
    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    pair.run("cancel-orders")
    succeeded(pair.shop.restore("1001"))
    succeeded(pair.shop.request("1001", "northwind"))

    second = pair.run("import-orders", "by-hand")
    first = pair.run("import-orders")

    assert second.counts == {"done": 1}
    assert (first.step.state, first.step.code) == ("waiting", "sent-elsewhere")


def test_order_that_its_supplier_cancelled_by_itself_may_go_to_another(pair: Pair) -> None:
    pair.imported("1001")
    succeeded(pair.northwind.cancel("1001"))
    met = pair.run("update-tracking").step

    second = pair.run("import-orders", "by-hand")

    assert met.code == "supplier-cancelled"
    assert second.counts == {"done": 1}


def test_order_that_no_account_takes_is_free_for_another_supplier(pair: Pair) -> None:
    pair.request("1001", line("MUG"))
    pair.sql("shop", "update order_lines set quantity = 9999999999")
    refused = pair.run("import-orders")
    pair.sql("shop", "update order_lines set quantity = 2")

    second = pair.run("import-orders", "by-hand")

    assert refused.step.state == "failed"
    assert second.counts == {"done": 1}


def test_operator_may_send_an_order_although_another_portal_does(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001"), config=TWO)
    ordosync(tmp_path, *FIRST)
    refused = ordosync(tmp_path, *SECOND)
    [step] = steps(tmp_path, refused.run["id"])

    ordosync(tmp_path, "retry", str(step["id"]), "--not-sent")

    assert at(tmp_path, "depot") == ["1001"]


def refused(folder: Path, *numbers: str) -> dict[str, str]:
    """Let the first Supplier refuse orders, then type them in; return their steps, by order."""
    shop(folder, HEADER + "".join(map(row, numbers)), config=TWO)
    ordosync(folder, *FIRST)
    of_store(folder, "delete from links")
    of_store(folder, "delete from claims")
    of_store(folder, "update steps set state = 'failed', code = 'refused'")
    with closing(sqlite3.connect(folder / "warehouse.db")) as db, db:
        db.execute("update orders set reference = null")
    rows = of_store(folder, "select id, merchant_id from steps")
    return {str(order): str(step) for step, order in rows}


def test_refused_order_that_was_settled_as_sent_is_not_sent_elsewhere(tmp_path: Path) -> None:
    [step] = refused(tmp_path, "1001").values()

    settled = ordosync(tmp_path, "retry", step, "--sent", "1001")

    assert settled.err == f"step {step}: settled as sent, 1001\n"
    assert of_store(tmp_path, "select kind from links order by 1") == [("line",), ("order",)]
    assert ordosync(tmp_path, *SECOND).counts == {"seen": 1, "failed": 1}
    assert at(tmp_path, "depot") == []


def test_refused_order_that_was_sent_elsewhere_is_not_settled_as_sent(tmp_path: Path) -> None:
    [step] = refused(tmp_path, "1001").values()
    ordosync(tmp_path, *SECOND)

    result = ordosync(tmp_path, "retry", step, "--sent", "1001")

    assert result.code == 2
    assert "portal shop-depot sends a line of it already, as order 1001" in result.err
    assert len(result.err.splitlines()) == 1
    assert of_store(tmp_path, "select distinct portal from links") == [("shop-depot",)]


def test_refused_order_that_cannot_be_read_is_not_settled_as_sent(tmp_path: Path) -> None:
    [step] = refused(tmp_path, "1001").values()
    shop(tmp_path, HEADER + row("1001", "abc"), config=TWO)

    result = ordosync(tmp_path, "retry", step, "--sent", "1001")

    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert "order 1001 cannot be read at the Merchant" in result.err
    assert of_store(tmp_path, "select * from links") == []


def test_two_processes_side_by_side_send_or_settle_each_order_once(tmp_path: Path) -> None:
    steps_of = refused(tmp_path, *(str(number) for number in range(1001, 1013)))

    import_ = started(tmp_path, *SECOND)
    settled = {
        number: started(tmp_path, "retry", step, "--sent", number)
        for number, step in [*steps_of.items()][-3:]
    }
    codes = {number: finished(process).code for number, process in settled.items()}
    finished(import_)

    sent = at(tmp_path, "depot")
    assert {number for number, code in codes.items() if code == 0} == steps_of.keys() - {*sent}
    assert len(of_store(tmp_path, "select * from claims")) == len(steps_of)


PATTERNS = """
accounts:
  shop: {kind: files, orders: {glob: placed, columns: {order_number: Order, sku: SKU, quantity: Qty,
    line_id: Line, ship_to.name: Name, ship_to.street1: Street, ship_to.city: City}}}
  warehouse: {kind: sqlite, path: warehouse.db}
  depot: {kind: sqlite, path: depot.db}
portals:
  shop-warehouse:
    merchant: shop
    supplier: warehouse
    edits: {lines: apply, address: apply}
  shop-depot:
    merchant: shop
    supplier: depot
    products: {skus: ["MUG*"]}
    tasks: {import-orders: off}
"""
PLACED = "Order,Line,SKU,Qty,Name,Street,City\n"


def place(folder: Path, name: str, *rows: str) -> None:
    (folder / "placed").mkdir(exist_ok=True)
    (folder / "placed" / name).write_text(PLACED + "\n".join(rows) + "\n")


def line_of(line_id: str, sku: str, street: str = "1 High Street") -> str:
    return f"1001,{line_id},{sku},1,Ann Smith,{street},Leeds"


def units_at(folder: Path, account: str) -> list[str]:
    """Return the SKUs of order 1001 at a Supplier."""
    shown = ordosync(folder, "orders", "show", "1001", "--account", account, "--json").json
    return sorted(each["sku"] for each in shown["orders"][0]["lines"])


def test_line_that_an_edit_adds_is_not_sent_by_another_portal(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(PATTERNS)
    place(tmp_path, "1.csv", line_of("a", "CUP"))
    ordosync(tmp_path, *FIRST)
    place(tmp_path, "2.csv", line_of("a", "CUP"), line_of("b", "MUG"))

    edited = ordosync(tmp_path, *FIRST, fault="result-before-commit")
    refused = ordosync(tmp_path, *SECOND)
    again = ordosync(tmp_path, *FIRST)

    [step] = steps(tmp_path, refused.run["id"])
    assert (step["state"], step["code"]) == ("failed", "sent-elsewhere")
    assert edited.code != 0
    assert again.counts["done"] == 1
    assert (units_at(tmp_path, "warehouse"), at(tmp_path, "depot")) == (["CUP", "MUG"], [])


def test_edit_does_not_add_a_line_that_another_portal_sends(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(PATTERNS)
    place(tmp_path, "1.csv", line_of("a", "CUP"))
    ordosync(tmp_path, *FIRST)
    street = "2 Low Road"
    place(tmp_path, "2.csv", line_of("a", "CUP", street), line_of("b", "MUG", street))
    ordosync(tmp_path, *SECOND)

    edited = ordosync(tmp_path, *FIRST)

    [step] = steps(tmp_path, edited.run["id"])
    assert (step["state"], step["code"]) == ("failed", "sent-elsewhere")
    assert "address applied at the Supplier; not applied: portal shop-depot sends" in step["reason"]
    assert (units_at(tmp_path, "warehouse"), units_at(tmp_path, "depot")) == (["CUP"], ["MUG"])


def test_line_of_an_edit_that_was_not_written_may_be_sent_by_another_portal(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.yaml").write_text(PATTERNS)
    place(tmp_path, "1.csv", line_of("a", "CUP"))
    ordosync(tmp_path, *FIRST)
    ordosync(
        tmp_path,
        "orders",
        "ship",
        "1001",
        "--account",
        "warehouse",
        "--carrier",
        "UPS",
        "--tracking",
        "1Z1",
    )
    place(tmp_path, "2.csv", line_of("a", "CUP"), line_of("b", "MUG"))
    ordosync(tmp_path, *FIRST)

    ordosync(tmp_path, *SECOND)

    assert (units_at(tmp_path, "warehouse"), units_at(tmp_path, "depot")) == (["CUP"], ["MUG"])


def test_renamed_portal_keeps_its_claims(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001"), config=TWO)
    ordosync(tmp_path, *FIRST)
    renamed = TWO.replace("  shop-warehouse:\n", "  main:\n    was: shop-warehouse\n")
    (tmp_path / "config.yaml").write_text(renamed)

    ordosync(tmp_path, *SECOND)

    assert of_store(tmp_path, "select portal from claims") == [("main",)]
    assert at(tmp_path, "depot") == []


def test_merchant_of_one_portal_claims_nothing(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001"))

    ordosync(tmp_path, "import-orders")

    assert of_store(tmp_path, "select * from claims") == []
