"""Cancellations that the Supplier was asked for: a step is held until the answer or a deadline."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from ordosync.accounts.sqlite.merchant_cancellations import MerchantCancellations
from ordosync.accounts.sqlite.supplier_cancellations import SupplierCancellations
from ordosync.config import load_config
from ordosync.engine.diagnosis.attention import attention
from ordosync.models import Outcome
from ordosync.store import Store
from ordosync.store.links import LinkState
from ordosync.store.step_rows import StepRow
from tests.support.command import ordosync
from tests.tasks.portal import Pair, succeeded

TASK = "cancel-orders"
PORTAL = "shop-northwind"


@pytest.fixture(name="asked")
def _asked(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the Supplier's account only ask for cancellations; return the ids that it was asked for.

    The order 1001 is imported, and cancelled at the Merchant.
    """
    asked: list[str] = []

    def ask(
        self: SupplierCancellations,  # noqa: ARG001
        ids: Sequence[str],
        *,
        also_shipped: bool = False,  # noqa: ARG001
    ) -> list[Outcome]:
        asked.extend(ids)
        return [Outcome(state="asked", id=id_, reason="the Supplier was asked") for id_ in ids]

    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    monkeypatch.setattr(SupplierCancellations, "cancel", ask)
    return asked


def held(pair: Pair) -> list[StepRow]:
    with Store.open(load_config(pair.path).database) as store:
        rows = store.steps.failed(PORTAL, TASK, or_held=True)
        return [row for row in rows if row.state == "held"]


def concerns(pair: Pair, after: timedelta) -> list[str]:
    """Return the codes of the concerns of the task after a time."""
    config = load_config(pair.path)
    with Store.open(config.database) as store:
        now = pair.clock.now() + after
        listed = attention(config, store, now=now, unshipped_for=timedelta(days=7))
        return [entry.code for entry in listed if entry.task == TASK]


def answer(pair: Pair, state: LinkState) -> None:
    """Record the Supplier's answer, as the task that reads it does."""
    pair.of_store(f"update links set state = '{state}' where kind = 'order'")  # noqa: S608


def test_a_cancellation_that_is_asked_for_is_held_and_counts_as_skipped(
    pair: Pair, asked: list[str]
) -> None:
    ran = pair.run(TASK)

    [step] = held(pair)
    assert (ran.run.status, ran.counts) == ("ok", {"skipped": 1})
    assert (step.code, step.reason) == ("asked", "the Supplier was asked")
    assert step.not_before == pair.clock.at + timedelta(days=2)
    assert pair.link("1001").state == "cancel_asked"
    assert asked == ["1001"]


def test_it_is_asked_for_only_once(pair: Pair, asked: list[str]) -> None:
    pair.run(TASK)

    pair.of_store("update schedule set cursor = null")
    again = pair.run(TASK)

    assert again.counts == {"skipped": 1}
    assert asked == ["1001"]
    assert pair.link("1001").state == "cancel_asked"


def test_it_fails_without_an_answer_at_its_deadline(pair: Pair, asked: list[str]) -> None:
    pair.run(TASK)

    pair.clock.at += timedelta(days=2)
    ran = pair.run(TASK)
    pair.of_store("update schedule set cursor = null")
    later = pair.run(TASK)

    [step] = pair.failed(TASK)
    assert (ran.counts, later.counts) == ({"failed": 1}, {"unchanged": 1})
    assert (step.code, asked) == ("not-answered", ["1001"])


@pytest.mark.parametrize("late", [False, True])
def test_an_answer_that_it_is_cancelled_settles_it(
    pair: Pair, asked: list[str], *, late: bool
) -> None:
    pair.run(TASK)
    if late:
        pair.clock.at += timedelta(days=2)
        pair.run(TASK)

    answer(pair, "cancelled_by_task")
    pair.run(TASK)

    assert (held(pair), pair.failed(TASK), asked) == ([], [], ["1001"])


def test_an_answer_that_it_was_shipped_fails_it(pair: Pair, asked: list[str]) -> None:
    pair.run(TASK)

    answer(pair, "cancel_refused")
    pair.run(TASK)
    pair.run(TASK)

    [step] = pair.failed(TASK)
    assert (held(pair), step.code, asked) == ([], "already-shipped", ["1001"])


def test_it_is_shown_as_held_and_is_no_concern_before_its_deadline(
    pair: Pair, asked: list[str]
) -> None:
    ran = pair.run(TASK)

    shown = ordosync(pair.folder, "show", str(ran.run.id), "--json").json
    why = ordosync(pair.folder, "why", "1001")
    entries = [concerns(pair, after) for after in (timedelta(days=1), timedelta(days=3))]

    assert asked
    assert [step["state"] for step in shown["runs"][0]["steps"]] == ["held"]
    assert "the Supplier was asked" in why.out
    # Nothing but a missing run keeps a step held for longer than until its time.
    assert entries == [[], ["asked"]]


def test_retry_of_all_steps_leaves_it(pair: Pair, asked: list[str]) -> None:
    pair.run(TASK)

    result = ordosync(pair.folder, "retry", "--all")

    assert (result.code, len(held(pair)), asked) == (0, 1, ["1001"])


@pytest.mark.parametrize(
    ("state", "reply"), [("cancelled_by_task", True), ("cancel_refused", False)]
)
def test_k7_request_of_the_merchant_is_answered_once_the_supplier_has(
    pair: Pair,
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
    state: LinkState,
    *,
    reply: bool,
) -> None:
    replies: list[Mapping[str, bool]] = []
    monkeypatch.setattr(
        MerchantCancellations, "reply", lambda _, cancelled: replies.append(cancelled)
    )
    pair.run(TASK)
    before = [entry for entry in replies if entry]

    answer(pair, state)
    pair.run(TASK)
    pair.run(TASK)

    assert (asked, before) == (["1001"], [])
    assert [entry for entry in replies if entry] == [{"1001": reply}]
