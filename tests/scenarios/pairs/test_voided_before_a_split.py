"""Parcels that are void after their order was split.

A Supplier's shop at Shopify opens their units again in a piece, and they are sent with it. The
Merchant has them in the order that was split.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import parcel
from tests.scenarios.pairs.comparing import differing
from tests.scenarios.pairs.kinds import MERCHANTS, SUPPLIERS
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import TASK, numbers, open_steps, ordered, until_quiet
from tests.support.clock import VirtualClock
from tests.support.combinations import covering
from tests.support.kills import MOST_PASSAGES, killed_at

TASKS = ("import-orders", "split-order", TASK)
CUP, MUG = (1, 0), (0, 1)
KINDS = ("sqlite", "shopify", "woocommerce", "ordoro")
POINTS = ("http-before-send", "http-after-answer", "account-after-commit", "result-before-commit")


@pytest.fixture(name="supplier")
def _supplier() -> str:
    return "shopify"


@pytest.fixture(name="pair")
def _pair(kind: str, supplier: str, tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(MERCHANTS[kind](tmp_path, clock)) as selling,
        closing(SUPPLIERS[supplier](tmp_path, clock)) as shipping,
    ):
        yield Pair(tmp_path, selling, shipping)


def split_after(pair: Pair, first: Sequence[int], number: str) -> tuple[str, Sequence[str]]:
    """Send a part of an order, split it, and void the part; return the order and its pieces."""
    merchant_id, supplier_id = ordered(pair, number)
    pair.supplier.ship_part(supplier_id, parcel(number=f"{number}-1", id=""), *first)
    pair.run(TASK)
    rest = MUG if first == CUP else CUP
    pieces = pair.supplier.split(supplier_id, CUP, rest)
    for task in TASKS:
        pair.run(task)
    pair.supplier.recall(supplier_id, f"{number}-1")
    return merchant_id, pieces


@pytest.mark.parametrize(("kind", "first"), covering(KINDS, (MUG, CUP)))
def test_units_of_a_parcel_that_is_void_since_a_split_are_sent_with_a_piece(
    pair: Pair, first: Sequence[int]
) -> None:
    merchant_id, pieces = split_after(pair, first, "1001")
    until_quiet(pair, *TASKS)
    between = numbers(pair, merchant_id)
    differing_between = differing(pair)

    pair.supplier.ship_part(pieces[0], parcel(number="1Z2", id=""), 1 + first[0], first[1])
    until_quiet(pair, *TASKS)

    assert between == []
    assert differing_between == []
    assert {*numbers(pair, merchant_id)} == {"1Z2"}
    units = {"CUP": 2} if first == CUP else {"CUP": 1, "MUG": 1}
    assert pair.merchant.sent_units(merchant_id) == units
    assert open_steps(pair) == []


@pytest.mark.parametrize(
    ("kind", "supplier", "first"), covering(KINDS, ("shopify", "sqlite"), (MUG, CUP))
)
def test_units_that_are_open_again_since_a_split_are_no_edit_and_no_difference(
    pair: Pair, first: Sequence[int]
) -> None:
    split_after(pair, first, "1001")
    until_quiet(pair, *TASKS)

    assert open_steps(pair) == []
    assert differing(pair) == []


@pytest.mark.parametrize("kind", KINDS[:3])
def test_piece_is_sent_without_the_units_from_before_its_split(pair: Pair) -> None:
    """Both have a CUP: the one of the piece is sent first, and the other one later."""
    merchant_id, pieces = split_after(pair, CUP, "1001")
    until_quiet(pair, *TASKS)

    pair.supplier.ship_part(pieces[0], parcel(number="1Z2", id=""), 1, 0)
    until_quiet(pair, *TASKS)
    between = pair.merchant.sent_units(merchant_id), open_steps(pair)
    pair.supplier.ship_part(pieces[0], parcel(number="1Z3", id=""), 1, 0)
    until_quiet(pair, *TASKS)

    assert between == ({"CUP": 1}, [])
    assert {*numbers(pair, merchant_id)} == {"1Z2", "1Z3"}
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 2}
    assert open_steps(pair) == []


@pytest.mark.parametrize("kind", KINDS[:3])
def test_parcel_with_units_from_before_a_split_is_void_in_each_of_its_orders(pair: Pair) -> None:
    merchant_id, pieces = split_after(pair, MUG, "1001")
    pair.supplier.ship_part(pieces[0], parcel(number="1Z2", id=""), 1, 1)
    until_quiet(pair, *TASKS)

    pair.supplier.recall(pieces[0].partition("/")[0], "1Z2")
    until_quiet(pair, *TASKS)
    between = numbers(pair, merchant_id)
    pair.supplier.ship_part(pieces[0], parcel(number="1Z3", id=""), 1, 1)
    pair.supplier.ship_part(pieces[1], parcel(number="1Z4", id=""), 1, 0)
    until_quiet(pair, *TASKS)

    assert between == []
    assert {*numbers(pair, merchant_id)} == {"1Z3", "1Z4"}
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 2, "MUG": 1}
    assert differing(pair) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "first", "point"), covering(KINDS, (MUG, CUP), POINTS, rest=pytest.mark.matrix)
)
def test_each_share_of_a_parcel_is_sent_once_though_its_run_is_killed(
    pair: Pair, first: Sequence[int], point: str
) -> None:
    for passage in range(1, MOST_PASSAGES):
        number = str(1000 + passage)
        merchant_id, pieces = split_after(pair, first, number)
        until_quiet(pair, *TASKS)
        label = parcel(number=f"{number}-2", id="", shipped_at=pair.merchant.clock.now())
        pair.supplier.ship_part(pieces[0], label, 1 + first[0], first[1])

        with killed_at(point, passage) as killed:
            pair.run(TASK)
        until_quiet(pair, *TASKS)

        assert {*numbers(pair, merchant_id)} == {f"{number}-2"}
        units = {"CUP": 2} if first == CUP else {"CUP": 1, "MUG": 1}
        assert pair.merchant.sent_units(merchant_id) == units
        assert open_steps(pair) == []
        if not killed:
            return
    pytest.fail(f"{point} is passed too often")
