"""Old numbers: A1 to A7 of lifecycle.md 6.6, with stock files and the real engine."""

from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from ordosync.errors import DatabaseError
from ordosync.store import Store
from tests.support.combinations import some
from tests.support.command import ordosync
from tests.support.kills import killed_at
from tests.support.runs import previewed
from tests.tasks.aged_stock import DAY, HOUR, PORTAL, STOCK, AgedStock

ZERO = "max_age: 24h\nwhen_stale: zero"


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> AgedStock:
    return begun(AgedStock(tmp_path))


@pytest.fixture(name="zeroing")
def _zeroing(tmp_path: Path) -> AgedStock:
    return begun(AgedStock(tmp_path, ZERO))


def begun(world: AgedStock) -> AgedStock:
    """Return a world whose Merchant shows what the first file has."""
    world.sell("CUP", "MUG")
    world.drop({"CUP": 8, "MUG": 9})
    world.pass_time(2 * HOUR)
    assert world.shown == {"CUP": 8, "MUG": 9}
    assert world.codes == []
    return world


def test_a1_half_of_the_time_is_an_alert_of_its_own(world: AgedStock) -> None:
    world.pass_time(9 * HOUR)
    before = world.codes
    world.pass_time(2 * HOUR)

    [entry] = world.concerns
    assert before == []
    assert (entry.code, entry.severity) == ("stale-soon", "normal")
    assert entry.reason == (
        "depot stock: the newest file is 13 h old; after 24 h no quantity of it is written"
    )


def test_a2_an_old_number_is_not_written(world: AgedStock) -> None:
    world.pass_time(22 * HOUR)
    world.shop.set_stock("MUG", "main", 3)

    [run] = world.pass_time(HOUR)

    [entry] = world.concerns
    assert world.shown == {"CUP": 8, "MUG": 3}
    assert (run.counts.skipped, run.counts.done, run.status) == (2, 0, "ok")
    assert run.note == "2 products not written, without a recent quantity at the Supplier"
    assert (entry.code, entry.severity, entry.task) == ("stale", "critical", "write-inventory-back")
    assert entry.reason.endswith("25 h old, more than 24 h; no quantity of it is written")


def test_a2_a_stopped_product_is_0_although_its_number_is_old(world: AgedStock) -> None:
    world.pass_time(22 * HOUR)
    path = world.folder / "config.yaml"
    stock = "manage_inventory: true\n    stock: {skus: rules.csv}\n"
    path.write_text(path.read_text().replace("manage_inventory: true\n", stock))
    (world.folder / "rules.csv").write_text("sku,stop\nMUG,yes\n")

    [run] = world.pass_time(HOUR)

    assert world.shown == {"CUP": 8, "MUG": 0}
    assert run.note == "1 product not written, without a recent quantity at the Supplier"


def test_a2_a_retry_does_not_write_an_old_number(world: AgedStock) -> None:
    world.pass_time(23 * HOUR)
    world.shop.set_stock("MUG", "main", 3)

    world.pass_time(2 * DAY)

    assert world.shown["MUG"] == 3


def test_a3_zero_is_written_when_the_time_has_passed(zeroing: AgedStock) -> None:
    zeroing.pass_time(22 * HOUR)
    [warning] = zeroing.concerns
    before = zeroing.shown
    [run] = zeroing.pass_time(HOUR)

    [entry] = zeroing.concerns
    assert before == {"CUP": 8, "MUG": 9}
    assert warning.reason.endswith("24 h old; after 24 h all its products are shown as 0")
    assert zeroing.shown == {"CUP": 0, "MUG": 0}
    assert (run.counts.done, run.status) == (2, "ok")
    assert "its products are shown as 0 since 2026-11-03 01:00 UTC" in entry.reason


def test_a3_why_and_the_preview_name_the_reason(zeroing: AgedStock) -> None:
    zeroing.pass_time(22 * HOUR)
    zeroing.clock.at += HOUR
    preview = previewed(zeroing.folder / "config.yaml", STOCK, PORTAL, zeroing.clock)
    zeroing.clock.at -= HOUR
    zeroing.pass_time(HOUR)

    why = ordosync(zeroing.folder, "why", "MUG").out
    assert [step.summary for step in preview.writes] == [
        "set CUP from 8 to 0 (older than 24 h at the Supplier)",
        "set MUG from 9 to 0 (older than 24 h at the Supplier)",
    ]
    assert "quantity 9 → 0 written to shop (older than 24 h at the Supplier)" in why
    assert "next: depot must report a new quantity; `ordosync health -v` shows the age" in why


