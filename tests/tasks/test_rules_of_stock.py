"""Write Inventory Back with stock rules: levels, the file for single SKUs, and the words."""

from decimal import Decimal
from pathlib import Path

import pytest

from ordosync.embedded.stock_counts import Count
from ordosync.models import Product
from ordosync.stock_rules import StockRule, published
from tests.support.command import ordosync
from tests.support.runs import Ran
from tests.tasks.portal import CONFIG, SUPPLIER, Pair, available, line, physical, succeeded

TASK = "write-inventory-back"
HEADER = "sku,buffer,buffer_percent,zero_below,maximum,stop\n"


@pytest.fixture(name="counted")
def _counted(pair: Pair) -> Pair:
    """Return a portal with three products, of each of which the Supplier has 20."""
    for sku in ("MUG", "CUP", "POT"):
        product = Product(id="", sku=sku, name=f"A {sku}")
        succeeded(pair.shop.add_product(product, supplier=SUPPLIER))
    pair.run("import-products")
    count(pair, MUG=20, CUP=20, POT=20)
    return pair


def count(pair: Pair, **quantities: int) -> None:
    counts = [Count(sku=sku, warehouse="main", quantity=n) for sku, n in quantities.items()]
    for outcome in pair.northwind.count(counts):
        succeeded(outcome)


def configure(pair: Pair, *, stock: str = "", selling: str = "") -> None:
    """Set the rules of the portal and of the Supplier's account."""
    text = CONFIG
    if stock:
        text = text.replace("inventory: true\n", f"inventory: true\n    stock: {stock}\n", 1)
    if selling:
        text = text.replace("path: northwind.db", f"path: northwind.db, selling: {selling}")
    pair.path.write_text(text)


def rules(pair: Pair, *rows: str) -> Path:
    path = pair.folder / "rules" / "acme.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


def shown(pair: Pair) -> list[int | None]:
    """Return the quantities at the Merchant of MUG, CUP and POT."""
    return [physical(pair.shop, sku) for sku in ("MUG", "CUP", "POT")]


def test_each_word_is_decided_by_the_most_special_level(counted: Pair) -> None:
    configure(counted, stock="{maximum: 12, skus: rules/acme.csv}", selling="{buffer: 5}")
    rules(counted, "CUP,,,,15,", "P*,1,,,,")

    counted.run(TASK)

    # MUG: both of the portal and the account. CUP: its maximum, the account's buffer.
    assert shown(counted) == [12, 15, 12]


def test_an_exact_row_keeps_the_words_of_a_pattern(counted: Pair) -> None:
    configure(counted, stock="{skus: rules/acme.csv}")
    rules(counted, "*,,,,10,", "P*,3,,,,", "POT,2,,,,", "CUP,,,,,yes", "C*,,,,,no")

    counted.run(TASK)

    assert shown(counted) == [10, 0, 10]


def test_a_row_can_take_back_the_word_of_a_level_below(counted: Pair) -> None:
    configure(counted, stock="{buffer: 5, skus: rules/acme.csv}")
    rules(counted, "MUG,0,,,,", "C*,,,,,yes", "CUP,,,,,no")

    counted.run(TASK)

    assert shown(counted) == [20, 15, 15]


def test_a_changed_file_is_noticed_by_the_next_run(counted: Pair) -> None:
    configure(counted, stock="{skus: rules/acme.csv}")
    rules(counted, "MUG,5,,,,")
    counted.run(TASK)
    before = shown(counted)
    rules(counted, "MUG,6,,,,")

    ran = counted.run(TASK)

    assert (before, shown(counted)) == ([15, 20, 20], [14, 20, 20])
    assert ran.counts == {"done": 1, "unchanged": 2}


