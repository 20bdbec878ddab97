"""Promises about the orders that are created at a Supplier."""

from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from ordosync.errors import LeaseLostError
from ordosync.models import Address, Comment
from tests.accounts.contract.account import AsSupplier
from tests.accounts.contract.examples import HOSTILE, line, order, parcel
from tests.accounts.contract.opening import OpenSupplier, lose_lease, opened
from tests.accounts.contract.people import SupplierPeople, needs


class CreatedOrders(AsSupplier):
    """Creation of orders: each once, with the fields that were sent."""

    def test_created_order_waits_to_be_shipped(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [outcome] = account.orders.create([order("1001", line("MUG", 2), line("CUP", 1))])

        [created] = people.orders()
        assert outcome.state == "done"
        assert created.id == outcome.id
        assert created.status == "awaiting_fulfillment"
        assert created.ship_to == order("1001").ship_to
        assert [(line.sku, line.quantity) for line in created.lines] == [("MUG", 2), ("CUP", 1)]

    def test_process_that_may_have_lost_its_lease_creates_nothing(
        self, people: SupplierPeople
    ) -> None:
        lose_lease(people)

        with closing(opened(people)) as account, pytest.raises(LeaseLostError):
            account.orders.create([order("1001"), order("1002")])

        assert people.orders() == []

    def test_created_order_has_the_time_when_it_was_placed(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        placed_at = datetime(2026, 11, 1, 22, 30, 15, tzinfo=UTC)
        account.orders.create([order("1001", placed_at=placed_at)])

        [created] = people.orders()
        assert created.placed_at == placed_at

    def test_same_reference_twice_creates_one_order(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        [first] = account.orders.create([order("1001", line("MUG"), line("CUP"))])
        [second] = account.orders.create([order("1001", line("MUG"), line("CUP"))], look_first=True)

        assert (first.state, second.state) == ("done", "unchanged")
        assert (second.id, second.line_ids) == (first.id, first.line_ids)
        assert len(people.orders()) == 1

    def test_same_reference_twice_in_one_call_creates_one_order(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        first, second = account.orders.create([order("1001"), order("1001")], look_first=True)

        assert (first.state, second.state) == ("done", "unchanged")
        assert second.id == first.id
        assert len(people.orders()) == 1

    def test_known_reference_does_not_change_its_order(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        account.orders.create([order("1001", line("MUG", 2))])
        account.orders.create([order("1001", line("CUP", 7))], look_first=True)

        [created] = people.orders()
        assert [(line.sku, line.quantity) for line in created.lines] == [("MUG", 2)]

    def test_same_number_from_two_merchants_creates_two_orders(
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

        [created] = people.orders()
        quantities = {line.id: (line.sku, line.quantity) for line in created.lines}
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

    def test_outcomes_are_in_the_sequence_of_the_orders(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        account.orders.create([order("1002"), order("1004")])

        numbers = ["1005", "1004", "1003", "1002", "1001"]
        outcomes = account.orders.create([order(number) for number in numbers], look_first=True)

        by_id = {order.id: order.number for order in people.orders()}
        assert all(
            by_id[outcome.id].endswith(n) for outcome, n in zip(outcomes, numbers, strict=True)
        )
        states = ["done", "unchanged", "done", "unchanged", "done"]
        assert [outcome.state for outcome in outcomes] == states

    def test_empty_list_returns_no_outcomes(self, account: OpenSupplier) -> None:
        assert account.orders.create([]) == []
        assert not account.orders.find([])

    def test_find_returns_exactly_the_existing_orders(self, account: OpenSupplier) -> None:
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

        [created] = people.orders()
        assert created.lines[0].unit_price == Decimal(amount)

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
    def test_hostile_text_is_kept_or_refused(
        self, account: OpenSupplier, people: SupplierPeople, text: str
    ) -> None:
        hostile = order("1002", line("MUG", name=text), ship_to=Address(name=text))
        outcomes = account.orders.create([order("1001"), hostile, order("1003")])

        assert [outcomes[0].state, outcomes[2].state] == ["done", "done"]
        by_id = {order.id: order for order in people.orders()}
        if outcomes[1].state == "done":
            created = by_id[outcomes[1].id]
            assert (created.ship_to.name, created.lines[0].name) == (text, text)
        else:
            assert outcomes[1].state == "refused"
            assert outcomes[1].code
            assert len(by_id) == 2

    def test_portals_find_the_orders_of_each_other(self, people: SupplierPeople) -> None:
        account, other_account = opened(people), opened(people)

        [first] = account.orders.create([order("1001")])
        [second] = other_account.orders.create([order("1001")], look_first=True)

        assert (second.state, second.id) == ("unchanged", first.id)
        assert set(other_account.orders.find(["origin:1001#1"])) == {"origin:1001#1"}

    @needs("comments")
    def test_comment_is_created_once(self, account: OpenSupplier, people: SupplierPeople) -> None:
        [created] = account.orders.create([order("1001")])
        remark = Comment(key="late:1", order_id=created.id, text="It was cancelled")
        another = Comment(key="late:2", order_id=created.id, text="Another remark")

        account.comment(
            [Comment(key="late:1", order_id=people.unknown_id, text="Nobody's"), remark]
        )
        account.comment([remark, another])

        texts = people.timeline(created.id)
        counts = [sum(it.text in text for text in texts) for it in (remark, another)]
        assert counts == [1, 1]

    @needs("update-tracking")
    def test_statuses_of_existing_orders_are_returned(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        waiting, outcome = account.orders.create([order("1001"), order("1002")])
        people.ship(outcome.id, parcel())

        statuses = account.orders.statuses([outcome.id, people.unknown_id, waiting.id])

        assert statuses == {waiting.id: "awaiting_fulfillment", outcome.id: "shipped"}
        assert account.orders.statuses([]) == {}
