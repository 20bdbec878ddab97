"""Promises about the full list of orders that `reconcile` compares."""

from collections.abc import Mapping

import pytest

from ordosync.accounts.account import Role
from ordosync.models import OrderSnapshot
from tests.accounts.contract.account import AsMerchant, AsSupplier, quantities, read
from tests.accounts.contract.examples import line, order, parcel, sold
from tests.accounts.contract.merchant_splits import partition, requested
from tests.accounts.contract.opening import OpenMerchant, OpenSupplier
from tests.accounts.contract.people import MerchantPeople, People, SupplierPeople, needs


def standing(
    account: OpenMerchant | OpenSupplier, people: People, role: Role
) -> Mapping[str, OrderSnapshot]:
    """Read all snapshots by order id; fail if the account lists other records."""
    if not account.side.lists_all:
        pytest.skip(f"{account.side.kind} cannot list all orders of a {role}")
    snapshots, _ = read(account.listing.read(now=people.settle()))
    return {snapshot.order.id: snapshot for snapshot in snapshots}


def labels(snapshot: OrderSnapshot) -> list[str]:
    return [shipment.tracking_number for shipment in snapshot.shipments if not shipment.voided]


class StandingAtMerchant(AsMerchant):
    """Listing of every order that was ever requested from the Supplier."""

    def test_all_orders_are_listed_over_pages(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        ids = people.request_all([sold(f"{1000 + n}") for n in range(self.many)])

        snapshots = standing(account, people, "merchant")

        assert {*ids} <= {*snapshots}
        assert {snapshots[id_].order.status for id_ in ids} == {"dropshipment_requested"}
        assert quantities(snapshots[ids[0]].order) == [("MUG", 1)]

    @needs("cancel-orders")
    def test_cancelled_order_is_listed(self, account: OpenMerchant, people: MerchantPeople) -> None:
        order_id = people.request(sold("1001"))
        people.cancel(order_id)

        assert standing(account, people, "merchant")[order_id].order.status == "cancelled"

    @needs("update-tracking")
    def test_reported_and_voided_numbers_are_listed(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        first, second = people.request_all([sold("1001"), sold("1002")])
        account.tracking.add([parcel(first, "1Z1"), parcel(second, "1Z2", id="s-2")])
        account.tracking.void([parcel(second, "1Z2", id="s-2", voided=True)])

        snapshots = standing(account, people, "merchant")

        assert (labels(snapshots[first]), labels(snapshots[second])) == (["1Z1"], [])
        assert snapshots[first].order.status == snapshots[second].order.status == "shipped"

    @needs("split-order")
    def test_pieces_have_their_ancestors_and_line_ids(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        split = partition(requested(account, people, "MUG", "CUP"), (1, 0), (2, 3))
        [made] = account.splits.split([split])
        first, second = (piece.id for piece in made.pieces)

        snapshots = standing(account, people, "merchant")

        assert (
            snapshots[first].order.ancestors
            == snapshots[second].order.ancestors
            == (split.order_id,)
        )
        assert snapshots[second].order.reference in ("", split.pieces[1].reference)
        assert quantities(snapshots[second].order) == [("MUG", 2), ("CUP", 3)]
        assert [line.id for line in snapshots[second].order.lines] == [
            line.id for line in made.pieces[1].lines
        ]
        assert snapshots[second].order.status == "dropshipment_requested"
        assert split.order_id not in snapshots or snapshots[split.order_id].order.is_split

    @needs("reassigning")
    def test_order_of_another_supplier_is_not_the_portals(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        people.reassign(order_id)

        assert not standing(account, people, "merchant")[order_id].is_ours


class StandingAtSupplier(AsSupplier):
    """Listing of every order that carries a reference."""

    def test_orders_keep_their_references(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        made = account.orders.create(
            [order("1001", line("MUG", 2, id="a"), line("CUP", 1, id="b")), order("1002")]
        )

        snapshots = standing(account, people, "supplier")

        assert [snapshots[outcome.id].order.reference for outcome in made] == [
            "origin:1001#1",
            "origin:1002#1",
        ]
        assert snapshots[made[0].id].order.number == "1001"
        assert quantities(snapshots[made[0].id].order) == [("MUG", 2), ("CUP", 1)]
        assert tuple(line.id for line in snapshots[made[0].id].order.lines) == made[0].line_ids

    @needs("cancel-orders")
    def test_cancelled_order_keeps_its_reference(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [made] = account.orders.create([order("1001")])
        people.cancel(made.id)

        snapshot = standing(account, people, "supplier")[made.id]

        assert (snapshot.order.status, snapshot.order.reference) == ("cancelled", "origin:1001#1")

    @needs("update-tracking")
    def test_label_is_listed_until_it_is_deleted(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        first, second = account.orders.create([order("1001"), order("1002")])
        for outcome, number in ((first, "1Z1"), (second, "1Z2")):
            people.ship(outcome.id, parcel(number=number))
        people.void(second.id)

        snapshots = standing(account, people, "supplier")

        assert (labels(snapshots[first.id]), labels(snapshots[second.id])) == (["1Z1"], [])
        [shipment] = [shipment for shipment in snapshots[first.id].shipments if not shipment.voided]
        shipments, _ = read(account.shipments.by_id([shipment.id]))
        assert [getattr(shipment, "tracking_number", None) for shipment in shipments] == ["1Z1"]

    @needs("split-order", "piece-orders")
    def test_pieces_lead_to_the_reference_of_their_order(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [made] = account.orders.create([order("1001", line("MUG", 3))])
        pieces = people.split(made.id, (1,), (2,))

        snapshots = standing(account, people, "supplier")

        assert [snapshots[piece].order.ancestors for piece in pieces] == [(made.id,)] * 2
        family = [snapshots[piece].order for piece in (*pieces, made.id) if piece in snapshots]
        assert {order.reference for order in family} - {""} == {"origin:1001#1"}