@pytest.mark.parametrize("content", [None, "", f"{HEADER}MUG,five,,,,\nCUP,six,,,,\n"])
def test_a_file_that_cannot_be_used_fails_the_run_and_no_other_task(
    counted: Pair, content: str | None
) -> None:
    configure(counted, stock="{skus: rules/acme.csv}")
    path = rules(counted)
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    before = counted.everything()

    ran = counted.run(TASK, may_fail=True)
    counted.run("import-orders")

    assert ran.run.error is not None
    assert ran.run.error.code == "stock-rules"
    message = ran.run.error.message
    assert message.startswith(f"portal shop-northwind: read its stock rules: {path}: ")
    assert message.endswith("; no quantity is written without them: `ordosync config check`")
    assert "\n" not in message
    assert counted.everything() == before


def test_a_wrong_file_also_fails_the_run_of_a_portal_without_products(pair: Pair) -> None:
    configure(pair, stock="{skus: rules/acme.csv}")

    assert pair.run(TASK, may_fail=True).run.status == "failed"


def test_config_check_lists_the_problems_of_all_files(counted: Pair) -> None:
    configure(counted, stock="{skus: rules/acme.csv}")
    path = rules(counted, *(f"SKU-{at},x,,,," for at in range(12)))

    checked = ordosync(counted.folder, "config", "check")
    shown = ordosync(counted.folder, "config", "show", "--json")
    path.write_text(HEADER + "MUG,1,,,,\n")
    repaired = ordosync(counted.folder, "config", "check")

    lines = checked.err.splitlines()
    assert (checked.code, repaired.code) == (3, 0)
    assert lines[0] == (
        f"error: line 11: portals.shop-northwind.stock.skus: {path}: row 2 (SKU-0): buffer:"
        ' "x" is not a whole number; write only digits, or nothing'
    )
    assert lines[-1] == f"error: line 11: portals.shop-northwind.stock.skus: {path}: 2 more"
    assert shown.json["portals"]["shop-northwind"]["stock"]["skus"] == str(path)


def test_rows_that_fit_no_product_are_noted(counted: Pair) -> None:
    configure(counted, stock="{skus: rules/acme.csv}")
    rules(counted, "MUG,5,,,,", "mug,5,,,,", "PO*,1,,,,", "JAR*,1,,,,")

    ran = counted.run(TASK)
    rules(counted, "MUG,5,,,,", "PO*,1,,,,")
    again = counted.run(TASK)

    note = "acme.csv: 2 rows fit no product of this portal, such as row 3 (mug)"
    assert ran.run.note == note
    assert again.run.note == ""


@pytest.mark.parametrize(("stock", "selling"), [("{buffer: }", ""), ("", "{maximum: }")])
def test_a_word_without_a_value_is_a_problem(counted: Pair, stock: str, selling: str) -> None:
    configure(counted, stock=stock, selling=selling)

    checked = ordosync(counted.folder, "config", "check")

    assert checked.code == 3
    assert "needs a value, or null" in checked.err


def test_a_comparison_of_both_sides_knows_the_rules(counted: Pair) -> None:
    configure(counted, stock="{buffer: 5, skus: rules/acme.csv}")
    rules(counted, "CUP,,,,9,", "POT,,,,,yes")
    counted.run(TASK)
    portal = "shop-northwind"

    same = ordosync(counted.folder, "reconcile", portal)
    succeeded(counted.shop.set_stock("MUG", "main", 20))
    other = ordosync(counted.folder, "reconcile", portal)
    fixed = ordosync(counted.folder, "reconcile", portal, "--fix")

    assert (same.code, other.code, fixed.code) == (0, 1, 0)
    assert "set MUG from 20 to 15 (20 at the Supplier, 5 kept back, 15 shown)" in other.out
    assert shown(counted) == [15, 9, 0]


# Words.


