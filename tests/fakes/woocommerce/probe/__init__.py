"""Queries the behaviour of a shop that ordosync depends on; prints a line for each question.

The recorded answers of real shops were got by the same questions, so the lines can be compared. To
ask a shop on this machine, which is best one that is thrown away afterwards:

    python -m tests.fakes.woocommerce.probe http://127.0.0.1:8080 ck_… cs_… ck_read… cs_read…
"""

from collections.abc import Iterator

from tests.fakes.woocommerce.probe import catalogue, endings, lists, orders
from tests.fakes.woocommerce.probe.visit import Finding, Shop, Visit

__all__ = ["Finding", "Shop", "Visit", "findings"]

_QUESTIONS = (
    catalogue.sign_in,
    catalogue.products,
    catalogue.stock,
    orders.orders,
    orders.lines,
    orders.changes,
    lists.lists,
    lists.modified,
    endings.parcels,
    endings.cancel,
    endings.refund,
    endings.trash,
    endings.races,
)


def findings(visit: Visit) -> Iterator[Finding]:
    """Run all questions, in their required sequence."""
    for questions in _QUESTIONS:
        yield from questions(visit)
