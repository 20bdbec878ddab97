"""Cancel orders, against domain 2.6."""

from collections.abc import Iterator, Sequence

import pytest

from ordosync.accounts.sqlite.merchant_orders import MerchantOrders
from ordosync.embedded import cancellations
from ordosync.models import InvalidRecord, Line, Order, Page, ParcelLine
from tests.support.command import ordosync
from tests.support.kills import killed_at
from tests.tasks.portal import (
    SUPPLIER,
    Pair,
    available,
    cancel_shipped,
    line,
    order,
    quantities,
    remarks,
    split,
    succeeded,
)

TASK = "cancel-orders"


def test_order_cancelled_at_the_merchant_is_cancelled_at_the_supplier(pair: Pair) -> None:
    # domain 2.6: Supplier effect
    pair.imported("1001", line("MUG", 2))
    pair.northwind.set_stock("MUG", "main", 10)
    assert available(pair.northwind, "MUG") == 8
    succeeded(pair.shop.cancel("1001"))

    ran = pair.run(TASK)

    [entry] = [event for event in pair.northwind.timeline("1001") if event.text == "Cancelled"]
    assert ran.counts == {"done": 1}
    assert pair.supplied("1001").status == "cancelled"
    assert entry.actor == "cancel-orders"
    assert available(pair.northwind, "MUG") == 10
    assert pair.link("1001").state == "cancelled_by_task"


def test_second_run_writes_nothing(pair: Pair) -> None:
    # domain 2.6: Idempotency
    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)
    before = pair.everything()

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert pair.everything() == before


@pytest.mark.parametrize(("count", "status"), [(66, "failed"), (70, "ok")])
def test_partially_shipped_orders_are_open_for_the_safety_limit(
    pair: Pair, count: int, status: str
) -> None:
    """Issue, safety limit: 20 of 66 are over 30 percent, and 21 of 70 are not."""
    numbers = [str(number) for number in range(1, count + 1)]
    for number in numbers:
        pair.request(number, line("MUG", 2))
    pair.run("import-orders")
    for number in numbers:
        [part] = pair.supplied(number).lines
        pair.send(number, f"1Z{number}", lines=(ParcelLine(line_id=part.id, quantity=1),))
    pair.run("update-tracking")
    for number in numbers[: 20 if status == "failed" else 21]:
        succeeded(pair.shop.cancel(number))

    ran = pair.run(TASK, may_fail=True)

    assert ran.run.status == status
    assert status == "ok" or (ran.run.error and ran.run.error.code == "brake")


def test_cancellation_at_the_supplier_never_travels(pair: Pair) -> None:
    # domain 2.6: Direction
    pair.imported("1001")
    succeeded(pair.northwind.cancel("1001"))

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert pair.merchant("1001").status == "dropshipment_requested"


def test_order_without_a_link_is_never_touched(pair: Pair) -> None:
    # domain 2.6: Must not
    succeeded(pair.northwind.add_order(order("1001")))
    pair.request("1001")
    succeeded(pair.shop.cancel("1001"))

    assert pair.run(TASK).steps == ()
    assert pair.supplied("1001").status == "awaiting_fulfillment"


def test_order_that_is_shipped_at_the_supplier_is_left_and_both_are_informed(pair: Pair) -> None:
    # domain 2.6: Failure: Supplier already shipped
    pair.imported("1001")
    pair.send("1001")
    succeeded(pair.shop.cancel("1001"))

    ran = pair.run(TASK)

    [label] = pair.northwind.shipments_of("1001")
    assert (ran.step.state, ran.step.code) == ("failed", "already-shipped")
    assert pair.supplied("1001").status == "shipped"
    assert not label.voided
    assert remarks(pair.northwind, "1001")[-1] == (
        "The Merchant cancelled this order, but it is shipped already"
    )
    assert remarks(pair.shop, "1001")[-1] == "Not cancelled at the Supplier: it is shipped already"


def test_both_are_informed_of_a_shipped_order_once(pair: Pair) -> None:
    # domain 2.6: comment on both timelines once
    pair.imported("1001")
    pair.send("1001")
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)
    before = pair.everything()

    pair.run(TASK)

    assert pair.everything() == before


