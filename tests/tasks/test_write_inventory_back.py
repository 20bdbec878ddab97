"""Write Inventory Back, against domain 2.3."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest

from ordosync.embedded.stock_counts import Count
from ordosync.models import Product
from tests.support.command import ordosync
from tests.support.kills import killed_at
from tests.tasks.portal import (
    CONFIG,
    SUPPLIER,
    Pair,
    available,
    cancel_shipped,
    line,
    order,
    parcel,
    physical,
    succeeded,
)

TASK = "write-inventory-back"


def _product(sku: str = "MUG", **fields: object) -> Product:
    return Product(id="", sku=sku, name=f"A {sku}", **fields)  # type: ignore[arg-type]


def _linked(pair: Pair, *skus: str) -> None:
    """Add the products to both accounts."""
    for sku in skus:
        succeeded(pair.shop.add_product(_product(sku), supplier=SUPPLIER))
    pair.run("import-products")


def _kit(pair: Pair, sku: str, components: Mapping[str, str]) -> None:
    """Make a product of the Supplier a kit of others."""
    parts = {part: Decimal(ratio) for part, ratio in components.items()}
    succeeded(pair.northwind.add_product(_product(sku, is_kit=True), components=parts))


def _count(pair: Pair, sku: str, quantity: int, warehouse: str = "main") -> None:
    succeeded(pair.northwind.set_stock(sku, warehouse, quantity))


def _refuse_writes(pair: Pair) -> None:
    """Make the Merchant's file refuse every new count."""
    pair.sql(
        "shop",
        "create trigger refuse before insert on stock begin select raise(abort, 'locked'); end",
    )


# Quantities that are written.


def test_375_available_become_375_physical(pair: Pair) -> None:
    # domain 2.3: What moves, the article's example
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    succeeded(pair.shop.add_order(order("1001", line("MUG", 2)), supplier=SUPPLIER))

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1}
    assert physical(pair.shop, "MUG") == 375
    assert available(pair.shop, "MUG") == 373


def test_second_run_writes_nothing(pair: Pair) -> None:
    # domain 2.3: Idempotency
    _linked(pair, "MUG", "CUP")
    _count(pair, "MUG", 375)
    pair.run(TASK)
    before = pair.everything()

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert ran.counts == {"unchanged": 2}
    assert pair.everything() == before


def test_quantity_is_set_and_never_added(pair: Pair) -> None:
    # domain 2.3: An absolute set
    _linked(pair, "MUG")
    succeeded(pair.shop.set_stock("MUG", "main", 100))
    _count(pair, "MUG", 375)

    pair.run(TASK)

    assert physical(pair.shop, "MUG") == 375


def test_count_that_the_merchant_changed_is_set_again(pair: Pair) -> None:
    # domain 2.3: An absolute set
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    pair.run(TASK)
    succeeded(pair.shop.set_stock("MUG", "main", 1))

    pair.run(TASK)

    assert physical(pair.shop, "MUG") == 375


def test_warehouses_of_the_supplier_are_added_up(pair: Pair) -> None:
    # domain 2.3: Which quantity
    _linked(pair, "MUG")
    _count(pair, "MUG", 5, "main")
    _count(pair, "MUG", 7, "west")

    pair.run(TASK)

    assert physical(pair.shop, "MUG") == 12


@pytest.mark.parametrize(("counted", "written"), [({"main": 5, "west": 7}, 7), ({"main": 5}, None)])
def test_only_the_warehouses_of_the_portal_count(
    pair: Pair, counted: Mapping[str, int], written: int | None
) -> None:
    # domain 2.3: Which quantity: warehouses mapped to this channel; uncounted there is unset
    pair.path.write_text(
        CONFIG.replace(
            "    supplier: northwind\n",
            "    supplier:\n      account: northwind\n      warehouses: [west]\n",
            1,
        )
    )
    _linked(pair, "MUG")
    for warehouse, quantity in counted.items():
        _count(pair, "MUG", quantity, warehouse)

    pair.run(TASK)

    assert physical(pair.shop, "MUG") == written


def test_stock_is_written_to_the_linked_warehouse(pair: Pair) -> None:
    # domain 2.3: Which Merchant warehouse
    pair.path.write_text(
        CONFIG.replace(
            "    merchant: shop\n",
            "    merchant:\n      account: shop\n      warehouse: dropship\n",
            1,
        )
    )
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)

    pair.run(TASK)

    assert physical(pair.shop, "MUG", "dropship") == 375
    assert physical(pair.shop, "MUG", "main") is None


