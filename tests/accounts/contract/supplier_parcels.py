"""Promises about the parcels of an order at a Supplier; P and F are rules of lifecycle.md 3.3."""

from collections.abc import Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.edits import Reduction
from ordosync.models import ParcelLine, Shipment
from tests.accounts.contract.account import AsSupplier, read, usable
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.contract.people import SupplierPeople, needs
from tests.accounts.contract.supplier_stock import sellable


def created(account: OpenSupplier) -> tuple[str, Mapping[str, str]]:
    """Create an order of two CUP and one MUG; return its id and the ids of its lines by SKU."""
    [outcome] = account.orders.create([order("1001", line("CUP", 2), line("MUG", 1))])
    return outcome.id, dict(zip(("CUP", "MUG"), outcome.line_ids, strict=True))


def parcels(account: OpenSupplier, people: SupplierPeople) -> Sequence[Shipment]:
    """Return all shipments that have a number."""
    request = ReadRequest(cursor=None, now=people.settle())
    return [
        item for item in usable(read(account.shipments.changed(request))[0]) if item.tracking_number
    ]


def units(shipment: Shipment, ids: Mapping[str, str]) -> Mapping[str, int]:
    """Return the units of a parcel by SKU."""
    by_line = {part.line_id: part.quantity for part in shipment.lines or ()}
    return {sku: by_line[id_] for sku, id_ in ids.items() if id_ in by_line}


