"""Lines that no Supplier sends, between any two accounts; P18 is a rule of lifecycle.md 3.3."""

import pytest
from msgspec.structs import replace

from ordosync.config import load_config
from ordosync.engine.diagnosis.why import why
from ordosync.models import Address
from ordosync.store import Store
from tests.accounts.contract.account import quantities
from tests.accounts.contract.examples import line, parcel, product, sold
from tests.accounts.contract.people import needs
from tests.scenarios.pairs.comparing import compared
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import TASK, numbers, open_steps
from tests.scenarios.pairs.rebuilding import lose, rebuilt

IGNORED = ["POST", "WRAP-*"]


@pytest.fixture(name="pair")
def _ignoring(pair: Pair) -> Pair:
    pair.configure(ignore_skus=IGNORED)
    return pair


@needs("update-tracking")
def test_p18_ignored_line_is_not_sent_and_the_order_is_shipped(pair: Pair) -> None:
    merchant_id = pair.merchant.request(sold("1001", line("MUG", 2), line("WRAP-RED")))
    imported = pair.run("import-orders")
    [order] = pair.supplier.orders()
    pair.supplier.ship(order.id, parcel(number="1Z1"))

    ran = pair.run(TASK)

    assert quantities(order) == [("MUG", 2)]
    assert imported.run.note == "1 line left out by `ignore_skus`: WRAP-RED"
    assert ran.counts == {"done": 1}
    assert pair.merchant.status(merchant_id) == "shipped"
    assert open_steps(pair) == []
    pair.stays_quiet(TASK, "import-orders")


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines")
def test_p18_order_in_parts_is_shipped_with_its_last_parcel(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("POST"))
    for number in ("1Z1", "1Z2"):
        pair.supplier.ship_part(supplier_id, parcel(number=number), 1)
        pair.run(TASK)

    pieces = pair.merchant.pieces(merchant_id) if "split-order" not in pair.merchant.lacks else {}
    assert {pair.merchant.status(id_) for id_ in pieces or (merchant_id,)} == {"shipped"}
    assert numbers(pair, merchant_id) == ["1Z1", "1Z2"]
    assert open_steps(pair) == []
    pair.stays_quiet(TASK, "import-orders")


@needs("update-tracking", "split-order")
def test_p18_order_that_the_supplier_splits_is_split_and_shipped(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("POST"))
    for number, piece in enumerate(pair.supplier.split(supplier_id, (1,), (1,)), 1):
        pair.run("split-order")
        pair.supplier.ship(piece, parcel(number=f"1Z{number}"))
    pair.run(TASK)

    statuses = {pair.merchant.status(id_) for id_ in pair.merchant.pieces(merchant_id)}
    assert statuses == {"shipped"}
    assert numbers(pair, merchant_id) == ["1Z1", "1Z2"]
    assert open_steps(pair) == []


def test_p18_order_with_only_such_lines_is_skipped(pair: Pair) -> None:
    pair.merchant.request(sold("1001", line("POST")))

    ran = pair.run("import-orders")

    assert [(step.state, step.code) for step in ran.steps] == [("skipped", "nothing-to-ship")]
    assert pair.supplier.orders() == []


@needs("unshipped-goods", "update-tracking")
def test_p18_line_that_needs_no_shipping_is_not_sent(pair: Pair) -> None:
    pair.merchant.mark_unshipped("EBOOK")
    merchant_id = pair.merchant.request(sold("1001", line("MUG", 2), line("EBOOK")))
    imported = pair.run("import-orders")
    [order] = pair.supplier.orders()
    pair.supplier.ship(order.id, parcel(number="1Z1"))

    ran = pair.run(TASK)

    assert quantities(order) == [("MUG", 2)]
    assert imported.run.note == "1 line left out, no shipping needed: EBOOK"
    assert imported.step.reason == "without EBOOK (no shipping needed)"
    assert ran.counts == {"done": 1}
    assert pair.merchant.sent_units(merchant_id) == {"MUG": 2}
    assert open_steps(pair) == []
    pair.stays_quiet(TASK, "import-orders")