def test_orders_keep_their_status(pair: Pair) -> None:
    # domain 2.3: Status effects: none
    _linked(pair, "MUG")
    pair.imported("1001", line("MUG", 2))
    _count(pair, "MUG", 375)

    pair.run(TASK)

    assert pair.merchant("1001").status == "dropshipment_requested"
    assert pair.supplied("1001").status == "awaiting_fulfillment"


# Quantities that are not written.


def test_unset_is_never_written_as_0(pair: Pair) -> None:
    # domain 2.3: Must not write unset SKUs
    _linked(pair, "MUG")
    succeeded(pair.shop.set_stock("MUG", "main", 40))

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("skipped", "unset")
    assert physical(pair.shop, "MUG") == 40


def test_unset_stays_unset_when_it_is_shipped(pair: Pair) -> None:
    # domain 2.3: Must not write unset SKUs
    _linked(pair, "MUG")
    pair.imported("1001", line("MUG", 2))
    pair.send("1001")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("skipped", "unset")
    assert physical(pair.northwind, "MUG") is None


def test_unset_is_written_once_it_is_counted(pair: Pair) -> None:
    # domain 2.3: Must not write unset SKUs
    _linked(pair, "MUG")
    pair.run(TASK)
    _count(pair, "MUG", 0)

    pair.run(TASK)

    assert physical(pair.shop, "MUG") == 0


def test_kit_of_the_merchant_is_skipped(pair: Pair) -> None:
    # domain 2.3: Preconditions: Merchant SKU is not a kit
    succeeded(pair.shop.add_product(_product("MUG"), supplier=SUPPLIER))
    succeeded(
        pair.shop.add_product(
            _product("SET", is_kit=True), supplier=SUPPLIER, components={"MUG": Decimal(2)}
        )
    )
    pair.run("import-products")
    _count(pair, "SET", 9)
    _count(pair, "MUG", 4)

    ran = pair.run(TASK)

    [skipped] = [step for step in ran.steps if step.state == "skipped"]
    assert (skipped.key, skipped.code) == ("SET", "kit")
    assert skipped.reason == "is a kit at the Merchant, whose quantity is calculated"
    assert physical(pair.shop, "MUG") == 4


def test_product_of_another_supplier_is_never_written(pair: Pair) -> None:
    # domain 2.3: Preconditions: assigned to the portal's supplier
    succeeded(pair.shop.add_product(_product("MUG"), supplier="southwind"))
    succeeded(pair.northwind.add_product(_product("MUG")))
    _count(pair, "MUG", 375)
    pair.run("import-products")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("skipped", "not-imported")
    assert physical(pair.shop, "MUG") is None


def test_product_that_is_given_to_another_supplier_is_skipped(pair: Pair) -> None:
    # domain 2.3: Preconditions: assigned to the portal's supplier; no command reassigns one
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    pair.sql("shop", "update products set supplier = 'southwind'")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("skipped", "unassigned")
    assert physical(pair.shop, "MUG") is None


def test_archived_product_is_reported(pair: Pair) -> None:
    # domain 2.2: Merchant archives a product; no command does
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    pair.sql("shop", "update products set archived = 1")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("skipped", "archived")


def test_product_that_was_not_imported_is_skipped(pair: Pair) -> None:
    # domain 2.3: Preconditions: already imported; Must not create Merchant products
    succeeded(pair.northwind.add_product(_product("OWN")))
    _count(pair, "OWN", 3)

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("skipped", "not-imported")
    assert list(pair.shop.list_products()) == []


# Rules that are often misunderstood.


def test_rule_1_tracking_never_lowers_physical_stock(pair: Pair) -> None:
    # domain 2.3: rule 1
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    pair.imported("1001", line("MUG", 2))
    pair.run(TASK)
    pair.send("1001")
    pair.run("update-tracking")

    assert physical(pair.shop, "MUG") == 373
    assert available(pair.shop, "MUG") == 373


def test_rule_2_open_orders_count_twice_and_heal_at_shipment(pair: Pair) -> None:
    # domain 2.3: rule 2
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    pair.imported("1001", line("MUG", 2))
    assert available(pair.northwind, "MUG") == 373

    pair.run(TASK)
    assert (physical(pair.shop, "MUG"), available(pair.shop, "MUG")) == (373, 371)

    pair.send("1001")
    pair.run("update-tracking")
    pair.run(TASK)
    assert (physical(pair.shop, "MUG"), available(pair.shop, "MUG")) == (373, 373)