def test_q15_a_dry_run_and_the_log_have_the_calculation(counted: Pair) -> None:
    configure(counted, stock="{buffer: 2, zero_below: 3, maximum: 10, skus: rules/acme.csv}")
    rules(counted, "CUP,18,,,,", "POT,,,,,yes")

    summaries = [step.summary for step in counted.would(TASK)]
    ran = counted.run(TASK)

    calculations = [
        "20 at the Supplier, 18 kept back, 2 left, fewer than 3, 0 shown",
        "20 at the Supplier, 2 kept back, at most 10, 10 shown",
        "20 at the Supplier, stopped by its rule, 0 shown",
    ]
    assert sorted(summaries) == [
        f"set CUP from not counted to 0 ({calculations[0]})",
        f"set MUG from not counted to 10 ({calculations[1]})",
        f"set POT from not counted to 0 ({calculations[2]})",
    ]
    reasons = {step.key: (step.written.text, step.reason) for step in ran.steps if step.written}
    assert reasons == {
        "CUP": ("unset → 0", calculations[0]),
        "MUG": ("unset → 10", calculations[1]),
        "POT": ("unset → 0", calculations[2]),
    }


def test_q15_only_parts_that_matter_are_said(counted: Pair) -> None:
    configure(counted, stock="{buffer: 2, buffer_percent: 5, zero_below: 3, maximum: 50}")
    count(counted, MUG=0, CUP=-1)

    ran = counted.run(TASK)

    reasons = {step.key: step.reason for step in ran.steps if step.state == "done"}
    assert reasons == {
        "MUG": None,
        "CUP": "was set to 0, but is -1",
        "POT": "20 at the Supplier, 2 kept back, 18 shown",
    }


# Rules of lifecycle 6.4.


def many(pair: Pair, number: int, **quantities: int) -> list[str]:
    """Offer so many products, of each of which both accounts have 8; return their SKUs."""
    skus = [f"SKU-{at:02d}" for at in range(number)]
    for sku in skus:
        product = Product(id="", sku=sku, name=f"A {sku}")
        succeeded(pair.shop.add_product(product, supplier=SUPPLIER))
        succeeded(pair.shop.set_stock(sku, "main", 8))
    pair.run("import-products")
    count(pair, **dict.fromkeys(skus, 8), **quantities)
    return skus


def message(ran: Ran) -> str:
    assert ran.run.error is not None
    assert ran.run.error.code == "brake"
    return ran.run.error.message


def test_q1_a_product_that_was_never_counted_is_left_as_it_is(counted: Pair) -> None:
    succeeded(counted.shop.add_product(Product(id="", sku="JAR", name="A jar"), supplier=SUPPLIER))
    succeeded(counted.shop.set_stock("JAR", "main", 40))
    configure(counted, stock="{buffer: 2, zero_below: 3, maximum: 10, skus: rules/acme.csv}")
    rules(counted, "JAR,1,,,5,no")
    counted.run("import-products")

    ran = counted.run(TASK)

    [step] = [step for step in ran.steps if step.key == "JAR"]
    assert (step.state, step.code) == ("skipped", "unset")
    assert physical(counted.shop, "JAR") == 40


def test_q1_a_product_that_was_never_counted_is_0_if_its_row_says_stop(counted: Pair) -> None:
    succeeded(counted.shop.add_product(Product(id="", sku="JAR", name="A jar"), supplier=SUPPLIER))
    succeeded(counted.shop.set_stock("JAR", "main", 40))
    configure(counted, stock="{skus: rules/acme.csv}")
    rules(counted, "JAR,,,,,yes")
    counted.run("import-products")

    ran = counted.run(TASK)

    [step] = [step for step in ran.steps if step.key == "JAR"]
    assert step.reason == "not counted at the Supplier, stopped by its rule, 0 shown"
    assert physical(counted.shop, "JAR") == 0


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("update products set archived = 1 where sku = 'MUG'", "archived"),
        ("update products set supplier = 'southwind' where sku = 'MUG'", "unassigned"),
        ("update products set is_kit = 1 where sku = 'MUG'", "kit"),
    ],
)
def test_q2_a_fixed_quantity_is_not_written_by_a_rule(
    counted: Pair, statement: str, code: str
) -> None:
    configure(counted, stock="{maximum: 5, skus: rules/acme.csv}")
    rules(counted, "MUG,,,,,yes")
    counted.sql("shop", statement)

    ran = counted.run(TASK)

    assert {step.key: step.code for step in ran.steps}["MUG"] == code
    assert shown(counted) == [None, 5, 5]


