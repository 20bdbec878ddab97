"""Write Inventory Back with stock rules: levels, the file for single SKUs, and the words."""

from pathlib import Path

import pytest

from ordosync.embedded.stock_counts import Count
from ordosync.models import Product
from tests.support.command import ordosync
from tests.tasks.portal import CONFIG, SUPPLIER, Pair, physical, succeeded

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
    assert message.endswith("; nothing was written; `ordosync config check` shows all problems")
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
        f"error: portals.shop-northwind.stock.skus: {path}: row 2 (SKU-0): buffer:"
        ' "x" is not a whole number; write only digits, or nothing'
    )
    assert lines[-1] == f"error: portals.shop-northwind.stock.skus: {path}: 2 more"
    assert shown.json["portals"]["shop-northwind"]["stock"]["skus"] == str(path)


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
