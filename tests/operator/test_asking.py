"""What cannot be undone is asked on a terminal, and never in a pipe."""

from pathlib import Path

import pytest

from tests.support.command import HEADER, on_a_terminal, row, shop
from tests.support.desk import TwoAccounts

SHIP = ("orders", "ship", "1001", "--carrier", "UPS", "--tracking", "1Z9", "-a", "shop")


@pytest.mark.parametrize(("answer", "status"), [("n", "dropshipment_requested"), ("y", "shipped")])
def test_shipping_a_requested_order_is_asked_on_a_terminal(
    both: TwoAccounts, answer: str, status: str
) -> None:

    seen = on_a_terminal(both.folder, *SHIP, answer=answer)

    assert "order 1001 requested from northwind" in seen
    assert both.order("shop", "1001")["status"] == status
    assert ("nothing was changed" in seen) == (answer == "n")


def test_with_yes_or_dry_run_there_is_no_question(both: TwoAccounts) -> None:

    assert "[y/N]" not in on_a_terminal(both.folder, *SHIP, "--dry-run")
    assert "[y/N]" not in on_a_terminal(both.folder, *SHIP, "--yes")
    assert both.order("shop", "1001")["status"] == "shipped"


def test_purge_shows_what_it_removes_before_it_asks(both: TwoAccounts) -> None:
    words = ("--line", "MUG=1", "--name", "Ada Lovelace")
    both.shop("orders", "add", "3001", *words)

    declined = on_a_terminal(both.folder, "purge", "--order", "3001", answer="n")
    assert both.order("shop", "3001")["ship_to"]["name"] == "Ada Lovelace"
    accepted = on_a_terminal(both.folder, "purge", "--order", "3001", answer="y")

    assert "would remove from" in declined
    assert "remove it permanently?" in declined
    assert "removed from" in accepted
    assert both.order("shop", "3001")["ship_to"]["name"] != "Ada Lovelace"


@pytest.mark.parametrize("answer", ["", "n", "y"])
def test_restoring_a_backup_is_asked(both: TwoAccounts, answer: str) -> None:
    both.run("import-orders")
    assert both.run("backup", "copy.db").code == 0

    if not answer:
        assert both.run("restore", "copy.db").code == 0
        return
    seen = on_a_terminal(both.folder, "restore", "copy.db", answer=answer)

    assert "replace the store" in seen
    assert ("the previous store is" in seen) == (answer == "y")


@pytest.mark.parametrize(
    "words", ["import-orders --force", "backup copy.db --force", "retry 1 --not-sent"]
)
def test_force_and_the_outcome_of_a_write_are_asked(tmp_path: Path, words: str) -> None:
    shop(tmp_path, HEADER + row("1001"))
    (tmp_path / "copy.db").write_bytes(b"")

    seen = on_a_terminal(tmp_path, *words.split(), answer="n")

    assert "[y/N]" in seen
    assert "nothing was changed" in seen
    assert (tmp_path / "copy.db").read_bytes() == b""
    assert not (tmp_path / "ordosync.db").exists()