def test_q3_a_negative_quantity_is_0_and_listed_until_it_is_0_or_more(counted: Pair) -> None:
    configure(counted, stock="{buffer: 2}")
    counted.imported("1001", line("MUG", 21))

    ran = counted.run(TASK)
    listed = [entry["code"] for entry in attention(counted)]
    count(counted, MUG=21)
    counted.run(TASK)

    assert shown(counted) == [0, 18, 18]
    assert ran.counts == {"done": 3, "failed": 1}
    assert listed == ["oversold"]
    assert attention(counted) == []


@pytest.mark.parametrize(("discontinued", "mug"), [("keep", 18), ("zero", 0)])
def test_q5_a_product_that_the_supplier_archives(
    counted: Pair, discontinued: str, mug: int
) -> None:
    configure(counted, stock=f"{{buffer: 2, discontinued: {discontinued}}}")
    counted.run(TASK)
    counted.sql("northwind", "update products set archived = 1 where sku = 'MUG'")

    counted.run(TASK)
    again = counted.run(TASK)

    assert shown(counted) == [mug, 18, 18]
    assert again.counts == {"unchanged": 3}


def test_q5_the_log_says_that_a_product_is_discontinued(counted: Pair) -> None:
    configure(counted, stock="{discontinued: zero}")
    counted.sql("northwind", "update products set archived = 1 where sku = 'MUG'")

    ran = counted.run(TASK)

    reasons = {step.key: step.reason for step in ran.steps}
    assert reasons["MUG"] == "20 at the Supplier, discontinued, 0 shown"


def test_q5_a_kind_that_does_not_report_it_is_a_problem(counted: Pair) -> None:
    configure(counted, stock="{discontinued: zero}")
    text = counted.path.read_text().replace(
        "{kind: sqlite, path: northwind.db}",
        "{kind: files, order_files: {folder: ., columns: {order_number: O, sku: S, quantity: Q}},"
        " stock: {glob: s.csv, columns: {sku: SKU, quantity: Qty}}}",
    )
    counted.path.write_text(text)

    checked = ordosync(counted.folder, "config", "check")

    assert checked.code == 3
    assert "stock.discontinued: account northwind (files) does not report archived" in checked.err


def test_rules_of_a_portal_that_writes_no_quantities_are_a_problem(counted: Pair) -> None:
    configure(counted, stock="{buffer: 2}")
    counted.path.write_text(counted.path.read_text().replace("inventory: true", "inventory: false"))

    checked = ordosync(counted.folder, "config", "check")

    assert checked.code == 3
    needs = "portals.shop-northwind.stock: needs `manage_inventory: true` in this portal"
    assert needs in checked.err


def test_q7_a_changed_rule_is_written_by_the_next_run(counted: Pair) -> None:
    configure(counted, stock="{buffer: 5}")
    counted.run(TASK)
    before = shown(counted)
    configure(counted, stock="{buffer: 5, maximum: 12}", selling="{buffer_percent: 30}")

    ran = counted.run(TASK)
    again = counted.run(TASK)

    assert (before, shown(counted)) == ([15, 15, 15], [12, 12, 12])
    assert (ran.counts, again.counts) == ({"done": 3}, {"unchanged": 3})


def test_q7_the_safety_limit_counts_what_a_rule_sets_to_0(pair: Pair) -> None:
    skus = many(pair, 25)
    configure(pair, stock="{zero_below: 9}")

    stopped = pair.run(TASK, may_fail=True)
    configure(pair, stock="{zero_below: 8}")
    passed = pair.run(TASK)

    assert "would set to 0 25 of 25 at once (25 by a rule), so" in message(stopped)
    assert passed.counts == {"unchanged": 25}
    assert [physical(pair.shop, sku) for sku in skus] == [8] * 25