def test_refused_cancellation_passes_by_hand_once_the_label_is_deleted(pair: Pair) -> None:
    # domain 2.6: Failure: Supplier already shipped; its label is voided later
    pair.imported("1001")
    pair.send("1001")
    succeeded(pair.shop.cancel("1001"))
    refused = pair.run(TASK).step
    succeeded(pair.northwind.void("1001"))

    ran = pair.retry(TASK, refused)

    assert ran.step.state == "done"
    assert pair.supplied("1001").status == "cancelled"


def test_refused_cancellation_passes_by_itself_once_the_label_is_deleted(pair: Pair) -> None:
    # domain 2.6: Idempotency: work from state at run time
    pair.imported("1001")
    pair.send("1001")
    pair.run("update-tracking")
    cancel_shipped(pair.shop, "1001")
    pair.imported("1002")
    pair.send("1002", "1Z2")
    succeeded(pair.shop.cancel("1002"))
    assert pair.run(TASK).counts == {"failed": 1}
    succeeded(pair.northwind.void("1002"))
    pair.run("update-tracking")

    ran = pair.run(TASK)
    after = pair.run(TASK)

    assert ran.counts == {"done": 1}
    assert pair.supplied("1002").status == "cancelled"
    assert after.steps == ()


def test_cancellation_that_was_never_recorded_counts_as_ours(pair: Pair) -> None:
    # domain 2.1: if our task cancelled the Supplier order, import once more
    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    planned = pair.planned(TASK)
    pair.run(TASK)

    [again] = pair.applied(TASK, planned)

    assert again.outcome.state == "unchanged"
    assert [link.state for link in again.links] == ["cancelled_by_task"]


def test_order_that_the_merchant_shipped_itself_is_not_cancelled(pair: Pair) -> None:
    # domain 2.6: Precondition: cancelled while unshipped
    pair.imported("1001")
    pair.send("1001")
    pair.run("update-tracking")
    succeeded(pair.northwind.void("1001"))
    cancel_shipped(pair.shop, "1001")

    assert pair.run(TASK).steps == ()
    assert pair.supplied("1001").status == "awaiting_fulfillment"


def test_order_restored_between_two_runs_is_left_alone(pair: Pair) -> None:
    # domain 2.6: cancelled then restored between two runs
    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    succeeded(pair.shop.restore("1001"))

    assert pair.run(TASK).steps == ()
    assert pair.supplied("1001").status == "awaiting_fulfillment"


def test_order_restored_while_the_run_goes_on_is_left_alone(pair: Pair) -> None:
    # domain 2.6: work from state at run time
    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    planned = pair.planned(TASK)
    succeeded(pair.shop.restore("1001"))

    [result] = pair.applied(TASK, planned)

    assert result.outcome.state == "unchanged"
    assert pair.supplied("1001").status == "awaiting_fulfillment"


def test_order_restored_after_the_run_stays_cancelled_at_the_supplier(pair: Pair) -> None:
    # domain 2.6: restored after the task ran
    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)
    succeeded(pair.shop.restore("1001"))

    pair.run(TASK)

    assert pair.supplied("1001").status == "cancelled"


def test_order_cancelled_before_its_import_has_nothing_to_cancel(pair: Pair) -> None:
    # domain 2.6: cancelled before import
    pair.request("1001")
    succeeded(pair.shop.cancel("1001"))
    pair.run("import-orders")

    assert pair.run(TASK).steps == ()
    assert list(pair.northwind.list_orders()) == []


def test_order_cancelled_on_both_sides_closes_the_link(pair: Pair) -> None:
    # domain 2.6: both sides cancelled independently
    pair.imported("1001")
    succeeded(pair.northwind.cancel("1001"))
    succeeded(pair.shop.cancel("1001"))
    before = pair.everything()

    ran = pair.run(TASK)

    assert ran.counts == {"unchanged": 1}
    assert pair.everything() == before
    assert pair.link("1001").state == "cancelled_by_supplier"


def test_first_run_takes_open_orders_that_were_cancelled_long_ago(pair: Pair) -> None:
    # domain 2.6: switched on late
    for number in ("1001", "1002", "1003"):
        pair.imported(number)
        succeeded(pair.shop.cancel(number))
    pair.send("1003")

    planned = pair.would(TASK)
    ran = pair.run(TASK)

    assert len(planned) == ran.count("done") == 2
    assert ran.counts == {"done": 2, "failed": 1}