@needs("update-tracking", "parcels", "several-parcels")
class SeveralParcels(AsSupplier):
    """Reading of the parcels of one order."""

    def test_each_parcel_is_read_by_itself(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, ids = created(account)
        people.ship_part(order_id, parcel(number="1Z1"), 1, 0)
        [first] = parcels(account, people)
        people.ship_part(order_id, parcel(number="1Z2"), 1, 1)

        both = parcels(account, people)

        assert [shipment.tracking_number for shipment in both] == ["1Z1", "1Z2"]
        assert (first.order_id, first.is_last) == (order_id, False)
        assert both[0].id == first.id != both[1].id
        assert [shipment.is_last for shipment in both] == [True, True]
        if "parcel-lines" not in people.lacks:
            assert [units(shipment, ids) for shipment in both] == [
                {"CUP": 1},
                {"CUP": 1, "MUG": 1},
            ]

    @needs("write-inventory-back", "commitments")
    def test_available_stock_is_the_same_before_and_after_each_parcel_and_void(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        for sku in ("CUP", "MUG"):
            people.count(sku, 9)
        order_id, _ = created(account)
        available = [sellable(account)]

        people.ship_part(order_id, parcel(number="1Z1"), 1, 0)
        available.append(sellable(account))
        people.ship_part(order_id, parcel(number="1Z2"), 1, 1)
        available.append(sellable(account))
        people.recall(order_id, "1Z1")
        available.append(sellable(account))

        assert available == [{"CUP": 7, "MUG": 8}] * 4

    def test_p9_parcel_that_was_taken_back_is_void_and_the_other_is_not(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, _ = created(account)
        people.ship_part(order_id, parcel(number="1Z1"), 1, 0)
        people.ship_part(order_id, parcel(number="1Z2"), 0, 1)
        people.recall(order_id, "1Z1")

        valid = [item for item in parcels(account, people) if not item.voided]
        void = [item for item in parcels(account, people) if item.voided]

        assert [item.tracking_number for item in valid] == ["1Z2"]
        assert account.shipments.lists_all_parcels or [item.tracking_number for item in void] == [
            "1Z1"
        ]

    def test_order_of_which_a_part_was_sent_is_partially_shipped(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, _ = created(account)
        people.ship_part(order_id, parcel(number="1Z1"), 1, 0)
        people.settle()

        partly = account.orders.statuses([order_id])
        people.ship_part(order_id, parcel(number="1Z2"), 1, 1)
        people.settle()

        assert partly == {order_id: "partially_shipped"}
        assert account.orders.statuses([order_id]) == {order_id: "shipped"}

    @needs("several-numbers")
    def test_p12_parcel_has_all_its_numbers(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, _ = created(account)
        people.ship_with(order_id, "1Z1", "1Z2", "1Z3")

        shipments = parcels(account, people)

        numbers = [(item.tracking_number, *item.more_numbers) for item in shipments]
        assert sorted(number for each in numbers for number in each) == ["1Z1", "1Z2", "1Z3"]

    def test_parcel_is_the_last_one_once_the_rest_is_taken_off(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, _ = created(account)
        people.ship_part(order_id, parcel(number="1Z1"), 1, 0)
        people.take_off(order_id, 1, 1)

        [shipment] = parcels(account, people)

        assert shipment.is_last

    def test_parcel_is_read_by_its_id(self, account: OpenSupplier, people: SupplierPeople) -> None:
        order_id, _ = created(account)
        people.ship_part(order_id, parcel(number="1Z1"), 1, 0)
        people.ship_part(order_id, parcel(number="1Z2"), 0, 1)
        first, _ = parcels(account, people)

        read_again, _ = read(account.shipments.by_id([first.id]))
        again = usable(read_again)

        assert [item.tracking_number for item in again if item.id == first.id] == ["1Z1"]
        assert account.shipments.lists_all_parcels or len(again) == 1


@needs("cancel-orders", "parcels", "reductions")
class ReducedOrders(AsSupplier):
    """Cancellations of some units of an order."""

    def test_units_are_lowered_and_never_raised(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, ids = created(account)

        [lowered] = account.cancellations.reduce([_to(order_id, ids, CUP=1)])
        [again] = account.cancellations.reduce([_to(order_id, ids, CUP=1)])
        [higher] = account.cancellations.reduce([_to(order_id, ids, CUP=2)])

        assert [lowered.state, again.state, higher.state] == ["done", "unchanged", "unchanged"]
        assert people.open_units(order_id) == {"CUP": 1, "MUG": 1}

    def test_line_may_be_lowered_to_nothing(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, ids = created(account)

        [outcome] = account.cancellations.reduce([_to(order_id, ids, CUP=0)])

        assert outcome.state == "done", outcome
        assert people.open_units(order_id) == {"MUG": 1}

    @needs("several-parcels")
    def test_f5_units_that_were_sent_stay_sent(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, ids = created(account)
        people.ship_part(order_id, parcel(number="1Z1"), 1, 0)
        people.settle()

        [outcome] = account.cancellations.reduce([_to(order_id, ids, CUP=0, MUG=0)])

        assert outcome.state == "done", outcome
        assert people.open_units(order_id) == {}
        [shipment] = parcels(account, people)
        assert (shipment.tracking_number, shipment.voided) == ("1Z1", False)

    @needs("several-parcels")
    def test_f5_cancellation_of_a_partly_shipped_order_cancels_the_rest(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, _ = created(account)
        people.ship_part(order_id, parcel(number="1Z1"), 1, 0)
        people.settle()

        [outcome] = account.cancellations.cancel([order_id])
        people.settle()

        assert outcome.state == "done", outcome
        assert people.open_units(order_id) == {}
        assert account.orders.statuses([order_id]) == {order_id: "shipped"}
        [shipment] = parcels(account, people)
        assert (shipment.tracking_number, shipment.voided) == ("1Z1", False)

    @needs("known-ids")
    def test_unknown_order_is_refused(self, account: OpenSupplier, people: SupplierPeople) -> None:
        [outcome] = account.cancellations.reduce([_to(people.unknown_id, {"CUP": "404/1"}, CUP=0)])

        assert (outcome.state, outcome.code) == ("refused", "not-found")


def _to(order_id: str, ids: Mapping[str, str], **units: int) -> Reduction:
    """Return the reduction of lines to these units."""
    lines = tuple(ParcelLine(line_id=ids[sku], quantity=count) for sku, count in units.items())
    return Reduction(order_id=order_id, lines=lines)
