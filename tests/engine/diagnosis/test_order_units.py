"""`why` and `attention` of orders that are sent in parts or cancelled in part."""

from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.engine.diagnosis.advice import advice_for, reason_of
from ordosync.engine.diagnosis.attention import attention
from ordosync.engine.diagnosis.next_attempt import of_open_step
from ordosync.engine.diagnosis.order_units import OrderUnits
from ordosync.models import ParcelLine
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from tests.support.clock import START
from tests.support.command import ordosync
from tests.tasks.portal import Pair, line, parcel, succeeded


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    pair = Pair(tmp_path)
    pair.imported("1001", line("CUP", 2), line("MUG", 1))
    return pair


def send_a_cup(pair: Pair, number: str = "1Z1") -> None:
    """Send one CUP of the order, and report it."""
    [cup, _] = pair.supplied("1001").lines
    lines = (ParcelLine(line_id=cup.id, quantity=1, sku="CUP"),)
    [outcome] = pair.northwind.ship([parcel("1001", number, lines=lines, is_last=False)])
    succeeded(outcome)
    pair.run("update-tracking")


def test_why_has_the_units_of_each_line_and_parcel(pair: Pair) -> None:
    send_a_cup(pair)

    [story] = ordosync(pair.folder, "why", "1001", "--json").json["why"]

    assert [
        (line["sku"], line["ordered"], line["open"], line["sent"], line["cancelled"])
        for line in story["lines"]
    ] == [("CUP", 2, 1, 1, 0), ("MUG", 1, 1, 0, 0)]
    [shown] = story["parcels"]
    assert (shown["tracking"], shown["void"], shown["units"]) == ("1Z1", False, {"CUP": 1})
    assert story["state"] == "partially-shipped"
    assert "the other 2 units" in story["next"]


def test_why_says_the_units_in_words_while_an_order_is_sent_in_part(pair: Pair) -> None:
    before = ordosync(pair.folder, "why", "1001").out
    send_a_cup(pair)

    text = ordosync(pair.folder, "why", "1001").out

    assert "CUP: 2 ordered" not in before
    assert "CUP: 2 ordered, 1 sent, 1 open" in text
    assert "parcel 1Z1: 1 CUP" in text


def test_a_line_whose_sku_is_unknown_is_named_by_its_id() -> None:
    line = Link(kind="line", merchant_id="61", supplier_id="9", ordered=3, sent=1, cancelled=0)
    parcel = Link(kind="parcel", merchant_id="7|p", supplier_id="p:1Z1", units={"61": 1, "62": 2})

    units = OrderUnits.of([line], [parcel], {"62": "CUP"})

    assert list(units.texts()) == [
        "line 61: 3 ordered, 1 sent, 2 open",
        "parcel 1Z1: 1 of line 61, 2 CUP",
    ]


def test_only_the_rest_of_an_order_that_is_sent_in_part_is_late(pair: Pair) -> None:
    send_a_cup(pair)
    config = load_config(pair.path)

    with Store.open(config.database) as store:
        now = pair.clock.now() + timedelta(days=8)
        entries = attention(config, store, now=now, unshipped_for=timedelta(days=7))

    [late] = [entry for entry in entries if entry.code == "unshipped"]
    assert late.reason == "is sent in part; 2 units are not shipped yet"


@pytest.mark.parametrize(
    ("task", "code", "words"),
    [
        ("update-tracking", "more-than-ordered", "agree on the surplus"),
        ("update-tracking", "which-lines", "reported when the order is complete"),
        ("cancel-orders", "not-reducible", "not to send these units"),
        ("cancel-orders", "partially-shipped", "keep the units that are not sent"),
    ],
)
def test_code_that_a_retry_cannot_settle_has_a_next_step_in_words(
    task: str, code: str, words: str
) -> None:
    step = row(task, code)

    conclusion = of_open_step(step)

    assert words in advice_for(step)
    assert words in reason_of(step)
    assert conclusion is not None
    assert words in conclusion.next


def row(task: str, code: str) -> StepRow:
    return StepRow(
        id=7,
        portal="shop-northwind",
        task=task,
        key="1001",
        state="failed",
        code=code,
        reason="does not fit",
        content="",
        merchant_id="1001",
        supplier_id="1001",
        attempts=1,
        not_before=None,
        created_at=START,
        updated_at=START,
        last_run_id=1,
    )