def test_q8_the_safety_limit_says_how_many_are_0_for_each_reason(pair: Pair) -> None:
    skus = many(pair, 30)
    configure(pair, stock="{skus: rules/acme.csv}")
    rules(pair, "SKU-0*,8,,,,", "SKU-1*,,,,,yes")
    count(pair, **dict.fromkeys(skus[20:25], 0))

    stopped = pair.run(TASK, may_fail=True)
    dry = ordosync(pair.folder, TASK, "shop-northwind", "--dry-run")

    reasons = "(10 by a rule, 10 by a stop, 5 by the Supplier)"
    assert f"would set to 0 25 of 30 at once {reasons}, so nothing was sent" in message(stopped)
    assert f"25 of 30 would become 0 {reasons}" in " ".join(dry.out.split())


def test_q9_a_buffer_larger_than_all_stock_stops_the_first_run(pair: Pair) -> None:
    skus = many(pair, 25)
    configure(pair, stock="{buffer: 100}")

    stopped = pair.run(TASK, may_fail=True)

    assert "25 by a rule" in message(stopped)
    assert [physical(pair.shop, sku) for sku in skus] == [8] * 25


def test_q10_a_kit_of_fractions_is_rounded_once(counted: Pair) -> None:
    tea = Product(id="", sku="TEA", name="Tea")
    succeeded(counted.northwind.add_product(tea))
    count(counted, TEA=10)
    for sku, part in (("TIN", {"TEA": "0.75"}), ("BOX", {"TIN": "0.5"})):
        parts = {name: Decimal(ratio) for name, ratio in part.items()}
        kit = Product(id="", sku=sku, name=f"A {sku}", is_kit=True)
        succeeded(counted.northwind.add_product(kit, components=parts))
    box = Product(id="", sku="BOX", name="A box")
    succeeded(counted.shop.add_product(box, supplier=SUPPLIER))
    counted.run("import-products")
    configure(counted, stock="{buffer: 1, buffer_percent: 10}")

    counted.run(TASK)

    # 10 / 0.375 = 26.67; 10 percent of 26, rounded up, are 3.
    assert physical(counted.shop, "BOX") == 26 - 3


def test_q11_a_buffer_makes_open_orders_count_no_more_than_twice(counted: Pair) -> None:
    configure(counted, stock="{buffer: 5}")
    counted.imported("1001", line("MUG", 2))
    counted.run(TASK)
    while_open = (physical(counted.shop, "MUG"), available(counted.shop, "MUG"))

    counted.send("1001")
    counted.run("update-tracking")
    counted.run(TASK)

    assert while_open == (13, 11)
    assert (physical(counted.shop, "MUG"), available(counted.shop, "MUG")) == (13, 13)


def test_q12_two_packs_are_shown_from_the_same_number() -> None:
    rule = StockRule(buffer=2)

    single, case = published(13, rule), published(13, rule, pack=6)

    assert (single, case) == (11, 1)
    assert (published(13 - 6, rule), published(13 - 6, rule, pack=6)) == (5, 0)


def test_q12_a_second_product_of_one_sku_of_the_supplier_is_not_linked(counted: Pair) -> None:
    configure(counted)
    counted.path.write_text(
        counted.path.read_text().replace(
            "inventory: true\n", "inventory: true\n    send: [supplier_sku]\n", 1
        )
    )
    case = Product(id="", sku="CASE", name="A case", supplier_sku="MUG")
    succeeded(counted.shop.add_product(case, supplier=SUPPLIER))

    linked = counted.run("import-products")
    counted.run(TASK)

    assert [(step.state, step.code) for step in linked.steps] == [("failed", "sku-claimed")]
    assert physical(counted.shop, "CASE") is None
    assert physical(counted.shop, "MUG") == 20


def attention(pair: Pair) -> list[dict[str, object]]:
    entries = ordosync(pair.folder, "attention", "--json").json["attention"]
    return [entry for entry in entries if entry["task"] == TASK]