def test_rule_3_shipping_and_its_label_change_nothing(pair: Pair) -> None:
    # domain 2.3: rule 3
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    pair.imported("1001", line("MUG", 2))
    pair.run(TASK)

    pair.send("1001")
    shipped = pair.run(TASK)
    succeeded(pair.northwind.void("1001"))
    voided = pair.run(TASK)

    assert shipped.counts == voided.counts == {"unchanged": 1}
    assert physical(pair.shop, "MUG") == 373


def test_rule_3_import_and_cancellation_change_it(pair: Pair) -> None:
    # domain 2.3: rule 3
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    pair.imported("1001", line("MUG", 2))
    pair.run(TASK)
    assert physical(pair.shop, "MUG") == 373

    succeeded(pair.northwind.cancel("1001"))
    pair.run(TASK)
    assert physical(pair.shop, "MUG") == 375

    succeeded(pair.northwind.restore("1001"))
    pair.run(TASK)
    assert physical(pair.shop, "MUG") == 373


def test_rule_3_receipts_change_it(pair: Pair) -> None:
    # domain 2.3: rule 3
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    pair.run(TASK)
    succeeded(
        pair.northwind.count([Count(sku="MUG", warehouse="main", quantity=25, is_change=True)])[0]
    )

    pair.run(TASK)

    assert physical(pair.shop, "MUG") == 400


def test_rule_3_label_of_a_cancelled_order_changes_it(pair: Pair) -> None:
    # domain 2.3: rule 3: deleting the label of an order that is also cancelled
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    pair.imported("1001", line("MUG", 2))
    pair.send("1001")
    cancel_shipped(pair.northwind, "1001")
    pair.run(TASK)
    assert physical(pair.shop, "MUG") == 373

    succeeded(pair.northwind.void("1001"))
    pair.run(TASK)

    assert physical(pair.shop, "MUG") == 375


def test_rule_4_kit_on_an_order_changes_what_it_is_made_of(pair: Pair) -> None:
    # domain 2.3: rule 4: a kit commits its components, and so other kits that share one
    for sku in ("MUG", "LID"):
        succeeded(pair.northwind.add_product(_product(sku)))
        _count(pair, sku, 10)
    _kit(pair, "SET", {"MUG": "2", "LID": "1"})
    _kit(pair, "PAIR", {"MUG": "2"})
    _linked(pair, "MUG", "LID", "SET", "PAIR")
    pair.imported("1001", line("SET", 2))

    pair.run(TASK)

    quantities = {sku: physical(pair.shop, sku) for sku in ("MUG", "LID", "SET", "PAIR")}
    assert quantities == {"MUG": 6, "LID": 8, "SET": 3, "PAIR": 3}


def test_rule_4_kits_are_counted_in_each_warehouse(pair: Pair) -> None:
    # domain 2.3: rule 4: minimum inside each warehouse, then the sum
    for sku, main, west in (("MUG", 5, 1), ("LID", 1, 5)):
        succeeded(pair.northwind.add_product(_product(sku)))
        _count(pair, sku, main, "main")
        _count(pair, sku, west, "west")
    _kit(pair, "SET", {"MUG": "1", "LID": "1"})
    _linked(pair, "SET")

    pair.run(TASK)

    assert physical(pair.shop, "SET") == 2


def test_rule_4_kits_nest_and_take_parts_of_a_piece(pair: Pair) -> None:
    # domain 2.3: rule 4: fractional ratios, nested kits: floor once, at the end
    succeeded(pair.northwind.add_product(_product("TEA")))
    _count(pair, "TEA", 10)
    _kit(pair, "TIN", {"TEA": "0.75"})
    _kit(pair, "BOX", {"TIN": "0.5"})
    _linked(pair, "BOX")

    pair.run(TASK)

    assert physical(pair.shop, "BOX") == 26


def test_rule_4_kit_without_components_counts_0(pair: Pair) -> None:
    # domain 2.3: rule 4
    _kit(pair, "SET", {})
    _linked(pair, "SET")

    pair.run(TASK)

    assert physical(pair.shop, "SET") == 0


def test_rule_4_kit_of_an_uncounted_component_is_unset(pair: Pair) -> None:
    # domain 2.3: rule 4, and Must not write unset SKUs
    for sku in ("MUG", "LID"):
        succeeded(pair.northwind.add_product(_product(sku)))
    _count(pair, "MUG", 5)
    _kit(pair, "SET", {"MUG": "1", "LID": "1"})
    _linked(pair, "SET")

    pair.run(TASK)

    assert physical(pair.shop, "SET") is None


