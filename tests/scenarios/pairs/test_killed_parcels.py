"""Runs that report a part of an order, killed at each failpoint, or with each answer lost.

The parcel is sent once, at each kind of Merchant, and also where its piece is split off first.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.over_http import MerchantOverHttp
from tests.accounts.contract.people import needs, skip_what_is_lacking
from tests.scenarios.pairs.kinds import MERCHANTS, SUPPLIERS
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import TASK, ledger, numbers, open_steps, ordered, until_quiet
from tests.support.clock import VirtualClock
from tests.support.kills import MOST_PASSAGES, killed_at

POINTS = (
    "claim-before-commit",
    "claim-after-commit",
    "reading",
    "intent-before-commit",
    "intent-after-commit",
    "http-before-send",
    "http-after-answer",
    "account-before-commit",
    "account-after-commit",
    "result-before-commit",
    "result-after-commit",
    "cursor-before-commit",
    "cursor-after-commit",
    "finish-before-commit",
    "finish-after-commit",
)
PAIRS = (
    *((merchant, "sqlite") for merchant in MERCHANTS),
    *(("sqlite", supplier) for supplier in ("files", "shopify", "woocommerce")),
)
OFTEN = (("ordoro", "sqlite"), ("shopify", "sqlite"))
"""The pairs with the most writes for a parcel, which are killed in each run of the slow tests."""

pytestmark = pytest.mark.slow


@pytest.fixture(
    name="pair",
    params=[
        pytest.param("-".join(pair), marks=() if pair in OFTEN else pytest.mark.matrix)
        for pair in PAIRS
    ],
)
def _pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    merchant, supplier = request.param.split("-")
    clock = VirtualClock()
    with (
        closing(MERCHANTS[merchant](tmp_path, clock)) as selling,
        closing(SUPPLIERS[supplier](tmp_path, clock)) as shipping,
    ):
        skip_what_is_lacking(request, selling, shipping)
        yield Pair(tmp_path, selling, shipping)


def is_sent_once(pair: Pair, merchant_id: str, number: str) -> None:
    """Check that one CUP of an order of two CUP and a MUG was sent in one parcel."""
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 1}
    assert numbers(pair, merchant_id) == [number]
    assert sorted(ledger(pair, merchant_id).values()) == [(1, 0, 0), (1, 1, 0)]
    assert open_steps(pair) == []


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines")
@pytest.mark.parametrize("point", POINTS)
def test_parcel_is_sent_once_though_its_run_is_killed(pair: Pair, point: str) -> None:
    for passage in range(1, MOST_PASSAGES):
        merchant_id, supplier_id = ordered(pair, str(1000 + passage))
        number = f"1Z{passage}"
        pair.supplier.ship_part(supplier_id, parcel(number=number), 1, 0)

        with killed_at(point, passage) as killed:
            pair.run(TASK)
        until_quiet(pair, "import-orders", TASK)

        is_sent_once(pair, merchant_id, number)
        if not killed:
            return
    pytest.fail(f"{point} is passed too often")


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines")
def test_parcel_is_sent_once_though_an_answer_is_lost(pair: Pair) -> None:
    if not isinstance(pair.merchant, MerchantOverHttp):
        pytest.skip("its account is no service")
    for place in range(MOST_PASSAGES):
        merchant_id, supplier_id = ordered(pair, str(1000 + place))
        number = f"1Z{place}"
        pair.supplier.ship_part(supplier_id, parcel(number=number), 1, 0)

        pair.merchant.meet("lost-reset", "anything", after=place)
        pair.run(TASK)
        is_lost = pair.merchant.are_all_met()
        pair.merchant.heal()
        until_quiet(pair, "import-orders", TASK)

        is_sent_once(pair, merchant_id, number)
        if not is_lost:
            return
    pytest.fail("a run has too many calls")


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines", "split-order")
@pytest.mark.parametrize("point", POINTS)
def test_part_of_a_piece_is_sent_once_though_its_split_is_killed(pair: Pair, point: str) -> None:
    for passage in range(1, MOST_PASSAGES):
        merchant_id, supplier_id = pair.imported(str(1000 + passage), line("MUG", 3))
        number = f"1Z{passage}"
        piece, _ = pair.supplier.split(supplier_id, (2,), (1,))
        pair.supplier.ship_part(piece, parcel(number=number), 1)

        with killed_at(point, passage) as killed:
            pair.run("split-order")
        until_quiet(pair, "import-orders", "split-order", TASK)

        first, second = pair.merchant.pieces(merchant_id)
        assert numbers(pair, first) == [number]
        assert pair.merchant.sent_units(merchant_id) == {"MUG": 1}
        assert pair.merchant.status(second) == "dropshipment_requested"
        assert open_steps(pair) == []
        if not killed:
            return
    pytest.fail(f"{point} is passed too often")


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines")
@pytest.mark.parametrize("point", POINTS)
def test_p19_pack_is_counted_once_though_a_run_is_killed(pair: Pair, point: str) -> None:
    (pair.folder / "map.csv").write_text("merchant_sku,supplier_sku,units\nCUP,C-CUP,3\n")
    pair.configure(sku_map="map.csv")
    for passage in range(1, MOST_PASSAGES):
        merchant_id, supplier_id = pair.imported(str(1000 + passage), line("CUP", 2))
        pair.supplier.ship_part(supplier_id, parcel(number=f"1Z{passage}-1"), 2)
        with killed_at(point, passage) as killed:
            pair.run(TASK)
        until_quiet(pair, TASK)
        assert pair.merchant.sent_units(merchant_id) == {}
        assert [*ledger(pair, merchant_id).values()] == [(4, 2, 0)]

        pair.supplier.ship_part(supplier_id, parcel(number=f"1Z{passage}-2"), 3)
        with killed_at(point, passage):
            pair.run(TASK)
        until_quiet(pair, "import-orders", TASK)
        assert pair.merchant.sent_units(merchant_id) == {"CUP": 1}
        assert [*ledger(pair, merchant_id).values()] == [(1, 5, 0)]
        assert open_steps(pair) == []
        if not killed:
            return
    pytest.fail(f"{point} is passed too often")
