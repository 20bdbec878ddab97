"""Update tracking, against domain 2.4."""

from decimal import Decimal

from ordosync.models import Shipment
from tests.tasks.portal import (
    SENT_AT,
    SUPPLIER,
    Pair,
    cancel_shipped,
    existing_order,
    line,
    order,
    parcel,
    physical,
    remarks,
    split,
    succeeded,
)

TASK = "update-tracking"
_CHANGED = "insert into changes (kind, object_id, what) values ('shipment', '1001:1', 'made')"
"""Lets the Supplier's first label of order 1001 be read again."""


def _only(shipments: list[Shipment]) -> Shipment:
    [shipment] = shipments
    return shipment


def test_p23_order_that_was_only_marked_as_shipped_is_reported_once(pair: Pair) -> None:
    # domain 2.4: Trigger: not when the order is merely marked shipped; report it as stuck
    pair.imported("1001")
    pair.send("1001")
    pair.sql("northwind", "update shipments set tracking_number = ''")

    ran = pair.run(TASK)
    again = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("skipped", "no-tracking")
    assert ran.step.reason == (
        "was marked as shipped without a tracking number (1 MUG); the Merchant still needs one"
    )
    assert again.counts == {}
    assert pair.merchant("1001").status == "dropshipment_requested"


def test_all_six_fields_arrive_and_the_order_is_shipped(pair: Pair) -> None:
    # domain 2.4: What moves, exactly six
    pair.imported("1001")
    pair.send("1001", "1Z1")

    ran = pair.run(TASK)

    shipment = _only(pair.shop.shipments_of("1001"))
    assert ran.counts == {"done": 1}
    assert pair.merchant("1001").status == "shipped"
    assert (shipment.tracking_number, shipment.carrier, shipment.method) == ("1Z1", "UPS", "Ground")
    assert (shipment.cost, shipment.currency, shipment.warehouse) == (
        Decimal("7.25"),
        "USD",
        "main",
    )
    assert shipment.shipped_at == SENT_AT
    assert remarks(pair.shop, "1001")[-1] == "Tracking added: UPS Ground 1Z1"


def test_second_run_writes_nothing(pair: Pair) -> None:
    # domain 2.4: Idempotency
    pair.imported("1001")
    pair.send("1001")
    pair.run(TASK)
    before = pair.everything()

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert pair.everything() == before


def test_physical_stock_of_the_merchant_stays(pair: Pair) -> None:
    # domain 2.4: Committed falls, POH unchanged
    pair.imported("1001", line("MUG", 2))
    pair.shop.set_stock("MUG", "main", 10)
    pair.send("1001")

    pair.run(TASK)

    assert physical(pair.shop, "MUG") == 10


def test_comments_addresses_and_prices_are_not_copied_back(pair: Pair) -> None:
    # domain 2.4: Must not
    pair.imported("1001")
    before = pair.merchant("1001")
    pair.send("1001")

    pair.run(TASK)

    after = pair.merchant("1001")
    assert (after.lines, after.ship_to) == (before.lines, before.ship_to)
    assert not any("Created from" in text for text in remarks(pair.shop, "1001"))


def test_cancelled_order_refuses_and_only_the_supplier_is_informed(pair: Pair) -> None:
    # domain 2.4: Known failure
    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    pair.send("1001", "1Z1")
    before = remarks(pair.shop, "1001")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "cancelled")
    assert pair.merchant("1001").status == "cancelled"
    assert pair.supplied("1001").status == "shipped"
    assert remarks(pair.shop, "1001") == before
    assert remarks(pair.northwind, "1001")[-1] == (
        "Tracking 1Z1 was not saved at the Merchant: order 1001 is cancelled"
    )


def test_refusal_is_not_tried_again(pair: Pair) -> None:
    # domain 2.4: no retry loop
    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    pair.send("1001")
    pair.run(TASK)
    before = pair.everything()

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert pair.everything() == before


def test_order_that_was_never_imported_is_ignored(pair: Pair) -> None:
    succeeded(pair.northwind.add_order(order("9001")))
    pair.send("9001")

    assert pair.run(TASK).steps == ()


def test_piece_that_was_shipped_leaves_its_siblings_open(pair: Pair) -> None:
    # domain 2.4: partial shipment
    pair.imported("1001", line("MUG", 3))
    first, _ = pair.split("1001", (1,), (2,))
    pair.run("split-order")
    pair.send(first)

    pair.run(TASK)

    assert pair.merchant("1001-1").status == "shipped"
    assert pair.merchant("1001-2").status == "dropshipment_requested"
    assert pair.merchant("1001").status == "dropshipment_requested"


def test_tracking_of_a_piece_waits_until_the_merchant_is_split(pair: Pair) -> None:
    # domain 2.4: partial shipment; the split was not reported yet
    pair.imported("1001", line("MUG", 3))
    first, _ = pair.split("1001", (1,), (2,))
    pair.send(first)

    waiting = pair.run(TASK)
    pair.run("split-order")
    sent = pair.run(TASK)

    assert (waiting.step.state, waiting.step.code) == ("waiting", "split-first")
    assert sent.step.state == "done"
    assert pair.tracking("1001-1") == [("1Z1", False)]


