"""Stops of products: by an operator, and by an answer (lifecycle Q4, Q13, S19 to S21)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.sqlite.supplier_shortages import SupplierShortages
from ordosync.models import Page, Product
from ordosync.shortages import Shortage
from tests.support.command import ordosync
from tests.tasks.aged_stock import HOUR, AgedStock
from tests.tasks.portal import CONFIG, SUPPLIER, Pair, physical, succeeded
from tests.tasks.short_orders import LATER, shorten, with_options

TASK = "write-inventory-back"
PORTAL = ("--portal", "shop-northwind")
ZERO = "{zero_stock: [out-of-stock, not-enough, discontinued]}"


def _product(sku: str) -> Product:
    return Product(id="", sku=sku, name=f"A {sku}")


def _sold(pair: Pair, *skus: str, quantity: int = 10) -> Pair:
    """Link the products, and show these quantities at the Merchant."""
    for sku in skus:
        # An order has added some of them.
        pair.shop.add_product(_product(sku), supplier=SUPPLIER)
    pair.run("import-products")
    for sku in skus:
        succeeded(pair.northwind.set_stock(sku, "main", quantity))
    pair.run(TASK)
    return pair


def _physical(pair: Pair, sku: str) -> int:
    return physical(pair.shop, sku) or 0


def _short(folder: Path, options: str = ZERO) -> Pair:
    """Return a portal with the order 1001 of two CUP and three MUG, and stock of both."""
    return _sold(with_options(folder, options), "CUP", "MUG")


def test_q4_a_stopped_product_shows_0_until_it_is_resumed(pair: Pair) -> None:
    _sold(pair, "MUG", "CUP")

    stopped = ordosync(pair.folder, "stock", "stop", *PORTAL, "mug", "--note", "recalled")
    written = pair.run(TASK)
    shown = _physical(pair, "MUG"), _physical(pair, "CUP")
    listed = ordosync(pair.folder, "stock", "stops", "--json").json["stops"]
    resumed = ordosync(pair.folder, "stock", "resume", "MUG")
    pair.run(TASK)

    assert (stopped.code, resumed.code) == (0, 0)
    assert shown == (0, 10)
    assert written.step.code == "stock-stopped"
    assert written.run.note == (
        "1 product is stopped and shown as 0; `ordosync stock stops` lists the stops"
    )
    assert [(row["sku"], row["reason"], row["note"]) for row in listed] == [
        ("mug", "operator", "recalled")
    ]
    assert _physical(pair, "MUG") == 10


def test_q4_a_stop_of_an_operator_outlasts_a_new_count(pair: Pair) -> None:
    _sold(pair, "MUG")
    ordosync(pair.folder, "stock", "stop", *PORTAL, "MUG")
    pair.run(TASK)

    succeeded(pair.northwind.set_stock("MUG", "main", 30))
    again = pair.run(TASK)

    assert again.counts == {"unchanged": 1}
    assert _physical(pair, "MUG") == 0


def test_q4_a_stop_ends_after_its_time(pair: Pair) -> None:
    _sold(pair, "MUG")
    ordosync(pair.folder, "stock", "stop", *PORTAL, "MUG", "--for", "2h")
    pair.run(TASK)

    pair.clock.at = datetime.now(UTC) + timedelta(hours=3)
    pair.run(TASK)

    assert _physical(pair, "MUG") == 10
    assert ordosync(pair.folder, "stock", "stops", "--json").json == {"stops": []}


def test_q4_a_stop_stays_when_its_portal_is_renamed(pair: Pair) -> None:
    _sold(pair, "MUG")
    ordosync(pair.folder, "stock", "stop", *PORTAL, "MUG")
    pair.run(TASK)
    text = pair.path.read_text()
    pair.path.write_text(text.replace("  shop-northwind:\n", "  new:\n    was: shop-northwind\n"))

    pair.run(TASK, "new")

    listed = ordosync(pair.folder, "stock", "stops", "--json").json["stops"]
    assert [row["portal"] for row in listed] == ["new"]
    assert _physical(pair, "MUG") == 0


def test_q4_a_stopped_product_that_was_never_counted_shows_0(pair: Pair) -> None:
    pair.shop.add_product(_product("MUG"), supplier=SUPPLIER)
    succeeded(pair.shop.set_stock("MUG", "main", 5))
    pair.run("import-products")
    ordosync(pair.folder, "stock", "stop", *PORTAL, "MUG")

    written = pair.run(TASK)
    again = pair.run(TASK)

    assert (written.step.code, written.step.reason) == (
        "stock-stopped",
        "not counted at the Supplier, stopped by an operator, 0 shown",
    )
    assert (again.counts, _physical(pair, "MUG")) == ({"unchanged": 1}, 0)


def test_q4_a_stopped_product_that_the_supplier_does_not_report_shows_0(tmp_path: Path) -> None:
    stock = AgedStock(tmp_path, "")
    stock.sell("MUG", "CUP")
    stock.drop({"MUG": 7, "CUP": 8})
    stock.pass_time(HOUR)
    stock.drop({"CUP": 8})
    assert ordosync(tmp_path, "stock", "stop", "mug").code == 0

    run, again = stock.pass_time(2 * HOUR)

    assert (run.counts.done, again.counts.done) == (1, 0)
    assert (physical(stock.shop, "MUG"), physical(stock.shop, "CUP")) == (0, 8)


def test_q4_stopped_products_that_the_supplier_does_not_report_stay_apart_in_a_pool(
    tmp_path: Path,
) -> None:
    stock = AgedStock(tmp_path, "")
    text = (tmp_path / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text(
        text.replace("kind: files", "kind: files\n    selling: {pool: quota}")
    )
    stock.sell("MUG", "POT", "CUP")
    stock.drop({"MUG": 7, "POT": 5, "CUP": 8})
    stock.pass_time(HOUR)
    stock.drop({"CUP": 8})
    ordosync(tmp_path, "stock", "stop", "MUG", "POT")

    stock.pass_time(HOUR)
    stopped = [physical(stock.shop, sku) for sku in ("MUG", "POT", "CUP")]
    stock.drop({"MUG": 7, "POT": 5, "CUP": 8})
    ordosync(tmp_path, "stock", "resume", "MUG", "POT")
    stock.pass_time(2 * HOUR)

    assert stopped == [0, 0, 8]
    assert [physical(stock.shop, sku) for sku in ("MUG", "POT", "CUP")] == [7, 5, 8]


def test_q4_a_stop_may_have_the_sku_of_either_account(tmp_path: Path) -> None:
    pair = Pair(tmp_path, CONFIG + "    send: [supplier_sku]\n")
    for sku in ("MUG", "CUP"):
        product = Product(id="", sku=sku, name=sku, supplier_sku=f"N-{sku}")
        pair.outlet.add_product(product, supplier=SUPPLIER)
        succeeded(pair.outlet.set_stock(sku, "main", 5))
    pair.run("import-products", "outlet-northwind")
    for sku in ("N-MUG", "N-CUP"):
        succeeded(pair.northwind.set_stock(sku, "main", 7))
    ordosync(tmp_path, "stock", "stop", "--portal", "outlet-northwind", "MUG", "N-CUP")

    ran = pair.run(TASK, "outlet-northwind")

    assert [physical(pair.outlet, sku) for sku in ("MUG", "CUP")] == [0, 0]
    assert "2 products are stopped" in ran.run.note


def test_q4_a_stop_of_no_product_is_noted_until_its_time_has_passed(pair: Pair) -> None:
    _sold(pair, "MUG")
    ordosync(pair.folder, "stock", "stop", *PORTAL, "MGU", "--for", "2h")

    ran = pair.run(TASK)
    pair.clock.at = datetime.now(UTC) + timedelta(hours=3)
    later = pair.run(TASK)

    assert ran.run.note == (
        "1 stop fits no linked product of this portal, such as MGU;"
        " `ordosync stock stops` lists the stops"
    )
    assert later.run.note == ""
    assert ordosync(pair.folder, "stock", "stops", "--json").json == {"stops": []}


def test_q4_a_stopped_kit_is_not_said_to_be_shown_as_0(pair: Pair) -> None:
    _sold(pair, "MUG")
    kit = Product(id="", sku="SET", name="SET", is_kit=True)
    succeeded(pair.shop.add_product(kit, supplier=SUPPLIER, components={"MUG": Decimal(2)}))
    pair.run("import-products")
    succeeded(pair.northwind.set_stock("SET", "main", 3))
    ordosync(pair.folder, "stock", "stop", *PORTAL, "SET")

    ran = pair.run(TASK)

    assert ran.run.note.startswith("1 stopped product not written, see the skipped steps;")


def test_q13_stops_are_written_although_the_safety_limit_holds_the_rest(pair: Pair) -> None:
    skus = [f"SKU{n}" for n in range(25)]
    _sold(pair, *skus)
    for sku in skus[1:]:
        succeeded(pair.northwind.set_stock(sku, "main", 0))
    ordosync(pair.folder, "stock", "stop", *PORTAL, "SKU0")

    ran = pair.run(TASK, may_fail=True)

    assert ran.run.error is not None
    assert ran.run.error.code == "brake"
    assert ran.counts == {"done": 1, "failed": 24}
    assert [_physical(pair, sku) for sku in skus] == [0] + [10] * 24


def test_s19_an_answer_stops_the_product_and_no_other(tmp_path: Path) -> None:
    pair = _short(tmp_path)
    shorten(pair, 1, reason="out-of-stock")

    pair.run("report-shortages")
    written = pair.run(TASK)

    assert _physical(pair, "MUG") == 0
    assert _physical(pair, "CUP") > 0
    [step] = [step for step in written.steps if step.key == "MUG"]
    assert (step.state, step.code, step.reason) == (
        "done",
        "stock-stopped",
        "8 at the Supplier, out of stock, 0 shown",
    )


def test_s19_an_answer_with_another_reason_stops_nothing(tmp_path: Path) -> None:
    pair = _short(tmp_path)
    shorten(pair, 1, reason="bad-address")

    pair.run("report-shortages")
    pair.run(TASK)

    assert _physical(pair, "MUG") > 0


def test_s19_by_default_an_answer_stops_nothing(tmp_path: Path) -> None:
    pair = _short(tmp_path, "{report: true}")
    shorten(pair, 1, reason="out-of-stock")

    pair.run("report-shortages")
    pair.run(TASK)

    assert _physical(pair, "MUG") > 0


def test_s19_the_reason_of_an_order_of_several_lines_stops_nothing(tmp_path: Path) -> None:
    pair = _short(tmp_path)
    cancelled = ordosync(
        pair.folder,
        *("orders", "cancel", "1001", "--account", "northwind", "--reason", "out-of-stock"),
    )

    pair.run("report-shortages")
    pair.run(TASK)

    assert cancelled.code == 0, cancelled
    assert _physical(pair, "MUG") > 0


def test_s17_an_order_that_was_deleted_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = _short(tmp_path)
    deleted = Shortage(order_id="1001", is_deleted=True, reason="out-of-stock")
    monkeypatch.setattr(
        SupplierShortages, "changed", lambda *_: iter([Page(items=(deleted,), cursor=None)])
    )

    ran = pair.run("report-shortages")
    pair.run(TASK)

    assert ran.step.code == "gone"
    assert ordosync(pair.folder, "stock", "stops", "--json").json == {"stops": []}
    assert _physical(pair, "MUG") > 0


def test_s20_a_stop_ends_when_the_quantity_of_the_supplier_changes(tmp_path: Path) -> None:
    pair = _short(tmp_path)
    shorten(pair, 1, reason="not-enough", later=LATER)
    pair.run("report-shortages")
    pair.run(TASK)
    pair.run(TASK)
    while_stopped = _physical(pair, "MUG")

    succeeded(pair.northwind.set_stock("MUG", "main", 40))
    pair.run(TASK)
    after = _physical(pair, "MUG")
    succeeded(pair.northwind.set_stock("MUG", "main", 10))
    pair.run(TASK)

    assert while_stopped == 0
    assert after > 30
    # It does not start again, although the quantity is again what it was.
    assert _physical(pair, "MUG") > 0


def test_s20_a_stop_ends_after_a_day(tmp_path: Path) -> None:
    pair = _short(tmp_path)
    shorten(pair, 1, reason="out-of-stock")
    pair.run("report-shortages")
    pair.run(TASK)

    pair.clock.at += timedelta(hours=25)
    pair.run(TASK)

    assert _physical(pair, "MUG") > 0


def test_s20_a_stop_that_never_resumes_lasts(tmp_path: Path) -> None:
    pair = _short(tmp_path, "{zero_stock: [out-of-stock], resume: never}")
    shorten(pair, 1, reason="out-of-stock")
    pair.run("report-shortages")
    pair.run(TASK)

    pair.clock.at += timedelta(days=30)
    pair.run(TASK)

    assert _physical(pair, "MUG") == 0


def test_s20_only_an_operator_ends_a_stop_of_a_discontinued_product(tmp_path: Path) -> None:
    pair = _short(tmp_path)
    shorten(pair, 1, reason="discontinued")
    pair.run("report-shortages")
    pair.run(TASK)

    pair.clock.at += timedelta(hours=48)
    succeeded(pair.northwind.set_stock("MUG", "main", 40))
    pair.run(TASK)
    before = _physical(pair, "MUG")
    ordosync(pair.folder, "stock", "resume", "MUG")
    pair.run(TASK)

    assert before == 0
    assert _physical(pair, "MUG") > 30


def test_a_discontinued_product_is_listed_with_low_severity_until_it_is_resumed(
    tmp_path: Path,
) -> None:
    pair = _short(tmp_path)
    shorten(pair, 1, reason="discontinued")
    pair.run("report-shortages")

    listed = _stops_in_attention(pair)
    ordosync(pair.folder, "stock", "resume", "MUG")

    assert [(entry["severity"], entry["settle"]) for entry in listed] == [
        ("low", "ordosync stock stops")
    ]
    assert listed[0]["reason"] == ("1 product is shown as 0 until you resume it")
    assert _stops_in_attention(pair) == []


def _stops_in_attention(pair: Pair) -> list[dict[str, Any]]:
    entries = ordosync(pair.folder, "attention", "--json").json["attention"]
    return [entry for entry in entries if entry["code"] == "stock-stopped"]


def test_s20_a_further_answer_does_not_weaken_a_stop(tmp_path: Path) -> None:
    pair = _short(tmp_path)
    ordosync(pair.folder, "stock", "stop", *PORTAL, "MUG", "--note", "recalled")
    shorten(pair, 1, reason="out-of-stock")

    pair.run("report-shortages")

    [stop] = ordosync(pair.folder, "stock", "stops", "--json").json["stops"]
    assert (stop["reason"], stop["note"]) == ("operator", "recalled")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("stop", " "), "a SKU is empty"),
        (("stop", "MUG", "--for", "soon"), "--for 'soon' is not a duration such as 90m, 2h or 7d"),
        (("stop", "MUG", "--portal", "nowhere"), "there is no portal 'nowhere'"),
    ],
)
def test_wrong_words_are_a_usage_error(pair: Pair, words: tuple[str, ...], message: str) -> None:
    refused = ordosync(pair.folder, "stock", *words)

    assert refused.code == 2
    assert message in refused.err


def test_resuming_what_is_not_stopped_exits_1(pair: Pair) -> None:
    resumed = ordosync(pair.folder, "stock", "resume", "MUG")

    assert resumed.code == 1
    assert "no such product is stopped" in resumed.err
