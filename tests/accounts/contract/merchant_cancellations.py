"""Promises about the orders that a Merchant cancelled."""

from ordosync.accounts.account import ReadRequest
from tests.accounts.contract.account import AsMerchant, read, whole_orders
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.contract.people import MerchantPeople, needs


@needs("cancel-orders")
class CancelledOrders(AsMerchant):
    """Reading of cancelled orders: since a cursor, and at this moment."""

    def test_only_cancelled_orders_are_read(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        cancelled, _ = people.request_all([sold("1001"), sold("1002")])
        people.cancel(cancelled)

        cancellations, _ = read(
            account.cancellations.changed(ReadRequest(cursor=None, now=people.settle()))
        )

        assert whole_orders(cancellations) == [cancelled]

    def test_cancelled_orders_are_read_since_the_cursor(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        first, second = people.request_all([sold("1001"), sold("1002")])
        people.cancel(first)
        _, cursor = read(
            account.cancellations.changed(ReadRequest(cursor=None, now=people.settle()))
        )
        people.cancel(second)

        later, _ = read(
            account.cancellations.changed(ReadRequest(cursor=cursor, now=people.settle())),
            since=cursor,
        )

        assert second in whole_orders(later)
        assert {*whole_orders(later)} <= {first, second}

    def test_each_of_many_cancelled_orders_is_read_once(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        placed = people.request_all([sold(str(number)) for number in range(self.many)])
        for order_id in placed:
            people.cancel(order_id)

        cancellations, _ = read(
            account.cancellations.changed(ReadRequest(cursor=None, now=people.settle()))
        )

        assert sorted(whole_orders(cancellations)) == sorted(placed)

    def test_cancelled_orders_among_given_ids_are_returned(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        cancelled, other = people.request_all([sold("1001"), sold("1002")])
        people.cancel(cancelled)

        cancelled_ids = account.cancellations.among([other, people.unknown_id, cancelled])

        assert cancelled_ids == {cancelled}
        assert account.cancellations.among([]) == frozenset()

    @needs("requesting-again")
    def test_order_that_is_requested_again_is_not_cancelled(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        people.cancel(order_id)
        people.request_again(order_id)

        assert account.cancellations.among([order_id]) == frozenset()
        request = ReadRequest(cursor=None, now=people.settle())
        assert whole_orders(read(account.cancellations.changed(request))[0]) == []

    @needs("cancelled-units", "parcels")
    def test_f9_order_that_is_cancelled_in_part_has_its_open_units(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001", line("CUP", 2), line("MUG", 1)))
        people.cancel_units(order_id, 1, 0)

        [cancellation], _ = read(
            account.cancellations.changed(ReadRequest(cursor=None, now=people.settle()))
        )

        assert cancellation.order_id == order_id
        assert sorted(part.quantity for part in cancellation.lines or ()) == [1, 1]
        assert account.cancellations.among([order_id]) == frozenset()

    @needs("update-tracking")
    def test_shipped_order_is_not_cancelled(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        account.tracking.add([parcel(order_id)])

        assert account.cancellations.among([order_id]) == frozenset()
        request = ReadRequest(cursor=None, now=people.settle())
        assert whole_orders(read(account.cancellations.changed(request))[0]) == []
