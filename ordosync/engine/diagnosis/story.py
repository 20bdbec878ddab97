"""A story: what happened to one thing in one portal, how it stands, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from ordosync.tasks.base import Portal


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened, in plain words."""

    at: datetime | None
    """None: as it is now."""
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Conclusion:
    """How a thing stands, in one word for programs, and what happens next or is to be done."""

    state: str
    next: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """All that is known of an order or a product in one portal."""

    portal: str
    merchant: str | None
    """As the Merchant calls it; None: it is not known to be the Merchant's."""
    supplier: str | None
    merchant_account: str
    supplier_account: str
    merchant_status: str
    """What the Merchant's account holds now; empty where it was not asked."""
    supplier_status: str
    conclusion: Conclusion
    events: tuple[Event, ...] = ()
    """In the order of time, what is now at the end."""

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
        """Begin a story, of which nothing has been told yet; `statuses` are those of both sides."""
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
        """Tell what happened; what happened at the same time stays in the order given."""
        told = list(events)
        dated = sorted((one for one in told if one.at), key=lambda one: str(one.at))
        return replace(self, events=(*dated, *(one for one in told if one.at is None)))