@needs("unshipped-goods", "update-tracking", "parcels", "several-parcels", "parcel-lines")
def test_p18_line_that_needs_no_shipping_is_in_no_parcel(pair: Pair) -> None:
    pair.merchant.mark_unshipped("EBOOK")
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("EBOOK"))
    for number in ("1Z1", "1Z2"):
        pair.supplier.ship_part(supplier_id, parcel(number=number), 1)
        pair.run(TASK)

    assert pair.merchant.sent_units(merchant_id) == {"CUP": 2}
    assert numbers(pair, merchant_id) == ["1Z1", "1Z2"]
    assert open_steps(pair) == []
    pair.stays_quiet(TASK, "import-orders")


@needs("unshipped-goods", "split-order", "update-tracking")
def test_p18_split_leaves_a_line_that_needs_no_shipping_alone(pair: Pair) -> None:
    pair.merchant.mark_unshipped("EBOOK")
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("EBOOK"))
    for number, piece in enumerate(pair.supplier.split(supplier_id, (1,), (1,)), 1):
        ran = pair.run("split-order")
        pair.supplier.ship(piece, parcel(number=f"1Z{number}"))
        pair.run(TASK)

    assert ran.run.error is None
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 2}
    assert numbers(pair, merchant_id) == ["1Z1", "1Z2"]
    assert open_steps(pair) == []


@needs("unshipped-goods")
def test_p18_order_of_lines_that_need_no_shipping_is_skipped(pair: Pair) -> None:
    pair.merchant.mark_unshipped("EBOOK")
    pair.merchant.request(sold("1001", line("EBOOK")))

    ran = pair.run("import-orders")

    assert [(step.state, step.code) for step in ran.steps] == [("skipped", "nothing-to-ship")]
    assert ran.run.note == "1 order skipped, with nothing to ship"


@needs("unshipped-goods", "import-products", "made-products")
def test_p18_line_whose_product_the_supplier_has_is_sent_and_reported(pair: Pair) -> None:
    """Shops mark real goods as not shipped by mistake."""
    pair.merchant.add_product(product("MUG"))
    pair.run("import-products")
    pair.merchant.mark_unshipped("MUG")
    pair.merchant.request(sold("1001", line("MUG", 2)))

    ran = pair.run("import-orders")

    [order] = pair.supplier.orders()
    assert quantities(order) == [("MUG", 2)]
    assert ran.run.note.startswith("1 line sent although the Merchant marks the product as not")
    pair.stays_quiet("import-orders")


@needs("unshipped-goods", "import-products", "made-products")
def test_goods_that_are_marked_as_not_shipped_need_an_address(pair: Pair) -> None:
    pair.merchant.add_product(product("MUG"))
    pair.run("import-products")
    pair.merchant.mark_unshipped("MUG")
    to = Address(name="Ann Miller", country="US")
    pair.merchant.request(replace(sold("1001", line("MUG", 2)), ship_to=to, bill_to=to))

    ran = pair.run("import-orders")

    assert [(step.state, step.code) for step in ran.steps] == [("failed", "no-address")]
    assert pair.supplier.orders() == []


@needs("unshipped-goods", "import-products", "made-products")
def test_product_that_needs_no_shipping_is_linked_only_if_the_supplier_has_it(pair: Pair) -> None:
    for sku in ("MUG", "EBOOK"):
        pair.merchant.add_product(product(sku))
        pair.merchant.mark_unshipped(sku)
    pair.supplier.count("MUG", 30)

    ran = pair.run("import-products")

    assert ran.counts == {"done": 1, "skipped": 1}
    [skipped] = [step for step in ran.steps if step.state == "skipped"]
    config = load_config(pair.path)
    with Store.open(config.database, readonly=True) as store:
        [story] = why(config, store, skipped.key, online=False, clock=pair.merchant.clock)
    assert "if it does, correct it there" in story.conclusion.next
    pair.stays_quiet("import-products")


