"""The people of an account behind a fake service, who can also make the service fail."""

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, tzinfo
from typing import Any, Literal

from ordosync.clock import Clock
from tests.accounts.contract.people import MerchantPeople, People, SupplierPeople
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


class OverHttp(People):
    """Who works in a foreign account. What a fault does is said by `tests.fakes.faults`."""

    more_options: Mapping[str, object] = {}
    """Options of the account besides the least; assigned before the configuration is written."""

    @abstractmethod
    def meet(self, kind: Kind, what: Asked, **how: Any) -> None:
        """Let requests of this sort meet a fault; `how` are its other fields: `times`, `after`."""

    @abstractmethod
    def heal(self) -> None:
        """Let everything go well from now on, also for a key that was revoked."""

    @abstractmethod
    def are_all_met(self) -> bool:
        """Whether each fault has struck as often as it should."""

    @abstractmethod
    def down(self) -> AbstractContextManager[None]:
        """Refuse connections within this context."""

    @abstractmethod
    def revoke(self) -> None:
        """Let nobody in any more."""

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
    def writes(self) -> int:
        """Count all that was changed over the API."""

    @property
    @abstractmethod
    def calls(self) -> int:
        """Count all requests, by the service's own counters."""

    @property
    @abstractmethod
    def secret(self) -> str:
        """What must never be shown."""


class MerchantOverHttp(OverHttp, MerchantPeople):
    """Who sells from a foreign account."""

    @abstractmethod
    def touch(self, order_id: str) -> None:
        """Let an order count as updated, although nothing of it changes."""

    @abstractmethod
    def set_clock(self, ahead_s: float) -> None:
        """Let the clock of the service be ahead of the right time, or, below 0, behind."""

    @abstractmethod
    def set_zone(self, zone: tzinfo) -> None:
        """Let the service write its times as they are there."""

    @abstractmethod
    def stamp(self, order_id: str, at: datetime) -> None:
        """Let an order say that it was updated at this time."""

    @abstractmethod
    def take_away(self, sku: str) -> None:
        """Let a product be nobody's, so that it is in no list that the Supplier has a part in."""


class SupplierOverHttp(OverHttp, SupplierPeople):
    """Who ships for a foreign account."""
