"""The story of an order or product in one portal: events, state, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from ordosync.tasks.base import Portal


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event, in plain words."""

    at: datetime | None
    """None for the current state."""
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Conclusion:
    """The state in one word for programs, and what happens next or what to do."""

    state: str
    next: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """The story of an order or a product in one portal."""

    portal: str
    merchant: str | None
    """Its number or SKU at the Merchant; None if the Merchant is not known to have it."""
    supplier: str | None
    merchant_account: str
    supplier_account: str
    merchant_status: str
    """The status at the Merchant now; empty if the account was not asked."""
    supplier_status: str
    conclusion: Conclusion
    events: tuple[Event, ...] = ()
    """In the order of time; the current state is last."""

    @classmethod
    def of(
        cls,
        portal: Portal,
        merchant: str | None,
        supplier: str | None,
        conclusion: Conclusion,
        *,
        statuses: tuple[str, str] = ("", ""),
    ) -> Self:
        """Return a story without events; `statuses` are those of both sides."""
        return cls(
            portal=portal.name,
            merchant=merchant,
            supplier=supplier,
            merchant_account=portal.merchant.name,
            supplier_account=portal.supplier.name,
            merchant_status=statuses[0],
            supplier_status=statuses[1],
            conclusion=conclusion,
        )

    def with_events(self, events: Iterable[Event]) -> "Story":
        """Return the story with these events; events of the same time stay in the given order."""
        told = list(events)
        dated = sorted((one for one in told if one.at), key=lambda one: str(one.at))
        return replace(self, events=(*dated, *(one for one in told if one.at is None)))