@needs("unshipped-goods", "update-tracking")
def test_order_that_was_sent_with_the_line_has_no_edit(pair: Pair) -> None:
    """Its product was marked later, or an earlier version sent the line."""
    pair.configure(edits={"address": "ignore"})
    merchant_id, supplier_id = pair.imported("1001", line("EBOOK"), line("MUG", 2))
    pair.merchant.mark_unshipped("EBOOK")
    pair.merchant.move(merchant_id, "2 New Street")

    ran = pair.run("import-orders")
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run(TASK)

    assert ran.counts == {"unchanged": 1}
    assert pair.merchant.sent_units(merchant_id) == {"EBOOK": 1, "MUG": 2}
    assert open_steps(pair) == []


@needs("unshipped-goods", "cancel-orders", "cancelled-units", "reductions")
def test_cancelled_units_of_a_line_that_stays_out_change_nothing(pair: Pair) -> None:
    pair.configure(edits={"lines": "notify"}, tasks={"cancel-orders": "hourly"})
    pair.merchant.mark_unshipped("EBOOK")
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("EBOOK"))
    pair.merchant.cancel_units(merchant_id, 0, 1)
    for task in ("cancel-orders", "import-orders"):
        pair.run(task)
    unchanged = pair.supplier.open_units(supplier_id)

    pair.merchant.cancel_units(merchant_id, 2, 0)
    for task in ("cancel-orders", "import-orders"):
        pair.run(task)

    assert unchanged == {"CUP": 2}
    assert pair.supplier.open_units(supplier_id) == {}
    assert open_steps(pair) == []
    pair.stays_quiet("cancel-orders", "import-orders")


@needs("unshipped-goods", "cancel-orders", "cancelled-units", "reductions")
def test_nothing_stays_open_if_only_lines_that_stay_out_are_left(pair: Pair) -> None:
    pair.configure(tasks={"cancel-orders": "hourly"})
    pair.merchant.mark_unshipped("EBOOK")
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("EBOOK"))
    pair.merchant.cancel_units(merchant_id, 2, 0)

    for task in ("cancel-orders", "import-orders"):
        pair.run(task)

    assert pair.supplier.open_units(supplier_id) == {}
    assert open_steps(pair) == []
    pair.stays_quiet("cancel-orders", "import-orders")


@needs("unshipped-goods", "listing", "update-tracking")
def test_line_that_needs_no_shipping_is_no_difference(pair: Pair) -> None:
    pair.merchant.mark_unshipped("EBOOK")
    pair.imported("1001", line("MUG", 2), line("EBOOK"))
    _, shipped = pair.imported("1002", line("MUG", 2), line("EBOOK"))
    pair.supplier.ship(shipped, parcel(number="1Z1"))
    pair.run(TASK)

    kinds = {difference.kind for difference in compared(pair)}

    assert not kinds - {"no-product-link", "quantity-differs"}


@needs("unshipped-goods", "listing", "update-tracking")
@pytest.mark.parametrize("is_sent", [False, True], ids=["out", "sent"])
def test_lost_store_is_rebuilt_whether_the_line_was_sent_or_not(
    pair: Pair, *, is_sent: bool
) -> None:
    if not is_sent:
        pair.merchant.mark_unshipped("EBOOK")
    merchant_id, supplier_id = pair.imported("1001", line("EBOOK"), line("MUG", 2))
    pair.merchant.mark_unshipped("EBOOK")
    lose(pair)

    result = rebuilt(pair)
    pair.run("import-orders")
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run(TASK)

    assert result.lines == (2 if is_sent else 1)
    sent = {"MUG": 2, **({"EBOOK": 1} if is_sent else {})}
    assert pair.merchant.sent_units(merchant_id) == sent
    assert open_steps(pair) == []
    pair.stays_quiet("import-orders", TASK)
