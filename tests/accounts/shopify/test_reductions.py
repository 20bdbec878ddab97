"""Units that are removed from a Supplier's order: by an edit, which needs an additional scope.

P, F and S are rules of lifecycle.md; parts are those of parts-at-services.md.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from ordosync.edits import Reduction
from ordosync.models import Outcome, ParcelLine
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.fakes.shopify import Fault
from tests.scenarios.pairs.pair import Pair
from tests.support.command import ordosync


def created(shipper: ShopifySupplierPeople) -> tuple[str, Mapping[str, str]]:
    """Create an order of two CUP and three MUG; return its id and the ids of its lines."""
    [made] = opened(shipper).orders.create([order("1001", line("CUP", 2), line("MUG", 3))])
    return made.id, dict(zip(("CUP", "MUG"), made.line_ids, strict=True))


def reduced(
    shipper: ShopifySupplierPeople, order_id: str, ids: Mapping[str, str], **units: int
) -> Outcome:
    lines = tuple(ParcelLine(line_id=ids[sku], quantity=count) for sku, count in units.items())
    reduction = Reduction(order_id=order_id, lines=lines)
    [outcome] = opened(shipper).cancellations.reduce([reduction])
    return outcome


def in_piece(piece: str, ids: Mapping[str, str]) -> Mapping[str, str]:
    return {sku: f"{piece}:{id_}" for sku, id_ in ids.items()}


def edits(shipper: ShopifySupplierPeople) -> int:
    return len(shipper.fake.effects("order edited"))


def test_f5_rest_of_a_partly_sent_order_is_taken_off_and_restocked(
    shipper: ShopifySupplierPeople,
) -> None:
    """Lifecycle 2.4: `orderCancel` refuses outstanding fulfillments, and no e-mail is sent."""
    shipper.fake.add_product("MUG", on_hand=9)
    order_id, _ = created(shipper)
    shipper.ship_part(order_id, parcel(number="1Z1"), 0, 1)

    first = opened(shipper).cancellations.cancel([order_id])[0]
    again = opened(shipper).cancellations.cancel([order_id])[0]

    assert (first.state, first.id) == ("done", order_id)
    assert again.state == "unchanged"
    assert shipper.open_units(order_id) == {}
    assert shipper.fake.tracking(f"gid://shopify/Order/{order_id}") == ["1Z1"]
    assert (shipper.fake.stock_of("MUG") or {})["available"] == 8
    assert shipper.fake.requests["CancelOrder"] == 0
    assert edits(shipper) == 1


def test_shipped_order_is_not_edited(shipper: ShopifySupplierPeople) -> None:
    order_id, ids = created(shipper)
    shipper.ship(order_id, parcel(number="1Z1"))

    whole = opened(shipper).cancellations.cancel([order_id])[0]
    less = reduced(shipper, order_id, ids, MUG=1)
    enough = reduced(shipper, order_id, ids, MUG=3)

    assert [(it.state, it.code) for it in (whole, less)] == [("refused", "already-shipped")] * 2
    assert enough.state == "unchanged"
    assert shipper.fake.requests["BeginEdit"] == 0


def test_s18_order_of_which_sent_units_were_refunded_is_shipped(
    shipper: ShopifySupplierPeople,
) -> None:
    """Part 1.5: `currentQuantity` fell, but no unit was removed."""
    order_id, _ = created(shipper)
    shipper.ship(order_id, parcel(number="1Z1"))
    shipper.fake.refund(f"gid://shopify/Order/{order_id}", {"MUG": 1}, "RETURN")

    [outcome] = opened(shipper).cancellations.cancel([order_id])

    assert (outcome.state, outcome.code) == ("refused", "already-shipped")


def test_units_are_taken_off_by_their_number_after_a_refund_of_sent_ones(
    shipper: ShopifySupplierPeople,
) -> None:
    """Difference 2: the current quantity lacks a unit that was sent, not one that is open."""
    order_id, ids = created(shipper)
    shipper.ship_part(order_id, parcel(number="1Z1"), 0, 1)
    shipper.fake.refund(f"gid://shopify/Order/{order_id}", {"MUG": 1}, "NO_RESTOCK")

    outcome = reduced(shipper, order_id, ids, MUG=2)

    assert outcome.state == "done"
    assert shipper.open_units(order_id) == {"CUP": 2, "MUG": 1}


def test_without_the_scope_nothing_is_taken_off_and_the_reason_says_what_to_grant(
    shipper: ShopifySupplierPeople,
) -> None:
    order_id, ids = created(shipper)
    shipper.fake.shop.scopes.discard("write_order_edits")
    less = reduced(shipper, order_id, ids, MUG=1)
    shipper.ship_part(order_id, parcel(number="1Z1"), 1, 0)

    [rest] = opened(shipper).cancellations.cancel([order_id])

    assert (less.state, less.code) == ("refused", "not-reducible")
    assert (rest.state, rest.code) == ("refused", "partially-shipped")
    for outcome in (less, rest):
        assert "the token lacks the scope write_order_edits: grant it" in outcome.reason
    assert shipper.open_units(order_id) == {"CUP": 1, "MUG": 3}
    assert shipper.fake.requests["BeginEdit"] == 0


def test_check_says_what_the_missing_scope_means(
    shipper: ShopifySupplierPeople, tmp_path: Path
) -> None:
    Pair(tmp_path, SqliteMerchantPeople(tmp_path, shipper.clock), shipper)
    may = ordosync(tmp_path, "config", "check", "--online")
    shipper.fake.shop.scopes.discard("write_order_edits")

    may_not = ordosync(tmp_path, "config", "check", "--online")

    text = "cannot remove units of an order that the Merchant cancels in part"
    assert text not in may.out + may.err
    assert text in may_not.out + may_not.err
    assert may_not.code == may.code


def test_order_that_was_sent_meanwhile_keeps_its_units(shipper: ShopifySupplierPeople) -> None:
    order_id, ids = created(shipper)

    def ship() -> None:
        shipper.ship_part(order_id, parcel(number="1Z1"), 0, 3)

    shipper.fake.faults.add(Fault(kind="callback", path="#CommitEdit$", do=ship))

    outcome = reduced(shipper, order_id, ids, MUG=1)

    assert (outcome.state, outcome.code) == ("refused", "not-reducible")
    assert edits(shipper) == 0
    assert shipper.open_units(order_id) == {"CUP": 2}


@pytest.mark.parametrize("step", ["BeginEdit", "SetQuantity", "CommitEdit"])
@pytest.mark.parametrize("kind", ["lost-reset", "lost-500", "unavailable", "twice"])
def test_edit_whose_answer_was_lost_takes_units_off_once(
    shipper: ShopifySupplierPeople, step: str, kind: str
) -> None:
    order_id, ids = created(shipper)
    shipper.fake.faults.add(Fault(kind=kind, path=f"#{step}$"))  # type: ignore[arg-type]

    first = reduced(shipper, order_id, ids, CUP=1, MUG=1)
    second = reduced(shipper, order_id, ids, CUP=1, MUG=1)

    assert first.state != "refused"
    assert second.state in ("done", "unchanged")
    assert shipper.open_units(order_id) == {"CUP": 1, "MUG": 1}
    assert edits(shipper) == 1


def test_piece_is_lowered_where_no_other_piece_has_its_line(shipper: ShopifySupplierPeople) -> None:
    """Which fulfillment order of a line shrinks is not known (part 1.5)."""
    order_id, ids = created(shipper)
    mugs, cups = shipper.split(order_id, (0, 3), (2, 0))

    lowered = reduced(shipper, mugs, in_piece(mugs, ids), MUG=1)
    emptied = reduced(shipper, cups, in_piece(cups, ids), CUP=0)

    assert (lowered.state, lowered.id) == ("done", mugs)
    assert (emptied.state, emptied.code) == ("refused", "not-reducible")
    assert shipper.open_units(order_id) == {"CUP": 2, "MUG": 1}


def test_piece_that_shares_its_line_is_not_lowered(shipper: ShopifySupplierPeople) -> None:
    order_id, ids = created(shipper)
    first, _ = shipper.split(order_id, (2, 2), (0, 1))

    outcome = reduced(shipper, first, in_piece(first, ids), MUG=1)

    assert (outcome.state, outcome.code) == ("refused", "not-reducible")
    assert edits(shipper) == 0


def test_p13_cancelled_piece_that_is_partly_sent_loses_its_rest(
    shipper: ShopifySupplierPeople,
) -> None:
    order_id, _ = created(shipper)
    mugs, cups = shipper.split(order_id, (0, 3), (2, 0))
    shipper.ship_part(mugs, parcel(number="1Z1"), 0, 1)

    outcomes = opened(shipper).cancellations.cancel([mugs, cups])

    assert [(it.state, it.code) for it in outcomes] == [("done", ""), ("refused", "piece")]
    assert shipper.open_units(order_id) == {"CUP": 2}


def test_calls_of_cancellations(shipper: ShopifySupplierPeople) -> None:
    """An open order costs as many calls as before; an edit has its three steps and two reads."""
    order_id, ids = created(shipper)
    [made] = opened(shipper).orders.create([order("1002")])
    before = Counter(shipper.fake.requests)
    opened(shipper).cancellations.cancel([made.id])
    cancelled = Counter(shipper.fake.requests) - before

    reduced(shipper, order_id, ids, MUG=1)

    assert cancelled == {"OrderStatuses": 2, "CancelOrder": 1, "CancelJob": 1}
    assert Counter(shipper.fake.requests) - before - cancelled == {
        "Shop": 1,
        "UnitsById": 2,
        "BeginEdit": 1,
        "SetQuantity": 1,
        "CommitEdit": 1,
    }
