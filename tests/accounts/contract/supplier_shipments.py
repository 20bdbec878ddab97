"""Promises about the parcels that a Supplier sent."""

from collections.abc import Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.models import InvalidRecord, Shipment
from tests.accounts.contract.account import AsSupplier, read, usable
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.contract.people import SupplierPeople, expected_tracking, needs


def created(account: OpenSupplier, *numbers: str) -> list[str]:
    """Create orders; return their ids."""
    return [outcome.id for outcome in account.orders.create([order(number) for number in numbers])]


def sent(items: Sequence[Shipment | InvalidRecord]) -> list[tuple[str, str, bool]]:
    """Return order, number and whether it is void, of each shipment with a number.

    Some services forget a deleted label; they show an open order as one without a number.
    """
    return [
        (shipment.order_id, shipment.tracking_number, shipment.voided)
        for shipment in usable([*items])
        if shipment.tracking_number
    ]


@needs("update-tracking")
class SentShipments(AsSupplier):
    """Reading of shipments, and their sequence."""

    def test_open_order_has_no_shipment(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        created(account, "1001")

        assert (
            sent(read(account.shipments.changed(ReadRequest(cursor=None, now=people.settle())))[0])
            == []
        )
        assert read(account.shipments.by_id([]))[0] == []

    def test_parcel_is_read_as_it_was_sent(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [order_id] = created(account, "1001")
        people.ship(order_id, parcel())

        [shipment] = usable(
            read(account.shipments.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        assert shipment.id
        assert (shipment.order_id, shipment.ancestors) == (order_id, ())
        assert expected_tracking(shipment) == expected_tracking(parcel(), people)
        assert shipment.shipped_at.tzinfo is not None

    def test_parcels_are_read_as_they_were_sent_the_oldest_first(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        first, second, third = created(account, "1001", "1002", "1003")
        for number, order_id in enumerate((second, third, first)):
            people.ship(order_id, parcel(number=f"1Z{number}"))
            people.settle()

        shipments, _ = read(
            account.shipments.changed(ReadRequest(cursor=None, now=people.settle()))
        )

        assert sent(shipments) == [
            (second, "1Z0", False),
            (third, "1Z1", False),
            (first, "1Z2", False),
        ]

    def test_each_of_many_parcels_is_in_one_page(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        ids = created(account, *(str(number) for number in range(self.many)))
        for number, order_id in enumerate(ids):
            people.ship(order_id, parcel(number=f"1Z{number}"))

        shipments = usable(
            read(account.shipments.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        assert sorted(shipment.order_id for shipment in shipments) == sorted(ids)
        assert len({shipment.id for shipment in shipments}) == self.many

    def test_next_read_continues_at_the_cursor(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        first, second = created(account, "1001", "1002")
        people.ship(first, parcel(number="1Z1"))
        before, cursor = read(
            account.shipments.changed(ReadRequest(cursor=None, now=people.settle()))
        )
        people.ship(second, parcel(number="1Z2"))

        after, _ = read(
            account.shipments.changed(ReadRequest(cursor=cursor, now=people.settle())), since=cursor
        )

        newer = (second, "1Z2", False)
        assert newer in sent(after)
        assert {*sent(after)} <= {*sent(before), newer}

    def test_voided_label_is_read_again(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [order_id] = created(account, "1001")
        people.ship(order_id, parcel())
        [before], cursor = read(
            account.shipments.changed(ReadRequest(cursor=None, now=people.settle()))
        )
        people.void(order_id)

        [after], _ = read(
            account.shipments.changed(ReadRequest(cursor=cursor, now=people.settle())), since=cursor
        )

        assert sent([before]) == [(order_id, "1Z1", False)]
        assert isinstance(before, Shipment)
        assert isinstance(after, Shipment)
        assert after.voided
        assert after.id in (before.id, order_id)  # the order's, if the label is forgotten
        assert after.tracking_number in ("1Z1", "")
        assert account.orders.statuses([order_id]) == {order_id: "awaiting_fulfillment"}

    @needs("voided-labels")
    def test_new_label_is_a_later_parcel(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [order_id] = created(account, "1001")
        people.ship(order_id, parcel(number="1Z1"))
        [first], _ = read(account.shipments.changed(ReadRequest(cursor=None, now=people.settle())))
        people.void(order_id)
        people.settle()
        people.ship(order_id, parcel(number="1Z2"))

        shipments, _ = read(
            account.shipments.changed(ReadRequest(cursor=None, now=people.settle()))
        )
        again, _ = read(account.shipments.by_id([first.id]))

        assert sent(shipments)[-1] == (order_id, "1Z2", False)
        assert sent(shipments)[:-1] == sent(again) == [(order_id, "1Z1", True)]

    @needs("voided-labels")
    def test_parcels_are_read_by_id_as_they_are_now(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        for order_id in created(account, "1001", "1002", "1003"):
            people.ship(order_id, parcel(number=f"1Z-{order_id}"))
        first, _, third = usable(
            read(account.shipments.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )
        people.void(third.order_id)

        shipments, _ = read(account.shipments.by_id([third.id, people.unknown_id, first.id]))

        assert {shipment.id for shipment in shipments} == {first.id, third.id}
        assert {*sent(shipments)} == {
            (first.order_id, first.tracking_number, False),
            (third.order_id, third.tracking_number, True),
        }

    @needs("split-order", "nested-splits")
    def test_parcel_of_a_piece_has_its_ancestors(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [outcome] = account.orders.create([order("1001", line("MUG", 3))])
        first, second = people.split(outcome.id, (1,), (2,))
        _, half = people.split(second, (1,), (1,))
        people.ship(first, parcel(number="1Z1"))
        people.settle()
        people.ship(half, parcel(number="1Z2"))

        shipments = usable(
            read(account.shipments.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        assert [
            (shipment.order_id, shipment.ancestors)
            for shipment in shipments
            if shipment.tracking_number
        ] == [
            (first, (outcome.id,)),
            (half, (second, outcome.id)),
        ]
