"""What every kind of account promises, tested once: a kind's own tests inherit it.

Each kind says how an account of it is made and how its users see what is in it.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from ordosync.accounts.base import Account
from ordosync.models import Address, Line, Order

HOSTILE = {
    "markup": "Bob [/red] [bold]Smith[/]",
    "escape sequence": "Bob \x1b]0;x\x07",
    "8-bit control": "Bob \x9b31m",
    "bidi override": "Bob \u202etxt.exe",
    "combining": "Z" + "\u0301" * 1000,
    "emoji": "Bob \U0001f469\u200d\U0001f680",
    "formula": "=1+1",
    "quotes": "Bob'; drop table orders; --\"\\u0000\\",
    "line breaks": "Bob\r\nSmith\u2028",
    "long": "B" * 100_000,
    "NUL": "Bob\0Smith",
    "lone surrogate": "Bob \ud800",
}


def line(sku: str = "MUG", quantity: int = 1, **fields: object) -> Line:
    known: dict[str, object] = {"id": f"m-{sku}", "name": f"A {sku}", "unit_price": Decimal("2.50")}
    return Line(sku=sku, quantity=quantity, **{**known, **fields})  # type: ignore[arg-type]


def order(number: str, *lines: Line, **fields: object) -> Order:
    """Make an order as `import-orders` hands it over; its reference follows from its number."""
    known: dict[str, object] = {
        "reference": f"origin:{number}#1",
        "ship_to": Address(name="Ann Smith", street1="1 High Street", city="Leeds", country="GB"),
        "currency": "GBP",
    }
    return Order(id="", number=number, lines=lines or (line(),), **{**known, **fields})  # type: ignore[arg-type]


class SupplierContract(ABC):
    """The promises of an account that orders are created in."""

    @abstractmethod
    def make(self) -> Account:
        """Make an account that has no orders yet; called once a test."""

    @abstractmethod
    def there(self, account: Account) -> Sequence[Order]:
        """Read all orders that wait to be shipped, as the Supplier's people see them."""

    @pytest.fixture(name="account")
    def _account(self) -> Account:
        return self.make()

    def test_order_that_is_created_waits_to_be_shipped(self, account: Account) -> None:
        [outcome] = account.create_orders([order("1001", line("MUG", 2), line("CUP", 1))])

        [found] = self.there(account)
        assert outcome.state == "done"
        assert found.id == outcome.id
        assert found.status == "awaiting_fulfillment"
        assert found.ship_to == order("1001").ship_to
        assert [(each.sku, each.quantity) for each in found.lines] == [("MUG", 2), ("CUP", 1)]

    def test_same_reference_twice_makes_one_order(self, account: Account) -> None:
        [first] = account.create_orders([order("1001", line("MUG"), line("CUP"))])
        [second] = account.create_orders([order("1001", line("MUG"), line("CUP"))], look_first=True)

        assert (first.state, second.state) == ("done", "unchanged")
        assert (second.id, second.line_ids) == (first.id, first.line_ids)
        assert len(self.there(account)) == 1

    def test_same_reference_twice_in_one_call_makes_one_order(self, account: Account) -> None:
        first, second = account.create_orders([order("1001"), order("1001")], look_first=True)

        assert (first.state, second.state) == ("done", "unchanged")
        assert second.id == first.id
        assert len(self.there(account)) == 1

    def test_reference_that_is_known_keeps_its_order_as_it_was(self, account: Account) -> None:
        account.create_orders([order("1001", line("MUG", 2))])
        account.create_orders([order("1001", line("CUP", 7))], look_first=True)

        [found] = self.there(account)
        assert [(each.sku, each.quantity) for each in found.lines] == [("MUG", 2)]

    def test_same_number_from_two_merchants_makes_two_orders(self, account: Account) -> None:
        first, second = account.create_orders(
            [order("1001"), order("1001", reference="other-origin:1001#1")]
        )

        assert (first.state, second.state) == ("done", "done")
        assert first.id != second.id
        assert len({found.number for found in self.there(account)}) == 2

    def test_same_sku_twice_stays_two_lines(self, account: Account) -> None:
        lines = (line("MUG", 1, id="m-1"), line("CUP", 2, id="m-2"), line("MUG", 3, id="m-3"))
        [outcome] = account.create_orders([order("1001", *lines)])

        [found] = self.there(account)
        quantities = {each.id: (each.sku, each.quantity) for each in found.lines}
        assert [quantities[line_id] for line_id in outcome.line_ids] == [
            ("MUG", 1),
            ("CUP", 2),
            ("MUG", 3),
        ]

    def test_line_ids_are_unique_in_the_account(self, account: Account) -> None:
        outcomes = account.create_orders(
            [order(number, line("MUG"), line("CUP")) for number in ("1001", "1002")]
        )

        assert len({line_id for outcome in outcomes for line_id in outcome.line_ids}) == 4

    def test_refused_order_does_not_stop_the_others(self, account: Account) -> None:
        outcomes = account.create_orders(
            [order("1001"), order("1002", line("MUG", 0)), order("1003")]
        )

        assert [outcome.state for outcome in outcomes] == ["done", "refused", "done"]
        assert outcomes[1].code
        assert outcomes[1].reason
        assert {found.id for found in self.there(account)} == {outcomes[0].id, outcomes[2].id}

    def test_outcomes_answer_in_order(self, account: Account) -> None:
        account.create_orders([order("1002"), order("1004")])

        numbers = ["1005", "1004", "1003", "1002", "1001"]
        outcomes = account.create_orders([order(number) for number in numbers], look_first=True)

        by_id = {found.id: found.number for found in self.there(account)}
        assert [by_id[outcome.id] for outcome in outcomes] == numbers
        states = ["done", "unchanged", "done", "unchanged", "done"]
        assert [outcome.state for outcome in outcomes] == states

    def test_no_orders_are_no_outcomes(self, account: Account) -> None:
        assert account.create_orders([]) == []
        assert not account.find_orders([])

    def test_find_orders_finds_exactly_what_is_there(self, account: Account) -> None:
        created = account.create_orders([order("1001", line("MUG"), line("CUP")), order("1002")])

        found = account.find_orders(["origin:1002#1", "origin:1001#1", "origin:100", "nothing"])

        assert found == {
            f"origin:{number}#1": replace(outcome, state="unchanged")
            for number, outcome in zip(("1001", "1002"), created, strict=True)
        }

    def test_nothing_is_found_in_an_account_without_orders(self, account: Account) -> None:
        assert not account.find_orders(["origin:1001#1"])

    @pytest.mark.parametrize("amount", ["0.1", "0.30", "19.995", "0", "123456789012.34"])
    def test_money_is_exact(self, account: Account, amount: str) -> None:
        account.create_orders([order("1001", line("MUG", 3, unit_price=Decimal(amount)))])

        [found] = self.there(account)
        assert found.lines[0].unit_price == Decimal(amount)

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
    def test_hostile_text_is_kept_or_refused(self, account: Account, text: str) -> None:
        hostile = order("1002", line("MUG", name=text), ship_to=Address(name=text))
        outcomes = account.create_orders([order("1001"), hostile, order("1003")])

        assert [outcomes[0].state, outcomes[2].state] == ["done", "done"]
        by_id = {found.id: found for found in self.there(account)}
        if outcomes[1].state == "done":
            found = by_id[outcomes[1].id]
            assert (found.ship_to.name, found.lines[0].name) == (text, text)
        else:
            assert outcomes[1].state == "refused"
            assert outcomes[1].code
            assert len(by_id) == 2

    def test_portals_see_what_the_others_made(self, account: Account) -> None:
        one, other = (account.paired(account.SupplierPair(), partner="shop") for _ in range(2))

        [first] = one.create_orders([order("1001")])
        [second] = other.create_orders([order("1001")], look_first=True)

        assert (second.state, second.id) == ("unchanged", first.id)
        assert set(other.find_orders(["origin:1001#1"])) == {"origin:1001#1"}