def test_tracking_is_put_on_every_piece_that_the_merchant_made(pair: Pair) -> None:
    # domain 2.4: Merchant split after import, Supplier did not
    pair.imported("1001", line("MUG", 3))
    pieces = split(pair.shop, "1001", (1,), (2,))
    pair.send("1001", "1Z1")

    pair.run(TASK)

    for piece in pieces:
        assert pair.merchant(piece).status == "shipped"
        assert pair.tracking(piece) == [("1Z1", False)]
        assert remarks(pair.shop, piece)[-1] == "Tracking added: UPS Ground 1Z1"
    assert remarks(pair.northwind, "1001")[-1] == (
        "The Merchant split this order: tracking 1Z1 is on each of its open pieces"
    )


def test_piece_that_the_merchant_cancelled_gets_no_tracking(pair: Pair) -> None:
    # domain 2.4: Merchant split after import: every open descendant
    pair.imported("1001", line("MUG", 3))
    first, second = split(pair.shop, "1001", (1,), (2,))
    succeeded(pair.shop.cancel(first))
    pair.send("1001")

    pair.run(TASK)

    assert pair.tracking(first) == []
    assert pair.tracking(second) == [("1Z1", False)]


def test_deleted_label_is_flagged_and_the_merchant_stays_shipped(pair: Pair) -> None:
    # domain 2.4: Supplier deletes label
    pair.imported("1001")
    pair.send("1001", "1Z1")
    pair.run(TASK)
    succeeded(pair.northwind.void("1001"))

    pair.run(TASK)

    assert pair.supplied("1001").status == "awaiting_fulfillment"
    assert pair.merchant("1001").status == "shipped"
    assert pair.tracking("1001") == [("1Z1", True)]
    assert remarks(pair.shop, "1001")[-1] == "Tracking 1Z1 was voided by the Supplier"


def test_label_deleted_before_the_first_run_is_never_reported(pair: Pair) -> None:
    # domain 2.4: Supplier deletes label
    pair.imported("1001")
    pair.send("1001")
    succeeded(pair.northwind.void("1001"))

    pair.run(TASK)

    assert pair.tracking("1001") == []
    assert pair.merchant("1001").status == "dropshipment_requested"


def test_stock_of_a_deleted_label_is_back_on_the_shelf(pair: Pair) -> None:
    # domain 2.4: Supplier deletes label: stock returns to the shipping warehouse
    pair.imported("1001", line("MUG", 2))
    pair.northwind.set_stock("MUG", "west", 10)
    pair.send("1001", warehouse="west")
    assert physical(pair.northwind, "MUG", "west") == 8

    succeeded(pair.northwind.void("1001"))

    assert physical(pair.northwind, "MUG", "west") == 10


def test_new_label_takes_the_place_of_the_voided_one(pair: Pair) -> None:
    # domain 2.4: then makes a new label
    pair.imported("1001")
    pair.send("1001", "1Z1")
    pair.run(TASK)
    succeeded(pair.northwind.void("1001"))
    pair.run(TASK)
    pair.send("1001", "1Z2")

    pair.run(TASK)

    assert pair.tracking("1001") == [("1Z1", True), ("1Z2", False)]
    assert remarks(pair.shop, "1001")[-1] == "Tracking added: UPS Ground 1Z2"


def test_voided_and_new_label_arrive_in_one_run(pair: Pair) -> None:
    # domain 2.4: then makes a new label
    pair.imported("1001")
    pair.send("1001", "1Z1")
    pair.run(TASK)
    succeeded(pair.northwind.void("1001"))
    pair.send("1001", "1Z2")

    ran = pair.run(TASK)

    assert ran.counts == {"done": 2}
    assert pair.tracking("1001") == [("1Z1", True), ("1Z2", False)]


def test_label_that_the_merchant_deleted_is_cleared_there_only(pair: Pair) -> None:
    # domain 2.4: Merchant deletes the synced label
    pair.imported("1001")
    pair.send("1001")
    pair.run(TASK)
    succeeded(pair.shop.void("1001"))

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert pair.tracking("1001") == [("1Z1", True)]
    assert not _only(pair.northwind.shipments_of("1001")).voided
    assert pair.supplied("1001").status == "shipped"


def test_same_number_typed_by_the_merchant_changes_nothing(pair: Pair) -> None:
    # domain 2.4: Merchant typed tracking first, same number
    pair.imported("1001")
    pair.shop.ship([parcel("1001", "1Z1")])
    pair.send("1001", "1Z1")
    before = pair.everything()

    ran = pair.run(TASK)

    assert ran.counts == {"unchanged": 1}
    assert pair.everything() == before


