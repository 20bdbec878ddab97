"""The answer of a count: old and new, the account, repeated rows, and what sends it."""

import signal

import pytest

from ordosync.cli.session import Session
from ordosync.config.settings import PortalConfig
from ordosync.tasks.base import Portal
from tests.support.desk import TwoAccounts


def test_a_count_shows_old_and_new_and_the_account(both: TwoAccounts) -> None:
    first = both.shop("stock", "set", "MUG", "7").err
    second = both.shop("stock", "adjust", "MUG", "--by=-2").err

    assert first == "MUG: not counted -> 7 in main of account shop\n"
    assert second == "MUG: 7 -> 5 in main of account shop\n"


def test_a_count_of_the_supplier_names_the_command_that_sends_it(both: TwoAccounts) -> None:
    scheduled = both.northwind("stock", "set", "MUG", "7").err
    sent = both.northwind("stock", "set", "MUG", "8", "--send").err
    both.configure(
        "    manage_inventory: true",
        "    manage_inventory: true\n    tasks: {write-inventory-back: off}",
    )

    by_hand = both.northwind("stock", "set", "MUG", "9").err

    command = "ordosync write-inventory-back shop-northwind"
    assert f"shop does not have it yet: `{command}` sends it" in by_hand
    assert "does not have it yet" not in sent
    assert "the next run-due sends it to shop, and --send at once" in scheduled


def test_a_signal_before_the_count_is_sent_is_the_exit_code(
    both: TwoAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(session: Session, portal: PortalConfig) -> Portal:
        session.stop.on_signal(signal.SIGTERM)
        return opened(session, portal)

    opened = Session.open
    monkeypatch.setattr(Session, "open", stopped)

    done = both.northwind("stock", "set", "MUG", "8", "--send")

    assert done.code == 128 + signal.SIGTERM
    assert "8 in main of account northwind" in done.err


def test_a_file_of_which_nothing_was_counted_is_not_sent(both: TwoAccounts) -> None:
    (both.folder / "count.csv").write_text("sku,quantity\nTRAY,1\n")

    done = both.northwind("stock", "set", "--from", "count.csv")

    assert "0 counted in account northwind" in done.err
    assert "sends it" not in done.err


def test_a_product_that_a_file_counts_twice_is_named_with_its_rows(both: TwoAccounts) -> None:
    path = both.folder / "count.csv"
    path.write_text("sku,quantity,warehouse\nMUG,7,\nCUP,1,\nMUG,8,main\nMUG,9,east\n")

    done = both.northwind("stock", "set", "--from", "count.csv")

    assert "MUG in main is in rows 2, 4; the last one counts\n" in done.err
    assert "4 counted in account northwind\n" in done.err


def test_an_unknown_sku_names_a_similar_one(both: TwoAccounts) -> None:
    (both.folder / "count.csv").write_text("sku,quantity\nmug,7\nM-UG-XL,7\nTRAY,1\n")

    typed = both.northwind("stock", "set", "mug", "7")
    read = both.northwind("stock", "set", "--from", "count.csv", "--dry-run")

    assert typed.code == 2
    assert "product mug does not exist; did you mean MUG?" in typed.err
    assert "row 2 would be refused: product mug does not exist; did you mean MUG?" in read.err
    assert "product M-UG-XL does not exist; did you mean MUG?" in read.err
    assert "row 4 would be refused: product TRAY does not exist\n" in read.err


def test_a_file_shows_at_most_ten_changes_the_largest_first(both: TwoAccounts) -> None:
    skus = [f"P{number:02}" for number in range(12)]
    for sku in skus:
        both.northwind("products", "add", sku)
    rows = "".join(f"{sku},{number}\n" for number, sku in enumerate(skus, 1))
    (both.folder / "count.csv").write_text(f"sku,quantity\n{rows}")

    done = both.northwind("stock", "set", "--from", "count.csv")

    _, *changes = done.out.splitlines()
    assert [change.split("\t")[0] for change in changes] == skus[:1:-1]
    assert "and 2 smaller changes" in done.err
