"""Combinations of parameters: few are tried by the fast tests, and all by the slow ones.

Of a slow test few are slow, and the rest is in the matrix.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest


def covering(*values: Sequence[Any], rest: pytest.MarkDecorator = pytest.mark.slow) -> list[Any]:
    """Return all combinations; the fewest that have each value at least once are not marked."""
    lengths = [len(of_one) for of_one in values]
    few = {
        # The shift pairs a value of one parameter with different ones of another.
        tuple((at + shift * (at // length)) % length for shift, length in enumerate(lengths))
        for at in range(max(lengths))
    }
    return [
        pytest.param(
            *(of_one[place] for of_one, place in zip(values, places, strict=True)),
            marks=() if places in few else rest,
        )
        for places in product(*map(range, lengths))
    ]


def some(values: Sequence[Any], *fast: Any) -> list[Any]:
    """Return all values; those that are not named here are slow."""
    return [
        pytest.param(value, marks=() if value in fast else pytest.mark.slow) for value in values
    ]