def test_rule_4_kit_is_taken_from_the_shelves_as_its_components(pair: Pair) -> None:
    # domain 1: Kit: components drop when the kit ships
    succeeded(pair.northwind.add_product(_product("MUG")))
    _count(pair, "MUG", 10)
    _kit(pair, "SET", {"MUG": "2"})
    pair.imported("1001", line("SET", 2))

    [outcome] = pair.northwind.ship([parcel("1001")])

    assert outcome.state == "done"
    assert physical(pair.northwind, "MUG") == 6


def test_rule_5_oversold_is_written_as_0(pair: Pair) -> None:
    # domain 2.3: rule 5: write 0, note the true figure
    _linked(pair, "MUG")
    succeeded(pair.shop.set_stock("MUG", "main", 40))
    _count(pair, "MUG", 1)
    pair.imported("1001", line("MUG", 3))

    [planned] = pair.would(TASK)
    ran = pair.run(TASK)

    assert planned.summary == "set MUG from 40 to 0 (oversold: -2)"
    reported, written = ran.steps
    assert (written.state, written.code) == ("done", "oversold")
    assert written.reason == "was set to 0, but is -2"
    assert physical(pair.shop, "MUG") == 0
    assert (reported.state, reported.code, reported.key) == ("failed", "oversold", "MUG:oversold")
    assert reported.reason == "is oversold: the available quantity at the Supplier is -2"


def test_an_oversold_product_fails_once_and_settles_itself_later(pair: Pair) -> None:
    _linked(pair, "MUG", "CUP")
    _count(pair, "MUG", 1)
    _count(pair, "CUP", 1)
    pair.imported("1001", line("MUG", 3))
    pair.run(TASK)

    again = pair.run(TASK)
    _count(pair, "MUG", 3)
    enough = pair.run(TASK)

    assert again.steps == ()
    assert again.counts == {"unchanged": 3}
    states = {step.key: step.state for step in enough.steps}
    assert states == {"MUG:oversold": "done"}


def test_an_oversold_product_needs_a_count_and_no_retry(pair: Pair) -> None:
    _linked(pair, "MUG")
    _count(pair, "MUG", 1)
    pair.imported("1001", line("MUG", 3))
    pair.run(TASK)

    [entry] = [
        row
        for row in ordosync(pair.folder, "attention", "--json").json["attention"]
        if row["code"] == "oversold"
    ]

    assert entry["reason"].endswith(
        "at the Supplier is -2; ask the Supplier to count it again, or cancel orders; it is closed"
        " as soon as the quantity is 0 or more"
    )
    assert entry["settle"].startswith("ordosync dismiss ")


def test_a_dismissed_oversold_product_fails_again_when_it_is_oversold_again(pair: Pair) -> None:
    _linked(pair, "MUG")
    _count(pair, "MUG", 1)
    pair.imported("1001", line("MUG", 3))
    pair.run(TASK)
    assert ordosync(pair.folder, "dismiss", f"shop-northwind:{TASK}:MUG:oversold").code == 0

    closed = pair.run(TASK)
    _count(pair, "MUG", 3)
    pair.run(TASK)
    pair.imported("1002", line("MUG", 1))
    again = pair.run(TASK)

    assert closed.count("failed") == 0
    assert again.count("failed") == 1


def test_q3_a_product_is_oversold_only_by_units_sent_since_it_was_last_0_or_more(
    pair: Pair,
) -> None:
    _linked(pair, "MUG")
    pair.imported("1001", line("MUG", 3))
    _count(pair, "MUG", 3)
    pair.run(TASK)

    _count(pair, "MUG", 1)
    recounted = pair.run(TASK)
    pair.imported("1002", line("MUG", 1))
    sold = pair.run(TASK)

    assert recounted.count("failed") == 0
    note = "1 product is below 0 at the Supplier, not by orders that ordosync sent"
    assert recounted.run.note == note
    assert sold.count("failed") == 1
    assert sold.step.reason == "is oversold: the available quantity at the Supplier is -3"


def test_q3_units_that_a_portal_without_inventory_has_sent_make_a_product_oversold(
    pair: Pair,
) -> None:
    _linked(pair, "MUG")
    _count(pair, "MUG", 1)
    first, _, last = CONFIG.rpartition("    manage_inventory: true\n")
    pair.path.write_text(first + last)
    succeeded(pair.outlet.add_order(order("1", line("MUG", 3)), supplier=SUPPLIER))
    pair.run("import-orders", "outlet-northwind")

    ran = pair.run(TASK)

    assert ran.count("failed") == 1
    assert (ran.steps[0].reason or "").startswith("is oversold")


