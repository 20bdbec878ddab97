"""The rest of a partially sent order that a Supplier cancelled, without report-shortages."""

from pathlib import Path

import pytest

from ordosync.accounts import sqlite
from ordosync.models import Order, ParcelLine
from tests.tasks.portal import Pair, line, parcel, succeeded

TASK = "update-tracking"


@pytest.fixture(name="pair")
def _pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Return a portal whose Supplier reports no shortages. One of three units is sent."""
    monkeypatch.setattr(sqlite, "SupplierShortages", lambda _: None)
    pair = Pair(tmp_path)
    pair.imported("1001", line("MUG", 3))
    [mug] = pair.supplied("1001").lines
    sent = ParcelLine(line_id=mug.id, quantity=1)
    [outcome] = pair.northwind.ship([parcel("1001", lines=(sent,))])
    succeeded(outcome)
    assert pair.run(TASK).counts == {"done": 1}
    return pair


def test_rest_that_the_supplier_cancelled_fails_once_until_the_merchant_acts(pair: Pair) -> None:
    succeeded(pair.northwind.cancel("1001"))

    ran, again = pair.run(TASK), pair.run(TASK)
    succeeded(pair.shop.cancel("1001", _two(pair.merchant("1001"))))
    settled = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "supplier-cancelled-rest")
    assert again.counts == {}
    assert [(step.state, step.key) for step in settled.steps] == [("done", ran.step.key)]


def test_rest_that_both_sides_cancelled_needs_no_operator(pair: Pair) -> None:
    succeeded(pair.northwind.cancel("1001"))
    succeeded(pair.shop.cancel("1001", _two(pair.merchant("1001"))))

    assert pair.run(TASK).count("failed") == 0


def _two(order: Order) -> list[ParcelLine]:
    [mug] = order.lines
    return [ParcelLine(line_id=mug.id, quantity=2)]
