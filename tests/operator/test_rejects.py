"""Refused rows of a file: written back as they are, and never over a file that was fixed."""

from pathlib import Path

import pytest

from ordosync.atomic_write import replace_file
from ordosync.cli.desk import rejects
from ordosync.cli.desk.input_rows import InputRow
from tests.support.desk import CONFIG, TwoAccounts

TEXT = "number;carrier;tracking;Shipment Date;price\r\nS-1001;UPS;1Z1;2026-11-29;1\r\n"
CARRIER = TEXT.replace("number", "Order Number")
BAD = "S-9;UPS;1Z9;2026-11-29;5,90"


@pytest.fixture
def day(both: TwoAccounts) -> Path:
    path = both.folder / "day.csv"
    path.write_text(CARRIER + BAD + "\n")
    both.northwind("orders", "ship", "--from", "day.csv")
    return path


@pytest.mark.usefixtures("day")
def test_rejects_keep_the_delimiter_and_all_columns(both: TwoAccounts) -> None:
    header, row = (both.folder / "day.refused.csv").read_text().splitlines()

    assert header == "Order Number;carrier;tracking;Shipment Date;price;row;reason"
    assert row.startswith(f'{BAD};3;"account northwind has no order')


@pytest.mark.usefixtures("day")
def test_rejects_that_were_fixed_are_not_overwritten(both: TwoAccounts) -> None:
    rejects = both.folder / "day.refused.csv"
    rejects.write_text("half corrected")

    again = both.northwind("orders", "ship", "--from", "day.csv")
    same = both.northwind("orders", "ship", "--from", "day.csv")

    assert rejects.read_text() == "half corrected"
    assert "1 refused: see day.refused-2.csv" in again.err == same.err
    assert not (both.folder / "day.refused-3.csv").exists()


def test_rejects_of_two_processes_at_once_are_both_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "day.csv"

    def delayed(name: Path, content: bytes, *, mode: int) -> None:
        monkeypatch.undo()
        rejects._write(path, [(InputRow(cells={}, number=2), "of another process")])
        replace_file(name, content, mode=mode)

    monkeypatch.setattr(rejects, "replace_file", delayed)
    rejects._write(path, [(InputRow(cells={}, number=1), "of this process")])

    assert "this process" in (tmp_path / "day.refused.csv").read_text()
    assert "another process" in (tmp_path / "day.refused-2.csv").read_text()


@pytest.mark.usefixtures("day")
def test_rejects_of_rejects_have_the_next_name(both: TwoAccounts) -> None:
    first = (both.folder / "day.refused.csv").read_text()

    done = both.northwind("orders", "ship", "--from", "day.refused.csv")

    assert "1 refused: see day.refused-2.csv" in done.err
    header, row = (both.folder / "day.refused-2.csv").read_text().splitlines()
    assert header == first.splitlines()[0]
    assert row.startswith(f'{BAD};2;"account northwind')


def test_rejects_are_deleted_only_if_the_file_has_their_rows(both: TwoAccounts, day: Path) -> None:
    rejects = both.folder / "day.refused.csv"
    day.write_text(CARRIER)
    both.northwind("orders", "ship", "--from", "day.csv")
    of_another_day = rejects.exists()
    rejects.write_text(CARRIER)

    both.northwind("orders", "ship", "--from", "day.csv")

    assert (of_another_day, rejects.exists()) == (True, False)


@pytest.mark.usefixtures("day")
def test_rejects_that_are_no_csv_file_stay(both: TwoAccounts, day: Path) -> None:
    rejects = both.folder / "day.refused.csv"
    rejects.write_text(f"number\n{'1' * 200_000}\n")
    day.write_text(CARRIER)

    done = both.northwind("orders", "ship", "--from", "day.csv")

    assert "1 was already shipped" in done.err
    assert (done.code, rejects.exists()) == (0, True)


@pytest.mark.usefixtures("day")
def test_a_folder_with_the_name_of_the_rejects_stays(both: TwoAccounts) -> None:
    rejects = both.folder / "day.refused.csv"
    rejects.unlink()
    rejects.mkdir()

    done = both.northwind("orders", "ship", "--from", "day.csv")

    assert "1 refused: see day.refused-2.csv" in done.err


def test_a_number_of_the_other_account_is_a_refused_row(both: TwoAccounts) -> None:
    both.imported("1002")
    path = both.folder / "day.csv"
    path.write_text("number,carrier,tracking\nS-1001,UPS,1Z1\n1002,UPS,1Z2\n")

    done = both.run("orders", "ship", "--from", "day.csv")

    assert done.code == 1
    assert "account northwind: order S-1001 of shop" in done.err
    assert "1002,UPS,1Z2,3,account northwind has no order '1002'; did you mean S-1002?" in (
        (both.folder / "day.refused.csv").read_text()
    )


def test_an_order_that_a_supplier_ships_is_a_refused_row(both: TwoAccounts) -> None:
    both.shop("orders", "add", "3001", "--line", "MUG=1")
    both.configure(CONFIG, f"default_account: shop{CONFIG}")
    path = both.folder / "day.csv"
    path.write_text("number,carrier,tracking\n3001,UPS,1Z1\n1001,UPS,1Z2\n")

    done = both.run("orders", "ship", "--from", "day.csv")

    assert done.code == 1
    assert "1 shipped" in done.err
    assert '1001,UPS,1Z2,3,"order 1001 of account shop is requested from northwind' in (
        (both.folder / "day.refused.csv").read_text()
    )


def test_a_file_with_a_number_of_two_accounts_needs_an_account(both: TwoAccounts) -> None:
    both.shop("orders", "add", "S-1001", "--line", "MUG=1")
    path = both.folder / "day.csv"
    path.write_text("number,carrier,tracking\nS-1001,UPS,1Z1\nS-1002,UPS,1Z2\n")

    done = both.run("orders", "ship", "--from", "day.csv")

    assert done.code == 2
    assert "several accounts have such an order" in done.err
