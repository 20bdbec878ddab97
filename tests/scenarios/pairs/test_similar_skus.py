"""Orders with a SKU that the Supplier has only with other case, at each kind of Supplier."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.store import Store
from tests.accounts.contract.examples import line, sold
from tests.accounts.contract.opening import PORTAL
from tests.scenarios.pairs.kinds import MERCHANTS, SUPPLIERS
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

LISTING = [kind for kind, people in SUPPLIERS.items() if "made-products" not in people.lacks]
"""The kinds that know which products they have."""


@pytest.fixture(name="pair", params=LISTING)
def _pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(MERCHANTS["sqlite"](tmp_path, clock)) as merchant,
        closing(SUPPLIERS[request.param](tmp_path, clock)) as supplier,
    ):
        yield Pair(tmp_path, merchant, supplier)


def products(pair: Pair) -> list[str]:
    return sorted(product.sku for product in pair.supplier.products())


def test_m3_f15_a_similar_sku_is_named_and_makes_no_second_product(
    pair: Pair, request: pytest.FixtureRequest
) -> None:
    pair.imported("1001", line("MUG"), line("CUP"))
    if "ordoro" in request.node.name:
        # There, a look-up costs a call for each SKU, so only a map or this option causes it.
        pair.configure(unknown_sku="hold")
    before = products(pair)
    pair.merchant.request(sold("1002", line("CUP"), line("mug")))

    ran = pair.run("import-orders")

    assert ran.counts == {"failed": 1}
    assert (ran.step.code, before) == ("sku-nearly", ["CUP", "MUG"])
    assert f"`ordosync sku set {PORTAL} mug MUG`" in (ran.step.reason or "")
    assert products(pair) == before


def test_m4_c5_an_order_with_an_unknown_sku_is_held_until_the_supplier_has_it(pair: Pair) -> None:
    pair.imported("1001", line("MUG"), line("CUP"))
    pair.configure(unknown_sku="hold")
    merchant_id = pair.merchant.request(sold("1002", line("POT"), line("MUG")))
    held = pair.run("import-orders")
    before = products(pair)
    pair.configure(unknown_sku="create")

    sent = pair.run("import-orders")

    assert (held.step.state, held.step.code) == ("held", "hold-sku")
    assert (before, sent.counts) == (["CUP", "MUG"], {"done": 1})
    with Store.open(pair.folder / "ordosync.db") as store:
        assert store.links(PORTAL).of_merchant("order", [merchant_id])
