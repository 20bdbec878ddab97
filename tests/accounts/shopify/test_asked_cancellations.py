"""Requests to cancel at a service whose Supplier has to be asked; K7: lifecycle.md 2.6."""

import csv
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.contract.examples import line
from tests.accounts.files.people import FilesSupplierPeople
from tests.accounts.files.supplier import ANSWER_COLUMNS
from tests.accounts.shopify.people import ShopifyServicePeople
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

TASK = "cancel-orders"
Asked = tuple[Pair, ShopifyServicePeople, str]


@pytest.fixture(name="asked")
def _asked(tmp_path: Path) -> Iterator[Asked]:
    """The Merchant asks the service to cancel an order that the Supplier has as a file."""
    clock = VirtualClock()
    with closing(ShopifyServicePeople(tmp_path, clock)) as selling:
        pair = Pair(tmp_path, selling, FilesSupplierPeople(tmp_path, clock))
        merchant_id, _ = pair.imported("1001", line("MUG", 3))
        selling.ask_back(merchant_id)
        pair.run(TASK)
        yield pair, selling, merchant_id


def answer(pair: Pair, order_number: str, word: str) -> None:
    """Let the Supplier answer about a whole order."""
    with (pair.folder / "answers" / "a.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ANSWER_COLUMNS.values())
        writer.writeheader()
        columns = ANSWER_COLUMNS
        writer.writerow({columns["order_number"]: order_number, columns["answer"]: word})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "status"),
    [("cancelled", "CANCELLATION_ACCEPTED"), ("rejected", "CANCELLATION_REJECTED")],
)
def test_k7_request_waits_until_the_supplier_has_answered(
    asked: Asked, word: str, status: str
) -> None:
    pair, selling, merchant_id = asked
    pair.run(TASK)
    # Shopify keeps the status of a request that is not answered.
    waiting = selling.request_status(merchant_id)
    answer(pair, pair.link(merchant_id).supplier_id, word)

    for task in ("report-shortages", TASK):
        pair.run(task)

    assert (waiting, selling.request_status(merchant_id)) == ("ACCEPTED", status)
