"""A store from before the second migration, with each service in each role: no duplicates."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.engine.diagnosis.attention import attention
from ordosync.engine.scheduling.timetable import can_run
from ordosync.store import Store
from ordosync.store.links import Link
from tests.accounts.contract.examples import parcel
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.people import SupplierPeople
from tests.scenarios.faults.portal import Troubled
from tests.store.recorded.make_services import LAST
from tests.store.recorded.services import WORLDS, old_service

TASKS = (
    "import-products",
    "import-orders",
    "split-order",
    "update-tracking",
    "cancel-orders",
    "write-inventory-back",
)
_ONE_ORDER = {"order created": 1}
OWED: Mapping[tuple[str, str], Mapping[str, int]] = {
    ("merchant", "ordoro"): {"shipping added": 1},
    # The stock was too low by the units that a split had moved.
    ("merchant", "shopify"): {"fulfillment created": 1, "stock set": 1},
    # The other parcel had arrived, but its note and its visible number had not.
    ("merchant", "woocommerce"): {
        "fulfillment created": 1,
        "customer mailed": 1,
        "order changed": 2,
        "order status": 2,
    },
    ("supplier", "ordoro"): _ONE_ORDER,
    ("supplier", "shopify"): _ONE_ORDER,
    ("supplier", "woocommerce"): _ONE_ORDER,
}
"""Writes that the service must still receive once: one of two had not arrived."""


@pytest.fixture(name="old", params=WORLDS, ids=lambda param: f"{param[1]}-{param[0]}")
def _old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Troubled, str, str]]:
    role, kind = request.param
    with old_service(role, kind, tmp_path) as troubled:
        yield troubled, role, kind


def run_all(troubled: Troubled, *, again: bool = False) -> Counter[str]:
    """Run each task once, optionally with a full read; return the sum of their counts."""
    config = load_config(troubled.pair.path)
    counted: Counter[str] = Counter()
    for task in TASKS:
        if can_run(config.portals[PORTAL], task):
            if again:
                troubled.read_again(task)
            troubled.later()
            troubled.pair.merchant.settle()
            ran = troubled.run(task)
            assert ran.run.error is None
            counted += Counter(ran.counts)
    return counted


def steps(troubled: Troubled) -> Counter[str]:
    """Count all steps by their codes."""
    with Store.open(load_config(troubled.pair.path).database) as store:
        rows = store._connection.execute("select coalesce(code, state) as code from steps")
        return Counter(row["code"] for row in rows)


def arrived(troubled: Troubled, number: str) -> list[str]:
    """Return the parcels of an order at the Merchant, or the orders of this number."""
    if isinstance(troubled.foreign, SupplierPeople):
        return [order.id for order in troubled.supplier.orders() if order.number.endswith(number)]
    with Store.open(load_config(troubled.pair.path).database) as store:
        statement = "select merchant_id from steps where key like ?"
        [row] = store._connection.execute(statement, (f"%:1Z-{number}",)).fetchall()
    return [parcel.number for parcel in troubled.merchant.tracking(row["merchant_id"])]


def partners(troubled: Troubled) -> object:
    """Return the content of the local account on the other side."""
    is_supplier = isinstance(troubled.foreign, SupplierPeople)
    return (troubled.merchant if is_supplier else troubled.supplier).everything()


def needs_you(troubled: Troubled) -> list[tuple[str, str, str]]:
    """Return task, code and severity of the entries in `attention`."""
    config = load_config(troubled.pair.path)
    with Store.open(config.database) as store:
        now, week = troubled.clock.now(), timedelta(days=7)
        entries = attention(config, store, now=now, unshipped_for=week)
    return sorted((entry.task, entry.code, entry.severity) for entry in entries)


def test_only_writes_that_had_not_arrived_are_sent_again_once(
    old: tuple[Troubled, str, str],
) -> None:
    troubled, role, kind = old
    assert {step.state for step in troubled.open_steps()} == {"failed", "unknown", "waiting"}

    run_all(troubled)

    written = Counter(effect.kind for effect in troubled.foreign.fake.ledger)
    assert written == Counter(OWED[role, kind])
    for number in LAST:
        assert len(arrived(troubled, number)) == 1


def test_full_read_writes_nothing_and_reports_no_edits(
    old: tuple[Troubled, str, str],
) -> None:
    troubled, *_ = old
    run_all(troubled)
    written, beside = troubled.foreign.fake.ledger, partners(troubled)

    counted = [run_all(troubled), run_all(troubled, again=True), run_all(troubled, again=True)]

    assert [counts["done"] + counts["waiting"] for counts in counted] == [0, 0, 0]
    assert troubled.foreign.fake.ledger == written
    assert partners(troubled) == beside
    assert steps(troubled)["edited"] == 0


def test_attention_lists_failed_steps_and_cancellations_by_the_supplier(
    old: tuple[Troubled, str, str],
) -> None:
    troubled, *_ = old
    late = [
        ("cancel-orders", "already-shipped", "critical"),
        ("update-tracking", "cancelled", "critical"),
    ]
    run_all(troubled)
    before = needs_you(troubled)

    run_all(troubled, again=True)

    assert before == late
    # Earlier code ignored it silently.
    passed_over = ("update-tracking", "supplier-cancelled", "normal")
    assert needs_you(troubled) == sorted([*late, passed_over])


def test_new_number_of_an_old_parcel_takes_the_place_of_its_old_number(
    old: tuple[Troubled, str, str],
) -> None:
    troubled, role, kind = old
    if role == "merchant":
        pytest.skip("the embedded account gives a new label an id of its own")
    run_all(troubled)
    links = old_labels(troubled)
    label = next(link for link in links if link.state == "live")
    order_id = troubled.pair.link(label.merchant_id).supplier_id

    troubled.supplier.void(order_id)
    troubled.supplier.ship(order_id, parcel(number="1Z-NEW"))
    run_all(troubled)

    with Store.open(load_config(troubled.pair.path).database) as store:
        parcels = store.links(PORTAL).parcels_of([label.merchant_id])[label.merchant_id]
    assert [link.number for link in parcels if link.state == "live"] == ["1Z-NEW"], kind


def old_labels(troubled: Troubled) -> list[Link]:
    """Return the links of parcels that are older than the ledger."""
    with Store.open(load_config(troubled.pair.path).database) as store:
        statement = "select distinct merchant_id from links where kind = 'shipment'"
        ids = [row["merchant_id"] for row in store._connection.execute(statement).fetchall()]
        return [*store.links(PORTAL).of_merchant("shipment", ids).values()]