def test_piece_that_the_merchant_cancels_cancels_its_partner_only(pair: Pair) -> None:
    # domain 2.6: Merchant cancels a split parent's children
    pair.imported("1001", line("MUG", 3))
    first, second = pair.split("1001", (1,), (2,))
    pair.run("split-order")
    succeeded(pair.shop.cancel("1001-1"))

    pair.run(TASK)

    assert pair.supplied(first).status == "cancelled"
    assert pair.supplied(second).status == "awaiting_fulfillment"


def test_piece_of_the_merchants_own_split_cancels_nothing(pair: Pair) -> None:
    # domain 2.5: a Merchant split after import is not mirrored, so its piece has no partner
    pair.imported("1001", line("MUG", 3))
    first, _ = split(pair.shop, "1001", (1,), (2,))
    succeeded(pair.shop.cancel(first))

    pair.run(TASK)

    assert pair.supplied("1001").status == "awaiting_fulfillment"


def test_order_imported_again_can_be_cancelled_again(pair: Pair) -> None:
    # domain 2.6: restored after the task ran; see 2.1
    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)
    succeeded(pair.shop.restore("1001"))
    succeeded(pair.shop.request("1001", SUPPLIER))
    pair.run("import-orders")
    succeeded(pair.shop.cancel("1001"))

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1}
    assert pair.supplied("1001~2").status == "cancelled"


# Pieces of the Merchant's own splits.


def test_a_cancelled_piece_of_the_merchants_own_is_reported_to_both_sides_once(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 1), line("CUP", 1))
    piece, _ = split(pair.shop, "1001", (1, 0), (0, 1))
    succeeded(pair.shop.cancel(piece))

    first, second = pair.run(TASK), pair.run(TASK)

    assert (first.step.state, first.step.code) == ("failed", "piece-cancelled")
    assert second.steps == ()
    assert pair.supplied("1001").status == "awaiting_fulfillment"
    for desk, number in ((pair.shop, piece), (pair.northwind, "1001")):
        about_part = [entry.text for entry in desk.timeline(number) if "part" in entry.text]
        assert len(about_part) == 1, desk.name


@pytest.mark.of_files
def test_a_cancelled_piece_of_an_order_that_the_supplier_cancelled_needs_no_operator(
    pair: Pair,
) -> None:
    pair.imported("1001", line("MUG", 1), line("CUP", 1))
    pair.sql("ordosync", "update links set state = 'cancelled_by_task' where kind = 'order'")
    piece, _ = split(pair.shop, "1001", (1, 0), (0, 1))
    succeeded(pair.shop.cancel(piece))

    assert pair.run(TASK).count("failed") == 0


def test_the_desk_does_not_promise_to_cancel_a_piece_at_the_supplier(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 1), line("CUP", 1))
    piece, _ = split(pair.shop, "1001", (1, 0), (0, 1))

    message = ordosync(pair.folder, "orders", "cancel", piece, "--account", "shop").err

    assert "no task cancels a part; ask northwind not to send it" in message.replace("\n", " ")
    assert "cancels it at northwind" not in message


# Units that are cancelled beside a parcel.


def test_units_are_not_lowered_while_a_parcel_is_written_that_the_ledger_lacks(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair.imported("1001", line("MUG", 4))
    [at_merchant], [at_supplier] = pair.merchant("1001").lines, pair.supplied("1001").lines
    with pair.shop.file.writing("cancel a unit") as db:
        succeeded(cancellations.cancel_units(db, "1001", [one_of(at_merchant)], actor="desk"))
    planned = pair.planned(TASK)
    pair.send("1001", lines=(one_of(at_supplier),))
    read_orders = MerchantOrders.by_id

    def report_a_parcel_first(
        orders: MerchantOrders, ids: Sequence[str]
    ) -> Iterator[Page[Order | InvalidRecord]]:
        monkeypatch.setattr(MerchantOrders, "by_id", read_orders)
        with killed_at("result-before-commit", 1):
            pair.run("update-tracking")
        return read_orders(orders, ids)

    monkeypatch.setattr(MerchantOrders, "by_id", report_a_parcel_first)
    [result] = pair.applied(TASK, planned)

    assert (result.outcome.state, result.outcome.code) == ("unavailable", "parcels-first")
    assert quantities(pair.supplied("1001")) == [("MUG", 4)]


def one_of(order_line: Line) -> ParcelLine:
    return ParcelLine(line_id=order_line.id, quantity=1)
