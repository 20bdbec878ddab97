"""Commands that run a task say why a part of it failed, without a second command."""

from pathlib import Path

from tests.support.command import AT_ONCE, HEADER, ordosync, row, shop
from tests.support.desk import TwoAccounts


def test_run_by_hand_shows_equal_reasons_together(tmp_path: Path) -> None:
    feed = "".join(row(str(number), country="Atlantis") for number in range(1, 6))
    shop(tmp_path, HEADER + feed + row("6", quantity="two"), config=AT_ONCE)

    lines = ordosync(tmp_path, "import-orders").err.splitlines()

    (country,) = (line for line in lines if "Atlantis" in line)
    assert country.startswith("  1, 2, 3 and 2 more: ")
    assert any(line.startswith("  6: ") and "two" in line for line in lines)
    assert lines[-1] == "run 1: `ordosync show 1` shows the steps and reasons"


def test_run_by_hand_shows_ten_reasons_and_counts_the_rest(tmp_path: Path) -> None:
    feed = "".join(row(str(number), country=f"Land {number}") for number in range(1, 14))
    shop(tmp_path, HEADER + feed, config=AT_ONCE)

    lines = ordosync(tmp_path, "import-orders").err.splitlines()

    assert len([line for line in lines if "'Land " in line]) == 10
    assert "  and 3 more: `ordosync show 1`" in lines


def test_retry_shows_the_reasons(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1", country="Atlantis"), config=AT_ONCE)
    ordosync(tmp_path, "import-orders")

    assert "  1: " in ordosync(tmp_path, "retry", "--all").err


def test_file_of_rows_shows_why_rows_are_refused(both: TwoAccounts) -> None:
    (both.folder / "counts.csv").write_text("sku,quantity\nNO-SUCH,5\nNO-SUCH-2,x\n")

    result = both.northwind("stock", "set", "--from", str(both.folder / "counts.csv"))

    assert "  row 2: " in result.err
    assert "  row 3: " in result.err


def test_unknown_value_names_its_file_and_the_option_to_change(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1", country="Suisse"), config=AT_ONCE)

    error = ordosync(tmp_path, "import-orders").err

    assert "feeds/orders.csv row 2: ship_to.country: 'Suisse' is not in `values`" in error
    assert "add it under `accounts.shop.orders.values` in the configuration" in error


def test_country_code_and_the_meaning_of_a_value_need_no_entry(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1", country="CH") + row("2", country="DE"), config=AT_ONCE)

    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 2, "done": 2}


def test_invalid_date_is_explained_by_an_example(tmp_path: Path) -> None:
    config = AT_ONCE.replace("quantity: qty,", "quantity: qty, placed_at: at,").replace(
        "      currency: EUR\n",
        '      currency: EUR\n      date_format: "%Y-%m-%d %H:%M"\n      timezone: UTC\n',
    )
    feed = f"at,{HEADER}31/31/2026,{row('1')}"
    shop(tmp_path, feed, config=config)

    error = ordosync(tmp_path, "import-orders").err

    assert "placed_at '31/31/2026' is not a date like 2026-11-29 09:12" in error


def test_run_without_a_failure_counts_those_that_still_fail(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1", country="Atlantis"), config=AT_ONCE)
    ordosync(tmp_path, "import-orders")
    (tmp_path / "feeds" / "more.csv").write_text(HEADER + row("2"))

    again = ordosync(tmp_path, "import-orders")

    assert "run 2: 1 still failed from earlier runs: `ordosync attention`" in again.err
