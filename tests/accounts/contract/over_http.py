"""The people of an account behind a fake service, who can also make the service fail."""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, tzinfo
from math import inf
from typing import Any, ClassVar, Literal

from ordosync.clock import Clock
from tests.accounts.contract.people import MerchantPeople, People, SupplierPeople
from tests.fakes.fake import Fake
from tests.fakes.faults import Kind

Write = Literal[
    "create-order",
    "cancel-order",
    "add-tracking",
    "void-tracking",
    "split-order",
    "write-stock",
    "create-product",
    "comment",
]
Asked = Write | Literal["read-orders", "read-order", "read-products", "anything"]
"""What a request is about, whatever it looks like in the service."""
Field = Literal["number", "status", "updated", "ship_to_name", "lines", "sku", "quantity", "price"]
"""What an order of a list says. The last three are of its first line, the price of a unit."""
_HERE = "@here@"


class OverHttp(People):
    """Who works in a foreign account. What a fault does is said by `tests.fakes.faults`."""

    fake: Fake
    doubles: ClassVar[frozenset[Write]]
    """What the service does twice if it is given the same request twice; nothing tells us of it."""
    preparing: ClassVar[int] = 0
    """Requests of a run before its first order is created, for what orders refer to."""
    page: ClassVar[int] = 100
    """How many orders the first page of a list has."""
    idle: ClassVar[Mapping[str, int]] = {}
    """Requests of a run that finds nothing new, by task; else it is one."""
    more_options: Mapping[str, object] = {}
    """Options of the account besides the least; assigned before the configuration is written."""

    @abstractmethod
    def meet(self, kind: Kind, what: Asked, **how: Any) -> None:
        """Let requests of this sort meet a fault; `how` are its other fields: `times`, `after`."""

    def heal(self) -> None:
        """Let everything go well from now on, also for a key that was revoked."""
        self.fake.faults.clear()

    def are_all_met(self) -> bool:
        """Whether each fault has struck as often as it should."""
        return not self.fake.faults.left()

    def down(self) -> AbstractContextManager[None]:
        """Refuse connections within this context."""
        return self.fake.down()

    def revoke(self) -> None:
        """Let nobody in any more."""
        self.meet("unauthorized", "anything", times=inf)

    @abstractmethod
    def lag(self, *, index_s: float = 0, arrival_s: float = 0, split_s: float = 0) -> None:
        """Let things be seen late: in searches, in lists, and the pieces of a split."""

    @abstractmethod
    def limit(self, calls: int, *, per_s: float, clock: Clock) -> None:
        """Let no more than so many calls in, by this clock."""

    @abstractmethod
    def elsewhere(self, url: str) -> Mapping[str, object]:
        """Return the option by which the service is looked for at another address."""

    @abstractmethod
    def signed_in_with(self, secret: str) -> Mapping[str, object]:
        """Return the option by which another secret is used."""

    @abstractmethod
    def effects(self, what: Write) -> int:
        """Count how often this was done; a number that is set to what it is does not count."""

    @property
    @abstractmethod
    def tries(self) -> int:
        """Count how often an order was asked to be created, whatever came of it."""

    @property
    def writes(self) -> int:
        """Count all that was changed over the API."""
        return len(self.fake.ledger)

    @property
    def calls(self) -> int:
        """Count all requests, by the service's own counters."""
        return self.fake.requests.total()

    @property
    @abstractmethod
    def secret(self) -> str:
        """What must never be shown."""

    def everything(self) -> object:
        return self.fake.ledger

    def close(self) -> None:
        super().close()
        self.fake.stop()
        if self.fake.errors:
            raise self.fake.errors[0]


class MerchantOverHttp(OverHttp, MerchantPeople):
    """Who sells from a foreign account."""

    places: ClassVar[Mapping[Field, Sequence[str | int]]]
    """Where in the JSON of an order each field is."""
    never: ClassVar[Mapping[tuple[Field, str | None], str]] = {}
    """What is odd elsewhere and not here, as it is told to `pretend`, and why."""

    frugal: ClassVar[Mapping[str, object]] = {}
    """Options of the pair without which there are more requests."""

    @abstractmethod
    def orders_on(self, page: Any) -> Sequence[Any]:
        """Return the orders on a page of their list."""

    def as_json(self, order: Any, field: Field, said: str) -> str:  # noqa: ARG002
        """Return how this kind writes a value that is given as JSON."""
        return said

    def pretend(self, field: Field, said: str | None, *, of: str = "") -> None:
        """Let lists say this JSON in a field of the order of this number, or of all of them.

        None takes the field away. The JSON may be one that Python's own cannot write.
        """

        def edit(page: Any) -> bytes:
            raw = ""
            for order in self.orders_on(page):
                if of and str(_at(order, self.places["number"])).rpartition("-")[2] != of:
                    continue
                place = _at(order, self.places[field][:-1])
                if said is None:
                    del place[self.places[field][-1]]
                else:
                    raw = self.as_json(order, field, said)
                    place[self.places[field][-1]] = _HERE
            return json.dumps(page).replace(f'"{_HERE}"', raw).encode()

        self.meet("edited", "read-orders", times=inf, edit=edit)

    @abstractmethod
    def touch(self, order_id: str) -> None:
        """Let an order count as updated, although nothing of it changes."""

    @abstractmethod
    def set_clock(self, ahead_s: float) -> None:
        """Let the clock of the service be ahead of the right time, or, below 0, behind."""

    @abstractmethod
    def set_zone(self, zone: tzinfo) -> None:
        """Let the service write its times as they are there, without saying so where it can."""

    @abstractmethod
    def stamp(self, order_id: str, at: datetime) -> None:
        """Let an order say that it was updated at this time."""

    @abstractmethod
    def take_away(self, sku: str) -> None:
        """Let a product be nobody's, so that it is in no list that the Supplier has a part in."""


class SupplierOverHttp(OverHttp, SupplierPeople):
    """Who ships for a foreign account."""


def _at(order: Any, place: Sequence[str | int]) -> Any:
    for key in place:
        order = order[key]
    return order
