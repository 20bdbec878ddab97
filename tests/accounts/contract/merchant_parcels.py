"""Promises about the parcels of an order at a Merchant; P and F are rules of lifecycle.md 3.3."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from ordosync.models import ParcelLine, Shipment
from tests.accounts.contract.account import AsMerchant
from tests.accounts.contract.examples import line, parcel, product, sold
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.contract.people import MerchantPeople, needs


def lines_of(account: OpenMerchant, order_id: str) -> Mapping[str, tuple[str, int]]:
    """Return the id and the open units of each line of a requested order, by SKU."""
    [order] = [item for page in account.orders.by_id([order_id]) for item in page.items]
    lines = getattr(order, "lines", ())
    return {each.sku: (each.id, each.quantity) for each in lines}


def placed(account: OpenMerchant, people: MerchantPeople) -> tuple[str, Mapping[str, str]]:
    """Place an order of two CUP and one MUG; return its id and the ids of its lines by SKU."""
    order_id = people.request(sold("1001", line("CUP", 2), line("MUG", 1)))
    return order_id, {sku: id_ for sku, (id_, _) in lines_of(account, order_id).items()}


def part(order_id: str, ids: Mapping[str, str], number: str = "1Z1", **units: int) -> Shipment:
    """Return a parcel with these units of the lines, of which the order has more."""
    lines = tuple(
        ParcelLine(line_id=ids[sku], quantity=count, sku=sku) for sku, count in units.items()
    )
    return parcel(order_id, number, id=f"s-{number}", lines=lines, is_last=False)


@needs("update-tracking", "parcels")
class PartialShipments(AsMerchant):
    """Writes of parcels that hold a part of an order."""

    @needs("parcel-lines")
    def test_p1_part_of_an_order_is_sent_and_the_rest_stays_open(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id, ids = placed(account, people)

        [outcome] = account.tracking.add([part(order_id, ids, CUP=1)])

        assert outcome.state == "done", outcome
        assert people.sent_units(order_id) == {"CUP": 1}
        assert people.all_numbers(order_id) == ["1Z1"]
        rest = outcome.pieces[1].id if outcome.pieces else order_id
        assert people.status(rest) in ("dropshipment_requested", "partially_shipped")
        if "shipped-orders" not in people.lacks:
            open_units = {sku: units for sku, (_, units) in lines_of(account, rest).items()}
            assert open_units == {"CUP": 1, "MUG": 1}

    @needs("parcel-lines")
    def test_order_is_shipped_with_its_last_parcel(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id, ids = placed(account, people)
        [first] = account.tracking.add([part(order_id, ids, CUP=1)])
        if first.pieces:
            last = parcel(first.pieces[1].id, "1Z2", id="s-1Z2")
        else:
            lines = part(order_id, ids, CUP=1, MUG=1).lines
            last = parcel(order_id, "1Z2", id="s-1Z2", lines=lines, is_last=True)

        [outcome] = account.tracking.add([last])

        assert outcome.state == "done", outcome
        assert people.status(last.order_id) == "shipped"
        assert people.sent_units(order_id) == {"CUP": 2, "MUG": 1}
        assert sorted(people.all_numbers(order_id)) == ["1Z1", "1Z2"]

    @needs("parcel-lines")
    def test_same_part_again_is_unchanged(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id, ids = placed(account, people)
        rest = (
            ParcelLine(line_id=ids["CUP"], quantity=1),
            ParcelLine(line_id=ids["MUG"], quantity=1),
        )
        shipment = replace(part(order_id, ids, CUP=1), rest=rest)

        first, second = (account.tracking.add([shipment])[0] for _ in range(2))

        assert (first.state, second.state) == ("done", "unchanged")
        assert second.pieces == first.pieces
        assert people.sent_units(order_id) == {"CUP": 1}
        assert people.all_numbers(order_id) == ["1Z1"]

    @needs("bare-numbers")
    def test_p3_number_without_units_leaves_the_order_open(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id, _ = placed(account, people)

        [outcome] = account.tracking.add([parcel(order_id, "1Z1", is_last=False)])

        assert outcome.state == "done", outcome
        assert people.all_numbers(order_id) == ["1Z1"]
        assert people.status(order_id) in ("dropshipment_requested", "partially_shipped")

    @needs("bare-numbers")
    def test_p3_number_that_was_there_without_units_gets_them_when_the_order_is_complete(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id, _ = placed(account, people)
        account.tracking.add([parcel(order_id, "1Z1", is_last=False)])

        [outcome] = account.tracking.add([parcel(order_id, "1Z1")])

        assert outcome.state in ("done", "unchanged"), outcome
        assert people.all_numbers(order_id) == ["1Z1"]
        assert people.status(order_id) == "shipped"

    @needs("more-numbers")
    def test_p4_further_number_of_a_shipped_order_is_added(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id, _ = placed(account, people)
        account.tracking.add([parcel(order_id, "1Z1", id="s-1")])

        outcomes = [
            account.tracking.add([parcel(order_id, "1Z2", id="s-2", is_last=False)])[0]
            for _ in range(2)
        ]

        assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
        assert sorted(people.all_numbers(order_id)) == ["1Z1", "1Z2"]
        assert people.status(order_id) == "shipped"

    @needs("parcel-lines")
    def test_p6_more_units_than_are_open_are_refused(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        if "known-ids" in people.lacks:
            pytest.skip("the account does not know the open units")
        order_id, ids = placed(account, people)

        [outcome] = account.tracking.add([part(order_id, ids, MUG=2)])

        assert (outcome.state, outcome.code) == ("refused", "more-than-ordered")
        assert people.all_numbers(order_id) == []
        assert people.sent_units(order_id) == {}

    @needs("parcel-lines")
    def test_p9_void_of_one_of_two_parcels_leaves_the_other(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id, ids = placed(account, people)
        first = part(order_id, ids, "1Z1", CUP=1)
        [outcome] = account.tracking.add([first])
        rest = outcome.pieces[1].id if outcome.pieces else order_id
        ids = {sku: id_ for sku, (id_, _) in lines_of(account, rest).items()} or ids
        account.tracking.add([part(rest, ids, "1Z2", MUG=1)])
        piece = outcome.pieces[0].id if outcome.pieces else order_id

        [voided] = account.tracking.void([parcel(piece, "1Z1", id=first.id, voided=True)])

        assert voided.state == "done"
        assert people.all_numbers(order_id) == ["1Z2"]

    @needs("more-numbers")
    def test_p12_all_numbers_of_one_parcel_are_shown(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id, _ = placed(account, people)
        shipment = parcel(order_id, "1Z1", more_numbers=("1Z2", "1Z3"))

        states = [account.tracking.add([shipment])[0].state for _ in range(2)]

        assert states == ["done", "unchanged"]
        assert sorted(people.all_numbers(order_id)) == ["1Z1", "1Z2", "1Z3"]
        assert people.status(order_id) == "shipped"

    @needs("parcel-lines", "write-inventory-back")
    def test_stock_stays_as_it_was_when_a_part_is_sent(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        people.add_product(product("CUP"))
        people.add_product(product("MUG"))
        people.count("CUP", 10)
        order_id, ids = placed(account, people)
        before = people.physical("CUP")

        account.tracking.add([part(order_id, ids, CUP=1)])

        assert people.physical("CUP") == before
