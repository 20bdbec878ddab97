"""A Supplier that is a fulfillment service: requests and responses."""

from contextlib import closing
from pathlib import Path

from ordosync.accounts.account import ReadRequest
from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.step_rows import StepChange
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import line, order, parcel, sold
from tests.accounts.contract.opening import PORTAL, opened
from tests.accounts.shopify.people import ShopifyServicePeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.fakes.shopify import Fault
from tests.scenarios.pairs.pair import Pair
from tests.support.command import ordosync


def pair_of(tmp_path: Path, asking: ShopifyServicePeople) -> Pair:
    return Pair(tmp_path, asking, SqliteSupplierPeople(tmp_path, asking.clock))


def test_request_is_accepted_when_the_supplier_has_the_order(
    tmp_path: Path, asking: ShopifyServicePeople
) -> None:
    pair = pair_of(tmp_path, asking)
    order_id = asking.request(sold("1001"))
    before = asking.request_status(order_id)

    pair.run("import-orders")

    assert (before, asking.request_status(order_id)) == ("SUBMITTED", "ACCEPTED")
    pair.stays_quiet("import-orders")


def test_request_is_accepted_when_the_order_is_settled_as_sent(
    tmp_path: Path, asking: ShopifyServicePeople
) -> None:
    pair = pair_of(tmp_path, asking)
    order_id = asking.request(sold("1001", line("MUG", 2)))
    asking.settle()
    assert isinstance(pair.supplier, SqliteSupplierPeople)
    pair.supplier.desk.add_order(order("W-1", line("MUG", 2)))
    with Store.open(load_config(pair.path).database) as store:
        change = StepChange(key=f"{order_id}#1", state="sending", content="", merchant_id=order_id)
        with store.transaction():
            store.steps.record(PORTAL, "import-orders", [change], run_id=1, clock=asking.clock)

    result = ordosync(tmp_path, "retry", "1", "--sent", "W-1")

    assert (result.code, pair.link(order_id).supplier_id) == (0, "W-1")
    assert asking.request_status(order_id) == "ACCEPTED"


def test_unrequested_orders_are_not_read(asking: ShopifyServicePeople) -> None:
    asking.take(sold("1001"))

    with closing(opened(asking)) as account:
        assert read(account.orders.changed(ReadRequest(cursor=None, now=asking.settle())))[0] == []


def test_cancellation_is_accepted_while_the_order_is_open(
    tmp_path: Path, asking: ShopifyServicePeople
) -> None:
    pair = pair_of(tmp_path, asking)
    order_id, supplier_id = pair.imported("1001")
    asking.ask_back(order_id)

    ran = pair.run("cancel-orders")

    assert ran.counts == {"done": 1}
    assert asking.request_status(order_id) == "CANCELLATION_ACCEPTED"
    assert pair.supplier.status(supplier_id) == "cancelled"
    pair.stays_quiet("cancel-orders", "import-orders")


def test_cancellation_is_rejected_once_the_order_is_shipped(
    tmp_path: Path, asking: ShopifyServicePeople
) -> None:
    pair = pair_of(tmp_path, asking)
    order_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel())
    asking.ask_back(order_id)

    pair.run("cancel-orders")
    rejected = asking.request_status(order_id)
    pair.run("update-tracking")

    assert rejected == "CANCELLATION_REJECTED"
    assert [tracking.number for tracking in asking.tracking(order_id)] == ["1Z1"]
    assert asking.status(order_id) == "shipped"


def test_tracking_rejects_a_cancellation_without_an_answer(
    tmp_path: Path, asking: ShopifyServicePeople
) -> None:
    pair = pair_of(tmp_path, asking)
    order_id, supplier_id = pair.imported("1001", line("MUG", 2))
    asking.ask_back(order_id)
    pair.supplier.ship(supplier_id, parcel())

    ran = pair.run("update-tracking")

    assert ran.counts == {"done": 1}
    assert asking.status(order_id) == "shipped"


def test_request_that_was_withdrawn_before_its_acceptance_is_cancelled(
    tmp_path: Path, asking: ShopifyServicePeople
) -> None:
    pair = pair_of(tmp_path, asking)
    order_id = asking.request(sold("1001"))
    asking.fake.faults.add(
        Fault(kind="callback", path="#AcceptRequest$", do=lambda: asking.ask_back(order_id))
    )
    pair.run("import-orders")
    supplier_id = pair.link(order_id).supplier_id

    ran = pair.run("cancel-orders")

    assert ran.counts == {"done": 1}
    assert pair.supplier.status(supplier_id) == "cancelled"
    pair.stays_quiet("cancel-orders", "import-orders")


def test_request_that_was_withdrawn_and_repeated_is_not_a_cancellation(
    tmp_path: Path, asking: ShopifyServicePeople
) -> None:
    pair = pair_of(tmp_path, asking)
    order_id = asking.request(sold("1001"))
    asking.ask_back(order_id)
    asking.fake.request_fulfillment(
        asking.part(f"gid://shopify/FulfillmentOrder/{order_id}").order_id
    )
    pair.run("import-orders")

    ran = pair.run("cancel-orders")

    assert ran.counts == {}
    assert asking.request_status(order_id) == "ACCEPTED"
    assert pair.supplier.status(pair.link(order_id).supplier_id) == "awaiting_fulfillment"


def test_order_that_is_requested_again_after_its_cancellation_is_another_order(
    tmp_path: Path, asking: ShopifyServicePeople
) -> None:
    pair = pair_of(tmp_path, asking)
    order_id, _ = pair.imported("1001")
    asking.ask_back(order_id)
    pair.run("cancel-orders")
    order = asking.part(f"gid://shopify/FulfillmentOrder/{order_id}").order_id
    asking.fake.request_fulfillment(order)

    ran = pair.run("import-orders")

    assert ran.count("done") == len(pair.supplier.orders())
    assert ran.count("skipped") == 0
