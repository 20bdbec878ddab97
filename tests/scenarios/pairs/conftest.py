"""Every test runs with pairs of kinds that can hold what it needs.

A normal run takes few of them: each kind in each role, so it includes a new kind. A variant of a
kind is marked `slow`, the other pairs `matrix`.
"""

from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from tests.accounts.contract.people import skip_what_is_lacking
from tests.scenarios.pairs.kinds import ALSO, MERCHANTS, SUPPLIERS, Kinds, few
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

# Suppliers are reversed, so that a normal run has few pairs of a kind with itself.
PAIRS: dict[str, Kinds] = {
    **{
        f"{merchant}-{supplier}": (people, SUPPLIERS[supplier])
        for (merchant, supplier), people in ALSO.items()
    },
    **{
        f"{merchant}-{supplier}": (MERCHANTS[merchant], SUPPLIERS[supplier])
        for merchant, supplier in product(MERCHANTS, reversed([*SUPPLIERS]))
    },
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the pairs of each test whose kinds other pairs of the test have already.

    A variant of a kind is slow, and in the matrix if the test itself is slow.
    """
    for item in items:
        pair = item.callspec.params.get("pair") if hasattr(item, "callspec") else None
        if pair is None or pair not in PAIRS.values():
            continue
        is_variant = pair[0] in ALSO.values()
        if pair not in _few(item) or (is_variant and item.get_closest_marker("slow")):
            item.add_marker(pytest.mark.matrix)
        elif is_variant:
            item.add_marker(pytest.mark.slow)


def _few(item: pytest.Item) -> list[Kinds]:
    needed = {word for mark in item.iter_markers("needs") for word in mark.args}
    return few(pair for pair in PAIRS.values() if not needed & (pair[0].lacks | pair[1].lacks))


@pytest.fixture(name="pair", params=PAIRS.values(), ids=[*PAIRS])
def _pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    merchant, supplier = request.param
    clock = VirtualClock()
    with (
        closing(merchant(tmp_path, clock)) as selling,
        closing(supplier(tmp_path, clock)) as shipping,
    ):
        skip_what_is_lacking(request, selling, shipping)
        yield Pair(tmp_path, selling, shipping)
