"""A refusal that says "exists already" waits until it is found, for an hour, and then fails.

Ordoro makes the products of an order itself, so there only `import-products` can meet it. Embedded
accounts and files cannot: a local account looks and writes in one transaction, and a Supplier
of files has no products to make; its claim of a number names the order that has it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.contract.examples import line, product, sold
from tests.fakes.faults import Kind
from tests.fakes.ordoro import Fault
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.portal import Troubled

TAKEN = "has already been taken"
CASES = [
    ("woocommerce", "import-orders"),
    ("woocommerce", "import-products"),
    ("shopify", "import-orders"),
    ("shopify", "import-products"),
    ("ordoro", "import-products"),
]


def hide_in_shop(troubled: Troubled) -> None:
    """Hide the product from every list; the shop itself refuses a second one."""
    troubled.foreign.lag(arrival_s=1_000_000)


def hide_in_shopify(troubled: Troubled) -> None:
    """Hide the product from every search; an app in the shop refuses a second one."""
    troubled.foreign.lag(index_s=1_000_000)
    troubled.foreign.meet("edited", "create-product", times=inf, edit=taken("productSet"))


def hide_in_ordoro(troubled: Troubled) -> None:
    """Let a cache in front of the service repeat the response from before the product was made."""
    lost: Kind = "unavailable"
    path = r"/product/NEW/$"
    fault = Fault(kind=lost, method="GET", path=path, status=404, times=inf)
    troubled.foreign.fake.faults.add(fault)


HIDE: Mapping[str, Callable[[Troubled], None]] = {
    "woocommerce": hide_in_shop,
    "shopify": hide_in_shopify,
    "ordoro": hide_in_ordoro,
}


def taken(mutation: str) -> Callable[[Any], Any]:
    """Return a function that turns the response of a mutation into a refusal."""

    def edit(body: Any) -> Any:
        refused = {"userErrors": [{"field": ["input"], "message": TAKEN}]}
        return {**body, "data": {mutation: refused}}

    return edit


@contextmanager
def hidden_product(kind: str, task: str, folder: Path) -> Iterator[Troubled]:
    """Open a portal that needs a product which exists but is not listed yet."""
    with foreign("supplier", kind, folder) as troubled:
        if task == "import-orders":
            troubled.pair.imported("1000")
        troubled.supplier.count("NEW", 5)
        HIDE[kind](troubled)
        if task == "import-orders":
            troubled.merchant.request(sold("1001", line("NEW")))
        else:
            troubled.merchant.add_product(product("NEW"))
        troubled.pair.merchant.settle()
        yield troubled


@pytest.mark.parametrize(("kind", "task"), CASES)
def test_product_refused_as_existing_waits_until_it_is_found(
    tmp_path: Path, kind: str, task: str
) -> None:
    with hidden_product(kind, task, tmp_path) as troubled:
        early = troubled.run(task)
        troubled.foreign.heal()
        troubled.foreign.lag()
        troubled.later(900)
        later = troubled.run(task)

        assert {(step.state, step.code) for step in early.steps} == {("waiting", "exists")}
        assert later.counts in ({"done": 1}, {"unchanged": 1})
        assert troubled.open_steps() == []


@pytest.mark.parametrize(("kind", "task"), CASES)
def test_product_that_is_not_found_within_an_hour_needs_the_operator(
    tmp_path: Path, kind: str, task: str
) -> None:
    with hidden_product(kind, task, tmp_path) as troubled:
        within = troubled.run(task)
        for _ in range(4):
            troubled.later(600)
            troubled.run(task)
        late = [step.state for step in troubled.open_steps()]
        for _ in range(5):
            troubled.later(600)
            troubled.run(task)

        assert within.counts == {"waiting": 1}
        assert late == ["waiting"]
        assert [(step.state, step.code) for step in troubled.open_steps()] == [("failed", "exists")]


def test_order_refused_as_existing_is_looked_up_before_it_is_sent_again(
    tmp_path: Path,
) -> None:
    """It was delivered twice: the first was accepted, and the response is that of the second."""
    with foreign("supplier", "shopify", tmp_path) as troubled:
        troubled.pair.imported("1000")
        troubled.merchant.request(sold("1001"))
        troubled.pair.merchant.settle()
        troubled.foreign.meet("edited", "create-order", edit=taken("orderCreate"))

        early = troubled.run("import-orders")
        troubled.later(900)
        troubled.run("import-orders")

        assert (early.step.state, early.step.code) == ("waiting", "exists")
        assert troubled.foreign.effects("create-order") == 2
        assert troubled.open_steps() == []
