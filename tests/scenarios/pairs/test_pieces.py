"""Parcels of a part at a Merchant that takes pieces; F and P are rules of lifecycle.md.

What any Merchant shows is in test_partial_shipments. Here are a Merchant at Ordoro, whose order
becomes a piece for each parcel, and a Supplier with a local account.
"""

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.people import ShownTracking
from tests.accounts.ordoro.people import OrdoroMerchantPeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.fakes.faults import Kind
from tests.scenarios.pairs.comparing import differing
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

TASK = "update-tracking"


class OrdoroPair(Pair):
    """A Merchant at Ordoro, and a Supplier with a local account."""

    merchant: OrdoroMerchantPeople


@pytest.fixture(name="pieces")
def _pieces(tmp_path: Path) -> Iterator[OrdoroPair]:
    clock = VirtualClock()
    with (
        closing(OrdoroMerchantPeople(tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        yield OrdoroPair(tmp_path, selling, shipping)


def ordered(pair: Pair) -> tuple[str, str]:
    """Import an order of two CUP and one MUG; return its two ids."""
    return pair.imported("1001", line("CUP", 2), line("MUG", 1))


def open_steps(pair: Pair) -> list[StepRow]:
    with Store.open(load_config(pair.path).database) as store:
        return [step for step in store.steps.open() if step.portal == PORTAL]


def until_quiet(pair: Pair) -> None:
    """Run the tasks, often enough that leases end and each write settles."""
    for _ in range(3):
        pair.merchant.clock.sleep(3600)
        pair.run("import-orders")
        pair.run(TASK)
    pair.stays_quiet(TASK, "import-orders")


@pytest.mark.parametrize("request_", ["split-order", "add-tracking"])
@pytest.mark.parametrize("fault", ["lost-reset", "lost-502", "twice", "reset"])
def test_parcel_is_sent_once_though_an_answer_is_lost(
    pieces: OrdoroPair, fault: Kind, request_: str
) -> None:
    merchant_id, supplier_id = ordered(pieces)
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pieces.merchant.meet(fault, "split-order" if request_ == "split-order" else "add-tracking")

    until_quiet(pieces)

    assert pieces.merchant.sent_units(merchant_id) == {"CUP": 1}
    assert pieces.merchant.all_numbers(merchant_id) == ["1Z1"]
    assert pieces.merchant.effects("split-order") == 1
    assert pieces.merchant.effects("add-tracking") == 1


def test_last_parcel_is_the_rest_as_it_is(pieces: OrdoroPair) -> None:
    merchant_id, supplier_id = ordered(pieces)
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pieces.run(TASK)
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 1)

    pieces.run(TASK)

    assert pieces.merchant.effects("split-order") == 1
    assert pieces.merchant.status(merchant_id) == "shipped"
    assert pieces.merchant.sent_units(merchant_id) == {"CUP": 2, "MUG": 1}


def test_f5_cancellation_of_the_rest_cancels_only_the_rest(pieces: OrdoroPair) -> None:
    merchant_id, supplier_id = ordered(pieces)
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pieces.run(TASK)
    _, rest = pieces.merchant.pieces(merchant_id)
    pieces.merchant.cancel(rest)

    ran = pieces.run("cancel-orders")

    assert ran.counts == {"done": 1}
    assert pieces.supplier.open_units(supplier_id) == {}
    assert pieces.merchant.all_numbers(merchant_id) == ["1Z1"]
    assert pieces.link(rest).state == "cancelled_by_task"
    pieces.stays_quiet("cancel-orders", TASK, "import-orders")


def test_p15_split_of_the_rest_is_mirrored_one_level_down(pieces: OrdoroPair) -> None:
    merchant_id, supplier_id = pieces.imported("1001", line("MUG", 3))
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1)
    pieces.run(TASK)
    _, rest = pieces.merchant.pieces(merchant_id)
    pieces.supplier.split(supplier_id, (1,), (1,))

    ran = pieces.run("split-order")

    assert ran.count("failed") == 0, ran.steps
    assert [*pieces.merchant.pieces(rest).values()] == [[("MUG", 1)], [("MUG", 1)]]
    assert pieces.link(rest).state == "split"
    pieces.stays_quiet("split-order", TASK, "import-orders")


def test_p16_parcel_of_an_order_that_the_merchant_split_otherwise_waits(
    pieces: OrdoroPair,
) -> None:
    merchant_id, supplier_id = ordered(pieces)
    pieces.merchant.split(merchant_id, (2, 0), (0, 1))
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)

    pieces.run(TASK)

    assert [(step.state, step.code) for step in open_steps(pieces)] == [("failed", "split-refused")]
    assert pieces.merchant.all_numbers(merchant_id) == []


