"""Hold before import: H1 to H18 of lifecycle.md 4.3, between two local accounts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.config import load_config
from ordosync.config.hold_settings import HoldConfig, HoldTags, Wait
from ordosync.engine.alerts.problems import problems_of
from ordosync.hold_facts import HoldFacts
from ordosync.models import Product
from ordosync.tasks.base import Decision
from ordosync.tasks.orders.hold import hold, is_po_box
from tests.support.command import ordosync
from tests.support.kills import killed_at, paused_at
from tests.support.runs import previewed
from tests.tasks.holding import TASK, Holding, address
from tests.tasks.portal import SUPPLIER, available, line, order, split, succeeded

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TAGS = "tags: {hold: [fraud-check], release: [ok-to-ship]}"


@pytest.fixture(name="portal")
def _portal(tmp_path: Path) -> Holding:
    return Holding(tmp_path)


def judged(
    config: HoldConfig,
    *,
    first_read_at: datetime = NOON,
    method: str = "Standard",
    **fields: object,
) -> Decision | None:
    """Return the decision about an order at noon."""
    facts = fields.pop("facts", HoldFacts())
    read = replace(order("1", line(quantity=2)), hold_facts=facts, **fields)
    return hold(config, read, method=method, first_read_at=first_read_at, now=NOON)


def test_an_order_that_meets_every_condition_is_sent(portal: Holding) -> None:
    portal.hold("age: 30m, over: 20, countries: [GB], po_box: ['*'], " + TAGS)
    portal.place(placed_at=portal.clock.at - timedelta(hours=1))

    assert portal.send_orders().counts == {"done": 1}
    assert portal.is_sent()


def test_held_orders_are_skipped_and_the_run_is_ok(portal: Holding) -> None:
    placed_at = portal.place().placed_at

    ran = portal.send_orders()

    assert (ran.counts, ran.run.status) == ({"skipped": 1}, "ok")
    assert (ran.step.state, ran.step.code) == ("held", "hold-age")
    assert ran.step.reason == "was placed less than 30m ago"
    assert ran.step.not_before == (placed_at or NOON) + 30 * MINUTE
    assert not portal.is_sent()


def test_h1_when_its_time_comes_it_is_read_by_its_id_and_sent(portal: Holding) -> None:
    portal.place()
    portal.send_orders()
    portal.clock.at += 30 * MINUTE

    assert portal.send_orders().counts == {"done": 1}
    assert portal.send_orders().counts == {}
    assert portal.is_sent()


def test_h1_it_is_not_read_again_before_its_time(portal: Holding) -> None:
    portal.place()
    first = portal.send_orders()

    second = portal.send_orders()

    assert (second.counts, portal.step().last_run_id) == ({}, first.run.id)


@pytest.mark.parametrize("change", ["cancelled", "given away", "deleted"])
def test_h1_an_order_that_is_cancelled_or_gone_is_never_sent(portal: Holding, change: str) -> None:
    portal.place()
    portal.send_orders()
    if change == "cancelled":
        succeeded(portal.shop.cancel("1001"))
    elif change == "given away":
        portal.sql("shop", "update orders set supplier = 'other'")
    else:
        portal.sql("shop", "delete from assignments")
    portal.clock.at += 30 * MINUTE

    portal.send_orders()

    assert not portal.is_sent()
    assert portal.step().state == "skipped"


def test_h1_an_order_that_is_cancelled_between_the_read_and_the_create_is_cancelled_next(
    portal: Holding,
) -> None:
    portal.place()
    portal.send_orders()
    portal.clock.at += 30 * MINUTE

    def cancel() -> None:
        succeeded(portal.shop.cancel("1001"))

    with paused_at("intent-after-commit", 1, cancel):
        portal.send_orders()
    portal.run("cancel-orders")

    assert portal.supplied("1001").status == "cancelled"


def test_h2_all_conditions_are_said_and_the_latest_time_counts() -> None:
    config = HoldConfig(
        paid=True, age=Wait(timedelta(hours=2)), over=Decimal(10), countries=(), risk=("cancel",)
    )
    facts = HoldFacts(since=NOON - timedelta(hours=1), risk="cancel")

    decision = judged(config, facts=facts)

    assert decision
    assert (decision.code, decision.until) == ("hold-paid", NOON + timedelta(hours=1))
    assert decision.reason == (
        "is not paid; was placed less than 2h ago; has the risk recommendation cancel;"
        " is worth more than 10 GBP"
    )


def test_h3_the_cursor_moves_on_and_held_orders_are_read_by_their_ids(portal: Holding) -> None:
    portal.hold("countries: [US]")
    portal.place()
    portal.send_orders()
    portal.hold("countries: [US, GB]")

    assert portal.send_orders().counts == {"done": 1}


def test_h4_an_order_that_was_released_is_sent_once(portal: Holding) -> None:
    portal.hold("over: 1")
    portal.place("1001")
    portal.place("1002")
    portal.send_orders()

    portal.release("1001")

    assert portal.send_orders().counts == {"done": 1, "skipped": 1}
    assert (portal.is_sent("1001"), portal.is_sent("1002")) == (True, False)


@pytest.mark.parametrize("fault", ["intent-before-commit", "intent-after-commit"])
def test_h4_a_kill_does_not_forget_a_release(portal: Holding, fault: str) -> None:
    portal.hold("over: 1")
    portal.place()
    portal.send_orders()
    portal.release()

    with killed_at(fault, 1) as passed:
        portal.send_orders()
    portal.clock.at += timedelta(minutes=10)
    portal.send_orders()

    assert passed
    assert portal.is_sent()
    assert portal.step().state == "done"


def test_h4_a_failed_attempt_does_not_forget_a_release(portal: Holding) -> None:
    portal.hold("over: 1")
    portal.place()
    portal.send_orders()
    portal.release()
    succeeded(portal.northwind.add_order(order("9")))
    portal.sql(
        "northwind",
        "create trigger refuse before insert on orders begin select raise(abort, 'full'); end",
    )
    first = portal.run(TASK, may_fail=True)
    portal.sql("northwind", "drop trigger refuse")
    portal.clock.at += timedelta(hours=1)

    portal.retry(TASK, portal.step())

    assert first.count("done") == 0
    assert portal.is_sent()


def test_h4_a_release_does_not_count_for_the_same_order_when_it_is_requested_again(
    portal: Holding,
) -> None:
    portal.hold("over: 1")
    portal.place()
    portal.send_orders()
    portal.release()
    portal.send_orders()
    succeeded(portal.shop.cancel("1001"))
    portal.run("cancel-orders")
    succeeded(portal.shop.restore("1001"))
    succeeded(portal.shop.request("1001", SUPPLIER))

    ran = portal.send_orders()

    assert [(step.key, step.code) for step in ran.steps] == [("1001#2", "hold-value")]


@pytest.mark.parametrize("fault", ["intent-before-commit", "intent-after-commit"])
def test_a_kill_between_the_judgement_and_the_create_sends_once(
    portal: Holding, fault: str
) -> None:
    portal.place()
    portal.send_orders()
    portal.clock.at += 30 * MINUTE

    with killed_at(fault, 1) as passed:
        portal.send_orders()
    portal.clock.at += timedelta(minutes=10)
    portal.send_orders()

    assert passed
    assert len(list(portal.northwind.orders_numbered(["1001"]))) == 1


def test_an_order_that_is_held_after_a_kill_was_not_sent_and_stays_held(portal: Holding) -> None:
    portal.hold(TAGS)
    portal.place()
    with killed_at("intent-after-commit", 1):
        portal.send_orders()
    portal.edit_tags("1001", "fraud-check")
    portal.clock.at += timedelta(minutes=10)

    portal.send_orders()

    assert (portal.step().state, portal.step().code) == ("held", "hold-tags")
    assert not portal.is_sent()


def test_an_order_that_had_arrived_before_a_kill_is_linked_although_it_is_held_now(
    portal: Holding,
) -> None:
    portal.hold(TAGS)
    portal.place()
    with killed_at("result-before-commit", 1):
        portal.send_orders()
    portal.edit_tags("1001", "fraud-check")
    portal.clock.at += timedelta(minutes=10)

    portal.send_orders()

    assert portal.step().state == "done"
    assert portal.link("1001").supplier_id == "1001"


@pytest.mark.of_files
def test_an_order_that_a_lost_store_had_sent_is_linked_although_it_is_held_now(
    portal: Holding,
) -> None:
    portal.hold("")
    portal.place()
    portal.send_orders()
    for path in portal.folder.glob("*ordosync*"):
        path.unlink()
    portal.hold("over: 1")

    assert portal.send_orders().counts == {"unchanged": 1}
    assert portal.link("1001").supplier_id == "1001"


def test_h5_a_release_tag_beats_every_condition_but_paid() -> None:
    config = HoldConfig(
        paid=True,
        age=Wait(timedelta(hours=1)),
        tags=HoldTags(hold=("fraud-check",), release=("ok-to-ship",)),
        risk=("cancel",),
        over=Decimal(1),
    )
    facts = HoldFacts(tags=("Fraud-Check", "OK-to-ship"), risk="cancel", since=NOON)

    decision = judged(config, facts=facts)

    assert decision
    assert (decision.code, decision.reason) == ("hold-paid", "is not paid")
    assert judged(config, facts=replace(facts, is_paid=True)) is None


def test_a_tag_is_found_in_any_spelling_of_upper_and_lower_case() -> None:
    config = HoldConfig(tags=HoldTags(hold=("fraud-check",)))

    decision = judged(config, facts=HoldFacts(tags=("vip", "FRAUD-Check")))

    assert decision
    assert (decision.code, decision.reason) == ("hold-tags", 'has the tag "fraud-check"')


def test_h5_a_release_tag_sends_an_order_before_its_time(portal: Holding) -> None:
    portal.hold("age: 7d, longest: 8d, " + TAGS)
    portal.place()
    portal.send_orders()
    portal.edit_tags("1001", "ok-to-ship")

    assert portal.send_orders().counts == {"done": 1}


def test_h6_an_order_that_was_edited_while_it_was_held_is_sent_as_it_is_now(
    portal: Holding,
) -> None:
    portal.place()
    portal.send_orders()
    portal.sql("shop", "update orders set ship_to = replace(ship_to, '12 Square', '7 Mews')")
    portal.clock.at += 30 * MINUTE

    first, second = portal.send_orders(), portal.send_orders()

    assert (first.counts, second.counts) == ({"done": 1}, {})
    assert portal.supplied("1001").ship_to.street1 == "7 Mews"
    assert not portal.failed(TASK)


def test_h9_without_a_date_the_age_counts_from_the_first_read() -> None:
    config = HoldConfig(age=Wait(30 * MINUTE))

    early = judged(config, first_read_at=NOON - 29 * MINUTE)
    late = judged(config, first_read_at=NOON - 30 * MINUTE)

    assert early
    assert early.until == NOON + MINUTE
    assert late is None


def test_h10_a_date_in_the_future_counts_from_the_first_read(portal: Holding) -> None:
    placed = portal.place(placed_at=portal.clock.at + timedelta(days=300)).placed_at
    first = portal.send_orders()
    portal.clock.at += 30 * MINUTE

    assert placed
    assert first.step.not_before == portal.clock.at
    assert portal.send_orders().counts == {"done": 1}


@pytest.mark.parametrize("placed", [None, timedelta(days=300)])
def test_an_order_is_not_held_by_its_age_again_after_an_attempt_that_may_have_failed(
    portal: Holding, placed: timedelta | None
) -> None:
    portal.place(placed_at=placed and portal.clock.at + placed)
    portal.send_orders()
    portal.clock.at += 30 * MINUTE
    with killed_at("intent-after-commit", 1) as passed:
        portal.send_orders()
    portal.clock.at += 10 * MINUTE

    ran = portal.send_orders()

    assert passed
    assert (ran.counts, ran.step.state) == ({"done": 1}, "done")
    assert portal.is_sent()


@pytest.mark.parametrize("conditions", ["", "age: 5m", "over: 500"])
def test_h11_a_new_policy_judges_all_held_orders_in_the_next_run(
    portal: Holding, conditions: str
) -> None:
    portal.hold("age: 7d, longest: 8d")
    portal.place()
    portal.place("1002")
    portal.send_orders()
    portal.clock.at += 5 * MINUTE
    portal.hold(conditions)

    assert portal.send_orders().counts == {"done": 2}


def test_h11_a_stricter_policy_holds_for_another_reason(portal: Holding) -> None:
    portal.place()
    portal.send_orders()
    portal.hold("age: 10m, over: 1")

    portal.clock.at += 10 * MINUTE
    ran = portal.send_orders()

    assert (ran.step.code, ran.step.not_before) == ("hold-value", None)


def test_h14_each_piece_of_an_order_is_judged_by_itself(portal: Holding) -> None:
    portal.hold("over: 25")
    portal.place("1001", line("MUG", 2), line("CUP", 1))
    portal.send_orders()
    assert not portal.is_sent()

    pieces = split(portal.shop, "1001", (2, 0), (0, 1))
    portal.send_orders()

    assert [portal.is_sent(piece) for piece in pieces] == [True, True]


@pytest.mark.parametrize(
    "street",
    [
        "PO Box 12",
        "P.O. Box 12",
        "p.o.box 12",
        "P O Box 12",
        "POBOX 12",
        "PO Box #12",
        "Post Office Box 12",
        "Postfach 12",
        "Postfach 12 34 56",
        "Apartado 12",
        "Apartado de Correos 12",
        "Apartado Postal 12",
        "Boîte postale 12",
        "Boite Postale 12",
        "BP 12",
        "B.P. 12",
        "P.O. Box No. 12",
        "  po box 12, Leeds",
    ],
)
def test_h15_a_po_box_is_found(street: str) -> None:
    assert is_po_box(address(street1=street))
    assert is_po_box(address(street1="c/o Lovelace", street2=street))


@pytest.mark.parametrize(
    "street",
    [
        "Pobox Lane 3",
        "Postfachweg 3",
        "Packstation 101",
        "12 PO Box Street",
        "BP Station 4",
        "Box Hill 7",
        "Apartadohof 3",
        "Post Office Road 12",
        "Bpstreet 3",
        "",
    ],
)
def test_h15_a_street_is_no_po_box(street: str) -> None:
    assert not is_po_box(address(street1=street))


def test_h15_only_methods_that_do_not_deliver_to_a_po_box_hold() -> None:
    config = HoldConfig(po_box=("UPS*", "FedEx*"))
    to = address(street1="PO Box 12")

    by_ups = judged(config, ship_to=to, method="ups ground")

    assert by_ups
    assert (by_ups.code, by_ups.reason) == (
        "hold-po-box",
        'goes to a PO box by a method that matches "UPS*"',
    )
    assert judged(config, ship_to=to, method="USPS Priority") is None
    assert judged(config, ship_to=to, method="UPS", needs_shipping=False) is None


@pytest.mark.parametrize(
    ("country", "reason"),
    [
        ("GB", ""),
        ("gb", ""),
        ("FR", "goes to FR, which is not in `countries`"),
        ("England", "has a country that is not a code of two letters"),
        ("", "has a country that is not a code of two letters"),
    ],
)
def test_h16_countries_are_compared_as_codes(country: str, reason: str) -> None:
    config = HoldConfig(countries=("GB", "IE"))  # type: ignore[arg-type]

    decision = judged(config, ship_to=address(country=country))

    assert (decision.code if decision else "") == ("hold-country" if reason else "")
    assert (decision.reason if decision else "") == reason
    assert judged(config, ship_to=address(country=country), needs_shipping=False) is None


def test_h18_a_dry_run_shows_held_orders_with_their_time(portal: Holding) -> None:
    placed_at = portal.place().placed_at

    preview = previewed(portal.path, TASK, "shop-northwind", portal.clock)

    [step] = preview.steps
    assert (step.state, step.code) == ("held", "hold-age")
    assert step.not_before == (placed_at or NOON) + 30 * MINUTE


@pytest.mark.parametrize(
    ("price", "over", "is_held"),
    [("10.00", "20", False), ("10.01", "20", True), (None, "20", True), ("0", "0", False)],
)
def test_value_is_that_of_this_suppliers_lines(price: str | None, over: str, is_held: bool) -> None:
    lines = (line(quantity=2, unit_price=price and Decimal(price)),)

    decision = judged(HoldConfig(over=Decimal(over)), lines=lines)

    assert (decision is not None) == is_held


def test_lines_of_other_suppliers_do_not_count(portal: Holding) -> None:
    text = portal.path.read_text()
    portal.place("1001", line("MUG", 1), line("SOFA", 1, unit_price=Decimal(900)))
    portal.path.write_text(
        text.replace("hold: {age: 30m}", "hold: {over: 100}\n    products: {skus: [M*]}")
    )

    assert portal.send_orders().counts == {"done": 1}


def test_h7_an_order_that_is_held_too_long_needs_the_operator(portal: Holding) -> None:
    portal.hold("over: 1, longest: 2d")
    portal.place()
    portal.send_orders()
    portal.clock.at += timedelta(days=2) - 2 * MINUTE
    before = portal.attention()
    portal.clock.at += 3 * MINUTE

    [entry] = portal.attention()

    assert before == []
    assert (entry.code, entry.severity) == ("hold-value", "normal")
    assert entry.command == "ordosync orders release 1001"
    # It is a separate problem, which alerts report.
    assert [*problems_of([entry], load_config(portal.path).portals)] == [entry.key]
    assert portal.send_orders().counts == {"skipped": 1}
    assert not portal.is_sent()


def test_h7_an_order_is_held_for_the_time_since_it_was_first_held(portal: Holding) -> None:
    portal.hold("age: 20h, over: 1, longest: 1d")
    portal.place()
    for _ in range(25):
        portal.send_orders()
        portal.clock.at += timedelta(hours=1)

    assert [entry.subject for entry in portal.attention()] == ["1001"]


def test_h8_held_orders_are_sold_and_not_sent(portal: Holding) -> None:
    portal.hold("over: 1")
    for desk in (portal.shop, portal.northwind):
        succeeded(desk.add_product(Product(id="", sku="MUG", name="A mug"), supplier=SUPPLIER))
    portal.run("import-products")
    succeeded(portal.northwind.set_stock("MUG", "main", 10))
    portal.place("1001", line("MUG", 3))
    portal.send_orders()

    portal.run("write-inventory-back")

    assert available(portal.shop, "MUG") == 7


def test_h17_orders_that_both_accounts_have_are_linked_although_a_rule_would_hold_them(
    portal: Holding,
) -> None:
    portal.hold("over: 1")
    portal.place()
    portal.send_orders()
    succeeded(portal.northwind.add_order(order("1001"), supplier=None))

    adopted = ordosync(portal.folder, "import-orders", "shop-northwind", "--adopt", "--json").json

    assert [entry["merchant"] for entry in adopted["adoptions"]] == ["1001"]
    assert portal.send_orders().counts == {"unchanged": 1}
    assert portal.step().state == "done"


def test_no_value_price_or_address_is_in_the_reason(portal: Holding) -> None:
    portal.hold("over: 1, countries: [US], po_box: ['*']")
    portal.place(
        "1001",
        line("MUG", 3, unit_price=Decimal("471.47")),
        ship_to=address(street1="PO Box 4711", country="Canaria Street 17"),
    )

    reason = portal.send_orders().step.reason or ""

    assert reason == (
        "is worth more than 1 GBP; has a country that is not a code of two letters;"
        ' goes to a PO box by a method that matches "*"'
    )
