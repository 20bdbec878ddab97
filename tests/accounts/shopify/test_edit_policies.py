"""Edits of a Merchant that the engine carries to a Supplier's shop, by the portal's policies.

E: the cases of lifecycle.md 1.6.
"""

from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace

from ordosync.accounts.shopify.ids import gid
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.fakes.shopify import Fault
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.rebuilding import lose, rebuilt
from tests.support.command import ordosync
from tests.support.runs import Ran

TASK = "import-orders"
STREET = "7 Canary Lane"
APPLY = {"edits": {"address": "apply", "lines": "apply", "notes": "apply"}}
HOLD = {"edits": {"address": "hold"}}


@pytest.fixture(name="pair")
def _pair(tmp_path: Path, shipper: ShopifySupplierPeople) -> Pair:
    pair = Pair(tmp_path, SqliteMerchantPeople(tmp_path, shipper.clock), shipper)
    pair.configure(**APPLY)
    return pair


@pytest.fixture(name="desk")
def _desk(pair: Pair) -> SqliteMerchantPeople:
    assert isinstance(pair.merchant, SqliteMerchantPeople)
    return pair.merchant


def street(shipper: ShopifySupplierPeople, supplier_id: str) -> str:
    address = shipper.fake.order(gid("Order", supplier_id)).shipping_address or {}
    return str(address["address1"])


def moved(pair: Pair, desk: SqliteMerchantPeople) -> tuple[str, str, Ran]:
    """Import an order, move its buyer, and run the task; return the ids and the run."""
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    desk.move(merchant_id, STREET)
    return merchant_id, supplier_id, pair.run(TASK)


def test_address_is_applied_once_and_never_shown(
    pair: Pair, desk: SqliteMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id, ran = moved(pair, desk)

    said = [*desk.timeline(merchant_id), *shipper.timeline(supplier_id)]
    assert (ran.step.state, ran.step.key) == ("done", "1001#1:edit")
    assert street(shipper, supplier_id) == STREET
    assert not any("Canary" in text for text in (*said, str(ran.step)))
    pair.stays_quiet(TASK, "split-order", "update-tracking")


def test_more_units_and_an_added_line_are_applied_and_their_parcels_reported(
    pair: Pair, desk: SqliteMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    """The added line is in a second fulfillment order, and the order is not split."""
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 1))
    desk.raise_units(merchant_id, 1, 0)
    desk.add_line(merchant_id, "PEN", 2)

    ran = pair.run(TASK)

    assert ran.step.state == "done", ran.step
    assert shipper.open_units(supplier_id) == {"MUG": 3, "CUP": 1, "PEN": 2}
    pair.stays_quiet(TASK, "split-order")
    shipper.ship(supplier_id, parcel(number="1Z1"))
    tracked = pair.run("update-tracking")
    assert tracked.counts == {"done": 1}, tracked.steps
    assert desk.sent_units(merchant_id) == {"MUG": 3, "CUP": 1, "PEN": 2}
    assert desk.status(merchant_id) == "shipped"
    pair.stays_quiet("update-tracking", "split-order", TASK)


def test_parcels_of_an_applied_edit_may_be_several(
    pair: Pair, desk: SqliteMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    desk.add_line(merchant_id, "PEN", 2)
    pair.run(TASK)
    first, second = shipper.fake.fulfillment_orders(gid("Order", supplier_id))
    shipper.fake.ship_piece(second.id, "1Z2")
    pair.run("update-tracking")
    status = desk.status(merchant_id)
    shipper.fake.ship_piece(first.id, "1Z1")

    pair.run("update-tracking")

    assert status == "partially_shipped"
    assert sorted(desk.all_numbers(merchant_id)) == ["1Z1", "1Z2"]
    assert desk.status(merchant_id) == "shipped"


def test_e8_address_of_the_open_rest_is_applied(
    tmp_path: Path, seller: ShopifyMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    """A local Merchant cannot edit an order of which a part is sent."""
    pair = Pair(tmp_path, seller, shipper)
    pair.configure(**APPLY)
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    shipper.ship_part(supplier_id, parcel(number="1Z1"), 1)
    pair.run("update-tracking")
    seller.move(merchant_id, STREET)

    ran = pair.run(TASK)

    assert ran.step.state == "done", ran.step
    assert street(shipper, supplier_id) == STREET


@pytest.mark.parametrize("raises", ["in place", "new"])
def test_e8_more_units_of_a_partly_sent_order_are_applied_and_reported(
    pair: Pair,
    desk: SqliteMerchantPeople,
    shipper: ShopifySupplierPeople,
    raises: Literal["in place", "new"],
) -> None:
    shipper.fake.switches.raised_quantity = raises
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 1))
    shipper.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    desk.raise_units(merchant_id, 2, 0)

    ran = pair.run(TASK)

    assert ran.step.state == "done", ran.step
    assert shipper.open_units(supplier_id) == {"MUG": 3, "CUP": 1}
    pair.run("update-tracking")
    shipper.ship(supplier_id, parcel(number="1Z2"))
    pair.run("update-tracking")
    assert desk.sent_units(merchant_id) == {"MUG": 4, "CUP": 1}
    assert desk.status(merchant_id) == "shipped"
    pair.stays_quiet(TASK, "split-order", "update-tracking")


