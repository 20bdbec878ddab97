"""Every test runs with each pair of kinds that can hold what it needs."""

from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from tests.accounts.contract.people import skip_what_is_lacking
from tests.pairs.kinds import MERCHANTS, SUPPLIERS
from tests.pairs.pair import Pair
from tests.virtual import VirtualClock


@pytest.fixture(name="pair", params=product(MERCHANTS, SUPPLIERS), ids="-".join)
def _pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    merchant, supplier = request.param
    clock = VirtualClock()
    with (
        closing(MERCHANTS[merchant](tmp_path, clock)) as selling,
        closing(SUPPLIERS[supplier](tmp_path, clock)) as shipping,
    ):
        skip_what_is_lacking(request, selling, shipping)
        yield Pair(tmp_path, selling, shipping)