def test_a2_why_names_the_reason(world: AgedStock) -> None:
    world.pass_time(24 * HOUR)

    why = ordosync(world.folder, "why", "MUG").out

    assert "not written to shop: has a quantity older than 24 h at the Supplier" in why
    assert "MUG at depot, portal shop-depot: stale" in why


def test_a3_zero_is_not_held_back_by_the_safety_limit(tmp_path: Path) -> None:
    world = AgedStock(tmp_path, ZERO)
    skus = [f"SKU{number}" for number in range(40)]
    world.sell(*skus)
    world.drop(dict.fromkeys(skus, 7))
    world.pass_time(2 * HOUR)

    world.pass_time(DAY)

    assert set(world.shown.values()) == {0}


def test_a3_products_that_no_file_has_are_zero_too(zeroing: AgedStock) -> None:
    (zeroing.folder / "stock" / "stock.csv").unlink()

    zeroing.pass_time(20 * HOUR)
    before = zeroing.shown
    zeroing.pass_time(5 * HOUR)

    assert before == {"CUP": 8, "MUG": 9}
    assert zeroing.shown == {"CUP": 0, "MUG": 0}


@pytest.mark.slow
@pytest.mark.parametrize("span", [3 * HOUR, DAY, 10 * DAY])
def test_a3_zero_is_never_the_first_act_after_the_machine_was_off(
    zeroing: AgedStock, span: timedelta
) -> None:
    zeroing.pass_time(22 * HOUR)
    zeroing.be_off(span)

    first = zeroing.pass_time(HOUR)[-1]
    after_first = zeroing.shown
    zeroing.pass_time(4 * HOUR)
    after_five_hours = zeroing.shown
    zeroing.pass_time(2 * HOUR)

    assert after_first == after_five_hours == {"CUP": 8, "MUG": 9}
    assert "become 0 once the feed was watched for 6 h" in first.note
    assert zeroing.shown == {"CUP": 0, "MUG": 0}


def test_a3_a_feed_that_comes_back_with_the_machine_is_never_zero(zeroing: AgedStock) -> None:
    zeroing.pass_time(22 * HOUR)
    zeroing.be_off(3 * DAY)
    zeroing.pass_time(HOUR)
    zeroing.drop({"CUP": 3, "MUG": 4})

    zeroing.pass_time(HOUR)

    assert zeroing.shown == {"CUP": 3, "MUG": 4}
    assert zeroing.codes == []


@pytest.mark.parametrize("span", [timedelta(days=2), timedelta(days=-2)])
def test_a3_a_clock_that_jumps_sets_nothing_to_zero(zeroing: AgedStock, span: timedelta) -> None:
    zeroing.pass_time(3 * HOUR)
    zeroing.clock.at += span
    zeroing.pass_time(2 * HOUR)
    zeroing.clock.at -= span
    zeroing.pass_time(2 * HOUR)

    assert zeroing.shown == {"CUP": 8, "MUG": 9}
    assert zeroing.codes == []


def test_a3_a_task_that_was_paused_has_not_watched(zeroing: AgedStock) -> None:
    zeroing.pass_time(HOUR)
    zeroing.be_off(DAY)

    zeroing.pass_time(5 * HOUR)

    assert zeroing.shown == {"CUP": 8, "MUG": 9}


POINTS = ("reading", "intent-before-commit", "intent-after-commit", "result-before-commit")
ENDS = ("result-after-commit", "finish-before-commit", "finish-after-commit")


@pytest.mark.parametrize(
    "point", some([*POINTS, *ENDS], "reading", "intent-after-commit", "result-before-commit")
)
def test_a3_zero_is_written_by_a_later_run_if_one_was_killed(
    zeroing: AgedStock, point: str
) -> None:
    zeroing.pass_time(22 * HOUR)
    with killed_at(point, 1) as killed:
        zeroing.pass_time(HOUR)

    zeroing.pass_time(3 * HOUR)

    assert killed
    assert zeroing.shown == {"CUP": 0, "MUG": 0}
    assert zeroing.codes == ["stale"]


def test_a3_runs_that_were_killed_have_not_watched(zeroing: AgedStock) -> None:
    zeroing.pass_time(HOUR)
    for _ in range(26):
        with killed_at("reading", 1):
            zeroing.pass_time(HOUR)

    zeroing.pass_time(5 * HOUR)
    before = zeroing.shown
    zeroing.pass_time(4 * HOUR)

    assert before == {"CUP": 8, "MUG": 9}
    assert zeroing.shown == {"CUP": 0, "MUG": 0}


