"""`activity`, `show`, `retry` and `health`: which tasks ran, and what remains to do."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ordosync.store import Store
from ordosync.store.step_rows import StepChange
from tests.support.clock import VirtualClock
from tests.support.command import HEADER, numbers, ordosync, row, shop, steps
from tests.support.desk import SHIP, TwoAccounts
from tests.support.stores import opened

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _failed(both: TwoAccounts) -> tuple[int, int]:
    """Ship an order that the Merchant cancelled; return the run and the step that failed."""
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)
    run = both.run("activity", "--json").run["id"]
    (step,) = both.run("show", str(run), "--json").run["steps"]
    return run, step["id"]


def test_a_step_that_creates_no_record_is_not_settled_as_sent(both: TwoAccounts) -> None:
    run, step = _failed(both)

    result = both.run("retry", str(step), "--sent", "1001")

    assert (result.code, "creates nothing with an id" in result.err) == (2, True)
    assert both.run("show", str(run), "--json").run["steps"][0]["state"] == "failed"


def _unknown(folder: Path) -> None:
    """Lose the answer to the creation of order 2."""
    with closing(opened(folder / "ordosync.db")) as db, db:
        db.execute("update steps set state = 'unknown', attempts = 1 where key = '2#1'")


def test_an_order_that_was_settled_as_sent_is_linked(tmp_path: Path) -> None:
    feed = shop(tmp_path, HEADER + row("2", "abc"))
    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "orders", "add", "W-2", "--line", "MUG=1")
    _unknown(tmp_path)

    result = ordosync(tmp_path, "retry", "1", "--sent", "W-2")
    feed.write_text(HEADER + row("2"))
    ordosync(tmp_path, "import-orders")

    assert result.code == 0
    assert numbers(tmp_path) == ["W-2"]


def test_an_order_that_is_not_there_is_not_settled_as_sent(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("2", "abc"))
    ordosync(tmp_path, "import-orders")
    _unknown(tmp_path)

    result = ordosync(tmp_path, "retry", "1", "--sent", "W-2")

    assert (result.code, "account warehouse has no order W-2" in result.err) == (2, True)
    assert steps(tmp_path, 1)[0]["state"] == "unknown"


def test_an_order_that_was_never_sent_is_not_settled_as_sent(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("2", "abc"))
    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "orders", "add", "W-2", "--line", "MUG=1")

    result = ordosync(tmp_path, "retry", "1", "--sent", "W-2")

    assert (result.code, "was never sent" in result.err) == (2, True)
    assert "--sent" not in ordosync(tmp_path, "show", "1").err
    assert "--sent" not in ordosync(tmp_path, "why", "2").out


def test_an_order_that_is_linked_already_is_not_settled_as_sent(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1") + row("2", "abc"))
    ordosync(tmp_path, "import-orders")
    _unknown(tmp_path)

    result = ordosync(tmp_path, "retry", "1", "--sent", "1")

    assert (result.code, "order 1 is already linked to 1" in result.err) == (2, True)


def test_an_order_that_arrived_under_another_id_is_not_settled_under_this_id(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("2"))
    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "orders", "add", "W-2", "--line", "MUG=1")
    with closing(opened(tmp_path / "ordosync.db")) as db, db:
        db.execute("delete from links")
    _unknown(tmp_path)

    result = ordosync(tmp_path, "retry", "1", "--sent", "W-2")

    assert (result.code, "arrived as order 2, not W-2" in result.err) == (2, True)


def test_a_row_that_is_read_from_a_copy_names_the_original_file(tmp_path: Path) -> None:
    feed = shop(tmp_path, HEADER + row("2", "abc"))
    ordosync(tmp_path, "import-orders")
    feed.unlink()

    ordosync(tmp_path, "retry", "1")

    assert str(steps(tmp_path, 1)[0]["reason"]).startswith("feeds/orders.csv row 2: ")


def test_a_parcel_sent_before_its_order_was_settled_as_sent_is_reported(both: TwoAccounts) -> None:
    """The order was refused, so the Supplier typed it in itself and shipped it."""
    both.northwind("orders", "add", "MINE", "--line", "MUG=1")
    both.shop("orders", "add", "1002", "--line", "MUG=1", "--supplier", "northwind")
    both.northwind("orders", "ship", "MINE", "--carrier", "UPS", "--tracking", "1Z8")
    with Store.open(both.folder / "ordosync.db") as store:
        change = StepChange(key="1002#1", state="sending", content="1-x", merchant_id="1002")
        with store.transaction():
            store.steps.record(
                "shop-northwind", "import-orders", [change], run_id=1, clock=VirtualClock(NOON)
            )
        step = store.steps.by_key("shop-northwind", "import-orders", ["1002#1"])["1002#1"]

    both.run("retry", str(step.id), "--sent", "MINE")
    both.run("update-tracking")

    assert both.order("shop", "1002")["status"] == "shipped"


def test_a_step_of_a_file_is_not_settled_as_sent(tmp_path: Path) -> None:
    shop(tmp_path, b"\xff\xfe\x00")
    ordosync(tmp_path, "import-orders")

    result = ordosync(tmp_path, "retry", "1", "--sent", "W-2")

    assert (result.code, "is not an order" in result.err) == (2, True)


def test_a_product_that_was_settled_as_sent_is_linked(both: TwoAccounts) -> None:
    both.northwind("products", "add", "M-2")
    with Store.open(both.folder / "ordosync.db") as store:
        change = StepChange(key="MUG#2", state="sending", content="1-x", merchant_id="MUG#2")
        with store.transaction():
            store.steps.record(
                "shop-northwind", "import-products", [change], run_id=1, clock=VirtualClock(NOON)
            )
        step = store.steps.by_key("shop-northwind", "import-products", ["MUG#2"])["MUG#2"]

    result = both.run("retry", str(step.id), "--sent", "M-2")

    with Store.open(both.folder / "ordosync.db") as store:
        link = store.links("shop-northwind").of_merchant("product", ["MUG#2"])["MUG#2"]
    assert (result.code, link.supplier_id) == (0, "M-2")


def test_a_manual_run_that_found_nothing_keeps_its_number(both: TwoAccounts) -> None:
    first, second = (both.run("update-tracking", "--json").run["id"] for _ in range(2))

    assert first < second
    assert both.run("show", str(first)).code == 0


def test_the_number_of_an_empty_scheduled_run_is_not_reused(both: TwoAccounts) -> None:
    before = both.run("activity", "--json").run["id"]
    # Two of these runs leave no row.
    both.run("run-due")
    runs = both.run("activity", "-n", "50", "--json").json["runs"]
    after = both.run("update-tracking", "--json").run["id"]

    assert {"split-order", "update-tracking"}.isdisjoint(run["task"] for run in runs)
    assert after > before + len(runs)


def test_a_run_with_failed_steps_says_what_to_do_next(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", country="Suisse"))
    assert ordosync(tmp_path, "import-orders").code == 1

    shown = ordosync(tmp_path, "show", "1").err

    assert "1 failed: fix the cause, then `ordosync retry 1`; `ordosync dismiss 1` closes" in shown


def test_a_run_names_no_retry_for_a_step_that_a_retry_does_not_settle(both: TwoAccounts) -> None:
    """`show` advised a retry, which answered that it does not settle the step."""
    run, _ = _failed(both)

    shown = both.run("show", str(run)).err

    assert "1 failed, and a retry settles none of them: `ordosync attention` shows" in shown
    assert "ordosync retry" not in shown


def test_a_run_whose_steps_were_retried_later_says_so(both: TwoAccounts) -> None:
    _, step = _failed(both)
    again = both.run("retry", str(step), "--json").run["id"]
    both.run("retry", str(step))

    shown = both.run("show", str(again))

    assert "its steps were retried in later runs" in shown.err


@pytest.mark.parametrize(
    ("words", "message"), [(("--status", "failed"), "no run matches"), ((), "nothing has run yet")]
)
def test_no_run_at_all_is_distinguished_from_no_match(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    shop(tmp_path, HEADER)

    result = ordosync(tmp_path, "activity", *words)

    assert (result.code, message in result.err) == (0, True)


def test_health_is_red_while_a_step_needs_a_person_and_says_how_many(both: TwoAccounts) -> None:
    both.run("run-due")
    both.run("import-products")
    _failed(both)

    result = both.run("health")

    assert result.code == 1
    assert "trouble: 1 entry needs attention: `ordosync attention`" in result.out
