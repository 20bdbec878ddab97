"""Promises about the units that a Supplier cannot send, or sends later."""

from collections.abc import Mapping
from datetime import date

from ordosync.accounts.account import ReadRequest
from ordosync.models import Line
from ordosync.shortages import Shortage
from tests.accounts.contract.account import AsSupplier, read, usable
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.contract.people import SupplierPeople, needs
from tests.support.clock import START

EXPECTED = date(2026, 12, 10)
LINES = (line("CUP", 2), line("MUG", 3))


def created(account: OpenSupplier, number: str = "1001") -> str:
    """Create an order of two CUP and three MUG; return its id."""
    [outcome] = account.orders.create([order(number, *LINES)])
    assert outcome.state == "done", outcome
    return outcome.id


def changed(account: OpenSupplier, people: SupplierPeople, order_id: str) -> Shortage:
    """Return the newest state of an order in a read of all changes."""
    request = ReadRequest(cursor=None, now=people.settle())
    found, _ = read(account.shortages.changed(request))
    return [item for item in usable(found) if item.order_id == order_id][-1]


def short_units(shortage: Shortage, lines: tuple[Line, ...] = LINES) -> Mapping[str, int]:
    """Return the units that are cancelled, by SKU. The account counts the kept or the cancelled."""
    ordered = {line.sku: line.quantity for line in lines}
    short = {
        line.sku: line.cancelled if line.kept is None else ordered[line.sku] - line.kept
        for line in shortage.lines
    }
    if shortage.has_all_lines:
        short |= {sku: count for sku, count in ordered.items() if sku not in short}
    return {sku: count for sku, count in short.items() if count}


def backordered(shortage: Shortage) -> Mapping[str, int]:
    """Return the units that come later, by SKU."""
    return {line.sku: line.backordered for line in shortage.lines if line.backordered}


@needs("report-shortages")
class Shortages(AsSupplier):
    """Cancelled and backordered units of orders."""

    def test_complete_order_has_no_short_unit(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id = created(account)
        people.settle()

        [shortage] = usable(read(account.shortages.by_id([order_id]))[0])

        assert (shortage.order_id, shortage.is_cancelled, shortage.is_deleted) == (
            *(order_id, False, False),
        )
        assert (short_units(shortage), backordered(shortage)) == ({}, {})

    @needs("cancel-orders")
    def test_order_that_the_supplier_cancelled_is_cancelled(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, other_id = created(account), created(account, "1002")
        people.cancel(order_id)

        shortage = changed(account, people, order_id)
        [other] = usable(read(account.shortages.by_id([other_id]))[0])

        assert (shortage.is_cancelled, shortage.is_deleted) == (True, False)
        assert (other.is_cancelled, short_units(other)) == (False, {})

    @needs("short-units")
    def test_units_that_the_supplier_cancelled_are_short_on_their_line(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id = created(account)
        people.take_off(order_id, 0, 1)

        shortage = changed(account, people, order_id)

        assert (short_units(shortage), shortage.is_cancelled) == ({"MUG": 1}, False)

    @needs("short-units", "update-tracking", "several-parcels")
    def test_sent_units_are_not_short(self, account: OpenSupplier, people: SupplierPeople) -> None:
        order_id = created(account)
        people.ship_part(order_id, parcel(number="1Z1"), 1, 1)
        people.take_off(order_id, 0, 1)

        shortage = changed(account, people, order_id)

        assert short_units(shortage) == {"MUG": 1}

    @needs("short-units")
    def test_same_units_are_read_again_by_id(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id = created(account)
        people.take_off(order_id, 1, 2)
        shortage = changed(account, people, order_id)

        [again] = usable(read(account.shortages.by_id([order_id]))[0])

        assert short_units(again) == short_units(shortage) == {"CUP": 1, "MUG": 2}
        assert (again.order_id, again.reference) == (shortage.order_id, shortage.reference)

    @needs("short-units", "reasons")
    def test_reason_of_short_units_is_told(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id = created(account)
        people.shorten(order_id, "out-of-stock", 0, 1)

        shortage = changed(account, people, order_id)

        assert short_units(shortage) == {"MUG": 1}
        reasons = {line.sku: line.reason for line in shortage.lines}
        assert "out-of-stock" in (reasons["MUG"], shortage.reason)

    @needs("backorders")
    def test_backordered_units_are_kept_and_have_their_date(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id = created(account)
        people.backorder(order_id, EXPECTED, 0, 2)

        shortage = changed(account, people, order_id)

        assert (short_units(shortage), shortage.is_cancelled) == ({}, False)
        assert backordered(shortage) == {"MUG": 2}
        assert [line.expected for line in shortage.lines if line.backordered] == [EXPECTED]

    @needs("restored-orders", "cancel-orders")
    def test_order_that_the_supplier_restored_is_complete_again(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id = created(account)
        people.cancel(order_id)
        request = ReadRequest(cursor=None, now=people.settle())
        _, cursor = read(account.shortages.changed(request))
        people.restore(order_id)

        found, _ = read(account.shortages.changed(ReadRequest(cursor=cursor, now=people.settle())))

        [shortage] = [item for item in usable(found) if item.order_id == order_id]
        assert (shortage.is_cancelled, short_units(shortage)) == (False, {})

    @needs("short-units")
    def test_reads_change_nothing(self, account: OpenSupplier, people: SupplierPeople) -> None:
        order_id = created(account)
        people.take_off(order_id, 0, 1)
        before = people.everything()

        changed(account, people, order_id)
        read(account.shortages.by_id([order_id]))

        assert people.everything() == before

    @needs("known-ids")
    def test_order_that_does_not_exist_is_deleted(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [shortage] = usable(read(account.shortages.by_id([people.unknown_id]))[0])

        assert (shortage.order_id, shortage.is_deleted) == (people.unknown_id, True)

    def test_no_ids_are_no_orders(self, account: OpenSupplier) -> None:
        assert read(account.shortages.by_id([]))[0] == []

    def test_empty_account_has_no_shortage(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        assert people.settle() > START
        found, _ = read(account.shortages.changed(ReadRequest(cursor=None, now=people.settle())))

        assert found == []
