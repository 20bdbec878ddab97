"""Reads that fail: no task acts on unread data, and every record is read in the end."""

from datetime import timedelta
from math import inf
from typing import Any

import pytest

from tests.accounts.contract.examples import product, sold
from tests.fakes.faults import Kind
from tests.scenarios.faults.portal import Troubled
from tests.scenarios.faults.reading import Repeats, imported, people, requested

SPOILT: tuple[Kind, ...] = (
    "cut",
    "cut-unframed",
    "empty",
    "html",
    "no-content",
    "bom",
    "latin-1",
    "garbage",
    "redirect",
    "unavailable",
    "reset",
    "lost-500",
)


@pytest.mark.parametrize("fault", SPOILT)
def test_page_that_cannot_be_read_moves_nothing(as_merchant: Troubled, fault: Kind) -> None:
    """Case 26."""
    requested(as_merchant, 1, 2)
    as_merchant.foreign.meet(fault, "read-orders", times=inf)

    failed = as_merchant.run("import-orders")
    seen, cursor = imported(as_merchant), as_merchant.cursor("import-orders")
    as_merchant.foreign.heal()
    healed = as_merchant.run("import-orders")

    assert failed.run.status == "failed"
    assert failed.run.error
    assert failed.run.error.code == "unavailable"
    assert failed.run.error.message.startswith("account shop: read orders: ")
    assert "\n" not in failed.run.error.message
    assert (seen, cursor, failed.steps) == ([], None, ())
    assert healed.run.status == "ok"
    assert imported(as_merchant) == ["1", "2"]


@pytest.mark.slow
def test_read_that_failed_after_a_page_starts_at_the_same_cursor(as_merchant: Troubled) -> None:
    """Case 26: the first page is applied, but the cursor does not move."""
    requested(as_merchant, "first")
    as_merchant.run("import-orders")
    before = as_merchant.cursor("import-orders")
    requested(as_merchant, *range(1000, 1130))
    as_merchant.foreign.meet("cut", "read-orders", after=1, times=inf)

    failed = as_merchant.run("import-orders")
    seen, cursor = len(imported(as_merchant)), as_merchant.cursor("import-orders")
    as_merchant.foreign.heal()
    healed = as_merchant.run("import-orders")

    assert (failed.run.status, healed.run.status) == ("failed", "ok")
    assert (seen, cursor) == (as_merchant.foreign.page, before)
    assert len(imported(as_merchant)) == 131
    assert as_merchant.open_steps() == []


@pytest.mark.parametrize("times", [1, 2])
def test_page_that_is_lost_now_and_then_is_asked_for_again(
    as_merchant: Troubled, times: int
) -> None:
    requested(as_merchant, "1", "2")
    as_merchant.foreign.meet("cut", "read-orders", times=times)

    assert as_merchant.run("import-orders").run.status == "ok"
    assert imported(as_merchant) == ["1", "2"]


@pytest.mark.parametrize("retry_after", ["2", "date", "86400", "-1", "soon", None])
def test_service_that_throttles_is_not_called_until_its_retry_after(
    as_merchant: Troubled, retry_after: str | None
) -> None:
    """Case 23: a run waits out a short limit and leaves a long one to cron; nothing is lost."""
    requested(as_merchant, "1")
    asked, before = retry_after, as_merchant.clock.at
    if retry_after == "date":
        at = as_merchant.clock.at + timedelta(seconds=20)
        asked = at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    as_merchant.foreign.meet("throttled", "read-orders", retry_after=asked)

    ran = as_merchant.run("import-orders")
    waited_s = (as_merchant.clock.at - before).total_seconds()

    if retry_after == "86400":
        assert ran.run.error
        assert ran.run.error.message.endswith("try again in 86400 s")
        assert waited_s < 1
        ran = as_merchant.run("import-orders")
    assert ran.run.status == "ok"
    assert waited_s <= 60
    assert imported(as_merchant) == ["1"]


