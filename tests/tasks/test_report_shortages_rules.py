"""Report shortages: rules S5 to S22, old stores, kills, and the safety limit."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.sqlite.supplier_shortages import SupplierShortages
from ordosync.config import load_config
from ordosync.engine.diagnosis.attention import attention
from ordosync.models import InvalidRecord, Page
from ordosync.shortages import Shortage, ShortLine
from ordosync.store import Store
from tests.support.combinations import covering
from tests.support.kills import killed_at
from tests.tasks.portal import Pair, order, quantities, remarks, succeeded
from tests.tasks.short_orders import (
    LATER,
    TASK,
    ledger,
    reports,
    shorten,
    with_options,
    with_order,
)

POINTS = (
    "intent-before-commit",
    "intent-after-commit",
    "account-before-commit",
    "account-after-commit",
    "shortage-reported",
    "result-before-commit",
    "result-after-commit",
    "cursor-before-commit",
    "cursor-after-commit",
    "finish-before-commit",
    "finish-after-commit",
)


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    return with_order(Pair(tmp_path))


@pytest.fixture(name="said")
def _said(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> list[Shortage]:
    """Let the Supplier's account say what the test puts into the list, as a foreign one does."""
    said: list[Shortage] = []

    def changed(_: object, request: ReadRequest) -> Iterator[Page[Shortage | InvalidRecord]]:
        yield Page(items=tuple(said), cursor=request.cursor)

    def by_id(_: object, ids: Sequence[str]) -> Iterator[Page[Shortage | InvalidRecord]]:
        yield Page(items=tuple(item for item in said if item.order_id in ids))

    assert pair.supplied("1001")
    monkeypatch.setattr(SupplierShortages, "changed", changed)
    monkeypatch.setattr(SupplierShortages, "by_id", by_id)
    return said


def cancelled(pair: Pair, units: int, *, sku: str = "MUG", by_sku: bool = False) -> Shortage:
    """Return the answer of an account that counts what it has cancelled."""
    [of_sku] = [each for each in pair.supplied("1001").lines if each.sku == sku]
    line_id = "" if by_sku else of_sku.id
    return Shortage(order_id="1001", lines=(ShortLine(line_id=line_id, sku=sku, cancelled=units),))


def test_s5_units_that_are_sent_after_all_count_as_sent_and_both_are_told(
    pair: Pair, said: list[Shortage]
) -> None:
    said.append(cancelled(pair, 1))
    pair.run(TASK)
    pair.send("1001")

    pair.run("update-tracking")
    pair.run(TASK)

    assert (ledger(pair), ledger(pair, "CUP")) == ((3, 3, 0), (2, 2, 0))
    assert reports(pair)[-1] == "The Supplier sends 1 of MUG after all"
    assert remarks(pair.northwind, "1001")[-1].endswith("sends 1 of MUG after all")
    assert (pair.failed(TASK), pair.merchant("1001").status) == ([], "shipped")


def test_s6_more_cancelled_units_than_are_open_are_cut_to_the_open_ones(
    pair: Pair, said: list[Shortage]
) -> None:
    said.append(cancelled(pair, 5))

    pair.run(TASK)
    pair.run(TASK)

    [step] = pair.failed(TASK)
    assert (ledger(pair), step.code) == ((3, 0, 3), "more-than-open")
    assert len(reports(pair)) == 1


def test_s10_same_answer_a_second_time_changes_nothing(pair: Pair, said: list[Shortage]) -> None:
    said.append(cancelled(pair, 1))
    pair.run(TASK)

    again = pair.run(TASK)

    assert (again.counts, len(reports(pair)), ledger(pair)) == ({}, 1, (3, 0, 1))


def test_answer_that_names_only_a_sku_is_of_the_line_with_it(
    pair: Pair, said: list[Shortage]
) -> None:
    said.append(cancelled(pair, 1, by_sku=True))

    pair.run(TASK)

    assert (ledger(pair), ledger(pair, "CUP")) == ((3, 0, 1), (2, 0, 0))


def test_s17_deleted_order_is_told_as_gone(pair: Pair, said: list[Shortage]) -> None:
    said.append(Shortage(order_id="1001", is_deleted=True))

    pair.run(TASK)

    [step] = pair.failed(TASK)
    assert (step.code, pair.link("1001").state) == ("gone", "cancelled_by_supplier")
    assert reports(pair) == ["The Supplier deleted this order, and sends nothing of it"]


def test_s18_units_that_are_refunded_after_they_were_sent_are_no_answer(
    pair: Pair, said: list[Shortage]
) -> None:
    pair.send("1001")
    pair.run("update-tracking")
    said.append(cancelled(pair, 1))

    ran = pair.run(TASK)

    assert (ran.counts, reports(pair), ledger(pair)) == ({}, [], (3, 3, 0))


def test_s13_units_that_another_supplier_gets_stay_cancelled_here(pair: Pair) -> None:
    shorten(pair, 1)
    pair.run(TASK)
    succeeded(pair.shop.request("1001", "southwind"))

    pair.run("import-orders")
    pair.run(TASK)

    assert ledger(pair) == (3, 0, 1)
    assert quantities(pair.supplied("1001")) == [("CUP", 2), ("MUG", 2)]


