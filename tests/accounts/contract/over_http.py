"""People of an account behind a fake service; they can also make the service fail."""

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
    "edit-order",
    "add-line",
]
RequestSort = Write | Literal["read-orders", "read-order", "read-products", "anything"]
"""Kinds of requests, independent of the service."""
Field = Literal["number", "status", "updated", "ship_to_name", "lines", "sku", "quantity", "price"]
"""Fields of an order in a list. The last three belong to its first line, the price to a unit."""
_HERE = "@here@"


class OverHttp(People):
    """People of a remote account. `tests.fakes.faults` documents the effect of each fault."""

    fake: Fake
    doubles: ClassVar[frozenset[Write]]
    """Writes that the service repeats for a repeated request, without an error."""
    preparing: ClassVar[int] = 0
    """Requests of a run before its first order is created, for the objects that orders refer to."""
    page: ClassVar[int] = 100
    """Number of orders on the first page of a list."""
    idle: ClassVar[Mapping[str, int]] = {}
    """Requests of a run that finds nothing new, by task; by default one."""
    more_options: Mapping[str, object] = {}
    """Further options of the account; set before the configuration is written."""

    @abstractmethod
    def meet(self, kind: Kind, request: RequestSort, **how: Any) -> None:
        """Inject a fault into such requests; `how` are its other fields: `times`, `after`."""

    def heal(self) -> None:
        """Remove all faults, also a revoked key."""
        self.fake.faults.clear()

    def are_all_met(self) -> bool:
        """True if each fault has occurred as often as it should."""
        return not self.fake.faults.remaining()

    def down(self) -> AbstractContextManager[None]:
        """Refuse connections within this context."""
        return self.fake.down()

    def revoke(self) -> None:
        """Revoke the access of all clients."""
        self.meet("unauthorized", "anything", times=inf)

    @abstractmethod
    def lag(self, *, index_s: float = 0, arrival_s: float = 0, split_s: float = 0) -> None:
        """Show changes late: in searches, in lists, and the pieces of a split."""

    @abstractmethod
    def limit(self, calls: int, *, per_s: float, clock: Clock) -> None:
        """Limit the number of calls, by this clock."""

    @abstractmethod
    def elsewhere(self, url: str) -> Mapping[str, object]:
        """Return the option that points the account at another address."""

    @abstractmethod
    def signed_in_with(self, secret: str) -> Mapping[str, object]:
        """Return the option that sets another secret."""

    @abstractmethod
    def effects(self, write: Write) -> int:
        """Count how often this was done; setting a number to its present value does not count."""

    @property
    @abstractmethod
    def tries(self) -> int:
        """Count the attempts to create an order, with any result."""

    @property
    def writes(self) -> int:
        """Count all changes over the API."""
        return len(self.fake.ledger)

    @property
    def calls(self) -> int:
        """Count all requests, by the service's own counters."""
        return self.fake.requests.total()

    @property
    @abstractmethod
    def secret(self) -> str:
        """Return the secret, which must never be shown."""

    def everything(self) -> object:
        return self.fake.ledger

    def close(self) -> None:
        super().close()
        self.fake.stop()
        if self.fake.errors:
            raise self.fake.errors[0]


class MerchantOverHttp(OverHttp, MerchantPeople):
    """People of a Merchant with a remote account."""

    places: ClassVar[Mapping[Field, Sequence[str | int]]]
    """Path of each field in the JSON of an order."""
    never: ClassVar[Mapping[tuple[Field, str | None], str]] = {}
    """Odd values that this service cannot have, as arguments of `pretend`, with the reason."""

    frugal: ClassVar[Mapping[str, object]] = {}
    """Options of the pair that save requests."""

    @abstractmethod
    def orders_on(self, page: Any) -> Sequence[Any]:
        """Return the orders on a page of their list."""

    def as_json(self, order: Any, field: Field, text: str) -> str:  # noqa: ARG002
        """Return how this kind writes a value that is given as JSON."""
        return text

    def pretend(self, field: Field, text: str | None, *, of: str = "") -> None:
        """Show this JSON in a field of the order with this number, or of all orders, in lists.

        None takes the field away. The JSON may be one that Python's own cannot write.
        """

        def edit(page: Any) -> bytes:
            raw = ""
            for order in self.orders_on(page):
                if of and str(_at(order, self.places["number"])).rpartition("-")[2] != of:
                    continue
                place = _at(order, self.places[field][:-1])
                if text is None:
                    del place[self.places[field][-1]]
                else:
                    raw = self.as_json(order, field, text)
                    place[self.places[field][-1]] = _HERE
            return json.dumps(page).replace(f'"{_HERE}"', raw).encode()

        self.meet("edited", "read-orders", times=inf, edit=edit)

    @abstractmethod
    def touch(self, order_id: str) -> None:
        """Mark an order as updated, without any change."""

    @abstractmethod
    def set_clock(self, ahead_s: float) -> None:
        """Set the service's clock ahead of the right time or, below 0, behind it."""

    @abstractmethod
    def set_zone(self, zone: tzinfo) -> None:
        """Write times in a time zone, without an offset where the service omits it."""

    @abstractmethod
    def stamp(self, order_id: str, at: datetime) -> None:
        """Set the time at which an order was last updated."""

    @abstractmethod
    def take_away(self, sku: str) -> None:
        """Remove a product from the Supplier, so that no list of this Supplier has it."""


class SupplierOverHttp(OverHttp, SupplierPeople):
    """People of a Supplier with a remote account."""


def _at(order: Any, place: Sequence[str | int]) -> Any:
    for key in place:
        order = order[key]
    return order