def test_p8_units_of_a_voided_parcel_take_its_piece_again(pieces: OrdoroPair) -> None:
    merchant_id, supplier_id = ordered(pieces)
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pieces.run(TASK)
    pieces.supplier.recall(supplier_id, "1Z1")
    pieces.run(TASK)
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 0)

    pieces.run(TASK)

    first, rest = pieces.merchant.pieces(merchant_id)
    assert pieces.merchant.all_numbers(first) == ["1Z2"]
    assert pieces.merchant.status(rest) == "dropshipment_requested"
    assert pieces.merchant.effects("split-order") == 1
    pieces.stays_quiet(TASK)


def labels(pieces: OrdoroPair, order_id: str) -> list[ShownTracking]:
    """Return the labels of an order, or of all of its pieces."""
    below = [label for id_ in pieces.merchant.pieces(order_id) for label in labels(pieces, id_)]
    return below or [*pieces.merchant.tracking(order_id)]


def repacked(pieces: OrdoroPair, *units: int) -> tuple[str, str]:
    """Report a parcel, void it, and send its unit with others; return the order's ids."""
    merchant_id, supplier_id = ordered(pieces)
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pieces.run(TASK)
    pieces.supplier.recall(supplier_id, "1Z1")
    pieces.run(TASK)
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z2", cost=Decimal(5)), *units)
    return merchant_id, supplier_id


@pytest.mark.parametrize(
    ("units", "left"), [((2, 0), {"MUG": 1}), ((2, 1), {})], ids=["some", "all"]
)
def test_p10_units_of_a_voided_parcel_are_sent_with_others(
    pieces: OrdoroPair, units: tuple[int, int], left: dict[str, int]
) -> None:
    merchant_id, supplier_id = repacked(pieces, *units)

    pieces.run(TASK)

    sent = {"CUP": units[0], "MUG": units[1]}
    assert pieces.merchant.sent_units(merchant_id) == {sku: n for sku, n in sent.items() if n}
    assert {*pieces.merchant.all_numbers(merchant_id)} == {"1Z2"}
    assert sorted(label.cost or 0 for label in labels(pieces, merchant_id))[-2:] == [0, 5]
    assert pieces.supplier.open_units(supplier_id) == left
    assert open_steps(pieces) == []
    assert differing(pieces) == []
    pieces.stays_quiet(TASK, "import-orders", "cancel-orders")


def test_parcel_on_two_pieces_is_void_on_both(pieces: OrdoroPair) -> None:
    merchant_id, supplier_id = repacked(pieces, 2, 0)
    pieces.run(TASK)
    pieces.supplier.recall(supplier_id, "1Z2")
    pieces.run(TASK)
    assert pieces.merchant.all_numbers(merchant_id) == []

    pieces.supplier.ship_part(supplier_id, parcel(number="1Z3"), 2, 1)
    pieces.run(TASK)

    assert pieces.merchant.all_numbers(merchant_id) == ["1Z3"] * 3
    assert pieces.merchant.sent_units(merchant_id) == {"CUP": 2, "MUG": 1}
    assert pieces.merchant.status(merchant_id) == "shipped"
    assert open_steps(pieces) == []
    pieces.stays_quiet(TASK)


@pytest.mark.parametrize("request_", ["split-order", "add-tracking"])
@pytest.mark.parametrize("fault", ["lost-reset", "twice", "reset"])
def test_parcel_on_two_pieces_is_sent_once_though_an_answer_is_lost(
    pieces: OrdoroPair, fault: Kind, request_: str
) -> None:
    merchant_id, _ = repacked(pieces, 2, 0)
    pieces.merchant.meet(fault, "split-order" if request_ == "split-order" else "add-tracking")

    until_quiet(pieces)

    assert pieces.merchant.sent_units(merchant_id) == {"CUP": 2}
    assert pieces.merchant.all_numbers(merchant_id) == ["1Z2", "1Z2"]
    assert pieces.merchant.effects("split-order") == 2


def test_parcel_with_the_same_units_as_the_rest_keeps_its_piece(pieces: OrdoroPair) -> None:
    merchant_id, supplier_id = pieces.imported("1001", line("MUG", 2))
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1)
    pieces.run(TASK)
    with Store.open(load_config(pieces.path).database) as store, store.transaction():
        store.schedule.reread(PORTAL, [TASK])

    pieces.run(TASK)

    assert pieces.merchant.all_numbers(merchant_id) == ["1Z1"]
    assert pieces.merchant.sent_units(merchant_id) == {"MUG": 1}


def test_rest_that_is_cancelled_and_requested_again_waits_for_the_operator(
    pieces: OrdoroPair,
) -> None:
    merchant_id, supplier_id = ordered(pieces)
    pieces.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pieces.run(TASK)
    _, rest = pieces.merchant.pieces(merchant_id)
    pieces.merchant.cancel(rest)
    pieces.run("cancel-orders")

    pieces.merchant.request_again(rest)
    pieces.run("import-orders")

    [step] = open_steps(pieces)
    assert (step.merchant_id, step.state, step.code) == (rest, "failed", "rest-cancelled")
    assert pieces.link(rest).state == "live"
    assert pieces.merchant.all_numbers(merchant_id) == ["1Z1"]
    pieces.stays_quiet("import-orders", TASK, "cancel-orders")