def test_q3_units_of_an_order_whose_outcome_was_unknown_make_a_product_oversold(
    pair: Pair,
) -> None:
    _linked(pair, "MUG")
    _count(pair, "MUG", 1)
    pair.request("1001", line("MUG", 3))
    with killed_at("result-before-commit", 1):
        pair.run("import-orders")
    pair.clock.at += timedelta(minutes=10)
    pair.run("import-orders")

    ran = pair.run(TASK)

    assert ran.count("failed") == 1
    assert (ran.steps[0].reason or "").startswith("is oversold")


def test_missing_imports_alone_do_not_make_a_product_oversold(pair: Pair) -> None:
    _linked(pair, "MUG")
    _count(pair, "MUG", 0)

    ran = pair.run(TASK)

    assert ran.count("failed") == 0


# Failures.


def test_three_refusals_suspend_a_sku(pair: Pair) -> None:
    # domain 2.3: Needs Sync cycle
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    _refuse_writes(pair)

    states = [pair.run(TASK).step.state for _ in range(3)]
    after = pair.run(TASK)

    assert states == ["waiting", "waiting", "failed"]
    assert after.steps == ()


def test_new_quantity_revives_a_suspended_sku(pair: Pair) -> None:
    # domain 2.3: Needs Sync cycle: the next quantity change brings it back
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    _refuse_writes(pair)
    for _ in range(3):
        pair.run(TASK)
    pair.sql("shop", "drop trigger refuse")
    assert pair.run(TASK).steps == ()
    _count(pair, "MUG", 374)

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1}
    assert physical(pair.shop, "MUG") == 374


def test_suspended_sku_that_is_revived_has_three_tries_again(pair: Pair) -> None:
    # domain 2.3: Needs Sync cycle
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    _refuse_writes(pair)
    for _ in range(3):
        pair.run(TASK)
    _count(pair, "MUG", 374)

    states = [pair.run(TASK).step.state for _ in range(3)]

    assert states == ["waiting", "waiting", "failed"]


def test_suspended_sku_that_was_corrected_by_hand_needs_no_operator(pair: Pair) -> None:
    # domain 2.3: Needs Sync cycle: an error stays on the product only while there is one
    _linked(pair, "MUG")
    _count(pair, "MUG", 375)
    _refuse_writes(pair)
    for _ in range(3):
        pair.run(TASK)
    pair.sql("shop", "drop trigger refuse")
    succeeded(pair.shop.set_stock("MUG", "main", 375))

    ran = pair.run(TASK)
    after = pair.run(TASK)

    assert ran.step.state == "done"
    assert after.steps == ()


def test_a_retried_quantity_that_is_read_again_counts_once(pair: Pair) -> None:
    _linked(pair, "CUP", "MUG")
    _count(pair, "CUP", 3)
    pair.run(TASK)
    _count(pair, "MUG", 375)
    _refuse_writes(pair)
    pair.run(TASK)
    pair.sql("shop", "drop trigger refuse")

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1, "unchanged": 1}


def test_one_refused_sku_does_not_stop_the_others(pair: Pair) -> None:
    # domain 2.3: Failures recorded per SKU
    _linked(pair, "CUP", "MUG")
    _count(pair, "CUP", 3)
    _count(pair, "MUG", 375)
    pair.sql(
        "shop",
        "create trigger refuse before insert on stock when new.sku = 'CUP'"
        " begin select raise(abort, 'locked'); end",
    )

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1, "waiting": 1}
    assert physical(pair.shop, "MUG") == 375


def test_refusals_leave_no_remark_on_orders(pair: Pair) -> None:
    # domain 2.3: Failures recorded: No order timeline entries
    _linked(pair, "MUG")
    pair.imported("1001")
    _count(pair, "MUG", 375)
    _refuse_writes(pair)
    before = pair.shop.timeline("1001")

    pair.run(TASK)

    assert pair.shop.timeline("1001") == before


def test_order_that_is_split_commits_its_stock_once(pair: Pair) -> None:
    _linked(pair, "MUG")
    succeeded(pair.northwind.set_stock("MUG", "main", 10))
    pair.imported("1001", line("MUG", 4))
    pair.run(TASK)
    before = physical(pair.shop, "MUG")

    pair.split("1001", (1,), (3,))
    pair.run(TASK)

    assert available(pair.northwind, "MUG") == 6
    assert physical(pair.shop, "MUG") == before == 6
