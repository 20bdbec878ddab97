"""Every test runs with each pair of kinds that can hold what it needs."""

from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from tests.accounts.contract.people import skip_what_is_lacking
from tests.pairs.kinds import ALSO, MERCHANTS, SUPPLIERS
from tests.pairs.pair import Pair
from tests.virtual import VirtualClock


def _pairs() -> Iterator[object]:
    """Yield each pair of kinds; two foreign ones are left to the slow part."""
    for merchant, supplier in product(MERCHANTS, SUPPLIERS):
        marks = () if "sqlite" in (merchant, supplier) else pytest.mark.slow
        people = MERCHANTS[merchant], SUPPLIERS[supplier]
        yield pytest.param(people, marks=marks, id=f"{merchant}-{supplier}")
    for (merchant, supplier), sellers in ALSO.items():
        yield pytest.param((sellers, SUPPLIERS[supplier]), id=f"{merchant}-{supplier}")


@pytest.fixture(name="pair", params=_pairs())
def _pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    merchant, supplier = request.param
    clock = VirtualClock()
    with (
        closing(merchant(tmp_path, clock)) as selling,
        closing(supplier(tmp_path, clock)) as shipping,
    ):
        skip_what_is_lacking(request, selling, shipping)
        yield Pair(tmp_path, selling, shipping)
