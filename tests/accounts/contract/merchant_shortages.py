"""Promises about the shortages of a Supplier that are reported to a Merchant."""

from msgspec.structs import replace

from ordosync.models import Order
from ordosync.shortages import ReportedLine, ShortageReport
from tests.accounts.contract.account import AsMerchant, quantities, read, usable
from tests.accounts.contract.examples import line, sold
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.contract.people import MerchantPeople, needs

TEXT = "The Supplier cannot send 1 of MUG: out of stock"


def requested(account: OpenMerchant, people: MerchantPeople, number: str = "1001") -> Order:
    """Request an order of two CUP and three MUG; return it as the account reads it."""
    order_id = people.request(sold(number, line("CUP", 2), line("MUG", 3)))
    [order] = usable(read(account.orders.by_id([order_id]))[0])
    return order


def report(order: Order, units: int = 1, *, key: str = "short:1") -> ShortageReport:
    """Return the report that these units of MUG are not sent."""
    [mug] = [line for line in order.lines if line.sku == "MUG"]
    short = ReportedLine(
        line_id=mug.id, sku="MUG", quantity=units, answer="cancelled", reason="out-of-stock"
    )
    return ShortageReport(order_id=order.id, key=key, text=TEXT, lines=(short,))


def open_orders(account: OpenMerchant, *ids: str) -> dict[str, list[tuple[str, int]]]:
    """Return the open lines of those of these orders that are still requested."""
    found = usable(read(account.orders.by_id(ids))[0])
    return {order.id: quantities(order) for order in found}


@needs("report-shortages")
class Shortages(AsMerchant):
    """Reports, holds and cancellations of short units."""

    @needs("comments")
    def test_report_is_written_once_per_key(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order = requested(account, people)
        first, later = report(order), report(order, key="short:2")

        outcomes = [account.shortages.report([each])[0] for each in (first, first, later)]

        assert [outcome.state for outcome in outcomes] == ["done", "unchanged", "done"]
        texts = [text for text in people.timeline(order.id) if TEXT in text]
        assert len(texts) == 2

    def test_reported_order_stays_requested_with_all_its_units(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order = requested(account, people)

        account.shortages.report([report(order)])
        people.settle()

        assert open_orders(account, order.id) == {order.id: quantities(order)}

    @needs("known-ids")
    def test_report_to_an_unknown_order_is_refused_and_the_others_are_written(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        known = report(requested(account, people))
        unknown = replace(known, order_id=people.unknown_id)

        outcomes = account.shortages.report([unknown, known])

        assert [outcome.state for outcome in outcomes] == ["refused", "done"]

    @needs("held-units")
    def test_hold_is_set_once(self, account: OpenMerchant, people: MerchantPeople) -> None:
        if not account.shortages.can_hold:
            return
        order = requested(account, people)

        first, again = (account.shortages.hold([report(order)])[0] for _ in range(2))

        assert (first.state, again.state) == ("done", "unchanged")

    def test_cancel_ends_the_short_units_only(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        if not account.shortages.can_cancel:
            return
        order = requested(account, people)

        [outcome] = account.shortages.cancel([report(order)])
        people.settle()

        assert outcome.state == "done"
        ids = [piece.id for piece in outcome.pieces] or [order.id]
        assert open_orders(account, *ids) == {ids[-1]: [("CUP", 2), ("MUG", 2)]}
        if outcome.pieces:
            assert people.status(ids[0]) == "cancelled"
            assert [part.quantity for part in outcome.pieces[0].lines] == [1]
            assert all(part.id for piece in outcome.pieces for part in piece.lines)

    def test_cancel_a_second_time_changes_nothing(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        if not account.shortages.can_cancel:
            return
        order = requested(account, people)
        [first] = account.shortages.cancel([report(order)])
        before = people.everything()

        [again] = account.shortages.cancel([report(order)])

        assert again.state == "unchanged"
        assert [piece.id for piece in again.pieces] == [piece.id for piece in first.pieces]
        assert people.everything() == before

    def test_cancel_never_ends_a_whole_order(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        if not account.shortages.can_cancel:
            return
        order = requested(account, people)
        lines = tuple(
            ReportedLine(
                line_id=each.id,
                sku=each.sku,
                quantity=each.quantity,
                answer="cancelled",
                reason="other",
            )
            for each in order.lines
        )

        [outcome] = account.shortages.cancel([replace(report(order), lines=lines)])

        assert outcome.state == "refused"
        assert open_orders(account, order.id) == {order.id: quantities(order)}

    def test_no_reports_are_no_outcomes(self, account: OpenMerchant) -> None:
        assert account.shortages.report([]) == []
