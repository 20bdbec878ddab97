"""The promises about cancellations of a Supplier's orders."""

from contextlib import closing

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.errors import LeaseLostError
from tests.accounts.contract.account import AsSupplier, read
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import OpenSupplier, lose_lease, opened
from tests.accounts.contract.people import SupplierPeople, needs
from tests.support.clock import START


@needs("cancel-orders")
class CancelledOrders(AsSupplier):
    """Cancellation of open orders and, if requested, of shipped ones."""

    def test_open_order_is_cancelled_once(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        created, other = account.orders.create([order("1001"), order("1002")])

        outcomes = [account.cancellations.cancel([created.id])[0] for _ in range(2)]

        assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
        assert people.status(created.id) == "cancelled"
        assert account.orders.statuses([created.id]) == {created.id: "cancelled"}
        assert [order.id for order in people.orders()] == [other.id]

    def test_process_that_may_have_lost_its_lease_cancels_nothing(
        self, people: SupplierPeople
    ) -> None:
        with closing(opened(people)) as account:
            [created] = account.orders.create([order("1001")])
        lose_lease(people)

        with closing(opened(people)) as account, pytest.raises(LeaseLostError):
            account.cancellations.cancel([created.id])

        assert people.status(created.id) == "awaiting_fulfillment"

    def test_order_that_was_cancelled_by_hand_is_unchanged(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [created] = account.orders.create([order("1001")])
        people.cancel(created.id)

        [outcome] = account.cancellations.cancel([created.id])

        assert outcome.state == "unchanged"

    @needs("update-tracking")
    def test_shipped_order_refuses_and_keeps_its_label(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [created] = account.orders.create([order("1001")])
        people.ship(created.id, parcel())

        [outcome] = account.cancellations.cancel([created.id])

        assert (outcome.state, outcome.code) == ("refused", "already-shipped")
        assert people.status(created.id) == "shipped"
        [shipment], _ = read(
            account.shipments.changed(ReadRequest(cursor=None, now=people.settle()))
        )
        assert not getattr(shipment, "voided", True)

    @needs("update-tracking", "cancelled-shipped", "write-inventory-back")
    def test_shipped_order_is_cancelled_on_request_and_keeps_label_and_stock(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        people.count("MUG", 10)
        [created] = account.orders.create([order("1001", line("MUG", 2))])
        people.ship(created.id, parcel())
        before, _ = read(account.stock.all(ReadRequest(cursor=None, now=START)))

        [outcome] = account.cancellations.cancel([created.id], also_shipped=True)

        assert outcome.state == "done"
        assert people.status(created.id) == "cancelled"
        [shipment], _ = read(
            account.shipments.changed(ReadRequest(cursor=None, now=people.settle()))
        )
        assert not getattr(shipment, "voided", True)
        assert read(account.stock.all(ReadRequest(cursor=None, now=START)))[0] == before

    @needs("write-inventory-back")
    def test_cancelled_order_releases_its_stock(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        people.count("MUG", 10)
        before, _ = read(account.stock.all(ReadRequest(cursor=None, now=START)))
        [created] = account.orders.create([order("1001", line("MUG", 2))])

        account.cancellations.cancel([created.id])

        assert read(account.stock.all(ReadRequest(cursor=None, now=START)))[0] == before

    def test_unknown_order_is_refused_and_the_others_are_cancelled(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        first, second = account.orders.create([order("1001"), order("1002")])

        outcomes = account.cancellations.cancel([first.id, people.unknown_id, second.id])

        assert [outcome.state for outcome in outcomes] == ["done", "refused", "done"]
        assert outcomes[1].code == "not-found"
        assert people.orders() == []

    def test_empty_list_returns_no_outcomes(self, account: OpenSupplier) -> None:
        assert account.cancellations.cancel([]) == []