@pytest.mark.parametrize("status", [401, pytest.param(403, marks=pytest.mark.slow)])
def test_key_that_is_revoked_in_mid_run_stops_it_at_once(
    as_supplier: Troubled, status: int
) -> None:
    """Case 25: the other items make no call, and none of them is given up."""
    as_supplier.pair.imported("0")
    requested(as_supplier, *range(1000, 1030))
    as_supplier.pair.merchant.settle()
    asked = as_supplier.foreign.tries
    as_supplier.foreign.meet("unauthorized", "create-order", after=7, times=inf, status=status)

    ran = as_supplier.run("import-orders")
    tries = as_supplier.foreign.tries - asked

    assert ran.run.error
    assert (ran.run.status, ran.run.error.code) == ("failed", "auth")
    assert as_supplier.foreign.secret not in ran.run.error.message
    # Seven calls come before, and at most four are under way.
    assert tries <= 7 + 4
    assert ran.count("failed") == 0
    assert {step.state for step in as_supplier.open_steps()} == {"sending"}
    as_supplier.foreign.heal()
    as_supplier.later()
    as_supplier.run("import-orders")
    assert as_supplier.foreign.effects("create-order") == 31
    assert as_supplier.open_steps() == []


def test_failing_service_does_not_receive_all_pending_writes(as_supplier: Troubled) -> None:
    """Case 24: after ten failed writes in a row the run ends, also within a batch."""
    as_supplier.pair.imported("0")
    requested(as_supplier, *range(1000, 1050))
    as_supplier.pair.merchant.settle()
    as_supplier.foreign.meet("unavailable", "create-order", times=inf)

    before = as_supplier.foreign.tries
    failed = as_supplier.run("import-orders")
    tries = as_supplier.foreign.tries - before
    as_supplier.foreign.heal()
    as_supplier.later()
    healed = as_supplier.run("import-orders")

    assert failed.run.error
    assert failed.run.error.code == "unavailable"
    # The writes under way are not counted in the ten.
    assert 10 <= tries < 10 + 4
    assert healed.run.status == "ok"
    assert as_supplier.foreign.effects("create-order") == 51
    assert as_supplier.open_steps() == []


@pytest.mark.parametrize("call", ["read-orders", "read-products"])
def test_same_page_again_and_again_is_a_failure_with_a_reason(
    as_merchant: Troubled, call: Any
) -> None:
    """Case 30."""
    task = {"read-orders": "import-orders", "read-products": "import-products"}[call]
    for number in range(1000, 1150):
        if call == "read-orders":
            as_merchant.merchant.request(sold(str(number)))
        else:
            as_merchant.merchant.add_product(product(f"SKU-{number}"))
        as_merchant.later(1)
    as_merchant.foreign.meet("edited", call, times=inf, edit=Repeats())

    failed = as_merchant.run(task)
    cursor = as_merchant.cursor(task)
    as_merchant.foreign.heal()
    healed = as_merchant.run(task)

    assert failed.run.error
    # The shop may be too old.
    assert failed.run.error.code in ("unavailable", "refused")
    assert cursor is None
    assert healed.run.status == "ok"
    assert healed.count("done") + failed.count("done") == 150


def test_product_is_seen_though_the_list_moves_up_while_it_is_read(as_merchant: Troubled) -> None:
    """Case 31: one product is deleted and one is created meanwhile, so the count stays the same."""
    for number in range(1000, 1150):
        as_merchant.merchant.add_product(product(f"SKU-{number}"))
        as_merchant.later(1)

    def change() -> None:
        people(as_merchant).take_away("SKU-1000")
        as_merchant.merchant.add_product(product("NEW"))

    as_merchant.foreign.meet("callback", "read-products", after=1, do=change)

    as_merchant.run("import-products")

    skus = {product.sku for product in as_merchant.supplier.products()}
    assert {f"SKU-{number}" for number in range(1000, 1150)} | {"NEW"} == skus


@pytest.mark.slow
@pytest.mark.parametrize("of_page", [1, 2])
def test_orders_that_are_updated_while_they_are_read_are_all_seen(
    as_merchant: Troubled, of_page: int
) -> None:
    """Cases 30 and 31: orders of earlier pages move to the end, and so the others move up."""
    ids = requested(as_merchant, *range(1000, 1210))

    def touch() -> None:
        for id_ in ids[: 90 * of_page]:
            people(as_merchant).touch(id_)

    as_merchant.foreign.meet("callback", "read-orders", after=of_page, do=touch)

    first = as_merchant.run("import-orders")
    as_merchant.later()
    as_merchant.run("import-orders")

    assert first.run.status == "ok"
    assert len(imported(as_merchant)) == 210
