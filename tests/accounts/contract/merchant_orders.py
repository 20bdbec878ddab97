"""Promises about the orders that a Merchant has for this portal's Supplier."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.models import Comment, InvalidRecord, Order
from tests.accounts.contract.account import AsMerchant, comparable, quantities, read, usable
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.contract.people import MerchantPeople, needs


def is_read(account: OpenMerchant, order_id: str) -> bool:
    """True if reading the order by its id returns it as an order to ship."""
    items, _ = read(account.orders.by_id([order_id]))
    return any(isinstance(item, Order) for item in items)


def to_ship(items: Sequence[Order | InvalidRecord]) -> list[str]:
    """Return the ids of the orders; every other item must be a skipped record."""
    assert all(isinstance(order, Order) or order.is_skipped for order in items)
    return [order.id for order in items if isinstance(order, Order)]


class RequestedOrders(AsMerchant):
    """Reading of the orders that are requested from the Supplier."""

    def test_empty_account_has_no_orders(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        assert read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))[0] == []
        assert read(account.orders.by_id([]))[0] == []

    def test_requested_order_is_read_as_it_was_placed(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        placed = sold("1001", line("MUG", 2), line("CUP", 1, unit_price=Decimal("19.99")))
        order_id = people.request(placed)

        [order] = usable(
            read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        assert order.id == order_id
        is_known = "shipped-orders" not in people.lacks
        assert order.status == ("dropshipment_requested" if is_known else "")
        assert order.ship_to == placed.ship_to
        lines, placed_lines = order.lines, comparable(placed, people).lines
        assert quantities(order) == [(line.sku, line.quantity) for line in placed_lines]
        assert [line.name for line in lines] == [line.name for line in placed_lines]
        assert [line.unit_price for line in lines] == [line.unit_price for line in placed_lines]
        assert order.currency == placed.currency

    def test_requested_orders_have_numbers_and_dates_of_their_own(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        people.request_all([sold("1001", line("MUG"), line("MUG", 2)), sold("1002")])

        orders = usable(
            read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        assert len({order.number for order in orders}) == 2
        assert len({line.id for order in orders for line in order.lines}) == 3
        for order in orders:
            assert order.number
            assert order.content
            assert not order.is_split
            assert order.placed_at is None or order.placed_at.tzinfo is not None

    @needs("own-orders")
    def test_only_the_portals_own_orders_are_read(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        own = people.take(sold("1001"))
        requested = people.request(sold("1002"))

        orders, _ = read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))
        again, _ = read(account.orders.by_id([own, requested]))

        assert to_ship(orders) == to_ship(again) == [requested]

    def test_each_of_many_orders_is_in_one_page(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        placed = people.request_all([sold(str(number)) for number in range(self.many)])

        orders = usable(
            read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        assert sorted(order.id for order in orders) == sorted(placed)

    def test_next_read_continues_at_the_cursor(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        people.request_all([sold("1001"), sold("1002")])
        before, cursor = read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))
        newer = people.request(sold("1003"))

        after, _ = read(
            account.orders.changed(ReadRequest(cursor=cursor, now=people.settle())), since=cursor
        )

        assert newer in {order.id for order in after}
        again = {order.id: order.content for order in after if order.id != newer}
        assert again.items() <= {order.id: order.content for order in before}.items()

    def test_cursor_of_an_empty_read_loses_no_order(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        people.request(sold("1001"))
        _, cursor = read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))
        _, cursor = read(
            account.orders.changed(ReadRequest(cursor=cursor, now=people.settle())), since=cursor
        )
        newer = people.request(sold("1002"))

        after, _ = read(
            account.orders.changed(ReadRequest(cursor=cursor, now=people.settle())), since=cursor
        )

        assert newer in {order.id for order in after}

    @needs("cancel-orders")
    def test_no_order_is_skipped_when_some_change_between_two_pages(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        placed = people.request_all([sold(str(number)) for number in range(self.many)])

        pages = account.orders.changed(ReadRequest(cursor=None, now=people.settle()))
        first = next(pages)
        cancelled_ids = [order.id for order in first.items[:3]]
        for order_id in cancelled_ids:
            people.cancel(order_id)
        newer = people.request(sold("new"))
        remaining, cursor = read(pages)
        later, _ = read(
            account.orders.changed(ReadRequest(cursor=cursor, now=people.settle())), since=cursor
        )

        read_ids = {order.id for order in (*first.items, *remaining, *later)}
        assert {*placed, newer} - {*cancelled_ids} <= read_ids

    @needs("cancel-orders")
    def test_cancelled_order_is_not_read(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        before, after = people.request(sold("1001")), people.request(sold("1002"))
        people.cancel(before)

        orders, cursor = read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))
        people.cancel(after)
        later, _ = read(
            account.orders.changed(ReadRequest(cursor=cursor, now=people.settle())), since=cursor
        )

        assert to_ship(orders) == [after]
        assert later == []
        assert not is_read(account, before)

    @needs("cancel-orders", "requesting-again")
    def test_order_that_is_requested_again_is_read_again(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        people.cancel(order_id)
        _, cursor = read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))
        people.request_again(order_id)

        later = usable(
            read(
                account.orders.changed(ReadRequest(cursor=cursor, now=people.settle())),
                since=cursor,
            )[0]
        )

        assert [order.id for order in later] == [order_id]

    @needs("update-tracking", "shipped-orders")
    def test_shipped_order_is_not_read(self, account: OpenMerchant, people: MerchantPeople) -> None:
        order_id = people.request(sold("1001"))
        account.tracking.add([parcel(order_id)])

        orders, _ = read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))

        assert orders == []
        assert not is_read(account, order_id)

    @needs("relisting")
    def test_sequence_of_lines_does_not_change_the_content(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001", line("MUG", 2), line("CUP"), line("BOX", 3)))
        [before] = usable(read(account.orders.by_id([order_id]))[0])

        people.relist(order_id)

        [after] = usable(read(account.orders.by_id([order_id]))[0])
        assert replace(after, as_of=before.as_of) == before

    @needs("reassigning")
    def test_order_of_another_supplier_is_skipped_as_reassigned(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        _, cursor = read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))
        people.reassign(order_id)

        [order] = read(
            account.orders.changed(ReadRequest(cursor=cursor, now=people.settle())), since=cursor
        )[0]

        assert isinstance(order, InvalidRecord)
        assert (order.id, order.code, order.is_skipped) == (order_id, "reassigned", True)

    def test_orders_are_read_by_id_as_they_are_now(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        placed = people.request_all([sold(str(number)) for number in range(3)])
        first, _, third = usable(
            read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        orders = usable(read(account.orders.by_id([third.id, people.unknown_id, first.id]))[0])

        assert sorted(order.id for order in orders) == sorted([first.id, third.id])
        assert {first.id, third.id} <= {*placed}
        by_id = {order.id: order for order in orders}
        assert by_id == {first.id: first, third.id: third}

    @needs("comments")
    def test_comment_is_created_once(self, account: OpenMerchant, people: MerchantPeople) -> None:
        order_id = people.request(sold("1001"))
        remark = Comment(key="late:1", order_id=order_id, text="It is shipped already")
        another = Comment(key="late:2", order_id=order_id, text="Another remark")

        account.comment(
            [Comment(key="late:1", order_id=people.unknown_id, text="Nobody's"), remark]
        )
        account.comment([remark, another])

        texts = people.timeline(order_id)
        counts = [sum(it.text in text for text in texts) for it in (remark, another)]
        assert counts == [1, 1]
