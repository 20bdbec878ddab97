"""H3: a dry run says all that the run would do, decides as the run does, and writes nothing."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.execution.falling_stock import count_stock, shop_with_stock
from tests.support.command import CONFIG, HEADER, ordosync, row, shop
from tests.support.desk import TwoAccounts
from tests.support.dry_runs import dry

TASKS = (
    *("import-orders", "import-products", "write-inventory-back"),
    *("split-order", "update-tracking", "cancel-orders"),
)
COUNTS = ("seen", "done", "unchanged", "skipped", "waiting", "failed", "status")
FEW = settings(
    max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def foreseen(folder: Path, task: str) -> dict[str, Any]:
    """Return the counts of a dry run and of the run that follows; they must be equal."""
    planned = dry(folder, task, "--json")
    ran = ordosync(folder, task, "--json")
    [plan], [run] = planned.json["plans"], ran.json["runs"]
    plan, run = ({name: found[name] for name in COUNTS} for found in (plan, run))
    assert (plan, planned.code) == (run, ran.code), task
    return plan


def test_h3_a_column_that_is_missing_fails_in_the_dry_run_too(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001"), config=CONFIG.replace("sku: sku", "sku: SKU Code"))

    result = dry(tmp_path, "import-orders")

    assert result.code == 1
    assert "would write 0" in result.out
    assert "fail " in result.out
    assert "SKU Code" in result.out
    assert result.out.endswith("  total: 1 to fail\n")


def test_h3_rows_that_fail_stand_after_those_that_are_written_each_with_its_reason(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="x") + row("1002", quantity="2"))

    result = dry(tmp_path, "import-orders")

    _, created, failed, totals = result.out.splitlines()
    assert result.code == 1
    assert created.startswith("  create order 1002: 1 line, 2 units, ")
    assert failed.startswith("  fail 1001#1: ")
    assert "'x'" in failed
    assert totals == "  total: 1 to create, 1 to fail"
    assert "nothing was written" in result.err


def test_h3_json_has_the_state_code_and_reason_of_each_step(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="x") + row("1002"))

    [plan] = dry(tmp_path, "import-orders", "--json").json["plans"]

    states = {step["key"]: (step["state"], bool(step["reason"])) for step in plan["steps"]}
    assert states == {"1001#1": ("failed", True), "1002#1": ("done", False)}
    assert (plan["done"], plan["failed"], plan["status"]) == (1, 1, "partial")


def test_h3_the_dry_run_says_that_the_safety_limit_would_stop_the_run(tmp_path: Path) -> None:
    both = shop_with_stock(tmp_path, 25)
    count_stock(both, 25, 0)

    result = dry(tmp_path, "write-inventory-back")

    assert result.code == 1
    assert "would write 0" in result.out
    assert "stop set SKU0 from 8 to 0" in result.out
    assert (
        "  the safety limit would stop this run: 25 of 25 would become 0; --force overrides it\n"
        "  total: 25 to change stopped\n"
    ) in result.out
    [plan] = dry(tmp_path, "write-inventory-back", "--json").json["plans"]
    assert plan["stopped_by"] == "25 of 25 would become 0"
    assert {(step["state"], step["code"]) for step in plan["steps"]} == {("failed", "brake")}
    assert plan["error"]["code"] == "brake"


def test_h3_force_shows_what_the_run_without_the_safety_limit_writes(tmp_path: Path) -> None:
    both = shop_with_stock(tmp_path, 25)
    count_stock(both, 25, 1)

    result = dry(tmp_path, "write-inventory-back", "--force")

    assert result.code == 0
    assert result.out.endswith("  total: 25 to change\n")


def test_h3_a_quantity_that_was_never_counted_is_said_in_words(tmp_path: Path) -> None:
    both = TwoAccounts(tmp_path)
    both.imported("1001")
    both.run("import-products")
    both.northwind("stock", "set", "MUG", "70")

    result = dry(tmp_path, "write-inventory-back")

    assert "set MUG from not counted to 69" in result.out
    assert "None" not in result.out


def test_h3_an_edit_of_a_sent_order_fails_in_the_dry_run_as_in_the_run(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="2"))
    ordosync(tmp_path, "import-orders")
    shop(tmp_path, HEADER + row("1001", quantity="5"))

    planned = dry(tmp_path, "import-orders")

    assert planned.code == 1
    assert "fail 1001#1:edit (comment on order 1001: edited): " in planned.out
    foreseen(tmp_path, "import-orders")


def test_h3_a_dry_run_before_the_first_run_creates_no_file(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001"))

    result = dry(tmp_path, "import-orders")

    assert result.code == 0
    assert "total: 1 to create" in result.out


def test_h3_sync_previews_each_task_with_what_those_before_it_would_do(tmp_path: Path) -> None:
    both = TwoAccounts(tmp_path)
    both.configure(
        "manage_inventory: true",
        "manage_inventory: true\n    tasks: {import-products: daily, write-inventory-back: daily}",
    )
    both.shop("orders", "add", "1", "--line", "MUG=1", "--supplier", "northwind")
    both.northwind("products", "add", "MUG")
    both.northwind("stock", "set", "MUG", "5")

    planned = dry(tmp_path, "sync", "--json").json["plans"]
    ran = both.run("sync", "--json").json["runs"]

    assert [[plan[name] for name in COUNTS] for plan in planned] == [
        [run[name] for name in COUNTS] for run in ran
    ]
    assert any(plan["task"] == "write-inventory-back" and plan["done"] for plan in planned)


WITH_TRACKING = CONFIG.replace(
    "  warehouse:\n    kind",
    "    tracking:\n      path: out/tracking.csv\n      columns: {order_number: order,"
    " tracking_number: tracking, voided: voided}\n  warehouse:\n    kind",
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1001", "1002", "1003", "1.01E+05"]),
        st.sampled_from(["MUG", "CUP", "", "#REF!"]),
        st.sampled_from(["1", "2", "x", "", "0"]),
        st.sampled_from(["Germany", "DE", "", "Suisse"]),
    ),
    max_size=6,
)


@FEW
@given(feeds=st.lists(ROWS, min_size=1, max_size=3))
def test_h3_the_counts_of_a_dry_run_of_files_are_those_of_the_run(
    feeds: list[list[tuple[str, str, str, str]]],
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out").mkdir()
        for feed in feeds:
            lines = (
                f"{number},{sku},A {sku},{quantity},9.50,Ada,{country}\n"
                for number, sku, quantity, country in feed
            )
            shop(folder, HEADER + "".join(lines), config=WITH_TRACKING)
            foreseen(folder, "import-orders")
            ordosync(folder, "orders", "ship", "1001", "--carrier", "UPS", "--tracking", "1Z")
            foreseen(folder, "update-tracking")


NUMBERS = st.sampled_from(["1001", "1002", "1003"])
COMMANDS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), NUMBERS),
        st.tuples(st.just("cancel"), NUMBERS),
        st.tuples(st.just("restore"), NUMBERS),
        st.tuples(st.just("ship"), NUMBERS),
        st.tuples(st.just("void"), NUMBERS),
        st.tuples(st.just("split"), NUMBERS),
        st.tuples(st.just("count"), st.sampled_from(["0", "1", "40"])),
    ),
    min_size=1,
    max_size=5,
)


def work(both: TwoAccounts, what: str, value: str) -> None:
    """Run a command of a user; it may be refused."""
    lines = ("--line", "MUG=2", "--line", "CUP=1")
    words = {
        "add": ("shop", "orders", "add", value, *lines, "--supplier", "northwind"),
        "cancel": ("shop", "orders", "cancel", value),
        "restore": ("shop", "orders", "restore", value, "--supplier", "northwind"),
        "ship": ("northwind", "orders", "ship", f"S-{value}", "--carrier", "U", "--tracking", "1Z"),
        "void": ("northwind", "orders", "ship", f"S-{value}", "--void"),
        "split": (
            *("northwind", "orders", "split", f"S-{value}"),
            *("--piece", "MUG=1", "--piece", "MUG=1,CUP=1"),
        ),
        "count": ("northwind", "stock", "set", "MUG", value),
    }
    account, *command = words[what]
    both.at(account, *command)


@pytest.mark.slow
@FEW
@given(days=st.lists(COMMANDS, min_size=1, max_size=3))
def test_h3_the_counts_of_a_dry_run_of_local_accounts_are_those_of_the_run(
    days: list[list[tuple[str, str]]],
) -> None:
    with TemporaryDirectory() as name:
        both = TwoAccounts(Path(name))
        for number in ("1001", "1002"):
            work(both, "add", number)
        for day in days:
            for what, value in day:
                work(both, what, value)
            for task in TASKS:
                foreseen(both.folder, task)
