"""Every test runs with pairs of kinds that can hold what it needs.

A normal run takes few of them: each kind in each role, so it includes a new kind. A variant of a
kind is marked `slow`, the other pairs `matrix`.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test its pairs. Most are in the matrix, and are not even made for the other tests."""
    if not _is_of_this_folder(metafunc._arg2fixturedefs.get("pair", ())):
        return
    item = metafunc.definition
    needed = {word for mark in item.iter_markers("needs") for word in mark.args}
    usual = few(pair for pair in PAIRS.values() if not needed & (pair[0].lacks | pair[1].lacks))
    is_slow = item.get_closest_marker("slow") is not None
    has_matrix = "not matrix" not in metafunc.config.option.markexpr
    metafunc.parametrize(
        "pair",
        [
            pytest.param(pair, id=name, marks=marks)
            for name, pair in PAIRS.items()
            for marks in [_marks(pair, usual, is_slow=is_slow)]
            if has_matrix or pytest.mark.matrix not in marks
        ],
        indirect=True,
    )


def _is_of_this_folder(fixtures: Sequence[pytest.FixtureDef[Any]]) -> bool:
    """True if a pair comes from this folder, perhaps through a fixture of the module."""
    for fixture in reversed(fixtures):
        if fixture.baseid.endswith("pairs"):
            return True
        if "pair" not in fixture.argnames:
            return False
    return False


def _marks(pair: Kinds, usual: Sequence[Kinds], *, is_slow: bool) -> Sequence[pytest.MarkDecorator]:
    """Return the marks of a pair: the matrix has all whose kinds others have already.

    A variant of a kind is slow, and in the matrix if the test itself is slow.
    """
    is_variant = pair[0] in ALSO.values()
    if pair not in usual or (is_variant and is_slow):
        return [pytest.mark.matrix]
    return [pytest.mark.slow] if is_variant else []


@pytest.fixture(name="pair")
def _pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    merchant, supplier = request.param
    clock = VirtualClock()
    with (
        closing(merchant(tmp_path, clock)) as selling,
        closing(supplier(tmp_path, clock)) as shipping,
    ):
        skip_what_is_lacking(request, selling, shipping)
        yield Pair(tmp_path, selling, shipping)