def test_s9_answer_for_an_order_whose_link_is_missing_waits_a_day(
    pair: Pair, said: list[Shortage]
) -> None:
    said.append(replace(cancelled(pair, 1), order_id="404", reference="shop-northwind:404#1"))

    first = pair.run(TASK)
    pair.clock.at += timedelta(days=1)
    second = pair.run(TASK)

    assert (first.counts, second.counts) == ({"waiting": 1}, {"failed": 1})
    assert [step.code for step in pair.failed(TASK)] == ["no-link"]


def test_pieces_of_an_order_that_the_merchant_cancelled_before_their_split_are_passed_over(
    pair: Pair,
) -> None:
    *_, last = pair.split("1001", (1, 2), (1, 1))
    succeeded(pair.shop.cancel("1001"))
    succeeded(pair.northwind.cancel(last))

    assert pair.run(TASK).counts == {}


def test_order_of_the_suppliers_own_is_passed_over(pair: Pair) -> None:
    succeeded(pair.northwind.add_order(order("own")))
    succeeded(pair.northwind.cancel("own"))

    assert pair.run(TASK).counts == {}


def test_s22_many_cancellations_at_once_stop_the_run_and_nothing_is_reported(
    tmp_path: Path,
) -> None:
    pair = Pair(tmp_path)
    for number in range(40):
        pair.request(f"9{number:03}")
    pair.run("import-orders")
    for number in range(20):
        succeeded(pair.northwind.cancel(f"9{number:03}"))

    ran = pair.run(TASK, may_fail=True)

    assert ran.run.error is not None
    assert "would report as cancelled 20 of 40 at once" in ran.run.error.message
    assert (ran.run.status, ran.run.error.code) == ("failed", "brake")
    assert all(not reports(pair, f"9{number:03}") for number in range(20))
    assert pair.link("9000").state == "live"


def test_fewer_cancellations_than_the_limit_are_reported(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    for number in range(25):
        pair.request(f"9{number:03}")
    pair.run("import-orders")
    for number in range(19):
        succeeded(pair.northwind.cancel(f"9{number:03}"))

    assert pair.run(TASK).counts == {"failed": 19}


@pytest.mark.parametrize(
    ("point", "passage", "options"),
    covering(POINTS, [1, 2, 3], ["{cancel: lines}", "{}", "{hold: true}"]),
)
def test_run_that_is_killed_reports_and_cancels_once(
    tmp_path: Path, point: str, passage: int, options: str
) -> None:
    pair = with_options(tmp_path, options)
    shorten(pair, 1)

    with killed_at(point, passage):
        pair.run(TASK)
    pair.of_store("update leases set owner = null, until = null")
    for _ in range(2):
        pair.run(TASK)

    assert len(reports(pair)) == 1
    flags = [text for text in remarks(pair.shop, "1001") if text.startswith("Flagged")]
    assert len(flags) == (options == "{hold: true}")
    cancelled_units = sum(
        units.cancelled
        for number in ("1001", *pair.shop.pieces_of("1001"))
        for units in pair.shop.units_of(number)
    )
    assert cancelled_units == (options == "{cancel: lines}")
    assert len(pair.failed(TASK)) == (options != "{cancel: lines}")


def test_old_link_without_units_is_reported_as_a_whole(pair: Pair) -> None:
    """An older version linked no lines."""
    pair.of_store("update links set ordered = null where kind = 'line'")
    succeeded(pair.northwind.cancel("1001"))

    pair.run(TASK)
    pair.run(TASK)

    assert len(reports(pair)) == 1
    assert pair.link("1001").state == "cancelled_by_supplier"


def test_units_that_a_task_may_have_cancelled_wait(pair: Pair) -> None:
    shorten(pair, 1)
    pair.of_store(
        "insert into steps (portal, task, key, state, content, merchant_id, created_at, updated_at,"
        " run_id, last_run_id) values ('shop-northwind', 'cancel-orders', '1001#1:less', 'unknown',"
        " 'x', '1001', '2026-11-02T00:00:00.000Z', '2026-11-02T00:00:00.000Z', 1, 1)"
    )

    ran = pair.run(TASK)
    pair.of_store("delete from steps where key = '1001#1:less'")
    later = pair.run(TASK)

    assert (ran.counts, later.counts) == ({"waiting": 1}, {"failed": 1})
    assert len(reports(pair)) == 1


def test_backordered_units_are_a_low_concern_until_their_day(pair: Pair) -> None:
    shorten(pair, 2, later=LATER)
    pair.run(TASK)
    config = load_config(pair.path)

    severities = []
    with Store.open(config.database) as store:
        for days in (0, 60):
            now = pair.clock.now() + timedelta(days=days)
            listed = attention(config, store, now=now, unshipped_for=timedelta(days=99))
            severities += [entry.severity for entry in listed if entry.task == TASK]

    assert severities == ["low", "normal"]