def test_other_number_typed_by_the_merchant_is_kept(pair: Pair) -> None:
    # domain 2.4: Merchant typed tracking first, different number
    pair.imported("1001")
    pair.shop.ship([parcel("1001", "MINE")])
    pair.send("1001", "1Z1")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "other-tracking")
    assert pair.tracking("1001") == [("MINE", False)]
    assert "Tracking 1Z1 was not saved at the Merchant" in remarks(pair.northwind, "1001")[-1]


def test_order_that_is_back_in_house_accepts_and_its_stock_stays(pair: Pair) -> None:
    # domain 2.4: Merchant moved it back to Awaiting Fulfillment
    pair.imported("1001", line("MUG", 2))
    pair.shop.set_stock("MUG", "main", 10)
    succeeded(pair.shop.cancel("1001"))
    succeeded(pair.shop.restore("1001"))
    pair.send("1001")

    pair.run(TASK)

    assert pair.merchant("1001").status == "shipped"
    assert physical(pair.shop, "MUG") == 10


def test_deleting_tracking_that_was_reported_adds_no_stock(pair: Pair) -> None:
    # domain 2.4: book as dropship (POH unchanged), also when it is cleared
    pair.imported("1001", line("MUG", 2))
    pair.shop.set_stock("MUG", "main", 10)
    succeeded(pair.shop.cancel("1001"))
    succeeded(pair.shop.restore("1001"))
    pair.send("1001")
    pair.run(TASK)

    succeeded(pair.shop.void("1001"))

    assert physical(pair.shop, "MUG") == 10


def test_warehouse_that_the_merchant_does_not_know_is_kept_as_text(pair: Pair) -> None:
    # domain 2.4: Supplier warehouse unknown to Merchant
    pair.imported("1001")
    pair.send("1001", warehouse="Reno overflow")

    pair.run(TASK)

    assert _only(pair.shop.shipments_of("1001")).warehouse == "Reno overflow"


def test_order_that_the_supplier_cancelled_after_shipping_stays_shipped(pair: Pair) -> None:
    # domain 2.4: Supplier cancelled after shipping
    pair.imported("1001")
    pair.send("1001")
    pair.run(TASK)
    cancel_shipped(pair.northwind, "1001")

    pair.run(TASK)

    assert pair.supplied("1001").status == "cancelled"
    assert pair.merchant("1001").status == "shipped"
    assert pair.tracking("1001") == [("1Z1", False)]


def test_two_merchants_with_one_number_each_get_their_own(pair: Pair) -> None:
    pair.imported("1001")
    succeeded(pair.outlet.add_order(order("1001"), supplier=SUPPLIER))
    pair.run("import-orders", "outlet-northwind")
    pair.send("1001~2", "1Z2")

    pair.run(TASK)
    pair.run(TASK, "outlet-northwind")

    assert pair.merchant("1001").status == "dropshipment_requested"
    assert existing_order(pair.outlet, "1001").status == "shipped"


def test_number_that_is_void_then_valid_is_reported_each_time(pair: Pair) -> None:
    pair.imported("1001")
    pair.send("1001")
    pair.run(TASK)
    seen = []
    for voided in (
        "update shipments set voided_at = '2026-11-03'",
        "update shipments set voided_at = null",
        "update shipments set voided_at = '2026-11-04'",
    ):
        pair.sql("northwind", voided)
        pair.sql("northwind", _CHANGED)
        pair.run(TASK)
        seen.append(pair.tracking("1001"))

    assert seen == [[("1Z1", True)], [("1Z1", False)], [("1Z1", True)]]


def test_void_of_an_older_label_leaves_the_newer_one(pair: Pair) -> None:
    """Like some services, the account no longer has the number of the void label."""
    pair.imported("1001")
    pair.send("1001", "1Z1")
    pair.run(TASK)
    succeeded(pair.northwind.void("1001"))
    pair.send("1001", "1Z2")
    pair.run(TASK)

    pair.sql("northwind", "update shipments set tracking_number = '' where id = '1001:1'")
    pair.sql("northwind", _CHANGED)
    ran = pair.run(TASK)

    assert ran.steps == ()
    assert pair.tracking("1001") == [("1Z1", True), ("1Z2", False)]


def test_parcel_that_is_written_twice_has_one_link(pair: Pair) -> None:
    pair.imported("1001")
    pair.send("1001")
    first = pair.run(TASK)
    before = pair.link("1001|1001:1", "parcel")

    again = pair.retry(TASK, first.step)

    assert again.counts == {"unchanged": 1}
    assert pair.link("1001|1001:1", "parcel") == before


def test_p10_parcel_of_two_orders_has_its_cost_once(pair: Pair) -> None:
    """lifecycle 3.3: the full cost is on the first order, and 0 on the others."""
    for number in ("1001", "1002"):
        pair.imported(number)
        pair.send(number, "1Z1")

    pair.run(TASK)

    costs = [_only(pair.shop.shipments_of(number)).cost for number in ("1001", "1002")]
    assert costs == [Decimal("7.25"), Decimal(0)]
