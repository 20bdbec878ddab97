"""Presets read real exports: each sample gives exactly what is expected of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .exports import Found, like, read, shown

FEEDS = Path(__file__).parents[3].parent / "shared" / "data" / "feeds"
EXPECTED: Mapping[str, Any] = (
    json.loads((FEEDS / "expected.json").read_text("utf-8")) if FEEDS.is_dir() else {}
)
PENDING = frozenset({"one-row-per-order.csv"})
"""Samples with options that are not finished."""
SAMPLES = [
    name
    for name, of in EXPECTED.items()
    if name != "about" and "with" in of and name not in PENDING
]
KINDS = {"orders": "orders", "shipments": "shipments", "stock": "stock"}


def read_sample(folder: Path, name: str) -> Found:
    """Return what the options of `expected.json` make of a sample."""
    expected = EXPECTED[name]
    subject = next(kind for kind in KINDS if kind in expected)
    options = {key: value for key, value in expected["with"].items() if key != "portal"}
    return read(folder, subject, options, FEEDS / name)


@pytest.mark.skipif(not SAMPLES, reason="the samples are not beside the repository")
@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_gives_exactly_what_is_expected(name: str, tmp_path: Path) -> None:
    expected = EXPECTED[name]

    found = read_sample(tmp_path, name)

    if "orders" in expected:
        orders = [shown(order) for order in found.orders.values() if order.number not in found.held]
        assert like(orders, expected["orders"]) == expected["orders"]
    if "shipments" in expected:
        assert [shown(each) for each in found.shipments] == expected["shipments"]
    if "stock" in expected:
        assert found.stock == expected["stock"]
    assert set(found.skipped) == set(expected.get("skipped", {}))
    assert set(found.failed) == set(expected.get("failed", {}))
