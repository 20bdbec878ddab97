"""Promises of an account in either role, and the fixtures of every contract test."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

import pytest
from msgspec.structs import replace

from ordosync.accounts.account import Role
from ordosync.config.needs import NEEDS
from ordosync.models import Cancellation, InvalidRecord, Order, Page
from ordosync.tasks import TASKS
from tests.accounts.contract.instead import INSTEAD
from tests.accounts.contract.opening import SIDES, OpenAccount, opened
from tests.accounts.contract.people import (
    MerchantPeople,
    People,
    SupplierPeople,
    skip_what_is_lacking,
)
from tests.support.clock import VirtualClock

P = TypeVar("P", MerchantPeople, SupplierPeople)
T = TypeVar("T")


def whole_orders(items: Iterable[Cancellation]) -> list[str]:
    """Return the orders among these that are cancelled as a whole."""
    return [item.order_id for item in items if item.lines is None]


class AccountContract(ABC, Generic[P]):
    """The promises of an account in either role."""

    role: ClassVar[Role]
    many: ClassVar[int] = 250
    """Enough items for more than two pages of the account."""

    @abstractmethod
    def make_people(self, folder: Path, clock: VirtualClock) -> P:
        """Create the people of an account that is still empty; called once for each test."""

    @pytest.fixture(name="people")
    def _people(self, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[P]:
        with closing(self.make_people(tmp_path, VirtualClock())) as people:
            skip_what_is_lacking(request, people)
            yield people

    @pytest.fixture(name="account")
    def _account(self, people: P) -> Iterator[OpenAccount]:
        with closing(opened(people)) as account:
            yield account

    def test_account_has_each_part_that_its_people_do_not_list_as_lacking(
        self, account: OpenAccount, people: P
    ) -> None:
        parts = {
            task
            for task, needs in NEEDS.items()
            if getattr(account.side, getattr(needs, self.role)) is not None
        }

        assert parts == {*TASKS} - people.lacks

    def test_check_says_what_is_done_instead_of_each_rule_that_it_cannot_hold(
        self, account: OpenAccount, people: P
    ) -> None:
        sentences = INSTEAD.get((self.role, str(people.options["kind"])), {})
        said = " / ".join(result.text for result in account.check())

        missing = [word for word in people.lacks & sentences.keys() if sentences[word] not in said]
        assert missing == [], said

    def test_account_can_be_closed_and_released_twice(self, account: OpenAccount) -> None:
        for _ in range(2):
            account.finish_reading(frozenset())
            account.close()

    def test_account_has_the_name_of_its_configuration(self, account: OpenAccount) -> None:
        assert account.name == SIDES[self.role]


class AsMerchant(AccountContract[MerchantPeople]):
    """The promises of an account in the Merchant's role."""

    role: ClassVar[Role] = "merchant"


class AsSupplier(AccountContract[SupplierPeople]):
    """The promises of an account in the Supplier's role."""

    role: ClassVar[Role] = "supplier"


def read(pages: Iterator[Page[T]], *, since: str | None = None) -> tuple[list[T], str | None]:
    """Read all pages; return their items and the cursor of the next read."""
    items: list[T] = []
    cursor = since
    for page in pages:
        items += page.items
        cursor = page.cursor
    return items, since if cursor is None else cursor


def usable(items: list[T | InvalidRecord]) -> list[T]:
    """Return the items; fail if one of them is an invalid record."""
    usable_items = [item for item in items if not isinstance(item, InvalidRecord)]
    assert len(usable_items) == len(items), items
    return usable_items


def quantities(order: Order) -> list[tuple[str, int]]:
    """Return SKU and quantity of each line of an order."""
    return [(line.sku, line.quantity) for line in order.lines]


def comparable(order: Order, people: People) -> Order:
    """Return an order with its lines sorted by SKU if the account does not keep their sequence."""
    if "line-order" not in people.lacks:
        return order
    return replace(order, lines=tuple(sorted(order.lines, key=lambda line: line.sku)))