def test_a3_a_disk_that_was_full_is_an_interruption(
    zeroing: AgedStock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No run can be recorded, and no file could be written by the partner."""
    zeroing.pass_time(HOUR)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "transaction", full_disk)
        for _ in range(26):
            zeroing.clock.at += HOUR
            with pytest.raises(AssertionError, match="disk is full"):
                zeroing.cron.tick()

    zeroing.pass_time(5 * HOUR)
    before = zeroing.shown
    zeroing.pass_time(3 * HOUR)

    assert before == {"CUP": 8, "MUG": 9}
    assert zeroing.shown == {"CUP": 0, "MUG": 0}


def full_disk(_store: Store, **_: object) -> NoReturn:
    """Refuse each transaction, as SQLite does when the disk is full."""
    raise DatabaseError("ordosync.db", "database or disk is full")


def test_a3_a_folder_that_is_missing_counts_after_three_attempts(zeroing: AgedStock) -> None:
    zeroing.pass_time(20 * HOUR)
    folder = zeroing.folder / "stock"
    folder.rename(zeroing.folder / "gone")

    zeroing.pass_time(5 * HOUR)
    before = zeroing.shown
    runs = zeroing.pass_time(4 * HOUR)

    assert before == {"CUP": 8, "MUG": 9}
    assert zeroing.shown == {"CUP": 0, "MUG": 0}
    assert {run.status for run in runs} == {"failed"}
    assert sum(run.counts.done for run in runs) == 2


def test_a4_the_feed_comes_back_and_is_written_as_ever(zeroing: AgedStock) -> None:
    zeroing.pass_time(30 * HOUR)
    before = zeroing.shown
    zeroing.drop({"CUP": 3, "MUG": 4})

    zeroing.pass_time(HOUR)

    feed = zeroing.feed()
    assert before == {"CUP": 0, "MUG": 0}
    assert zeroing.shown == {"CUP": 3, "MUG": 4}
    assert zeroing.codes == []
    assert feed is not None
    assert (feed.old, feed.zeroed_at) == (0, None)


def test_a5_the_time_in_a_file_counts_and_not_that_of_its_copy(tmp_path: Path) -> None:
    options = 'max_age: 24h\ndate_format: "%Y-%m-%d %H:%M"\ntimezone: UTC'
    world = AgedStock(tmp_path, options, column=", as_of: at")
    world.sell("CUP", "MUG")
    world.write("stock.csv", "sku,qty,at\nCUP,8,2026-11-02 00:00\nMUG,9,2026-11-01 09:00\n")
    world.pass_time(2 * HOUR)
    first = world.shown

    for number in range(10):
        world.write("stock.csv", f"sku,qty,at\nCUP,{number},2026-11-02 00:00\n")
        world.pass_time(3 * HOUR)

    assert first == {"CUP": 8, "MUG": 9}
    assert world.codes == ["stale"]
    assert world.shown["CUP"] == 7


def test_a5_a_blank_or_wrong_time_is_refused_with_its_row(tmp_path: Path) -> None:
    options = 'max_age: 24h\ndate_format: "%Y-%m-%d"\ntimezone: UTC'
    world = AgedStock(tmp_path, options, column=", as_of: at")
    world.sell("CUP", "MUG")
    world.write("stock.csv", "sku,qty,at\nCUP,8,\nMUG,9,yesterday\n")

    world.pass_time(2 * HOUR)

    reasons = [entry.reason for entry in world.concerns]
    assert world.shown == {"CUP": 5, "MUG": 5}
    assert reasons[0].startswith("stock/stock.csv row 2: as_of is blank")
    assert reasons[1].startswith("stock/stock.csv row 3: as_of 'yesterday' is not a date like")


ABSENT = "max_age: 24h\nabsent: zero\nmin_rows: 2"


def many(tmp_path: Path, options: str) -> AgedStock:
    """Return a world with three products."""
    world = AgedStock(tmp_path, options)
    world.sell("CUP", "MUG", "JUG")
    world.drop({"CUP": 8, "MUG": 9, "JUG": 7})
    world.pass_time(2 * HOUR)
    return world


def test_a6_a_product_that_is_absent_keeps_its_quantity(tmp_path: Path) -> None:
    world = many(tmp_path, "max_age: 24h")
    world.drop({"CUP": 3, "MUG": 4})

    world.pass_time(HOUR)

    assert world.shown == {"CUP": 3, "MUG": 4, "JUG": 7}


def test_a6_an_absent_product_is_zero_if_that_is_configured(tmp_path: Path) -> None:
    world = many(tmp_path, ABSENT)
    world.drop({"CUP": 3, "MUG": 4})

    world.pass_time(2 * HOUR)

    assert world.shown == {"CUP": 3, "MUG": 4, "JUG": 0}
    assert world.codes == []


def test_a6_absent_needs_no_maximum_age(tmp_path: Path) -> None:
    world = many(tmp_path, "absent: zero\nmin_rows: 2")
    world.drop({"CUP": 3, "MUG": 4})

    world.pass_time(HOUR)

    assert world.shown == {"CUP": 3, "MUG": 4, "JUG": 0}
    assert world.feed() is None


def test_a6_a_feed_with_too_few_rows_sets_nothing_to_zero(tmp_path: Path) -> None:
    world = many(tmp_path, ABSENT)
    world.drop({"CUP": 3})

    [run] = world.pass_time(HOUR)

    assert world.shown == {"CUP": 3, "MUG": 9, "JUG": 7}
    assert "absent products keep their quantity: the recent files have 1 product, fewer" in run.note


def test_a6_a_refused_row_is_not_absent(tmp_path: Path) -> None:
    world = many(tmp_path, ABSENT)
    world.drop({"CUP": 3, "MUG": 4, "JUG": "#N/A"})

    world.pass_time(HOUR)

    assert world.shown == {"CUP": 3, "MUG": 4, "JUG": 7}


def test_a6_a_sku_in_another_spelling_is_not_absent(tmp_path: Path) -> None:
    world = many(tmp_path, ABSENT)
    world.drop({"CUP": 3, "MUG": 4, "jug": 9})

    world.pass_time(HOUR)

    assert world.shown == {"CUP": 3, "MUG": 4, "JUG": 7}


def test_a6_a_row_that_a_rule_leaves_out_is_not_absent(tmp_path: Path) -> None:
    world = many(tmp_path, f"{ABSENT}\nskip: [{{column: sku, matches: JUG, reason: other}}]")
    world.drop({"CUP": 3, "MUG": 4, "JUG": 9})

    world.pass_time(HOUR)

    assert world.shown == {"CUP": 3, "MUG": 4, "JUG": 5}


def test_a6_a_file_that_cannot_be_read_makes_nothing_absent(tmp_path: Path) -> None:
    world = many(tmp_path, ABSENT)
    world.drop({"CUP": 3, "MUG": 4})
    world.write("more.csv", "sku,quantity\nJUG,9\n")

    runs = world.pass_time(HOUR)

    assert world.shown == {"CUP": 3, "MUG": 4, "JUG": 7}
    assert "a file or a row of it could not be read" in runs[-1].note


def test_a6_the_safety_limit_holds_back_absent_products(tmp_path: Path) -> None:
    world = AgedStock(tmp_path, ABSENT)
    skus = [f"SKU{number}" for number in range(40)]
    world.sell(*skus)
    world.drop(dict.fromkeys(skus, 7))
    world.pass_time(2 * HOUR)
    world.drop({"SKU0": 7, "SKU1": 7})

    [run] = world.pass_time(HOUR)

    assert set(world.shown.values()) == {7}
    assert run.error is not None
    assert run.error.code == "brake"


def test_a6_an_old_file_of_a_recent_feed_is_under_the_safety_limit(tmp_path: Path) -> None:
    """A part of the feed is dead: with `zero` its products are 0, unless they are too many."""
    world = AgedStock(tmp_path, ZERO)
    skus = [f"SKU{number}" for number in range(40)]
    world.sell("CUP", *skus)
    world.drop(dict.fromkeys(skus, 7), "east.csv")
    for _ in range(10):
        world.drop({"CUP": 8}, "west.csv")
        runs = world.pass_time(3 * HOUR)

    assert world.shown == {"CUP": 8, **dict.fromkeys(skus, 7)}
    assert runs[-1].error is not None
    assert "brake" in world.codes


def test_q13_a_single_old_number_is_0_although_the_safety_limit_holds_the_rest(
    tmp_path: Path,
) -> None:
    world = AgedStock(tmp_path, ZERO)
    skus = [f"SKU{number}" for number in range(40)]
    world.sell("CUP", *skus)
    world.drop({"CUP": 8}, "east.csv")
    for _ in range(7):
        world.drop(dict.fromkeys(skus, 7), "west.csv")
        world.pass_time(3 * HOUR)
    before = world.shown["CUP"]
    world.drop(dict.fromkeys(skus, 0), "west.csv")

    runs = world.pass_time(4 * HOUR)

    assert before == 8
    assert world.shown == {"CUP": 0, **dict.fromkeys(skus, 7)}
    assert {run.error.code for run in runs if run.error} == {"brake"}


def test_a3_a_single_old_number_is_not_0_as_the_first_act_after_the_machine_was_off(
    tmp_path: Path,
) -> None:
    world = AgedStock(tmp_path, ZERO)
    world.sell("CUP", "MUG")
    world.drop({"CUP": 8}, "east.csv")
    world.drop({"MUG": 7}, "west.csv")
    world.pass_time(3 * HOUR)
    world.clock.at += 2 * DAY
    world.drop({"MUG": 6}, "west.csv")

    [run] = world.pass_time(HOUR)
    first = world.shown
    world.pass_time(7 * HOUR)

    assert first == {"CUP": 8, "MUG": 6}
    assert "the quantities become 0 once the feed was watched for 6 h" in run.note
    assert world.shown == {"CUP": 0, "MUG": 6}


def test_a6_old_products_of_a_recent_feed_are_counted(world: AgedStock) -> None:
    for number in range(10):
        world.drop({"CUP": number}, "west.csv")
        world.pass_time(3 * HOUR)

    [entry] = world.concerns
    assert (entry.code, entry.severity) == ("stale-products", "normal")
    assert entry.reason == "1 product has no quantity of the last 24 h, and none is written"
    assert world.shown == {"CUP": 9, "MUG": 9}


@pytest.mark.slow
def test_a7_a_file_from_the_future_is_not_old(world: AgedStock) -> None:
    world.drop({"CUP": 1, "MUG": 2})
    world.redate(world.clock.at + 400 * DAY)

    world.pass_time(3 * DAY)

    feed = world.feed()
    assert world.shown == {"CUP": 1, "MUG": 2}
    assert world.codes == []
    assert feed is not None
    assert feed.ahead_at is not None

    (world.folder / "stock" / "stock.csv").unlink()
    world.pass_time(25 * HOUR)

    assert world.codes == ["stale"]


def test_a_feed_that_never_comes_counts_from_the_first_run(tmp_path: Path) -> None:
    world = AgedStock(tmp_path)
    world.sell("CUP")

    world.pass_time(24 * HOUR)
    before = world.codes
    world.pass_time(3 * HOUR)

    [entry] = world.concerns
    assert before == ["stale-soon"]
    assert entry.code == "stale"
    assert entry.reason.startswith("depot stock: nothing has come for 2")


def test_days_that_do_not_count(tmp_path: Path) -> None:
    """The first file comes on a Monday; the weekend is not a part of its age."""
    world = begun(AgedStock(tmp_path, "max_age: 5d\nbut: [sat, sun]\ntimezone: Europe/London"))

    world.pass_time(6 * DAY + 20 * HOUR)
    on_sunday = world.codes
    world.pass_time(5 * HOUR)

    assert on_sunday == ["stale-soon"]
    assert world.codes == ["stale"]


def test_nothing_is_recorded_where_nothing_is_configured(tmp_path: Path) -> None:
    world = begun(AgedStock(tmp_path, ""))

    world.pass_time(3 * DAY)
    world.drop({"CUP": 1, "MUG": 2})
    world.redate(world.clock.at - 30 * DAY)
    world.pass_time(HOUR)

    assert world.feed() is None
    assert world.shown == {"CUP": 1, "MUG": 2}
    assert world.codes == []


def test_packs_of_an_absent_product_are_each_zero_once(tmp_path: Path) -> None:
    world = AgedStock(tmp_path, "absent: zero\nmin_rows: 1")
    rows = ["merchant_sku,supplier_sku,units", *(f"P{at:03},PACK,{at}" for at in range(1, 4)), ""]
    (tmp_path / "map.csv").write_text("\n".join(rows))
    path = tmp_path / "config.yaml"
    path.write_text(f"{path.read_text()}    sku_map: map.csv\n")
    world.sell("P001", "P002", "P003", "CUP")
    world.drop({"PACK": 12, "CUP": 8})
    world.pass_time(2 * HOUR)
    assert world.shown == {"P001": 12, "P002": 6, "P003": 4, "CUP": 8}
    world.drop({"CUP": 3})

    [run] = world.pass_time(HOUR)

    assert world.shown == {"P001": 0, "P002": 0, "P003": 0, "CUP": 3}
    assert run.counts.done == 4
