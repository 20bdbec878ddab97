"""The answer of `orders ship` says what was shipped; an error says what to type instead."""

import signal

import pytest

from ordosync.cli.session import Session
from ordosync.config.settings import PortalConfig
from ordosync.tasks.base import Portal
from tests.support.desk import TwoAccounts

UPS = ("--carrier", "UPS", "--tracking")


def test_the_answer_has_units_label_and_merchant(both: TwoAccounts) -> None:
    words = ("--line", "MUG=1", *UPS, "1ZA2", "--tracking", "1ZA3")

    done = both.northwind("orders", "ship", "S-1001", *words)

    assert "1 shipped: S-1001: 1 MUG with UPS 1ZA2, 1ZA3; sent to shop\n" in done.err


def test_an_order_of_the_account_itself_has_no_merchant(both: TwoAccounts) -> None:
    both.shop("orders", "add", "3001", "--line", "MUG=1")

    done = both.shop("orders", "ship", "3001", *UPS, "1Z1")

    assert "1 shipped: 3001: 1 MUG with UPS 1Z1\n" in done.err


def test_a_parcel_that_did_not_reach_the_merchant_says_so(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")

    done = both.northwind("orders", "ship", "S-1001", *UPS, "1Z1")

    assert "with UPS 1Z1; not sent yet to shop" in done.err


def test_a_file_lists_its_parcels(both: TwoAccounts) -> None:
    both.imported("1002")
    path = both.folder / "day.csv"
    path.write_text("number,carrier,tracking\nS-1001,UPS,1Z1\nS-1002,DHL,1Z2\n")

    done = both.northwind("orders", "ship", "--from", "day.csv")

    assert "2 shipped\nS-1001: 2 MUG, 1 CUP with UPS 1Z1; sent to shop\n" in done.err
    assert "S-1002: 1 MUG with DHL 1Z2; sent to shop\n" in done.err


def test_a_parcel_is_sent_although_another_one_is_refused(both: TwoAccounts) -> None:
    both.imported("1002")
    both.shop("orders", "cancel", "1001")
    path = both.folder / "day.csv"
    path.write_text("number,carrier,tracking\nS-1001,UPS,1Z1\nS-1002,DHL,1Z2\n")

    done = both.northwind("orders", "ship", "--from", "day.csv")

    assert "with UPS 1Z1; not sent yet to shop\n" in done.err
    assert "with DHL 1Z2; sent to shop\n" in done.err


def test_a_dry_run_shows_no_run(both: TwoAccounts) -> None:
    done = both.northwind("orders", "ship", "S-1001", *UPS, "1Z1", "--dry-run")

    assert done.code == 0
    assert "update-tracking" not in done.out
    assert "1 shipped: S-1001: 2 MUG, 1 CUP with UPS 1Z1\n" in done.err


@pytest.mark.parametrize("line", ["1", "MUG", "TRAY=1"])
def test_a_wrong_line_names_the_lines_of_the_order(both: TwoAccounts, line: str) -> None:
    done = both.northwind("orders", "ship", "S-1001", "--line", line, *UPS, "1Z1")

    assert done.code == 2
    assert "MUG=2 (#" in done.err


def test_a_number_of_the_merchant_names_that_of_the_supplier(both: TwoAccounts) -> None:
    done = both.run("orders", "ship", "1001", *UPS, "1Z1")

    assert done.code == 2
    assert "did you mean S-1001 (northwind)?" in done.err


def test_a_signal_before_a_parcel_is_sent_is_the_exit_code(
    both: TwoAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(session: Session, portal: PortalConfig) -> Portal:
        session.stop.on_signal(signal.SIGTERM)
        return opened(session, portal)

    opened = Session.open
    monkeypatch.setattr(Session, "open", stopped)

    done = both.northwind("orders", "ship", "S-1001", *UPS, "1Z1")

    assert done.code == 128 + signal.SIGTERM
    assert "1 shipped" in done.err