def test_e9_address_is_applied_to_the_pieces(
    pair: Pair, desk: SqliteMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 1))
    shipper.split(supplier_id, (2, 0), (0, 1))
    desk.move(merchant_id, STREET)

    ran = pair.run(TASK)

    assert ran.step.state == "done", ran.step
    assert street(shipper, supplier_id) == STREET


def test_e10_parcel_that_is_sent_at_the_same_time_is_reported(
    pair: Pair, desk: SqliteMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    desk.move(merchant_id, STREET)

    def ship() -> None:
        shipper.ship_part(supplier_id, parcel(number="1Z1"), 1)

    shipper.fake.faults.add(Fault(kind="callback", path="#ChangeOrder$", do=ship))

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "raced")


def test_e12_address_that_the_suppliers_users_changed_is_not_overwritten(
    pair: Pair, desk: SqliteMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    shipper.fake.change_address(gid("Order", supplier_id), address1="9 Their Road")
    desk.move(merchant_id, STREET)

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "changed-there")
    assert street(shipper, supplier_id) == "9 Their Road"


def test_e13_address_that_the_shop_refuses_is_reported_with_its_words(
    pair: Pair, desk: SqliteMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    ship_to = replace(sold("1001").ship_to, state="IL", country="US")
    merchant_id = desk.request(sold("1001", line("MUG", 2), ship_to=ship_to))
    pair.run(TASK)
    desk.move(merchant_id, STREET)

    ran, again = pair.run(TASK), pair.run(TASK)

    assert (ran.step.state, "Enter a ZIP code" in (ran.step.reason or "")) == ("failed", True)
    assert "Canary" not in str(ran.step)
    assert again.steps == ()
    assert len(shipper.fake.effects("order updated")) == 0


def test_e28_address_that_the_fulfillment_orders_do_not_take_is_reported(
    pair: Pair, desk: SqliteMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    shipper.fake.switches.destination_lag_s = 10**7

    _, _, ran = moved(pair, desk)

    assert (ran.step.state, ran.step.code) == ("failed", "not-taken")


def test_held_order_is_released_when_the_edit_is_taken_back(
    pair: Pair, desk: SqliteMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    pair.configure(**HOLD)
    merchant_id, supplier_id, ran = moved(pair, desk)
    is_held = shipper.is_held(supplier_id)
    pair.stays_quiet(TASK)
    desk.move(merchant_id, sold("1001").ship_to.street1)

    back = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "edit-held")
    assert is_held
    assert (back.step.state, back.step.code) == ("done", "taken-back")
    assert not shipper.is_held(supplier_id)


@pytest.mark.parametrize(
    ("edits", "scope"),
    [
        ({"address": "hold"}, "write_merchant_managed_fulfillment_orders"),
        ({"lines": "apply"}, "write_order_edits"),
    ],
)
def test_check_names_the_scopes_that_the_policies_need(
    pair: Pair, shipper: ShopifySupplierPeople, edits: dict[str, str], scope: str
) -> None:
    problem = f"the token lacks the scopes {scope}"
    pair.configure(edits=edits)
    granted = ordosync(pair.folder, "config", "check", "--online")
    shipper.fake.shop.scopes.discard(scope)

    missing = ordosync(pair.folder, "config", "check", "--online")
    pair.configure(edits={"address": "apply"})
    unneeded = ordosync(pair.folder, "config", "check", "--online")

    assert problem not in granted.out + granted.err
    assert problem in missing.out + missing.err
    assert missing.code != 0
    assert problem not in unneeded.out + unneeded.err


def test_rebuilt_store_has_the_added_units_and_no_split(
    pair: Pair, desk: SqliteMerchantPeople, shipper: ShopifySupplierPeople
) -> None:
    """The record of the added units is at the shop, not in the store."""
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    desk.add_line(merchant_id, "PEN", 2)
    pair.run(TASK)
    shipper.ship_part(supplier_id, parcel(number="1Z1"), 2, 1)
    pair.run("update-tracking")
    lose(pair)

    rebuilt(pair)

    shipper.ship(supplier_id, parcel(number="1Z2"))
    assert pair.run(TASK).steps == pair.run("split-order").steps == ()
    assert pair.run("update-tracking").count("done") == 1
    assert desk.sent_units(merchant_id) == {"MUG": 2, "PEN": 2}
    assert desk.status(merchant_id) == "shipped"
