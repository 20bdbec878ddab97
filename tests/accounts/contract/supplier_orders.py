"""What is promised of the orders that are created and cancelled at a Supplier."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from ordosync.models import Address, Comment
from tests.accounts.contract.account import AsSupplier
from tests.accounts.contract.examples import HOSTILE, line, order, parcel
from tests.accounts.contract.opening import OpenSupplier, opened
from tests.accounts.contract.people import SupplierPeople, needs


class CreatedOrders(AsSupplier):
    """Each order once, and as it was sent."""

    def test_order_that_is_created_waits_to_be_shipped(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [outcome] = account.orders.create([order("1001", line("MUG", 2), line("CUP", 1))])

        [found] = people.orders()
        assert outcome.state == "done"
        assert found.id == outcome.id
        assert found.status == "awaiting_fulfillment"
        assert found.ship_to == order("1001").ship_to
        assert [(line.sku, line.quantity) for line in found.lines] == [("MUG", 2), ("CUP", 1)]

    def test_same_reference_twice_makes_one_order(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [first] = account.orders.create([order("1001", line("MUG"), line("CUP"))])
        [second] = account.orders.create([order("1001", line("MUG"), line("CUP"))], look_first=True)

        assert (first.state, second.state) == ("done", "unchanged")
        assert (second.id, second.line_ids) == (first.id, first.line_ids)
        assert len(people.orders()) == 1

    def test_same_reference_twice_in_one_call_makes_one_order(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        first, second = account.orders.create([order("1001"), order("1001")], look_first=True)

        assert (first.state, second.state) == ("done", "unchanged")
        assert second.id == first.id
        assert len(people.orders()) == 1

    def test_reference_that_is_known_keeps_its_order_as_it_was(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        account.orders.create([order("1001", line("MUG", 2))])
        account.orders.create([order("1001", line("CUP", 7))], look_first=True)

        [found] = people.orders()
        assert [(line.sku, line.quantity) for line in found.lines] == [("MUG", 2)]

    def test_same_number_from_two_merchants_makes_two_orders(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        first, second = account.orders.create(
            [order("1001"), order("1001", reference="other-origin:1001#1")]
        )

        assert (first.state, second.state) == ("done", "done")
        assert first.id != second.id
        assert len({order.number for order in people.orders()}) == 2

    def test_same_sku_twice_stays_two_lines(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        lines = (line("MUG", 1, id="m-1"), line("CUP", 2, id="m-2"), line("MUG", 3, id="m-3"))
        [outcome] = account.orders.create([order("1001", *lines)])

        [found] = people.orders()
        quantities = {line.id: (line.sku, line.quantity) for line in found.lines}
        assert [quantities[line_id] for line_id in outcome.line_ids] == [
            ("MUG", 1),
            ("CUP", 2),
            ("MUG", 3),
        ]

    def test_line_ids_are_unique_in_the_account(self, account: OpenSupplier) -> None:
        outcomes = account.orders.create(
            [order(number, line("MUG"), line("CUP")) for number in ("1001", "1002")]
        )

        assert len({line_id for outcome in outcomes for line_id in outcome.line_ids}) == 4

    def test_refused_order_does_not_stop_the_others(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        outcomes = account.orders.create(
            [order("1001"), order("1002", line("MUG", 0)), order("1003")]
        )

        assert [outcome.state for outcome in outcomes] == ["done", "refused", "done"]
        assert outcomes[1].code
        assert outcomes[1].reason
        assert {order.id for order in people.orders()} == {outcomes[0].id, outcomes[2].id}

    def test_outcomes_answer_in_order(self, account: OpenSupplier, people: SupplierPeople) -> None:
        account.orders.create([order("1002"), order("1004")])

        numbers = ["1005", "1004", "1003", "1002", "1001"]
        outcomes = account.orders.create([order(number) for number in numbers], look_first=True)

        by_id = {order.id: order.number for order in people.orders()}
        assert all(
            by_id[outcome.id].endswith(n) for outcome, n in zip(outcomes, numbers, strict=True)
        )
        states = ["done", "unchanged", "done", "unchanged", "done"]
        assert [outcome.state for outcome in outcomes] == states

    def test_no_orders_are_no_outcomes(self, account: OpenSupplier) -> None:
        assert account.orders.create([]) == []
        assert not account.orders.find([])

    def test_find_orders_finds_exactly_what_is_there(self, account: OpenSupplier) -> None:
        created = account.orders.create([order("1001", line("MUG"), line("CUP")), order("1002")])

        outcomes = account.orders.find(["origin:1002#1", "origin:1001#1", "origin:100", "nothing"])

        assert outcomes == {
            f"origin:{number}#1": replace(outcome, state="unchanged")
            for number, outcome in zip(("1001", "1002"), created, strict=True)
        }

    def test_nothing_is_found_in_an_account_without_orders(self, account: OpenSupplier) -> None:
        assert not account.orders.find(["origin:1001#1"])

    @pytest.mark.parametrize("amount", ["0.1", "0.30", "19.995", "0", "123456789012.34"])
    def test_money_is_exact(
        self, account: OpenSupplier, people: SupplierPeople, amount: str
    ) -> None:
        account.orders.create([order("1001", line("MUG", 3, unit_price=Decimal(amount)))])

        [found] = people.orders()
        assert found.lines[0].unit_price == Decimal(amount)

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
    def test_hostile_text_is_kept_or_refused(
        self, account: OpenSupplier, people: SupplierPeople, text: str
    ) -> None:
        hostile = order("1002", line("MUG", name=text), ship_to=Address(name=text))
        outcomes = account.orders.create([order("1001"), hostile, order("1003")])

        assert [outcomes[0].state, outcomes[2].state] == ["done", "done"]
        by_id = {order.id: order for order in people.orders()}
        if outcomes[1].state == "done":
            found = by_id[outcomes[1].id]
            assert (found.ship_to.name, found.lines[0].name) == (text, text)
        else:
            assert outcomes[1].state == "refused"
            assert outcomes[1].code
            assert len(by_id) == 2

    def test_portals_see_what_the_others_made(self, people: SupplierPeople) -> None:
        account, other = opened(people), opened(people)

        [first] = account.orders.create([order("1001")])
        [second] = other.orders.create([order("1001")], look_first=True)

        assert (second.state, second.id) == ("unchanged", first.id)
        assert set(other.orders.find(["origin:1001#1"])) == {"origin:1001#1"}

    @needs("comments")
    def test_comment_is_made_once(self, account: OpenSupplier, people: SupplierPeople) -> None:
        [created] = account.orders.create([order("1001")])
        said = Comment(key="late:1", order_id=created.id, text="It was cancelled")
        other = Comment(key="late:2", order_id=created.id, text="Another remark")

        account.comment([Comment(key="late:1", order_id=people.unknown_id, text="Nobody's"), said])
        account.comment([said, other])

        texts = people.timeline(created.id)
        assert [sum(comment.text in text for text in texts) for comment in (said, other)] == [1, 1]

    @needs("update-tracking")
    def test_statuses_of_the_orders_that_are_here(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        waiting, outcome = account.orders.create([order("1001"), order("1002")])
        people.ship(outcome.id, parcel())

        found = account.orders.statuses([outcome.id, people.unknown_id, waiting.id])

        assert found == {waiting.id: "awaiting_fulfillment", outcome.id: "shipped"}
        assert account.orders.statuses([]) == {}
