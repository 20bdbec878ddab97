"""Code that the accounts over HTTP share, tested without a server."""

from collections.abc import Callable

import pytest

from ordosync.accounts.account import outcome_of
from ordosync.accounts.service_client import unless_it_exists
from ordosync.errors import RefusedError
from ordosync.models import Outcome, refused


def raising(answer: str) -> Callable[[str], Outcome]:
    def create(_: str) -> Outcome:
        raise RefusedError("account depot", "create product MUG", answer)

    return create


@pytest.mark.parametrize(
    "answer",
    [
        "HTTP 400: product_invalid_sku: Ungültige oder doppelte Artikelnummer.",
        "HTTP 400: sku: product MUG exists already",
        "HTTP 422: order_id has been taken",
        "HTTP 400: Duplicate order",
    ],
)
def test_refusal_of_an_existing_object_is_distinguished_from_others(answer: str) -> None:
    raised = outcome_of("MUG", unless_it_exists(raising(answer)))
    returned = unless_it_exists(lambda _: refused("refused", answer))("MUG")

    assert (raised.state, raised.code, raised.reason) == ("refused", "exists", answer)
    assert (returned.state, returned.code, returned.reason) == ("refused", "exists", answer)


def test_other_refusals_and_outcomes_do_not_change() -> None:
    taken = refused("taken", "10 orders have its number already")

    other = outcome_of("MUG", unless_it_exists(raising("HTTP 400: the name is too long")))

    assert other.code == "refused"
    assert unless_it_exists(lambda _: taken)("MUG") == taken
