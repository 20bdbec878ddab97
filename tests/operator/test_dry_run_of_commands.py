"""H3: `--dry-run` of the commands of the desk and of support works on copies."""

from pathlib import Path

import pytest

from ordosync.cli.commands import COMMANDS, load
from tests.support.command import HEADER, ordosync, row, shop
from tests.support.desk import SHIP, TwoAccounts
from tests.support.dry_runs import dry

WRITING = (
    *("import-orders", "import-products", "write-inventory-back", "update-tracking"),
    *("split-order", "cancel-orders", "sync", "retry", "run-due", "reconcile", "rebuild-state"),
    *("purge", "prune", "restore", "products add", "stock set", "stock adjust"),
    *("orders add", "orders cancel", "orders restore", "orders ship", "orders split"),
)


@pytest.fixture(name="both")
def _both(tmp_path: Path) -> TwoAccounts:
    both = TwoAccounts(tmp_path)
    both.imported("1001")
    return both


@pytest.mark.parametrize("name", WRITING)
def test_h3_every_command_that_writes_to_an_account_has_a_dry_run(name: str) -> None:
    first, *rest = name.split()
    assert first in COMMANDS
    command = load(first)
    for word in rest:
        command = command.commands[word]

    assert any("--dry-run" in parameter.opts for parameter in command.params)


def test_h3_a_count_shows_the_old_and_the_new_quantity_largest_change_first(
    both: TwoAccounts,
) -> None:
    both.northwind("products", "add", "CUP")
    both.northwind("stock", "set", "CUP", "5")
    file = both.folder / "count.csv"
    file.write_text("sku,quantity\nCUP,7\nMUG,70\nNONE,1\nCUP,x\n")

    result = dry(both.folder, "stock", "set", "--from", str(file), "--account", "northwind")

    assert result.code == 1
    assert result.out.splitlines() == [
        "account northwind would have 2 changes",
        "  stock of MUG in main: not counted -> 70",
        "  stock of CUP in main: 5 -> 7",
    ]
    assert "row 4 would be refused: " in result.err
    assert "row 5 would be refused: " in result.err
    assert result.err.endswith("nothing was written; without --dry-run it is\n")


def test_h3_a_shipment_shows_what_both_accounts_would_have(both: TwoAccounts) -> None:
    result = dry(both.folder, *SHIP, "--account", "northwind")

    assert result.code == 0
    assert "account shop would have " in result.out
    assert "account northwind would have " in result.out
    assert both.order("northwind", "S-1001")["status"] == "awaiting_fulfillment"
    assert both.northwind(*SHIP).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("orders", "add", "2", "--line", "MUG=1", "--account", "shop"),
        ("orders", "cancel", "1001", "--account", "shop"),
        ("orders", "split", "S-1001", "--piece", "MUG=1", "--account", "northwind"),
        ("products", "add", "NEW", "--account", "shop"),
        ("stock", "adjust", "MUG", "--by", "3", "--account", "northwind"),
    ],
    ids=" ".join,
)
def test_h3_a_dry_run_exits_as_the_command_would_and_changes_no_file(
    words: tuple[str, ...], both: TwoAccounts
) -> None:
    planned = dry(both.folder, *words)
    done = both.run(*words)

    assert planned.code == done.code
    assert ("would have" in planned.out) == (done.code == 0)


def test_h3_a_restored_order_says_that_its_status_would_change(both: TwoAccounts) -> None:
    both.northwind("orders", "cancel", "S-1001")

    result = dry(both.folder, "orders", "restore", "S-1001", "--account", "northwind")

    assert result.code == 0
    assert "order S-1001" in result.out


def test_h3_a_retry_is_previewed_with_its_steps(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="x") + row("1002", quantity="y"))
    ordosync(tmp_path, "import-orders")
    shop(tmp_path, HEADER + row("1001", quantity="2") + row("1002", quantity="y"))

    planned = dry(tmp_path, "retry", "--all")
    done = ordosync(tmp_path, "retry", "--all")

    assert planned.code == done.code == 1
    assert "  create order 1001: 1 line, 2 units" in planned.out
    assert "  total: 1 to create, 1 to fail\n" in planned.out


def test_h3_a_repair_is_previewed(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")

    planned = dry(both.folder, "reconcile", "--fix")
    done = both.run("reconcile", "--fix")

    assert planned.code == done.code == 0
    assert "cancel-orders repaired 1 of 1" in planned.err
    assert "account northwind would have" in planned.out


@pytest.mark.parametrize("words", [("prune",), ("rebuild-state", "--yes"), ("run-due",)])
def test_h3_commands_of_the_store_change_only_a_copy(
    words: tuple[str, ...], both: TwoAccounts
) -> None:
    assert dry(both.folder, *words).code == 0


def test_h3_a_restore_names_the_store_and_not_its_copy(both: TwoAccounts) -> None:
    both.run("backup", "copy.db")

    result = dry(both.folder, "restore", "copy.db")

    assert result.code == 0
    assert "ordosync-dry-run" not in result.out + result.err


def test_h3_purge_removes_data_only_from_a_copy(both: TwoAccounts) -> None:
    words = ("purge", "--order", "1001", "--account", "shop", "--yes")

    assert dry(both.folder, *words).code == 0


def test_h3_what_is_due_is_previewed(both: TwoAccounts) -> None:
    both.configure("manage_inventory: true", "tasks: {import-orders: hourly}")
    both.shop("orders", "add", "2", "--line", "MUG=1", "--supplier", "northwind")

    result = dry(both.folder, "run-due")

    assert result.code == 0
    assert "import-orders" in result.out


def test_h3_errors_of_a_dry_run_are_those_of_the_command(both: TwoAccounts) -> None:
    planned = dry(both.folder, "orders", "ship", "NO", *SHIP[3:], "--account", "northwind")

    assert planned.code == 2
    assert "no order 'NO'" in planned.err
